"""Digits that our own pen writes, so that the lab trains with no network and no files."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nbgrad.kernels.cpu.handwriting import write_digits
from nbgrad.vision.glyphs import glyph_tables
from nbgrad.vision.ink import PICTURE
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
        labels = np.tile(np.arange(10), (-(-size // 10), 1))
        labels = np.random.default_rng(stream).permuted(labels, axis=1).ravel()[:size]
        pictures = np.empty((size, PICTURE, PICTURE), np.uint8)
        write_digits(np.uint64(stream % 2**64), labels, *glyph_tables(), pictures)
        super().__init__(pictures, labels, transform, target_transform)
