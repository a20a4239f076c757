"""Normalisation, fused: means and spreads of channels (batch norm) or of rows (layer norm), and their gradients.

Batch norm sees its array as (samples, channels, inner), layer norm as (rows, size). A thread sums its share in the type
of the array, the block sums the shares in double. A weight or bias of no numbers is ones, or zeros.
"""

import math
from typing import Any

import numpy as np

from nbgrad.kernels.cuda.blocks import block_sum
from nbgrad.kernels.cuda.copy import cast, copy_into, flat, zeros
from nbgrad.kernels.cuda.driver import SIMULATOR, cuda
from nbgrad.kernels.cuda.functions import sqrt
from nbgrad.kernels.cuda.gemm import column_sums
from nbgrad.kernels.cuda.memory import empty, nothing
from nbgrad.kernels.cuda.registry import kernel, launch, launch_grid
from nbgrad.strided import DeviceArray

_FLOATS = ("float32", "float64")
THREADS = 8 if SIMULATOR else 512  # of a block that sums a channel or a row
_BLOCKS = 65535


def channel_moments_twin(x, mean, inverse, held_mean, held_variance, sizes, eps, momentum):
    """The same on the host, one formula after the other."""
    x = x.astype(np.float64).reshape(sizes)
    count = sizes[0] * sizes[2]
    mean[:], inverse[:] = x.mean((0, 2)), 1 / np.sqrt(x.var((0, 2)) + eps)
    held_mean[:] = (1 - momentum) * held_mean + momentum * x.mean((0, 2))
    held_variance[:] = (1 - momentum) * held_variance + momentum * x.var((0, 2)) * count / (count - 1)


@kernel(
    *[f"void({', '.join([f'{kind}[::1]'] * 5)}, UniTuple(int64, 3), float64, float64)" for kind in _FLOATS],
    twin=channel_moments_twin,
)
def channel_moments(x, mean, inverse, held_mean, held_variance, sizes, eps, momentum):
    """mean[c] = Σ_{n, i} x[n, c, i] / N;  inverse[c] = 1 / √(v + eps), v = Σ (x[n, c, i] - mean[c])² / N; a block each.

    held_mean = (1 - momentum) held_mean + momentum mean, held_variance alike with v N / (N - 1), where there are any.
    sizes: samples, channels, inner.
    """
    room = cuda.shared.array(THREADS, np.float64)
    samples, channels, inner = sizes
    count, kind = samples * inner, x.dtype.type
    for c in range(cuda.blockIdx.x, channels, cuda.gridDim.x):
        total, squares = kind(0), kind(0)
        for i in range(cuda.threadIdx.x, count, cuda.blockDim.x):
            total += x[(i // inner * channels + c) * inner + i % inner]
        centre = kind(block_sum(np.float64(total), room) / np.float64(count))
        for i in range(cuda.threadIdx.x, count, cuda.blockDim.x):
            away = x[(i // inner * channels + c) * inner + i % inner] - centre
            squares += away * away
        spread = block_sum(np.float64(squares), room)
        if cuda.threadIdx.x == 0:
            mean[c], inverse[c] = centre, np.float64(1) / sqrt(spread / np.float64(count) + eps)
            if held_mean.size > 0:
                held_mean[c] = (1 - momentum) * held_mean[c] + momentum * centre
            if held_variance.size > 0:
                unbiased = spread / np.float64(count - 1) if count > 1 else np.float64(np.nan)
                held_variance[c] = (1 - momentum) * held_variance[c] + momentum * unbiased


@kernel(*[f"void({', '.join([f'{kind}[::1]'] * 4)}, float64)" for kind in _FLOATS], twin="batch_norm")
def held_moments(held_mean, held_variance, mean, inverse, eps):
    """mean[c] = held_mean[c];  inverse[c] = 1 / √(held_variance[c] + eps)."""
    for c in range(cuda.grid(1), mean.size, cuda.gridsize(1)):
        mean[c], inverse[c] = held_mean[c], np.float64(1) / sqrt(np.float64(held_variance[c]) + eps)


@kernel(*[f"void({', '.join([f'{kind}[::1]'] * 6)}, int64, int64)" for kind in _FLOATS], twin="batch_norm")
def channel_affine(x, mean, inverse, weight, bias, out, channels, inner):
    """out[n, c, i] = (x[n, c, i] - mean[c]) inverse[c] weight[c] + bias[c]."""
    for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        c = i // inner % channels
        scale, shift = inverse[c], x.dtype.type(0)
        if weight.size > 0:
            scale *= weight[c]
        if bias.size > 0:
            shift = bias[c]
        out[i] = (x[i] - mean[c]) * scale + shift


def channel_products_twin(g, x, mean, inverse, dweight, dbias, sizes):
    """The same on the host, one formula after the other."""
    unit = (x.reshape(sizes) - mean[:, None]) * inverse[:, None]
    dweight[:], dbias[:] = (g.reshape(sizes) * unit).sum((0, 2)), g.reshape(sizes).sum((0, 2))


@kernel(
    *[f"void({', '.join([f'{kind}[::1]'] * 6)}, UniTuple(int64, 3))" for kind in _FLOATS], twin=channel_products_twin
)
def channel_products(g, x, mean, inverse, dweight, dbias, sizes):
    """dbias[c] = Σ g[n, c, i];  dweight[c] = Σ g[n, c, i] (x[n, c, i] - mean[c]) inverse[c]; one block for each."""
    room = cuda.shared.array(THREADS, np.float64)
    samples, channels, inner = sizes
    kind = x.dtype.type
    for c in range(cuda.blockIdx.x, channels, cuda.gridDim.x):
        centre, total, product = mean[c], kind(0), kind(0)
        for i in range(cuda.threadIdx.x, samples * inner, cuda.blockDim.x):
            place = (i // inner * channels + c) * inner + i % inner
            total += g[place]
            product += g[place] * (x[place] - centre)
        all_total = block_sum(np.float64(total), room)
        all_products = block_sum(np.float64(product), room)
        if cuda.threadIdx.x == 0:
            dbias[c], dweight[c] = all_total, all_products * inverse[c]


@kernel(
    *[f"void({', '.join([f'{kind}[::1]'] * 8)}, UniTuple(int64, 3), boolean)" for kind in _FLOATS],
    twin="batch_norm_gradient",
)
def channel_gradient(g, x, mean, inverse, weight, dweight, dbias, dx, sizes, training):
    """dx = weight inverse (g - mean g - x̂ mean (g x̂)), x̂ = (x - mean) inverse; the means are 0 where not training."""
    samples, channels, inner = sizes
    kind = x.dtype.type
    count = kind(samples * inner)
    for i in range(cuda.grid(1), dx.size, cuda.gridsize(1)):
        c = i // inner % channels
        scale, value = inverse[c], g[i]
        if weight.size > 0:
            scale *= weight[c]
        if training:
            value -= dbias[c] / count + dweight[c] / count * inverse[c] * (x[i] - mean[c])
        dx[i] = scale * value


def normalised_rows_twin(x, weight, bias, out, mean, inverse, size, eps):
    """The same on the host, one formula after the other."""
    rows = x.reshape(-1, size)
    mean[:], inverse[:] = rows.mean(1), 1 / np.sqrt(rows.var(1) + eps)
    out[:] = ((rows - mean[:, None]) * inverse[:, None] * weight + bias).reshape(-1)


@kernel(*[f"void({', '.join([f'{kind}[::1]'] * 6)}, int64, float64)" for kind in _FLOATS], twin=normalised_rows_twin)
def normalised_rows(x, weight, bias, out, mean, inverse, size, eps):
    """out[r, i] = (x[r, i] - mean[r]) inverse[r] weight[i] + bias[i]; one block for each row."""
    room = cuda.shared.array(THREADS, np.float64)
    kind = x.dtype.type
    for r in range(cuda.blockIdx.x, mean.size, cuda.gridDim.x):
        base, total, squares = r * size, kind(0), kind(0)
        for i in range(cuda.threadIdx.x, size, cuda.blockDim.x):
            total += x[base + i]
        centre = kind(block_sum(np.float64(total), room) / np.float64(size))
        for i in range(cuda.threadIdx.x, size, cuda.blockDim.x):
            squares += (x[base + i] - centre) * (x[base + i] - centre)
        spread = block_sum(np.float64(squares), room)
        scale = kind(np.float64(1) / sqrt(spread / np.float64(size) + eps))
        if cuda.threadIdx.x == 0:
            mean[r], inverse[r] = centre, scale
        for i in range(cuda.threadIdx.x, size, cuda.blockDim.x):
            value = (x[base + i] - centre) * scale
            if weight.size > 0:
                value *= weight[i]
            if bias.size > 0:
                value += bias[i]
            out[base + i] = value


def row_gradient_twin(g, x, mean, inverse, weight, dx, size):
    """The same on the host, one formula after the other."""
    unit, inner = (x.reshape(-1, size) - mean[:, None]) * inverse[:, None], g.reshape(-1, size) * weight
    away = inner - inner.mean(1, keepdims=True) - unit * (inner * unit).mean(1, keepdims=True)
    dx[:] = (inverse[:, None] * away).reshape(-1)


@kernel(*[f"void({', '.join([f'{kind}[::1]'] * 6)}, int64)" for kind in _FLOATS], twin=row_gradient_twin)
def row_gradient(g, x, mean, inverse, weight, dx, size):
    """dx = inverse (h - mean h - x̂ mean (h x̂)), h = g weight, x̂ = (x - mean) inverse; one block for each row."""
    room = cuda.shared.array(THREADS, np.float64)
    kind = x.dtype.type
    for r in range(cuda.blockIdx.x, mean.size, cuda.gridDim.x):
        base, centre, scale, total, product = r * size, mean[r], inverse[r], kind(0), kind(0)
        for i in range(cuda.threadIdx.x, size, cuda.blockDim.x):
            inner = g[base + i]
            if weight.size > 0:
                inner *= weight[i]
            dx[base + i] = inner  # kept, so that the difference below is exact for rows of one number
            total += inner
            product += inner * ((x[base + i] - centre) * scale)
        shift = kind(block_sum(np.float64(total), room) / np.float64(size))
        slope = kind(block_sum(np.float64(product), room) / np.float64(size))
        for i in range(cuda.threadIdx.x, size, cuda.blockDim.x):
            dx[base + i] = scale * (dx[base + i] - shift - (x[base + i] - centre) * scale * slope)


_LANES, _GROUPS, _ROWS = 32, 8, 512  # columns of a block, groups of its rows, rows that one block adds up


def column_gradients_twin(g, x, mean, inverse, out, size, parts):
    """The same on the host, one formula after the other."""
    g, unit = g.reshape(-1, size), (x.reshape(-1, size) - mean[:, None]) * inverse[:, None]
    sums = out.reshape(parts, 2, size)
    for part in range(parts):
        sums[part] = (g * unit)[part::parts].sum(0), g[part::parts].sum(0)


@kernel(*[f"void({', '.join([f'{kind}[::1]'] * 5)}, int64, int64)" for kind in _FLOATS], twin=column_gradients_twin)
def column_gradients(g, x, mean, inverse, out, size, parts):
    """out[part, 0, i] = Σ g[r, i] (x[r, i] - mean[r]) inverse[r];  out[part, 1, i] = Σ g[r, i].

    Over the rows r = part, part + parts, ..., of which 8 groups of threads take a share each.
    """
    products = cuda.shared.array((_GROUPS, _LANES), out.dtype)
    sums = cuda.shared.array((_GROUPS, _LANES), out.dtype)
    lane, group = cuda.threadIdx.x % _LANES, cuda.threadIdx.x // _LANES
    blocks = (size + _LANES - 1) // _LANES
    part, column = cuda.blockIdx.x // blocks, cuda.blockIdx.x % blocks * _LANES + lane
    product, total = out.dtype.type(0), out.dtype.type(0)
    if column < size:
        for r in range(part + group * parts, mean.size, _GROUPS * parts):
            value = g[r * size + column]
            total += value
            product += value * ((x[r * size + column] - mean[r]) * inverse[r])
    products[group, lane], sums[group, lane] = product, total
    cuda.syncthreads()
    if group == 0 and column < size:
        for other in range(1, _GROUPS):
            product += products[other, lane]
            total += sums[other, lane]
        out[2 * part * size + column], out[(2 * part + 1) * size + column] = product, total


def _as(x: DeviceArray, dtype: np.dtype) -> DeviceArray:
    return flat(x) if x.dtype == dtype else cast(x, dtype)


def _given(x: DeviceArray | None, other: DeviceArray) -> DeviceArray:
    """The numbers in the type of another array; none where there are none."""
    return nothing(other.dtype) if x is None else _as(x, other.dtype)


def _sizes(x: DeviceArray) -> tuple[int, int, int]:
    return x.shape[0], x.shape[1], math.prod(x.shape[2:])


def batch_norm(
    x: DeviceArray, weight: DeviceArray | None, bias: DeviceArray | None, running: tuple, training: bool,
    momentum: float, eps: float,
) -> tuple[DeviceArray, DeviceArray, DeviceArray]:  # fmt: skip
    """(normalised x[n, c, ...], mean, 1 / deviation); running: the two statistics or None, updated in training."""
    sizes, x = _sizes(x), flat(x)
    out, mean, inverse = empty(x.shape, x.dtype), empty((sizes[1],), x.dtype), empty((sizes[1],), x.dtype)
    if training:
        held = [_given(each, x) for each in running]
        arrays = x, mean, inverse, *held
        launch_grid(channel_moments, min(sizes[1], _BLOCKS), THREADS, *arrays, sizes, float(eps), float(momentum))
        for own, changed in zip(running, held, strict=True):
            if own is not None and own is not changed:
                copy_into(own, changed)
    else:
        launch(held_moments, sizes[1], *[_as(each, x.dtype) for each in running], mean, inverse, float(eps))
    launch(channel_affine, x.size, x, mean, inverse, _given(weight, x), _given(bias, x), out, *sizes[1:])
    return out, mean, inverse


def batch_norm_gradient(
    g: DeviceArray, x: DeviceArray, mean: DeviceArray, inverse: DeviceArray, weight: DeviceArray | None, training: bool
) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """Gradients of x, weight and bias."""
    sizes, x = _sizes(x), flat(x)
    g, mean, inverse = _as(g, x.dtype), flat(mean), flat(inverse)
    dx, dweight, dbias = empty(x.shape, x.dtype), empty((sizes[1],), x.dtype), empty((sizes[1],), x.dtype)
    launch_grid(channel_products, min(sizes[1], _BLOCKS), THREADS, g, x, mean, inverse, dweight, dbias, sizes)
    arrays = g, x, mean, inverse, _given(weight, x), dweight, dbias, dx
    launch(channel_gradient, x.size, *arrays, sizes, bool(training))
    return dx, dweight, dbias


def layer_norm(
    x: DeviceArray, weight: DeviceArray | None, bias: DeviceArray | None, size: int, eps: float
) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """(x with runs of `size` numbers normalised, their means, 1 / their deviations)."""
    rows, x = x.size // size if size else 0, flat(x)
    out, mean, inverse = empty(x.shape, x.dtype), empty((rows,), x.dtype), empty((rows,), x.dtype)
    arrays = x, _given(weight, x), _given(bias, x), out, mean, inverse
    launch_grid(normalised_rows, min(rows, _BLOCKS), THREADS, *arrays, size, float(eps))
    return out, mean, inverse


def layer_norm_gradient(
    g: DeviceArray, x: DeviceArray, mean: DeviceArray, inverse: DeviceArray, weight: DeviceArray | None, size: int
) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
    """Gradients of x, weight (size,) and bias (size,)."""
    x = flat(x)
    g, mean, inverse, dx = _as(g, x.dtype), flat(mean), flat(inverse), empty(x.shape, x.dtype)
    if x.size == 0:
        return dx, zeros((size,), x.dtype), zeros((size,), x.dtype)
    launch_grid(row_gradient, min(mean.size, _BLOCKS), THREADS, g, x, mean, inverse, _given(weight, x), dx, size)
    parts = max(1, min(-(-mean.size // _ROWS), _ROWS))
    sums: Any = empty((parts, 2 * size), x.dtype)
    blocks = parts * -(-size // _LANES)
    launch_grid(column_gradients, blocks, _LANES * _GROUPS, g, x, mean, inverse, sums, size, parts)
    sums = column_sums(sums)
    return dx, sums[:size], sums[size:]
