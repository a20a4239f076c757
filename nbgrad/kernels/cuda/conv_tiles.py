"""The kernels of convolution: each number of the second matrix of a product is read where it lies in the image.

A plan says where. It holds, for each phase of the output, where its taps begin, how many they are, its first row and
column, how many rows and columns it has; for each tap the place of its weight, that of the pixel it meets, and the rows
and columns from an output pixel to it.
"""

from typing import Any

import numpy as np

from nbgrad.kernels.cuda.blocks import THREADS, block_sum
from nbgrad.kernels.cuda.driver import cuda
from nbgrad.kernels.cuda.registry import kernel
from nbgrad.kernels.cuda.tiles import ALIGNMENT, STRIP, products_of, tile_of

Pair = tuple[int, int]

PHASE, TAP = 6, 4  # numbers of a phase and of a tap in a plan
_CONVOLVE = "void({0}[::1], {0}[::1], {0}[::1], {0}[::1], int64[::1], UniTuple(int64, 15))"
_GRADIENT = "void({0}[::1], {0}[::1], {0}[::1], int64[::1], UniTuple(int64, 14))"
_FLOATS = ("float32", "float64")


@kernel(*[_CONVOLVE.format(kind) for kind in _FLOATS])
def convolve_twin(source, weight, bias, out, plan, at):
    """out[n, o, y, x] = bias[o] + Σ over taps of weight[o, tap] times the pixel of the source the tap meets.

    One thread for each number of a phase. at: images, groups, outputs of a group; numbers of an image of the source,
    of a group of it, its height and width, the steps of an output pixel in it; weights of a group, between outputs in
    it; height and width of the output, the steps of a phase in it. grid: (blocks, groups * phases).
    """
    (
        images, groups, outputs, image, part, height, width, step_y, step_x, weights, weight_row, high, wide, out_y,
        out_x,
    ) = at  # fmt: skip
    group, phase = cuda.blockIdx.y % groups, cuda.blockIdx.y // groups * PHASE
    begin, taps, first_y, first_x = plan[phase], plan[phase + 1], plan[phase + 2], plan[phase + 3]
    rows, columns = plan[phase + 4], plan[phase + 5]
    for place in range(cuda.grid(1), images * outputs * rows * columns, cuda.gridsize(1)):
        n, o = place // (outputs * rows * columns), place // (rows * columns) % outputs
        y, x = place // columns % rows, place % columns
        here, total = n * image + group * part + y * step_y * width + x * step_x, out.dtype.type(0)
        for tap in range(begin, begin + taps * TAP, TAP):
            row, column = y * step_y + plan[tap + 2], x * step_x + plan[tap + 3]
            if 0 <= row < height and 0 <= column < width:
                total += weight[group * weights + o * weight_row + plan[tap]] * source[here + plan[tap + 1]]
        if bias.size > 0:
            total += bias[group * outputs + o]
        out[(((n * groups + group) * outputs + o) * high + first_y + y * out_y) * wide + first_x + x * out_x] = total


def _convolve_tiles(name: str, tile: Pair, part: Pair, blocks_together: int, kinds: tuple[str, ...]) -> Any:
    """`convolve_twin` in tiles of outputs x pixels, each thread a part of it."""
    (tall, broad), shape = tile, tile_of(*tile, *part)
    threads, along, down, across, a_run, a_apart, a_line, b_run, b_apart, b_line = shape
    a_loads, b_loads = -(-tall * STRIP // threads), broad * STRIP // threads
    a_step, b_step = threads // STRIP, threads // broad
    add_products = products_of(shape)

    @kernel(
        *[_CONVOLVE.format(kind) for kind in kinds], name=name, twin=convolve_twin, bounds=(threads, blocks_together)
    )
    def convolve(source, weight, bias, out, plan, at):
        (
            images, groups, outputs, image, group_size, height, width, step_y, step_x, weights, weight_row, high, wide,
            out_y, out_x,
        ) = at  # fmt: skip
        lefts = cuda.shared.array((2, STRIP, a_line), out.dtype, ALIGNMENT)
        rights = cuda.shared.array((2, STRIP, b_line), out.dtype, ALIGNMENT)
        sums = cuda.local.array((down, across), out.dtype)
        next_left, next_right = cuda.local.array(a_loads, out.dtype), cuda.local.array(b_loads, out.dtype)
        zero = out.dtype.type(0)
        here = cuda.threadIdx.x & 1023
        my_row, my_column = here // along, here % along
        group, phase = cuda.blockIdx.y % groups, cuda.blockIdx.y // groups * PHASE
        begin, taps, first_y, first_x = plan[phase], plan[phase + 1], plan[phase + 2], plan[phase + 3]
        rows, columns = plan[phase + 4], plan[phase + 5]
        pixels, tiles_down = images * rows * columns, (outputs + tall - 1) // tall
        top, edge = cuda.blockIdx.x % tiles_down * tall, cuda.blockIdx.x // tiles_down * broad
        # a thread brings weights of one tap and a few outputs, and what a few taps meet at one pixel
        a_row, a_tap = here // STRIP, here % STRIP
        b_pixel, b_tap = here % broad, here // broad
        a_place, a_rest = group * weights + (top + a_row) * weight_row, outputs - top - a_row
        pixel = edge + b_pixel
        if pixel >= pixels:
            pixel = 0
        y, x = pixel // columns % rows * step_y, pixel % columns * step_x
        b_place = pixel // (rows * columns) * image + group * group_size + y * width + x
        for i in range(down):
            for j in range(across):
                sums[i, j] = zero
        strip = 0
        for first in range(-STRIP, taps, STRIP):
            more = first + STRIP < taps
            if more:  # what the next strip needs is on its way while this one is used
                tap = first + STRIP + a_tap
                for i in range(a_loads):
                    next_left[i] = zero
                    if tap < taps and i * a_step < a_rest and a_row + i * a_step < tall:
                        next_left[i] = weight[np.uint64(a_place + i * a_step * weight_row + plan[begin + tap * TAP])]
                for i in range(b_loads):
                    next_right[i] = zero
                    tap = first + STRIP + b_tap + i * b_step
                    if tap < taps:
                        entry = begin + tap * TAP
                        row, column = y + plan[np.uint64(entry + 2)], x + plan[np.uint64(entry + 3)]
                        if 0 <= row < height and 0 <= column < width:
                            next_right[i] = source[np.uint64(b_place + plan[np.uint64(entry + 1)])]
            if first >= 0:
                add_products(lefts, rights, strip & 1, my_row, my_column, sums)
            if more:
                strip ^= 1
                for i in range(a_loads):
                    if a_row + i * a_step < tall:
                        lefts[strip & 1, a_tap, a_row + i * a_step] = next_left[i]
                for i in range(b_loads):
                    rights[strip & 1, b_tap + i * b_step, b_pixel] = next_right[i]
            cuda.syncthreads()
        for j in range(across):
            pixel = edge + j // b_run * b_apart + my_column * b_run + j % b_run
            if pixel < pixels:
                n, y, x = pixel // (rows * columns), pixel // columns % rows, pixel % columns
                y, x = first_y + y * out_y, first_x + x * out_x
                place = (n * groups + group) * outputs * high * wide + y * wide + x
                for i in range(down):
                    o = top + i // a_run * a_apart + my_row * a_run + i % a_run
                    if o < outputs:
                        total = sums[i, j]
                        if bias.size > 0:
                            total += bias[group * outputs + o]
                        out[np.uint64(place + o * high * wide)] = total

    return convolve


@kernel(*[_GRADIENT.format(kind) for kind in _FLOATS])
def weight_gradient_twin(source, g, out, plan, at):
    """out[part, o, tap] = Σ over the pixels of a part of g[n, o, pixel] times what the tap meets in the source there.

    Behind them, for each part, Σ g[n, o, pixel] for each output: the gradient of the bias. One thread for each number
    of out[part, o]. plan: as that of `convolve_twin`, of the forward pass. at: images, groups, outputs of a
    group; numbers of an image of the source, of a group of it, its height and width, the steps of an output pixel in
    it; height and width of g; taps; pixels of a part, parts. grid: (blocks, groups).
    """
    images, groups, outputs, image, group_size, height, width, step_y, step_x, high, wide, taps, share, parts = at
    group, pixels = cuda.blockIdx.y, images * high * wide
    line = groups * outputs * (taps + 1)
    for place in range(cuda.grid(1), parts * outputs * (taps + 1), cuda.gridsize(1)):
        part, o, tap = place // (outputs * (taps + 1)), place // (taps + 1) % outputs, place % (taps + 1)
        total, entry = out.dtype.type(0), PHASE + tap * TAP
        for pixel in range(part * share, min((part + 1) * share, pixels)):
            n, y, x = pixel // (high * wide), pixel // wide % high * step_y, pixel % wide * step_x
            flowing = g[((n * groups + group) * outputs + o) * high * wide + pixel % (high * wide)]
            if tap == taps:
                total += flowing
            else:
                row, column = y + plan[entry + 2], x + plan[entry + 3]
                if 0 <= row < height and 0 <= column < width:
                    total += flowing * source[n * image + group * group_size + y * width + x + plan[entry + 1]]
        o += group * outputs
        out[part * line + (line - groups * outputs + o if tap == taps else o * taps + tap)] = total


def _gradient_tiles(name: str, tile: Pair, part: Pair, blocks_together: int) -> Any:
    """`weight_gradient_twin` in tiles of outputs x taps, each thread a part of it."""
    (tall, broad), shape = tile, tile_of(*tile, *part)
    threads, along, down, across, a_run, a_apart, a_line, b_run, b_apart, b_line = shape
    a_loads, b_loads = -(-tall * STRIP // threads), broad * STRIP // threads
    step = threads // STRIP
    add_products = products_of(shape)

    @kernel(
        *[_GRADIENT.format(kind) for kind in _FLOATS], name=name, twin=weight_gradient_twin,
        bounds=(threads, blocks_together),
    )  # fmt: skip
    def gradient(source, g, out, plan, at):
        images, groups, outputs, image, group_size, height, width, step_y, step_x, high, wide, taps, share, _ = at
        line = groups * outputs * (taps + 1)
        lefts = cuda.shared.array((2, STRIP, a_line), out.dtype, ALIGNMENT)
        rights = cuda.shared.array((2, STRIP, b_line), out.dtype, ALIGNMENT)
        sums = cuda.local.array((down, across), out.dtype)
        next_left, next_right = cuda.local.array(a_loads, out.dtype), cuda.local.array(b_loads, out.dtype)
        tap_place, tap_y = cuda.local.array(b_loads, np.int64), cuda.local.array(b_loads, np.int64)
        tap_x = cuda.local.array(b_loads, np.int64)
        zero = out.dtype.type(0)
        here = cuda.threadIdx.x & 1023
        my_row, my_column = here // along, here % along
        group, part = cuda.blockIdx.y, cuda.blockIdx.z
        tiles_down, plane = (outputs + tall - 1) // tall, high * wide
        top, edge = cuda.blockIdx.x % tiles_down * tall, cuda.blockIdx.x // tiles_down * broad
        # a thread brings, of one pixel, g for a few outputs and what a few taps meet
        track, slot = here // STRIP, here % STRIP
        a_rest, b_rest = outputs - top - track, taps - edge - track
        for i in range(b_loads):
            entry = PHASE + min(edge + track + i * step, taps - 1) * TAP
            tap_place[i], tap_y[i], tap_x[i] = plan[entry + 1], plan[entry + 2], plan[entry + 3]
        for i in range(down):
            for j in range(across):
                sums[i, j] = zero
        total = zero
        last = min((part + 1) * share, images * plane)
        pixel = part * share + slot
        n, y, x = pixel // plane, pixel // wide % high, pixel % wide
        strip = 0
        for first in range(part * share - STRIP, last, STRIP):
            more = first + STRIP < last
            if more:  # what the next strip needs is on its way while this one is used
                a_place = ((n * groups + group) * outputs + top + track) * plane + y * wide + x
                b_place = n * image + group * group_size + y * step_y * width + x * step_x
                inside = first + STRIP + slot < last
                for i in range(a_loads):
                    next_left[i] = zero
                    if inside and i * step < a_rest and track + i * step < tall:
                        next_left[i] = g[np.uint64(a_place + i * step * plane)]
                for i in range(b_loads):
                    next_right[i] = zero
                    row, column = y * step_y + tap_y[i], x * step_x + tap_x[i]
                    if inside and i * step < b_rest and 0 <= row < height and 0 <= column < width:
                        next_right[i] = source[np.uint64(b_place + tap_place[i])]
                x += STRIP
                while x >= wide:
                    x -= wide
                    y += 1
                while y >= high:
                    y -= high
                    n += 1
            if first >= part * share:
                add_products(lefts, rights, strip & 1, my_row, my_column, sums)
                if edge == 0 and here < tall:
                    for depth in range(STRIP):
                        total += lefts[strip & 1, depth, here]
            if more:
                strip ^= 1
                for i in range(a_loads):
                    if track + i * step < tall:
                        lefts[strip & 1, slot, track + i * step] = next_left[i]
                for i in range(b_loads):
                    rights[strip & 1, slot, track + i * step] = next_right[i]
            cuda.syncthreads()
        for i in range(down):
            o = top + i // a_run * a_apart + my_row * a_run + i % a_run
            for j in range(across):
                tap = edge + j // b_run * b_apart + my_column * b_run + j % b_run
                if o < outputs and tap < taps:
                    out[part * line + (group * outputs + o) * taps + tap] = sums[i, j]
        if edge == 0 and here < tall and top + here < outputs:
            out[(part + 1) * line - (groups - group) * outputs + top + here] = total

    return gradient


@kernel("void(float32[::1], float32[::1], int64, int64, int64, int64)", twin="conv2d_bias_gradient")
def sum_channels(g, out, images, channels, positions, parts):
    """out[part, o] = Σ g[n, o, position] over the images n = part, part + parts, ...; one block for each number."""
    room = cuda.shared.array(THREADS, out.dtype)
    for place in range(cuda.blockIdx.x, parts * channels, cuda.gridDim.x):
        total = out.dtype.type(0)
        for n in range(place // channels, images, parts):
            base = (n * channels + place % channels) * positions
            for i in range(base + cuda.threadIdx.x, base + positions, cuda.blockDim.x):
                total += g[i]
        total = block_sum(total, room)
        if cuda.threadIdx.x == 0:
            out[place] = total


# float64 does not fit the registers of the large tile
CONVOLVE_MANY = _convolve_tiles("convolve_many", (64, 128), (4, 8), 2, ("float32",))
CONVOLVE_FEW = _convolve_tiles("convolve_few", (16, 128), (2, 4), 3, _FLOATS)
WEIGHT_GRADIENT_MANY = _gradient_tiles("weight_gradient_many", (64, 64), (4, 4), 2)
WEIGHT_GRADIENT_FEW = _gradient_tiles("weight_gradient_few", (16, 64), (2, 2), 3)
