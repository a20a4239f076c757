"""The snippets of the console's menu: each runs in a fresh session and shows what PyTorch shows."""

import contextlib
import io

import pytest

from gui.lab.console.session import Session
from gui.lab.console.snippets import FOLDER, load

SNIPPETS = {snippet.key: snippet for snippet in load()}
OPENS = {
    "autograd": "Q",
    "backward": "Q",
    "accumulate": "loss",
    "network": "loss",
    "dynamic": "y",
    "retain_graph": "loss",
}


def ours(text):
    pieces = []
    outcome = Session(pieces.append).run(text)
    return outcome, "".join(piece.text for piece in pieces)


def theirs(text, torch):
    """What a REPL of PyTorch shows: prints, the last expression, the error's sentence."""
    body, _, last = text.rstrip().rpartition("\n")
    printed, names, sentence = io.StringIO(), {"torch": torch}, ""
    with contextlib.redirect_stdout(printed):
        try:
            exec(body, names)
            value = eval(last, names)
            if value is not None:
                print(repr(value))
        except SyntaxError:
            exec(last, names)
        except RuntimeError as error:
            sentence = str(error)
    return printed.getvalue(), sentence


def test_every_file_is_in_the_menu():
    assert {path.stem for path in FOLDER.glob("*.py")} == SNIPPETS.keys()
    assert len({snippet.title for snippet in SNIPPETS.values()}) == len(SNIPPETS)


@pytest.mark.parametrize("key", SNIPPETS)
def test_it_runs_and_opens_its_graph(key):
    outcome, written = ours(SNIPPETS[key].text)
    assert (outcome.fault is not None) == (key == "retain_graph") and written
    assert outcome.newest == OPENS.get(key, "")


@pytest.mark.parametrize("key", SNIPPETS)
def test_it_shows_what_pytorch_shows(key, torch):
    outcome, written = ours(SNIPPETS[key].text)
    expected, sentence = theirs(SNIPPETS[key].text, torch)
    assert written == expected
    assert (outcome.fault.sentence if outcome.fault else "") == sentence
