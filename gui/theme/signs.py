"""The one colour code for sign: symmetric about zero, zero is the surface itself, magnitude to the power 0.7."""

from functools import lru_cache

import numpy as np
from PySide6.QtGui import QColor, QImage

from gui.theme.tokens import Colors

POWER = 0.7
STEPS = 255  # shades on either side of zero
NOT_A_NUMBER = 2 * STEPS + 1  # the table's last entry


def rgb(color: str) -> np.ndarray:
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)], np.float64)


@lru_cache(maxsize=8)
def table(colors: Colors) -> np.ndarray:
    """(512,) uint32 ARGB: negative to positive in 511 steps, then the colour of NaN."""
    amount = np.linspace(-1, 1, 2 * STEPS + 1)
    share = (np.abs(amount) ** POWER)[:, None]
    end = np.where(amount[:, None] < 0, rgb(colors.negative), rgb(colors.accent))
    shades = np.vstack([(1 - share) * rgb(colors.card) + share * end, rgb(colors.alert)])
    return _pack(shades)


def _pack(shades: np.ndarray) -> np.ndarray:
    red, green, blue = np.rint(shades).astype(np.uint32).T
    return np.uint32(0xFF000000) | (red << 16) | (green << 8) | blue


def limit_of(values: np.ndarray) -> float:
    """The largest finite magnitude: both ends of a symmetric scale. 0 where all is silent."""
    finite = np.abs(values[np.isfinite(values)]) if not np.isfinite(values).all() else np.abs(values)
    return float(finite.max()) if finite.size else 0.0


def indices(values: np.ndarray, limit: float) -> np.ndarray:
    """Where each value stands in `table`; beyond the limit it stays at the end, NaN has its own entry."""
    scaled = np.divide(values, limit, dtype=np.float64) if limit > 0 else np.zeros(values.shape)
    index = np.rint(np.clip(scaled, -1, 1) * STEPS) + STEPS
    return np.where(np.isnan(values), NOT_A_NUMBER, index).astype(np.intp)


def shades(values: np.ndarray, limit: float, colors: Colors) -> np.ndarray:
    """uint32 ARGB of each value, in the shape of `values`."""
    return table(colors)[indices(values, limit)]


def image(pixels: np.ndarray) -> QImage:
    """An image that owns a copy of uint32 ARGB pixels (height, width)."""
    pixels = np.ascontiguousarray(pixels, np.uint32)
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def gray_image(picture: np.ndarray) -> QImage:
    """A picture with values 0 to 1 as ink: white on black."""
    level = np.ascontiguousarray(np.clip(np.nan_to_num(picture), 0, 1) * 255, np.uint8)
    height, width = level.shape
    return QImage(level.data, width, height, width, QImage.Format.Format_Grayscale8).copy()


def color_of(value: float, limit: float, colors: Colors) -> QColor:
    return QColor.fromRgb(int(shades(np.array(value), limit, colors)))


def bright(shades: np.ndarray) -> np.ndarray:
    """Which of these uint32 ARGB colours are so light that dark ink reads better on them."""
    red, green, blue = (shades >> 16) & 255, (shades >> 8) & 255, shades & 255
    return 0.299 * red + 0.587 * green + 0.114 * blue > 125


def inks(colors: Colors) -> tuple[QColor, QColor]:
    """The ink for dark cells and the ink for bright ones."""
    on_bright, on_dark = ("#101216", colors.text) if colors.name == "dark" else (colors.text, "#ffffff")
    return QColor(on_dark), QColor(on_bright)


def text_on(color: QColor, colors: Colors) -> QColor:
    """Black or the theme's text colour, whichever reads better on a cell of this colour."""
    return inks(colors)[int(bright(np.array(color.rgb(), np.uint32)))]
