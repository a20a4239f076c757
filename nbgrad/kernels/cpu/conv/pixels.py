"""Convolution with pixels in the lanes of registers: for few outputs, and rows about as long as whole registers.

A few output channels times two vectors of pixels are a tile. For each tap, the pixels it meets are loaded from the
frame and the weights are broadcast. The weight gradient multiplies vectors of pixels lane by lane with the gradient of
a few output channels, for five taps at once, and sums the lanes at the end.
"""

import math
from typing import Any

import numpy as np
from numba.np.unsafe.ndarray import to_fixed_tuple

from nbgrad.kernels.cpu.conv.geometry import (
    GEOMETRY,
    SERIAL_WORK,
    Convolution,
    conv2d_twin,
    conv2d_weight_gradient_twin,
    copy_row,
    fill_frame,
)
from nbgrad.kernels.cpu.launch import inlined, part
from nbgrad.kernels.cpu.simd import (
    ALIGNMENT,
    MANY_REGISTERS,
    add_column,
    add_lanewise,
    add_lanewise_part,
    add_outer_scattered,
    aligned,
    clear_run,
    lanes,
    lanes_of,
    store_scattered,
    store_sums,
    zeros_tile,
)
from nbgrad.kernels.registry import kernel

SIX, FOUR = (0,) * 6, (0,) * 4
WIDE = (0,) * (4 if MANY_REGISTERS else 2)
FEW = (0,) * (3 if MANY_REGISTERS else 2)
TAPS = (0,) * 5
TILE = 2 + 3 * len(WIDE)  # numbers that describe a tile
TOGETHER = 1 << 17  # bytes of images and gradients that are worked on together


@inlined
def tile_height(left):
    """Output channels of the next tile: sixes, and fours where they fit better."""
    return 4 if left <= 4 or left == 7 or left == 8 else 6


@inlined
def pack_weights(w, index, outputs, height, scratch, packed, geometry):
    """packed[tap][height] = w[outputs, tap], zeros behind the last output."""
    _, _, channels, _, _, all_outputs, kh, kw, _, _, _, _, _, _, _, _, turned = geometry
    taps = kh * kw
    clear_run(scratch, packed, channels * taps * height)
    for channel in range(channels):
        for o in range(outputs):
            here = index + ((channel * all_outputs + o) if turned else (o * channels + channel)) * taps
            for tap in range(taps):
                scratch[packed + (channel * taps + tap) * height + o] = w[here + tap]


@inlined
def convolve_panel(height, first, last, arrays, tables, at):
    """Some output channels of one image, in tiles first .. last - 1."""
    out, scratch = arrays
    tiles, places = tables
    frame, packed, bias, out_index, rows, runs, run, positions = at
    for here in range(first * TILE, last * TILE, TILE):
        tile = zeros_tile(height, WIDE, scratch)
        for tap in range(0, runs * run, run):
            for k in range(tap + tiles[here], tap + tiles[here + 1]):
                tile = add_outer_scattered(
                    tile, scratch, packed + k * len(height), scratch, frame, tiles, here + 2, places, k
                )
        tile = add_column(tile, scratch, bias, 1)
        if rows >= len(height):  # one mask for all rows
            store_scattered(tile, out, out_index, positions, len(height), tiles, here + 2 + len(WIDE))
        else:
            store_scattered(tile, out, out_index, positions, rows, tiles, here + 2 + len(WIDE))


@kernel("void(int64, UniTuple(float32[::1], 5), int64[::1])", twin=conv2d_twin)
def convolve_pixels(share, arrays, numbers):
    """out[n, o, y, x] of some images and rows."""
    x, w, bias, out, scratch = arrays
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    images, groups, channels, height, width, outputs, kh, kw, _, sw, _, _, _, _, high, wide, _ = geometry
    image_shares, row_shares, room, frame_size, biased = to_fixed_tuple(numbers[GEOMETRY:], 5)
    depth, positions = channels * kh * kw, high * wide
    places, tiles = numbers[GEOMETRY + 5 : GEOMETRY + 5 + depth], numbers[GEOMETRY + 5 + depth :]
    first, last = part(share // row_shares, image_shares, images, 1)
    above, below = part(share % row_shares, row_shares, tiles.size // TILE, 1)
    biases = aligned(scratch, share * room)
    packed = biases + outputs + 6
    frame = packed + (outputs + 6) * depth
    clear_run(scratch, biases, outputs + 6)
    clear_run(scratch, frame, frame_size)
    for group in range(groups):
        if biased:
            copy_row(bias, group * outputs, scratch, biases, outputs)
        o = 0
        while o < outputs:
            size, weights = tile_height(outputs - o), packed + o * depth
            index = (group * channels * outputs + o) * kh * kw if geometry[16] else (group * outputs + o) * depth
            pack_weights(w, index, min(size, outputs - o), size, scratch, weights, geometry)
            o += size
        for image in range(first, last):
            index = (image * groups + group) * channels * height * width
            fill_frame(x, index, scratch, frame, sw, geometry)
            o = 0
            while o < outputs:
                size, weights = tile_height(outputs - o), packed + o * depth
                to = ((image * groups + group) * outputs + o) * positions
                at = (frame, weights, biases + o, to, outputs - o, channels, kh * kw, positions)
                if size == 6:
                    convolve_panel(SIX, above, below, (out, scratch), (tiles, places), at)
                else:
                    convolve_panel(FOUR, above, below, (out, scratch), (tiles, places), at)
                o += size


@kernel("void(int64, UniTuple(float32[::1], 4), int64[::1])", twin=conv2d_weight_gradient_twin)
def correlate_pixels(share, arrays, numbers):
    """dw[image share][o, c, ky, kx]: the weight gradient of some images and output channels."""
    x, g, dw, scratch = arrays
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    images, groups, channels, height, width, outputs, kh, kw, _, sw, _, _, _, _, high, wide, _ = geometry
    image_shares, row_shares, room, frame_size, together = to_fixed_tuple(numbers[GEOMETRY:], 5)
    depth, step, positions, few, many = channels * kh * kw, lanes(x), high * wide, len(FEW), len(TAPS)
    ends = GEOMETRY + 5 + (outputs + few - 1) // few * few
    rows, starts, places = numbers[GEOMETRY + 5 : ends], numbers[ends : ends + high], numbers[ends + high :]
    first, last = part(share // row_shares, image_shares, images, 1)
    top, bottom = part(share % row_shares, row_shares, outputs, few)
    frame, whole = aligned(scratch, share * room), wide // step * step
    sums = frame + together * frame_size
    clear_run(scratch, frame, together * frame_size)
    for group in range(groups):
        to = ((share // row_shares * groups + group) * outputs) * depth
        clear_run(dw, to + top * depth, (bottom - top) * depth)
        for image in range(first, last, together):
            some = min(together, last - image)
            for i in range(some):
                index = ((image + i) * groups + group) * channels * height * width
                fill_frame(x, index, scratch, frame + i * frame_size, sw, geometry)
            for o in range(top, bottom, few):
                for tap in range(0, depth, many):
                    tile = zeros_tile(FEW, TAPS, x)
                    for i in range(some):
                        here, there = ((image + i) * groups + group) * outputs * positions, frame + i * frame_size
                        for row in range(high):
                            start = there + starts[row]
                            for j in range(0, whole, step):
                                tile = add_lanewise(tile, g, here + j, rows, o, scratch, start + j, places, tap)
                            if whole < wide:
                                tile = add_lanewise_part(
                                    tile, g, here + whole, rows, o, scratch, start + whole, places, tap, wide - whole
                                )
                            here += wide
                    store_sums(tile, scratch, sums)
                    for r in range(min(few, bottom - o)):
                        for t in range(min(many, depth - tap)):
                            dw[to + (o + r) * depth + tap + t] += scratch[sums + r * many + t]


def _frame(c: Convolution) -> tuple[np.ndarray, int, int]:
    """Where taps stand in a frame, the step between its rows, and its size."""
    rows, columns = c.span
    section = -(-columns // c.stride[1])
    row = section * c.stride[1]
    column = np.arange(columns)
    places = c.tap_places(rows * row, row, column % c.stride[1] * section + column // c.stride[1])
    return places, row, c.channels * rows * row


def _tiles(c: Convolution, row: int, lanes: int) -> np.ndarray:
    """For each tile the taps it meets, then for each vector its start in the frame, then its places, then counts."""
    (high, wide), per_row, vectors = c.outer, -(-c.outer[1] // lanes), len(WIDE)
    vector = np.arange(-(-high * per_row // vectors) * vectors).reshape(-1, vectors)
    y, x = np.minimum(vector // per_row, high - 1), vector % per_row * lanes
    count = np.where(vector < high * per_row, wide - x, 0)
    met = np.stack(c.taps_met(y[:, 0], y[:, -1]), axis=1)
    return np.concatenate((met, y * c.stride[0] * row + x, y * wide + x, count), axis=1).reshape(-1)


def plan_forward(c: Convolution, biased: bool, dtype: np.dtype, threads: int) -> tuple[Any, int, int, np.ndarray]:
    """(kernel, shares, numbers of scratch, what the kernel must know)."""
    lanes = lanes_of(dtype)
    places, row, frame = _frame(c)
    tiles = _tiles(c, row, lanes)
    threads = 1 if c.work <= SERIAL_WORK else threads
    image_shares = min(threads, c.images)
    row_shares = threads // image_shares
    room = (c.outputs + 6) * (1 + places.size) + frame + lanes + ALIGNMENT
    numbers = (*c.numbers(), image_shares, row_shares, room, frame, int(biased), *places, *tiles)
    shares = image_shares * row_shares
    return convolve_pixels, shares, shares * room, np.array(numbers)


def plan_weight_gradient(c: Convolution, dtype: np.dtype, threads: int) -> tuple[Any, int, int, int, np.ndarray]:
    """(kernel, shares, partial sums, numbers of scratch, what the kernel must know)."""
    places, row, frame = _frame(c)
    positions, few = math.prod(c.outer), len(FEW)
    threads = 1 if c.work <= SERIAL_WORK else threads
    image_shares = min(threads, c.images)
    row_shares = min(threads // image_shares, -(-c.outputs // few))
    together = max(1, min(c.images, TOGETHER // dtype.itemsize // (frame + c.outputs * positions)))
    room = together * frame + few * len(TAPS) + lanes_of(dtype) + ALIGNMENT
    rows = np.minimum(np.arange(-(-c.outputs // few) * few), c.outputs - 1) * positions
    starts = np.arange(c.outer[0]) * c.stride[0] * row
    places = np.pad(places, (0, -places.size % len(TAPS)))
    numbers = (*c.numbers(), image_shares, row_shares, room, frame, together, *rows, *starts, *places)
    shares = image_shares * row_shares
    return correlate_pixels, shares, image_shares, shares * room, np.array(numbers)
