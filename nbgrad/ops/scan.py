"""Running sums, and their inverse: differences of neighbours."""

from typing import Any

import numpy as np

from nbgrad.autograd.record import op
from nbgrad.ops.arithmetic import sub
from nbgrad.ops.cast import to_dtype
from nbgrad.ops.comparison import ne
from nbgrad.ops.dims import canonical_dim
from nbgrad.ops.inplace import copy
from nbgrad.ops.join import cat
from nbgrad.ops.shape import narrow
from nbgrad.ops.spread import flip
from nbgrad.ops.values import array_of, numpy_dtype, rank


@op("CumsumBackward0")
def _cumsum(k, x, /, axis, dtype):
    """out[i] = Σ_{j <= i} x[j] along an axis, in this numpy dtype (None: as it comes)"""
    return k.cumsum(x if dtype is None else k.cast(x, dtype), axis)


@_cumsum.backward
def _(node, g):
    axis = node.options[0]
    return flip(_cumsum(flip(g, (axis,)), axis, None), (axis,)) if node.shape() else g


def cumsum(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """out[i] = Σ_{j <= i} input[j] along an axis; bools and integers sum to int64."""
    axis = canonical_dim(dim, rank(input))
    out = _cumsum(input, axis, None if dtype is None else dtype.numpy)
    return out if dtype is None or numpy_dtype(out) == dtype.numpy else to_dtype(out, dtype.numpy)


def diff(input: Any, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """out[i] = input[i + 1] - input[i] along an axis, n times over; `prepend` and `append` join the ends first."""
    if rank(input) == 0:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    axis = canonical_dim(dim, rank(input))
    if n == 0:
        return copy(np.zeros_like(array_of(input)), input)
    parts = [part for part in (prepend, input, append) if part is not None]
    out = cat(parts, axis) if len(parts) > 1 else input
    extent = out.shape[axis]
    if extent == 0:
        return narrow(out, axis, 0, 0)
    subtract = ne if numpy_dtype(input).kind == "b" else sub
    for _ in range(min(n, extent)):
        shorter = max(out.shape[axis] - 1, 0)
        out = subtract(narrow(out, axis, min(1, out.shape[axis]), shorter), narrow(out, axis, 0, shorter))
    return out
