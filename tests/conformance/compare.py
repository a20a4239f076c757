"""Are two results the same? Shapes, dtypes, numbers, and whether they require a gradient."""

from typing import Any

import numpy as np


def flat(result: Any) -> list[Any]:
    """Tensors and numbers of a result, in order."""
    if isinstance(result, tuple | list):
        return [leaf for each in result for leaf in flat(each)]
    return [result]


def is_tensor(value: Any) -> bool:
    return hasattr(value, "requires_grad")


def difference(ours: Any, theirs: Any, tolerance: float, undefined: bool = False) -> str | None:
    """What differs first between two results, None where they agree.

    Numbers agree within tolerance × max(1, |number|); integers and bools exactly. undefined: values are not compared.
    """
    mine, other = flat(ours), flat(theirs)
    if len(mine) != len(other):
        return f"{len(mine)} results instead of {len(other)}"
    for a, b in zip(mine, other, strict=True):
        found = _tensor_difference(a, b, tolerance, undefined) if is_tensor(b) else _number_difference(a, b, tolerance)
        if found:
            return found
    return None


def _number_difference(a: Any, b: Any, tolerance: float) -> str | None:
    if type(a) is not type(b):
        return f"{type(a).__name__} {a!r} instead of {type(b).__name__} {b!r}"
    same = np.isclose(a, b, tolerance, tolerance, equal_nan=True) if isinstance(b, float) else a == b
    return None if same else f"{a!r} instead of {b!r}"


def _tensor_difference(a: Any, b: Any, tolerance: float, undefined: bool) -> str | None:
    if not is_tensor(a):
        return f"{type(a).__name__} instead of a tensor"
    if tuple(a.shape) != tuple(b.shape):
        return f"shape {tuple(a.shape)} instead of {tuple(b.shape)}"
    if str(a.dtype) != str(b.dtype):
        return f"{a.dtype} instead of {b.dtype}"
    if a.requires_grad != b.requires_grad:
        return f"requires_grad {a.requires_grad} instead of {b.requires_grad}"
    return None if undefined else array_difference(a.detach().numpy(), b.detach().numpy(), tolerance)


def array_difference(a: np.ndarray, b: np.ndarray, tolerance: float) -> str | None:
    """Where two arrays of one shape differ most, None where they agree."""
    wrong = a != b if a.dtype.kind != "f" else ~np.isclose(a, b, tolerance, tolerance, equal_nan=True)
    if not wrong.any():
        return None
    place = tuple(np.argwhere(wrong)[0].tolist())
    return f"{int(wrong.sum())} of {wrong.size} numbers differ, [{place}]: {a[place]!r} instead of {b[place]!r}"
