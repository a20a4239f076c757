"""The colours of the two themes and the sizes of the type; everything else is derived from these."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Colors:
    """One theme. Four surfaces from back to front, one hairline, one accent; the rest appears when it has a reason."""

    name: str
    window: str
    panel: str
    card: str
    control: str
    hover: str  # a control under the pointer
    line: str
    text: str
    secondary: str
    accent: str  # the current thing, and the positive end of the sign scale
    accent_hover: str
    on_accent: str
    negative: str
    healthy: str
    alert: str  # only when something is wrong


DARK = Colors(
    name="dark",
    window="#0f1115",
    panel="#171a21",
    card="#1d212a",
    control="#232834",
    hover="#2c3240",
    line="#2a2f3a",
    text="#e8eaf0",
    secondary="#949bab",
    accent="#ff9f43",
    accent_hover="#ffb36a",
    on_accent="#17120b",
    negative="#4895ff",
    healthy="#3ddc97",
    alert="#ff5f5f",
)

LIGHT = Colors(
    name="light",
    window="#f3f3f0",
    panel="#fbfbf9",
    card="#ffffff",
    control="#ecece7",
    hover="#e2e2dc",
    line="#dedfda",
    text="#20242c",
    secondary="#6a7180",
    accent="#d6600a",
    accent_hover="#e8731c",
    on_accent="#140d06",
    negative="#1a5dbe",
    healthy="#138c57",
    alert="#ae1016",
)

SANS, HANGUL, MONO = "nbgrad Sans", "nbgrad Hangul", "nbgrad Mono"

BODY, SMALL, LABEL, NAME, LOGO = 13, 12, 11, 15, 15  # px at 100 %
RADIUS, RADIUS_SMALL = 8, 4

INK_PAPER, INK = "#000000", "#ffffff"  # the drawing is white on black in both themes, as in MNIST
