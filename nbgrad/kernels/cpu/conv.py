"""Convolution as a product of register tiles: weights times shifted planes of the image.

For each channel and kernel column, `shift_planes` copies the columns that this tap meets, so that a plane is as wide as
the output. Then the window of *every* kernel row is a contiguous run of the plane: kernel row ky begins ky rows further
down. Nothing is copied per kernel row and no lane is wasted at the end of image rows. With stride s, rows are sorted by
their remainder modulo s first. `multiply_block` does the rest; the table of tap positions is its table of rows.
"""

import math
from collections.abc import Iterator
from functools import lru_cache

import numba
import numpy as np
from numba.np.unsafe.ndarray import to_fixed_tuple

from nbgrad.device import empty
from nbgrad.kernels.cpu.block import (
    EDGE,
    MANY_REGISTERS,
    TALL_ROWS,
    block_address,
    inlined,
    multiply_six,
    multiply_tall,
    part,
)
from nbgrad.kernels.cpu.gemm import matmul
from nbgrad.kernels.cpu.launch import as_integers, call_address, launch
from nbgrad.kernels.cpu.simd import (
    add_lanewise,
    add_lanewise_part,
    aligned,
    clear_run,
    copy_run,
    lanes,
    lanes_of,
    load_row,
    store_sums,
    store_tile,
    zeros_tile,
)
from nbgrad.kernels.registry import kernel

Pair = tuple[int, int]

ONE = (0,)
TAPS = (0,) * 5  # tile of the weight gradient: LeNet's kernels are 5 x 5
FOUR, THREE = ((0,) * 4, (0,) * 3) if MANY_REGISTERS else ((0,) * 2, (0,) * 2)

GEOMETRY = 18  # numbers that describe a convolution
PLANE_BYTES = 1 << 18  # planes that are worked on together fit in the second-level cache
SERIAL_WORK = 1 << 18  # multiplications below which a launch costs more than a second thread brings


@kernel()
def conv2d_twin(x, w, bias, out, stride, padding, dilation, groups):
    """out[n, o, y, x] = bias[o] + sum of w[o, c, ky, kx] * x[n, c, y*stride + ky*dilation - padding, ...]."""
    per_group = out.shape[1] // groups
    for n, o, oy, ox in np.ndindex(out.shape):
        total = bias[o]
        for c, ky, kx in np.ndindex(w.shape[1:]):
            iy = oy * stride[0] + ky * dilation[0] - padding[0]
            ix = ox * stride[1] + kx * dilation[1] - padding[1]
            if 0 <= iy < x.shape[2] and 0 <= ix < x.shape[3]:
                total += w[o, c, ky, kx] * x[n, o // per_group * w.shape[1] + c, iy, ix]
        out[n, o, oy, ox] = total


@kernel()
def conv2d_weight_gradient_twin(x, g, dw, stride, padding, dilation, groups):
    """dw[o, c, ky, kx] += sum of g[n, o, y, x] * x[n, c, y*stride + ky*dilation - padding, ...]."""
    per_group = g.shape[1] // groups
    for n, o, oy, ox in np.ndindex(g.shape):
        for c, ky, kx in np.ndindex(dw.shape[1:]):
            iy = oy * stride[0] + ky * dilation[0] - padding[0]
            ix = ox * stride[1] + kx * dilation[1] - padding[1]
            if 0 <= iy < x.shape[2] and 0 <= ix < x.shape[3]:
                dw[o, c, ky, kx] += g[n, o, oy, ox] * x[n, o // per_group * dw.shape[1] + c, iy, ix]


@inlined
def shift_planes(x, x_index, channels, top, rows, planes, to, frame, geometry):
    """planes[channel][kx][row % stride][rows][out_width]: what kernel column kx meets, from padded row `top` on.

    `frame` is the place in the scratch for one padded channel, whose left and right borders are zeros already.
    """
    _, _, _, height, width, _, kh, kw, sh, sw, ph, pw, _, dw, _, wide, _, _ = geometry
    step, span, phases = lanes(x), (wide - 1) * sw + (kw - 1) * dw + 1, sh if kh > 1 else 1
    left, right = max(0, pw), min(span, width + pw)  # the columns of the frame that lie inside the image
    for channel in range(channels):
        above = min(rows * sh, max(0, ph - top))  # rows of the frame over the image, then the last one within it
        below = max(above, min(rows * sh, height + ph - top))
        clear_run(planes, frame, above * span)
        clear_run(planes, frame + below * span, (rows * sh - below) * span)
        begin = x_index + (channel * height + above + top - ph) * width + left - pw
        if right - left == span == width:
            copy_run(x, begin, planes, frame + above * span, (below - above) * span)
        else:
            for row in range(above, below):
                copy_run(x, begin + (row - above) * width, planes, frame + row * span + left, max(0, right - left))
        for kx in range(kw):
            for phase in range(phases):
                here = frame + phase * span + kx * dw
                if sw == 1:
                    for _ in range(rows):
                        for i in range(0, wide, step):  # writes past the row, which the next row overwrites
                            store_tile(load_row(ONE, planes, here + i), planes, to + i, 0)
                        here += sh * span
                        to += wide
                else:
                    for _ in range(rows):
                        source, plane = planes[here : here + wide * sw], planes[to : to + wide]
                        for i in range(wide):
                            plane[i] = source[i * sw]
                        here += sh * span
                        to += wide


@inlined
def find_taps(channels, rows, geometry):
    """Where the window of each tap begins in planes of `rows` rows, some zeros behind."""
    _, _, _, _, _, _, kh, kw, sh, _, _, _, dh, _, _, wide, _, _ = geometry
    taps = np.zeros(channels * kh * kw + 8, np.int64)
    for channel in range(channels):
        for ky in range(kh):
            for kx in range(kw):
                plane = ((channel * kw + kx) * (sh if kh > 1 else 1) + ky * dh % sh) * rows + ky * dh // sh
                taps[(channel * kh + ky) * kw + kx] = plane * wide
    return taps


@kernel("void(int64, UniTuple(float32[::1], 5), int64[::1])", twin=conv2d_twin)
def convolve_share(share, arrays, numbers):
    """out[n, o, y, x] of some images and channels."""
    x, w, bias, out, scratch = arrays
    image_shares, row_shares, room, planes_size, tile_rows, block = to_fixed_tuple(numbers[GEOMETRY:], 6)
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    images, groups, channels, height, width, outputs, kh, kw, sh, _, _, _, dh, _, high, wide, depth, rows = geometry
    first, last = part(share // row_shares, image_shares, images, 1)
    top, bottom = part(share % row_shares, row_shares, outputs, 24)
    planes, taps_of_channel, size = aligned(scratch, share * room), kh * kw, channels * kh * kw
    frame = planes + planes_size
    clear_run(scratch, frame, (share + 1) * room - frame)
    plane_rows = rows + (kh - 1) * dh // sh
    taps, edge = find_taps(depth, plane_rows, geometry), np.empty(EDGE, x.dtype)
    for image_and_group in range(first * groups, last * groups):
        output = image_and_group % groups * outputs + top
        for y in range(0, high, rows):
            for channel in range(0, channels, depth):
                some = min(depth, channels - channel)
                x_index = (image_and_group * channels + channel) * height * width
                shift_planes(x, x_index, some, y * sh, plane_rows, scratch, planes, frame, geometry)
                at = (
                    output * size + channel * taps_of_channel, tile_rows * size, size, 1,
                    planes, ((image_and_group * outputs + top) * high + y) * wide, high * wide,
                    bottom - top, min(rows, high - y) * wide, some * taps_of_channel,
                    output, 1, np.int64(channel == 0),
                )  # fmt: skip
                call_address(block, ((w, scratch, taps, out, bias, edge), as_integers(at)))


@inlined
def copy_outputs(g, g_index, positions, outputs, padded, copy, to, copy_row):
    """copy[padded, copy_row] = g[outputs, positions] with zeros around."""
    clear_run(copy, to, padded * copy_row)
    for o in range(outputs):
        copy_run(g, g_index + o * positions, copy, to + o * copy_row, positions)


@inlined
def correlate_block(
    height, g, g_index, g_row, g_step, planes, index, plane_step, taps, order, images, positions, at, dw, sums
):  # fmt: skip
    """dw[o, order[k]] += sum over images and positions of g[o, position] * planes[taps[k] + position]."""
    outputs, k, dw_index, dw_row = at
    step, tap_count = lanes(g), len(TAPS)
    whole = positions // step * step
    for o in range(0, outputs, len(height)):
        for tap in range(0, k, tap_count):
            tile = zeros_tile(height, TAPS, g)
            for image in range(images):
                here, there = g_index + image * g_step + o * g_row, index + image * plane_step
                for i in range(0, whole, step):
                    tile = add_lanewise(tile, g, here + i, g_row, planes, there + i, taps, tap)
                if whole < positions:
                    tile = add_lanewise_part(
                        tile, g, here + whole, g_row, planes, there + whole, taps, tap, positions - whole
                    )
            store_sums(tile, sums, 0)
            for r in range(min(len(height), outputs - o)):
                for t in range(min(tap_count, k - tap)):
                    dw[dw_index + (o + r) * dw_row + order[tap + t]] += sums[r * tap_count + t]


@kernel("void(int64, UniTuple(float32[::1], 4), int64[::1])", twin=conv2d_weight_gradient_twin)
def correlate_share(share, arrays, numbers):
    """dw[image share][o, c, ky, kx]: the weight gradient of some images and channels."""
    x, g, dw, scratch = arrays
    image_shares, row_shares, room, planes_size, frame_size = to_fixed_tuple(numbers[GEOMETRY:], 5)
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    images, groups, channels, height, width, outputs, kh, kw, sh, _, _, _, dh, _, high, wide, depth, together = geometry
    first, last = part(share // row_shares, image_shares, images, 1)
    top, bottom = part(share % row_shares, row_shares, outputs, 12)
    size, positions, rows = channels * kh * kw, high * wide, bottom - top
    planes = aligned(scratch, share * room)
    copies = planes + together * planes_size
    g_row = (-(-positions // lanes(g)) | 1) * lanes(g)
    padded = (rows + 3) // 4 * 4
    plane_rows = high + (kh - 1) * dh // sh
    taps, sums = find_taps(depth, plane_rows, geometry), np.empty(32, x.dtype)
    frame = share * room + room - frame_size
    clear_run(scratch, frame, frame_size)
    # taps of one kernel column read one plane: neighbours in the tile, so that planes stay in the nearest cache
    order = np.zeros(taps.size, np.int64)
    for tap in range(depth * kh * kw):
        order[tap] = (tap // (kh * kw) * kh + tap % kh) * kw + tap // kh % kw
    ordered = np.zeros(taps.size, np.int64)
    for tap in range(taps.size):
        ordered[tap] = taps[order[tap]]
    for group in range(groups):
        dw_index = ((share // row_shares * groups + group) * outputs + top) * size
        clear_run(dw, dw_index, rows * size)
        for image in range(first, last, together):
            some = min(together, last - image)
            for i in range(some):
                g_index = (((image + i) * groups + group) * outputs + top) * positions
                copy_outputs(g, g_index, positions, rows, padded, scratch, copies + i * padded * g_row, g_row)
            for channel in range(0, channels, depth):
                deep = min(depth, channels - channel)
                for i in range(some):
                    x_index = (((image + i) * groups + group) * channels + channel) * height * width
                    shift_planes(x, x_index, deep, 0, plane_rows, scratch, planes + i * planes_size, frame, geometry)
                at = (rows, deep * kh * kw, dw_index + channel * kh * kw, size)
                if rows % 4 != 0 and rows % 3 == 0:
                    correlate_block(
                        THREE, scratch, copies, g_row, padded * g_row, scratch, planes, planes_size,
                        ordered, order, some, positions, at, dw, sums,
                    )  # fmt: skip
                else:
                    correlate_block(
                        FOUR, scratch, copies, g_row, padded * g_row, scratch, planes, planes_size,
                        ordered, order, some, positions, at, dw, sums,
                    )  # fmt: skip


def _flat(array: np.ndarray) -> np.ndarray:
    """One contiguous, writeable row: numba would compile everything once more for other layouts."""
    array = np.ascontiguousarray(array)
    return (array if array.flags.writeable else array.copy()).reshape(-1)


def output_size(size: int, kernel_size: int, stride: int, padding: int, dilation: int) -> int:
    """Positions of a window along one side of an image."""
    return (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1


class Plan:
    """What the kernels must know of one convolution, and the scratch they need, for a number of threads."""

    def __init__(
        self, x: tuple, w: tuple, sides: Pair, stride: Pair, padding: Pair, dilation: Pair, groups: int,
        dtype: np.dtype, threads: int,
    ) -> None:  # fmt: skip
        images, _, height, width = x
        outputs, depth, kh, kw = w[0] // groups, w[1], w[2], w[3]
        high, wide = sides
        self.shape = (images, w[0], high, wide)
        self.empty = 0 in self.shape or 0 in w
        if self.empty:
            return
        overlap = (kh - 1) * dilation[0] // stride[0]
        itemsize, lanes, phases = dtype.itemsize, lanes_of(dtype), stride[0] if kh > 1 else 1
        per_row = kw * phases * wide * itemsize  # bytes of one row of a channel's planes
        rows = min(high, max(4, 512 // wide, PLANE_BYTES // (per_row * min(depth, 16)) - overlap))
        tall = max(1, min(depth, PLANE_BYTES // (per_row * (rows + overlap))))
        deep = max(1, min(depth, PLANE_BYTES // (per_row * (high + overlap))))
        space = (kw * phases * wide * tall * (rows + overlap), kw * phases * wide * deep * (high + overlap))
        slack = 5 * lanes + 64
        together = max(1, min(images, PLANE_BYTES // (space[1] * itemsize)))
        same = (images, groups, depth, height, width, outputs, kh, kw, *stride, *padding, *dilation, high, wide)

        if images * w[0] * depth * kh * kw * high * wide <= SERIAL_WORK:
            threads = 1
        self.image_shares = min(threads, images)
        self.row_shares = threads // self.image_shares if outputs >= 24 else 1
        self.shares = self.image_shares * self.row_shares

        span = (wide - 1) * stride[1] + (kw - 1) * dilation[1] + 1
        frames = [(n + overlap + 1) * stride[0] * span + slack for n in (rows, high)]
        self.forward_room = space[0] + slack + frames[0]
        copies = (outputs + 4) * ((high * wide // lanes + 2) * lanes)
        planes = space[1] + slack
        self.backward_room = together * (planes + copies) + slack + frames[1]
        shares = (self.image_shares, self.row_shares)
        six = outputs % 6 == 0 and outputs % TALL_ROWS != 0
        block = block_address(multiply_six if six else multiply_tall, dtype)
        tile = (6 if six else TALL_ROWS, block)
        self.forward = np.array((*same, tall, rows, *shares, self.forward_room, space[0] + 5 * lanes, *tile))
        self.backward = np.array((*same, deep, together, *shares, self.backward_room, planes, frames[1]))
        self.whole_tiles = six or outputs % TALL_ROWS == 0


plan = lru_cache(maxsize=1024)(Plan)


def _as_product(images: int, w_shape: tuple[int, ...], sides: Pair, groups: int) -> bool:
    """Whether positions are so few and weights so many that one matrix product over all images is faster."""
    return groups == 1 and 0 < sides[0] * sides[1] <= 64 and math.prod(w_shape) >= 1 << 14 and images > 0


def _windows(x: np.ndarray, taps: Pair, sides: Pair, stride: Pair, dilation: Pair) -> Iterator[tuple[Pair, np.ndarray]]:
    """For each tap (ky, kx), the view of a padded image that it meets."""
    for ky, kx in np.ndindex(taps):
        rows, columns = (
            slice(tap * dilation[i], tap * dilation[i] + (sides[i] - 1) * stride[i] + 1, stride[i])
            for i, tap in enumerate((ky, kx))
        )
        yield (ky, kx), x[:, :, rows, columns].swapaxes(0, 1)


def _padded(shape: tuple[int, ...], padding: Pair, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    """Zeros for images with a border, and the view without it."""
    images, channels, height, width = shape
    frame = np.zeros((images, channels, height + 2 * padding[0], width + 2 * padding[1]), dtype)
    return frame, frame[:, :, padding[0] : padding[0] + height, padding[1] : padding[1] + width]


def _columns(x: np.ndarray, taps: Pair, sides: Pair, stride: Pair, padding: Pair, dilation: Pair) -> np.ndarray:
    """[channels * taps, images * positions]: all that the taps meet."""
    frame, inside = _padded(x.shape, padding, x.dtype)
    inside[...] = x
    columns = empty((x.shape[1], *taps, x.shape[0], *sides), x.dtype)
    for (ky, kx), window in _windows(frame, taps, sides, stride, dilation):
        columns[:, ky, kx] = window
    return columns.reshape(x.shape[1] * taps[0] * taps[1], -1)


def _by_channel(g: np.ndarray) -> np.ndarray:
    """[channels, images * positions]"""
    return np.ascontiguousarray(g.swapaxes(0, 1)).reshape(g.shape[1], -1)


def _convolve(x, w, bias, sides, stride, padding, dilation, groups):
    """The convolution whose output has the given sides: what padding leaves out at the far end reads as zeros."""
    p = plan(x.shape, w.shape, sides, stride, padding, dilation, groups, x.dtype, numba.get_num_threads())
    out = empty(p.shape, x.dtype)
    if bias is None:
        bias = np.zeros(p.shape[1], x.dtype)
    if p.empty:
        out[...] = bias[:, None, None]
        return out
    w = _flat(w)
    bias = _flat(bias)
    if not p.whole_tiles:  # the last tile reads rows behind the last one
        w = np.concatenate((w, np.zeros(w.size // p.shape[1] * TALL_ROWS, w.dtype)))
        bias = np.concatenate((bias, np.zeros(TALL_ROWS, w.dtype)))
    scratch = empty((p.shares * p.forward_room,), x.dtype)
    launch(convolve_share, p.shares, (_flat(x), w, bias, out.reshape(-1), scratch), p.forward)
    return out


def conv2d(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> np.ndarray:
    """out[n, o, y, x] = bias[o] + the sum of weight[o] times the window of x at (y, x)."""
    high, wide = (output_size(x.shape[i + 2], weight.shape[i + 2], stride[i], padding[i], dilation[i]) for i in (0, 1))
    if x.shape[0] > 1 and _as_product(x.shape[0], weight.shape, (high, wide), groups):
        columns = _columns(x, weight.shape[2:], (high, wide), stride, padding, dilation)
        out = matmul(weight.reshape(weight.shape[0], -1), columns)
        if bias is not None:
            out += bias[:, None]
        return np.ascontiguousarray(out.reshape(-1, x.shape[0], high, wide).swapaxes(0, 1))
    return _convolve(x, weight, bias, (high, wide), stride, padding, dilation, groups)


def _phase(offset: int, size: int, kernel_size: int, stride: int, padding: int, dilation: int):
    """The taps that meet the inputs offset, offset + stride, ...: (slice of taps, their distance and padding in g)."""
    step = stride // math.gcd(stride, dilation)
    for first in range(min(step, kernel_size)):
        shift = offset + padding - first * dilation
        if shift % stride == 0:
            distance = step * dilation // stride
            count = len(range(first, kernel_size, step))
            return slice(first, None, step), distance, distance * (count - 1) - shift // stride
    return None


def conv2d_input_gradient(
    g: np.ndarray,
    weight: np.ndarray,
    input_shape: tuple[int, ...],
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> np.ndarray:
    """dx: for each remainder of the input's position modulo the stride, a convolution of g with the flipped taps."""
    if _as_product(g.shape[0], weight.shape, g.shape[2:], groups):
        columns = matmul(weight.reshape(weight.shape[0], -1).T, _by_channel(g))
        columns = columns.reshape(*weight.shape[1:], g.shape[0], *g.shape[2:])
        frame, inside = _padded(input_shape, padding, g.dtype)
        for (ky, kx), window in _windows(frame, weight.shape[2:], g.shape[2:], stride, dilation):
            window += columns[:, ky, kx]
        return np.ascontiguousarray(inside)
    height, width = input_shape[2:]
    per_group = weight.shape[0] // groups
    turned = weight.reshape(groups, per_group, *weight.shape[1:]).swapaxes(1, 2)
    dx = None if stride == (1, 1) else empty(input_shape, g.dtype)
    for y in range(min(stride[0], height)):
        for x in range(min(stride[1], width)):
            sides = (len(range(y, height, stride[0])), len(range(x, width, stride[1])))
            rows = _phase(y, height, weight.shape[2], stride[0], padding[0], dilation[0])
            columns = _phase(x, width, weight.shape[3], stride[1], padding[1], dilation[1])
            if rows is None or columns is None:
                dx[:, :, y :: stride[0], x :: stride[1]] = 0
                continue
            taps = turned[:, :, :, rows[0], columns[0]][:, :, :, ::-1, ::-1]
            taps = np.ascontiguousarray(taps).reshape(input_shape[1], per_group, *taps.shape[3:])
            part_of_dx = _convolve(g, taps, None, sides, (1, 1), (rows[2], columns[2]), (rows[1], columns[1]), groups)
            if dx is None:
                return part_of_dx
            dx[:, :, y :: stride[0], x :: stride[1]] = part_of_dx
    return dx


def conv2d_weight_gradient(
    x: np.ndarray,
    g: np.ndarray,
    weight_shape: tuple[int, ...],
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> np.ndarray:
    """dw[o, c, ky, kx]: the sum over images and positions of g times what the tap met."""
    if _as_product(x.shape[0], weight_shape, g.shape[2:], groups):
        columns = _columns(x, weight_shape[2:], g.shape[2:], stride, padding, dilation)
        return matmul(_by_channel(g), columns.T).reshape(weight_shape)
    p = plan(x.shape, weight_shape, g.shape[2:], stride, padding, dilation, groups, x.dtype, numba.get_num_threads())
    if p.empty:
        return np.zeros(weight_shape, x.dtype)
    out = empty((p.image_shares, *weight_shape), x.dtype)
    scratch = empty((p.shares * p.backward_room,), x.dtype)
    launch(correlate_share, p.shares, (_flat(x), _flat(g), out.reshape(-1), scratch), p.backward)
    return out[0] if p.image_shares == 1 else out.sum(axis=0)


def conv2d_bias_gradient(g: np.ndarray) -> np.ndarray:
    """db[o]: the sum of g over images and positions."""
    return g.sum(axis=(0, 2, 3))
