"""What the learner drew: strokes of pen and eraser on a blank sheet, a photo or a sample; only the newest counts."""

from dataclasses import dataclass

import numpy as np

from gui.lab.wording import translate

NOTHING_DRAWN = translate("lab", "There is nothing to teach yet: draw a digit first.")


@dataclass(frozen=True)
class Stroke:
    """One pen-down to pen-up. points: (x, y) in the unit square, y downwards; width: pen diameter, same unit."""

    points: tuple[tuple[float, float], ...]
    width: float
    erases: bool = False


@dataclass(frozen=True)
class Drawing:
    """The content of the canvas.

    picture: (28, 28) float32 in 0..1 when a sample is shown, which comes boxed and centred already. ground: (n, n)
    float32 in 0..1, ink that strokes lie upon. photo: (n, n) float32 brightness that the ground was made from.
    """

    number: int
    strokes: tuple[Stroke, ...] = ()
    picture: np.ndarray | None = None
    label: int | None = None  # true digit of a sample, where known
    ground: np.ndarray | None = None
    photo: np.ndarray | None = None

    @property
    def empty(self) -> bool:
        return not self.strokes and self.picture is None and self.ground is None

    def shows_same_as(self, other: "Drawing") -> bool:
        """Whether both show the same, whatever their numbers."""
        same_pictures = self.picture is other.picture and self.ground is other.ground
        return same_pictures and self.strokes == other.strokes and self.label == other.label


FINEST = 0.012  # of the sheet: curves are cut into straight pieces of about this length
MOST_PIECES = 6


def smooth(points: np.ndarray) -> np.ndarray:
    """The stroke as a curve through the middles of its moves, so that quick strokes have no corners: (n, 2) -> (m, 2).

    Each point bends the way from the middle before it to the middle after it: a quadratic Bézier curve. What the canvas
    shows and what the network gets is this same curve.

    >>> smooth(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]))[[0, 3, -1]].tolist()
    [[0.0, 0.0], [0.75, 0.125], [1.0, 1.0]]
    """
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) < 3:
        return points
    step = np.abs(np.diff(points, axis=0)).sum(1).mean()
    many = int(np.clip(np.ceil(step / FINEST), 1, MOST_PIECES))
    t = np.linspace(0, 1, many + 1)[1:, None]
    bends, ends = points[1:-1, None], (points[1:-1, None] + points[2:, None]) / 2
    starts = np.concatenate((points[:1, None], ends[:-1]))
    curves = (1 - t) ** 2 * starts + 2 * t * (1 - t) * bends + t**2 * ends
    return np.concatenate((points[:1], curves.reshape(-1, 2), points[-1:]))
