"""Nested lists of numbers as arrays, with PyTorch's choice of dtype and its sentences where they are ragged."""

from typing import Any

import numpy as np

from nbgrad.arguments import check_fits
from nbgrad.dtypes import DefaultDtype, bool_, from_numpy_dtype, int64, promote_types


def array_of(data: Any, kind: np.dtype | None) -> np.ndarray:
    """A new array of nested lists, tuples, ranges, arrays and numbers; kind None: their own."""
    if isinstance(data, str):
        raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
    shape = _shape(data)
    kind = kind or _kind(data)
    flat: list[Any] = []
    if 0 not in shape:
        _collect(data, shape, 0, kind, flat)
    if kind.kind in "iu":
        for value in flat:
            _check_whole(value, kind)
        flat = [int(value) for value in flat]
        if kind.kind == "u":
            flat = [value % 256 for value in flat]
    with np.errstate(over="ignore"):
        return np.array(flat, kind).reshape(shape)


def _array(data: Any) -> np.ndarray | None:
    """The array in a tensor, an array itself; None for what is neither."""
    array = getattr(data, "array", data)
    if isinstance(array, np.ndarray | np.generic):
        from_numpy_dtype(array.dtype)
        return np.asarray(array)
    return None


def _is_tensor(data: Any) -> bool:
    return isinstance(getattr(data, "array", None), np.ndarray)


def _is_sequence(data: Any) -> bool:
    """Tensors within lists stand for one number each; arrays are lists themselves."""
    if isinstance(data, dict | set) or _is_tensor(data):
        return False
    array = _array(data)
    return array.ndim > 0 if array is not None else hasattr(data, "__getitem__") and hasattr(data, "__len__")


def _shape(data: Any) -> tuple[int, ...]:
    """As the first element of each level has it."""
    shape: list[int] = []
    while _is_sequence(data):
        if isinstance(data, str):
            raise ValueError(f"too many dimensions '{type(data).__name__}'")
        shape.append(len(data))
        if not shape[-1]:
            break
        data = data[0]
    return tuple(shape)


def _kind(data: Any) -> np.dtype:
    array = _array(data)
    if array is not None:
        return array.dtype
    if isinstance(data, bool):
        return bool_.numpy
    if isinstance(data, int):
        return int64.numpy
    if isinstance(data, float):
        return DefaultDtype.floating.numpy
    if isinstance(data, str):
        raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
    if not _is_sequence(data):
        raise RuntimeError(f"Could not infer dtype of {type(data).__name__}")
    kind = None
    for each in data:
        kind = _kind(each) if kind is None else promote_types(kind, _kind(each))
    return DefaultDtype.floating.numpy if kind is None else kind


def _collect(data: Any, shape: tuple[int, ...], level: int, kind: np.dtype, flat: list[Any]) -> None:
    if level == len(shape):
        if _is_sequence(data):
            listed = type(data).__name__
            if kind.kind == "f":
                raise TypeError(f"must be real number, not {listed}")
            raise TypeError(f"'{listed}' object cannot be interpreted as an integer")
        array = _array(data)
        if array is not None and array.size != 1:
            if kind.kind == "f":
                raise ValueError("only one element tensors can be converted to Python scalars")
            raise TypeError("only integer tensors of a single element can be converted to an index")
        flat.append(data if array is None else array.item())
        return
    if not _is_sequence(data):
        raise TypeError("not a sequence")
    if len(data) != shape[level]:
        raise ValueError(f"expected sequence of length {shape[level]} at dim {level} (got {len(data)})")
    for each in data:
        _collect(each, shape, level + 1, kind, flat)


def _check_whole(value: Any, kind: np.dtype) -> None:
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("Overflow when unpacking long long")
    if value != value:
        raise RuntimeError(f"value cannot be converted to type {kind.name} without overflow")
    check_fits(value, kind, kind.name)
