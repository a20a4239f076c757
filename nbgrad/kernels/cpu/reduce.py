"""Many numbers become one: sums, means, extremes and their positions along chosen axes.

Every kernel sees its array as (outer, count, inner) and reduces the middle axis.
"""

import math

import numpy as np

from nbgrad.device import empty
from nbgrad.kernels.registry import kernel

_BLOCK = 4096


@kernel()
def _sum_slow(x, out, count, inner):
    """out[o, i] = Σ_c x[o, c, i]; x: (outer * count * inner,), out: (outer * inner,)."""
    for o in range(out.size // inner):
        for i in range(inner):
            total = 0.0
            for c in range(count):
                total += x[(o * count + c) * inner + i]
            out[o * inner + i] = total


@kernel("void(float32[::1], float32[::1], int64, int64)", twin=_sum_slow)
def _sum(x, out, count, inner):
    """out[o, i] = Σ_c x[o, c, i]; blocks are summed in the array's type and the blocks' sums in double precision."""
    zero = x.dtype.type(0)
    for o in range(out.size // inner):
        base = o * count * inner
        if inner == 1:
            total = zero + 0.0
            for start in range(0, count, _BLOCK):
                part = zero
                for c in range(base + start, base + min(start + _BLOCK, count)):
                    part += x[c]
                total += part
            out[o] = total
        else:
            row = out[o * inner : (o + 1) * inner]
            row[:] = zero
            for c in range(count):
                line = x[base + c * inner : base + (c + 1) * inner]
                for i in range(inner):
                    row[i] += line[i]


@kernel()
def _sum_integers(x, out, count, inner):
    """out[o, i] = Σ_c x[o, c, i] in int64."""
    for o in range(out.size // inner):
        for i in range(inner):
            total = 0
            for c in range(count):
                total += x[(o * count + c) * inner + i]
            out[o * inner + i] = total


@kernel()
def _prod(x, out, count, inner):
    """out[o, i] = Π_c x[o, c, i]."""
    for o in range(out.size // inner):
        for i in range(inner):
            total = x.dtype.type(1)
            for c in range(count):
                total *= x[(o * count + c) * inner + i]
            out[o * inner + i] = total


@kernel()
def _largest(x, out, positions, count, inner):
    """out[o, i] = max_c x[o, c, i], the first of equals; NaN wins. positions: its c."""
    for o in range(out.size // inner):
        for i in range(inner):
            best, where = x[o * count * inner + i], 0
            for c in range(1, count):
                value = x[(o * count + c) * inner + i]
                if best == best and (value > best or value != value):
                    best, where = value, c
            out[o * inner + i], positions[o * inner + i] = best, where


@kernel()
def _smallest(x, out, positions, count, inner):
    """out[o, i] = min_c x[o, c, i], the first of equals; NaN wins. positions: its c."""
    for o in range(out.size // inner):
        for i in range(inner):
            best, where = x[o * count * inner + i], 0
            for c in range(1, count):
                value = x[(o * count + c) * inner + i]
                if best == best and (value < best or value != value):
                    best, where = value, c
            out[o * inner + i], positions[o * inner + i] = best, where


def as_outer_count_inner(x: np.ndarray, axes: tuple[int, ...]) -> tuple[np.ndarray, tuple[int, ...], int, int]:
    """The array flat, with the reduced axes side by side: (flat, remaining shape, count, inner)."""
    kept = [axis for axis in range(x.ndim) if axis not in axes]
    if not axes or axes == tuple(range(axes[0], axes[0] + len(axes))):
        inner = math.prod(x.shape[axes[-1] + 1 :]) if axes else 1
    else:
        x, inner = x.transpose([*kept, *axes]), 1
        kept, axes = list(range(len(kept))), tuple(range(len(kept), x.ndim))
    shape = tuple(x.shape[axis] for axis in kept)
    count = math.prod(x.shape[axis] for axis in axes)
    return np.ascontiguousarray(x).ravel(), shape, count, inner


def sum(x: np.ndarray, axes: tuple[int, ...], keepdim: bool) -> np.ndarray:
    """Σ x over the axes (sorted, non-negative); bools and integers sum to int64."""
    result_shape = reduced_shape(x.shape, axes, keepdim)
    floating = x.dtype.kind == "f"
    flat, shape, count, inner = as_outer_count_inner(x, axes)
    out = empty(shape, x.dtype if floating else np.dtype(np.int64))
    if flat.size == 0:
        out.fill(0)
    elif floating:
        _sum(flat, out.ravel(), count, inner)
    else:
        _sum_integers(flat, out.ravel(), count, inner)
    return out.reshape(result_shape)


def mean(x: np.ndarray, axes: tuple[int, ...], keepdim: bool) -> np.ndarray:
    """Σ x / n over the axes; a mean of nothing is NaN."""
    out = sum(x, axes, keepdim)
    _divide(out.reshape(-1), math.prod(x.shape[axis] for axis in axes))
    return out


@kernel("void(float32[::1], int64)")
def _divide(x, n):
    """x[i] /= n, in place; (m,)."""
    for i in range(x.size):
        x[i] /= x.dtype.type(n)


def prod(x: np.ndarray, axes: tuple[int, ...], keepdim: bool) -> np.ndarray:
    """Π x over the axes; bools and integers multiply in int64."""
    result_shape = reduced_shape(x.shape, axes, keepdim)
    if x.dtype.kind != "f":
        x = x.astype(np.int64)
    flat, shape, count, inner = as_outer_count_inner(x, axes)
    out = empty(shape, x.dtype)
    if flat.size == 0:
        out.fill(1)
    else:
        _prod(flat, out.ravel(), count, inner)
    return out.reshape(result_shape)


@kernel()
def _any(x, out, count, inner, wanted):
    """out[o, i] = whether (x[o, c, i] != 0) == wanted for one c at least."""
    for o in range(out.size // inner):
        for i in range(inner):
            found = False
            for c in range(count):
                if (x[(o * count + c) * inner + i] != 0) == wanted:
                    found = True
            out[o * inner + i] = found if wanted else not found


def truth(x: np.ndarray, axes: tuple[int, ...], keepdim: bool, every: bool) -> np.ndarray:
    """Whether some number over the axes, or every one, is not 0; bool, and uint8 of uint8."""
    flat, shape, count, inner = as_outer_count_inner(x, axes)
    out = empty(shape, x.dtype if x.dtype == np.uint8 else np.dtype(np.bool_))
    if out.size:
        _any(flat, out.reshape(-1), count, inner, not every)
    return out.reshape(reduced_shape(x.shape, axes, keepdim))


def _extreme(loop, x: np.ndarray, axes: tuple[int, ...], keepdim: bool) -> tuple[np.ndarray, np.ndarray]:
    result_shape = reduced_shape(x.shape, axes, keepdim)
    flat, shape, count, inner = as_outer_count_inner(x, axes)
    out, positions = empty(shape, x.dtype), empty(shape, np.dtype(np.int64))
    if out.size:
        loop(flat, out.ravel(), positions.ravel(), count, inner)
    return out.reshape(result_shape), positions.reshape(result_shape)


def largest(x: np.ndarray, axes: tuple[int, ...], keepdim: bool) -> tuple[np.ndarray, np.ndarray]:
    """The largest number along the axes and its position (of several axes: flat, in their order)."""
    return _extreme(_largest, x, axes, keepdim)


def smallest(x: np.ndarray, axes: tuple[int, ...], keepdim: bool) -> tuple[np.ndarray, np.ndarray]:
    """The smallest number along the axes and its position (of several axes: flat, in their order)."""
    return _extreme(_smallest, x, axes, keepdim)


def reduced_shape(shape: tuple[int, ...], axes: tuple[int, ...], keepdim: bool) -> tuple[int, ...]:
    if keepdim:
        return tuple(1 if axis in axes else extent for axis, extent in enumerate(shape))
    return tuple(extent for axis, extent in enumerate(shape) if axis not in axes)
