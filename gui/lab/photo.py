"""A photo of a digit becomes white ink on black paper: polarity, uneven light, specks, place."""

import numpy as np

from gui.lab.drawing import Drawing
from gui.lab.wording import translate
from nbgrad.kernels.cpu.image import stretch
from nbgrad.kernels.registry import kernel

SIDE = 336  # of the square the work is done on
REACH = 0.12  # of the side: paper is the mean brightness so far around, ink left out
LEAST_CONTRAST = 0.06  # of full brightness; below, the picture is blank
SPECK = 0.04  # of the largest part's area: smaller parts are dust
MARGIN = 0.15  # of the longer side of the ink, left around it on the sheet
NO_INK = translate(
    "lab", "There is no ink to see in this picture: it needs one dark digit on bright paper, or the reverse."
)


class PictureError(ValueError):
    """One sentence that says why a picture cannot be used."""


def from_photo(grey: np.ndarray) -> Drawing:
    """A drawing whose ground is the ink of a picture (h, w) of brightness in 0..1; raises PictureError.

    The sheet shows the ink with a little room around it; `photo` is the same part of the picture as it came.
    """
    grey = np.nan_to_num(np.asarray(grey, np.float32))
    if grey.ndim != 2 or 0 in grey.shape:
        raise PictureError(translate("lab", "This picture is empty."))
    square = squared(grey)
    ink = without_specks(find_ink(square))
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    height, width = rows[-1] + 1 - rows[0], columns[-1] + 1 - columns[0]
    side = max(height, width) * (1 + 2 * MARGIN) / SIDE
    left, top = (columns[0] + width / 2) / SIDE - side / 2, (rows[0] + height / 2) / SIDE - side / 2
    ground, photo = np.empty((2, SIDE, SIDE), np.float32)
    stretch(ink, left, top, side, ground)
    stretch(_with_border(square), left / 3 + 1 / 3, top / 3 + 1 / 3, side / 3, photo)
    ground.flags.writeable = photo.flags.writeable = False
    return Drawing(0, ground=ground, photo=photo)


def squared(grey: np.ndarray) -> np.ndarray:
    """The whole picture in the middle of a square of 336 pixels, its edges drawn out to fill it."""
    height, width = grey.shape
    longer = max(height, width)
    above, before = (longer - height) // 2, (longer - width) // 2
    padded = np.pad(grey, ((above, longer - height - above), (before, longer - width - before)), "edge")
    square = np.empty((SIDE, SIDE), np.float32)
    inner = 1 - 1 / longer  # read between the pixels, not beyond them
    stretch(np.ascontiguousarray(np.clip(padded, 0, 1)), 0.5 / longer, 0.5 / longer, inner, square)
    return square


def _with_border(square: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.pad(square, len(square), "edge"))


def find_ink(square: np.ndarray) -> np.ndarray:
    """How much ink each pixel holds, 0..1; raises PictureError where nothing stands out.

    Paper is what is bright (or dark) all around: a mean over a neighbourhood, taken again without what lies far from
    it. Ink is on the side of the paper where the far pixels are. Otsu's threshold parts the two, softly.
    """
    paper, everywhere = _around(square, np.ones_like(square)), np.ones_like(square)
    for _ in range(3):
        apart = square - paper
        near = (np.abs(apart) < max(0.5 * float(apart.std()), LEAST_CONTRAST / 2)).astype(np.float32)
        paper = _around(square, near if near.any() else everywhere)
    apart = square - paper
    depth = apart * np.sign(float((apart**3).sum()) or -1.0)
    level = otsu(np.clip(depth, 0, 1))
    full = depth[depth > level]
    if full.size == 0 or float(np.median(full)) < LEAST_CONTRAST:
        raise PictureError(NO_INK)
    top = float(np.median(full))
    return np.clip((depth - 0.5 * level) / max(top - 0.5 * level, 1e-3), 0, 1).astype(np.float32)


def _around(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The weighted mean over a square neighbourhood of each pixel; where no weight is near, over all of the picture."""
    reach = max(1, round(REACH * len(values)))
    total, weight = _box_sum(values * weights, reach), _box_sum(weights, reach)
    whole = float((values * weights).sum() / max(float(weights.sum()), 1e-6))
    enough = weight > 0.02 * (2 * reach + 1) ** 2
    return np.where(enough, total / np.maximum(weight, 1e-6), whole).astype(np.float32)


def _box_sum(values: np.ndarray, reach: int) -> np.ndarray:
    for axis in (0, 1):
        sums = np.cumsum(np.pad(values.astype(np.float64), [(1, 0) if a == axis else (0, 0) for a in (0, 1)]), axis)
        at = np.arange(values.shape[axis])
        high, low = np.minimum(at + reach + 1, len(at)), np.maximum(at - reach, 0)
        values = np.take(sums, high, axis) - np.take(sums, low, axis)
    return values


def otsu(values: np.ndarray) -> float:
    """The threshold in 0..1 that parts values best in two: largest variance between the parts.

    Source: N. Otsu, «A threshold selection method from gray-level histograms», 1979.

    >>> 0.1 < otsu(np.array([0.0, 0.1, 0.1, 0.8, 0.9])) < 0.8
    True
    """
    counts, edges = np.histogram(values, 256, (0, 1))
    middles = (edges[:-1] + edges[1:]) / 2
    below, mass = np.cumsum(counts), np.cumsum(counts * middles)
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (mass / below - (mass[-1] - mass) / above) ** 2
    best = np.flatnonzero(np.nan_to_num(between) == np.nan_to_num(between).max())
    return float(edges[1:][best].mean())


def without_specks(ink: np.ndarray) -> np.ndarray:
    """The ink without parts that hang together but are small, and without frames: parts along the picture's edge."""
    parts = np.zeros(ink.shape, np.int32)
    many = label_parts((ink > 0.3).astype(np.uint8), parts)
    areas = np.bincount(parts.ravel(), minlength=many + 1)
    areas[0] = 0
    if many == 0:
        raise PictureError(NO_INK)
    rim = np.concatenate((parts[0], parts[-1], parts[:, 0], parts[:, -1]))
    at_rim = np.bincount(rim, minlength=many + 1) > 0
    inner = np.where(at_rim, 0, areas)
    if inner.max() > SPECK * areas.max():
        areas = inner
    keep = areas >= SPECK * areas.max()
    keep[0] = False
    wide = _grown(keep[parts])  # the soft edge of a part belongs to it
    return np.where(wide, ink, 0).astype(np.float32)


def _grown(mask: np.ndarray) -> np.ndarray:
    padded = np.pad(mask, 2)
    side = len(mask)
    return np.any([padded[i : i + side, j : j + side] for i in range(5) for j in range(5)], axis=0)


@kernel("int64(uint8[:, ::1], int32[:, ::1])")
def label_parts(mask, parts):
    """Number the parts of mask (n, m) that touch by side or corner: parts (n, m), 0 outside; returns how many."""
    height, width = mask.shape
    stack = np.empty((height * width, 2), np.int32)
    parts[:, :] = 0
    many = 0
    for i in range(height):
        for j in range(width):
            if mask[i, j] == 0 or parts[i, j] != 0:
                continue
            many += 1
            parts[i, j] = many
            stack[0, 0], stack[0, 1] = i, j
            waiting = 1
            while waiting > 0:
                waiting -= 1
                a, b = stack[waiting, 0], stack[waiting, 1]
                for p in range(max(a - 1, 0), min(a + 2, height)):
                    for q in range(max(b - 1, 0), min(b + 2, width)):
                        if mask[p, q] != 0 and parts[p, q] == 0:
                            parts[p, q] = many
                            stack[waiting, 0], stack[waiting, 1] = p, q
                            waiting += 1
    return many
