"""What a loader reads: anything with `__getitem__` and `__len__`.

A data set that keeps its samples in arrays may also offer `fetch_batch(indices)`, which returns the finished batch, or
None where it cannot: then no sample is copied on its own.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nbgrad import random
from nbgrad.creation import from_numpy
from nbgrad.tensor import Tensor


class Dataset:
    """The base class of data sets: subclasses say `__getitem__(index)` and, for most samplers, `__len__()`."""

    def __getitem__(self, index: Any) -> Any:
        raise NotImplementedError("Subclasses of Dataset should implement __getitem__.")


def fetches_its_samples(kind: type) -> bool:
    """Whether `fetch_batch` belongs to the samples: a class that says anew what a sample is has inherited another's."""
    for each in kind.__mro__:
        if "fetch_batch" in vars(each):
            return True
        if "__getitem__" in vars(each) or "__getitems__" in vars(each):
            return False
    return False


class TensorDataset(Dataset):
    """Samples that are the rows of tensors of equal first size: sample i is (t0[i], t1[i], ...).

    Raises ValueError where the first sizes differ.

    >>> import nbgrad as torch
    >>> pairs = TensorDataset(torch.tensor([[1.0], [2.0]]), torch.tensor([0, 1]))
    >>> len(pairs), pairs[1]
    (2, (tensor([2.]), tensor(1)))
    """

    def __init__(self, *tensors: Tensor) -> None:
        if any(tensor.shape[0] != tensors[0].shape[0] for tensor in tensors):
            raise ValueError("Size mismatch between tensors")
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self) -> int:
        return self.tensors[0].shape[0]

    def fetch_batch(self, indices: Sequence[int]) -> tuple[Tensor, ...]:
        chosen = from_numpy(np.asarray(indices, np.int64))
        return tuple(tensor[chosen] for tensor in self.tensors)


class Subset(Dataset):
    """The samples of `dataset` whose numbers are in `indices`, in that order.

    >>> Subset(["a", "b", "c"], [2, 0])[0]
    'c'
    """

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index: Any) -> Any:
        return self.dataset[self.indices[index]]

    def __len__(self) -> int:
        return len(self.indices)

    def fetch_batch(self, indices: Sequence[int]) -> Any:
        if not fetches_its_samples(type(self.dataset)):
            return None
        return self.dataset.fetch_batch([self.indices[i] for i in indices])


def random_split(dataset: Any, lengths: Sequence[float], generator: random.Generator | None = None) -> list[Subset]:
    """Split `dataset` at random into parts of the given lengths, or of the given fractions of a whole.

    What rounding the fractions leaves over goes to the parts one by one. Raises ValueError where the lengths do not sum
    to the whole.

    >>> [len(part) for part in random_split(range(10), [0.72, 0.28])]
    [8, 2]
    """
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:
        sizes = [math.floor(len(dataset) * fraction) for fraction in lengths]
        for i in range(len(dataset) - sum(sizes)):
            sizes[i % len(sizes)] += 1
    else:
        sizes = [int(length) for length in lengths]
    if sum(sizes) != len(dataset):
        raise ValueError("Sum of input lengths does not equal the length of the input dataset!")
    order = random.randperm(generator or random.default_generator, len(dataset)).tolist()
    ends = np.cumsum(sizes).tolist()
    return [Subset(dataset, order[end - size : end]) for size, end in zip(sizes, ends, strict=True)]
