"""Convolution with images in the lanes of registers: for many small images.

Images are transposed beforehand, [channel][row][column][lane], and the results afterwards. Then every load is one whole
register, whatever the length of a row, and no lane is wasted; taps that meet nothing but padding are left out.
"""

import math
from typing import Any

import numpy as np
from numba.np.unsafe.ndarray import to_fixed_tuple

from nbgrad.kernels.cpu.conv.channels import transposition
from nbgrad.kernels.cpu.conv.geometry import GEOMETRY, Convolution, conv2d_twin, conv2d_weight_gradient_twin
from nbgrad.kernels.cpu.launch import as_integers, call_address, inlined, part
from nbgrad.kernels.cpu.simd import (
    ALIGNMENT,
    MANY_REGISTERS,
    add_column,
    add_lanewise,
    add_outer,
    add_tile,
    aligned,
    clear_run,
    lanes,
    lanes_of,
    load_square,
    load_square_part,
    store_lane_sums,
    store_rows,
    store_tile,
    transpose_tile,
    zeros_tile,
)
from nbgrad.kernels.registry import kernel

TALL, LOW = ((0,) * 8, (0,) * 6) if MANY_REGISTERS else ((0,) * 6, (0,) * 4)  # output channels of a tile
TWO = (0,) * 2  # its neighbouring pixels: few, since each meets other taps at a border
FOUR, THREE = ((0,) * 4, (0,) * 3) if MANY_REGISTERS else ((0,) * 2, (0,))  # rows of a weight gradient's tile
TAPS = (0,) * 5  # and its columns
STRIP = 26 << 10  # bytes of a tile's gradients that are met by all taps while they are near
TOGETHER = 1 << 16  # bytes of images and gradients whose products are summed in registers
MOST = 1 << 19  # bytes of transposed images and results up to which they stay near


@inlined
def tile_height(left):
    """Output channels of the next tile: the low one where as many tiles suffice."""
    tall, low = len(TALL), len(LOW)
    return low if left <= low or tall < left <= 2 * low else tall


@inlined
def turn_images(source, index, size, count, target, to, places):
    """target[to + places[i]][lane] = source[index + lane * size + i] for i < size, zeros from lane `count` on."""
    step = lanes(source)
    for i in range(0, size, step):
        if count == step and size - i >= step:
            tile = transpose_tile(load_square(source, index + i, size))
        else:
            tile = transpose_tile(load_square_part(source, index + i, size, count, size - i))
        store_rows(tile, target, to, places, i)


@inlined
def pack_weights(w, index, outputs, height, scratch, packed, geometry):
    """packed[tap][height] = w[outputs, tap], zeros behind the last output; taps in the order of the frame."""
    _, _, channels, _, _, all_outputs, kh, kw, _, _, _, _, _, _, _, _, turned = geometry
    taps = kh * kw
    clear_run(scratch, packed, channels * taps * height)
    for channel in range(channels):
        for o in range(outputs):
            here = index + ((channel * all_outputs + o) if turned else (o * channels + channel)) * taps
            for tap in range(taps):
                place = taps - 1 - tap if turned else tap
                scratch[packed + (channel * taps + place) * height + o] = w[here + tap]


@inlined
def meeting(position, last, stride, size, taps, padding, dilation):
    """The taps (start, stop) that meet an image of this size from one of the positions up to the last."""
    start = max(0, (padding - last + dilation - 1) // dilation)
    return start, min(taps, (size - 1 + padding - position) // dilation + 1)


@inlined
def convolve_panel(height, rows, scratch, at, geometry):
    """sums[o][position][lane] of some output channels of `lanes` images."""
    _, _, channels, high, wide, _, kh, kw, _, _, ph, pw, dh, dw, out_high, out_wide, _ = geometry
    frame, pitch, packed, bias, sums = at
    step, across = lanes(scratch), len(TWO)
    for y in range(rows):
        top, bottom = meeting(y, y, 1, high, kh, ph, dh)
        for begin in range(0, out_wide, across):
            x = max(0, min(begin, out_wide - across))
            left, right = meeting(x, x + across - 1, 1, wide, kw, pw, dw)
            tile = zeros_tile(height, TWO, scratch)
            for channel in range(channels):
                for ky in range(top, bottom):
                    here = frame + ((channel * high + y + ky * dh - ph) * pitch + x - pw) * step
                    w = packed + (channel * kh + ky) * kw * len(height)
                    for kx in range(left, right):
                        tile = add_outer(tile, scratch, w + kx * len(height), 1, scratch, here + kx * dw * step)
            tile = add_column(tile, scratch, bias, 1)
            store_tile(tile, scratch, sums + (y * out_wide + x) * step, out_high * out_wide * step)


@kernel("void(int64, UniTuple(float32[::1], 5), int64[::1])", twin=conv2d_twin)
def convolve_images(share, arrays, numbers):
    """out[n, o, y, x] of some images, one image in each lane."""
    x, w, bias, out, scratch = arrays
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    images, _, channels, height, width, outputs, kh, kw, _, _, _, _, _, _, high, wide, turned = geometry
    shares, room, gap, biased, transpose = to_fixed_tuple(numbers[GEOMETRY:], 5)
    places = numbers[GEOMETRY + 5 :]
    step, size, positions, depth = lanes(x), channels * height * width, high * wide, channels * kh * kw
    first, last = part(share, shares, images, step)
    frame = aligned(scratch, share * room) + gap * step
    sums = frame + (channels * height * (width + gap) + 1) * step
    biases = sums + (outputs + len(TALL)) * positions * step
    packed = biases + outputs + len(TALL)
    clear_run(scratch, frame - gap * step, sums - frame + gap * step)
    clear_run(scratch, biases, outputs + len(TALL))
    if biased:
        for o in range(outputs):
            scratch[biases + o] = bias[o]
    o = 0
    while o < outputs:
        height_here = tile_height(outputs - o)
        index = o * kh * kw if turned else o * depth
        some = min(height_here, outputs - o)
        pack_weights(w, index, some, height_here, scratch, packed + o * depth, geometry)
        o += height_here
    for image in range(first, last, step):
        count = min(step, last - image)
        turn_images(x, image * size, size, count, scratch, frame, places)
        o = 0
        while o < outputs:
            height_here = tile_height(outputs - o)
            at = (frame, width + gap, packed + o * depth, biases + o, sums + o * positions * step)
            if height_here == len(TALL):
                convolve_panel(TALL, high, scratch, at, geometry)
            else:
                convolve_panel(LOW, high, scratch, at, geometry)
            o += height_here
        numbers_out = outputs * positions
        at = (sums, step, numbers_out, count, image * numbers_out, numbers_out, numbers_out, 0, 0)
        call_address(transpose, ((scratch, out, scratch), as_integers(at)))


@inlined
def correlate_panel(height, scratch, at, rows, places):
    """sums[tap tile][o][tap][lane] = or += the sum over a strip of some outputs' gradients times what each tap met."""
    g, g_size, frame, frame_size, blocks, pitch, high, wide, sums, fresh = at
    step, many = lanes(scratch), len(TAPS)
    for tap in range(0, places.size, many):
        tile = zeros_tile(height, TAPS, scratch)
        for block in range(blocks):
            here = g + block * g_size
            for y in range(high):
                there = frame + block * frame_size + y * pitch * step
                for _ in range(wide):
                    tile = add_lanewise(tile, scratch, here, rows, 0, scratch, there, places, tap)
                    here += step
                    there += step
        to = sums + tap * len(height) * step
        if not fresh:
            tile = add_tile(tile, scratch, to, many * step)
        store_tile(tile, scratch, to, many * step)


@inlined
def sum_lanes(height, scratch, sums, place, dw, to, outputs, depth):
    """dw[to + o * depth + tap] = the sum of sums[tap tile][o][tap]'s lanes, for some outputs."""
    step, many = lanes(scratch), len(TAPS)
    for tap in range(0, depth, many):
        tile = add_tile(zeros_tile(height, TAPS, scratch), scratch, sums + tap * len(height) * step, many * step)
        store_lane_sums(tile, scratch, place)
        for r in range(min(len(height), outputs)):
            for t in range(min(many, depth - tap)):
                dw[to + r * depth + tap + t] = scratch[place + r * many + t]


@kernel("void(int64, UniTuple(float32[::1], 4), int64[::1])", twin=conv2d_weight_gradient_twin)
def correlate_images(share, arrays, numbers):
    """dw[share][o, c, ky, kx]: the weight gradient of some images, one image in each lane."""
    x, g, dw, scratch = arrays
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    images, _, channels, height, width, outputs, kh, kw, _, _, _, _, _, _, high, wide, _ = geometry
    shares, room, frame_size, pitch, few, strip, together, transpose = to_fixed_tuple(numbers[GEOMETRY:], 8)
    depth, step, positions = channels * kh * kw, lanes(x), high * wide
    padded, size = (depth + len(TAPS) - 1) // len(TAPS) * len(TAPS), channels * height * width
    rows, places = numbers[GEOMETRY + 8 : GEOMETRY + 8 + few], numbers[GEOMETRY + 8 + few :]
    taps, places = places[:padded], places[padded:]
    first, last = part(share, shares, images, step)
    frame, g_size = aligned(scratch, share * room), outputs * strip * wide * step
    turned_g = frame + together * frame_size
    sums = turned_g + together * g_size + (few * strip * wide + step) * step
    ends = sums + (outputs + few) * padded * step
    clear_run(scratch, frame, together * frame_size)
    for image in range(first, last, together * step):
        blocks = min(together, (last - image + step - 1) // step)
        for block in range(blocks):
            n = image + block * step
            to = frame + block * frame_size
            turn_images(x, n * size, size, min(step, last - n), scratch, to, places)
        for top in range(0, high, strip):
            some = min(strip, high - top)
            for block in range(blocks):
                n = image + block * step
                runs, run = (1, outputs * positions) if some == high else (outputs, some * wide)
                for o in range(runs):
                    index, to = (
                        (n * outputs + o) * positions + top * wide,
                        turned_g + block * g_size + o * strip * wide * step,
                    )
                    at = (index, outputs * positions, min(step, last - n), run, to, step, step, 0, 0)
                    call_address(transpose, ((g, scratch, scratch), as_integers(at)))
            for o in range(0, outputs, few):
                to, fresh = turned_g + o * strip * wide * step, int(image == first and top == 0)
                at = (
                    to, g_size, frame + top * pitch * step, frame_size, blocks, pitch, some, wide,
                    sums + o * padded * step, fresh,
                )  # fmt: skip
                if few == len(FOUR):
                    correlate_panel(FOUR, scratch, at, rows, taps)
                else:
                    correlate_panel(THREE, scratch, at, rows, taps)
    for o in range(0, outputs, few):
        to = (share * outputs + o) * depth
        if few == len(FOUR):
            sum_lanes(FOUR, scratch, sums + o * padded * step, ends, dw, to, outputs - o, depth)
        else:
            sum_lanes(THREE, scratch, sums + o * padded * step, ends, dw, to, outputs - o, depth)


def _gap(c: Convolution) -> int:
    """Zeros between the rows of a frame, which serve as the padding on both sides."""
    across = len(TWO)
    most = 0
    for begin in range(0, c.outer[1], across):
        x = max(0, min(begin, c.outer[1] - across))
        left = max(0, -(-(c.padding[1] - x - across + 1) // c.dilation[1]))
        right = min(c.taps[1], (c.sides[1] - 1 + c.padding[1] - x) // c.dilation[1] + 1)
        if left < right:
            most = max(most, c.padding[1] - x - left * c.dilation[1])
            most = max(most, x + across - 1 + (right - 1) * c.dilation[1] - c.padding[1] - c.sides[1] + 1)
    return most


def _whole(places: np.ndarray, behind: int, lanes: int) -> np.ndarray:
    """As many places as fill registers, for whole vectors; the last ones lie behind all others."""
    return np.pad(places, (0, -places.size % lanes), constant_values=behind) * lanes


def fits(c: Convolution, dtype: np.dtype, threads: int) -> bool:
    """Whether images are small, and so many that few lanes and threads would idle."""
    lanes = lanes_of(dtype)
    near = (c.channels * math.prod(c.sides) + c.outputs * math.prod(c.outer)) * lanes * dtype.itemsize <= MOST
    turns = -(-c.images // (lanes * threads))
    busy = c.images >= 0.8 * turns * lanes * threads
    return near and busy and c.groups == 1 and c.stride == (1, 1) and c.outer[1] >= len(TWO)


def plan_forward(c: Convolution, biased: bool, dtype: np.dtype, threads: int) -> tuple[Any, int, int, np.ndarray]:
    """(kernel, shares, numbers of scratch, what the kernel must know)."""
    lanes, gap = lanes_of(dtype), _gap(c)
    shares = min(threads, -(-c.images // lanes))
    channel, row, column = np.indices((c.channels, *c.sides)).reshape(3, -1)
    frame = c.channels * c.sides[0] * (c.sides[1] + gap)
    places = _whole((channel * c.sides[0] + row) * (c.sides[1] + gap) + column, frame, lanes)
    room = (
        (frame + 2 * gap + 1) * lanes
        + (c.outputs + len(TALL)) * (math.prod(c.outer) * lanes + 1 + c.channels * math.prod(c.taps))
        + ALIGNMENT
    )
    numbers = (*c.numbers(), shares, room, gap, int(biased), transposition(dtype), *places)
    return convolve_images, shares, shares * room, np.array(numbers)


def plan_weight_gradient(c: Convolution, dtype: np.dtype, threads: int) -> tuple[Any, int, int, int, np.ndarray]:
    """(kernel, shares, partial sums, numbers of scratch, what the kernel must know)."""
    lanes, (high, wide) = lanes_of(dtype), c.outer
    shares = min(threads, -(-c.images // lanes))
    few = min(len(FOUR), len(THREE), key=lambda rows: (-(-c.outputs // rows) * rows, -rows))
    strip = max(1, min(high, STRIP // dtype.itemsize // (few * wide * lanes)))
    span_high, pitch = c.span
    frame = c.channels * span_high * pitch
    channel, row, column = np.indices((c.channels, *c.sides)).reshape(3, -1)
    image = (channel * span_high + row + c.padding[0]) * pitch + column + c.padding[1]
    taps = c.tap_places(span_high * pitch, pitch, np.arange(pitch))
    taps = np.pad(taps, (0, -taps.size % len(TAPS))) * lanes
    frame += 1
    near = (frame + c.outputs * strip * wide) * lanes * dtype.itemsize
    together = max(1, min(TOGETHER // near, -(-c.images // lanes // shares))) if strip == high else 1
    room = together * (frame + c.outputs * strip * wide) + few * (strip * wide + len(TAPS)) + 2 * lanes
    room = (room + (c.outputs + few) * taps.size) * lanes + ALIGNMENT
    numbers = (
        *c.numbers(), shares, room, frame * lanes, pitch, few, strip, together, transposition(dtype),
        *(np.arange(few) * strip * wide * lanes), *taps, *_whole(image, frame - 1, lanes),
    )  # fmt: skip
    return correlate_images, shares, shares, shares * room, np.array(numbers)
