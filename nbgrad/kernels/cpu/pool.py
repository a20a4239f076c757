"""Pooling: the largest or the mean value of each window.

Every plane (one channel of one image) is its own piece of work; threads take runs of planes.
"""

import math
from typing import Any

import numpy as np
from numba import get_num_threads
from numba.np.unsafe.ndarray import to_fixed_tuple

from nbgrad.device import empty, zeros
from nbgrad.kernels.cpu.launch import inlined, launch
from nbgrad.kernels.cpu.simd import (
    add_candidates,
    clear_run,
    lanes,
    no_candidates,
    store_at_one_of_four,
    store_candidates,
    store_largest_of_four,
)
from nbgrad.kernels.registry import kernel

Pair = tuple[int, int]

ARRAYS = "Tuple((float32[::1], float32[::1], float32[::1], int64[::1]))"
SERIAL_WORK = 1 << 16  # numbers below which a launch costs more than a second thread brings
ONE, TWO = (0,), (0,) * 2  # columns between neighbouring windows


@kernel()
def max_pool2d_twin(share, arrays, numbers):
    """out[p, y, x] = the largest value of the window; indices: where in its plane. NaN is larger than any number."""
    x, out, _, indices = arrays
    shares, planes, height, width, high, wide, kh, kw, sh, sw, ph, pw, dh, dw = to_fixed_tuple(numbers, 14)
    for plane in range(planes * share // shares, planes * (share + 1) // shares):
        for y in range(high):
            for x_out in range(wide):
                best, where = x[0], -1
                for row in range(y * sh - ph, y * sh - ph + kh * dh, dh):
                    for column in range(x_out * sw - pw, x_out * sw - pw + kw * dw, dw):
                        if 0 <= row < height and 0 <= column < width:
                            value = x[(plane * height + row) * width + column]
                            if where < 0 or value > best or np.isnan(value):
                                best, where = value, row * width + column
                out[(plane * high + y) * wide + x_out] = best
                indices[(plane * high + y) * wide + x_out] = where


@kernel(f"void(int64, {ARRAYS}, int64[::1])", twin=max_pool2d_twin)
def max_pool2d_halves(share, arrays, numbers):
    """`max_pool2d_twin` of 2 x 2 windows that touch, a register of them at a time."""
    x, out, _, indices = arrays
    shares, planes, height, width, high, wide = to_fixed_tuple(numbers, 6)
    step, first, last = lanes(x), planes * share // shares, planes * (share + 1) // shares
    for row in range(first * high, last * high):
        place = row % high * 2 * width
        above = row // high * height * width + place
        for i in range(0, wide, step):
            # whole registers write into the next row, which comes later, but never behind the share's last row
            if row * wide + i + step <= last * high * wide and above + width + 2 * (i + step) <= x.size:
                here = above + 2 * i
                store_largest_of_four(out, indices, row * wide + i, x, here, here + width, place + 2 * i, width)
                continue
            for j in range(i, min(wide, i + step)):
                best, where = x[above + 2 * j], 2 * j
                for other in (2 * j + 1, width + 2 * j, width + 2 * j + 1):
                    value = x[above + other]
                    if value > best or np.isnan(value):
                        best, where = value, other
                out[row * wide + j], indices[row * wide + j] = best, place + where


@inlined
def pool_row(apart, x, out, indices, first, place, rows, at):
    """A row of windows: out[first + i] = the largest of rows `rows` and columns i * len(apart) - pw + ..."""
    plane, width, wide, kw, pw, dw, row_step = at
    for i in range(0, wide, lanes(x)):
        largest = no_candidates(x)
        for row in range(place, place + rows * row_step, row_step):
            for column in range(i * len(apart) - pw, i * len(apart) - pw + kw * dw, dw):
                largest = add_candidates(largest, apart, x, plane + row, column, width, row)
        store_candidates(largest, out, indices, first + i, wide - i)


@kernel(twin=max_pool2d_twin)
def max_pool2d_rows(share, arrays, numbers):
    """`max_pool2d_twin` of windows one or two columns apart, a register of them at a time."""
    x, out, _, indices = arrays
    shares, planes, height, width, high, wide, kh, kw, sh, sw, ph, pw, dh, dw = to_fixed_tuple(numbers, 14)
    for line in range(planes * share // shares * high, planes * (share + 1) // shares * high):
        top = line % high * sh - ph
        above = max(0, (dh - 1 - top) // dh)  # rows of the window that lie in the padding
        rows = min(kh, (height - top + dh - 1) // dh) - above
        at = (line // high * height * width, width, wide, kw, pw, dw, dh * width)
        place = (top + above * dh) * width
        if sw == 1:
            pool_row(ONE, x, out, indices, line * wide, place, rows, at)
        else:
            pool_row(TWO, x, out, indices, line * wide, place, rows, at)


@kernel()
def scatter_planes_twin(share, arrays, numbers):
    """dx[p, indices[p, i]] += g[p, i], for some planes of zeros; gated: only where gate > 0 there, or NaN"""
    g, gate, dx, indices = arrays
    shares, gated, planes, out_size, in_size = to_fixed_tuple(numbers, 5)
    for plane in range(planes * share // shares, planes * (share + 1) // shares):
        for i in range(plane * out_size, (plane + 1) * out_size):
            place = plane * in_size + indices[i]
            if not gated or not gate[place] <= 0:
                dx[place] += g[i]


@kernel(twin=scatter_planes_twin)
def scatter_planes(share, arrays, numbers):
    """`scatter_planes_twin`, zeros first: a plane is cleared while it is near, just before it is written."""
    g, gate, dx, indices = arrays
    shares, gated, planes, out_size, in_size = to_fixed_tuple(numbers, 5)
    for plane in range(planes * share // shares, planes * (share + 1) // shares):
        to = plane * in_size
        clear_run(dx, to, in_size)
        for i in range(plane * out_size, (plane + 1) * out_size):
            place = np.uint64(to + indices[i])
            if not gated or not gate[place] <= 0:
                dx[place] += g[i]


@kernel(f"void(int64, {ARRAYS}, int64[::1])", twin=scatter_planes_twin)
def scatter_halves(share, arrays, numbers):
    """`scatter_planes_twin` of 2 x 2 windows that cover their planes, a register of them at a time."""
    g, gate, dx, indices = arrays
    shares, gated, planes, _, _, high, wide = to_fixed_tuple(numbers, 7)
    step, first, last = lanes(g), planes * share // shares * high, planes * (share + 1) // shares * high
    for row in range(first, last):
        place = row % high * 4 * wide
        above = row * 4 * wide
        for i in range(0, wide, step):
            # the only register of a row may write into the next one, which comes later, but not behind the share's last
            inside = i + step <= wide or i == 0
            if inside and row * wide + i + step <= last * wide and above + 2 * (wide + i + step) <= last * 4 * wide:
                here = above + 2 * i
                store_at_one_of_four(
                    dx, g, gate, indices, row * wide + i, here, here + 2 * wide, place + 2 * i, 2 * wide, gated
                )
                continue
            for j in range(i, min(wide, i + step)):
                from_start = above - place
                for other in (2 * j, 2 * j + 1, 2 * wide + 2 * j, 2 * wide + 2 * j + 1):
                    here = above + other
                    wins = indices[row * wide + j] == here - from_start and not (gated and gate[here] <= 0)
                    dx[here] = g[row * wide + j] if wins else g.dtype.type(0)


@kernel("void(float32[::1], int64[::1], float32[::1], int64, int64, int64)")
def gather_planes(x, indices, out, planes, out_size, in_size):
    """out[p, i] = x[p, indices[p, i]]"""
    for plane in range(planes):
        for i in range(plane * out_size, (plane + 1) * out_size):
            out[i] = x[plane * in_size + indices[i]]


@kernel()
def average_planes(x, out, planes, geometry, count_padding, divisor, backward):
    """out[p, y, x] = the mean of the window; backward: x[p, window] += out[p, y, x] / size of the window.

    A divisor other than 0 takes the place of the window's size.
    """
    height, width, high, wide, kh, kw, sh, sw, ph, pw = geometry
    for plane in range(planes):
        for y in range(high):
            top, end = y * sh - ph, min(y * sh - ph + kh, height + ph)
            for x_out in range(wide):
                left, stop = x_out * sw - pw, min(x_out * sw - pw + kw, width + pw)
                rows, columns = range(max(top, 0), min(end, height)), range(max(left, 0), min(stop, width))
                size = (end - top) * (stop - left) if count_padding else len(rows) * len(columns)
                size = divisor if divisor else size
                at = (plane * high + y) * wide + x_out
                if backward:
                    for row in rows:
                        for column in columns:
                            x[(plane * height + row) * width + column] += out[at] / size
                    continue
                total = 0.0
                for row in rows:
                    for column in columns:
                        total += x[(plane * height + row) * width + column]
                out[at] = total / size


def _flat(array: np.ndarray) -> np.ndarray:
    """One contiguous, writeable row: numba would compile everything once more for other layouts."""
    flat = array.ravel()
    return flat if flat.flags.writeable else flat.copy()


def output_size(size: int, kernel_size: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    """Windows along one side; with `ceil_mode` also one that hangs over the end, if it begins inside."""
    span = size + 2 * padding - dilation * (kernel_size - 1) - 1
    count = (span + (stride - 1 if ceil_mode else 0)) // stride + 1
    return count - 1 if ceil_mode and (count - 1) * stride >= size + padding else count


INT64 = np.dtype(np.int64)
HALVES = (2, 2), (2, 2), (0, 0), (1, 1), False  # the settings of windows that a register takes

_plans: dict[Any, Any] = {}
_gradient_plans: dict[Any, Any] = {}


def _plan(
    x: tuple[int, ...], kernel_size: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool, threads: int
) -> tuple[Any, int, tuple[int, ...], np.ndarray]:
    """(kernel, shares, shape of the output, what the kernel must know)"""
    height, width = x[-2:]
    high, wide = (output_size(x[i - 2], kernel_size[i], stride[i], padding[i], dilation[i], ceil_mode) for i in (0, 1))
    halves = (kernel_size, stride, padding, dilation, ceil_mode) == HALVES
    shares = threads if math.prod(x) > SERIAL_WORK else 1
    planes = math.prod(x[:-2]) if high * wide else 0
    numbers = (shares, planes, height, width, high, wide, *kernel_size, *stride, *padding, *dilation)
    loop = max_pool2d_twin if stride[1] > 2 or height * width >= 1 << 31 else max_pool2d_rows
    loop = max_pool2d_halves if halves else loop
    return loop, shares, (*x[:-2], high, wide), np.array(numbers)


def max_pool2d(
    x: np.ndarray, kernel_size: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The largest value of each window of x[..., height, width], and its flat position in the plane."""
    threads = get_num_threads() if x.size > SERIAL_WORK else 1
    key = (x.shape, kernel_size, stride, padding, dilation, ceil_mode, threads)
    plan = _plans.get(key)
    if plan is None:
        if len(_plans) >= 1024:
            _plans.clear()
        plan = _plans[key] = _plan(*key)
    loop, shares, shape, numbers = plan
    out, indices = empty(shape, x.dtype), empty(shape, INT64)
    flat = out.ravel()
    launch(loop, shares, (_flat(x), flat, flat, indices.ravel()), numbers)
    return out, indices


def max_pool2d_gradient(
    g: np.ndarray,
    indices: np.ndarray,
    input_shape: tuple[int, ...],
    windows: Any = None,
    gate: np.ndarray | None = None,
) -> np.ndarray:
    """dx: each window's gradient at the place its value came from.

    windows: the settings of the pooling, where they are known. gate: what `relu` gave the pooling; its gradient,
    `threshold_gradient(dx, gate)`, is then made in the same pass.
    """
    dx = empty(input_shape, g.dtype)
    shares = get_num_threads() if dx.size > SERIAL_WORK else 1
    key = g.shape, input_shape, windows, gate is None, shares
    plan = _gradient_plans.get(key)
    if plan is None:
        out_size, in_size = g.shape[-2] * g.shape[-1], input_shape[-2] * input_shape[-1]
        planes = g.size // out_size if g.size else 0
        covered = all(2 * g.shape[axis] == input_shape[axis] for axis in (-2, -1))
        loop = scatter_halves if windows == HALVES and covered else scatter_planes
        numbers = np.array((shares, gate is not None, planes, out_size, in_size, *g.shape[-2:]))
        if len(_gradient_plans) >= 1024:
            _gradient_plans.clear()
        plan = _gradient_plans[key] = loop, numbers
    loop, numbers = plan
    flat = dx.ravel()
    launch(loop, shares, (_flat(g), flat if gate is None else _flat(gate), flat, _flat(indices)), numbers)
    return dx


def max_pool2d_gather(x: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """The values of x at the places that `max_pool2d` found: the gradient of its gradient."""
    out = empty(indices.shape, x.dtype)
    out_size, in_size = indices.shape[-2] * indices.shape[-1], x.shape[-2] * x.shape[-1]
    planes = indices.size // out_size if indices.size else 0
    gather_planes(_flat(x), _flat(indices), out.reshape(-1), planes, out_size, in_size)
    return out


def _average(
    x: np.ndarray, out: np.ndarray, windows: tuple[Pair, ...], count_padding: bool, divisor: int, backward: bool
) -> None:
    geometry = (*x.shape[-2:], *out.shape[-2:], *(side for pair in windows for side in pair))
    planes = out.size // (out.shape[-2] * out.shape[-1]) if out.size else 0
    average_planes(_flat(x), _flat(out), planes, geometry, count_padding, divisor, backward)


def avg_pool2d(
    x: np.ndarray, kernel_size: Pair, stride: Pair, padding: Pair, ceil_mode: bool = False,
    count_include_pad: bool = True, divisor: int = 0,
) -> np.ndarray:  # fmt: skip
    """The mean of each window of x[..., height, width]; a divisor other than 0 replaces the window's size."""
    sides = (output_size(x.shape[i - 2], kernel_size[i], stride[i], padding[i], 1, ceil_mode) for i in (0, 1))
    out = empty((*x.shape[:-2], *sides), x.dtype)
    _average(x, out, (kernel_size, stride, padding), count_include_pad, divisor, False)
    return out


def avg_pool2d_gradient(
    g: np.ndarray, input_shape: tuple[int, ...], kernel_size: Pair, stride: Pair, padding: Pair,
    count_include_pad: bool = True, divisor: int = 0,
) -> np.ndarray:  # fmt: skip
    """dx: each window's gradient, spread evenly over it."""
    dx = zeros(input_shape, g.dtype)
    _average(dx, g, (kernel_size, stride, padding), count_include_pad, divisor, True)
    return dx


@kernel()
def adaptive_planes(x, out, planes, height, width, high, wide, backward):
    """out[p, y, x] = the mean of rows ⌊y H / high⌋ .. ⌈(y + 1) H / high⌉, columns alike; backward: spread over them."""
    for plane in range(planes):
        for y in range(high):
            rows = range(y * height // high, ((y + 1) * height + high - 1) // high)
            for x_out in range(wide):
                columns = range(x_out * width // wide, ((x_out + 1) * width + wide - 1) // wide)
                at, total = (plane * high + y) * wide + x_out, 0.0
                share = out[at] / (len(rows) * len(columns)) if backward else out[at]
                for row in rows:
                    for column in columns:
                        place = (plane * height + row) * width + column
                        if backward:
                            x[place] += share
                        else:
                            total += x[place]
                if not backward:
                    out[at] = total / (len(rows) * len(columns))


def adaptive_avg_pool2d(x: np.ndarray, size: Pair) -> np.ndarray:
    """The means of windows that divide x[..., height, width] into `size` parts, which may share an edge."""
    out = zeros((*x.shape[:-2], *size), x.dtype)
    adaptive_planes(_flat(x), out.reshape(-1), math.prod(x.shape[:-2]), *x.shape[-2:], *size, False)
    return out


def adaptive_avg_pool2d_gradient(g: np.ndarray, input_shape: tuple[int, ...]) -> np.ndarray:
    """dx: each window's gradient, spread evenly over it."""
    dx = zeros(input_shape, g.dtype)
    adaptive_planes(dx.reshape(-1), _flat(g), math.prod(g.shape[:-2]), *input_shape[-2:], *g.shape[-2:], True)
    return dx
