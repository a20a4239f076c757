"""All gradients of a convolution of many small images at once, with images in the lanes of registers.

g is turned once for all three. Where g is the gradient of a max-pooling of 2 x 2 windows that is not finished, the
windows' gradients are turned instead, and spread in place: what the pooling would have written, four times as large, is
never written.
"""

import math

import numba
import numpy as np
from numba import types
from numba.np.unsafe.ndarray import to_fixed_tuple

from nbgrad.kernels.cpu.conv.geometry import GEOMETRY, Convolution, conv2d_weight_gradient_twin
from nbgrad.kernels.cpu.conv.images import NUMBERS, PLACES, TALL, addresses, gap_of, pack_weights, places_in
from nbgrad.kernels.cpu.launch import address_of, as_integers, call_address, inlined, part
from nbgrad.kernels.cpu.simd import (
    ALIGNMENT,
    MANY_REGISTERS,
    add_lanewise,
    add_tile,
    aligned,
    clear_run,
    lanes,
    lanes_of,
    spread_to_corners,
    store_lane_sums,
    store_tile,
    zeros_tile,
)
from nbgrad.kernels.registry import kernel

FOUR, THREE = ((0,) * 4, (0,) * 3) if MANY_REGISTERS else ((0,) * 2, (0,))  # outputs of a weight gradient's tile
TAPS = (0,) * 5  # and its taps
ONE = (0,)
STRIP = 26 << 10  # bytes of a tile's gradients that are met by all taps while they are near


@inlined
def correlate_tiles(height, scratch, at, rows, taps):
    """sums[tap tile][o][tap][lane] = or += the sum of some outputs' gradients times what each tap met."""
    g, g_pitch, frame, pitch, high, wide, sums, fresh = at
    step, many = lanes(scratch), len(TAPS)
    for tap in range(0, taps.size, many):
        tile = zeros_tile(height, TAPS, scratch)
        for y in range(high):
            here, there = g + y * g_pitch * step, frame + y * pitch * step
            for _ in range(wide):
                tile = add_lanewise(tile, scratch, here, rows, 0, scratch, there, taps, tap)
                here += step
                there += step
        to = sums + tap * len(height) * step
        if not fresh:
            tile = add_tile(tile, scratch, to, many * step)
        store_tile(tile, scratch, to, many * step)


@inlined
def add_positions(height, scratch, g, row, pitch, high, wide, sums, fresh):
    """sums[o][lane] = or += the sum of some outputs' gradients."""
    step = lanes(scratch)
    tile = zeros_tile(height, ONE, scratch)
    for y in range(high):
        for x in range(wide):
            tile = add_tile(tile, scratch, g + (y * pitch + x) * step, row)
    if not fresh:
        tile = add_tile(tile, scratch, sums, step)
    store_tile(tile, scratch, sums, step)


@kernel(f"void(Tuple(({NUMBERS}, {PLACES})), UniTuple(int64, 12))")
def correlate_turned(arrays, at):
    """Adds to the sums of a few outputs' weights and biases what some rows of the `lanes` images of a frame bring."""
    scratch, table = arrays
    few, depth, g, g_size, g_pitch, frame, pitch, high, wide, sums, biases, fresh = at
    rows, taps = table[:few], table[few : few + depth]
    here = (g, g_pitch, frame, pitch, high, wide, sums, fresh)
    if few == len(FOUR):
        correlate_tiles(FOUR, scratch, here, rows, taps)
        add_positions(FOUR, scratch, g, g_size, g_pitch, high, wide, biases, fresh)
    else:
        correlate_tiles(THREE, scratch, here, rows, taps)
        add_positions(THREE, scratch, g, g_size, g_pitch, high, wide, biases, fresh)


@kernel(f"void(UniTuple({NUMBERS}, 1), UniTuple(int64, 10))")
def spread_windows(arrays, at):
    """Some outputs' frames [2 y ..][2 x ..][lane] = values[y][x][lane] at its corner, zeros at the three others."""
    (scratch,) = arrays
    values, corners, size, to, to_size, pitch, outputs, rows, columns, gated = at
    step = lanes(scratch)
    for o in range(outputs):
        for y in range(rows):
            here, there = o * size + y * columns * step, to + o * to_size + 2 * y * pitch * step
            for _ in range(columns):
                below = there + pitch * step
                spread_to_corners(scratch, there, below, scratch, values + here, corners + here, gated)
                here += step
                there += 2 * step


@inlined
def sum_lanes(height, scratch, sums, place, dw, to, outputs, depth, padded):
    """dw[to + o * depth + tap] = the sum of sums[tap tile][o][tap]'s lanes, for some outputs."""
    step, many = lanes(scratch), len(TAPS)
    for tap in range(0, padded, many):
        tile = add_tile(zeros_tile(height, TAPS, scratch), scratch, sums + tap * len(height) * step, many * step)
        store_lane_sums(tile, scratch, place)
        for r in range(min(len(height), outputs)):
            for t in range(min(many, depth - tap)):
                dw[to + r * depth + tap + t] = scratch[place + r * many + t]


@kernel(f"void(Tuple(({NUMBERS}, {NUMBERS}, {NUMBERS})), UniTuple(int64, 8))")
def sum_turned(arrays, at):
    """dw[o, c, ky, kx] and db[o]: the sums of the lanes."""
    scratch, dw, db = arrays
    outputs, few, depth, padded, sums, biases, place, share = at
    step = lanes(scratch)
    for o in range(0, outputs, few):
        here, to = sums + o * padded * step, (share * outputs + o) * depth
        if few == len(FOUR):
            sum_lanes(FOUR, scratch, here, place, dw, to, outputs - o, depth, padded)
        else:
            sum_lanes(THREE, scratch, here, place, dw, to, outputs - o, depth, padded)
    for o in range(outputs):
        store_lane_sums(add_tile(zeros_tile(ONE, ONE, scratch), scratch, biases + o * step, step), scratch, place)
        db[share * outputs + o] = scratch[place]


@kernel(f"void(int64, UniTuple({NUMBERS}, 8), {PLACES})", twin=conv2d_weight_gradient_twin)
def gradients_of_images(share, arrays, numbers):
    """dx of some images, and dw[share], db[share]: what they bring to the gradients of weights and bias.

    pooled: g holds the gradients of 2 x 2 windows, `corners` where they go (`nbgrad.kernels.cpu.pool`).
    """
    x, w, g, corners, dx, dw, db, scratch = arrays
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    images, _, channels, height, width, outputs, kh, kw, _, _, ph, pw, _, _, high, wide, _ = geometry
    turned = numbers[GEOMETRY : 2 * GEOMETRY]
    shares, room, frame_size, pitch, gap, few, strip, to_x, pooled, gated = to_fixed_tuple(numbers[2 * GEOMETRY :], 10)
    turn, convolve, transpose, correlate, spread, add = to_fixed_tuple(numbers[2 * GEOMETRY + 10 :], 6)
    table = 2 * GEOMETRY + 16
    step, size, depth, g_size = lanes(x), channels * height * width, channels * kh * kw, outputs * high * wide
    padded, g_pitch = (depth + len(TAPS) - 1) // len(TAPS) * len(TAPS), wide + gap
    x_places = table + few + padded
    g_places = x_places + (size + step - 1) // step * step
    first, last = part(share, shares, images, step)
    frame = aligned(scratch, share * room)
    g_frame = frame + frame_size + gap * step
    values = g_frame + (outputs + few) * high * g_pitch * step
    signs = values + (g_size // 4 + step) * step * pooled
    sums = signs + (g_size // 4 + step) * step * pooled
    biases = sums + (outputs + few) * padded * step
    ends = biases + (outputs + few) * step
    turned_dx = ends + (len(FOUR) * len(TAPS) + step) * step
    zeros = turned_dx + (channels + len(TALL)) * height * width * step * to_x
    packed = zeros + channels + len(TALL)
    if ph + pw > 0:
        clear_run(scratch, frame, frame_size)
    if to_x:
        clear_run(scratch, g_frame - gap * step, (gap + outputs * high * g_pitch) * step)
        clear_run(scratch, zeros, channels + len(TALL))
        pack_weights(w, scratch, packed, to_fixed_tuple(turned, GEOMETRY))
    for image in range(first, last, step):
        count = min(step, last - image)
        at = (image * size, size, size, count, frame, x_places)
        call_address(turn, ((x, scratch, numbers), as_integers(at)))
        if pooled:
            windows = g_size // 4
            at = (image * windows, windows, count, windows, values, step, step, 0, 0)
            call_address(transpose, ((g, scratch, scratch), as_integers(at)))
            at = (image * windows, windows, count, windows, signs, step, step, 0, 0)
            call_address(transpose, ((corners, scratch, scratch), as_integers(at)))
        else:
            at = (image * g_size, g_size, g_size, count, g_frame, g_places)
            call_address(turn, ((g, scratch, numbers), as_integers(at)))
        for top in range(0, high, strip):
            rows, here = min(strip, high - top), g_frame + top * g_pitch * step
            for o in range(0, outputs, few):
                to, to_size, some = here + o * high * g_pitch * step, high * g_pitch * step, min(few, outputs - o)
                if pooled:
                    place = (o * high + top) * wide // 4 * step
                    at = (
                        values + place, signs + place, high * wide // 4 * step, to, to_size, g_pitch, some, rows // 2,
                        wide // 2, gated,
                    )  # fmt: skip
                    call_address(spread, ((scratch,), as_integers(at)))
                at = (
                    few, padded, to, to_size, g_pitch,
                    frame + top * pitch * step, pitch, rows, wide, sums + o * padded * step, biases + o * step,
                    image == first and top == 0,
                )  # fmt: skip
                call_address(correlate, ((scratch, numbers[table:]), as_integers(at)))
        if to_x:
            at = (g_frame, g_pitch, packed, zeros, turned_dx)
            call_address(convolve, ((scratch, turned), as_integers(at)))
            at = (turned_dx, step, size, count, image * size, size, size, 0, 0)
            call_address(transpose, ((scratch, dx, scratch), as_integers(at)))
    at = (outputs, few, depth, padded, sums, biases, ends, share)
    call_address(add, ((scratch, dw, db), as_integers(at)))


def plan(
    c: Convolution, dtype: np.dtype, threads: int, to_x: bool = False, pooled: bool = False, gated: bool = False
) -> tuple[int, int, np.ndarray, bool]:
    """(shares, numbers of scratch, what the kernel must know, to_x)."""
    lanes, (high, wide) = lanes_of(dtype), c.outer
    shares = min(threads, -(-c.images // lanes))
    back = Convolution(
        c.images, 1, c.outputs, c.outer, c.channels, c.taps, (1, 1),
        tuple(c.dilation[i] * (c.taps[i] - 1) - c.padding[i] for i in (0, 1)), c.dilation, c.sides, True,
    )  # fmt: skip
    gap = gap_of(back) if to_x else 1
    few = min(len(FOUR), len(THREE), key=lambda rows: (-(-c.outputs // rows) * rows, -rows))
    strip = max(2, min(high, STRIP // dtype.itemsize // (few * wide * lanes) // 2 * 2))
    span_high, pitch = c.span[0], c.span[1] + 1
    image = places_in(c.channels, *c.sides, span_high, pitch, lanes)
    image[: c.channels * math.prod(c.sides)] += (c.padding[0] * pitch + c.padding[1]) * lanes
    taps = c.tap_places(span_high * pitch, pitch, np.arange(pitch))
    taps = np.pad(taps, (0, -taps.size % len(TAPS))) * lanes
    frame, per_output = c.channels * span_high * pitch, high * (wide + gap)
    room = frame + gap + (c.outputs + few) * (per_output + taps.size + 1)
    room += (c.outputs * high * wide // 2 + 2 * lanes) * pooled + len(FOUR) * len(TAPS) + lanes
    if to_x:
        room += (c.channels + len(TALL)) * (math.prod(c.sides) + c.outputs * math.prod(c.taps) // lanes + 2)
    room = room * lanes + ALIGNMENT
    numbers = (
        *c.numbers(), *back.numbers(), shares, room, frame * lanes, pitch, gap, few, strip, int(to_x), int(pooled),
        int(gated), *addresses(dtype), *_addresses(dtype), *(np.arange(few) * per_output * lanes), *taps, *image,
        *places_in(c.outputs, high, wide, high, wide + gap, lanes),
    )  # fmt: skip
    return shares, shares * room, np.array(numbers), to_x


def _addresses(dtype: np.dtype) -> tuple[int, int, int]:
    """Where `correlate_turned`, `spread_windows` and `sum_turned` begin."""
    numbers, places, whole = numba.from_dtype(dtype)[::1], types.int64[::1], types.int64
    correlate = address_of(correlate_turned, types.Tuple((numbers, places)), types.UniTuple(whole, 12))
    spread = address_of(spread_windows, types.UniTuple(numbers, 1), types.UniTuple(whole, 10))
    return correlate, spread, address_of(sum_turned, types.UniTuple(numbers, 3), types.UniTuple(whole, 8))
