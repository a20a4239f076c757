"""The largest and the smallest of many numbers and their positions, along chosen axes.

Every kernel sees its array as (outer, count, inner) and reduces the middle axis.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload, register_jitable

from nbgrad.device import empty
from nbgrad.kernels import formulas
from nbgrad.kernels.cpu.launch import address_of, call_address, launch, part
from nbgrad.kernels.cpu.reduce import BLOCK, SPLIT, as_outer_count_inner, reduced_shape, shares_of
from nbgrad.kernels.cpu.simd import full_width, maximum, minimum
from nbgrad.kernels.registry import kernel


def larger(a, b):
    """The larger of two numbers; NaN if either is."""
    return formulas.maximum(a, b)


def smaller(a, b):
    """The smaller of two numbers; NaN if either is."""
    return formulas.minimum(a, b)


@overload(larger)
def _larger(a, b):
    return (lambda a, b: maximum(a, b)) if isinstance(a, types.Float) else formulas.maximum


@overload(smaller)
def _smaller(a, b):
    return (lambda a, b: minimum(a, b)) if isinstance(a, types.Float) else formulas.minimum


def _extreme_kernels(extremum: Callable[..., Any], beats: Callable[..., Any]) -> Any:
    """Kernels of the largest or the smallest. beats: whether the first number goes before the second."""
    beats = register_jitable(beats)

    @kernel(name=f"{extremum.__name__}_twin")
    def twin(x, out, positions, count, inner):
        """out[o, i] = the extreme of x[o, c, i] over c, the first of equals; NaN wins. positions: its c."""
        for o in range(out.size // inner):
            for i in range(inner):
                best, where = x[o * count * inner + i], 0
                for c in range(1, count):
                    value = x[(o * count + c) * inner + i]
                    if best == best and (beats(value, best) or value != value):
                        best, where = value, c
                out[o * inner + i], positions[o * inner + i] = best, where

    @kernel(name=extremum.__name__, twin=twin)
    def fast(x, out, positions, count, inner):
        """The twin's, by vectors: extremes of blocks first, then the place within one block; or `inner` at a time."""
        full_width()
        for o in range(out.size // inner):
            lines = x[o * count * inner : (o + 1) * count * inner]
            if inner == 1:
                best, at = lines[0], 0
                for start in range(0, count, BLOCK):
                    block = lines[start : start + BLOCK]
                    top = block[0]
                    for c in range(block.size):
                        top = extremum(top, block[c])
                    if start == 0 or (best == best and (beats(top, best) or top != top)):
                        best, at = top, start
                while lines[at] != best and lines[at] == lines[at]:
                    at += 1
                out[o], positions[o] = lines[at], at
            else:
                bests, places = out[o * inner : (o + 1) * inner], positions[o * inner : (o + 1) * inner]
                bests[:] = lines[:inner]
                places[:] = 0
                for c in range(1, count):
                    line = lines[c * inner : (c + 1) * inner]
                    for i in range(inner):
                        value, best = line[i], bests[i]
                        better = (best == best) & (beats(value, best) | (value != value))
                        bests[i] = value if better else best
                        places[i] = c if better else places[i]

    @kernel(name=f"{extremum.__name__}_of_all", twin=twin)
    def of_all(x):
        """The extreme of x[i]; NaN wins; (n,), n > 0."""
        full_width()
        best = x[0]
        for i in range(x.size):
            best = extremum(best, x[i])
        return best

    return fast, of_all


_largest, _largest_of_all = _extreme_kernels(larger, formulas.gt)
_smallest, _smallest_of_all = _extreme_kernels(smaller, formulas.lt)


@kernel()
def _extreme_share(share, arrays, numbers):
    """bests[share], places[share] = the extreme of a part of x; numbers: the kernel's address, how many shares."""
    x, bests, _, places = arrays
    start, stop = part(share, numbers[1], x.size, BLOCK)
    call_address(
        numbers[0], (x[start:stop], bests[share : share + 1], places[share : share + 1], stop - start, np.int64(1))
    )
    places[share] += start


def _extreme(loop, x: np.ndarray, axes: tuple[int, ...], keepdim: bool) -> tuple[np.ndarray, np.ndarray]:
    if len(axes) == x.ndim and x.size and not keepdim:
        out, position = np.empty((), x.dtype), np.empty((), np.int64)
        if (shares := shares_of(x)) > 1:
            bests, places = np.empty(shares, x.dtype), np.empty(shares, np.int64)
            flat, size = types.float32[::1], types.int64
            numbers = np.array((address_of(loop, flat, flat, size[::1], size, size), shares), np.int64)
            launch(_extreme_share, shares, (x.ravel(), bests, bests, places), numbers)
            loop(bests, out.ravel(), position.ravel(), shares, 1)
            position[()] = places[position]
        else:
            loop(x.ravel(), out.ravel(), position.ravel(), x.size, 1)
        return out, position
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


def amax(x: np.ndarray, axes: tuple[int, ...] | None = None, keepdim: bool = False) -> np.ndarray:
    """The largest number along the axes (None: all of them)."""
    if axes is None:
        if 0 < x.size < SPLIT:
            return np.array(_largest_of_all(x.ravel()), x.dtype)
        axes = tuple(range(x.ndim))
    return largest(x, axes, keepdim)[0]


def amin(x: np.ndarray, axes: tuple[int, ...] | None = None, keepdim: bool = False) -> np.ndarray:
    """The smallest number along the axes (None: all of them)."""
    if axes is None:
        if 0 < x.size < SPLIT:
            return np.array(_smallest_of_all(x.ravel()), x.dtype)
        axes = tuple(range(x.ndim))
    return smallest(x, axes, keepdim)[0]
