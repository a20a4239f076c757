"""The windows of a convolution: what its taps meet at all positions of all images, gathered, scattered and turned.

Row k of the windows belongs to tap k (channel, ky, kx). Within a row the images stand side by side, [y, x, n], so that
it is made of long runs of a padded image, the *frame* of a channel: [row, column, n].
"""

from functools import cache

import numba
import numpy as np
from numba import types
from numba.np.unsafe.ndarray import to_fixed_tuple

from nbgrad.kernels.cpu.conv.geometry import GEOMETRY, copy_row
from nbgrad.kernels.cpu.launch import address_of, as_integers, call_address, inlined, part
from nbgrad.kernels.cpu.simd import clear_run, lanes, load_row, load_row_part, store_tile, store_within
from nbgrad.kernels.registry import kernel

ONE = (0,)


@inlined
def add_row(source, start, target, to, count):
    """target[to : to + count] += source[start : start + count]"""
    width = lanes(source)
    whole = count // width * width
    for i in range(0, whole, width):
        store_tile(load_row(ONE, source, start + i) + load_row(ONE, target, to + i), target, to + i, 0)
    if whole < count:
        left = count - whole
        total = load_row_part(ONE, source, start + whole, left) + load_row_part(ONE, target, to + whole, left)
        store_within(total, target, to + whole, 0, 0, left)


@inlined
def frame_sides(geometry):
    """The sides of an image with its padding, as far as windows reach."""
    _, _, _, _, _, _, kh, kw, sh, sw, _, _, dh, dw, high, wide, _ = geometry
    return (high - 1) * sh + (kh - 1) * dh + 1, (wide - 1) * sw + (kw - 1) * dw + 1


@kernel()
def gather_channel(arrays, at):
    """windows[to + ((ky, kx), y, x, n)] = what the taps of channel c meet; the frame's borders are zeros already.

    at: c, to, index of the frame. A kernel of its own: it is compiled once for all that call it.
    """
    (x, windows, scratch, numbers), (c, to, frame) = arrays, at
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    images, _, channels, height, width, _, kh, kw, sh, sw, ph, pw, dh, dw, high, wide, _ = geometry
    (rows, row), run = frame_sides(geometry), wide * images
    if kh * kw == 1 and ph == pw == 0:  # nothing but pixels, each met once
        for n in range(images):
            for y in range(high):
                here, there = ((n * channels + c) * height + y * sh) * width, to + y * run + n
                for i in range(wide):
                    windows[there + i * images] = x[here + i * sw]
        return
    for n in range(images):
        for y in range(min(height, rows - ph)):
            here, there = ((n * channels + c) * height + y) * width, ((y + ph) * row + pw) * images + n
            for i in range(min(width, row - pw)):
                scratch[frame + there + i * images] = x[here + i]
    for ky in range(kh):
        for kx in range(kw):
            for y in range(high):
                start = frame + ((y * sh + ky * dh) * row + kx * dw) * images
                if sw == 1:
                    copy_row(scratch, start, windows, to, run)
                else:
                    for i in range(0, run, images):
                        copy_row(scratch, start + i * sw, windows, to + i, images)
                to += run


@cache
def gathering(dtype: np.dtype) -> int:
    """Where `gather_channel` begins."""
    row = numba.from_dtype(dtype)[::1]
    return address_of(gather_channel, types.Tuple((row, row, row, types.int64[::1])), types.UniTuple(types.int64, 3))


@inlined
def gather_transposed(x, first, last, columns, column, scratch, frame, gather, transpose, numbers):
    """columns[(y, x, n), k] in rows of `column` numbers, for the taps k of some channels: a few channels at a time."""
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    images, _, _, _, _, _, kh, kw, _, _, _, _, _, _, high, wide, _ = geometry
    (rows, row), taps, size, width = frame_sides(geometry), kh * kw, high * wide * images, lanes(x)
    windows = frame + rows * row * images
    clear_run(scratch, frame, rows * row * images)
    for some in range(first, last, width):
        count = min(width, last - some)
        for c in range(count):
            at = some + c, windows + c * taps * size, frame
            call_address(gather, ((x, scratch, scratch, numbers), at))
        for p in range(0, size, width):
            to = columns + p * column + (some - first) * taps
            at = windows + p, size, count * taps, min(width, size - p), to, column, count * taps, 0, 0
            call_address(transpose, ((scratch, scratch, scratch), as_integers(at)))


@kernel()
def join_parts(share, arrays, numbers):
    """out[n, o, p] = bias[o] + parts[0][o, p, n] + parts[1][o, p, n] + ..., for some outputs o."""
    parts, bias, out, _ = arrays
    shares, images, outputs, positions, biased, transpose = to_fixed_tuple(numbers, 6)
    first, last = part(share, shares, outputs, 1)
    size = positions * images
    own, whole = (last - first) * size, outputs * size
    sums = out if images == 1 else parts
    copy_row(parts, first * size, sums, first * size, own)
    for other in range(1, shares):
        add_row(parts, other * whole + first * size, sums, first * size, own)
    if biased:
        for o in range(first, last):
            for i in range(o * size, (o + 1) * size):
                sums[i] += bias[o]
    if images > 1:
        for o in range(first, last):
            at = o * size, images, positions, images, o * positions, outputs * positions, positions, 0, 0
            call_address(transpose, ((parts, out, out), as_integers(at)))


@kernel()
def images_inside(share, arrays, numbers):
    """turned[o, p, n] = g[n, o, p], for some outputs o."""
    g, turned, _, _ = arrays
    shares, images, outputs, positions, transpose = to_fixed_tuple(numbers, 5)
    first, last = part(share, shares, outputs, 1)
    for o in range(first, last):
        at = o * positions, outputs * positions, images, positions, o * positions * images, images, images, 0, 0
        call_address(transpose, ((g, turned, turned), as_integers(at)))
