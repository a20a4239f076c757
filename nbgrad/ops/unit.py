"""Vectors of length one, and the angle between two of them."""

from typing import Any

from nbgrad.autograd.record import BACKENDS
from nbgrad.autograd.value import Value
from nbgrad.dtypes import result_type
from nbgrad.ops.arithmetic import div, mul
from nbgrad.ops.cast import clone, to_dtype
from nbgrad.ops.moments import norm
from nbgrad.ops.reduce import sum
from nbgrad.ops.rounding import clamp_min
from nbgrad.ops.shape import broadcast, expand
from nbgrad.ops.values import array_of
from nbgrad.shapes import broadcast_shapes


def normalize(input: Any, p: float = 2.0, dim: Any = 1, eps: float = 1e-12, out: Any = None) -> Any:
    """out = input / max(‖input‖ₚ, eps), the norm along `dim`."""
    unit = div(input, expand(clamp_min(norm(input, p, dim, True), eps), tuple(input.shape)))
    return unit if out is None else out.copy_(unit)


def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Any:
    """out = Σ x1 x2 / (max(‖x1‖, eps) max(‖x2‖, eps)) along `dim`."""
    kind = result_type(*(each.array if isinstance(each, Value) else each for each in (x1, x2)))
    if kind.kind != "f":
        raise RuntimeError(
            f"expected common dtype to be floating point, yet common dtype is {kind.name.capitalize()}"
        )  # fmt: skip
    shape = broadcast_shapes(tuple(x1.shape), tuple(x2.shape))
    a, b = (
        broadcast(each if _dtype(each) == kind else to_dtype(each, kind), shape) for each in (x1, x2)
    )  # fmt: skip
    return sum(mul(div(a, _length(a, dim, eps)), div(b, _length(b, dim, eps))), dim)


def _dtype(value: Any) -> Any:
    return (value.array if isinstance(value, Value) else value).dtype


def _length(x: Any, dim: int, eps: float) -> Any:
    """max(‖x‖, eps), whose gradient is that of ‖x‖ alone, as in PyTorch."""
    length = clone(norm(x, 2, dim, True))
    held = array_of(length)
    held[...] = BACKENDS[type(held)].maximum(held, eps)
    return length
