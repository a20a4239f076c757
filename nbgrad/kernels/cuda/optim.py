"""Optimizer steps, fused: one launch moves all parameters that share their settings, with their state, in place.

Every kernel reads a table of int64: for each parameter the first block that works on it, its size, and the addresses of
its arrays. A block finds its row by halving.
"""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from nbgrad.kernels.cuda.copy import cast, contiguous
from nbgrad.kernels.cuda.driver import BLOCK, cuda, device_function
from nbgrad.kernels.cuda.functions import sqrt
from nbgrad.kernels.cuda.memory import to_device
from nbgrad.kernels.cuda.pointers import address_of, array_at
from nbgrad.kernels.cuda.registry import Kernel, kernel, launch_grid
from nbgrad.strided import DeviceArray

CHUNK = 8 * BLOCK  # numbers of a parameter that one block moves


def _signatures(settings: str) -> tuple[str, ...]:
    return tuple(f"void({kind}[::1], int64[::1], {settings})" for kind in ("float32", "float64"))


@device_function
def row_of(table, columns, block):
    """Where the row begins whose parameter the block works on: the last whose first block is not behind it."""
    low, high = 0, table.size // columns
    while high - low > 1:
        middle = (low + high) // 2
        if table[middle * columns] <= block:
            low = middle
        else:
            high = middle
    return low * columns


@kernel(*_signatures("float64, float64"), twin="sgd")
def _sgd_plain(like, table, lr, weight_decay):
    """p -= lr (g + λp), for every (p, g) of the table."""
    at = row_of(table, 4, cuda.blockIdx.x)
    first, size = (cuda.blockIdx.x - table[at]) * CHUNK, table[at + 1]
    p, g = array_at(table[at + 2], size, like), array_at(table[at + 3], size, like)
    rate, decay = like.dtype.type(lr), like.dtype.type(weight_decay)
    for i in range(first + cuda.threadIdx.x, min(first + CHUNK, size), cuda.blockDim.x):
        p[i] -= rate * (g[i] + decay * p[i])


@kernel(*_signatures("boolean, float64, float64, float64, float64, boolean"), twin="sgd")
def _sgd(like, table, begins, lr, momentum, dampening, weight_decay, nesterov):
    """d = g + λp;  b = μb + (1 - τ)d (b = d at first);  p -= lr b, or lr (d + μb) (Nesterov): (p, g, b)."""
    at = row_of(table, 5, cuda.blockIdx.x)
    first, size = (cuda.blockIdx.x - table[at]) * CHUNK, table[at + 1]
    p, g = array_at(table[at + 2], size, like), array_at(table[at + 3], size, like)
    buffer = array_at(table[at + 4], size, like)
    kind = like.dtype.type
    rate, keep, add, decay = kind(lr), kind(momentum), kind(1 - dampening), kind(weight_decay)
    for i in range(first + cuda.threadIdx.x, min(first + CHUNK, size), cuda.blockDim.x):
        d = g[i] + decay * p[i]
        b = d if begins else keep * buffer[i] + add * d
        buffer[i] = b
        p[i] -= rate * (d + keep * b if nesterov else b)


@kernel(*_signatures("float64, float64, float64, float64, float64, float64"), twin="adam")
def _adam(like, table, rate, root, beta1, beta2, eps, weight_decay):
    """m = β₁m + (1-β₁)d;  v = β₂v + (1-β₂)d²;  p -= rate m / (root √v + ε), d = g + λp: (p, g, m, v).

    rate = lr / (1-β₁ᵗ), root = 1 / √(1-β₂ᵗ).
    """
    at = row_of(table, 6, cuda.blockIdx.x)
    first, size = (cuda.blockIdx.x - table[at]) * CHUNK, table[at + 1]
    p, g = array_at(table[at + 2], size, like), array_at(table[at + 3], size, like)
    m, v = array_at(table[at + 4], size, like), array_at(table[at + 5], size, like)
    kind = like.dtype.type
    keep1, add1, keep2, add2 = kind(beta1), kind(1 - beta1), kind(beta2), kind(1 - beta2)
    rate, root, tiny, decay = kind(rate), kind(root), kind(eps), kind(weight_decay)
    for i in range(first + cuda.threadIdx.x, min(first + CHUNK, size), cuda.blockDim.x):
        d = g[i] + decay * p[i]
        mean, square = keep1 * m[i] + add1 * d, keep2 * v[i] + add2 * d * d
        m[i], v[i] = mean, square
        p[i] -= rate * mean / (sqrt(square) * root + tiny)


@kernel(*_signatures("boolean, boolean, float64, float64, float64, float64, float64, float64, float64"), twin="adamw")
def _adamw(like, table, amsgrad, decoupled, rate, root, beta1, beta2, eps, weight_decay, shrink):
    """`_adam` whose decay may act on p alone (p *= shrink) and which may divide by the largest v: (p, g, m, v, top)."""
    at = row_of(table, 7, cuda.blockIdx.x)
    first, size = (cuda.blockIdx.x - table[at]) * CHUNK, table[at + 1]
    p, g = array_at(table[at + 2], size, like), array_at(table[at + 3], size, like)
    m, v = array_at(table[at + 4], size, like), array_at(table[at + 5], size, like)
    top = array_at(table[at + 6], size, like)
    kind = like.dtype.type
    keep1, add1, keep2, add2 = kind(beta1), kind(1 - beta1), kind(beta2), kind(1 - beta2)
    rate, root, tiny, decay, shrink = kind(rate), kind(root), kind(eps), kind(weight_decay), kind(shrink)
    for i in range(first + cuda.threadIdx.x, min(first + CHUNK, size), cuda.blockDim.x):
        weight, d = p[i], g[i]
        if decoupled:
            weight *= shrink
        else:
            d += decay * weight
        mean, square = keep1 * m[i] + add1 * d, keep2 * v[i] + add2 * d * d
        m[i], v[i] = mean, square
        if amsgrad:
            square = max(top[i], square)
            top[i] = square
        p[i] = weight - rate * mean / (sqrt(square) * root + tiny)


@kernel(*_signatures("boolean, float64, float64, float64, float64, float64"), twin="rmsprop")
def _rmsprop(like, table, centered, lr, alpha, eps, weight_decay, momentum):
    """s = αs + (1-α)d²;  a = αa + (1-α)d (centered);  b = μb + d / (√(s - a²) + ε);  p -= lr b: (p, g, s, a, b)."""
    at = row_of(table, 7, cuda.blockIdx.x)
    first, size = (cuda.blockIdx.x - table[at]) * CHUNK, table[at + 1]
    p, g = array_at(table[at + 2], size, like), array_at(table[at + 3], size, like)
    squares, means = array_at(table[at + 4], size, like), array_at(table[at + 5], size, like)
    buffer = array_at(table[at + 6], size, like)
    kind = like.dtype.type
    rate, keep, add, tiny = kind(lr), kind(alpha), kind(1 - alpha), kind(eps)
    decay, inertia = kind(weight_decay), kind(momentum)
    for i in range(first + cuda.threadIdx.x, min(first + CHUNK, size), cuda.blockDim.x):
        d = g[i] + decay * p[i]
        spread = keep * squares[i] + add * d * d
        squares[i] = spread
        if centered:
            mean = means[i] + add * (d - means[i])
            means[i] = mean
            spread -= mean * mean
        move = d / (sqrt(spread) + tiny)
        if momentum > 0:
            move += inertia * buffer[i]
            buffer[i] = move
        p[i] -= rate * move


@kernel(*_signatures("float64, float64, float64"), twin="adagrad")
def _adagrad(like, table, lr, eps, weight_decay):
    """d = g + λp;  s = s + d²;  p -= lr d / (√s + ε): (p, g, s)."""
    at = row_of(table, 5, cuda.blockIdx.x)
    first, size = (cuda.blockIdx.x - table[at]) * CHUNK, table[at + 1]
    p, g = array_at(table[at + 2], size, like), array_at(table[at + 3], size, like)
    squares = array_at(table[at + 4], size, like)
    rate, tiny, decay = like.dtype.type(lr), like.dtype.type(eps), like.dtype.type(weight_decay)
    for i in range(first + cuda.threadIdx.x, min(first + CHUNK, size), cuda.blockDim.x):
        d = g[i] + decay * p[i]
        total = squares[i] + d * d
        squares[i] = total
        p[i] -= rate * d / (sqrt(total) + tiny)


class _Steps(threading.local):
    """Steps of this thread that wait for others with the same settings: {(kernel, dtype, settings): their arrays}."""

    waiting: dict[Any, list[tuple[DeviceArray, ...]]] | None = None


_steps = _Steps()


@contextmanager
def together() -> Iterator[None]:
    """Steps asked for inside are taken at its end, with one launch for all that share their settings."""
    if _steps.waiting is not None:
        yield
        return
    _steps.waiting = {}
    try:
        yield
    finally:
        waiting, _steps.waiting = _steps.waiting, None
        for (design, _, settings), rows in waiting.items():
            _launch(design, rows, settings)


def _take(design: Kernel, arrays: tuple[DeviceArray, ...], *settings: Any) -> None:
    p, g, *state = arrays
    if not all(x.flags.c_contiguous for x in (p, *state)):
        raise RuntimeError("An optimizer needs parameters whose memory is contiguous: use .contiguous() on them.")
    if g.dtype != p.dtype or not g.flags.c_contiguous:
        g = contiguous(g) if g.dtype == p.dtype else cast(g, p.dtype)
    if p.size == 0:
        return
    if _steps.waiting is None:
        _launch(design, [(p, g, *state)], settings)
    else:
        _steps.waiting.setdefault((design, p.dtype, settings), []).append((p, g, *state))


_tables: dict[bytes, DeviceArray] = {}  # those of earlier steps: memory is used again, so most come back
_MOST_TABLES = 256


def _launch(design: Kernel, rows: list[tuple[DeviceArray, ...]], settings: tuple[Any, ...]) -> None:
    blocks, lines = 0, []
    for arrays in rows:
        lines.append((blocks, arrays[0].size, *[address_of(x) for x in arrays]))
        blocks += -(-arrays[0].size // CHUNK)
    table = np.array(lines, np.int64)
    content = table.tobytes()
    if content not in _tables:
        if len(_tables) >= _MOST_TABLES:
            _tables.clear()
        _tables[content] = to_device(table.reshape(-1))
    launch_grid(design, blocks, BLOCK, rows[0][0], _tables[content], *settings)


def sgd(
    params: list[DeviceArray], gradients: list[DeviceArray], buffers: list[DeviceArray] | None, first: bool, lr: float,
    momentum: float, dampening: float, weight_decay: float, nesterov: bool,
) -> None:  # fmt: skip
    """One step of stochastic gradient descent on each parameter, in place; no buffers: without momentum."""
    with together():
        if buffers is None:
            for pair in zip(params, gradients, strict=True):
                _take(_sgd_plain, pair, float(lr), float(weight_decay))
            return
        settings = float(lr), float(momentum), float(dampening), float(weight_decay)
        for row in zip(params, gradients, buffers, strict=True):
            _take(_sgd, row, bool(first), *settings, bool(nesterov))


def adam(
    p: DeviceArray, g: DeviceArray, m: DeviceArray, v: DeviceArray, step: int, lr: float, beta1: float, beta2: float,
    eps: float, weight_decay: float,
) -> None:  # fmt: skip
    """One step of Adam on `p`, in place; `step` counts from 1."""
    corrected = lr / (1 - beta1**step), 1 / math.sqrt(1 - beta2**step)
    _take(_adam, (p, g, m, v), *corrected, float(beta1), float(beta2), float(eps), float(weight_decay))


def adamw(
    p: DeviceArray, g: DeviceArray, m: DeviceArray, v: DeviceArray, top: DeviceArray | None, decoupled: bool,
    step: float, lr: float, beta1: float, beta2: float, eps: float, weight_decay: float,
) -> None:  # fmt: skip
    """One step of AdamW (decoupled) or of Adam on `p`, in place; `top` holds the largest v so far, where wanted."""
    corrected = lr / (1 - beta1**step), 1 / math.sqrt(1 - beta2**step)
    settings = float(beta1), float(beta2), float(eps), float(weight_decay), float(1 - lr * weight_decay)
    _take(_adamw, (p, g, m, v, v if top is None else top), top is not None, bool(decoupled), *corrected, *settings)


def rmsprop(
    p: DeviceArray, g: DeviceArray, squares: DeviceArray, mean: DeviceArray | None, buffer: DeviceArray | None,
    lr: float, alpha: float, eps: float, weight_decay: float, momentum: float,
) -> None:  # fmt: skip
    """One step of RMSprop on `p`, in place; `mean` where it is centered, `buffer` where it has momentum."""
    held = [squares if each is None else each for each in (mean, buffer)]
    settings = float(lr), float(alpha), float(eps), float(weight_decay), float(momentum if buffer is not None else 0)
    _take(_rmsprop, (p, g, squares, *held), mean is not None, *settings)


def adagrad(p: DeviceArray, g: DeviceArray, squares: DeviceArray, lr: float, eps: float, weight_decay: float) -> None:
    """One step of Adagrad on `p`, in place."""
    _take(_adagrad, (p, g, squares), float(lr), float(eps), float(weight_decay))
