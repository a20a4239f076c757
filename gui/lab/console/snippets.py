"""Snippets to begin with: their titles, in the order of the menu, and their text from `assets/snippets`."""

from dataclasses import dataclass
from pathlib import Path

from gui.lab.wording import translate

FOLDER = Path(__file__).resolve().parents[3] / "assets" / "snippets"
TITLES = {
    "tensors": translate("snippets", "Tensors"),
    "autograd": translate("snippets", "Autograd: Q = 3a³ − b²"),
    "backward": translate("snippets", "Backward with a gradient"),
    "accumulate": translate("snippets", "Gradients accumulate"),
    "dynamic": translate("snippets", "A graph as long as its loop"),
    "network": translate("snippets", "A small network learns"),
    "no_grad": translate("snippets", "Without recording: no_grad"),
    "retain_graph": translate("snippets", "Twice through a graph: retain_graph"),
}


@dataclass(frozen=True)
class Snippet:
    key: str
    title: str
    text: str


def load() -> tuple[Snippet, ...]:
    """All of them."""
    return tuple(Snippet(key, title, (FOLDER / f"{key}.py").read_text("utf-8")) for key, title in TITLES.items())
