"""New tensors: from data, filled with one number, counted, or random."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nbgrad import random
from nbgrad.device import device as _device
from nbgrad.dtypes import DefaultDtype, dtype, from_numpy_dtype, int64
from nbgrad.ops.dims import spread
from nbgrad.tensor import Tensor


def _finish(array: np.ndarray, device: Any, requires_grad: bool) -> Tensor:
    if device is not None:
        _device(device)
    out = Tensor(array)
    if requires_grad:
        out.requires_grad = True
    return out


def _numpy_dtype(wanted: dtype | None) -> np.dtype:
    return (wanted or DefaultDtype.floating).numpy


def tensor(data: Any, *, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor with a copy of `data`: numbers, nested lists of them, arrays.

    >>> import nbgrad as torch
    >>> torch.tensor([[1, 2], [3, 4]])
    tensor([[1, 2],
            [3, 4]])
    """
    if isinstance(data, Tensor):
        array = data.array.copy()
    elif isinstance(data, np.ndarray | np.generic):
        array = np.array(data)
    else:
        array = _from_lists(data)
    if dtype is not None:
        array = array.astype(dtype.numpy)
    from_numpy_dtype(array.dtype)
    return _finish(array, device, requires_grad)


def _from_lists(data: Any) -> np.ndarray:
    try:
        array = np.array(_plain(data))
    except ValueError as error:
        if "inhomogeneous" not in str(error):
            raise
        first = len(data[0]) if isinstance(data[0], Sequence) else 0
        raise ValueError(
            f"expected sequence of length {first} at dim 1 (got "
            f"{next((len(row) for row in data if isinstance(row, Sequence) and len(row) != first), 0)})"
        ) from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"new(): data must be numbers, not {type(data).__name__}")
    if array.dtype.kind == "f" or array.size == 0:
        return array.astype(DefaultDtype.floating.numpy)
    return array if array.dtype.kind == "b" else array.astype(np.int64)


def _plain(data: Any) -> Any:
    if isinstance(data, list | tuple):
        return [_plain(item) for item in data]
    return data.item() if isinstance(data, Tensor) else data


def from_numpy(ndarray: np.ndarray) -> Tensor:
    """A tensor over an array's own memory: what changes in one changes in the other."""
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    from_numpy_dtype(ndarray.dtype)
    return Tensor(ndarray)


def as_tensor(data: Any, dtype: dtype | None = None, device: Any = None) -> Tensor:
    """A tensor over the data's own memory where that is possible."""
    made = data if isinstance(data, Tensor) else from_numpy(data) if isinstance(data, np.ndarray) else tensor(data)
    return made.to(dtype=dtype, device=device)


def full(
    size: Sequence[int], fill_value: Any, *, dtype: dtype | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Every element `fill_value`; without `dtype` its own kind decides."""
    if dtype is None and isinstance(fill_value, bool | int):
        kind = np.dtype(bool if isinstance(fill_value, bool) else np.int64)
    else:
        kind = _numpy_dtype(dtype)
    return _finish(np.full(tuple(size), fill_value, kind), device, requires_grad)


def zeros(*size: Any, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Every element 0."""
    return _finish(np.zeros(spread(*size), _numpy_dtype(dtype)), device, requires_grad)


def ones(*size: Any, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Every element 1."""
    return _finish(np.ones(spread(*size), _numpy_dtype(dtype)), device, requires_grad)


def empty(*size: Any, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Elements not set to anything."""
    return _finish(np.empty(spread(*size), _numpy_dtype(dtype)), device, requires_grad)


def zeros_like(input: Tensor, *, dtype: dtype | None = None, requires_grad: bool = False) -> Tensor:
    """Zeros of another tensor's shape and dtype."""
    return zeros(input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)


def ones_like(input: Tensor, *, dtype: dtype | None = None, requires_grad: bool = False) -> Tensor:
    """Ones of another tensor's shape and dtype."""
    return ones(input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)


def empty_like(input: Tensor, *, dtype: dtype | None = None, requires_grad: bool = False) -> Tensor:
    """Elements not set to anything, of another tensor's shape and dtype."""
    return empty(input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)


def full_like(input: Tensor, fill_value: Any, *, dtype: dtype | None = None, requires_grad: bool = False) -> Tensor:
    """One number everywhere, of another tensor's shape and dtype."""
    return full(input.shape, fill_value, dtype=dtype or input.dtype, requires_grad=requires_grad)


def arange(start: Any, end: Any = None, step: Any = 1, *, dtype: dtype | None = None) -> Tensor:
    """start, start + step, ... below end.

    >>> import nbgrad as torch
    >>> torch.arange(4)
    tensor([0, 1, 2, 3])
    """
    if end is None:
        start, end = 0, start
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    whole = all(isinstance(each, int) for each in (start, end, step))
    kind = dtype or (int64 if whole else DefaultDtype.floating)
    count = math.ceil((end - start) / step)
    return Tensor((start + step * np.arange(count)).astype(kind.numpy))


def linspace(start: float, end: float, steps: int, *, dtype: dtype | None = None) -> Tensor:
    """`steps` numbers from start to end, both included, at equal distances."""
    return Tensor(np.linspace(start, end, steps).astype(_numpy_dtype(dtype)))


def eye(n: int, m: int | None = None, *, dtype: dtype | None = None) -> Tensor:
    """Ones on the diagonal, zeros elsewhere."""
    return Tensor(np.eye(n, m, dtype=_numpy_dtype(dtype)))


def rand(
    *size: Any, generator: Any = None, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Uniform in [0, 1), the same numbers as PyTorch's for the same seed."""
    numbers = random.uniform(generator or random.default_generator, spread(*size), _numpy_dtype(dtype), 0.0, 1.0)
    return _finish(numbers, device, requires_grad)


def randn(
    *size: Any, generator: Any = None, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Normal with mean 0 and deviation 1, the same numbers as PyTorch's for the same seed."""
    numbers = random.normal(generator or random.default_generator, spread(*size), _numpy_dtype(dtype), 0.0, 1.0)
    return _finish(numbers, device, requires_grad)


def randint(low: int, high: Any = None, size: Any = None, *, generator: Any = None) -> Tensor:
    """Whole numbers in low .. high - 1; `randint(high, size)` starts at 0."""
    if size is None:
        low, high, size = 0, low, high
    return Tensor(random.randint(generator or random.default_generator, tuple(size), low, high))


def randperm(n: int, *, generator: Any = None) -> Tensor:
    """0 .. n - 1 in random order."""
    return Tensor(random.randperm(generator or random.default_generator, n))


def rand_like(input: Tensor, *, dtype: dtype | None = None, requires_grad: bool = False) -> Tensor:
    """Uniform in [0, 1), of another tensor's shape and dtype."""
    return rand(*input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)


def randn_like(input: Tensor, *, dtype: dtype | None = None, requires_grad: bool = False) -> Tensor:
    """Normal with mean 0 and deviation 1, of another tensor's shape and dtype."""
    return randn(*input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)
