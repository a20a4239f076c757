"""Loops over pictures: strokes to ink, ink to the 28 x 28 pictures of MNIST, pictures to a batch.

A stroke is a row of segments, each a capsule whose two ends have their own radius: (x0, y0, x1, y1, r0, r1).
"""

import math

import numpy as np

from nbgrad.kernels.registry import kernel


def draw_segments_twin(segments, canvas):
    """For every pixel, the darkest capsule: coverage falls from 1 to 0 over the one pixel around the edge."""
    height, width = canvas.shape
    y, x = np.mgrid[:height, :width] + 0.5
    canvas[:] = 0
    for x0, y0, x1, y1, r0, r1 in segments.astype(np.float64):
        length2 = max((x1 - x0) ** 2 + (y1 - y0) ** 2, 1e-12)
        t = np.clip(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length2, 0, 1)
        distance = np.hypot(x - x0 - t * (x1 - x0), y - y0 - t * (y1 - y0))
        np.maximum(canvas, np.clip(r0 + t * (r1 - r0) - distance + 0.5, 0, 1), out=canvas)


@kernel("void(float32[:, ::1], float32[:, ::1])", twin=draw_segments_twin)
def draw_segments(segments, canvas):
    """segments (S, 6) in pixels -> canvas (H, W), ink coverage in 0..1. Visits only the pixels near each segment."""
    height, width = canvas.shape
    half = np.float32(0.5)
    zero = np.float32(0)
    one = np.float32(1)
    canvas[:, :] = zero
    for s in range(len(segments)):
        x0, y0, r0 = segments[s, 0], segments[s, 1], segments[s, 4]
        dx, dy, dr = segments[s, 2] - x0, segments[s, 3] - y0, segments[s, 5] - r0
        inverse = one / max(dx * dx + dy * dy, np.float32(1e-12))
        reach = max(r0, r0 + dr) + one
        top = max(0, int(min(y0, y0 + dy) - reach))
        bottom = min(height, int(max(y0, y0 + dy) + reach) + 1)
        left = max(0, int(min(x0, x0 + dx) - reach))
        right = min(width, int(max(x0, x0 + dx) + reach) + 1)
        for i in range(top, bottom):
            py = np.float32(i) + half - y0
            for j in range(left, right):
                px = np.float32(j) + half - x0
                t = min(max((px * dx + py * dy) * inverse, zero), one)
                ex = px - t * dx
                ey = py - t * dy
                cover = r0 + t * dr - math.sqrt(ex * ex + ey * ey) + half
                canvas[i, j] = max(canvas[i, j], min(cover, one))


@kernel("int64(float32[:, ::1])")
def clip_segments(segments):
    """Cut segments (S, 6) at the unit square, keep the visible ones in front, and return how many there are.

    Liang-Barsky: each side of the square shortens the stretch t_in..t_out of the segment that is inside.
    """
    kept = 0
    for s in range(len(segments)):
        x0, y0, r0 = np.float64(segments[s, 0]), np.float64(segments[s, 1]), np.float64(segments[s, 4])
        dx, dy, dr = segments[s, 2] - x0, segments[s, 3] - y0, segments[s, 5] - r0
        t_in, t_out = 0.0, 1.0
        for step, room in ((-dx, x0), (dx, 1.0 - x0), (-dy, y0), (dy, 1.0 - y0)):
            if step == 0:
                if room < 0:
                    t_out = -1.0
            elif step < 0:
                t_in = max(t_in, room / step)
            else:
                t_out = min(t_out, room / step)
        if t_in > t_out:
            continue
        segments[kept, 0], segments[kept, 2] = x0 + t_in * dx, x0 + t_out * dx
        segments[kept, 1], segments[kept, 3] = y0 + t_in * dy, y0 + t_out * dy
        segments[kept, 4], segments[kept, 5] = r0 + t_in * dr, r0 + t_out * dr
        kept += 1
    return kept


@kernel("void(float32[:, ::1], float32, float32[::1])")
def fit_segments(segments, size, box):
    """Find the box of the ink (left, top, right, bottom) and move it, longer side `size`, to the middle of the square.

    segments (S, 6) with S >= 1 change in place; box (4,) receives the box in the old unit.
    """
    box[0] = box[1] = np.inf
    box[2] = box[3] = -np.inf
    for s in range(len(segments)):
        for end in range(2):
            x, y, r = segments[s, 2 * end], segments[s, 2 * end + 1], segments[s, 4 + end]
            box[0], box[1] = min(box[0], x - r), min(box[1], y - r)
            box[2], box[3] = max(box[2], x + r), max(box[3], y + r)
    scale = size / max(box[2] - box[0], box[3] - box[1], np.float32(1e-6))
    middle_x, middle_y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    for s in range(len(segments)):
        for end in range(2):
            segments[s, 2 * end] = (segments[s, 2 * end] - middle_x) * scale + size / 2
            segments[s, 2 * end + 1] = (segments[s, 2 * end + 1] - middle_y) * scale + size / 2
            segments[s, 4 + end] *= scale


def shrink_twin(canvas, small):
    """Each pixel of `small` is the mean of the block of `canvas` it covers."""
    height, width = small.shape
    blocks = canvas.reshape(height, len(canvas) // height, width, canvas.shape[1] // width)
    small[:] = blocks.mean(axis=(1, 3))


@kernel("void(float32[:, ::1], float32[:, ::1])", twin=shrink_twin)
def shrink(canvas, small):
    """canvas (k H, k W) -> small (H, W), block means: what a coarser sensor would have seen."""
    height, width = small.shape
    k = len(canvas) // height
    inverse = np.float32(1) / np.float32(k * k)
    for i in range(height):
        for j in range(width):
            total = np.float32(0)
            for a in range(k):
                for b in range(k):
                    total += canvas[i * k + a, j * k + b]
            small[i, j] = total * inverse


def stretch_twin(source, left, top, side, out):
    """Every cell of `out` is the mean of its own little square of `source`, read between the pixels; outside is 0."""
    (height, width), size = source.shape, len(out)
    per_cell = max(1, math.ceil(max(height, width) * side / size))
    ink = np.pad(source.astype(np.float64), 1)
    at = (np.arange(size * per_cell) + 0.5) / (size * per_cell) * side
    y, x = np.clip((top + at) * height + 0.5, 0, height + 1), np.clip((left + at) * width + 0.5, 0, width + 1)
    i, j = np.minimum(y.astype(int), height), np.minimum(x.astype(int), width)
    b, a = (y - i)[:, None], (x - j)[None]
    upper = ink[i][:, j] * (1 - a) + ink[i][:, j + 1] * a
    lower = ink[i + 1][:, j] * (1 - a) + ink[i + 1][:, j + 1] * a
    read = upper * (1 - b) + lower * b
    out[:] = read.reshape(size, per_cell, size, per_cell).mean(axis=(1, 3))


@kernel("void(float32[:, ::1], float64, float64, float64, float32[:, ::1])", twin=stretch_twin)
def stretch(source, left, top, side, out):
    """source (h, w) fills the unit square; its part (left, top, side, side) -> out (n, n), means of k x k reads.

    Reads are bilinear, and k is as many as source pixels lie along a cell, so that shrinking misses none of them.
    """
    height, width = source.shape
    size = len(out)
    k = max(1, math.ceil(max(height, width) * side / size))
    step = side / (size * k)
    inverse = np.float32(1) / np.float32(k * k)
    ink = np.zeros((height + 2, width + 2), np.float32)
    for i in range(height):
        for j in range(width):
            ink[i + 1, j + 1] = source[i, j]
    for i in range(size):
        for j in range(size):
            total = np.float32(0)
            for p in range(k):
                y = min(max((top + (i * k + p + 0.5) * step) * height + 0.5, 0.0), height + 1.0)
                low = min(int(y), height)
                b = np.float32(y - low)
                for q in range(k):
                    x = min(max((left + (j * k + q + 0.5) * step) * width + 0.5, 0.0), width + 1.0)
                    near = min(int(x), width)
                    a = np.float32(x - near)
                    upper = ink[low, near] * (1 - a) + ink[low, near + 1] * a
                    lower = ink[low + 1, near] * (1 - a) + ink[low + 1, near + 1] * a
                    total += upper * (1 - b) + lower * b
            out[i, j] = total * inverse


def place_by_mass_twin(small, picture):
    """Centre of mass of `small` as near to the middle of `picture` as whole pixels allow."""
    room = len(picture) - len(small)
    shares = small.astype(np.float64) / max(small.sum(dtype=np.float64), 1e-12)
    centre_y = (shares.sum(axis=1) * (np.arange(len(small)) + 0.5)).sum()
    centre_x = (shares.sum(axis=0) * (np.arange(len(small)) + 0.5)).sum()
    top = int(np.clip(np.floor(len(picture) / 2 - centre_y + 0.5), 0, room))
    left = int(np.clip(np.floor(len(picture) / 2 - centre_x + 0.5), 0, room))
    picture[:] = 0
    picture[top : top + len(small), left : left + len(small)] = np.floor(small * 255 + 0.5)


@kernel("void(float32[:, ::1], uint8[:, ::1])", twin=place_by_mass_twin)
def place_by_mass(small, picture):
    """small (s, s) in 0..1 -> picture (p, p) in 0..255, moved so that the centre of mass is in the middle."""
    size = len(small)
    middle = np.float64(len(picture)) / 2
    mass = centre_y = centre_x = 0.0
    for i in range(size):
        for j in range(size):
            mass += small[i, j]
            centre_y += small[i, j] * (i + 0.5)
            centre_x += small[i, j] * (j + 0.5)
    mass = max(mass, 1e-12)
    room = len(picture) - size
    top = min(max(math.floor(middle - centre_y / mass + 0.5), 0), room)
    left = min(max(math.floor(middle - centre_x / mass + 0.5), 0), room)
    picture[:, :] = 0
    for i in range(size):
        for j in range(size):
            picture[top + i, left + j] = np.uint8(small[i, j] * np.float32(255) + np.float32(0.5))


def gather_padded_twin(pictures, indices, mean, std, batch):
    """Pictures by index, each in the middle of a black square, values (v / 255 - mean) / std."""
    border = (batch.shape[2] - pictures.shape[1]) // 2
    chosen = np.pad(pictures[indices], ((0, 0), (border, border), (border, border)))
    batch[:, 0] = (chosen / 255 - mean) / std


@kernel("void(uint8[:, :, ::1], int64[::1], float32, float32, float32[:, :, :, ::1])", twin=gather_padded_twin)
def gather_padded(pictures, indices, mean, std, batch):
    """pictures (N, h, w) uint8, indices (B,) -> batch (B, 1, H, W) float32: gather, pad, normalise in one pass."""
    height, width = pictures.shape[1:]
    top = (batch.shape[2] - height) // 2
    left = (batch.shape[3] - width) // 2
    scale = np.float32(1 / (255.0 * std))
    shift = np.float32(-mean / std)
    for n in range(len(indices)):
        picture, square = pictures[indices[n]], batch[n, 0]
        square[:, :] = shift
        for i in range(height):
            row, line = picture[i], square[top + i, left : left + width]
            for j in range(width):
                line[j] = np.float32(row[j]) * scale + shift
