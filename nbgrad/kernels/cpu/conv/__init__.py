"""Convolution on the CPU, in four designs of which each shape gets the fastest.

`channels`, `pixels` and `images` convolve directly, with one of these in the lanes of registers; `columns` makes one
matrix product out of many weights and few pixels. The input gradient is a convolution itself, of g with the flipped
weights, with a stride several (`phases`); `gradients` makes it together with those of weights and bias.
"""

import math
from dataclasses import replace
from typing import Any

import numpy as np

from nbgrad.device import empty, zeros
from nbgrad.kernels.cpu.conv import channels, columns, gradients, images, phases, pixels
from nbgrad.kernels.cpu.conv.geometry import (
    SERIAL_AWAKE,
    SERIAL_WORK,
    Convolution,
    Pair,
    conv2d_twin,
    conv2d_weight_gradient_twin,
    output_size,
)
from nbgrad.kernels.cpu.launch import SPLIT, awake, launch, part, thread_count
from nbgrad.kernels.cpu.simd import FLOAT_LANES, lanes_of
from nbgrad.kernels.registry import kernel

__all__ = [
    "conv2d", "conv2d_bias_gradient", "conv2d_gradients", "conv2d_input_gradient", "conv2d_twin",
    "conv2d_weight_gradient", "conv2d_weight_gradient_twin", "output_size",
]  # fmt: skip


def _design(c: Convolution, dtype: np.dtype, threads: int, tile_cost: float) -> Any:
    """The direct design whose registers carry less waste; `tile_cost`: how much slower the tiles of pixels are."""
    if images.fits(c, dtype, threads):
        return images
    lanes, (high, wide) = lanes_of(dtype), c.outer
    by_channels = -(-c.outputs // lanes) * lanes * high * wide
    by_pixels = c.outputs * high * -(-wide // lanes) * lanes * tile_cost
    return channels if by_channels <= by_pixels else pixels


def _flat(array: np.ndarray) -> np.ndarray:
    """One contiguous, writeable row: numba would compile everything once more for other layouts."""
    flat = array.ravel()
    return flat if flat.flags.writeable else flat.copy()


FEW_PIXELS = 32  # up to which a matrix product is faster than a convolution in place, if weights are many
MANY_WEIGHTS = 1 << 13
DEEP = 512  # numbers that an output is the sum of, below which the convolution in place is faster all the same


class Plans(dict[Any, Any]):
    """What was worked out for a call, by its shapes and settings: one look-up instead of all of it."""

    def keep(self, key: Any, plan: Any) -> Any:
        if len(self) >= 1024:
            self.clear()
        self[key] = plan
        return plan


_forward_plans, _input_plans, _weight_plans = Plans(), Plans(), Plans()


def _threads(work: int) -> int:
    """How many threads may share the work; few stay on one."""
    return thread_count() if work > SERIAL_WORK else 1


def _serial(threads: int) -> int:
    """The multiplications up to which one thread does all; for results that are the same for any number of them."""
    return SERIAL_AWAKE if threads > 1 and awake() else SERIAL_WORK


def _convolve(plan: Any, x: np.ndarray, w: np.ndarray, bias: np.ndarray | None) -> np.ndarray:
    kernel, shares, room, numbers, shape = plan
    out = empty(shape, x.dtype)
    w = _flat(w)
    arrays = (_flat(x), w, w if bias is None else _flat(bias), out.ravel(), empty((room,), x.dtype))
    launch(kernel, shares, arrays, numbers)
    return out


def _direct(c: Convolution, biased: bool, dtype: np.dtype, threads: int) -> Any:
    plan = _design(c, dtype, threads, 1).plan_forward(c, biased, dtype, threads)
    return (*plan, (c.images, c.groups * c.outputs, *c.outer))


def _as_product(c: Convolution, pixels: int, least: int = 0) -> bool:
    """Whether pixels are so few and weights so many that one matrix product over all images is faster.

    least: of the numbers that make an output.
    """
    depth = c.channels * math.prod(c.taps)
    return c.groups == 1 and math.prod(c.outer) <= pixels and c.outputs * depth >= MANY_WEIGHTS and depth >= least


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
    threads = _threads(x.size * weight.size)
    serial = _serial(threads)
    key = (x.shape, weight.shape, bias is None, stride, padding, dilation, groups, x.dtype, threads, serial)
    plan = _forward_plans.get(key)
    if plan is None:
        c = replace(_forward_shape(x.shape, weight.shape, stride, padding, dilation, groups), serial=serial)
        if c.work == 0:
            out = empty((c.images, weight.shape[0], *c.outer), x.dtype)
            out[...] = 0 if bias is None else bias[:, None, None]
            return out
        few = _as_product(c, FEW_PIXELS, DEEP)
        plan = columns.Plan(c, x.dtype, threads) if few else _direct(c, bias is not None, x.dtype, threads)
        _forward_plans.keep(key, plan)
    if type(plan) is columns.Plan:
        return columns.conv2d(plan, _flat(x), _flat(weight), None if bias is None else _flat(bias))
    return _convolve(plan, x, weight, bias)


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


def _phases(
    g: tuple[int, ...], w: tuple[int, ...], input_shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair,
    groups: int, dtype: np.dtype, threads: int,
) -> list[Any]:  # fmt: skip
    """For each remainder of the input's position modulo the stride: (inputs, taps, plan of the convolution)."""
    found: list[Any] = []
    height, width = input_shape[2:]
    for y in range(min(stride[0], height)):
        for x in range(min(stride[1], width)):
            outer = (len(range(y, height, stride[0])), len(range(x, width, stride[1])))
            inputs = slice(None), slice(None), slice(y, None, stride[0]), slice(x, None, stride[1])
            rows = _phase(y, w[2], stride[0], padding[0], dilation[0])
            cols = _phase(x, w[3], stride[1], padding[1], dilation[1])
            if rows is None or cols is None:
                found.append((inputs, None, None))
                continue
            taps = len(range(w[2])[rows[0]]), len(range(w[3])[cols[0]])
            c = Convolution(
                g[0], groups, w[0] // groups, (g[2], g[3]), w[1], taps, (1, 1), (rows[2], cols[2]),
                (rows[1], cols[1]), outer, True,
            )  # fmt: skip
            found.append((inputs, (slice(None), slice(None), rows[0], cols[0]), _direct(c, False, dtype, threads)))
    return found


def _input_plan(
    g: tuple[int, ...], w: tuple[int, ...], input_shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair,
    groups: int, dtype: np.dtype, threads: int, serial: int,
) -> Any:  # fmt: skip
    """One matrix product, one convolution, one in phases, or (a list) a convolution for each phase."""
    c = replace(_forward_shape(input_shape, w, stride, padding, dilation, groups), serial=serial)
    apart = stride != (1, 1)
    if _as_product(c, FEW_PIXELS) and not (apart and c.taps == (1, 1)):  # whose windows miss most pixels
        return columns.Plan(c, dtype, threads)
    if apart:
        sides = -(-c.sides[0] // stride[0]), -(-c.sides[1] // stride[1])
        turned = replace(c, channels=c.outputs, outputs=c.channels, outer=sides)
        if _design(turned, dtype, threads, 1) is channels:
            return phases.plan(c, dtype, threads)
    own = _phases(g, w, input_shape, stride, padding, dilation, groups, dtype, threads)
    return own if apart else own[0][2]


def conv2d_input_gradient(
    g: np.ndarray, weight: np.ndarray, input_shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair,
    groups: int,
) -> np.ndarray:  # fmt: skip
    """dx: for each remainder of the input's position modulo the stride, a convolution of g with the flipped taps."""
    threads = _threads(g.size * weight.size)
    key = (g.shape, weight.shape, input_shape, stride, padding, dilation, groups, g.dtype, threads, _serial(threads))
    plan = _input_plans.get(key)
    if plan is None:
        if g.size == 0 or weight.size == 0:
            return zeros(input_shape, g.dtype)
        plan = _input_plans.keep(key, _input_plan(*key))
    if type(plan) is columns.Plan:
        return columns.conv2d_input_gradient(plan, _flat(g), _flat(weight))
    if type(plan) is list:
        dx = empty(input_shape, g.dtype)
        for inputs, taps, phase in plan:
            dx[inputs] = 0 if phase is None else _convolve(phase, g, weight[taps], None)
        return dx
    if stride == (1, 1):
        return _convolve(plan, g, weight, None)
    kernel, shares, room, numbers = plan
    dx = empty(input_shape, g.dtype)
    launch(kernel, shares, (_flat(g), _flat(weight), dx.ravel(), empty((room,), g.dtype)), numbers)
    return dx


@kernel()
def add_parts_twin(parts, size):
    """parts[i] += parts[size + i] + parts[2 * size + i] + ..., for i < size"""
    for i in range(size, parts.size):
        parts[i % size] += parts[i]


@kernel("void(int64, UniTuple(float32[::1], 4), int64[::1])", twin=add_parts_twin)
def add_parts(share, arrays, numbers):
    """A share of `add_parts_twin`, one part after the other."""
    shares, size, parts = numbers[0], numbers[1], arrays[0]
    start, stop = part(share, shares, size, 1024)
    own = parts[start:stop]
    for first in range(size, parts.size, size):
        other = parts[first + start : first + stop]
        for i in range(own.size):
            own[i] += other[i]


def _sum_parts(parts: np.ndarray) -> np.ndarray:
    """The sum of parts[0], parts[1], ..., in the place of the first."""
    if len(parts) > 1:
        flat, size = parts.ravel(), parts[0].size
        shares = thread_count() if size > SPLIT else 1
        launch(add_parts, shares, (flat, flat, flat, flat), np.array((shares, size)))
    return parts[0]


def conv2d_weight_gradient(
    x: np.ndarray, g: np.ndarray, weight_shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair,
    groups: int,
) -> np.ndarray:  # fmt: skip
    """dw[o, c, ky, kx]: the sum over images and positions of g times what the tap met."""
    threads = _threads(x.size * math.prod(weight_shape))
    serial = _serial(threads) if x.shape[0] == 1 else SERIAL_WORK  # several images are summed share by share
    key = (x.shape, weight_shape, stride, padding, dilation, groups, x.dtype, threads, serial)
    plan = _weight_plans.get(key)
    if plan is None:
        c = replace(_forward_shape(x.shape, weight_shape, stride, padding, dilation, groups), serial=serial)
        if c.work == 0:
            return zeros(weight_shape, x.dtype)
        if _as_product(c, FEW_PIXELS, DEEP):
            plan = columns.Plan(c, x.dtype, threads)
        elif images.fits(c, x.dtype, threads):
            plan = gradients.plan(c, x.dtype, threads)
        else:
            plan = _design(c, x.dtype, threads, 1.5).plan_weight_gradient(c, x.dtype, threads)
        _weight_plans.keep(key, plan)
    if type(plan) is columns.Plan:
        return columns.conv2d_weight_gradient(plan, _flat(x), _flat(g))
    if type(plan[0]) is int:
        return _together(plan, g, g, x, x, weight_shape)[1]
    kernel, shares, parts, room, numbers = plan
    dw = empty((parts, *weight_shape), x.dtype)
    flat = dw.ravel()
    launch(kernel, shares, (_flat(x), _flat(g), flat, empty((room,), x.dtype)), numbers)
    return _sum_parts(dw)


def _together(
    plan: Any, g: np.ndarray, corners: np.ndarray, x: np.ndarray, weight: np.ndarray, weight_shape: tuple[int, ...]
) -> Any:
    """(dx or something in its place, dw, db)"""
    shares, room, numbers, to_x = plan
    x = _flat(x)
    dx = empty(x.shape, x.dtype) if to_x else x
    dw, db = empty((shares, *weight_shape), x.dtype), empty((shares, weight_shape[0]), x.dtype)
    room = empty((room,), x.dtype)
    arrays = (x, _flat(weight), _flat(g), _flat(corners), dx, dw.ravel(), db.ravel(), room)
    launch(gradients.gradients_of_images, shares, arrays, numbers)
    return dx, _sum_parts(dw), _sum_parts(db)


_together_plans = Plans()


def conv2d_gradients(
    g: np.ndarray, corners: np.ndarray | None, gated: bool, x: np.ndarray | None, weight: np.ndarray | None,
    shapes: tuple[tuple[int, ...], ...], to_x: bool, stride: Pair, padding: Pair, dilation: Pair, groups: int,
) -> tuple[np.ndarray | None, np.ndarray, np.ndarray] | None:  # fmt: skip
    """(dx, dw, db) at once, or None where one by one is better; dx is None without to_x.

    shapes: those of input and weights. corners: where in windows of 2 x 2 the gradients g belong, if they are those of
    a max-pooling's output (`max_pool2d_gradient`), gated: and pass a relu before it.
    """
    if x is None or shapes[0][0] < FLOAT_LANES or (corners is not None and corners.dtype != x.dtype):
        return None
    threads = _threads(x.size * math.prod(shapes[1]))
    key = (shapes, g.shape, corners is None, gated, to_x, stride, padding, dilation, groups, x.dtype, threads)
    plan = _together_plans.get(key, key)
    if plan is key:
        c = _forward_shape(*shapes[:2], stride, padding, dilation, groups)
        covered = corners is None or (2 * g.shape[2], 2 * g.shape[3]) == c.outer
        fits = covered and c.work > 0 and not _as_product(c, FEW_PIXELS, DEEP) and images.fits(c, x.dtype, threads)
        plan = gradients.plan(c, x.dtype, threads, to_x, corners is not None, gated) if fits else None
        _together_plans.keep(key, plan)
    if plan is None:
        return None
    dx, dw, db = _together(plan, g, g if corners is None else corners, x, x if weight is None else weight, shapes[1])
    return dx.reshape(shapes[0]) if to_x else None, dw, db


@kernel()
def sum_channels_twin(g, sums):
    """sums[o] += g[n, o, y, x] over images and positions"""
    for n, o, y, x in np.ndindex(g.shape):
        sums[o] += g[n, o, y, x]


@kernel("void(int64, UniTuple(float32[::1], 4), int64[::1])", twin=sum_channels_twin)
def sum_channels(share, arrays, numbers):
    """sums[share, o] = the sum of g[n, o, position] over positions and a share of the images"""
    g, sums, _, _ = arrays
    shares, images, channels, positions = numbers[0], numbers[1], numbers[2], numbers[3]
    own, zero = share * channels, g.dtype.type(0)
    for o in range(channels):
        sums[own + o] = zero
    for plane in range(images * share // shares * channels, images * (share + 1) // shares * channels):
        row, total = g[plane * positions : (plane + 1) * positions], zero
        for i in range(positions):
            total += row[i]
        sums[own + plane % channels] += total


_bias_plans = Plans()


def conv2d_bias_gradient(g: np.ndarray) -> np.ndarray:
    """db[o]: the sum of g over images and positions."""
    shares = min(thread_count(), g.shape[0]) if g.size > SPLIT else 1
    key = g.shape, shares
    numbers = _bias_plans.get(key)
    if numbers is None:
        images, channels, high, wide = g.shape
        numbers = _bias_plans.keep(key, np.array((shares, images, channels, high * wide)))
    db = empty((shares, g.shape[1]), g.dtype)
    g, flat = _flat(g), db.ravel()
    launch(sum_channels, shares, (g, flat, flat, flat), numbers)
    return _sum_parts(db)
