"""Pooling: the largest or the mean value of each window. One thread for each number; gradients gather, none scatters.

So sums are in one order, that of the windows, and it is the CPU's.
"""

from typing import Any

import numpy as np

from nbgrad.kernels import formulas
from nbgrad.kernels.cuda.copy import flat, zeros
from nbgrad.kernels.cuda.driver import cuda, device_function
from nbgrad.kernels.cuda.memory import empty, nothing
from nbgrad.kernels.cuda.registry import kernel, launch
from nbgrad.strided import DeviceArray

Pair = tuple[int, int]

_through = device_function(formulas.threshold_gradient)


@kernel(
    *[f"void({kind}[::1], {kind}[::1], int64[::1], UniTuple(int64, 12))" for kind in ("float32", "float64")],
    twin="max_pool2d",
)
def largest_of_windows(x, out, indices, at):
    """out[p, y, x] = the largest value of the window; indices: where in its plane. NaN is larger than any number.

    at: height, width of a plane of x, of one of out, of the kernel, stride, padding, dilation.
    """
    height, width, high, wide, kh, kw, sh, sw, ph, pw, dh, dw = at
    for place in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        plane, top = place // (high * wide) * height * width, place // wide % high * sh - ph
        left, best, where = place % wide * sw - pw, x[0], -1
        for row in range(top, top + kh * dh, dh):
            for column in range(left, left + kw * dw, dw):
                if 0 <= row < height and 0 <= column < width:
                    value = x[plane + row * width + column]
                    if where < 0 or value > best or value != value:
                        best, where = value, row * width + column
        out[place], indices[place] = best, where


def unpooled_windows_twin(g, indices, gate, dx, at):
    """dx[p, indices[p, y, x]] += g[p, y, x], onto zeros; then zeros where `gate`, if there is one, is shut."""
    planes, (height, width, high, wide) = dx.size // (at[0] * at[1]), at[:4]
    dx[:] = 0
    for i in range(planes * high * wide):
        dx[i // (high * wide) * height * width + indices[i]] += g[i]
    for i in range(gate.size):
        dx[i] = formulas.threshold_gradient(dx[i], gate[i])


@kernel(
    *[
        f"void({kind}[::1], int64[::1], {kind}[::1], {kind}[::1], UniTuple(int64, 12))"
        for kind in ("float32", "float64")
    ],
    twin=unpooled_windows_twin,
)
def unpooled_windows(g, indices, gate, dx, at):
    """dx[p, row, column] = Σ g[p, y, x] over the windows that hold the pixel and chose it, 0 where the gate is shut.

    at: as of `largest_of_windows`. gate: what relu gave the pooling, empty where its gradient is not wanted.
    """
    height, width, high, wide, kh, kw, sh, sw, ph, pw, dh, dw = at
    for place in range(cuda.grid(1), dx.size, cuda.gridsize(1)):
        windows, pixel = place // (height * width) * high * wide, place % (height * width)
        row, column = pixel // width + ph, pixel % width + pw
        first_y, last_y = max((row - (kh - 1) * dh + sh - 1) // sh, 0), min(row // sh, high - 1)
        first_x, last_x = max((column - (kw - 1) * dw + sw - 1) // sw, 0), min(column // sw, wide - 1)
        total = dx.dtype.type(0)
        for y in range(first_y, last_y + 1):
            for x in range(first_x, last_x + 1):
                if indices[windows + y * wide + x] == pixel:
                    total += g[windows + y * wide + x]
        if gate.size > 0:
            total = _through(total, gate[place])
        dx[place] = total


@kernel("void(float32[::1], int64[::1], float32[::1], int64, int64)", twin="max_pool2d_gather")
def gather_planes(x, indices, out, out_size, in_size):
    """out[p, i] = x[p, indices[p, i]]"""
    for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        out[i] = x[i // out_size * in_size + indices[i]]


_AVERAGE = "void(float32[::1], float32[::1], UniTuple(int64, 10), boolean, int64)"


@kernel(_AVERAGE, twin="avg_pool2d")
def average_windows(x, out, at, count_padding, divisor):
    """out[p, y, x] = the sum of the window / its size (or / the divisor, if it is not 0).

    at: height, width of a plane of x, of one of out, of the kernel, stride, padding.
    """
    height, width, high, wide, kh, kw, sh, sw, ph, pw = at
    for place in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        plane, top = place // (high * wide) * height * width, place // wide % high * sh - ph
        left = place % wide * sw - pw
        end, stop = min(top + kh, height + ph), min(left + kw, width + pw)
        size = (end - top) * (stop - left)
        top, left, end, stop = max(top, 0), max(left, 0), min(end, height), min(stop, width)
        if not count_padding:
            size = max(end - top, 0) * max(stop - left, 0)
        if divisor != 0:
            size = divisor
        total = out.dtype.type(0)
        for row in range(top, end):
            for column in range(left, stop):
                total += x[plane + row * width + column]
        out[place] = total / out.dtype.type(size)


@kernel(_AVERAGE, twin="avg_pool2d_gradient")
def average_windows_gradient(dx, g, at, count_padding, divisor):
    """dx[p, row, column] = Σ g[p, y, x] / size of the window, over the windows that hold the pixel; at: as above."""
    height, width, high, wide, kh, kw, sh, sw, ph, pw = at
    for place in range(cuda.grid(1), dx.size, cuda.gridsize(1)):
        plane = place // (height * width) * high * wide
        row, column = place // width % height + ph, place % width + pw
        first_y, last_y = max((row - kh + sh) // sh, 0), min(row // sh, high - 1)
        first_x, last_x = max((column - kw + sw) // sw, 0), min(column // sw, wide - 1)
        total = dx.dtype.type(0)
        for y in range(first_y, last_y + 1):
            top = y * sh - ph
            end = min(top + kh, height + ph)
            for x in range(first_x, last_x + 1):
                left = x * sw - pw
                stop = min(left + kw, width + pw)
                size = (end - top) * (stop - left)
                if not count_padding:
                    size = (min(end, height) - max(top, 0)) * (min(stop, width) - max(left, 0))
                if divisor != 0:
                    size = divisor
                total += g[plane + y * wide + x] / dx.dtype.type(size)
        dx[place] = total


_ADAPTIVE = "void(float32[::1], float32[::1], int64, int64, int64, int64)"


@kernel(_ADAPTIVE, twin="adaptive_avg_pool2d")
def adaptive_windows(x, out, height, width, high, wide):
    """out[p, y, x] = the mean of rows ⌊y H / high⌋ .. ⌈(y + 1) H / high⌉ and of columns alike."""
    for place in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        plane, y, x_out = place // (high * wide) * height * width, place // wide % high, place % wide
        top, end = y * height // high, ((y + 1) * height + high - 1) // high
        left, stop = x_out * width // wide, ((x_out + 1) * width + wide - 1) // wide
        total = out.dtype.type(0)
        for row in range(top, end):
            for column in range(left, stop):
                total += x[plane + row * width + column]
        out[place] = total / out.dtype.type((end - top) * (stop - left))


@kernel(_ADAPTIVE, twin="adaptive_avg_pool2d_gradient")
def adaptive_windows_gradient(dx, g, height, width, high, wide):
    """dx[p, row, column] = Σ g[p, y, x] / size of the window, over the windows that hold the pixel."""
    for place in range(cuda.grid(1), dx.size, cuda.gridsize(1)):
        plane, row, column = place // (height * width) * high * wide, place // width % height, place % width
        total = dx.dtype.type(0)
        for y in range(row * high // height, ((row + 1) * high - 1) // height + 1):
            rows = ((y + 1) * height + high - 1) // high - y * height // high
            for x in range(column * wide // width, ((column + 1) * wide - 1) // width + 1):
                columns = ((x + 1) * width + wide - 1) // wide - x * width // wide
                total += g[plane + y * wide + x] / dx.dtype.type(rows * columns)
        dx[place] = total


def output_size(size: int, kernel_size: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    """Windows along one side; with `ceil_mode` also one that hangs over the end, if it begins inside."""
    span = size + 2 * padding - dilation * (kernel_size - 1) - 1
    count = (span + (stride - 1 if ceil_mode else 0)) // stride + 1
    return count - 1 if ceil_mode and (count - 1) * stride >= size + padding else count


def _sides(x: Any, windows: tuple[Pair, Pair, Pair], dilation: Pair, ceil_mode: bool) -> tuple[int, int]:
    sizes, strides, paddings = windows
    high, wide = (
        output_size(x.shape[i - 2], sizes[i], strides[i], paddings[i], dilation[i], ceil_mode) for i in (0, 1)
    )
    return high, wide


def max_pool2d(
    x: DeviceArray, kernel_size: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> tuple[DeviceArray, DeviceArray]:
    """The largest value of each window of x[..., height, width], and its flat position in the plane."""
    sides = _sides(x, (kernel_size, stride, padding), dilation, ceil_mode)
    out, indices = empty((*x.shape[:-2], *sides), x.dtype), empty((*x.shape[:-2], *sides), np.dtype(np.int64))
    at = (*x.shape[-2:], *sides, *kernel_size, *stride, *padding, *dilation)
    launch(largest_of_windows, out.size, flat(x), out, indices, at)
    return out, indices


def max_pool2d_gradient(
    g: DeviceArray, indices: DeviceArray, input_shape: tuple[int, ...], windows: tuple[Pair, Pair, Pair, Pair, bool],
    gate: DeviceArray | None = None,
) -> DeviceArray:  # fmt: skip
    """dx: each window's gradient at the place its value came from.

    windows: the settings of the pooling. gate: what `relu` gave the pooling, where its gradient is wanted.
    """
    dx = empty(input_shape, g.dtype)
    sides = [side for pair in windows[:4] for side in pair]
    shut = nothing(g.dtype) if gate is None else flat(gate)
    at = (*input_shape[-2:], *g.shape[-2:], *sides)
    launch(unpooled_windows, dx.size, flat(g), flat(indices), shut, dx, at)
    return dx


def max_pool2d_indices(kept: DeviceArray, input_shape: tuple[int, ...]) -> DeviceArray:
    """Where in its plane the largest value of each window was: what `max_pool2d` kept."""
    return kept


def max_pool2d_gather(x: DeviceArray, indices: DeviceArray) -> DeviceArray:
    """The values of x at the places that `max_pool2d` found: the gradient of its gradient."""
    out = empty(indices.shape, x.dtype)
    out_size, in_size = indices.shape[-2] * indices.shape[-1], x.shape[-2] * x.shape[-1]
    launch(gather_planes, out.size, flat(x), flat(indices), out, out_size, in_size)
    return out


def avg_pool2d(
    x: DeviceArray, kernel_size: Pair, stride: Pair, padding: Pair, ceil_mode: bool = False,
    count_include_pad: bool = True, divisor: int = 0,
) -> DeviceArray:  # fmt: skip
    """The mean of each window of x[..., height, width]; a divisor other than 0 replaces the window's size."""
    sides = _sides(x, (kernel_size, stride, padding), (1, 1), ceil_mode)
    out = empty((*x.shape[:-2], *sides), x.dtype)
    at = (*x.shape[-2:], *sides, *kernel_size, *stride, *padding)
    launch(average_windows, out.size, flat(x), out, at, bool(count_include_pad), int(divisor or 0))
    return out


def avg_pool2d_gradient(
    g: DeviceArray, input_shape: tuple[int, ...], kernel_size: Pair, stride: Pair, padding: Pair,
    count_include_pad: bool = True, divisor: int = 0,
) -> DeviceArray:  # fmt: skip
    """dx: each window's gradient, spread evenly over it."""
    dx = empty(input_shape, g.dtype)
    at = (*input_shape[-2:], *g.shape[-2:], *kernel_size, *stride, *padding)
    launch(average_windows_gradient, dx.size, dx, flat(g), at, bool(count_include_pad), int(divisor or 0))
    return dx


def adaptive_avg_pool2d(x: DeviceArray, size: Pair) -> DeviceArray:
    """The means of windows that divide x[..., height, width] into `size` parts, which may share an edge."""
    out = empty((*x.shape[:-2], *size), x.dtype)
    launch(adaptive_windows, out.size, flat(x), out, *x.shape[-2:], *size)
    return out


def adaptive_avg_pool2d_gradient(g: DeviceArray, input_shape: tuple[int, ...]) -> DeviceArray:
    """dx: each window's gradient, spread evenly over it."""
    if g.size == 0:
        return zeros(input_shape, g.dtype)
    dx = empty(input_shape, g.dtype)
    launch(adaptive_windows_gradient, dx.size, dx, flat(g), *input_shape[-2:], *g.shape[-2:])
    return dx
