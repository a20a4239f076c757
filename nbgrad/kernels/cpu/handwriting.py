"""The hand that writes the procedural digits: mixes variants of a glyph, wobbles and slants it, and inks the path.

Every picture has its own random stream, a function of (seed, number), so the set is the same in any order and size.
"""

import math

import numpy as np
from numba.extending import register_jitable

from nbgrad.kernels.cpu.image import draw_segments, fit_segments, place_by_mass, shrink
from nbgrad.kernels.cpu.stream import normal, start, uniform
from nbgrad.kernels.registry import kernel

SPAN = 5  # straight pieces per curve between two control points
LONGEST = 32  # control points in the longest glyph
SMOOTH, CORNER, LIFT = 0, 1, 2  # how the pen passes a control point; LIFT: a new stroke starts here


@register_jitable
def mix_variants(state, points, first, count, variants, path):
    """path (count, 2) = a random blend of the variants of one glyph, most often close to one of them."""
    path[:count] = 0
    weights = np.empty(variants)
    for v in range(variants):
        weights[v] = uniform(state) ** 6 + 1e-4
    weights = 1.3 * weights / weights.sum() - 0.3 / variants
    for v in range(variants):
        for i in range(count):
            for axis in range(2):
                path[i, axis] += weights[v] * points[first + v * count + i, axis]


@register_jitable
def deform(state, flags, first, count, path):
    """Wobble (three long waves over the plane, so crossings stay crossings), unsteady points, then slant and turn."""
    waves = np.empty((3, 6))
    for k in range(3):
        for axis in range(2):
            waves[k, axis] = 5.0 * normal(state)
            waves[k, 2 + axis] = 2 * math.pi * uniform(state)
            waves[k, 4 + axis] = 0.036 * normal(state)
    slant = 0.13 + 0.25 * normal(state)
    aspect = math.exp(0.23 * normal(state)) * 0.83
    angle = 0.10 * normal(state)
    lift_x = lift_y = 0.0
    for i in range(count):
        x, y = path[i, 0], path[i, 1]
        if flags[first + i] == LIFT and i > 0:
            lift_x, lift_y = 0.035 * normal(state), 0.035 * normal(state)
        dx, dy = lift_x + 0.018 * normal(state), lift_y + 0.018 * normal(state)
        for k in range(3):
            phase = waves[k, 0] * x + waves[k, 1] * y
            dx += waves[k, 4] * math.sin(phase + waves[k, 2])
            dy += waves[k, 5] * math.sin(phase + waves[k, 3])
        x = (x + dx - 0.5) * aspect - slant * (y + dy - 0.5)
        y = y + dy - 0.5
        path[i, 0] = math.cos(angle) * x - math.sin(angle) * y
        path[i, 1] = math.sin(angle) * x + math.cos(angle) * y


@register_jitable
def follow(state, flags, first, count, path, segments):
    """segments = Catmull-Rom curves through `path`, cut at corners and lifts; the pen's pressure drifts on its way."""
    radius = 0.070 * math.exp(0.32 * normal(state))
    swell, pace, phase = 0.12 * normal(state), 0.6 * uniform(state), 6.28 * uniform(state)
    used = 0
    for i in range(count - 1):
        if flags[first + i + 1] == LIFT:
            continue
        before = i if i == 0 or flags[first + i] != SMOOTH else i - 1
        ends = i + 2 == count or flags[first + i + 1] == CORNER or flags[first + i + 2] == LIFT
        after = i + 1 if ends else i + 2
        for axis in range(2):
            a, b, c, d = path[before, axis], path[i, axis], path[i + 1, axis], path[after, axis]
            slope, bend, twist = 0.5 * (c - a), a - 2.5 * b + 2 * c - 0.5 * d, 1.5 * (b - c) + 0.5 * (d - a)
            for step in range(SPAN):
                for end in range(2):
                    t = (step + end) / SPAN
                    segments[used + step, 2 * end + axis] = b + t * (slope + t * (bend + t * twist))
                    segments[used + step, 4 + end] = radius * (1 + swell * math.sin(pace * (i + t) + phase))
        used += SPAN
    return used


@kernel("void(uint64, int64[::1], float32[:, ::1], uint8[::1], float32[:, ::1], uint8[:, :, ::1])")
def write_digits(seed, labels, points, flags, families, pictures):
    """labels (N,) -> pictures (N, 28, 28) uint8, one hand-written digit each.

    points (P, 2), flags (P,): every variant of every family in a row. families (F, 5), one row each: digit, share of
    that digit's writers, first point, points per variant, variants.
    """
    state = np.empty(1, np.uint64)
    path = np.empty((LONGEST, 2))
    segments = np.empty((LONGEST * SPAN, 6), np.float32)
    box = np.empty(4, np.float32)
    small = np.empty((20, 20), np.float32)
    grid = np.empty((80, 80), np.float32)
    for n in range(len(labels)):
        start(state, seed, n)
        family, choice = 0, uniform(state)
        for f in range(len(families)):
            if families[f, 0] == labels[n] and choice >= 0:
                family = f
                choice -= families[f, 1]
        first, count, variants = int(families[family, 2]), int(families[family, 3]), int(families[family, 4])
        mix_variants(state, points, first, count, variants, path)
        deform(state, flags, first, count, path)
        used = follow(state, flags, first, count, path, segments)
        fit_segments(segments[:used], np.float32(80), box)
        draw_segments(segments[:used], grid)
        shrink(grid, small)
        place_by_mass(small, pictures[n])
