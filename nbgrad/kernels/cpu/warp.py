"""Distort pictures as another hand would have written them: slant, turn, size, place, wobble and pen."""

import math

import numpy as np
from numba.extending import register_jitable

from nbgrad.kernels.cpu.stream import normal, start, uniform
from nbgrad.kernels.registry import kernel

WAVES = 3
TURN = 2 * math.pi


@register_jitable
def draw_waves(state, elastic, waves):
    """waves (axis, wave, 4, size): sin and cos along a row, then down a column, of waves as long as the picture."""
    size = waves.shape[3]
    for axis in range(2):
        for k in range(WAVES):
            across, down = 4.5 * normal(state) / size, 4.5 * normal(state) / size
            phase, height = TURN * uniform(state), elastic * normal(state)
            for i in range(size):
                waves[axis, k, 0, i] = math.sin(across * i)
                waves[axis, k, 1, i] = math.cos(across * i)
                waves[axis, k, 2, i] = height * math.sin(down * i + phase)
                waves[axis, k, 3, i] = height * math.cos(down * i + phase)


def warp_twin(picture, matrix, shift, waves, out):
    """out[i, j] = picture, read between pixels, at matrix (j, i - middle) + middle + shift + waves."""
    size, (height, width) = len(out), picture.shape
    ink = np.pad(picture.astype(np.float64) / 255, 1)
    i, j = np.mgrid[:size, :size]
    lift = (waves[:, :, 0, None, :] * waves[:, :, 3, :, None] + waves[:, :, 1, None, :] * waves[:, :, 2, :, None]).sum(
        1
    )
    dx, dy = j - (size - 1) / 2, i - (size - 1) / 2
    x = matrix[0, 0] * dx + matrix[0, 1] * dy + (width - 1) / 2 + shift[0] + lift[0]
    y = matrix[1, 0] * dx + matrix[1, 1] * dy + (height - 1) / 2 + shift[1] + lift[1]
    left, top = np.clip(np.floor(x), -1, width - 1).astype(int), np.clip(np.floor(y), -1, height - 1).astype(int)
    a, b = np.clip(x - left, 0, 1), np.clip(y - top, 0, 1)
    upper = ink[top + 1, left + 1] * (1 - a) + ink[top + 1, left + 2] * a
    lower = ink[top + 2, left + 1] * (1 - a) + ink[top + 2, left + 2] * a
    out[:] = upper * (1 - b) + lower * b


@kernel("void(uint8[:, ::1], float32[:, ::1], float32[::1], float32[:, :, :, ::1], float32[:, ::1])", twin=warp_twin)
def warp(picture, matrix, shift, waves, out):
    """picture (h, w) uint8 -> out (s, s) float32 in 0..1: an affine map and a wavy one, bilinear, black outside."""
    height, width = picture.shape
    size = len(out)
    ink = np.zeros((height + 2, width + 2), np.float32)
    for i in range(height):
        for j in range(width):
            ink[i + 1, j + 1] = np.float32(picture[i, j]) * np.float32(1 / 255)
    one, zero, middle = np.float32(1), np.float32(0), np.float32((size - 1) / 2)
    across, down = np.empty(size, np.float32), np.empty(size, np.float32)
    for i in range(size):
        dy = np.float32(i) - middle
        across[:] = matrix[0, 1] * dy + np.float32((width + 1) / 2) + shift[0]
        down[:] = matrix[1, 1] * dy + np.float32((height + 1) / 2) + shift[1]
        for k in range(WAVES):
            for j in range(size):
                across[j] += waves[0, k, 0, j] * waves[0, k, 3, i] + waves[0, k, 1, j] * waves[0, k, 2, i]
                down[j] += waves[1, k, 0, j] * waves[1, k, 3, i] + waves[1, k, 1, j] * waves[1, k, 2, i]
        for j in range(size):
            dx = np.float32(j) - middle
            x = min(max(across[j] + matrix[0, 0] * dx, zero), np.float32(width + 1) - np.float32(1e-3))
            y = min(max(down[j] + matrix[1, 0] * dx, zero), np.float32(height + 1) - np.float32(1e-3))
            left, top = np.int32(x), np.int32(y)
            a, b = x - np.float32(left), y - np.float32(top)
            upper = ink[top, left] * (one - a) + ink[top, left + 1] * a
            lower = ink[top + 1, left] * (one - a) + ink[top + 1, left + 1] * a
            out[i, j] = upper * (one - b) + lower * b


def thicken_twin(picture, amount, out):
    """Towards the darkest of the pixel and its four neighbours (amount > 0), or the lightest (amount < 0)."""
    padded = np.pad(picture, 1)
    cross = np.stack([padded[1:-1, 1:-1], padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]])
    out[:] = picture + abs(amount) * ((cross.max(0) if amount > 0 else cross.min(0)) - picture)


@kernel("void(float32[:, ::1], float32, float32[:, ::1])", twin=thicken_twin)
def thicken(picture, amount, out):
    """picture (h, w) -> out (h, w): a pen wider by about 2 `amount` pixels, or narrower where it is negative."""
    height, width = picture.shape
    zero = np.float32(0)
    share = abs(amount)
    for i in range(height):
        for j in range(width):
            v = picture[i, j]
            up = picture[i - 1, j] if i > 0 else zero
            low = picture[i + 1, j] if i + 1 < height else zero
            left = picture[i, j - 1] if j > 0 else zero
            right = picture[i, j + 1] if j + 1 < width else zero
            if amount > 0:
                goal = max(max(max(up, low), max(left, right)), v)
            else:
                goal = min(min(min(up, low), min(left, right)), v)
            out[i, j] = v + share * (goal - v)


@kernel("void(uint8[:, :, ::1], int64[::1], uint64, float32[::1], float32, float32, float32[:, :, :, ::1])")
def distort_batch(pictures, indices, seed, spread, mean, std, batch):
    """pictures (N, h, w), indices (B,) -> batch (B, 1, s, s) float32, each distorted at random, then normalised.

    spread (6,): deviations of the turn (radians), log size, slant, shift (pixels), waves (pixels), pen (pixels).
    """
    size = batch.shape[2]
    state = np.empty(1, np.uint64)
    matrix, shift = np.empty((2, 2), np.float32), np.empty(2, np.float32)
    waves = np.empty((2, WAVES, 4, size), np.float32)
    plain = np.empty((size, size), np.float32)
    for n in range(len(indices)):
        start(state, seed, n)
        angle, slant = spread[0] * normal(state), spread[2] * normal(state)
        wide, high = math.exp(-spread[1] * normal(state)), math.exp(-spread[1] * normal(state))
        matrix[0, 0] = wide * math.cos(angle)
        matrix[0, 1] = wide * (slant * math.cos(angle) - math.sin(angle))
        matrix[1, 0] = high * math.sin(angle)
        matrix[1, 1] = high * (slant * math.sin(angle) + math.cos(angle))
        shift[0], shift[1] = spread[3] * normal(state), spread[3] * normal(state)
        draw_waves(state, spread[4], waves)
        warp(pictures[indices[n]], matrix, shift, waves, plain)
        thicken(plain, np.float32(min(max(spread[5] * normal(state), -0.6), 1.0)), batch[n, 0])
        for i in range(size):
            for j in range(size):
                batch[n, 0, i, j] = (batch[n, 0, i, j] - mean) / std
