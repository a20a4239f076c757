"""Names of element types, and the rules by which two of them become one (PyTorch's type promotion)."""

from typing import Any

import numpy as np


class dtype:
    """An element type, as in PyTorch: `nbgrad.float32`.

    >>> float32, float32.is_floating_point, float32.itemsize
    (torch.float32, True, 4)
    """

    __slots__ = ("is_floating_point", "itemsize", "name", "numpy")

    def __init__(self, name: str) -> None:
        self.name = name
        self.numpy = np.dtype(name)
        self.itemsize = self.numpy.itemsize
        self.is_floating_point = self.numpy.kind == "f"

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        return "bool_" if self.name == "bool" else self.name

    @property
    def is_signed(self) -> bool:
        return self.numpy.kind in "if"


float32, float64 = dtype("float32"), dtype("float64")
int8, int16, int32, int64, uint8 = dtype("int8"), dtype("int16"), dtype("int32"), dtype("int64"), dtype("uint8")
bool_ = dtype("bool")

FROM_NUMPY = {each.numpy: each for each in (float32, float64, int8, int16, int32, int64, uint8, bool_)}


class DefaultDtype:
    """The element type of numbers that do not say theirs; `set_default_dtype` changes it."""

    floating = float32


def get_default_dtype() -> dtype:
    """The floating-point type new tensors get when none is named."""
    return DefaultDtype.floating


def set_default_dtype(d: dtype) -> None:
    """Name the floating-point type new tensors get; raises TypeError for another kind."""
    if not isinstance(d, dtype) or not d.is_floating_point:
        raise TypeError(f"only floating-point types are supported as the default type, but got {d}")
    DefaultDtype.floating = d


def from_numpy_dtype(numpy_dtype: np.dtype) -> dtype:
    """The dtype of a numpy array; raises TypeError with PyTorch's sentence where there is none."""
    try:
        return FROM_NUMPY[numpy_dtype]
    except KeyError:
        raise TypeError(
            f"can't convert np.ndarray of type {numpy_dtype.type.__module__}.{numpy_dtype.type.__name__}. The only "
            "supported types are: float64, float32, int64, int32, int16, int8, uint8, and bool."
        ) from None


_INT64, _BOOL = int64.numpy, bool_.numpy


def promote_types(a: np.dtype, b: np.dtype) -> np.dtype:
    """The smallest type that holds both: a float wins over any integer, an integer over bool."""
    if a == b:
        return a
    if a.kind == "f" and b.kind != "f":
        return a
    if b.kind == "f" and a.kind != "f":
        return b
    return np.promote_types(a, b)


def _scalar_dtype(value: Any) -> np.dtype:
    if isinstance(value, bool):
        return _BOOL
    return _INT64 if isinstance(value, int) else DefaultDtype.floating.numpy


def result_type(*operands: Any) -> np.dtype:
    """The element type of an operation on arrays and Python numbers.

    Arrays with dimensions decide; 0-d arrays, then numbers, count only where they bring a higher category
    (bool < integer < floating). Source: PyTorch, «type promotion».
    """
    levels: list[np.dtype | None] = [None, None, None]
    for operand in operands:
        if isinstance(operand, np.ndarray):
            level, kind = (0 if operand.ndim else 1), operand.dtype
        else:
            level, kind = 2, _scalar_dtype(operand)
        seen = levels[level]
        levels[level] = kind if seen is None else promote_types(seen, kind)
    result = None
    for lower in reversed(levels):
        result = _combine(lower, result)
    assert result is not None
    return result


def _combine(higher: np.dtype | None, lower: np.dtype | None) -> np.dtype | None:
    if higher is None or lower is None:
        return lower if higher is None else higher
    if higher.kind != "f" and (higher.kind == "b" or lower.kind == "f"):
        return promote_types(higher, lower)
    return higher
