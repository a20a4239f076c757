"""The input gradient of a convolution with a stride, with channels in the lanes of registers.

Pixels of the input whose positions leave the same remainders modulo the stride are a *phase*: they meet the same taps,
so that each phase is a convolution of g with those. One kernel packs all weights once, multiplies phase by phase with
the tiles of `channels`, and joins the phases pixel by pixel before the result is transposed.
"""

import math
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
from numba.np.unsafe.ndarray import to_fixed_tuple

from nbgrad.kernels.cpu.conv.channels import TALL, addresses, share_among, vectors_left, whole_tiles
from nbgrad.kernels.cpu.conv.geometry import GEOMETRY, Convolution, conv2d_twin, copy_row, fill_frame
from nbgrad.kernels.cpu.launch import as_integers, call_address, part
from nbgrad.kernels.cpu.simd import ALIGNMENT, aligned, clear_run, lanes, lanes_of
from nbgrad.kernels.registry import kernel

BAND = 512  # pixels of the input whose results wait for their transposition, or one row of each phase if that is more
SETTINGS, PHASE = 13, 8  # how many numbers describe the work and a phase


@kernel(twin=conv2d_twin)
def convolve_phases(share, arrays, numbers):
    """dx[n, c] of some images and channels c: for each phase the sum over o and taps of w[o, c, tap] g[n, o, place]."""
    g, w, dx, scratch = arrays
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    images, groups, channels, height, width, outputs, _, _, _, _, _, _, _, _, _, _, _ = geometry
    settings = to_fixed_tuple(numbers[GEOMETRY:], SETTINGS)
    image_shares, lane_shares, room, frame_size, multiply, transpose, taps, high, wide, sh, sw, band, count = settings
    phases, step = numbers[GEOMETRY + SETTINGS :], lanes(g)
    first, last = part(share // lane_shares, image_shares, images, 1)
    left, right = part(share % lane_shares, lane_shares, outputs, step)
    frame = aligned(scratch, share * room)
    turned = frame + (frame_size + step - 1) // step * step  # the weights of a channel of g, then those of all
    joined = turned + taps * 2 * step
    waiting = joined + band * sh * wide * 2 * step
    packed = waiting + (band * wide + len(TALL)) * 2 * step
    clear_run(scratch, frame, frame_size)
    for group in range(groups):
        for c in range(left, right, 2 * step):
            size = vectors_left(right - c, step) * step
            some, panel = min(size, right - c), packed + (c - left) * channels * taps
            for o in range(channels):
                index = ((group * channels + o) * outputs + c) * taps
                if taps == 1:
                    copy_row(w, index, scratch, panel + o * size, some)
                    clear_run(scratch, panel + o * size + some, size - some)
                    continue
                at = (index, taps, some, taps, turned, size, size, 0, 0)
                call_address(transpose, ((w, scratch, scratch), as_integers(at)))
                for phase in range(count):
                    _, _, start, own, _, _, order, _ = to_fixed_tuple(phases[phase * PHASE :], PHASE)
                    to = panel + (channels * start + o * own) * size
                    for t in range(own):
                        copy_row(scratch, turned + phases[order + t] * size, scratch, to + t * size, size)
        for image in range(first, last):
            source, index = g, (image * groups + group) * channels * height * width
            if frame_size:
                fill_frame(g, index, scratch, frame, 1, geometry)
                source, index = scratch, frame
            for c in range(left, right, 2 * step):
                vectors = vectors_left(right - c, step)
                size, some, panel = vectors * step, min(2 * step, right - c), packed + (c - left) * channels * taps
                for top in range(0, (high + sh - 1) // sh, band):
                    for phase in range(count):
                        y, x, start, own, rows, row, order, pixels = to_fixed_tuple(phases[phase * PHASE :], PHASE)
                        bottom = min(rows, top + band)
                        if own:
                            at = (
                                index, top * row, (bottom - top) * row, channels, own, 0, own,
                                panel + channels * start * size, waiting, vectors, 1,
                            )  # fmt: skip
                            spread = (source, phases[pixels:], phases[order + own :], scratch, scratch)
                            call_address(multiply, (spread, as_integers(at)))
                        here = waiting
                        for i in range(top, bottom):
                            there = joined + (((i - top) * sh + y) * wide + x) * size
                            for _ in range(row):
                                if own:
                                    copy_row(scratch, here, scratch, there, size)
                                else:
                                    clear_run(scratch, there, size)
                                here += size
                                there += sw * size
                    ready = min(high - top * sh, band * sh) * wide
                    to = (((image * groups + group) * outputs + c) * high + top * sh) * wide
                    at = (joined, size, ready, some, to, high * wide, ready, 0, 0)
                    call_address(transpose, ((scratch, dx, scratch), as_integers(at)))


def _meetings(offset: int, taps: int, stride: int, padding: int, dilation: int) -> list[tuple[int, int]]:
    """The taps that meet the inputs offset, offset + stride, ..., and the place in g at which each meets the first."""
    places = [(tap, offset + padding - tap * dilation) for tap in range(taps)]
    return [(tap, place // stride) for tap, place in places if place % stride == 0]


def plan(c: Convolution, dtype: np.dtype, threads: int) -> tuple[Any, int, int, np.ndarray]:
    """For the input gradient of c: (kernel, shares, numbers of scratch, what the kernel must know)."""
    offsets = [range(min(c.stride[i], c.sides[i])) for i in (0, 1)]
    sizes = [[len(range(offset, c.sides[i], c.stride[i])) for offset in offsets[i]] for i in (0, 1)]
    met = [[_meetings(o, c.taps[i], c.stride[i], c.padding[i], c.dilation[i]) for o in offsets[i]] for i in (0, 1)]
    before, spans = [0, 0], [1, 1]
    for i in (0, 1):
        places = [(place, place + size) for taps, size in zip(met[i], sizes[i], strict=True) for _, place in taps]
        before[i] = max([0, *(-start for start, _ in places)])
        spans[i] = before[i] + max([1, *(stop for _, stop in places)])
    frame = Convolution(
        c.images, c.groups, c.outputs, c.outer, c.channels, (1, 1), (1, 1), (before[0], before[1]), (1, 1),
        (spans[0], spans[1]),
    )  # fmt: skip
    (rows, row), frame_size = (c.outer, 0) if frame.in_place else (frame.span, c.outputs * math.prod(frame.span))
    lanes, taps = lanes_of(dtype), math.prod(c.taps)
    image_shares, lane_shares = share_among(replace(c, outputs=c.channels, channels=c.outputs), lanes, threads)
    band = max(1, BAND // (c.stride[0] * c.sides[1]))
    count, start = len(offsets[0]) * len(offsets[1]), 0
    phases, tables = [], []
    at = count * PHASE
    for y, x in product(*offsets):
        own = [
            (ky * c.taps[1] + kx, (before[0] + py) * row + before[1] + px)
            for ky, py in met[0][y]
            for kx, px in met[1][x]
        ]
        high, wide = sizes[0][y], sizes[1][x]
        order, places = np.array(own, np.int64).reshape(-1, 2).T
        columns = (np.arange(c.outputs)[:, None] * (rows * row) + places).reshape(-1)
        pixels = whole_tiles((np.arange(high)[:, None] * row + np.arange(wide)).reshape(-1))
        pixels = np.pad(pixels, (0, len(TALL)))  # the last tile of a band may begin anywhere
        phases += [y, x, start, len(own), high, wide, at, at + order.size + columns.size]
        tables += [order, columns, pixels]
        at += order.size + columns.size + pixels.size
        start += len(own)
    width = (-(-c.channels // lanes) // lane_shares + 3) * lanes
    waiting = band * c.sides[1] * (c.stride[0] + 1) + len(TALL) + taps
    room = frame_size + waiting * 2 * lanes + width * c.outputs * taps + 4 * ALIGNMENT
    settings = (
        image_shares, lane_shares, room, frame_size, *addresses(dtype), taps, *c.sides, *c.stride, band, count,
    )  # fmt: skip
    numbers = np.concatenate([np.array((*frame.numbers(), *settings, *phases)), *tables])
    shares = image_shares * lane_shares
    return convolve_phases, shares, shares * room, numbers
