"""Convolution with images in the lanes of registers: for many small images.

Images are turned beforehand, [channel][row][column][lane], and the results back afterwards. Then every load is one
whole register, whatever the length of a row, and no lane is wasted; taps that meet nothing but padding are left out.
Rows stand apart by some columns of zeros, the *gap*, which is the padding on both sides.
"""

import math
from typing import Any

import numba
import numpy as np
from numba import types
from numba.np.unsafe.ndarray import to_fixed_tuple

from nbgrad.kernels.cpu.conv.channels import transposition
from nbgrad.kernels.cpu.conv.geometry import GEOMETRY, Convolution, conv2d_twin
from nbgrad.kernels.cpu.launch import address_of, as_integers, call_address, inlined, part
from nbgrad.kernels.cpu.simd import (
    ALIGNMENT,
    MANY_REGISTERS,
    add_column,
    add_outer,
    aligned,
    clear_run,
    lanes,
    lanes_of,
    load_square,
    load_square_part,
    store_rows,
    store_tile,
    transpose_tile,
    zeros_tile,
)
from nbgrad.kernels.registry import kernel

TALL, LOW = ((0,) * 8, (0,) * 6) if MANY_REGISTERS else ((0,) * 6, (0,) * 4)  # output channels of a tile
TWO = (0,) * 2  # its neighbouring pixels: few, since each meets other taps at a border
WIDE = (0,) * (4 if MANY_REGISTERS else 2)  # those of a low tile where no border is met
MOST = 1 << 19  # bytes of turned images and results up to which they stay near

NUMBERS, PLACES = "float32[::1]", "int64[::1]"


@kernel(f"void(Tuple(({NUMBERS}, {NUMBERS}, {PLACES})), UniTuple(int64, 6))")
def turn_images(arrays, at):
    """target[to + places[place + i]][lane] = source[index + lane * apart + i] for i < size; zeros from lane `count` on.

    There are places for whole registers; those behind `size` get zeros.
    """
    source, target, places = arrays
    index, apart, size, count, to, place = at
    step = lanes(source)
    for i in range(0, size, step):
        if count == step and size - i >= step:
            tile = transpose_tile(load_square(source, index + i, apart))
        else:
            tile = transpose_tile(load_square_part(source, index + i, apart, count, size - i))
        store_rows(tile, target, to, places, place + i)


@inlined
def tile_height(left):
    """Output channels of the next tile: the low one where as many tiles suffice."""
    tall, low = len(TALL), len(LOW)
    return low if left <= low or tall < left <= 2 * low else tall


@inlined
def pack_weights(w, scratch, packed, geometry):
    """For each tile packed[tap][output] = w[output, tap], zeros behind the last output; taps in the frame's order."""
    _, _, channels, _, _, outputs, kh, kw, _, _, _, _, _, _, _, _, turned = geometry
    taps, o = kh * kw, 0
    clear_run(scratch, packed, channels * taps * (outputs + len(TALL)))
    while o < outputs:
        height = tile_height(outputs - o)
        for channel in range(channels):
            for i in range(min(height, outputs - o)):
                here = (channel * outputs + o + i if turned else (o + i) * channels + channel) * taps
                there = packed + (o * channels + channel * height) * taps + i
                for tap in range(taps):
                    scratch[there + (taps - 1 - tap if turned else tap) * height] = w[here + tap]
        o += height


@inlined
def meeting(position, last, size, taps, padding, dilation):
    """The taps (start, stop) that meet an image of this size from one of the positions up to the last."""
    start = max(0, (padding - last + dilation - 1) // dilation)
    return start, min(taps, (size - 1 + padding - position) // dilation + 1)


@inlined
def convolve_tiles(height, width, scratch, at, geometry):
    """sums[o][position][lane] of some output channels."""
    _, _, channels, high, wide, _, kh, kw, _, _, ph, pw, dh, dw, out_high, out_wide, _ = geometry
    frame, pitch, packed, bias, sums = at
    step, across = lanes(scratch), len(width)
    for y in range(out_high):
        top, bottom = meeting(y, y, high, kh, ph, dh)
        for begin in range(0, out_wide, across):
            x = min(begin, out_wide - across)
            left, right = meeting(x, x + across - 1, wide, kw, pw, dw)
            tile = zeros_tile(height, width, scratch)
            for channel in range(channels):
                for ky in range(top, bottom):
                    here = frame + ((channel * high + y + ky * dh - ph) * pitch + x - pw) * step
                    w = packed + (channel * kh + ky) * kw * len(height)
                    for kx in range(left, right):
                        tile = add_outer(tile, scratch, w + kx * len(height), 1, scratch, here + kx * dw * step)
            tile = add_column(tile, scratch, bias, 1)
            store_tile(tile, scratch, sums + (y * out_wide + x) * step, out_high * out_wide * step)


@kernel(f"void(Tuple(({NUMBERS}, {PLACES})), UniTuple(int64, 5))")
def convolve_turned(arrays, at):
    """sums[o][position][lane]: the convolution of the `lanes` images of a frame; its rows are `pitch` columns apart."""
    scratch, numbers = arrays
    frame, pitch, packed, bias, sums = at
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    _, _, channels, _, _, outputs, kh, kw, _, _, ph, pw, _, _, high, wide, _ = geometry
    o, borderless = 0, ph == pw == 0 and wide % len(WIDE) == 0
    while o < outputs:
        height, there = tile_height(outputs - o), sums + o * high * wide * lanes(scratch)
        here = (frame, pitch, packed + o * channels * kh * kw, bias + o, there)
        if height == len(TALL):
            convolve_tiles(TALL, TWO, scratch, here, geometry)
        elif borderless:
            convolve_tiles(LOW, WIDE, scratch, here, geometry)
        else:
            convolve_tiles(LOW, TWO, scratch, here, geometry)
        o += height


@kernel(f"void(int64, UniTuple({NUMBERS}, 5), {PLACES})", twin=conv2d_twin)
def convolve_images(share, arrays, numbers):
    """out[n, o, y, x] of some images, one image in each lane."""
    x, w, bias, out, scratch = arrays
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    images, _, channels, height, width, outputs, _, _, _, _, _, _, _, _, high, wide, _ = geometry
    shares, room, gap, biased, turn, convolve, transpose = to_fixed_tuple(numbers[GEOMETRY:], 7)
    step, size, out_size = lanes(x), channels * height * width, outputs * high * wide
    first, last = part(share, shares, images, step)
    frame = aligned(scratch, share * room) + gap * step
    sums = frame + channels * height * (width + gap) * step
    biases = sums + (outputs + len(TALL)) * high * wide * step
    packed = biases + outputs + len(TALL)
    clear_run(scratch, frame - gap * step, sums - frame + gap * step)
    clear_run(scratch, biases, outputs + len(TALL))
    if biased:
        for o in range(outputs):
            scratch[biases + o] = bias[o]
    pack_weights(w, scratch, packed, geometry)
    for image in range(first, last, step):
        count = min(step, last - image)
        at = (image * size, size, size, count, frame, GEOMETRY + 7)
        call_address(turn, ((x, scratch, numbers), as_integers(at)))
        at = (frame, width + gap, packed, biases, sums)
        call_address(convolve, ((scratch, numbers), as_integers(at)))
        at = (sums, step, out_size, count, image * out_size, out_size, out_size, 0, 0)
        call_address(transpose, ((scratch, out, scratch), as_integers(at)))


def addresses(dtype: np.dtype) -> tuple[int, int, int]:
    """Where `turn_images`, `convolve_turned` and `transpose_block` begin."""
    numbers, places, whole = numba.from_dtype(dtype)[::1], types.int64[::1], types.int64
    turn = address_of(turn_images, types.Tuple((numbers, numbers, places)), types.UniTuple(whole, 6))
    convolve = address_of(convolve_turned, types.Tuple((numbers, places)), types.UniTuple(whole, 5))
    return turn, convolve, transposition(dtype)


def gap_of(c: Convolution) -> int:
    """Columns of zeros between the rows of a frame: as many as taps meet beside an image, at least one."""
    most, (wide, padding, dilation) = 1, (c.sides[1], c.padding[1], c.dilation[1])
    for begin in range(0, c.outer[1], len(TWO)):
        x = min(begin, c.outer[1] - len(TWO))
        left = max(0, -(-(padding - x - len(TWO) + 1) // dilation))
        right = min(c.taps[1], (wide - 1 + padding - x) // dilation + 1)
        if left < right:
            beyond = x + len(TWO) - 1 + (right - 1) * dilation - padding - wide + 1
            most = max(most, padding - x - left * dilation, beyond)
    return most


def places_in(channels: int, rows: int, columns: int, frame_rows: int, pitch: int, lanes: int) -> np.ndarray:
    """Where the pixels of an image stand in a frame; filled up to whole registers with a place in the first gap."""
    channel, row, column = np.indices((channels, rows, columns)).reshape(3, -1)
    places = (channel * frame_rows + row) * pitch + column
    return np.pad(places, (0, -places.size % lanes), constant_values=columns) * lanes


def fits(c: Convolution, dtype: np.dtype, threads: int) -> bool:
    """Whether images are small, and so many that few lanes and threads would idle."""
    lanes = lanes_of(dtype)
    near = (c.channels * math.prod(c.sides) + c.outputs * math.prod(c.outer)) * lanes * dtype.itemsize <= MOST
    turns = -(-c.images // (lanes * threads))
    busy = c.images >= 0.8 * turns * lanes * threads
    return near and busy and c.groups == 1 and c.stride == (1, 1) and c.outer[1] >= len(TWO)


def plan_forward(c: Convolution, biased: bool, dtype: np.dtype, threads: int) -> tuple[Any, int, int, np.ndarray]:
    """(kernel, shares, numbers of scratch, what the kernel must know)."""
    lanes, gap = lanes_of(dtype), gap_of(c)
    shares = min(threads, -(-c.images // lanes))
    pitch = c.sides[1] + gap
    per_output = math.prod(c.outer) * lanes + 1 + c.channels * math.prod(c.taps)
    room = (c.channels * c.sides[0] * pitch + gap) * lanes + (c.outputs + len(TALL)) * per_output + ALIGNMENT
    places = places_in(c.channels, *c.sides, c.sides[0], pitch, lanes)
    numbers = (*c.numbers(), shares, room, gap, int(biased), *addresses(dtype), *places)
    return convolve_images, shares, shares * room, np.array(numbers)
