"""Convolution as a matrix product whose second matrix is never written down: its numbers are read where they lie.

The forward pass and the input gradient are one kernel, that differs in its plan: for every tap (channel, ky, kx) where
its weight lies, and what it meets, as seen from an output pixel. With a stride, the input gradient falls into phases,
one for each remainder of the pixel's position modulo the stride, each with the taps that reach it.
"""

import math
from functools import lru_cache

import numpy as np

from nbgrad.kernels.cuda.blocks import THREADS
from nbgrad.kernels.cuda.conv_tiles import (
    CONVOLVE_FEW,
    CONVOLVE_MANY,
    PHASE,
    TAP,
    WEIGHT_GRADIENT_FEW,
    WEIGHT_GRADIENT_MANY,
    convolve_twin,
    sum_channels,
    weight_gradient_twin,
)
from nbgrad.kernels.cuda.copy import flat, zeros
from nbgrad.kernels.cuda.driver import BLOCK, SIMULATOR
from nbgrad.kernels.cuda.gemm import column_sums
from nbgrad.kernels.cuda.memory import divided, empty, nothing, to_device
from nbgrad.kernels.cuda.registry import launch_grid
from nbgrad.kernels.cuda.tiles import STRIP
from nbgrad.strided import DeviceArray

Pair = tuple[int, int]

_THREADS = 256  # of every tile
_LITTLE = 1 << 12  # multiplications that are done before a strip is in shared memory


def output_size(size: int, kernel_size: int, stride: int, padding: int, dilation: int) -> int:
    """Positions of a window along one side of an image."""
    return (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1


@lru_cache(maxsize=1024)
def _forward_plan(
    channels: int, sides: Pair, kernel: Pair, outer: Pair, padding: Pair, dilation: Pair
) -> tuple[DeviceArray, int]:
    """(plan, phases) of a convolution: one phase, in which the taps follow each other as their weights do."""
    c, ky, kx = np.indices((channels, *kernel)).reshape(3, -1)
    y, x = ky * dilation[0] - padding[0], kx * dilation[1] - padding[1]
    taps = np.stack([np.arange(c.size), (c * sides[0] + y) * sides[1] + x, y, x], 1)
    return to_device(np.concatenate([(PHASE, c.size, 0, 0, *outer), taps.reshape(-1)]).astype(np.int64)), 1


@lru_cache(maxsize=1024)
def _input_plan(
    channels: int, outputs: int, g_sides: Pair, kernel: Pair, sides: Pair, stride: Pair, padding: Pair, dilation: Pair
) -> tuple[DeviceArray, int]:
    """(plan, phases) of the input gradient: a convolution of g for each remainder of the position modulo the stride."""
    o, ky, kx = np.indices((outputs, *kernel)).reshape(3, -1)
    phases, entries = [], []
    starts = [(y, x) for y in range(min(stride[0], sides[0])) for x in range(min(stride[1], sides[1]))]
    begin = PHASE * len(starts)
    for first_y, first_x in starts:
        y, x = first_y + padding[0] - ky * dilation[0], first_x + padding[1] - kx * dilation[1]
        met = (y % stride[0] == 0) & (x % stride[1] == 0)
        rows, columns = y[met] // stride[0], x[met] // stride[1]
        places = (o[met] * channels * kernel[0] + ky[met]) * kernel[1] + kx[met]
        entries.append(np.stack([places, (o[met] * g_sides[0] + rows) * g_sides[1] + columns, rows, columns], 1))
        sizes = len(range(first_y, sides[0], stride[0])), len(range(first_x, sides[1], stride[1]))
        phases.append((begin, met.sum(), first_y, first_x, *sizes))
        begin += TAP * int(met.sum())
    numbers = np.concatenate([np.array(phases).reshape(-1), *[each.reshape(-1) for each in entries]])
    return to_device(numbers.astype(np.int64)), len(starts)


def _convolve(
    plan: tuple[DeviceArray, int], arrays: tuple[DeviceArray, ...], images: int, groups: int, outputs: int, taps: int,
    pixels: int, numbers: tuple[int, ...],
) -> None:  # fmt: skip
    """Start the design that suits; pixels: of the largest phase, in all images."""
    table, phases = plan
    at = (images, groups, outputs, *numbers)
    if outputs <= 2 or groups * outputs * taps * pixels <= _LITTLE:
        grid = min(-(-outputs * pixels // BLOCK), 1 << 16), groups * phases
        launch_grid(convolve_twin, grid, BLOCK, *arrays, table, at)
        return
    design, tall = (CONVOLVE_MANY, 64) if outputs > 32 and arrays[0].itemsize == 4 else (CONVOLVE_FEW, 16)
    blocks = -(-outputs // tall) * -(-pixels // 128)
    launch_grid(design, (blocks, groups * phases), _THREADS, *arrays, table, at)


def conv2d(
    x: DeviceArray, weight: DeviceArray, bias: DeviceArray | None, stride: Pair, padding: Pair, dilation: Pair,
    groups: int,
) -> DeviceArray:  # fmt: skip
    """out[n, o, y, x] = bias[o] + the sum of weight[o] times the window of x at (y, x)."""
    (images, _, *sides), (outputs, channels, *kernel) = x.shape, weight.shape
    high, wide = (output_size(sides[i], kernel[i], stride[i], padding[i], dilation[i]) for i in (0, 1))
    out = empty((images, outputs, high, wide), x.dtype)
    if out.size == 0:
        return out
    plan = _forward_plan(channels, tuple(sides), tuple(kernel), (high, wide), tuple(padding), tuple(dilation))
    plane, taps = math.prod(sides), channels * math.prod(kernel)
    numbers = (
        groups * channels * plane, channels * plane, *sides, *stride, outputs // groups * taps, taps, high, wide, 1, 1
    )  # fmt: skip
    if x.size == 0 or weight.size == 0:
        x = weight = out
    arrays = flat(x), flat(weight), nothing(x.dtype) if bias is None else flat(bias), out
    _convolve(plan, arrays, images, groups, outputs // groups, taps, images * high * wide, numbers)
    return out


def conv2d_input_gradient(
    g: DeviceArray, weight: DeviceArray, input_shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair,
    groups: int,
) -> DeviceArray:  # fmt: skip
    """dx: for each remainder of the input's position modulo the stride, a convolution of g with the flipped taps."""
    (images, outputs, high, wide), (_, channels, *kernel), sides = g.shape, weight.shape, input_shape[2:]
    dx = empty(input_shape, g.dtype)
    if g.size == 0 or weight.size == 0 or dx.size == 0:
        return zeros(input_shape, g.dtype)
    per_group, steps = outputs // groups, tuple(stride)
    plan = _input_plan(
        channels, per_group, (high, wide), tuple(kernel), tuple(sides), steps, tuple(padding), tuple(dilation)
    )
    taps = math.prod(kernel)
    numbers = (
        outputs * high * wide, per_group * high * wide, high, wide, 1, 1, per_group * channels * taps, taps, *sides,
        *steps,
    )  # fmt: skip
    pixels = images * -(-sides[0] // steps[0]) * -(-sides[1] // steps[1])
    arrays = flat(g), flat(weight), nothing(g.dtype), dx
    _convolve(plan, arrays, images, groups, channels, per_group * taps, pixels, numbers)
    return dx


def conv2d_weight_gradient(
    x: DeviceArray, g: DeviceArray, weight_shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair,
    groups: int,
) -> DeviceArray:  # fmt: skip
    """dw[o, c, ky, kx]: the sum over images and positions of g times what the tap met."""
    return _parameter_gradients(x, g, weight_shape, stride, padding, dilation, groups)[0]


def conv2d_gradients(
    g: DeviceArray, corners: None, gated: bool, x: DeviceArray, weight: DeviceArray | None,
    shapes: tuple[tuple[int, ...], ...], to_x: bool, stride: Pair, padding: Pair, dilation: Pair, groups: int,
) -> tuple[DeviceArray | None, DeviceArray, DeviceArray]:  # fmt: skip
    """(dx, dw, db), the last two from one launch; dx is None without to_x.

    shapes: those of input and weights. corners, gated: of use to the CPU alone.
    """
    geometry = stride, padding, dilation, groups
    dx = conv2d_input_gradient(g, weight, shapes[0], *geometry) if to_x and weight is not None else None
    return dx, *_parameter_gradients(x, g, shapes[1], *geometry)


def _parameter_gradients(
    x: DeviceArray, g: DeviceArray, weight_shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair,
    groups: int,
) -> tuple[DeviceArray, DeviceArray]:  # fmt: skip
    """(dw, db) as of `conv2d_weight_gradient` and `conv2d_bias_gradient`, from one pass over g."""
    (images, _, *sides), (outputs, channels, *kernel), (high, wide) = x.shape, weight_shape, g.shape[2:]
    size = math.prod(weight_shape)
    if x.size == 0 or g.size == 0 or size == 0:
        return zeros(weight_shape, x.dtype), conv2d_bias_gradient(g)
    plan, _ = _forward_plan(channels, tuple(sides), tuple(kernel), (high, wide), tuple(padding), tuple(dilation))
    plane, taps = math.prod(sides), channels * math.prod(kernel)
    per_group, pixels = outputs // groups, images * high * wide
    design, tall = (WEIGHT_GRADIENT_MANY, 64) if per_group > 32 else (WEIGHT_GRADIENT_FEW, 16)
    little = outputs * taps * pixels <= _LITTLE
    blocks = -(-per_group // tall) * -(-taps // 64)
    parts = 1 if little else max(1, min(_BLOCKS // (blocks * groups), pixels // _SHARE, 1 << 12))
    share = -(-pixels // (parts * STRIP)) * STRIP
    parts = -(-pixels // share)
    out = empty((parts, size + outputs), x.dtype)
    at = (
        images, groups, per_group, groups * channels * plane, channels * plane, *sides, *stride, high, wide, taps,
        share, parts,
    )  # fmt: skip
    if little:
        design, grid, block = weight_gradient_twin, (-(-per_group * (taps + 1) // BLOCK), groups), BLOCK
    else:
        grid, block = (blocks, groups, parts), _THREADS
    launch_grid(design, grid, block, flat(x), flat(g), out, plan, at)
    dw, db = divided(out if parts == 1 else column_sums(out), weight_shape, (outputs,))
    return dw, db


_BLOCKS = 256  # that share the pixels of a weight gradient
_SHARE = 32 if SIMULATOR else 512  # pixels for which a part of its own pays


def conv2d_bias_gradient(g: DeviceArray) -> DeviceArray:
    """db[o]: the sum of g over images and positions."""
    images, channels, positions = g.shape[0], g.shape[1], g.shape[2] * g.shape[3]
    parts = max(1, min(images, _BLOCKS // max(channels, 1)))
    out = empty((parts, channels), g.dtype)
    launch_grid(sum_channels, parts * channels, THREADS, flat(g), out, images, channels, positions, parts)
    return out.reshape(channels) if parts == 1 else column_sums(out)
