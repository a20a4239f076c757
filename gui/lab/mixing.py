"""What joins the data set's pictures in a batch: drawings of no digit, and the learner's own."""

import math
from functools import cache

import numpy as np

from nbgrad import random
from nbgrad.vision.doodles import Doodles
from nbgrad.vision.transforms import NetworkInput

CLASSES = 10
NOTHING = -1  # the label of a drawing that is no digit
TRAINED_ON = ("letter", "scribble")


@cache
def doodles() -> np.ndarray:
    """(N, 28, 28) uint8: what «no digit» is taught with."""
    return np.concatenate([Doodles(kind, train=True).pictures for kind in TRAINED_ON])


def mixed(
    batch: np.ndarray, labels: np.ndarray, others: list[tuple[np.ndarray, np.ndarray]], transform: NetworkInput
) -> tuple[np.ndarray, np.ndarray]:
    """A batch (B, 1, 32, 32) with its labels (B,), joined by others, as pictures (n, 28, 28) with labels (n,).

    Targets are chances (B + n, 10), as a drawing of no digit has no label: 1/10 for each digit. Source: D. Hendrycks,
    M. Mazeika, T. Dietterich, «Deep anomaly detection with outlier exposure», 2019.
    """
    batches = [transform.batch(pictures, np.arange(len(pictures))) for pictures, _ in others]
    return np.concatenate([batch, *batches]), chances(np.concatenate([labels, *(labels for _, labels in others)]))


def chances(labels: np.ndarray) -> np.ndarray:
    """(n,) labels -> (n, 10) float32 targets.

    >>> chances(np.array([2, NOTHING]))[:, 1:4].round(1).tolist()
    [[0.0, 1.0, 0.0], [0.10000000149011612, 0.10000000149011612, 0.10000000149011612]]
    """
    table = np.concatenate((np.eye(CLASSES), np.full((1, CLASSES), 1 / CLASSES))).astype(np.float32)
    return table[labels]


def draw(
    pool: np.ndarray, labels: np.ndarray, share: float, size: int, generator: random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """So many pictures from a pool, any of them again and again: a share of `size`, but one at least."""
    count = max(1, math.floor(share * size + 0.5))
    chosen = (random.uniform(generator, (count,), np.float32, 0, 1) * len(pool)).astype(np.int64) % len(pool)
    return pool[chosen], labels[chosen]
