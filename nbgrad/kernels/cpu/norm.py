"""Normalisation, fused: means and spreads of channels (batch norm) or of rows (layer norm), and their gradients.

Batch norm sees its array as (samples, channels, inner), layer norm as (rows, size).
"""

import math

import numpy as np

from nbgrad.device import empty, zeros
from nbgrad.kernels.registry import kernel


@kernel()
def channel_moments_twin(x, mean, variance, samples, channels, inner):
    """mean[c] = Σ_{n, i} x[n, c, i] / N;  variance[c] = Σ (x[n, c, i] - mean[c])² / N, one sum after the other."""
    count = samples * inner
    for c in range(channels):
        total = 0.0
        for n in range(samples):
            for i in range(inner):
                total += x[(n * channels + c) * inner + i]
        squares = 0.0
        for n in range(samples):
            for i in range(inner):
                squares += (x[(n * channels + c) * inner + i] - total / count) ** 2
        mean[c], variance[c] = total / count, squares / count


@kernel(twin=channel_moments_twin)
def channel_moments(x, mean, variance, samples, channels, inner):
    """`channel_moments_twin` in the order of memory; rows are summed in the array's type, their sums in double."""
    count = samples * inner
    sums = np.zeros(channels)
    for n in range(samples):
        for c in range(channels):
            base, part = (n * channels + c) * inner, x.dtype.type(0)
            for i in range(base, base + inner):
                part += x[i]
            sums[c] += part
    for c in range(channels):
        mean[c] = sums[c] / count
        sums[c] = 0
    for n in range(samples):
        for c in range(channels):
            base, centre, part = (n * channels + c) * inner, mean[c], x.dtype.type(0)
            for i in range(base, base + inner):
                part += (x[i] - centre) * (x[i] - centre)
            sums[c] += part
    for c in range(channels):
        variance[c] = sums[c] / count


@kernel()
def _inverse_deviation(variance, eps, out):
    """out[i] = 1 / √(variance[i] + eps); (n,)."""
    for i in range(out.size):
        out[i] = 1 / math.sqrt(variance[i] + eps)


@kernel()
def _channel_affine(x, mean, inverse, weight, bias, out, samples, channels, inner):
    """out[n, c, i] = (x[n, c, i] - mean[c]) inverse[c] weight[c] + bias[c]."""
    for n in range(samples):
        for c in range(channels):
            centre, scale, shift = mean[c], inverse[c] * weight[c], bias[c]
            base = (n * channels + c) * inner
            for i in range(base, base + inner):
                out[i] = (x[i] - centre) * scale + shift


@kernel()
def _update_running(running, value, momentum, scale):
    """running[c] = (1 - momentum) running[c] + momentum scale value[c], in place; (channels,)."""
    kind = running.dtype.type
    keep, add = kind(1 - momentum), kind(momentum * scale)
    for c in range(running.size):
        running[c] = keep * running[c] + add * value[c]


@kernel()
def batch_norm_gradient_twin(g, x, mean, inverse, weight, dx, dweight, dbias, samples, channels, inner, training):
    """dbias = Σ g;  dweight = Σ g x̂;  dx = weight inverse (g - mean g - x̂ mean (g x̂)), x̂ = (x - mean) inverse."""
    count = samples * inner
    for c in range(channels):
        total, product = 0.0, 0.0
        for n in range(samples):
            for i in range((n * channels + c) * inner, (n * channels + c + 1) * inner):
                total += g[i]
                product += g[i] * (x[i] - mean[c]) * inverse[c]
        dbias[c], dweight[c] = total, product
        for n in range(samples):
            for i in range((n * channels + c) * inner, (n * channels + c + 1) * inner):
                through = (total + (x[i] - mean[c]) * inverse[c] * product) / count if training else 0.0
                dx[i] = weight[c] * inverse[c] * (g[i] - through)


@kernel(twin=batch_norm_gradient_twin)
def _batch_norm_gradient(g, x, mean, inverse, weight, dx, dweight, dbias, samples, channels, inner, training):
    """`batch_norm_gradient_twin` in the order of memory, with the factors of a channel taken out of the loops."""
    kind, count = x.dtype.type, samples * inner
    totals, products = np.zeros(channels), np.zeros(channels)
    for n in range(samples):
        for c in range(channels):
            base, centre, total, product = (n * channels + c) * inner, mean[c], kind(0), kind(0)
            for i in range(base, base + inner):
                total += g[i]
                product += g[i] * (x[i] - centre)
            totals[c] += total
            products[c] += product * inverse[c]
    for c in range(channels):
        dbias[c], dweight[c] = totals[c], products[c]
    for n in range(samples):
        for c in range(channels):
            scale, slope, shift = weight[c] * inverse[c], kind(0), kind(0)
            if training:
                slope, shift = kind(products[c] / count) * inverse[c], kind(totals[c] / count)
            base, centre = (n * channels + c) * inner, mean[c]
            for i in range(base, base + inner):
                dx[i] = scale * (g[i] - shift - slope * (x[i] - centre))


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
    return np.ascontiguousarray(x, dtype).reshape(-1)


def _ones(x: np.ndarray | None, count: int, dtype: np.dtype) -> np.ndarray:
    return np.ones(count, dtype) if x is None else _flat(x, dtype)


def _zeros(x: np.ndarray | None, count: int, dtype: np.dtype) -> np.ndarray:
    return np.zeros(count, dtype) if x is None else _flat(x, dtype)


def _channels(x: np.ndarray) -> tuple[int, int, int]:
    return x.shape[0], x.shape[1], math.prod(x.shape[2:])


def batch_norm(
    x: np.ndarray, weight: np.ndarray | None, bias: np.ndarray | None, running: tuple, training: bool, momentum: float,
    eps: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """(normalised x[n, c, ...], mean, 1 / deviation); running: the two statistics or None, updated in training."""
    samples, channels, inner = _channels(x)
    flat, out = _flat(x, x.dtype), empty(x.shape, x.dtype)
    mean, variance, inverse = (empty((channels,), x.dtype) for _ in range(3))
    if training:
        channel_moments(flat, mean, variance, samples, channels, inner)
        for held, value, scale in zip(running, (mean, variance), (1.0, _unbiased(samples * inner)), strict=True):
            if held is not None:
                _update_running(held, value, momentum, scale)
    else:
        mean[...], variance[...] = running
    _inverse_deviation(variance, eps, inverse)
    scales, shifts = _ones(weight, channels, x.dtype), _zeros(bias, channels, x.dtype)
    _channel_affine(flat, mean, inverse, scales, shifts, out.reshape(-1), samples, channels, inner)
    return out, mean, inverse


def _unbiased(count: int) -> float:
    return count / (count - 1) if count > 1 else math.nan


def batch_norm_gradient(
    g: np.ndarray, x: np.ndarray, mean: np.ndarray, inverse: np.ndarray, weight: np.ndarray | None, training: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of x, weight and bias."""
    samples, channels, inner = _channels(x)
    dx, dweight, dbias = empty(x.shape, x.dtype), empty((channels,), x.dtype), empty((channels,), x.dtype)
    _batch_norm_gradient(
        _flat(g, x.dtype), _flat(x, x.dtype), mean, inverse, _ones(weight, channels, x.dtype), dx.reshape(-1), dweight,
        dbias, samples, channels, inner, training,
    )  # fmt: skip
    return dx, dweight, dbias


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
