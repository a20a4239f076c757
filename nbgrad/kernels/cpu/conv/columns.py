"""Convolution as one matrix product over all images: for many weights and few pixels.

A matrix holds in row p all that the window at position p meets, in the order of a filter's weights, so that weights
are read once and as they lie. Making the matrix costs little beside the product.
"""

import math
from typing import Any

import numpy as np
from numba.np.unsafe.ndarray import to_fixed_tuple

from nbgrad.device import empty
from nbgrad.kernels.cpu.conv.geometry import (
    GEOMETRY,
    SERIAL_WORK,
    Convolution,
    conv2d_twin,
    fill_frame,
)
from nbgrad.kernels.cpu.gemm import matmul
from nbgrad.kernels.cpu.launch import launch, part
from nbgrad.kernels.cpu.simd import clear_run
from nbgrad.kernels.registry import kernel


@kernel(twin=conv2d_twin)
def gather_windows(share, arrays, numbers):
    """windows[n, p, k] = what tap k meets at position p of image n: x, or zero in the padding."""
    x, windows, scratch, _ = arrays
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    images, _, channels, height, width, _, kh, kw, _, _, _, _, _, _, high, wide, _ = geometry
    shares, frame_size = to_fixed_tuple(numbers[GEOMETRY:], 2)
    depth, positions = channels * kh * kw, high * wide
    places, pixels = numbers[GEOMETRY + 2 : GEOMETRY + 2 + depth], numbers[GEOMETRY + 2 + depth :]
    first, last = part(share, shares, images * positions, 1)
    frame = scratch[share * frame_size : (share + 1) * frame_size]
    clear_run(scratch, share * frame_size, frame_size)
    for image in range(first // positions, (last + positions - 1) // positions):
        fill_frame(x, image * channels * height * width, frame, 0, 1, geometry)
        for p in range(max(first, image * positions), min(last, (image + 1) * positions)):
            source, target = frame[pixels[p - image * positions] :], windows[p * depth : (p + 1) * depth]
            for k in range(depth):
                target[k] = source[np.uint64(places[k])]


@kernel(twin=conv2d_twin)
def scatter_windows(share, arrays, numbers):
    """dx[n] = the sum over positions p and taps k of windows[n, p, k], at the pixel that they share."""
    dx, windows, scratch, _ = arrays
    geometry = to_fixed_tuple(numbers, GEOMETRY)
    images, _, channels, height, width, _, kh, kw, sh, sw, ph, pw, dh, dw, high, wide, _ = geometry
    shares, frame_size = to_fixed_tuple(numbers[GEOMETRY:], 2)
    depth, positions = channels * kh * kw, high * wide
    rows, row = (high - 1) * sh + (kh - 1) * dh + 1, (wide - 1) * sw + (kw - 1) * dw + 1
    places, pixels = numbers[GEOMETRY + 2 : GEOMETRY + 2 + depth], numbers[GEOMETRY + 2 + depth :]
    first, last = part(share, shares, images, 1)
    frame = scratch[share * frame_size : (share + 1) * frame_size]
    for image in range(first, last):
        clear_run(scratch, share * frame_size, frame_size)
        for p in range(positions):
            at = (image * positions + p) * depth
            target, source = frame[pixels[p] :], windows[at : at + depth]
            for k in range(depth):
                target[np.uint64(places[k])] += source[k]
        for plane in range(channels):
            for y in range(height):
                here, there = (plane * rows + y + ph) * row + pw, ((image * channels + plane) * height + y) * width
                for i in range(width):
                    inside = y + ph < rows and i + pw < row  # pixels behind the last window got nothing
                    dx[there + i] = frame[here + i] if inside else dx.dtype.type(0)


def plan(c: Convolution, threads: int) -> tuple[Convolution, int, int, np.ndarray]:
    """(the convolution, shares, numbers of scratch, what the kernels must know)"""
    rows, row = c.span
    places = c.tap_places(rows * row, row, np.arange(row))
    pixels = (np.arange(c.outer[0])[:, None] * c.stride[0] * row + np.arange(c.outer[1]) * c.stride[1]).reshape(-1)
    shares = threads if c.work > SERIAL_WORK else 1
    frame = c.channels * rows * row
    return c, shares, shares * frame, np.array((*c.numbers(), shares, frame, *places, *pixels))


def _windows(plan: Any, x: np.ndarray) -> np.ndarray:
    """[images * positions, channels * taps]"""
    c, shares, room, numbers = plan
    windows = empty((c.images * math.prod(c.outer), c.channels * math.prod(c.taps)), x.dtype)
    flat = windows.reshape(-1)
    launch(gather_windows, shares, (x, flat, empty((room,), x.dtype), flat), numbers)
    return windows


def _by_position(g: np.ndarray) -> np.ndarray:
    """[images * positions, channels]"""
    return g.reshape(*g.shape[:2], -1).swapaxes(1, 2).reshape(-1, g.shape[1])


def conv2d(plan: Any, x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None) -> np.ndarray:
    """windows times weights"""
    c = plan[0]
    out = matmul(_windows(plan, x), weight.reshape(c.outputs, -1).T)
    if bias is not None:
        out += bias
    turned = out.reshape(c.images, -1, c.outputs).swapaxes(1, 2)
    return np.ascontiguousarray(turned).reshape(c.images, c.outputs, *c.outer)


def conv2d_input_gradient(plan: Any, g: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """g times weights: what each window sends to its pixels, which add up"""
    c, shares, room, numbers = plan
    windows = matmul(_by_position(g), weight.reshape(c.outputs, -1)).reshape(-1)
    dx = empty((c.images, c.channels, *c.sides), g.dtype)
    launch(scatter_windows, shares, (dx.reshape(-1), windows, empty((room,), g.dtype), windows), numbers)
    return dx


def conv2d_weight_gradient(plan: Any, x: np.ndarray, g: np.ndarray) -> np.ndarray:
    """g times windows"""
    c = plan[0]
    return matmul(_by_position(g).T, _windows(plan, x)).reshape(c.outputs, c.channels, *c.taps)
