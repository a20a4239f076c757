"""How the lab looks: colours, fonts, sizes, the style sheet, the sign scale and the icons, light and dark."""

from gui.theme.theme import Theme, theme
from gui.theme.tokens import DARK, LIGHT, Colors

__all__ = ["DARK", "LIGHT", "Colors", "Theme", "theme"]
