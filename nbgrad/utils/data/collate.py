"""From a list of samples to one batch of tensors."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nbgrad.creation import from_numpy, tensor
from nbgrad.dtypes import float64
from nbgrad.ops.join import stack
from nbgrad.tensor import Tensor


def default_collate(batch: Sequence[Any]) -> Any:
    """Stack tensors, arrays and numbers of equal shape; go into mappings and sequences; leave strings as they are.

    Raises TypeError for other things, RuntimeError where samples differ in length.

    >>> default_collate([{"x": 1, "name": "one"}, {"x": 2, "name": "two"}])
    {'x': tensor([1, 2]), 'name': ['one', 'two']}
    """
    first = batch[0]
    if isinstance(first, Tensor):
        return stack(list(batch), 0)
    if isinstance(first, (np.ndarray, np.generic)):
        return from_numpy(np.stack([np.asarray(sample) for sample in batch]))
    if isinstance(first, float):
        return tensor(list(batch), dtype=float64)
    if isinstance(first, int):
        return tensor(list(batch))
    if isinstance(first, (str, bytes)):
        return list(batch)
    if isinstance(first, Mapping):
        return {key: default_collate([sample[key] for sample in batch]) for key in first}
    if isinstance(first, Sequence):
        return _collate_columns(batch, first)
    raise TypeError(
        f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {type(first)}"
    )


def _collate_columns(batch: Sequence[Any], first: Sequence[Any]) -> Any:
    if any(len(sample) != len(first) for sample in batch):
        raise RuntimeError("each element in list of batch should be of equal size")
    columns = [default_collate(column) for column in zip(*batch, strict=True)]
    return type(first)(*columns) if hasattr(first, "_fields") else columns


def as_tensors(batch: Sequence[Any]) -> list[Any]:
    """The arrays of a finished batch as tensors over the same memory, in a list as `default_collate` returns it."""
    return [from_numpy(part) if isinstance(part, np.ndarray) else part for part in batch]
