"""Arguments as callers may write them, checked; what does not fit raises PyTorch's sentence before anything is made."""

import math
from typing import Any

import numpy as np

from nbgrad.dtypes import DefaultDtype, bool_, dtype, float64, int64
from nbgrad.strided import ARRAYS

NO_GRADIENT = "Only Tensors of floating point and complex dtype can require gradients"
PYTHON_TYPES = {float: float64, int: int64, bool: bool_}


def as_dtype(function: str, wanted: Any, otherwise: dtype | None = None) -> np.dtype:
    """The element type an argument `dtype=` names; None means `otherwise`, or the default floating one."""
    if wanted is None:
        return (otherwise or DefaultDtype.floating).numpy
    wanted = PYTHON_TYPES.get(wanted, wanted) if isinstance(wanted, type) else wanted
    if not isinstance(wanted, dtype):
        raise TypeError(f"{function}(): argument 'dtype' must be torch.dtype, not {type(wanted).__name__}")
    return wanted.numpy


def as_size(function: str, size: tuple[Any, ...], spread: bool = True, fills: bool = False) -> tuple[int, ...]:
    """The shape that `f(2, 3)`, `f((2, 3))` or `f(size=(2, 3))` names.

    spread: whether the extents may stand side by side. fills: the functions whose sentence about negative extents
    names the function.
    """
    if not size:
        raise TypeError(f'{function}() missing 1 required positional arguments: "size"')
    first = size[0]
    listed = len(size) == 1 and isinstance(first, list | tuple)
    if not listed and (not spread or not _is_extent(first)):
        raise TypeError(f"{function}(): argument 'size' (position 1) must be tuple of ints, not {type(first).__name__}")
    extents = first if listed else size
    for i, extent in enumerate(extents):
        if not _is_extent(extent):
            raise TypeError(
                f"{function}(): argument 'size' failed to unpack the object at pos {i + 1} with error \"type must be "
                f'tuple of ints,but got {type(extent).__name__}"'
            )
    shape = tuple(int(extent) for extent in extents)
    negative = next((extent for extent in shape if extent < 0), None)
    if negative is not None and fills:
        raise RuntimeError(f"{function}: Dimension size must be non-negative.")
    if negative is not None:
        raise RuntimeError(f"Trying to create tensor with negative dimension {negative}: {list(shape)}")
    return shape


def _is_extent(value: Any) -> bool:
    if isinstance(value, bool | float | str | list | tuple):
        return False
    array = getattr(value, "array", value)
    return hasattr(value, "__index__") and (not isinstance(array, ARRAYS) or array.dtype.kind in "iu")


def as_number(function: str, name: str, position: int, value: Any) -> Any:
    """A Python number, or that of a 0-d tensor without gradient."""
    array = getattr(value, "array", value)
    if isinstance(array, (*ARRAYS, np.generic)) and array.ndim == 0 and not getattr(value, "requires_grad", False):
        return array.item()
    if not isinstance(value, bool | int | float):
        raise TypeError(
            f"{function}(): argument '{name}' (position {position}) must be Number, not {type(value).__name__}"
        )
    return value


def as_whole(function: str, name: str, position: int, value: Any) -> int:
    """A whole number, never a float."""
    if not _is_extent(value):
        raise TypeError(
            f"{function}(): argument '{name}' (position {position}) must be int, not {type(value).__name__}"
        )
    return int(value)


def as_tensor_argument(function: str, value: Any) -> Any:
    """The tensor another one is to be like."""
    if not isinstance(getattr(value, "array", None), ARRAYS):
        raise TypeError(f"{function}(): argument 'input' (position 1) must be Tensor, not {type(value).__name__}")
    return value


def check_fits(value: Any, kind: np.dtype, title: str) -> None:
    """Raises RuntimeError where a type cannot hold a number; unsigned types take -n for 2**bits - n."""
    if kind.kind == "b" or (kind.kind == "f" and not math.isfinite(value)):
        return
    limits: Any = np.finfo(kind) if kind.kind == "f" else np.iinfo(kind)
    highest = float(limits.max) if kind.kind == "f" else limits.max
    if not (-highest if kind.kind != "i" else limits.min) <= value <= highest:
        raise RuntimeError(f"value cannot be converted to type {title} without overflow")
