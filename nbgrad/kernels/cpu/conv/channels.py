"""Convolution with channels in the lanes of registers: for many outputs.

Ten pixels of the output times one or two vectors of output channels are a tile. For each tap, the weights of the
tile's channels are loaded and each pixel's input is broadcast, from where it lies in the image. The weight gradient is
the same product with other names: ten *taps* times vectors of output channels, summed over the pixels. Weights and
gradients are transposed beforehand, and the results afterwards, register by register.
"""

import math
from typing import Any

import numba
import numpy as np
from numba import types
from numba.np.unsafe.ndarray import to_fixed_tuple

from nbgrad.kernels.cpu.conv.geometry import (
    GEOMETRY,
    Convolution,
    Pair,
    conv2d_twin,
    conv2d_weight_gradient_twin,
    copy_row,
    fill_frame,
)
from nbgrad.kernels.cpu.launch import address_of, as_integers, call_address, inlined, part
from nbgrad.kernels.cpu.simd import (
    ALIGNMENT,
    MANY_REGISTERS,
    add_column,
    add_outer_spread,
    add_tile,
    aligned,
    clear_run,
    lanes,
    lanes_of,
    load_square,
    load_square_part,
    store_tile,
    store_tile_part,
    transpose_tile,
    zeros_tile,
)
from nbgrad.kernels.registry import kernel

TALL = (0,) * (10 if MANY_REGISTERS else 6)
ONE, TWO = (0,), (0,) * 2
PIXELS = 160  # pixels whose results wait for their transposition, a multiple of every TALL and of every vector's lanes
PIXELS -= PIXELS % len(TALL)
TOGETHER = 1 << 16  # bytes of images whose weight gradient is summed in registers

NUMBERS, PLACES = "float32[::1]", "int64[::1]"


@inlined
def multiply_panel(width, arrays, at):
    x, rows, columns, b, c = arrays
    x_index, row, m, runs, run, start, stop, b_index, c_index, _, fresh = at
    size = len(width) * lanes(x)
    for i in range(0, m, len(TALL)):
        tile = zeros_tile(TALL, width, x)
        for first in range(0, runs * run, run):
            for k in range(first + start, first + stop):
                tile = add_outer_spread(tile, x, x_index, rows, row + i, columns, k, b, b_index + k * size)
        if not fresh:
            tile = add_tile(tile, c, c_index + i * size, size)
        store_tile(tile, c, c_index + i * size, size)


@kernel(f"void(Tuple(({NUMBERS}, {PLACES}, {PLACES}, {NUMBERS}, {NUMBERS})), UniTuple(int64, 11))")
def multiply_spread(arrays, at):
    """c[i, j] = (fresh) or += sum over k of x[x_index + rows[row + i] + columns[k]] * b[k, j], for m rows i.

    b and c are one or two vectors wide. k runs over start .. stop of each of `runs` runs of `run` numbers. `rows` must
    be readable up to a whole tile, c writeable.
    """
    if at[9] == 2:
        multiply_panel(TWO, arrays, at)
    else:
        multiply_panel(ONE, arrays, at)


@kernel(f"void(Tuple(({NUMBERS}, {NUMBERS}, {NUMBERS})), UniTuple(int64, 9))")
def transpose_block(arrays, at):
    """target[j, i] = source[i, j] (+ bias[j]); behind a row of the target there is room for `room` numbers in all.

    at: index and step between rows of the source, rows, columns; index and step of the target, room; index of the
    bias, and whether there is one. What lies behind the rows is filled with zeros as far as there is room.
    """
    source, target, bias = arrays
    index, source_row, rows, columns, to, target_row, room, bias_index, biased = at
    step = lanes(source)
    for i in range(0, room, step):
        for j in range(0, columns, step):
            here, there = index + i * source_row + j, to + j * target_row + i
            if rows - i >= step and columns - j >= step:
                tile = transpose_tile(load_square(source, here, source_row))
            else:
                tile = transpose_tile(load_square_part(source, here, source_row, rows - i, columns - j))
            if biased:
                tile = add_column(tile, bias, bias_index + j, 1)
            if room - i >= step and columns - j >= step:
                store_tile(tile, target, there, target_row)
            else:
                store_tile_part(tile, target, there, target_row, columns - j, room - i)


@inlined
def vectors_left(left, step):
    """The vectors of the next block of output channels."""
    return 2 if left > step else 1


@kernel(f"void(int64, UniTuple({NUMBERS}, 5), {PLACES})", twin=conv2d_twin)
def convolve_channels(share, arrays, numbers):
    """out[n, o, y, x] of some images and output channels."""
    x, w, bias, out, scratch = arrays
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    images, groups, channels, height, width, outputs, kh, kw, _, _, _, _, _, _, high, wide, turned = geometry
    image_shares, lane_shares, room, frame_size, biased, multiply, transpose = to_fixed_tuple(numbers[GEOMETRY:], 7)
    step, taps, positions = lanes(x), kh * kw, high * wide
    places = numbers[GEOMETRY + 7 : GEOMETRY + 7 + channels * taps]
    pixels = numbers[GEOMETRY + 7 + channels * taps :]
    met = pixels[(positions + len(TALL) - 1) // len(TALL) * len(TALL) :]
    first, last = part(share // lane_shares, image_shares, images, 1)
    left, right = part(share % lane_shares, lane_shares, outputs, step)
    frame = aligned(scratch, share * room)
    waiting = frame + (frame_size + step - 1) // step * step
    starts = waiting + PIXELS * 2 * step  # the bias, then the weights
    packed = starts + (right - left + 2 * step) // step * step
    clear_run(scratch, frame, frame_size)
    for group in range(groups):
        if biased:
            copy_row(bias, group * outputs + left, scratch, starts, right - left)
        for o in range(left, right, 2 * step):
            size = vectors_left(right - o, step) * step
            some, to = min(size, right - o), packed + (o - left) * channels * taps
            if turned:
                for channel in range(channels):
                    index = ((group * channels + channel) * outputs + o) * taps
                    at = (index, taps, some, taps, to + channel * taps * size, size, size, 0, 0)
                    call_address(transpose, ((w, scratch, scratch), as_integers(at)))
            else:
                index, depth = (group * outputs + o) * channels * taps, channels * taps
                at = (index, depth, some, depth, to, size, size, 0, 0)
                call_address(transpose, ((w, scratch, scratch), as_integers(at)))
        for image in range(first, last):
            source, index = x, (image * groups + group) * channels * height * width
            if frame_size:
                fill_frame(x, index, scratch, frame, 1, geometry)
                source, index = scratch, frame
            for o in range(left, right, 2 * step):
                vectors = vectors_left(right - o, step)
                size, some, b = vectors * step, min(2 * step, right - o), packed + (o - left) * channels * taps
                for p in range(0, positions, PIXELS):
                    count = min(PIXELS, positions - p)
                    for i in range(p, p + count, len(TALL)):
                        start, stop = met[i // len(TALL) * 2], met[i // len(TALL) * 2 + 1]
                        at = (index, i, 1, channels, taps, start, stop, b, waiting + (i - p) * size, vectors, 1)
                        call_address(multiply, ((source, pixels, places, scratch, scratch), as_integers(at)))
                    to = ((image * groups + group) * outputs + o) * positions + p
                    at = (waiting, size, count, some, to, positions, count, starts + o - left, biased)
                    call_address(transpose, ((scratch, out, scratch), as_integers(at)))


@kernel(f"void(int64, UniTuple({NUMBERS}, 4), {PLACES})", twin=conv2d_weight_gradient_twin)
def correlate_channels(share, arrays, numbers):
    """dw[image share][o, c, ky, kx]: the weight gradient of some images and output channels."""
    x, g, dw, scratch = arrays
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    images, groups, channels, height, width, outputs, kh, kw, _, _, _, _, _, _, high, wide, _ = geometry
    image_shares, lane_shares, room, frame_size, together, multiply, transpose = to_fixed_tuple(numbers[GEOMETRY:], 7)
    step, depth, positions = lanes(x), channels * kh * kw, high * wide
    places = numbers[GEOMETRY + 7 : numbers.size - together * positions]
    pixels = numbers[numbers.size - together * positions :]
    first, last = part(share // lane_shares, image_shares, images, 1)
    left, right = part(share % lane_shares, lane_shares, outputs, step)
    frame = aligned(scratch, share * room)
    turned_g = frame + (together * frame_size + step - 1) // step * step
    sums = turned_g + together * positions * ((right - left + step - 1) // step * step)
    clear_run(scratch, frame, together * frame_size)
    padded = places.size  # taps up to whole tiles
    for group in range(groups):
        clear_run(scratch, sums, padded * ((right - left + step - 1) // step * step))
        for image in range(first, last, together):
            count = min(together, last - image)
            source, index = x, (image * groups + group) * channels * height * width
            if frame_size:
                for i in range(count):
                    x_index = ((image + i) * groups + group) * channels * height * width
                    fill_frame(x, x_index, scratch, frame + i * frame_size, 1, geometry)
                source, index = scratch, frame
            for o in range(left, right, 2 * step):
                vectors = vectors_left(right - o, step)
                size, some, b = vectors * step, min(2 * step, right - o), turned_g + together * positions * (o - left)
                for i in range(count):
                    g_index = (((image + i) * groups + group) * outputs + o) * positions
                    to = b + i * positions * size
                    at = (g_index, positions, some, positions, to, size, size, 0, 0)
                    call_address(transpose, ((g, scratch, scratch), as_integers(at)))
                run, c_index = count * positions, sums + padded * (o - left)
                at = (index, 0, depth, 1, run, 0, run, b, c_index, vectors, 0)
                call_address(multiply, ((source, places, pixels, scratch, scratch), as_integers(at)))
        for o in range(left, right, 2 * step):
            size, some = vectors_left(right - o, step) * step, min(2 * step, right - o)
            to = ((share // lane_shares * groups + group) * outputs + o) * depth
            at = (sums + padded * (o - left), size, depth, some, to, depth, depth, 0, 0)
            call_address(transpose, ((scratch, dw, scratch), as_integers(at)))


def transposition(dtype: np.dtype) -> int:
    """Where `transpose_block` begins."""
    return address_of(transpose_block, types.UniTuple(numba.from_dtype(dtype)[::1], 3), types.UniTuple(types.int64, 9))


def addresses(dtype: np.dtype) -> Pair:
    """Where `multiply_spread` and `transpose_block` begin."""
    numbers, places = numba.from_dtype(dtype)[::1], types.int64[::1]
    block = types.Tuple((numbers, places, places, numbers, numbers)), types.UniTuple(types.int64, 11)
    return address_of(multiply_spread, *block), transposition(dtype)


def share_among(convolution: Convolution, lanes: int, threads: int) -> Pair:
    """Among how many threads images and output channels are divided."""
    if convolution.work <= convolution.serial:
        return 1, 1
    images = min(threads, convolution.images)
    return images, min(threads // images, -(-convolution.outputs // lanes))


def _tables(c: Convolution) -> tuple[np.ndarray, np.ndarray, int]:
    """Where taps and pixels stand in a frame, and the size of a frame (0: images are read in place)."""
    (rows, row), frame = (c.sides, 0) if c.in_place else (c.span, c.channels * math.prod(c.span))
    places = c.tap_places(rows * row, row, np.arange(row))
    pixels = (np.arange(c.outer[0])[:, None] * c.stride[0] * row + np.arange(c.outer[1]) * c.stride[1]).reshape(-1)
    return places, pixels, frame


def whole_tiles(places: np.ndarray) -> np.ndarray:
    return np.pad(places, (0, -places.size % len(TALL)))


def plan_forward(c: Convolution, biased: bool, dtype: np.dtype, threads: int) -> tuple[Any, int, int, np.ndarray]:
    """(kernel, shares, numbers of scratch, what the kernel must know)."""
    lanes = lanes_of(dtype)
    places, pixels, frame = _tables(c)
    image_shares, lane_shares = share_among(c, lanes, threads)
    last = np.minimum(np.arange(0, pixels.size, len(TALL)) + len(TALL), pixels.size) - 1
    met = np.stack(c.taps_met(np.arange(0, pixels.size, len(TALL)) // c.outer[1], last // c.outer[1]), 1).reshape(-1)
    pixels = whole_tiles(pixels)
    outputs = (-(-c.outputs // lanes) // lane_shares + 3) * lanes
    room = frame + PIXELS * 2 * lanes + outputs * (1 + places.size) + 4 * ALIGNMENT
    numbers = (
        *c.numbers(),
        image_shares,
        lane_shares,
        room,
        frame,
        int(biased),
        *addresses(dtype),
        *places,
        *pixels,
        *met,
    )
    shares = image_shares * lane_shares
    return convolve_channels, shares, shares * room, np.array(numbers)


def plan_weight_gradient(c: Convolution, dtype: np.dtype, threads: int) -> tuple[Any, int, int, int, np.ndarray]:
    """(kernel, shares, partial sums, numbers of scratch, what the kernel must know)."""
    lanes = lanes_of(dtype)
    places, pixels, frame = _tables(c)
    image_shares, lane_shares = share_among(c, lanes, threads)
    outputs = (-(-c.outputs // lanes) // lane_shares + 1) * lanes
    together = max(1, min(c.images, TOGETHER // dtype.itemsize // (frame + pixels.size * outputs)))
    places = whole_tiles(places)
    room = together * (frame + pixels.size * outputs) + places.size * outputs + 4 * ALIGNMENT
    step = frame if frame else c.groups * c.channels * math.prod(c.sides)
    pixels = (np.arange(together)[:, None] * step + pixels).reshape(-1)
    numbers = (*c.numbers(), image_shares, lane_shares, room, frame, together, *addresses(dtype), *places, *pixels)
    shares = image_shares * lane_shares
    return correlate_channels, shares, image_shares, shares * room, np.array(numbers)
