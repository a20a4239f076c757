"""The bundled fonts, and the folder all assets lie in."""

from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

import gui
from gui.theme.tokens import HANGUL, MONO, SANS

ASSETS = Path(gui.__file__).resolve().parents[1] / "assets"

WEIGHTS = {400: QFont.Weight.Normal, 500: QFont.Weight.Medium, 600: QFont.Weight.DemiBold}


def load_fonts() -> None:
    """Hand the bundled fonts to Qt; needs an application."""
    for path in sorted((ASSETS / "fonts").glob("*.[ot]tf")):
        QFontDatabase.addApplicationFont(str(path))


def make_font(pixels: float, weight: int = 400, mono: bool = False) -> QFont:
    """A font of the lab in exact pixels; its figures are tabular."""
    font = QFont()
    font.setFamilies([MONO, SANS, HANGUL] if mono else [SANS, HANGUL])
    font.setPixelSize(max(1, round(pixels)))
    font.setWeight(WEIGHTS[weight])
    return font
