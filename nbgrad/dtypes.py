"""Names of element types, and the rules by which two of them become one (PyTorch's type promotion)."""

from typing import Any

import numpy as np

from nbgrad.strided import ARRAYS


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

    @property
    def is_complex(self) -> bool:
        return False


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
    if not isinstance(d, dtype):
        raise TypeError("invalid dtype object: only floating-point types are supported as the default type")
    if not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    DefaultDtype.floating = d


class finfo:
    """The limits of a floating-point type.

    >>> finfo(float32).eps
    1.1920928955078125e-07
    """

    def __init__(self, type: dtype | None = None) -> None:
        wanted = _need_dtype("finfo", type or DefaultDtype.floating)
        if not wanted.is_floating_point:
            raise TypeError(
                "torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'"
            )
        limits = np.finfo(wanted.numpy)
        self.dtype, self.bits = wanted.name, limits.bits
        self.min, self.max, self.eps = float(limits.min), float(limits.max), float(limits.eps)
        self.tiny = self.smallest_normal = float(limits.tiny)
        self.resolution = float(f"1e-{limits.precision}")

    def __repr__(self) -> str:
        parts = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
        return f"finfo({', '.join(f'{part}={getattr(self, part):g}' for part in parts)}, dtype={self.dtype})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, finfo) and self.dtype == other.dtype

    def __hash__(self) -> int:
        return hash(("finfo", self.dtype))


class iinfo:
    """The limits of an integer type.

    >>> iinfo(int8)
    iinfo(min=-128, max=127, dtype=int8)
    """

    def __init__(self, type: dtype) -> None:
        wanted = _need_dtype("iinfo", type)
        if wanted.is_floating_point:
            raise TypeError("torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'")
        if wanted.name == "bool":
            raise TypeError("torch.bool is not supported by torch.iinfo")
        limits = np.iinfo(wanted.numpy)
        self.dtype, self.bits = wanted.name, limits.bits
        self.min, self.max = int(limits.min), int(limits.max)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, iinfo) and self.dtype == other.dtype

    def __hash__(self) -> int:
        return hash(("iinfo", self.dtype))


def _need_dtype(function: str, wanted: Any) -> dtype:
    if not isinstance(wanted, dtype):
        raise TypeError(f"{function}(): argument 'type' (position 1) must be torch.dtype, not {type(wanted).__name__}")
    return wanted


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
    if isinstance(value, float):
        return DefaultDtype.floating.numpy
    if isinstance(value, int | np.integer):
        return _INT64
    if isinstance(value, np.floating | np.bool_):
        return _BOOL if isinstance(value, np.bool_) else DefaultDtype.floating.numpy
    raise TypeError(f"must be Tensor, not {type(value).__name__}")


def result_type(*operands: Any) -> np.dtype:
    """The element type of an operation on arrays and Python numbers.

    Arrays with dimensions decide; 0-d arrays, then numbers, count only where they bring a higher category
    (bool < integer < floating). Source: PyTorch, «type promotion».
    """
    levels: list[np.dtype | None] = [None, None, None]
    for operand in operands:
        if isinstance(operand, ARRAYS):
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
