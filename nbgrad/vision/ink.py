"""From the strokes of a pen to a 28 x 28 picture, the way MNIST's makers did it from scanned forms.

The ink's box is scaled, aspect kept, so that its longer side is 20 pixels, and the result is moved so that its centre
of mass is in the middle of 28 x 28 (Y. LeCun, C. Cortes, C. Burges, «The MNIST database of handwritten digits»).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nbgrad.kernels.cpu import image

BOX = 20
PICTURE = 28
GRID = 3 * BOX  # strokes are drawn this large, then shrunk by averaging blocks
CANVAS = 4 * PICTURE  # the unit square, for showing

SEARCH = 6 * PICTURE  # a sheet that an eraser or more than a picture went over is drawn this large to find its ink

LEAST_RADIUS = 1e-3
MOST_RADIUS = 1.0
LEAST_INK = 0.1  # fainter pixels are no ink


@dataclass(frozen=True)
class Sheet:
    """What lies on the unit square: a picture (n, n) float32 in 0..1 or None, and strokes upon it, the first lowest.

    strokes: pairs of segments (S, 6) and whether they erase.
    """

    picture: np.ndarray | None
    strokes: tuple[tuple[np.ndarray, bool], ...] = ()


@dataclass(frozen=True)
class Steps:
    """Which of MNIST's steps are taken. box: find the ink; scale: its longer side to 20 pixels; centre: by its mass."""

    box: bool = True
    scale: bool = True
    centre: bool = True


@dataclass(frozen=True)
class Ink:
    """The stages of a drawing. All are float32 in 0..1 except `picture`, which is uint8 as MNIST's files are.

    window: left, top and side of the square of the sheet that became `picture`.
    """

    canvas: np.ndarray  # (112, 112) the unit square
    box: np.ndarray  # (h, w) the ink alone, three pixels to one of `small`
    small: np.ndarray  # (20, 20) the box scaled down
    picture: np.ndarray  # (28, 28) with the centre of mass in the middle
    window: tuple[float, float, float]


def stroke_segments(strokes: Iterable[tuple[np.ndarray, float]]) -> np.ndarray:
    """Segments (S, 6) of strokes in the unit square: what of each pen path lies inside; a dot is a segment of length 0.

    strokes: pairs of points (n, 2) and pen diameter. Points that are not finite break no path: they are left out.

    >>> stroke_segments([(np.array([[0.5, 0.2], [0.5, 0.8]]), 0.1)]).tolist() == np.float32(
    ...     [[0.5, 0.2, 0.5, 0.8, 0.05, 0.05]]).tolist()
    True
    """
    rows = [np.zeros((0, 6), np.float32)]
    for points, width in strokes:
        path = np.asarray(points, np.float64).reshape(-1, 2)
        path = np.clip(path[np.isfinite(path).all(axis=1)], -1e4, 1e4)
        radius = np.clip(np.nan_to_num(width / 2), LEAST_RADIUS, MOST_RADIUS)
        ends = path[1:] if len(path) > 1 else path
        starts = path[: len(ends)]
        rows.append(np.column_stack((starts, ends, np.full((len(ends), 2), radius))).astype(np.float32))
    segments = np.concatenate(rows)
    return segments[: image.clip_segments(segments)]


def draw_ink(sheet: Sheet, steps: Steps = Steps()) -> Ink | None:
    """Every stage from the unit square to MNIST's picture; None where there is no ink.

    >>> ink = draw_ink(Sheet(None, ((stroke_segments([(np.array([[0.1, 0.2], [0.1, 0.6]]), 0.1)]), False),)))
    >>> ink.box.shape, ink.picture.shape, int(ink.picture[:, 14].sum()) == int(ink.picture[:, 13].sum())
    ((60, 12), (28, 28), True)
    """
    bounds = find_box(sheet)
    if bounds is None:
        return None
    left, top, right, bottom = bounds if steps.box else (0.0, 0.0, 1.0, 1.0)
    longer = max(right - left, bottom - top)
    size = BOX if steps.scale else min(PICTURE, max(1, math.ceil(PICTURE * longer)))
    side = longer if steps.scale else size / PICTURE
    x, y = (left + right - side) / 2, (top + bottom - side) / 2
    grid = ink_in(sheet, x, y, side, size * GRID // BOX)
    small = np.empty((size, size), np.float32)
    image.shrink(grid, small)
    picture, row, column = _place(small, steps.centre)
    pixel = side / size
    return Ink(
        ink_in(sheet, 0.0, 0.0, 1.0, CANVAS),
        _middle(grid, (bottom - top) / side, (right - left) / side),
        small,
        picture,
        (x - column * pixel, y - row * pixel, PICTURE * pixel),
    )


def ink_in(sheet: Sheet, left: float, top: float, side: float, size: int) -> np.ndarray:
    """The part (left, top, side, side) of the sheet as pixels (size, size) float32 in 0..1."""
    grid, cover = np.zeros((size, size), np.float32), np.empty((size, size), np.float32)
    if sheet.picture is not None:
        writable = np.require(sheet.picture, np.float32, ["C", "W"])  # kernels are compiled for no other
        image.stretch(writable, left, top, side, grid)
    for segments, erases in sheet.strokes:
        here = segments - np.array([left, top, left, top, 0, 0], np.float32)
        image.draw_segments(here * np.float32(size / side), cover)
        if erases:
            grid *= 1 - cover
        else:
            np.maximum(grid, cover, out=grid)
    return grid


def find_box(sheet: Sheet) -> tuple[float, float, float, float] | None:
    """Left, top, right and bottom of the ink in the unit square, None where there is none.

    Exact for strokes of the pen and to a pixel for a picture; where both meet or an eraser went, to 1 / 168.
    """
    if sheet.picture is None and not any(erases for _, erases in sheet.strokes):
        segments = np.concatenate([np.zeros((0, 6), np.float32), *(segments for segments, _ in sheet.strokes)])
        if len(segments) == 0:
            return None
        bounds = np.empty(4, np.float32)
        image.fit_segments(segments, np.float32(1), bounds)
        left, top, right, bottom = bounds.tolist()
        return left, top, right, bottom
    whole = sheet.picture if not sheet.strokes else None
    inked = (ink_in(sheet, 0.0, 0.0, 1.0, SEARCH) if whole is None else whole) > LEAST_INK
    if not inked.any():
        return None
    rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
    edges = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    left, top, right, bottom = (float(edge) / len(inked) for edge in edges)
    return left, top, right, bottom


def _place(small: np.ndarray, centre: bool) -> tuple[np.ndarray, int, int]:
    """`small` on 28 x 28, and the row and column of its corner there."""
    size = len(small)
    row = column = (PICTURE - size) // 2
    if centre:
        shares = small.astype(np.float64) / max(float(small.sum(dtype=np.float64)), 1e-12)
        middle = np.arange(size) + 0.5
        row, column = (math.floor(PICTURE / 2 - float((shares.sum(axis) * middle).sum()) + 0.5) for axis in (1, 0))
        if size <= BOX:  # all of it stays in sight, as in MNIST
            row, column = (min(max(place, 0), PICTURE - size) for place in (row, column))
    wide = np.zeros((3 * PICTURE, 3 * PICTURE), np.uint8)
    wide[PICTURE + row :, PICTURE + column :][:size, :size] = np.floor(small * 255 + 0.5)
    return wide[PICTURE : 2 * PICTURE, PICTURE : 2 * PICTURE].copy(), row, column


def _middle(grid: np.ndarray, height: float, width: float) -> np.ndarray:
    """The middle of the square grid, of these shares of its side."""
    rows, columns = (max(1, min(len(grid), round(len(grid) * share))) for share in (height, width))
    top, left = (len(grid) - rows) // 2, (len(grid) - columns) // 2
    return grid[top : top + rows, left : left + columns].copy()


def ink_picture(
    segments: np.ndarray, bounds: np.ndarray, grid: np.ndarray, small: np.ndarray, picture: np.ndarray
) -> None:
    """MNIST's steps into arrays of the caller: the box's bounds (4,), grid (60, 60), small (20, 20), picture (28, 28).

    segments (S, 6), at least one, move with the box.
    """
    image.fit_segments(segments, np.float32(GRID), bounds)
    image.draw_segments(segments, grid)
    image.shrink(grid, small)
    image.place_by_mass(small, picture)
