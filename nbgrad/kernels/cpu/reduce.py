"""Many numbers become one: sums, means, products and truths along chosen axes.

Every kernel sees its array as (outer, count, inner) and reduces the middle axis.
"""

import math
from functools import cache

import numpy as np
from numba.extending import register_jitable

from nbgrad.device import empty, zeros
from nbgrad.kernels.cpu.launch import launch, part, thread_count
from nbgrad.kernels.cpu.simd import full_width, lanes, load_row, load_row_part, sum_of, zeros_tile
from nbgrad.kernels.registry import kernel

BLOCK = 4096
_ONE, _REGISTERS = (0,), (0,) * 8
SPLIT = 1 << 18  # numbers from which a second thread is worth waking: they are only read
_FLOAT32 = np.dtype(np.float32)


@kernel()
def _sum_slow(x, out, count, inner, divisor):
    """out[o, i] = Σ_c x[o, c, i] / divisor; x: (outer * count * inner,), out: (outer * inner,)."""
    for o in range(out.size // inner):
        for i in range(inner):
            total = 0.0
            for c in range(count):
                total += x[(o * count + c) * inner + i]
            out[o * inner + i] = total / divisor


@kernel("void(float32[::1], float32[::1], int64, int64, float64)", twin=_sum_slow)
def _sum(x, out, count, inner, divisor):
    """out[o, i] = Σ_c x[o, c, i] / divisor; blocks are summed in the array's type, their sums in double."""
    full_width()
    zero = x.dtype.type(0)
    for o in range(out.size // inner):
        lines = x[o * count * inner : (o + 1) * count * inner]
        if inner == 1:
            total = zero + 0.0
            for start in range(0, count, BLOCK):
                block, part = lines[start : start + BLOCK], zero
                for c in range(block.size):
                    part += block[c]
                total += part
            out[o] = total / divisor
        else:
            row = out[o * inner : (o + 1) * inner]
            row[:] = zero
            for c in range(count):
                line = lines[c * inner : (c + 1) * inner]
                for i in range(inner):
                    row[i] += line[i]
            row /= x.dtype.type(divisor)


@register_jitable
def _sum_of_block(x, start):
    """Σ of the block of x that begins at `start`."""
    step, stop = len(_REGISTERS) * lanes(x), min(start + BLOCK, x.size)
    total, whole = zeros_tile(_ONE, _REGISTERS, x), stop - (stop - start) % step
    for i in range(start, whole, step):
        total = total + load_row(_REGISTERS, x, i)
    if whole < stop:
        total = total + load_row_part(_REGISTERS, x, whole, stop - whole)
    return sum_of(total)


@kernel()
def _sum_share(share, arrays, numbers):
    """A share of parts[b] = Σ of x's block b; numbers: how many shares."""
    x, parts, _, _ = arrays
    start, stop = part(share, numbers[0], parts.size, 1)
    for b in range(start, stop):
        parts[b] = _sum_of_block(x, b * BLOCK)


@kernel()
def _total(parts):
    """Σ parts[b] in double, one after the other; (n,)."""
    total = 0.0
    for b in range(parts.size):
        total += parts[b]
    return total


@kernel(twin=_total)
def _sum_of_all(x):
    """Σ x[i]; blocks are summed in the array's type, their sums in double; (n,)."""
    total = 0.0
    for start in range(0, x.size, BLOCK):
        total += _sum_of_block(x, start)
    return total


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


def shares_of(x: np.ndarray) -> int:
    """On how many threads all of x becomes one number."""
    return thread_count() if x.size >= SPLIT and x.dtype is _FLOAT32 else 1


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


def sum(x: np.ndarray, axes: tuple[int, ...] | None = None, keepdim: bool = False) -> np.ndarray:
    """Σ x over the axes (sorted, non-negative; None: all of them); bools and integers sum to int64."""
    if axes is None:
        if x.dtype is _FLOAT32:
            return np.array(_sum_of_all(x.ravel()) if x.size < SPLIT else _shared_sum(x), _FLOAT32)
        axes = tuple(range(x.ndim))
    if x.dtype.kind == "f":
        return _summed(x, axes, keepdim, 1.0)
    flat, shape, count, inner = as_outer_count_inner(x, axes)
    out = zeros(shape, np.dtype(np.int64))
    if flat.size:
        _sum_integers(flat, out.ravel(), count, inner)
    return out.reshape(reduced_shape(x.shape, axes, keepdim))


def mean(x: np.ndarray, axes: tuple[int, ...] | None = None, keepdim: bool = False) -> np.ndarray:
    """Σ x / n over the axes (None: all of them); a mean of nothing is NaN."""
    if axes is None:
        if x.dtype is _FLOAT32:
            total = _sum_of_all(x.ravel()) if x.size < SPLIT else _shared_sum(x)
            return np.array(total / (x.size or math.nan), _FLOAT32)
        axes = tuple(range(x.ndim))
    return _summed(x, axes, keepdim, float(math.prod([x.shape[axis] for axis in axes])))


def _shared_sum(x: np.ndarray) -> float:
    """Σ x on every thread where x is large: of the same blocks, and so the same bits, as on one."""
    if (shares := shares_of(x)) == 1:
        return _sum_of_all(x.ravel())
    parts = np.empty(-(-x.size // BLOCK), x.dtype)
    launch(_sum_share, shares, (x.ravel(), parts, parts, parts), _share_numbers(shares))
    return _total(parts)


@cache
def _share_numbers(shares: int) -> np.ndarray:
    """The numbers of `_sum_share`."""
    return np.array((shares,), np.int64)


def _summed(x: np.ndarray, axes: tuple[int, ...], keepdim: bool, divisor: float) -> np.ndarray:
    if len(axes) == x.ndim and x.size and not keepdim:
        total = _shared_sum(x)
        return np.array(total / divisor, x.dtype)
    flat, shape, count, inner = as_outer_count_inner(x, axes)
    out = empty(shape, x.dtype)
    if flat.size:
        _sum(flat, out.ravel(), count, inner, divisor)
    else:
        out.fill(0 if divisor else math.nan)
    return out.reshape(reduced_shape(x.shape, axes, keepdim))


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


def reduced_shape(shape: tuple[int, ...], axes: tuple[int, ...], keepdim: bool) -> tuple[int, ...]:
    if keepdim:
        return tuple(1 if axis in axes else extent for axis, extent in enumerate(shape))
    return tuple(extent for axis, extent in enumerate(shape) if axis not in axes)
