"""Digits that our own pen writes, so that the lab trains with no network and no files."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nbgrad.vision.glyphs import FAMILIES
from nbgrad.vision.handwriting import roll, write
from nbgrad.vision.ink import BOX, GRID, PICTURE, ink_picture
from nbgrad.vision.pictures import PictureDataset

TRAIN_SIZE, TEST_SIZE = 20_000, 2_000


class ProceduralDigits(PictureDataset):
    """Hand-written digits drawn as strokes (`nbgrad.vision.glyphs`) with random shape, slant, width, pen and wobble.

    They pass through MNIST's box, 20 x 20 and centre of mass, so that one network reads both. The same seed gives the
    same pictures, and a smaller set is the beginning of a larger one; `train=False` is another hand. Every ten
    successive samples hold each digit once.

    size: number of pictures (20,000 for training and 2,000 for testing if None). transform, target_transform: as in
    `PictureDataset`. Raises ValueError for a negative size or seed.

    >>> digits = ProceduralDigits(size=10, seed=3)
    >>> digits.pictures.shape, sorted(digits.labels.tolist())
    ((10, 28, 28), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    """

    def __init__(
        self,
        train: bool = True,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        size: int | None = None,
        seed: int = 0,
    ) -> None:
        size = (TRAIN_SIZE if train else TEST_SIZE) if size is None else size
        if size < 0 or seed < 0:
            raise ValueError(f"size and seed of the procedural digits must not be negative, got {size} and {seed}")
        stream = 2 * seed + (not train)
        numbers = roll(stream, -(-size // 10) * 10)
        labels = np.argsort(numbers[:, 0].reshape(-1, 10), axis=1).astype(np.int64).ravel()[:size]
        super().__init__(_draw(labels, numbers[:size, 1:]), labels, transform, target_transform)


def _draw(labels: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    pictures = np.empty((len(labels), PICTURE, PICTURE), np.uint8)
    bounds, grid, small = np.empty(4, np.float32), np.empty((GRID, GRID), np.float32), np.empty((BOX, BOX), np.float32)
    for digit in range(10):
        families = [family for family in FAMILIES if family.digit == digit]
        shares = np.cumsum([family.share for family in families])
        chosen = np.searchsorted(shares[:-1], numbers[:, 0], side="right")
        for choice, family in enumerate(families):
            rows = np.flatnonzero((labels == digit) & (chosen == choice))
            for row, segments in zip(rows.tolist(), write(family, numbers[rows, 1:]), strict=True):
                ink_picture(segments, bounds, grid, small, pictures[row])
    return pictures
