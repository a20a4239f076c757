"""Convolution as one matrix product over all images: for many weights and few pixels.

Such weights are larger than the near caches, so each product reads, or writes, them once, row by row as they lie. The
other operand are the windows (`windows.py`), or their transpose, the columns; making them costs little beside the
product. A share of the work is that of some input channels, whose windows no other thread needs.
"""

import math

import numpy as np
from numba.np.unsafe.ndarray import to_fixed_tuple

from nbgrad.device import empty
from nbgrad.kernels.cpu.conv.channels import transposition
from nbgrad.kernels.cpu.conv.geometry import (
    GEOMETRY,
    SERIAL_WORK,
    Convolution,
    conv2d_twin,
    conv2d_weight_gradient_twin,
)
from nbgrad.kernels.cpu.conv.windows import (
    add_row,
    frame_sides,
    gather_transposed,
    gathering,
    images_inside,
    join_parts,
)
from nbgrad.kernels.cpu.launch import as_integers, call_address, inlined, launch, part
from nbgrad.kernels.cpu.simd import (
    ALIGNMENT,
    FLOAT_LANES,
    MANY_REGISTERS,
    add_inner,
    add_inner_part,
    add_outer_within,
    add_within,
    aligned,
    clear_run,
    lanes,
    lanes_of,
    store_lane_sums,
    store_within,
    zeros_tile,
)
from nbgrad.kernels.registry import kernel

ONE, TWO, THREE = (0,), (0,) * 2, (0,) * 3
ROWS = (0,) * (12 if MANY_REGISTERS else 6)  # of a tile that is two vectors wide
FEWER_ROWS = (0,) * (8 if MANY_REGISTERS else 4)  # of one that is three wide
INNER_ROWS, INNER_COLUMNS = (0,) * (4 if MANY_REGISTERS else 2), (0,) * 4  # a tile of inner products
BEHIND = 3 * FLOAT_LANES  # numbers behind the windows that tiles may read
NEAR = 1 << 18  # bytes of weights whose columns are worked on together
MANY_IMAGES = 4  # from which a pixel of all of them is a row worth adding on its own
TOGETHER = 2 * len(FEWER_ROWS)  # rows of a weight gradient that are written side by side


@inlined
def multiply_rows(height, width, arrays, at):
    """c[m, n] = a[m, k] @ b[k, n], `near` steps of k at a time; rows of b and c are contiguous.

    at: of a, index and steps between rows and columns; of b and c, index and step between rows; m, n, k, near.
    """
    a, b, c = arrays
    a_index, a_row, a_column, b_index, b_row, c_index, c_row, m, n, k, near = at
    size, wide = len(height), len(width) * lanes(a)
    for start in range(0, k, near):
        stop = min(k, start + near)
        for i in range(0, m, size):
            last = min(size, m - i) - 1
            for j in range(0, n, wide):
                tile, here = zeros_tile(height, width, a), c_index + i * c_row + j
                if start > 0:
                    tile = add_within(tile, c, here, c_row, last, n - j)
                left, right = a_index + i * a_row + start * a_column, b_index + start * b_row + j
                for _ in range(start, stop):
                    tile = add_outer_within(tile, a, left, a_row, last, b, right)
                    left += a_column
                    right += b_row
                store_within(tile, c, here, c_row, last, n - j)


@inlined
def multiply_inner(height, width, arrays, at):
    """c[m, n] = a[m, k] @ b[k, n] for rows of a and columns of b that are contiguous; their products in `lanes` sums.

    at: of a, index and step between rows; of b, index and step between columns; index of c; m, n, k; where sums wait.
    """
    a, b, c, scratch = arrays
    a_index, a_row, b_index, b_column, c_index, m, n, k, sums = at
    step = lanes(a)
    whole = k // step * step
    for i in range(0, m, len(height)):
        left, a_last = a_index + i * a_row, min(len(height), m - i) - 1
        for j in range(0, n, len(width)):
            right, b_last = b_index + j * b_column, min(len(width), n - j) - 1
            tile = zeros_tile(height, width, a)
            for p in range(0, whole, step):
                tile = add_inner(tile, a, left + p, a_row, a_last, b, right + p, b_column, b_last)
            if whole < k:
                left_part, right_part = left + whole, right + whole
                tile = add_inner_part(
                    tile, a, left_part, a_row, a_last, b, right_part, b_column, b_last, k - whole
                )  # fmt: skip
            store_lane_sums(tile, scratch, sums)
            for r in range(a_last + 1):
                for q in range(b_last + 1):
                    c[c_index + (i + r) * n + j + q] = scratch[sums + r * len(width) + q]


@kernel(twin=conv2d_twin)
def convolve_windows(share, arrays, numbers):
    """parts[share][o, y, x, n] = Σ_k w[o, k] windows[k, y, x, n], k a tap of some channels."""
    x, w, parts, scratch = arrays
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    images, _, channels, _, _, outputs, kh, kw, _, _, _, _, _, _, high, wide, _ = geometry
    shares, room, column, transpose, gather = to_fixed_tuple(numbers[GEOMETRY:], 5)
    (rows, row), taps, size = frame_sides(geometry), kh * kw, high * wide * images
    first, last = part(share, shares, channels, 1)
    depth, own, to = channels * taps, (last - first) * taps, share * outputs * size
    start = aligned(scratch, share * room)
    if 2 * size <= lanes(x):  # too few for the lanes: inner products along k
        frame = start + column * size
        gather_transposed(x, first, last, start, column, scratch, frame, gather, transpose, numbers)
        at = first * taps, depth, start, column, to, outputs, size, own, frame
        multiply_inner(INNER_ROWS, INNER_COLUMNS, (w, scratch, parts, scratch), at)
        return
    frame = start + own * size + len(TWO) * lanes(x)
    clear_run(scratch, frame, rows * row * images)
    for c in range(first, last):
        call_address(gather, ((x, scratch, scratch, numbers), (c, start + (c - first) * taps * size, frame)))
    at = first * taps, depth, 1, start, size, to, size, outputs, size, own, own
    if size <= lanes(x):
        multiply_rows(ROWS, ONE, (w, scratch, parts), at)
    else:
        multiply_rows(ROWS, TWO, (w, scratch, parts), at)


@kernel(twin=conv2d_twin)
def scatter_windows(share, arrays, numbers):
    """dx[n, c] = the sum over taps k = (c, ky, kx) of Σ_o w[o, k] g[o, y, x, n] where they met; some channels c."""
    w, g, dx, scratch = arrays
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    images, _, channels, height, width, outputs, kh, kw, sh, sw, ph, pw, dh, dw, high, wide, _ = geometry
    shares, room, near, transpose = to_fixed_tuple(numbers[GEOMETRY:], 4)
    (rows, row), run, taps, depth = frame_sides(geometry), wide * images, kh * kw, channels * kh * kw
    sections = sw if images < MANY_IMAGES else 1  # pixels of a row that are the stride apart lie side by side
    section = (row + sections - 1) // sections * images
    line = sections * section
    first, last = part(share, shares, channels, 1)
    own, size = (last - first) * taps, high * run
    windows = aligned(scratch, share * room)
    frame = windows + own * size
    if size <= lanes(w):  # few numbers for the lanes: taps are there in their place, and turned afterwards
        columns = frame + rows * line
        at = 0, 1, size, first * taps, depth, columns, own, size, own, outputs, near
        multiply_rows(FEWER_ROWS, THREE, (g, w, scratch), at)
        at = columns, own, size, own, windows, size, size, 0, 0
        call_address(transpose, ((scratch, scratch, scratch), as_integers(at)))
    else:
        at = first * taps, 1, depth, 0, size, windows, size, own, size, outputs, near
        multiply_rows(ROWS, TWO, (w, g, scratch), at)
    for c in range(first, last):
        clear_run(scratch, frame, rows * line)
        for ky in range(kh):
            for kx in range(kw):
                here = windows + (((c - first) * kh + ky) * kw + kx) * size
                to = frame + ky * dh * line + kx * dw % sections * section + kx * dw // sections * images
                for _ in range(high):
                    if sections == sw:
                        add_row(scratch, here, scratch, to, run)
                    else:
                        for i in range(0, run, images):
                            add_row(scratch, here + i, scratch, to + i * sw, images)
                    here += run
                    to += sh * line
        for n in range(images):
            for y in range(height):
                there = ((n * channels + c) * height + y) * width
                stop = min(width, row - pw) if y + ph < rows else 0  # pixels behind the last window got nothing
                above = frame + (y + ph) * line + n
                if sections == 1:
                    for i in range(stop):
                        dx[there + i] = scratch[above + (i + pw) * images]
                else:
                    for x in range(min(sw, stop)):
                        here = above + (x + pw) % sw * section + (x + pw) // sw * images
                        for i in range(x, stop, sw):
                            dx[there + i] = scratch[here]
                            here += images
                clear_run(dx, there + max(0, stop), width - max(0, stop))


@kernel(twin=conv2d_weight_gradient_twin)
def correlate_columns(share, arrays, numbers):
    """dw[o, k] = Σ_{y, x, n} g[n, o, y, x] columns[(y, x, n), k], k a tap of some channels; the transposed windows."""
    x, g, dw, scratch = arrays
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    images, _, channels, _, _, outputs, kh, kw, _, _, _, _, _, _, high, wide, _ = geometry
    shares, room, column, transpose, gather = to_fixed_tuple(numbers[GEOMETRY:], 5)
    taps, positions = kh * kw, high * wide
    first, last = part(share, shares, channels, 1)
    size, depth, own, width = positions * images, channels * taps, (last - first) * taps, lanes(x)
    columns = aligned(scratch, share * room)
    frame = columns + column * size + len(THREE) * width
    gather_transposed(x, first, last, columns, column, scratch, frame, gather, transpose, numbers)
    for block in range(0, outputs, TOGETHER):
        for k in range(0, own, len(THREE) * width):
            for o in range(block, min(outputs, block + TOGETHER), len(FEWER_ROWS)):
                tile, below = zeros_tile(FEWER_ROWS, THREE, g), min(len(FEWER_ROWS), outputs - o) - 1
                for n in range(images):
                    left, right = (n * outputs + o) * positions, columns + n * column + k
                    for _ in range(positions):
                        tile = add_outer_within(tile, g, left, positions, below, scratch, right)
                        left += 1
                        right += images * column
                store_within(tile, dw, o * depth + first * taps + k, depth, below, own - k)


class Plan:
    """What the kernels must know of a convolution, and how many threads share its channels."""

    def __init__(self, c: Convolution, dtype: np.dtype, threads: int) -> None:
        self.shape, self.shares = c, min(threads, c.channels) if c.work > SERIAL_WORK else 1
        self.positions, taps = math.prod(c.outer), math.prod(c.taps)
        self.size = self.positions * c.images
        lanes, transpose, gather = lanes_of(dtype), transposition(dtype), gathering(dtype)
        frame, own = math.prod(c.span) * c.images + ALIGNMENT, -(-c.channels // self.shares) * taps
        # neighbouring rows must not meet in the same sets of a cache, as those of even numbers of lines do
        column = (-(-own // FLOAT_LANES) | 1) * FLOAT_LANES
        near = max(8, NEAR // (own * dtype.itemsize))
        self.turned = frame + column * self.size + lanes * taps * self.size + BEHIND
        self.gathered = max(self.turned, frame + own * self.size + BEHIND)
        self.scattered = frame + c.span[0] * c.stride[1] * c.images + 2 * own * self.size + BEHIND
        shared, turning = (*c.numbers(), self.shares), (self.shares, c.images, c.outputs, self.positions)
        self.convolve = np.array((*shared, self.gathered, column, transpose, gather))
        self.correlate = np.array((*shared, self.turned, column, transpose, gather))
        self.scatter = np.array((*shared, self.scattered, near, transpose))
        self.turn = np.array((*turning, transpose))
        self.join = [np.array((*turning, biased, transpose)) for biased in (0, 1)]


def _scratch(plan: Plan, room: int, like: np.ndarray) -> np.ndarray:
    """Room for each share."""
    return empty((plan.shares * room,), like.dtype)


def conv2d(plan: Plan, x: np.ndarray, w: np.ndarray, bias: np.ndarray | None) -> np.ndarray:
    """Weights times windows; flat operands."""
    c = plan.shape
    parts, out = _scratch(plan, c.outputs * plan.size, x), empty((c.images, c.outputs, *c.outer), x.dtype)
    launch(convolve_windows, plan.shares, (x, w, parts, _scratch(plan, plan.gathered, x)), plan.convolve)
    flat = out.ravel()
    launch(join_parts, plan.shares, (parts, flat if bias is None else bias, flat, flat), plan.join[bias is not None])
    return out


def conv2d_input_gradient(plan: Plan, g: np.ndarray, w: np.ndarray) -> np.ndarray:
    """g times weights: what each window sends to its pixels, which add up; flat operands."""
    c = plan.shape
    turned = empty((g.size + BEHIND,), g.dtype)
    launch(images_inside, plan.shares, (g, turned, turned, turned), plan.turn)
    dx = empty((c.images, c.channels, *c.sides), g.dtype)
    launch(scatter_windows, plan.shares, (w, turned, dx.ravel(), _scratch(plan, plan.scattered, g)), plan.scatter)
    return dx


def conv2d_weight_gradient(plan: Plan, x: np.ndarray, g: np.ndarray) -> np.ndarray:
    """g times windows; flat operands."""
    c = plan.shape
    dw = empty((c.outputs, c.channels, *c.taps), x.dtype)
    launch(correlate_columns, plan.shares, (x, g, dw.ravel(), _scratch(plan, plan.turned, x)), plan.correlate)
    return dw
