"""Running sums, and their inverse: differences of neighbours."""

from typing import Any

from nbgrad.autograd.record import op
from nbgrad.ops.arithmetic import sub
from nbgrad.ops.cast import clone, to_dtype
from nbgrad.ops.comparison import ne
from nbgrad.ops.dims import canonical_dim
from nbgrad.ops.join import cat
from nbgrad.ops.shape import narrow
from nbgrad.ops.spread import flip
from nbgrad.ops.values import numpy_dtype, rank


@op("CumsumBackward0")
def _cumsum(k, x, /, axis):
    """out[i] = Σ_{j <= i} x[j] along an axis"""
    return k.cumsum(x, axis)


@_cumsum.backward
def _(node, g):
    (axis,) = node.options
    return flip(_cumsum(flip(g, (axis,)), axis), (axis,)) if node.shape() else g


def cumsum(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """out[i] = Σ_{j <= i} input[j] along an axis; bools and integers sum to int64."""
    axis = canonical_dim(dim, rank(input))
    out = _cumsum(input if dtype is None else to_dtype(input, dtype.numpy), axis)
    return out if dtype is None or numpy_dtype(out) == dtype.numpy else to_dtype(out, dtype.numpy)


def diff(input: Any, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """out[i] = input[i + 1] - input[i] along an axis, n times over; `prepend` and `append` join the ends first."""
    if rank(input) == 0:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    axis = canonical_dim(dim, rank(input))
    if n == 0:
        return clone(input)
    parts = [part for part in (prepend, input, append) if part is not None]
    out = cat(parts, axis) if len(parts) > 1 else input
    extent = out.shape[axis]
    if n >= extent:
        return narrow(out, axis, 0, 0)
    subtract = ne if numpy_dtype(input).kind == "b" else sub
    for shorter in range(extent - 1, extent - 1 - n, -1):
        out = subtract(narrow(out, axis, 1, shorter), narrow(out, axis, 0, shorter))
    return out
