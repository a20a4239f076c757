"""The hand that writes the procedural digits: it blends variants of a glyph, wobbles, slants, and moves the pen along.

Arrays hold one row per digit written: n digits of a family whose variants have c control points.
"""

import math
from functools import cache

import numpy as np

from nbgrad import random
from nbgrad.vision.glyphs import CORNER, LIFT, SMOOTH, Family

PIECES = 5  # straight pieces per curve between two control points
DRAWS = 144  # random numbers a digit has at hand; each takes its own, so that the set's size does not matter

# Deviations and means, in heights of the digit, fitted to MNIST's slant, width and ink.
BEYOND = 1.3  # blends reach beyond the variants
WAVES, WAVE_PACE, WAVE_HEIGHT = 3, 5.0, 0.036
UNSTEADY, MISPLACED = 0.018, 0.035  # of a control point, of a whole later stroke
SLANT, SLANT_SPREAD = 0.13, 0.25
ASPECT, ASPECT_SPREAD = 0.83, 0.23
ROTATION_SPREAD = 0.10
PEN, PEN_SPREAD, PRESSURE_SPREAD = 0.070, 0.32, 0.12


class Dice:
    """Random numbers for n digits at a time, taken from the columns of `numbers` (n, DRAWS), uniform in 0..1."""

    def __init__(self, numbers: np.ndarray) -> None:
        self.numbers = numbers
        self.taken = 0

    def uniform(self, *shape: int) -> np.ndarray:
        """(n, *shape), uniform in 0..1."""
        first, self.taken = self.taken, self.taken + math.prod(shape)
        return self.numbers[:, first : self.taken].reshape(-1, *shape)

    def normal(self, *shape: int) -> np.ndarray:
        """(n, *shape), normal, but never beyond 3 deviations: a hand has no outliers."""
        radius = np.sqrt(-2 * np.log1p(-self.uniform(*shape)))
        return np.clip(radius * np.cos(2 * math.pi * self.uniform(*shape)), -3, 3)


def roll(stream: int, count: int) -> np.ndarray:
    """The numbers of `count` digits, (count, DRAWS) float32: the first rows of a longer table are the same."""
    return random.uniform(random.Generator().manual_seed(stream), (count, DRAWS), np.float32, 0, 1)


def write(family: Family, numbers: np.ndarray) -> np.ndarray:
    """Segments (n, s, 6) of n digits of one family, as `nbgrad.vision.ink` reads them, from numbers (n, DRAWS)."""
    dice = Dice(numbers)
    path = _deform(dice, family, _blend(dice, family))
    basis = _curve_basis(family.flags)
    points = np.tensordot(path, basis, (1, 2)).transpose(0, 2, 3, 1)  # (n, curves, PIECES + 1, 2)
    pen = _press(dice, *basis.shape[:2])
    segments = np.empty((len(path), len(basis), PIECES, 6), np.float32)
    segments[..., 0:2], segments[..., 2:4] = points[:, :, :-1], points[:, :, 1:]
    segments[..., 4], segments[..., 5] = pen[:, :, :-1], pen[:, :, 1:]
    return segments.reshape(len(path), len(basis) * PIECES, 6)


def _blend(dice: Dice, family: Family) -> np.ndarray:
    """A mixture of the variants, most often close to one of them: (n, c, 2)."""
    many = len(family.points)
    weights = dice.uniform(many) ** 6 + 1e-4
    weights = BEYOND * weights / weights.sum(1, keepdims=True) - (BEYOND - 1) / many
    return np.tensordot(weights, family.points, 1)


def _deform(dice: Dice, family: Family, path: np.ndarray) -> np.ndarray:
    """Long waves over the plane (so crossings stay crossings), unsteady points, then slant, width and turn."""
    pace, phase = WAVE_PACE * dice.normal(WAVES, 2), 2 * math.pi * dice.uniform(WAVES, 1, 2)
    height = WAVE_HEIGHT * dice.normal(WAVES, 1, 2)
    angle = np.matmul(pace, path.transpose(0, 2, 1))[..., None]  # (n, WAVES, c, 1)
    wobble = (height * np.sin(angle + phase)).sum(1)
    stroke = np.cumsum(np.equal(family.flags, LIFT)) - 1
    misplaced = MISPLACED * dice.normal(stroke[-1] + 1, 2)[:, stroke] * (stroke > 0)[:, None]
    path = path + wobble + misplaced + UNSTEADY * dice.normal(path.shape[1], 2) - 0.5
    slant, aspect = SLANT + SLANT_SPREAD * dice.normal(1), ASPECT * np.exp(ASPECT_SPREAD * dice.normal(1))
    x, y = path[..., 0] * aspect - slant * path[..., 1], path[..., 1]
    turn = ROTATION_SPREAD * dice.normal(1)
    return np.stack([np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y], 2)


def _press(dice: Dice, curves: int, points: int) -> np.ndarray:
    """Radius of the pen along the way: (n, curves, points), a width of its own for each digit, drifting a little."""
    radius, swell = PEN * np.exp(PEN_SPREAD * dice.normal(1, 1)), PRESSURE_SPREAD * dice.normal(1, 1)
    pace, phase = 0.6 * dice.uniform(1, 1), 2 * math.pi * dice.uniform(1, 1)
    way = np.arange(curves)[:, None] + np.linspace(0, 1, points)
    return radius * (1 + swell * np.sin(pace * way + phase))


@cache
def _curve_basis(flags: tuple[int, ...]) -> np.ndarray:
    """(curves, PIECES + 1, c): points of Catmull-Rom curves as weights of the control points, cut at corners and lifts.

    Source: E. Catmull, R. Rom, «A class of local interpolating splines», 1974.
    """
    t = np.linspace(0, 1, PIECES + 1)
    cubic = np.stack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2], 1) / 2
    curves = []
    for i in range(len(flags) - 1):
        if flags[i + 1] == LIFT:
            continue
        before = i - 1 if flags[i] == SMOOTH else i
        ends = i + 2 == len(flags) or flags[i + 1] == CORNER or flags[i + 2] == LIFT
        curve = np.zeros((PIECES + 1, len(flags)))
        for column, point in enumerate((before, i, i + 1, i + 1 if ends else i + 2)):
            curve[:, point] += cubic[:, column]
        curves.append(curve)
    return np.array(curves)
