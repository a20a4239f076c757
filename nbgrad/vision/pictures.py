"""A data set of small grey pictures held as two arrays: what MNIST and the procedural digits have in common."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nbgrad.creation import from_numpy
from nbgrad.tensor import Tensor
from nbgrad.utils.data import Dataset


class PictureDataset(Dataset):
    """pictures (N, h, w) uint8 with labels (N,) int64; a sample is (picture, label) after the two transforms.

    A transform with a method `batch(pictures, indices) -> array` serves a whole batch in one go
    (`nbgrad.vision.transforms.NetworkInput`); any other callable is applied sample by sample.

    >>> dataset = PictureDataset(np.zeros((3, 28, 28), np.uint8), np.array([7, 1, 2]))
    >>> len(dataset), dataset[1][1], dataset.data.shape
    (3, 1, torch.Size([3, 28, 28]))
    """

    def __init__(
        self,
        pictures: np.ndarray,
        labels: np.ndarray,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
    ) -> None:
        if len(pictures) != len(labels):
            raise ValueError(f"{len(pictures)} pictures and {len(labels)} labels do not belong together")
        self.pictures = pictures
        self.labels = labels
        self.transform = transform
        self.target_transform = target_transform

    @property
    def data(self) -> Tensor:
        """All pictures, (N, h, w) uint8, sharing memory with `pictures`."""
        return from_numpy(self.pictures)

    @property
    def targets(self) -> Tensor:
        """All labels, (N,) int64, sharing memory with `labels`."""
        return from_numpy(self.labels)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        picture, label = self.pictures[index], int(self.labels[index])
        return (
            picture if self.transform is None else self.transform(picture),
            label if self.target_transform is None else self.target_transform(label),
        )

    def fetch_batch(self, indices: Sequence[int]) -> tuple[np.ndarray, np.ndarray] | None:
        """The samples as two arrays gathered in one go, or None where a transform knows single samples only."""
        chosen = np.asarray(indices, np.int64)
        batch = np.ndarray.__getitem__ if self.transform is None else getattr(self.transform, "batch", None)
        if batch is None or self.target_transform is not None:
            return None
        return batch(self.pictures, chosen), self.labels[chosen]
