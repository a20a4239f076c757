"""From the strokes of a pen to a 28 x 28 picture, the way MNIST's makers did it from scanned forms.

The ink's box is scaled, aspect kept, so that its longer side is 20 pixels, and the result is moved so that its centre
of mass is in the middle of 28 x 28 (Y. LeCun, C. Cortes, C. Burges, «The MNIST database of handwritten digits»).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nbgrad.kernels.cpu import image

BOX = 20
PICTURE = 28
GRID = 3 * BOX  # strokes are drawn this large, then shrunk by averaging blocks
CANVAS = 4 * PICTURE  # the unit square, for showing

LEAST_RADIUS = 1e-3
MOST_RADIUS = 1.0


@dataclass(frozen=True)
class Ink:
    """The stages of a drawing. All are float32 in 0..1 except `picture`, which is uint8 as MNIST's files are."""

    canvas: np.ndarray  # (112, 112) the unit square
    box: np.ndarray  # (h, w) the ink alone, its longer side 60
    small: np.ndarray  # (20, 20) the box scaled down
    picture: np.ndarray  # (28, 28) with the centre of mass in the middle


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


def draw_ink(segments: np.ndarray) -> Ink | None:
    """Every stage from segments (S, 6) in the unit square to MNIST's picture; None where there is no segment.

    >>> ink = draw_ink(stroke_segments([(np.array([[0.1, 0.2], [0.1, 0.6]]), 0.1)]))
    >>> ink.box.shape, ink.picture.shape, int(ink.picture[:, 14].sum()) == int(ink.picture[:, 13].sum())
    ((60, 12), (28, 28), True)
    """
    if len(segments) == 0:
        return None
    canvas = np.empty((CANVAS, CANVAS), np.float32)
    image.draw_segments(segments * np.float32(CANVAS), canvas)
    grid, small, bounds = np.empty((GRID, GRID), np.float32), np.empty((BOX, BOX), np.float32), np.empty(4, np.float32)
    picture = np.empty((PICTURE, PICTURE), np.uint8)
    ink_picture(segments.copy(), bounds, grid, small, picture)
    width, height = bounds[2] - bounds[0], bounds[3] - bounds[1]
    scale = GRID / max(width, height)
    rows, columns = (max(1, min(GRID, round(float(side * scale)))) for side in (height, width))
    top, left = (GRID - rows) // 2, (GRID - columns) // 2
    return Ink(canvas, grid[top : top + rows, left : left + columns].copy(), small, picture)


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
