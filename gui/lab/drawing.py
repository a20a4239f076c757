"""What the learner drew: strokes of a pen, or a sample picture, numbered so that only the newest counts."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Stroke:
    """One pen-down to pen-up. points: (x, y) in the unit square, y downwards; width: pen diameter, same unit."""

    points: tuple[tuple[float, float], ...]
    width: float


@dataclass(frozen=True)
class Drawing:
    """The content of the canvas. picture: (28, 28) float32 in 0..1 when a sample is shown instead of strokes."""

    number: int
    strokes: tuple[Stroke, ...] = ()
    picture: np.ndarray | None = None
    label: int | None = None  # true digit of a sample, where known

    @property
    def empty(self) -> bool:
        return not self.strokes and self.picture is None
