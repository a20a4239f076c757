"""Convolution on the CPU, in three designs of which each shape gets the fastest.

`channels` and `pixels` convolve directly, with one or the other in the lanes of registers; `columns` makes one matrix
product out of many weights and few pixels. The input gradient is a convolution itself, of g with the flipped weights.
"""

import math
from functools import lru_cache
from typing import Any

import numba
import numpy as np
from numba.np.unsafe.ndarray import to_fixed_tuple

from nbgrad.device import empty, zeros
from nbgrad.kernels.cpu.conv import channels, columns, pixels
from nbgrad.kernels.cpu.conv.geometry import (
    Convolution,
    Pair,
    conv2d_twin,
    conv2d_weight_gradient_twin,
    output_size,
)
from nbgrad.kernels.cpu.launch import launch
from nbgrad.kernels.cpu.simd import lanes_of
from nbgrad.kernels.registry import kernel

__all__ = [
    "conv2d", "conv2d_bias_gradient", "conv2d_input_gradient", "conv2d_twin", "conv2d_weight_gradient",
    "conv2d_weight_gradient_twin", "output_size",
]  # fmt: skip


SERIAL_SUM = 1 << 15  # numbers below which a launch costs more than a second thread brings


def _design(c: Convolution, dtype: np.dtype, tile_cost: float) -> Any:
    """The direct design whose registers carry less waste; `tile_cost`: how much slower the other one's tiles are."""
    lanes, (high, wide) = lanes_of(dtype), c.outer
    by_channels = -(-c.outputs // lanes) * lanes * high * wide
    by_pixels = c.outputs * high * -(-wide // lanes) * lanes * tile_cost
    return channels if by_channels <= by_pixels else pixels


def _flat(array: np.ndarray) -> np.ndarray:
    """One contiguous, writeable row: numba would compile everything once more for other layouts."""
    flags = array.flags
    if flags.c_contiguous and flags.writeable:
        return array.reshape(-1)
    return array.copy(order="C").reshape(-1)


@lru_cache(maxsize=1024)
def _forward_plan(c: Convolution, biased: bool, dtype: np.dtype, threads: int) -> tuple[Any, int, int, np.ndarray]:
    return _design(c, dtype, 1).plan_forward(c, biased, dtype, threads)


def _convolve(c: Convolution, x: np.ndarray, w: np.ndarray, bias: np.ndarray | None, threads: int) -> np.ndarray:
    kernel, shares, room, numbers = _forward_plan(c, bias is not None, x.dtype, threads)
    out = empty((c.images, c.groups * c.outputs, *c.outer), x.dtype)
    w = _flat(w)
    arrays = (_flat(x), w, w if bias is None else _flat(bias), out.reshape(-1), empty((room,), x.dtype))
    launch(kernel, shares, arrays, numbers)
    return out


def _as_product(images: int, w_shape: tuple[int, ...], sides: Pair, groups: int) -> bool:
    """Whether positions are so few and weights so many that one matrix product over all images is faster."""
    return groups == 1 and 0 < sides[0] * sides[1] <= 64 and math.prod(w_shape) >= 1 << 14 and images > 0


@lru_cache(maxsize=1024)
def _forward_shape(
    x: tuple[int, ...], w: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Convolution:
    high, wide = (output_size(x[i + 2], w[i + 2], stride[i], padding[i], dilation[i]) for i in (0, 1))
    taps = w[2], w[3]
    return Convolution(x[0], groups, w[1], (x[2], x[3]), w[0] // groups, taps, stride, padding, dilation, (high, wide))


def conv2d(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> np.ndarray:
    """out[n, o, y, x] = bias[o] + the sum of weight[o] times the window of x at (y, x)."""
    c = _forward_shape(x.shape, weight.shape, stride, padding, dilation, groups)
    if c.work == 0:
        out = empty((c.images, weight.shape[0], *c.outer), x.dtype)
        out[...] = 0 if bias is None else bias[:, None, None]
        return out
    if c.images > 1 and _as_product(c.images, weight.shape, c.outer, groups):
        return columns.conv2d(x, weight, bias, c.outer, stride, padding, dilation)
    return _convolve(c, x, weight, bias, numba.get_num_threads())


def _phase(offset: int, kernel_size: int, stride: int, padding: int, dilation: int) -> tuple[slice, int, int] | None:
    """The taps that meet the inputs offset, offset + stride, ...: (slice of taps, their distance and padding in g)."""
    step = stride // math.gcd(stride, dilation)
    for first in range(min(step, kernel_size)):
        shift = offset + padding - first * dilation
        if shift % stride == 0:
            distance = step * dilation // stride
            count = len(range(first, kernel_size, step))
            return slice(first, None, step), distance, distance * (count - 1) - shift // stride
    return None


Phase = tuple[Pair, tuple[slice, slice], Convolution | None]


@lru_cache(maxsize=1024)
def _phases(
    g: tuple[int, ...], w: tuple[int, ...], input_shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair,
    groups: int,
) -> list[Phase]:  # fmt: skip
    """For each remainder of the input's position modulo the stride: (remainder, taps, the convolution that it is)."""
    phases: list[Phase] = []
    height, width = input_shape[2:]
    for y in range(min(stride[0], height)):
        for x in range(min(stride[1], width)):
            outer = (len(range(y, height, stride[0])), len(range(x, width, stride[1])))
            rows = _phase(y, w[2], stride[0], padding[0], dilation[0])
            cols = _phase(x, w[3], stride[1], padding[1], dilation[1])
            if rows is None or cols is None:
                phases.append(((y, x), (slice(0), slice(0)), None))
                continue
            taps = len(range(w[2])[rows[0]]), len(range(w[3])[cols[0]])
            c = Convolution(
                g[0], groups, w[0] // groups, (g[2], g[3]), w[1], taps, (1, 1), (rows[2], cols[2]),
                (rows[1], cols[1]), outer, True,
            )  # fmt: skip
            phases.append(((y, x), (rows[0], cols[0]), c))
    return phases


def conv2d_input_gradient(
    g: np.ndarray, weight: np.ndarray, input_shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair,
    groups: int,
) -> np.ndarray:  # fmt: skip
    """dx: for each remainder of the input's position modulo the stride, a convolution of g with the flipped taps."""
    if g.size == 0 or weight.size == 0:
        return zeros(input_shape, g.dtype)
    if _as_product(g.shape[0], weight.shape, g.shape[2:], groups):
        return columns.conv2d_input_gradient(g, weight, input_shape, stride, padding, dilation)
    phases = _phases(g.shape, weight.shape, input_shape, stride, padding, dilation, groups)
    threads = numba.get_num_threads()
    if stride == (1, 1):
        return _convolve(phases[0][2], g, weight, None, threads)
    dx = empty(input_shape, g.dtype)
    for (y, x), (rows, cols), c in phases:
        inputs = dx[:, :, y :: stride[0], x :: stride[1]]
        inputs[...] = 0 if c is None else _convolve(c, g, weight[:, :, rows, cols], None, threads)
    return dx


@lru_cache(maxsize=1024)
def _gradient_plan(c: Convolution, dtype: np.dtype, threads: int) -> tuple[Any, int, int, int, np.ndarray]:
    return _design(c, dtype, 1.5).plan_weight_gradient(c, dtype, threads)


@kernel("void(float32[::1], int64)")
def add_parts(parts, size):
    """parts[i] += parts[size + i] + parts[2 * size + i] + ..., for i < size"""
    for i in range(size, parts.size):
        parts[i % size] += parts[i]


def conv2d_weight_gradient(
    x: np.ndarray, g: np.ndarray, weight_shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair,
    groups: int,
) -> np.ndarray:  # fmt: skip
    """dw[o, c, ky, kx]: the sum over images and positions of g times what the tap met."""
    c = _forward_shape(x.shape, weight_shape, stride, padding, dilation, groups)
    if c.work == 0:
        return zeros(weight_shape, x.dtype)
    if _as_product(c.images, weight_shape, c.outer, groups):
        return columns.conv2d_weight_gradient(x, g, weight_shape, stride, padding, dilation)
    kernel, shares, parts, room, numbers = _gradient_plan(c, x.dtype, numba.get_num_threads())
    dw = empty((parts, *weight_shape), x.dtype)
    flat = dw.reshape(-1)
    launch(kernel, shares, (_flat(x), _flat(g), flat, empty((room,), x.dtype)), numbers)
    if parts > 1:
        add_parts(flat, flat.size // parts)
    return dw[0]


@kernel("void(int64, UniTuple(float32[::1], 4), int64[::1])")
def sum_channels(share, arrays, numbers):
    """out[o] = the sum of g[n, o, position] over images and positions, for some channels."""
    g, out, _, _ = arrays
    shares, images, channels, positions = to_fixed_tuple(numbers, 4)
    for channel in range(channels * share // shares, channels * (share + 1) // shares):
        total = out[0] * 0
        for image in range(images):
            here = (image * channels + channel) * positions
            for i in range(here, here + positions):
                total += g[i]
        out[channel] = total


def conv2d_bias_gradient(g: np.ndarray) -> np.ndarray:
    """db[o]: the sum of g over images and positions."""
    out = empty((g.shape[1],), g.dtype)
    shares = numba.get_num_threads() if g.size > SERIAL_SUM else 1
    positions = g.shape[2] * g.shape[3]
    flat = _flat(g)
    launch(sum_channels, shares, (flat, out, flat, flat), np.array((shares, g.shape[0], g.shape[1], positions)))
    return out
