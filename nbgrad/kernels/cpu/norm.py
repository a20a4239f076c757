"""Normalisation, fused: means and spreads of channels (batch norm) or of rows (layer norm), and their gradients.

Batch norm sees its array as (samples, channels, inner), layer norm as (rows, size).
"""

import math
from typing import Any

import numpy as np
from numba.np.unsafe.ndarray import to_fixed_tuple

from nbgrad.device import empty, zeros
from nbgrad.kernels.cpu.launch import SPLIT, awake, inlined, launch, part, thread_count
from nbgrad.kernels.cpu.simd import (
    lanes,
    load_row,
    load_row_part,
    multiply_add,
    spread,
    store_tile,
    store_within,
    sum_of,
    where_inside,
    zeros_tile,
)
from nbgrad.kernels.registry import kernel

SPLIT_AWAKE = 1 << 14  # numbers from which threads that are awake share the channels


ONE = (0,)
SMALL_PLANE = 8  # numbers of a channel in a sample, below which channels of several are worked on side by side
FEW_SAMPLES = 256  # whose numbers are summed one after the other in the array's type
BLOCK = 4096  # numbers that are summed in the lanes of one register, in the array's type, before double precision


@kernel()
def batch_norm_twin(share, arrays, numbers):
    """out[n, c, i] = (x[n, c, i] - mean[c]) inverse[c] weight[c] + bias[c],  inverse = 1 / √(variance + eps).

    In training, mean[c] = Σ_{n, i} x[n, c, i] / N and variance[c] = Σ (x[n, c, i] - mean[c])² / N. moments holds mean,
    variance, inverse and eps.
    """
    x, out, moments, weight, bias = arrays
    shares, samples, channels, inner, training = to_fixed_tuple(numbers, 5)
    start, stop = part(share, shares, channels, 1)
    for c in range(start, stop):
        if training:
            total, squares = 0.0, 0.0
            for n in range(samples):
                for i in range(inner):
                    total += x[(n * channels + c) * inner + i]
            for n in range(samples):
                for i in range(inner):
                    squares += (x[(n * channels + c) * inner + i] - total / (samples * inner)) ** 2
            moments[c], moments[channels + c] = total / (samples * inner), squares / (samples * inner)
        mean, inverse = moments[c], 1 / math.sqrt(moments[channels + c] + moments[3 * channels])
        moments[2 * channels + c] = inverse
        for n in range(samples):
            for i in range((n * channels + c) * inner, (n * channels + c + 1) * inner):
                out[i] = (x[i] - mean) * inverse * weight[c] + bias[c]


@inlined
def sum_channel(x, first, step, samples, inner):
    """Σ_{n, i} x[first + n * step + i]"""
    width, total, held, sums = lanes(x), 0.0, 0, zeros_tile(ONE, ONE, x)
    for row in range(first, first + samples * step, step):
        for start in range(0, inner, BLOCK):
            count = min(BLOCK, inner - start)
            whole = row + start + count // width * width
            for i in range(row + start, whole, width):
                sums = sums + load_row(ONE, x, i)
            if count % width:
                sums = sums + load_row_part(ONE, x, whole, count % width)
            held += count
            if held >= BLOCK:
                total, held, sums = total + sum_of(sums), 0, zeros_tile(ONE, ONE, x)
    return total + sum_of(sums)


@inlined
def sum_squares(x, first, step, samples, inner, mean):
    """Σ_{n, i} (x[first + n * step + i] - mean)²"""
    width, total, held, sums, centre = lanes(x), 0.0, 0, zeros_tile(ONE, ONE, x), spread(x, mean)
    for row in range(first, first + samples * step, step):
        for start in range(0, inner, BLOCK):
            count = min(BLOCK, inner - start)
            whole = row + start + count // width * width
            for i in range(row + start, whole, width):
                distance = load_row(ONE, x, i) - centre
                sums = multiply_add(distance, distance, sums)
            if count % width:
                distance = load_row_part(ONE, x, whole, count % width) - centre
                distance = where_inside(count % width, distance, x.dtype.type(0))
                sums = multiply_add(distance, distance, sums)
            held += count
            if held >= BLOCK:
                total, held, sums = total + sum_of(sums), 0, zeros_tile(ONE, ONE, x)
    return total + sum_of(sums)


@inlined
def scale_rows(x, out, first, stop, step, inner, mean, scale, shift):
    """out[row + i] = (x[row + i] - mean) scale + shift for the rows at first, first + step, ..."""
    width, centre, scales, shifts = lanes(x), spread(x, mean), spread(x, scale), spread(x, shift)
    for row in range(first, stop, step):
        whole, left = row + inner // width * width, inner % width
        for i in range(row, whole, width):
            distance = load_row(ONE, x, i) - centre
            store_tile(multiply_add(distance, scales, shifts), out, i, 0)
        if left:
            distance = load_row_part(ONE, x, whole, left) - centre
            store_within(multiply_add(distance, scales, shifts), out, whole, 0, 0, left)


@kernel(twin=batch_norm_twin)
def batch_norm_channels(share, arrays, numbers):
    """`batch_norm_twin` in training, a channel at a time: it is read from near memory after the first time."""
    x, out, moments, weight, bias = arrays
    shares, samples, channels, inner, _ = to_fixed_tuple(numbers, 5)
    kind, step, count = x.dtype.type, channels * inner, samples * inner
    start, stop = part(share, shares, channels, 1)
    for c in range(start, stop):
        first = c * inner
        mean = kind(sum_channel(x, first, step, samples, inner) / count)
        variance = kind(sum_squares(x, first, step, samples, inner, mean) / count)
        inverse = kind(1 / math.sqrt(variance + moments[3 * channels]))
        moments[c], moments[channels + c], moments[2 * channels + c] = mean, variance, inverse
        scale_rows(x, out, first, first + samples * step, step, inner, mean, inverse * weight[c], bias[c])


@kernel(twin=batch_norm_twin)
def batch_norm_small_planes(share, arrays, numbers):
    """`batch_norm_twin` in training for planes shorter than a register: those of all channels as one row per sample."""
    x, out, moments, weight, bias = arrays
    shares, samples, channels, inner, _ = to_fixed_tuple(numbers, 5)
    kind, step, count = x.dtype.type, channels * inner, samples * inner
    start, stop = part(share, shares, channels, 1)
    first, size = start * inner, (stop - start) * inner
    sums, centres, shifts = np.zeros(size, x.dtype), np.empty(size, x.dtype), np.empty(size, x.dtype)
    for n in range(first, first + samples * step, step):
        row = x[n : n + size]
        for i in range(size):
            sums[i] += row[i]
    for c in range(start, stop):
        total, plane = 0.0, (c - start) * inner
        for i in range(plane, plane + inner):
            total += sums[i]
        moments[c] = total / count
        for i in range(plane, plane + inner):
            centres[i], sums[i] = moments[c], 0
    for n in range(first, first + samples * step, step):
        row = x[n : n + size]
        for i in range(size):
            sums[i] += (row[i] - centres[i]) * (row[i] - centres[i])
    for c in range(start, stop):
        total, plane = 0.0, (c - start) * inner
        for i in range(plane, plane + inner):
            total += sums[i]
        variance = kind(total / count)
        inverse = kind(1 / math.sqrt(variance + moments[3 * channels]))
        moments[channels + c], moments[2 * channels + c] = variance, inverse
        for i in range(plane, plane + inner):
            sums[i], shifts[i] = inverse * weight[c], bias[c]
    for n in range(first, first + samples * step, step):
        row, to = x[n : n + size], out[n : n + size]
        for i in range(size):
            to[i] = (row[i] - centres[i]) * sums[i] + shifts[i]


@kernel()
def inverse_deviations(moments):
    """inverse[c] = 1 / √(variance[c] + eps); moments as for `batch_norm_twin`."""
    channels = moments.size // 3
    for c in range(channels):
        moments[2 * channels + c] = 1 / math.sqrt(moments[channels + c] + moments[3 * channels])


@kernel(twin=batch_norm_twin)
def batch_norm_samples(share, arrays, numbers):
    """`batch_norm_twin` out of training, `inverse_deviations` being there, in the order of memory."""
    x, out, moments, weight, bias = arrays
    shares, samples, channels, inner, _ = to_fixed_tuple(numbers, 5)
    start, stop = part(share, shares, samples * channels, 1)
    c = start % channels
    for first in range(start * inner, stop * inner, inner):
        scale_rows(x, out, first, first + 1, 1, inner, moments[c], moments[2 * channels + c] * weight[c], bias[c])
        c = c + 1 if c + 1 < channels else 0


@kernel()
def update_running(running, value, momentum, scale):
    """running[c] = (1 - momentum) running[c] + momentum scale value[c], in place; (channels,)."""
    kind = running.dtype.type
    keep, add = kind(1 - momentum), kind(momentum * scale)
    for c in range(running.size):
        running[c] = keep * running[c] + add * value[c]


@kernel()
def batch_norm_gradient_twin(share, arrays, numbers):
    """dbias = Σ g;  dweight = Σ g x̂;  dx = weight inverse (g - mean g - x̂ mean (g x̂)), x̂ = (x - mean) inverse.

    table holds mean, inverse, weight and dbias. Out of training dx = weight inverse g.
    """
    g, x, dx, table, dweight = arrays
    shares, samples, channels, inner, training = to_fixed_tuple(numbers, 5)
    count = samples * inner
    start, stop = part(share, shares, channels, 1)
    for c in range(start, stop):
        mean, inverse, weight = table[c], table[channels + c], table[2 * channels + c]
        total, product = 0.0, 0.0
        for n in range(samples):
            for i in range((n * channels + c) * inner, (n * channels + c + 1) * inner):
                total += g[i]
                product += g[i] * (x[i] - mean) * inverse
        table[3 * channels + c], dweight[c] = total, product
        for n in range(samples):
            for i in range((n * channels + c) * inner, (n * channels + c + 1) * inner):
                through = (total + (x[i] - mean) * inverse * product) / count if training else 0.0
                dx[i] = weight * inverse * (g[i] - through)


@inlined
def sum_gradients(g, x, first, step, samples, inner, mean):
    """(Σ_{n, i} g[...], Σ_{n, i} g[...] (x[...] - mean)) at first + n * step + i"""
    width, held, centre, total, product = lanes(x), 0, spread(x, mean), 0.0, 0.0
    sums, products = zeros_tile(ONE, ONE, x), zeros_tile(ONE, ONE, x)
    for row in range(first, first + samples * step, step):
        for start in range(0, inner, BLOCK):
            count = min(BLOCK, inner - start)
            whole = row + start + count // width * width
            for i in range(row + start, whole, width):
                flowing = load_row(ONE, g, i)
                sums = sums + flowing
                products = multiply_add(flowing, load_row(ONE, x, i) - centre, products)
            if count % width:
                flowing = load_row_part(ONE, g, whole, count % width)
                sums = sums + flowing
                distance = where_inside(
                    count % width, load_row_part(ONE, x, whole, count % width) - centre, x.dtype.type(0)
                )
                products = multiply_add(flowing, distance, products)
            held += count
            if held >= BLOCK:
                total, product, held = total + sum_of(sums), product + sum_of(products), 0
                sums, products = zeros_tile(ONE, ONE, x), zeros_tile(ONE, ONE, x)
    return total + sum_of(sums), product + sum_of(products)


@kernel(twin=batch_norm_gradient_twin)
def batch_norm_gradient_channels(share, arrays, numbers):
    """`batch_norm_gradient_twin`, a channel at a time, with its factors taken out of the loops."""
    g, x, dx, table, dweight = arrays
    shares, samples, channels, inner, training = to_fixed_tuple(numbers, 5)
    kind, width, step, count = x.dtype.type, lanes(x), channels * inner, samples * inner
    start, stop = part(share, shares, channels, 1)
    for c in range(start, stop):
        first, mean, inverse = c * inner, table[c], table[channels + c]
        total, product = sum_gradients(g, x, first, step, samples, inner, mean)
        product *= inverse
        table[3 * channels + c], dweight[c] = total, product
        scale, zero = table[2 * channels + c] * inverse, spread(x, kind(0))
        scales, shifts, slopes, centre = spread(x, scale), zero, zero, spread(x, mean)
        if training:
            shifts, slopes = spread(x, kind(total / count)), spread(x, kind(-product / count) * inverse)
        for row in range(first, first + samples * step, step):
            whole, left = row + inner // width * width, inner % width
            for i in range(row, whole, width):
                through = load_row(ONE, g, i) - shifts
                if training:
                    through = multiply_add(load_row(ONE, x, i) - centre, slopes, through)
                store_tile(multiply_add(through, scales, zero), dx, i, 0)
            if left:
                through = load_row_part(ONE, g, whole, left) - shifts
                if training:
                    through = multiply_add(load_row_part(ONE, x, whole, left) - centre, slopes, through)
                store_within(multiply_add(through, scales, zero), dx, whole, 0, 0, left)


@kernel(twin=batch_norm_gradient_twin)
def batch_norm_gradient_small_planes(share, arrays, numbers):
    """`batch_norm_gradient_twin` for planes shorter than a register: those of all channels as one row per sample."""
    g, x, dx, table, dweight = arrays
    shares, samples, channels, inner, training = to_fixed_tuple(numbers, 5)
    kind, step, count = x.dtype.type, channels * inner, samples * inner
    start, stop = part(share, shares, channels, 1)
    first, size = start * inner, (stop - start) * inner
    sums, products = np.zeros(size, x.dtype), np.zeros(size, x.dtype)
    centres, scales = np.empty(size, x.dtype), np.empty(size, x.dtype)
    for c in range(start, stop):
        for i in range((c - start) * inner, (c - start + 1) * inner):
            centres[i], scales[i] = table[c], table[2 * channels + c] * table[channels + c]
    for n in range(first, first + samples * step, step):
        flowing, row = g[n : n + size], x[n : n + size]
        for i in range(size):
            sums[i] += flowing[i]
            products[i] += flowing[i] * (row[i] - centres[i])
    for c in range(start, stop):
        total, product, inverse, plane = 0.0, 0.0, table[channels + c], (c - start) * inner
        for i in range(plane, plane + inner):
            total += sums[i]
            product += products[i]
        product *= inverse
        table[3 * channels + c], dweight[c] = total, product
        for i in range(plane, plane + inner):
            sums[i], products[i] = total / count, kind(product / count) * inverse
    for n in range(first, first + samples * step, step):
        flowing, row, to = g[n : n + size], x[n : n + size], dx[n : n + size]
        if training:
            for i in range(size):
                to[i] = (flowing[i] - sums[i] - (row[i] - centres[i]) * products[i]) * scales[i]
        else:
            for i in range(size):
                to[i] = flowing[i] * scales[i]


@kernel()
def layer_norm_twin(x, weight, bias, out, mean, inverse, size, eps):
    """out[r, i] = (x[r, i] - mean[r]) inverse[r] weight[i] + bias[i], straight from the formula."""
    for r in range(mean.size):
        row = x[r * size : (r + 1) * size]
        mean[r] = np.sum(row) / size
        inverse[r] = 1 / math.sqrt(np.sum((row - mean[r]) ** 2) / size + eps)
        out[r * size : (r + 1) * size] = (row - mean[r]) * inverse[r] * weight + bias


@kernel(twin=layer_norm_twin)
def _layer_norm(x, weight, bias, out, mean, inverse, size, eps):
    """`layer_norm_twin` without intermediate rows."""
    kind = x.dtype.type
    for r in range(mean.size):
        base, total, squares = r * size, kind(0), kind(0)
        for i in range(size):
            total += x[base + i]
        centre = total / kind(size)
        for i in range(size):
            squares += (x[base + i] - centre) * (x[base + i] - centre)
        scale = kind(1 / math.sqrt(squares / size + eps))
        mean[r], inverse[r] = centre, scale
        for i in range(size):
            out[base + i] = (x[base + i] - centre) * scale * weight[i] + bias[i]


@kernel()
def layer_norm_gradient_twin(g, x, mean, inverse, weight, dx, dweight, dbias, size):
    """dbias = Σ_r g;  dweight = Σ_r g x̂;  dx = inverse (h - mean h - x̂ mean (h x̂)), h = g weight."""
    dweight[:] = 0
    dbias[:] = 0
    for r in range(mean.size):
        flowing = g[r * size : (r + 1) * size]
        unit = (x[r * size : (r + 1) * size] - mean[r]) * inverse[r]
        inner = flowing * weight
        dx[r * size : (r + 1) * size] = inverse[r] * (
            inner - np.sum(inner) / size - unit * (np.sum(inner * unit) / size)
        )
        dweight[:] += flowing * unit
        dbias[:] += flowing


@kernel(twin=layer_norm_gradient_twin)
def _layer_norm_gradient(g, x, mean, inverse, weight, dx, dweight, dbias, size):
    """`layer_norm_gradient_twin` without intermediate rows."""
    kind = x.dtype.type
    dweight[:] = 0
    dbias[:] = 0
    for r in range(mean.size):
        base, centre, scale, total, product = r * size, mean[r], inverse[r], kind(0), kind(0)
        for i in range(size):
            unit = (x[base + i] - centre) * scale
            inner = g[base + i] * weight[i]
            dx[base + i] = inner  # kept, so that the difference below is exact for rows of one number
            total += inner
            product += inner * unit
            dweight[i] += g[base + i] * unit
            dbias[i] += g[base + i]
        shift, slope = total / kind(size), product / kind(size)
        for i in range(size):
            unit = (x[base + i] - centre) * scale
            dx[base + i] = scale * (dx[base + i] - shift - unit * slope)


def _flat(x: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """One contiguous, writeable row: numba would compile everything once more for other layouts."""
    flat = x.ravel() if x.dtype == dtype else x.astype(dtype).ravel()
    return flat if flat.flags.writeable else flat.copy()


def _ones(x: np.ndarray | None, count: int, dtype: np.dtype) -> np.ndarray:
    return np.ones(count, dtype) if x is None else _flat(x, dtype)


def _zeros(x: np.ndarray | None, count: int, dtype: np.dtype) -> np.ndarray:
    return np.zeros(count, dtype) if x is None else _flat(x, dtype)


_plans: dict[Any, np.ndarray] = {}


def _plan(x: np.ndarray, training: bool) -> np.ndarray:
    """Shares, samples, channels, inner, training; what is computed for a channel does not depend on the shares."""
    together = x.size >= SPLIT or (x.size >= SPLIT_AWAKE and awake())
    key = x.shape, training, thread_count() if together else 1
    plan = _plans.get(key)
    if plan is None:
        if len(_plans) >= 1024:
            _plans.clear()
        plan = _plans[key] = np.array((key[2], x.shape[0], x.shape[1], math.prod(x.shape[2:]), training))
    return plan


def _small_planes(x: np.ndarray) -> bool:
    samples, channels = x.shape[:2]
    return 1 < samples <= FEW_SAMPLES and x.size < SMALL_PLANE * samples * channels


def batch_norm(
    x: np.ndarray, weight: np.ndarray | None, bias: np.ndarray | None, running: tuple, training: bool, momentum: float,
    eps: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """(normalised x[n, c, ...], mean, 1 / deviation); running: the two statistics or None, updated in training."""
    channels, dtype, plan = x.shape[1], x.dtype, _plan(x, training)
    out, moments = empty(x.shape, dtype), np.empty(3 * channels + 1, dtype)
    moments[-1] = eps
    if not training:
        moments[:channels], moments[channels : 2 * channels] = running
        inverse_deviations(moments)
    factors = _ones(weight, channels, dtype), _zeros(bias, channels, dtype)
    forward = batch_norm_samples
    if training:
        forward = batch_norm_small_planes if _small_planes(x) else batch_norm_channels
    launch(forward, int(plan[0]), (_flat(x, dtype), out.ravel(), moments, *factors), plan)
    mean, variance, inverse = (moments[i * channels : (i + 1) * channels] for i in range(3))
    if training:
        count = x.size // channels
        for held, value, scale in zip(running, (mean, variance), (1.0, _unbiased(count)), strict=True):
            if held is not None:
                update_running(held, value, momentum, scale)
    return out, mean, inverse


def _unbiased(count: int) -> float:
    return count / (count - 1) if count > 1 else math.nan


def batch_norm_gradient(
    g: np.ndarray, x: np.ndarray, mean: np.ndarray, inverse: np.ndarray, weight: np.ndarray | None, training: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of x, weight and bias."""
    channels, dtype, plan = x.shape[1], x.dtype, _plan(x, training)
    dx, dweight, table = empty(x.shape, dtype), np.empty(channels, dtype), np.empty((4, channels), dtype)
    table[0], table[1], table[2] = mean, inverse, 1 if weight is None else weight
    arrays = _flat(g, dtype), _flat(x, dtype), dx.ravel(), table.ravel(), dweight
    backward = batch_norm_gradient_small_planes if _small_planes(x) else batch_norm_gradient_channels
    launch(backward, int(plan[0]), arrays, plan)
    return dx, dweight, table[3].copy()


def layer_norm(
    x: np.ndarray, weight: np.ndarray | None, bias: np.ndarray | None, size: int, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(x with runs of `size` numbers normalised, their means, 1 / their deviations)."""
    rows = x.size // size if size else 0
    out, mean, inverse = empty(x.shape, x.dtype), empty((rows,), x.dtype), empty((rows,), x.dtype)
    scales, shifts = _ones(weight, size, x.dtype), _zeros(bias, size, x.dtype)
    _layer_norm(_flat(x, x.dtype), scales, shifts, out.reshape(-1), mean, inverse, size, eps)
    return out, mean, inverse


def layer_norm_gradient(
    g: np.ndarray, x: np.ndarray, mean: np.ndarray, inverse: np.ndarray, weight: np.ndarray | None, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of x, weight (size,) and bias (size,)."""
    dx, dweight, dbias = empty(x.shape, x.dtype), zeros((size,), x.dtype), zeros((size,), x.dtype)
    _layer_norm_gradient(
        _flat(g, x.dtype), _flat(x, x.dtype), mean, inverse, _ones(weight, size, x.dtype), dx.reshape(-1), dweight,
        dbias, size,
    )  # fmt: skip
    return dx, dweight, dbias
