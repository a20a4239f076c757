"""Drawings that are no digit, made by our own pen: letters, scribbles, shapes. So that «no digit» can be learnt."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from nbgrad.vision.glyphs import Family
from nbgrad.vision.handwriting import DRAWS, Dice, roll, write
from nbgrad.vision.ink import BOX, GRID, PICTURE, ink_picture
from nbgrad.vision.letters import LATIN, LOOK_ALIKES, OTHERS
from nbgrad.vision.pictures import PictureDataset

TRAIN_SIZE, TEST_SIZE = 12_000, 3_000
STREAMS = 1 << 20  # apart from those of the procedural digits
KINDS = ("letter", "scribble", "look-alike", "other")
ALPHABETS = {"letter": LATIN, "look-alike": LOOK_ALIKES, "other": OTHERS}
LEAST_PEN, MOST_PEN = 0.03, 0.16  # diameter, of the drawing's longer side


class Doodles(PictureDataset):
    """Pictures (N, 28, 28) of what is no digit, through MNIST's box, 20 x 20 and centre of mass. Labels number `names`.

    kind: "letter" (Latin letters of a form that no digit has), "scribble" (lines, coils, hatchings, dots, polygons,
    stars, arrows ...), "look-alike" (O I S Z b g q l y z), "other" (letters of other alphabets). The same seed gives
    the same pictures; `train=False` is another hand.

    >>> doodles = Doodles("scribble", size=20)
    >>> doodles.pictures.shape, doodles.names[:3]
    ((20, 28, 28), ('tangle', 'zigzag', 'coil'))
    """

    def __init__(
        self,
        kind: str,
        train: bool = True,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        size: int | None = None,
        seed: int = 0,
    ) -> None:
        if kind not in KINDS:
            raise ValueError(f"a doodle is one of {', '.join(KINDS)}, not «{kind}»")
        size = (TRAIN_SIZE if train else TEST_SIZE) if size is None else size
        numbers = roll(STREAMS + 8 * seed + 2 * KINDS.index(kind) + (not train), size)
        alphabet = ALPHABETS.get(kind)
        self.names = tuple(alphabet or SCRIBBLES)
        labels = np.arange(size) % len(self.names)
        pictures = np.empty((size, PICTURE, PICTURE), np.uint8)
        for label, name in enumerate(self.names):
            rows = np.flatnonzero(labels == label)
            many = _written(alphabet[name], numbers[rows]) if alphabet else _scribbled(name, numbers[rows])
            for row, segments in zip(rows.tolist(), many, strict=True):
                _draw(segments, pictures[row])
        super().__init__(pictures, labels.astype(np.int64), transform, target_transform)


def _draw(segments: np.ndarray, picture: np.ndarray) -> None:
    bounds, grid, small = np.empty(4, np.float32), np.empty((GRID, GRID), np.float32), np.empty((BOX, BOX), np.float32)
    ink_picture(np.ascontiguousarray(segments, np.float32), bounds, grid, small, picture)


def _written(family: Family, numbers: np.ndarray) -> np.ndarray:
    return write(family, numbers)


def _scribbled(name: str, numbers: np.ndarray) -> list[np.ndarray]:
    """Segments of scribbles of one kind, a row of numbers for each."""
    result = []
    for row in numbers:
        dice = Dice(row[None])
        pen, turn = dice.uniform(2)[0]
        strokes = SCRIBBLES[name](dice)
        radius = (LEAST_PEN + (MOST_PEN - LEAST_PEN) * pen**2) / 2
        tilt = 0.0 if name == "dash" else 2 * math.pi * turn
        rotation = np.array([[math.cos(tilt), math.sin(tilt)], [-math.sin(tilt), math.cos(tilt)]])
        segments = []
        for stroke in strokes:
            path = stroke @ rotation
            ends = path[1:] if len(path) > 1 else path
            segments.append(np.column_stack((path[: len(ends)], ends, np.full((len(ends), 2), radius))))
        result.append(np.concatenate(segments))
    return result


# ---- scribbles: each rolls its dice and gives the strokes, points (n, 2) in about the unit square

Strokes = list[np.ndarray]


def _smooth(points: np.ndarray, closed: bool = False) -> np.ndarray:
    """A Catmull-Rom curve through points (n, 2)."""
    ends = (points[-1:], points[:2]) if closed else (points[:1], points[-1:])
    padded = np.concatenate((ends[0], points, ends[1]))
    t = np.linspace(0, 1, 6, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        pieces.append(b + t * (c - a) / 2 + t**2 * (a - 2.5 * b + 2 * c - d / 2) + t**3 * (1.5 * (b - c) + (d - a) / 2))
    return np.concatenate((*pieces, padded[-2:-1]))


def _count(dice: Dice, least: int, most: int) -> int:
    return least + int(dice.uniform(1)[0, 0] * (most - least + 1) * 0.999999)


def _tangle(dice: Dice) -> Strokes:
    return [_smooth(dice.uniform(_count(dice, 6, 14), 2)[0])]


def _zigzag(dice: Dice) -> Strokes:
    many = _count(dice, 5, 11)
    height = 0.3 + 0.7 * dice.uniform(1)[0, 0]
    x = np.linspace(0, 1, many) + 0.04 * dice.normal(many)[0]
    y = height * (np.arange(many) % 2) + 0.05 * dice.normal(many)[0]
    return [np.stack((x, y), 1)]


def _coil(dice: Dice) -> Strokes:
    turns, drift = 2 + 3 * dice.uniform(1)[0, 0], 0.6 + 1.4 * dice.uniform(1)[0, 0]
    t = np.linspace(0, 2 * math.pi * turns, round(24 * turns))
    return [np.stack((drift * t / t[-1] + 0.25 * np.cos(t), 0.25 * np.sin(t)), 1)]


def _spiral(dice: Dice) -> Strokes:
    turns = 1.8 + 2 * dice.uniform(1)[0, 0]
    t = np.linspace(0.3, 2 * math.pi * turns, round(24 * turns))
    wide = 0.7 + 0.6 * dice.uniform(1)[0, 0]
    return [np.stack((wide * t * np.cos(t), t * np.sin(t)), 1) / (2 * t[-1])]


def _lines(dice: Dice) -> Strokes:
    return [dice.uniform(2, 2)[0] for _ in range(_count(dice, 3, 6))]


def _hatching(dice: Dice) -> Strokes:
    many, lean = _count(dice, 3, 6), dice.normal(1)[0, 0] * 0.2
    ends = 0.06 * dice.normal(many, 2)[0]
    return [np.array([[i / (many - 1), ends[i, 0]], [i / (many - 1) + lean, 0.8 + ends[i, 1]]]) for i in range(many)]


def _grid(dice: Dice) -> Strokes:
    many = _count(dice, 2, 4)
    at = np.linspace(0, 1, many) + 0.04 * dice.normal(many)[0]
    return [np.array([[p, -0.1], [p, 1.1]]) for p in at] + [np.array([[-0.1, p], [1.1, p]]) for p in at]


def _dots(dice: Dice) -> Strokes:
    return [dice.uniform(1, 2)[0] for _ in range(_count(dice, 2, 9))]


def _blot(dice: Dice) -> Strokes:
    """One dot, or a patch rubbed over and over."""
    if dice.uniform(1)[0, 0] < 0.3:
        return [np.zeros((1, 2))]
    return [np.cumsum(0.06 * dice.normal(30, 2)[0], 0)]


def _dash(dice: Dice) -> Strokes:
    slope = 0.25 * dice.normal(1)[0, 0]
    bend = 0.08 * dice.normal(1)[0, 0]
    return [_smooth(np.array([[0.0, 0.0], [0.5, slope / 2 + bend], [1.0, slope]]))]


def _polygon(dice: Dice) -> Strokes:
    corners = _count(dice, 3, 5)
    angle = 2 * math.pi * (np.arange(corners + 1) % corners) / corners
    wide = 0.6 + 0.8 * dice.uniform(1)[0, 0]
    points = np.stack((wide * np.cos(angle), np.sin(angle)), 1) / 2
    points[:-1] += 0.04 * dice.normal(corners, 2)[0]
    points[-1] = points[0]
    return [points]


def _star(dice: Dice) -> Strokes:
    corners, skip = (5, 2) if dice.uniform(1)[0, 0] < 0.6 else (7, 3)
    angle = 2 * math.pi * (skip * np.arange(corners + 1) % corners) / corners
    points = np.stack((np.cos(angle), np.sin(angle)), 1) / 2
    return [points + 0.03 * dice.normal(corners + 1, 2)[0]]


def _cross(dice: Dice) -> Strokes:
    """A plus, a cross or an asterisk."""
    arms = _count(dice, 2, 4)
    angle = math.pi * np.arange(arms) / arms + 0.08 * dice.normal(arms)[0]
    return [np.array([[-np.cos(a), -np.sin(a)], [np.cos(a), np.sin(a)]]) / 2 for a in angle]


def _arrow(dice: Dice) -> Strokes:
    head = 0.2 + 0.2 * dice.uniform(1)[0, 0]
    bend = 0.1 * dice.normal(1)[0, 0]
    shaft = _smooth(np.array([[0.0, 0.0], [0.5, bend], [1.0, 0.0]]))
    return [shaft, np.array([[1 - head, -head], [1.0, 0.0], [1 - head, head]])]


def _wave(dice: Dice) -> Strokes:
    """One long wave (a short one would be an S), or some below each other."""
    rows = _count(dice, 1, 3)
    pace = 2 * math.pi * ((2.5 if rows == 1 else 1.5) + 1.5 * dice.uniform(1)[0, 0])
    x = np.linspace(0, 1, 40)
    height = 0.08 + 0.14 * dice.uniform(1)[0, 0]
    return [np.stack((x, height * np.sin(pace * x) + 0.4 * row), 1) for row in range(rows)]


def _heart(dice: Dice) -> Strokes:
    t = np.linspace(0, 2 * math.pi, 40)
    x, y = 16 * np.sin(t) ** 3, -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    return [np.stack((x * (0.8 + 0.4 * dice.uniform(1)[0, 0]), y), 1) / 32]


SCRIBBLES: dict[str, Callable[[Dice], Strokes]] = {
    "tangle": _tangle, "zigzag": _zigzag, "coil": _coil, "spiral": _spiral, "lines": _lines, "hatching": _hatching,
    "grid": _grid, "dots": _dots, "blot": _blot, "dash": _dash, "polygon": _polygon, "star": _star, "cross": _cross,
    "arrow": _arrow, "wave": _wave, "heart": _heart,
}  # fmt: skip

assert DRAWS >= 2 + 2 * 2 * 30  # what the blot rolls
