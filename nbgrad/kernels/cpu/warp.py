"""Distort pictures as another hand would have written them: slant, turn, size, place, wobble and pen."""

import numpy as np

from nbgrad.kernels.registry import kernel


def warp_twin(pictures, indices, matrices, shifts, waves, out):
    """out[n, i, j] = the picture, read between its pixels, at matrix (j, i) + shift + waves, from middle to middle."""
    (height, width), size = pictures.shape[1:], out.shape[2]
    i, j = np.mgrid[:size, :size]
    dx, dy = j - (size - 1) / 2, i - (size - 1) / 2
    for n, index in enumerate(indices):
        ink = np.pad(pictures[index].astype(np.float64) / 255, (1, 2))
        sine, cosine, sine_down, cosine_down = np.moveaxis(waves[n], 2, 0)
        lift = (sine[:, :, None] * cosine_down[..., None] + cosine[:, :, None] * sine_down[..., None]).sum(1)
        x = matrices[n, 0, 0] * dx + matrices[n, 0, 1] * dy + (width + 1) / 2 + shifts[n, 0] + lift[0]
        y = matrices[n, 1, 0] * dx + matrices[n, 1, 1] * dy + (height + 1) / 2 + shifts[n, 1] + lift[1]
        x, y = np.clip(x, 0, width + 1), np.clip(y, 0, height + 1)
        left, top = x.astype(int), y.astype(int)
        a, b = x - left, y - top
        upper = ink[top, left] * (1 - a) + ink[top, left + 1] * a
        lower = ink[top + 1, left] * (1 - a) + ink[top + 1, left + 1] * a
        out[n] = upper * (1 - b) + lower * b


@kernel(
    "void(uint8[:, :, ::1], int64[::1], float32[:, :, ::1], float32[:, ::1], float32[:, :, :, :, ::1], "
    "float32[:, :, ::1])",
    twin=warp_twin,
)
def warp(pictures, indices, matrices, shifts, waves, out):
    """pictures (N, h, w) uint8, indices (B,) -> out (B, s, s) float32 in 0..1: moved, bilinear, black outside.

    matrices (B, 2, 2) and shifts (B, 2): an affine map about the middles. waves (B, axis, wave, 4, s): sine and cosine
    along a row, then sine and cosine down a column, times the height: two products make a wave at a pixel.
    """
    height, width = pictures.shape[1:]
    size = out.shape[2]
    one, zero, middle = np.float32(1), np.float32(0), np.float32((size - 1) / 2)
    right, bottom = np.float32(width + 1), np.float32(height + 1)
    ink = np.zeros((height + 3, width + 3), np.float32)
    across, down = np.empty(size, np.float32), np.empty(size, np.float32)
    for n in range(len(indices)):
        for i in range(height):
            for j in range(width):
                ink[i + 1, j + 1] = np.float32(pictures[indices[n], i, j]) * np.float32(1 / 255)
        for i in range(size):
            dy = np.float32(i) - middle
            x0 = matrices[n, 0, 1] * dy + np.float32((width + 1) / 2) + shifts[n, 0]
            y0 = matrices[n, 1, 1] * dy + np.float32((height + 1) / 2) + shifts[n, 1]
            for j in range(size):
                dx = np.float32(j) - middle
                across[j] = matrices[n, 0, 0] * dx + x0
                down[j] = matrices[n, 1, 0] * dx + y0
            for k in range(waves.shape[2]):
                for j in range(size):
                    across[j] += (
                        waves[n, 0, k, 0, j] * waves[n, 0, k, 3, i] + waves[n, 0, k, 1, j] * waves[n, 0, k, 2, i]
                    )
                    down[j] += waves[n, 1, k, 0, j] * waves[n, 1, k, 3, i] + waves[n, 1, k, 1, j] * waves[n, 1, k, 2, i]
            for j in range(size):
                x, y = min(max(across[j], zero), right), min(max(down[j], zero), bottom)
                left, top = np.int32(x), np.int32(y)
                a, b = x - np.float32(left), y - np.float32(top)
                upper = ink[top, left] * (one - a) + ink[top, left + 1] * a
                lower = ink[top + 1, left] * (one - a) + ink[top + 1, left + 1] * a
                out[n, i, j] = upper * (one - b) + lower * b


def thicken_twin(pictures, pens, mean, std, batch):
    """Towards the most ink among the pixel and its four neighbours (pen > 0), or the least (pen < 0)."""
    for n, pen in enumerate(pens):
        padded = np.pad(pictures[n], 1)
        cross = np.stack([padded[1:-1, 1:-1], padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]])
        goal = cross.max(0) if pen > 0 else cross.min(0)
        batch[n, 0] = (pictures[n] + abs(pen) * (goal - pictures[n]) - mean) / std


@kernel("void(float32[:, :, ::1], float32[::1], float32, float32, float32[:, :, :, ::1])", twin=thicken_twin)
def thicken(pictures, pens, mean, std, batch):
    """pictures (B, s, s) in 0..1 -> batch (B, 1, s, s) normalised: a pen wider by about 2 `pen` pixels, or narrower."""
    count, height, width = pictures.shape
    zero, scale, shift = np.float32(0), np.float32(1 / std), np.float32(-mean / std)
    for n in range(count):
        share = abs(pens[n])
        for i in range(height):
            for j in range(width):
                v = pictures[n, i, j]
                up = pictures[n, i - 1, j] if i > 0 else zero
                low = pictures[n, i + 1, j] if i + 1 < height else zero
                left = pictures[n, i, j - 1] if j > 0 else zero
                right = pictures[n, i, j + 1] if j + 1 < width else zero
                most = max(max(max(up, low), max(left, right)), v)
                least = min(min(min(up, low), min(left, right)), v)
                goal = most if pens[n] > 0 else least
                batch[n, 0, i, j] = (v + share * (goal - v)) * scale + shift
