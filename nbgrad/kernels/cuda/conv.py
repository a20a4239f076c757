"""Convolution as a matrix product whose second matrix is never written down: its numbers are read where they lie.

The forward pass and the input gradient are one kernel, that differs in its plan: for every tap (channel, ky, kx) where
its weight lies, and what it meets, as seen from an output pixel. With a stride, the input gradient falls into phases,
one for each remainder of the pixel's position modulo the stride, each with the taps that reach it.
"""

import math
from functools import lru_cache
from typing import Any

import numpy as np

from nbgrad.kernels.cuda.blocks import THREADS, block_sum
from nbgrad.kernels.cuda.copy import flat, zeros
from nbgrad.kernels.cuda.driver import BLOCK, SIMULATOR, cuda
from nbgrad.kernels.cuda.gemm import ALIGNMENT, STRIP, column_sums
from nbgrad.kernels.cuda.memory import empty, to_device
from nbgrad.kernels.cuda.registry import kernel, launch_grid
from nbgrad.strided import DeviceArray

Pair = tuple[int, int]

PHASE, TAP = 6, 4  # numbers of a phase and of a tap in a plan
_CONVOLVE = "void({0}[::1], {0}[::1], {0}[::1], {0}[::1], int64[::1], UniTuple(int64, 15))"
_GRADIENT = "void({0}[::1], {0}[::1], {0}[::1], int64[::1], UniTuple(int64, 15))"
_FLOATS = ("float32", "float64")


@kernel(*[_CONVOLVE.format(kind) for kind in _FLOATS])
def convolve_twin(source, weight, bias, out, plan, at):
    """out[n, o, y, x] = bias[o] + Σ over taps of weight[o, tap] times the pixel of the source the tap meets.

    One thread for each number of a phase. plan: for each phase where its taps begin, how many they are, its first row
    and column, how many rows and columns; for each tap the place of its weight, of its pixel, its rows and columns from
    the output pixel. at: images, groups, outputs of a group; numbers of an image of the source, of a group of it, its
    height and width, the steps of an output pixel in it; of a group of weights, between outputs in it; of the output
    height and width, the steps of a phase in it. grid: (blocks, groups * phases).
    """
    (
        images, groups, outputs, image, part, height, width, step_y, step_x, weights, weight_row, high, wide, out_y, out_x
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
    (tall, broad), (down, across) = tile, part
    along = broad // across  # threads along a row of the tile
    threads = tall // down * along
    a_loads, b_loads = -(-tall * STRIP // threads), broad * STRIP // threads
    a_run, b_run = min(down, 4), min(across, 4)
    a_apart, b_apart = tall // (down // a_run), broad // (across // b_run)
    a_line, b_line = tall + 4, broad + 4
    a_step, b_step = threads // STRIP, threads // broad

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
        left, right = cuda.local.array(down, out.dtype), cuda.local.array(across, out.dtype)
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
                for depth in range(STRIP):
                    for i in range(down):
                        left[i] = lefts[strip & 1, depth, i // a_run * a_apart + my_row * a_run + i % a_run]
                    for j in range(across):
                        right[j] = rights[strip & 1, depth, j // b_run * b_apart + my_column * b_run + j % b_run]
                    for i in range(down):
                        for j in range(across):
                            sums[i, j] += left[i] * right[j]
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
                place = (n * groups + group) * outputs * high * wide + (first_y + y * out_y) * wide + first_x + x * out_x
                for i in range(down):
                    o = top + i // a_run * a_apart + my_row * a_run + i % a_run
                    if o < outputs:
                        total = sums[i, j]
                        if bias.size > 0:
                            total += bias[group * outputs + o]
                        out[np.uint64(place + o * high * wide)] = total

    return convolve


_MANY = _convolve_tiles("convolve_many", (64, 128), (4, 8), 2, ("float32",))  # float64 does not fit the registers
_FEW = _convolve_tiles("convolve_few", (16, 128), (2, 4), 3, _FLOATS)


@kernel(*[_GRADIENT.format(kind) for kind in _FLOATS])
def weight_gradient_twin(source, g, out, plan, at):
    """out[part, o, tap] = Σ over the pixels of a part of g[n, o, pixel] times what the tap meets in the source there.

    One thread for each number. plan: as that of `convolve_twin`, of the forward pass. at: images, groups, outputs of a
    group; numbers of an image of the source, of a group of it, its height and width, the steps of an output pixel in it;
    height and width of g; taps; pixels of a part, parts; two zeros. grid: (blocks, groups).
    """
    images, groups, outputs, image, group_size, height, width, step_y, step_x, high, wide, taps, share, parts, _ = at
    group, pixels = cuda.blockIdx.y, images * high * wide
    for place in range(cuda.grid(1), parts * outputs * taps, cuda.gridsize(1)):
        part, o, tap = place // (outputs * taps), place // taps % outputs, PHASE + place % taps * TAP
        total = out.dtype.type(0)
        for pixel in range(part * share, min((part + 1) * share, pixels)):
            n, y, x = pixel // (high * wide), pixel // wide % high * step_y, pixel % wide * step_x
            row, column = y + plan[tap + 2], x + plan[tap + 3]
            if 0 <= row < height and 0 <= column < width:
                met = source[n * image + group * group_size + y * width + x + plan[tap + 1]]
                total += g[((n * groups + group) * outputs + o) * high * wide + pixel % (high * wide)] * met
        out[((part * groups + group) * outputs + o) * taps + place % taps] = total


def _gradient_tiles(name: str, tile: Pair, part: Pair, blocks_together: int) -> Any:
    """`weight_gradient_twin` in tiles of outputs x taps, each thread a part of it."""
    (tall, broad), (down, across) = tile, part
    along = broad // across
    threads = tall // down * along
    a_loads, b_loads = -(-tall * STRIP // threads), broad * STRIP // threads
    a_run, b_run = min(down, 4), min(across, 4)
    a_apart, b_apart = tall // (down // a_run), broad // (across // b_run)
    a_line, b_line = tall + 4, broad + 4
    step = threads // STRIP

    @kernel(
        *[_GRADIENT.format(kind) for kind in _FLOATS], name=name, twin=weight_gradient_twin,
        bounds=(threads, blocks_together),
    )  # fmt: skip
    def gradient(source, g, out, plan, at):
        images, groups, outputs, image, group_size, height, width, step_y, step_x, high, wide, taps, share, _, _ = at
        lefts = cuda.shared.array((2, STRIP, a_line), out.dtype, ALIGNMENT)
        rights = cuda.shared.array((2, STRIP, b_line), out.dtype, ALIGNMENT)
        sums = cuda.local.array((down, across), out.dtype)
        left, right = cuda.local.array(down, out.dtype), cuda.local.array(across, out.dtype)
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
        line, slot = here // STRIP, here % STRIP
        a_rest, b_rest = outputs - top - line, taps - edge - line
        for i in range(b_loads):
            entry = PHASE + min(edge + line + i * step, taps - 1) * TAP
            tap_place[i], tap_y[i], tap_x[i] = plan[entry + 1], plan[entry + 2], plan[entry + 3]
        for i in range(down):
            for j in range(across):
                sums[i, j] = zero
        last = min((part + 1) * share, images * plane)
        pixel = part * share + slot
        n, y, x = pixel // plane, pixel // wide % high, pixel % wide
        strip = 0
        for first in range(part * share - STRIP, last, STRIP):
            more = first + STRIP < last
            if more:  # what the next strip needs is on its way while this one is used
                a_place = ((n * groups + group) * outputs + top + line) * plane + y * wide + x
                b_place = n * image + group * group_size + y * step_y * width + x * step_x
                inside = first + STRIP + slot < last
                for i in range(a_loads):
                    next_left[i] = zero
                    if inside and i * step < a_rest and line + i * step < tall:
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
                for depth in range(STRIP):
                    for i in range(down):
                        left[i] = lefts[strip & 1, depth, i // a_run * a_apart + my_row * a_run + i % a_run]
                    for j in range(across):
                        right[j] = rights[strip & 1, depth, j // b_run * b_apart + my_column * b_run + j % b_run]
                    for i in range(down):
                        for j in range(across):
                            sums[i, j] += left[i] * right[j]
            if more:
                strip ^= 1
                for i in range(a_loads):
                    if line + i * step < tall:
                        lefts[strip & 1, slot, line + i * step] = next_left[i]
                for i in range(b_loads):
                    rights[strip & 1, slot, line + i * step] = next_right[i]
            cuda.syncthreads()
        for i in range(down):
            o = top + i // a_run * a_apart + my_row * a_run + i % a_run
            for j in range(across):
                tap = edge + j // b_run * b_apart + my_column * b_run + j % b_run
                if o < outputs and tap < taps:
                    out[((part * groups + group) * outputs + o) * taps + tap] = sums[i, j]

    return gradient


_GRADIENT_MANY = _gradient_tiles("weight_gradient_many", (64, 64), (4, 4), 2)
_GRADIENT_FEW = _gradient_tiles("weight_gradient_few", (16, 64), (2, 2), 3)
_THREADS = 256  # of every tile
_LITTLE = 1 << 12  # multiplications that are done before a strip is in shared memory


def output_size(size: int, kernel_size: int, stride: int, padding: int, dilation: int) -> int:
    """Positions of a window along one side of an image."""
    return (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1


@lru_cache(maxsize=1024)
def _forward_plan(
    channels: int, sides: Pair, kernel: Pair, outer: Pair, padding: Pair, dilation: Pair
) -> tuple[DeviceArray, int]:
    """(plan, phases) of a convolution: one phase, in which the taps follow each other as their weights do."""
    c, ky, kx = np.indices((channels, *kernel)).reshape(3, -1)
    y, x = ky * dilation[0] - padding[0], kx * dilation[1] - padding[1]
    taps = np.stack([np.arange(c.size), (c * sides[0] + y) * sides[1] + x, y, x], 1)
    return to_device(np.concatenate([(PHASE, c.size, 0, 0, *outer), taps.reshape(-1)]).astype(np.int64)), 1


@lru_cache(maxsize=1024)
def _input_plan(
    channels: int, outputs: int, g_sides: Pair, kernel: Pair, sides: Pair, stride: Pair, padding: Pair, dilation: Pair
) -> tuple[DeviceArray, int]:
    """(plan, phases) of the input gradient: a convolution of g for each remainder of the position modulo the stride."""
    o, ky, kx = np.indices((outputs, *kernel)).reshape(3, -1)
    phases, entries = [], []
    starts = [(y, x) for y in range(min(stride[0], sides[0])) for x in range(min(stride[1], sides[1]))]
    begin = PHASE * len(starts)
    for first_y, first_x in starts:
        y, x = first_y + padding[0] - ky * dilation[0], first_x + padding[1] - kx * dilation[1]
        met = (y % stride[0] == 0) & (x % stride[1] == 0)
        rows, columns = y[met] // stride[0], x[met] // stride[1]
        places = (o[met] * channels * kernel[0] + ky[met]) * kernel[1] + kx[met]
        entries.append(np.stack([places, (o[met] * g_sides[0] + rows) * g_sides[1] + columns, rows, columns], 1))
        sizes = len(range(first_y, sides[0], stride[0])), len(range(first_x, sides[1], stride[1]))
        phases.append((begin, met.sum(), first_y, first_x, *sizes))
        begin += TAP * int(met.sum())
    numbers = np.concatenate([np.array(phases).reshape(-1), *[each.reshape(-1) for each in entries]])
    return to_device(numbers.astype(np.int64)), len(starts)


def _convolve(
    plan: tuple[DeviceArray, int], arrays: tuple[DeviceArray, ...], images: int, groups: int, outputs: int, taps: int,
    pixels: int, numbers: tuple[int, ...],
) -> None:  # fmt: skip
    """Start the design that suits; pixels: of the largest phase, in all images."""
    table, phases = plan
    at = (images, groups, outputs, *numbers)
    if outputs <= 2 or groups * outputs * taps * pixels <= _LITTLE:
        launch_grid(convolve_twin, (min(-(-outputs * pixels // BLOCK), 1 << 16), groups * phases), BLOCK, *arrays, table, at)
        return
    design, tall = (_MANY, 64) if outputs > 32 and arrays[0].itemsize == 4 else (_FEW, 16)
    blocks = -(-outputs // tall) * -(-pixels // 128)
    launch_grid(design, (blocks, groups * phases), _THREADS, *arrays, table, at)


def conv2d(
    x: DeviceArray, weight: DeviceArray, bias: DeviceArray | None, stride: Pair, padding: Pair, dilation: Pair,
    groups: int,
) -> DeviceArray:  # fmt: skip
    """out[n, o, y, x] = bias[o] + the sum of weight[o] times the window of x at (y, x)."""
    (images, _, *sides), (outputs, channels, *kernel) = x.shape, weight.shape
    high, wide = (output_size(sides[i], kernel[i], stride[i], padding[i], dilation[i]) for i in (0, 1))
    out = empty((images, outputs, high, wide), x.dtype)
    if out.size == 0:
        return out
    plan = _forward_plan(channels, tuple(sides), tuple(kernel), (high, wide), tuple(padding), tuple(dilation))
    plane, taps = math.prod(sides), channels * math.prod(kernel)
    numbers = (
        groups * channels * plane, channels * plane, *sides, *stride, outputs // groups * taps, taps, high, wide, 1, 1
    )  # fmt: skip
    if x.size == 0 or weight.size == 0:
        x = weight = out
    arrays = flat(x), flat(weight), out.reshape(-1)[:0] if bias is None else flat(bias), out
    _convolve(plan, arrays, images, groups, outputs // groups, taps, images * high * wide, numbers)
    return out


def conv2d_input_gradient(
    g: DeviceArray, weight: DeviceArray, input_shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair,
    groups: int,
) -> DeviceArray:  # fmt: skip
    """dx: for each remainder of the input's position modulo the stride, a convolution of g with the flipped taps."""
    (images, outputs, high, wide), (_, channels, *kernel), sides = g.shape, weight.shape, input_shape[2:]
    dx = empty(input_shape, g.dtype)
    if g.size == 0 or weight.size == 0 or dx.size == 0:
        return zeros(input_shape, g.dtype)
    per_group, steps = outputs // groups, tuple(stride)
    plan = _input_plan(
        channels, per_group, (high, wide), tuple(kernel), tuple(sides), steps, tuple(padding), tuple(dilation)
    )
    taps = math.prod(kernel)
    numbers = (
        outputs * high * wide, per_group * high * wide, high, wide, 1, 1, per_group * channels * taps, taps, *sides, *steps
    )  # fmt: skip
    pixels = images * -(-sides[0] // steps[0]) * -(-sides[1] // steps[1])
    arrays = flat(g), flat(weight), dx.reshape(-1)[:0], dx
    _convolve(plan, arrays, images, groups, channels, per_group * taps, pixels, numbers)
    return dx


def conv2d_weight_gradient(
    x: DeviceArray, g: DeviceArray, weight_shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair,
    groups: int,
) -> DeviceArray:  # fmt: skip
    """dw[o, c, ky, kx]: the sum over images and positions of g times what the tap met."""
    (images, _, *sides), (outputs, channels, *kernel), (high, wide) = x.shape, weight_shape, g.shape[2:]
    if x.size == 0 or g.size == 0 or math.prod(weight_shape) == 0:
        return zeros(weight_shape, x.dtype)
    plan, _ = _forward_plan(channels, tuple(sides), tuple(kernel), (high, wide), tuple(padding), tuple(dilation))
    plane, taps, per_group, pixels = math.prod(sides), channels * math.prod(kernel), outputs // groups, images * high * wide
    design, tall = (_GRADIENT_MANY, 64) if per_group > 32 else (_GRADIENT_FEW, 16)
    little = outputs * taps * pixels <= _LITTLE
    blocks = -(-per_group // tall) * -(-taps // 64)
    parts = 1 if little else max(1, min(_BLOCKS // (blocks * groups), pixels // _SHARE, 1 << 12))
    share = -(-pixels // (parts * STRIP)) * STRIP
    parts = -(-pixels // share)
    out = empty((parts, math.prod(weight_shape)), x.dtype)
    at = (
        images, groups, per_group, groups * channels * plane, channels * plane, *sides, *stride, high, wide, taps, share,
        parts, 0,
    )  # fmt: skip
    if little:
        launch_grid(weight_gradient_twin, (-(-per_group * taps // BLOCK), groups), BLOCK, flat(x), flat(g), out, plan, at)
    else:
        launch_grid(design, (blocks, groups, parts), _THREADS, flat(x), flat(g), out, plan, at)
    return column_sums(out).reshape(weight_shape)


_BLOCKS = 256  # that share the pixels of a weight gradient
_SHARE = 32 if SIMULATOR else 512  # pixels for which a part of its own pays


@kernel("void(float32[::1], float32[::1], int64, int64, int64, int64)")
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


def conv2d_bias_gradient(g: DeviceArray) -> DeviceArray:
    """db[o]: the sum of g over images and positions."""
    images, channels, positions = g.shape[0], g.shape[1], g.shape[2] * g.shape[3]
    parts = max(1, min(images, _BLOCKS // max(channels, 1)))
    out = empty((parts, channels), g.dtype)
    launch_grid(sum_channels, parts * channels, THREADS, flat(g), out, images, channels, positions, parts)
    return column_sums(out)
