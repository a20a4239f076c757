"""Pooling: the largest or the mean value of each window.

Of windows of 2 x 2 that touch, it is kept in which corner the largest value was (`nbgrad.kernels.cpu.simd.windows`),
of others its index in the plane. Every plane (one channel of one image) is its own piece of work; threads take runs of
planes.
"""

import math
from typing import Any

import numpy as np
from numba.np.unsafe.ndarray import to_fixed_tuple

from nbgrad.device import empty, zeros
from nbgrad.kernels.cpu.launch import inlined, launch, thread_count
from nbgrad.kernels.cpu.simd import (
    add_candidates,
    clear_run,
    lanes,
    no_candidates,
    store_at_corners,
    store_candidates,
    store_largest_of_four,
)
from nbgrad.kernels.registry import kernel

Pair = tuple[int, int]

FOUR_ARRAYS = "UniTuple(float32[::1], 4)"
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


@kernel(f"void(int64, {FOUR_ARRAYS}, int64[::1])", twin=max_pool2d_twin)
def max_pool2d_halves(share, arrays, numbers):
    """`max_pool2d_twin` of 2 x 2 windows that touch, a register of them at a time, with corners in place of indices."""
    x, out, corners, _ = arrays
    shares, planes, height, width, high, wide = to_fixed_tuple(numbers, 6)
    step, first, last = lanes(x), planes * share // shares, planes * (share + 1) // shares
    for plane in range(first, last):
        for y in range(high):
            to, above = (plane * high + y) * wide, (plane * height + 2 * y) * width
            for i in range(0, wide, step):
                # whole registers write into the next row, which comes later, but never behind the share's last row
                if to + i + step <= last * high * wide and above + width + 2 * (i + step) <= x.size:
                    here = above + 2 * i
                    store_largest_of_four(out, corners, to + i, x, here, here + width)
                    continue
                for j in range(i, min(wide, i + step)):
                    best, corner = x[above + 2 * j], 0
                    for other in range(1, 4):
                        value = x[above + other // 2 * width + 2 * j + other % 2]
                        if value > best or np.isnan(value):
                            best, corner = value, other
                    out[to + j], corners[to + j] = best, corner + 4 * (best <= 0)


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


@kernel(f"void(int64, {FOUR_ARRAYS}, int64[::1])", twin=scatter_planes_twin)
def scatter_halves(share, arrays, numbers):
    """`scatter_planes_twin` of 2 x 2 windows that cover their planes, a register of them at a time, from corners."""
    g, corners, dx, _ = arrays
    shares, gated, planes, high, wide = to_fixed_tuple(numbers, 5)
    step, first, last = lanes(g), planes * share // shares * high, planes * (share + 1) // shares * high
    for row in range(first, last):
        above = row * 4 * wide
        for i in range(0, wide, step):
            # the only register of a row may write into the next one, which comes later, but not behind the share's last
            inside = i + step <= wide or i == 0
            if inside and row * wide + i + step <= last * wide and above + 2 * (wide + i + step) <= last * 4 * wide:
                here = above + 2 * i
                store_at_corners(dx, here, here + 2 * wide, g, corners, row * wide + i, gated)
                continue
            for j in range(i, min(wide, i + step)):
                corner = np.int64(corners[row * wide + j])
                for other in range(4):
                    wins = other == (corner if gated else corner % 4)
                    here = above + other // 2 * 2 * wide + 2 * j + other % 2
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
_gradient_numbers: dict[Any, Any] = {}


def _plan(
    x: tuple[int, ...], dtype: np.dtype, kernel_size: Pair, stride: Pair, padding: Pair, dilation: Pair,
    ceil_mode: bool, threads: int,
) -> tuple[Any, int, tuple[int, ...], np.ndarray]:  # fmt: skip
    """(kernel, shares, shape of the output, what the kernel must know)"""
    height, width = x[-2:]
    high, wide = (output_size(x[i - 2], kernel_size[i], stride[i], padding[i], dilation[i], ceil_mode) for i in (0, 1))
    halves = (kernel_size, stride, padding, dilation, ceil_mode) == HALVES and dtype.kind == "f"
    shares = threads if math.prod(x) > SERIAL_WORK else 1
    planes = math.prod(x[:-2]) if high * wide else 0
    numbers = (shares, planes, height, width, high, wide, *kernel_size, *stride, *padding, *dilation)
    by_number = stride[1] > 2 or height * width >= 1 << 31 or dtype.kind != "f"
    loop = max_pool2d_twin if by_number else max_pool2d_rows
    loop = max_pool2d_halves if halves else loop
    return loop, shares, (*x[:-2], high, wide), np.array(numbers)


def max_pool2d(
    x: np.ndarray, kernel_size: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The largest value of each window of x[..., height, width], and where it was: corners or indices."""
    threads = thread_count() if x.size > SERIAL_WORK else 1
    key = (x.shape, x.dtype, kernel_size, stride, padding, dilation, ceil_mode, threads)
    plan = _plans.get(key)
    if plan is None:
        if len(_plans) >= 1024:
            _plans.clear()
        plan = _plans[key] = _plan(*key)
    loop, shares, shape, numbers = plan
    out, kept = empty(shape, x.dtype), empty(shape, x.dtype if loop is max_pool2d_halves else INT64)
    x, flat, where = _flat(x), out.ravel(), kept.ravel()
    arrays = (x, flat, where, flat) if loop is max_pool2d_halves else (x, flat, flat, where)
    launch(loop, shares, arrays, numbers)
    return out, kept


def max_pool2d_indices(kept: np.ndarray, input_shape: tuple[int, ...]) -> np.ndarray:
    """Where in its plane the largest value of each window was, from what `max_pool2d` kept."""
    if kept.dtype == INT64:
        return kept
    corners, width = kept.astype(INT64) % 4, input_shape[-1]
    high, wide = kept.shape[-2:]
    first = 2 * np.arange(high)[:, None] * width + 2 * np.arange(wide)
    return first + corners // 2 * width + corners % 2


def max_pool2d_gradient(
    g: np.ndarray, kept: np.ndarray, input_shape: tuple[int, ...], _windows: Any, gate: np.ndarray | None = None
) -> np.ndarray:
    """dx: each window's gradient at the place its value came from.

    _windows: the settings of the pooling, of use to the GPU alone.
    gate: what `relu` gave the pooling; its gradient, `threshold_gradient(dx, gate)`, is then made in the same pass.
    """
    dx = empty(input_shape, g.dtype)
    shares = thread_count() if dx.size > SERIAL_WORK else 1
    covered = all(2 * g.shape[axis] == input_shape[axis] for axis in (-2, -1))
    halves = covered and kept.dtype == g.dtype
    key = g.shape, input_shape, halves, gate is None, shares
    numbers = _gradient_numbers.get(key)
    if numbers is None:
        out_size, in_size = g.shape[-2] * g.shape[-1], input_shape[-2] * input_shape[-1]
        planes = g.size // out_size if g.size else 0
        sizes = g.shape[-2:] if halves else (out_size, in_size)
        if len(_gradient_numbers) >= 1024:
            _gradient_numbers.clear()
        numbers = _gradient_numbers[key] = np.array((shares, gate is not None, planes, *sizes))
    flat = dx.ravel()
    if halves:
        launch(scatter_halves, shares, (_flat(g), _flat(kept), flat, flat), numbers)
        return dx
    indices = max_pool2d_indices(kept, input_shape)
    launch(scatter_planes, shares, (_flat(g), flat if gate is None else _flat(gate), flat, _flat(indices)), numbers)
    return dx


def max_pool2d_gather(x: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """The values of x at the places that `max_pool2d` found: the gradient of its gradient."""
    indices = max_pool2d_indices(kept, x.shape)
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
