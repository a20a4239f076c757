"""Optimizer steps, fused: one pass over a parameter, its gradient and its state, in place."""

import math
from contextlib import nullcontext
from functools import cache
from typing import Any

import numba
import numpy as np
from numba import types

from nbgrad.kernels.cpu.launch import address_of, awake, call_address, compiled, launch, part, thread_count
from nbgrad.kernels.registry import kernel

SPLIT = 1 << 18  # numbers from which a second thread is worth waking
SPLIT_AWAKE = 1 << 14  # ... and from which those that are awake share a step: they are still awake in the next one


@kernel("void(float32[::1], float32[::1], float32[::1], boolean, float64, float64, float64, float64, boolean)")
def _sgd(p, g, buffer, first, lr, momentum, undamped, weight_decay, nesterov):
    """d = g + λp;  b = μb + (1 - τ)d (b = d at first);  d = d + μb (Nesterov) or b;  p -= lr d. All (n,).

    undamped: 1 - τ.
    """
    scalar = p.dtype.type
    rate, keep, add, decay = scalar(lr), scalar(momentum), scalar(undamped), scalar(weight_decay)
    if first:
        keep, add = scalar(0), scalar(1)
    for i in range(p.size):
        d = g[i] + decay * p[i]
        b = (buffer[i] if not first else scalar(0)) * keep + add * d
        buffer[i] = b
        p[i] -= rate * (d + scalar(momentum) * b if nesterov else b)


@kernel("void(int64, UniTuple(float32[::1], 4), int64[::1])", twin=_sgd)
def _sgd_share(share, arrays, numbers):
    """A share of `_sgd`; numbers: its address, the number of shares, its options; settings: lr, μ, 1 - τ, λ."""
    p, g, buffer, settings = arrays
    start, stop = part(share, numbers[1], p.size, 1024)
    own = p[start:stop], g[start:stop], buffer[start:stop]
    lr, momentum = np.float64(settings[0]), np.float64(settings[1])
    undamped, weight_decay = np.float64(settings[2]), np.float64(settings[3])
    call_address(numbers[0], (*own, numbers[2] != 0, lr, momentum, undamped, weight_decay, numbers[3] != 0))


@kernel("void(float32[::1], float32[::1], float64, float64)")
def _sgd_plain(p, g, lr, weight_decay):
    """p -= lr (g + λp). All (n,)."""
    rate, decay = p.dtype.type(lr), p.dtype.type(weight_decay)
    for i in range(p.size):
        p[i] -= rate * (g[i] + decay * p[i])


@kernel(
    "void(float32[::1], float32[::1], float32[::1], float32[::1], int64, float64, float64, float64, float64, float64)"
)
def _adam(p, g, m, v, step, lr, beta1, beta2, eps, weight_decay):
    """m = β₁m + (1-β₁)g;  v = β₂v + (1-β₂)g²;  p -= lr m̂ / (√v̂ + ε), m̂ = m/(1-β₁ᵗ), v̂ = v/(1-β₂ᵗ). All (n,)."""
    scalar = p.dtype.type
    keep1, keep2, decay, tiny = scalar(beta1), scalar(beta2), scalar(weight_decay), scalar(eps)
    add1, add2 = scalar(1 - beta1), scalar(1 - beta2)
    rate, root = scalar(lr / (1 - beta1**step)), scalar(1 / math.sqrt(1 - beta2**step))
    for i in range(p.size):
        d = g[i] + decay * p[i]
        m[i] = keep1 * m[i] + add1 * d
        v[i] = keep2 * v[i] + add2 * d * d
        p[i] -= rate * m[i] / (np.sqrt(v[i]) * root + tiny)


@kernel()
def adamw_twin(p, g, m, v, top, amsgrad, decoupled, step, lr, beta1, beta2, eps, weight_decay):
    """`_adamw`, one formula after the other."""
    d = g.copy()
    if decoupled:
        p[:] = p - lr * weight_decay * p
    else:
        d = g + weight_decay * p
    m[:] = beta1 * m + (1 - beta1) * d
    v[:] = beta2 * v + (1 - beta2) * d * d
    if amsgrad:
        top[:] = np.maximum(top, v)
    unbiased = (top if amsgrad else v) / (1 - beta2**step)
    p[:] = p - lr * (m / (1 - beta1**step)) / (np.sqrt(unbiased) + eps)


@kernel(twin=adamw_twin)
def _adamw(p, g, m, v, top, amsgrad, decoupled, step, lr, beta1, beta2, eps, weight_decay):
    """`_adam` whose decay may act on p alone (p -= lr λ p) and which may divide by the largest v so far. All (n,)."""
    scalar = p.dtype.type
    keep1, keep2, decay, tiny = scalar(beta1), scalar(beta2), scalar(weight_decay), scalar(eps)
    add1, add2, shrink = scalar(1 - beta1), scalar(1 - beta2), scalar(1 - lr * weight_decay)
    rate, root = scalar(lr / (1 - beta1**step)), scalar(1 / math.sqrt(1 - beta2**step))
    for i in range(p.size):
        d = g[i]
        if decoupled:
            p[i] *= shrink
        else:
            d += decay * p[i]
        m[i] = keep1 * m[i] + add1 * d
        v[i] = keep2 * v[i] + add2 * d * d
        spread = v[i]
        if amsgrad:
            top[i] = max(top[i], spread)
            spread = top[i]
        p[i] -= rate * m[i] / (np.sqrt(spread) * root + tiny)


@kernel()
def rmsprop_twin(p, g, squares, mean, buffer, centered, lr, alpha, eps, weight_decay, momentum):
    """`_rmsprop`, one formula after the other."""
    d = g + weight_decay * p
    squares[:] = alpha * squares + (1 - alpha) * d * d
    spread = squares.copy()
    if centered:
        mean[:] = mean + (1 - alpha) * (d - mean)
        spread = squares - mean * mean
    move = d / (np.sqrt(spread) + eps)
    if momentum > 0:
        buffer[:] = momentum * buffer + move
        move = buffer.copy()
    p[:] = p - lr * move


@kernel(twin=rmsprop_twin)
def _rmsprop(p, g, squares, mean, buffer, centered, lr, alpha, eps, weight_decay, momentum):
    """d = g + λp;  s = αs + (1-α)d²;  a = αa + (1-α)d (centered);  b = μb + d / (√(s - a²) + ε);  p -= lr b."""
    scalar = p.dtype.type
    rate, keep, add, tiny = scalar(lr), scalar(alpha), scalar(1 - alpha), scalar(eps)
    decay, inertia = scalar(weight_decay), scalar(momentum)
    for i in range(p.size):
        d = g[i] + decay * p[i]
        squares[i] = keep * squares[i] + add * d * d
        spread = squares[i]
        if centered:
            mean[i] += add * (d - mean[i])
            spread -= mean[i] * mean[i]
        move = d / (np.sqrt(spread) + tiny)
        if momentum > 0:
            move += inertia * buffer[i]
            buffer[i] = move
        p[i] -= rate * move


@kernel()
def adagrad_twin(p, g, squares, lr, eps, weight_decay):
    """`_adagrad`, one formula after the other."""
    d = g + weight_decay * p
    squares[:] = squares + d * d
    p[:] = p - lr * d / (np.sqrt(squares) + eps)


@kernel(twin=adagrad_twin)
def _adagrad(p, g, squares, lr, eps, weight_decay):
    """d = g + λp;  s = s + d²;  p -= lr d / (√s + ε). All (n,)."""
    scalar = p.dtype.type
    rate, tiny, decay = scalar(lr), scalar(eps), scalar(weight_decay)
    for i in range(p.size):
        d = g[i] + decay * p[i]
        squares[i] += d * d
        p[i] -= rate * d / (np.sqrt(squares[i]) + tiny)


together = nullcontext  # a launch costs next to nothing here: each step is taken when it is asked for


def _flat(x: np.ndarray) -> np.ndarray:
    """The array as (n,), sharing memory; parameters and state are always contiguous."""
    if not x.flags.c_contiguous:
        raise RuntimeError("An optimizer needs parameters whose memory is contiguous: use .contiguous() on them.")
    return x.ravel()


def _like(g: np.ndarray, p: np.ndarray) -> np.ndarray:
    """The gradient as (n,), contiguous and in the parameter's dtype."""
    return (g if g.dtype is p.dtype else g.astype(p.dtype)).ravel()


@cache
def _sgd_of(dtype: np.dtype) -> tuple[Any, int]:
    """`_sgd` without numba's choice among signatures, and where it begins."""
    numbers = numba.from_dtype(dtype)[::1]
    kinds = numbers, numbers, numbers, types.boolean, *[types.float64] * 4, types.boolean
    return compiled(_sgd, *kinds).entry_point, address_of(_sgd, *kinds)


def sgd(
    params: list[np.ndarray], gradients: list[np.ndarray], buffers: list[np.ndarray] | None, first: bool, lr: float,
    momentum: float, dampening: float, weight_decay: float, nesterov: bool,
) -> None:  # fmt: skip
    """One step of stochastic gradient descent on each parameter, in place; no buffers: without momentum."""
    lr, momentum, undamped, weight_decay = float(lr), float(momentum), float(1 - dampening), float(weight_decay)
    if buffers is None:
        for p, g in zip(params, gradients, strict=True):
            _sgd_plain(_flat(p), _like(g, p), lr, weight_decay)
        return
    most = SPLIT_AWAKE if awake() else SPLIT
    for p, g, buffer in zip(params, gradients, buffers, strict=True):
        entry, address = _sgd_of(p.dtype)
        alike = buffer.dtype is p.dtype  # as a rule: not where a module became another dtype since the last step
        if alike and p.size >= most and (shares := thread_count()) > 1:
            settings = np.array((lr, momentum, undamped, weight_decay), p.dtype)
            numbers = np.array((address, shares, first, nesterov))
            launch(_sgd_share, shares, (_flat(p), _like(g, p), _flat(buffer), settings), numbers)
        else:
            step = entry if alike else _sgd
            step(_flat(p), _like(g, p), _flat(buffer), first, lr, momentum, undamped, weight_decay, nesterov)


def adam(
    p: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray, step: int, lr: float, beta1: float, beta2: float,
    eps: float, weight_decay: float,
) -> None:  # fmt: skip
    """One step of Adam on `p`, in place; `step` counts from 1."""
    gradient = _like(g, p)
    settings = float(lr), float(beta1), float(beta2), float(eps), float(weight_decay)
    _adam(_flat(p), gradient, _flat(m), _flat(v), step, *settings)


def adamw(
    p: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray, top: np.ndarray | None, decoupled: bool, step: float,
    lr: float, beta1: float, beta2: float, eps: float, weight_decay: float,
) -> None:  # fmt: skip
    """One step of AdamW (decoupled) or of Adam on `p`, in place; `top` holds the largest v so far, where wanted."""
    gradient = _like(g, p)
    largest = _flat(v if top is None else top)
    settings = float(lr), float(beta1), float(beta2), float(eps), float(weight_decay)
    _adamw(_flat(p), gradient, _flat(m), _flat(v), largest, top is not None, decoupled, float(step), *settings)


def rmsprop(
    p: np.ndarray, g: np.ndarray, squares: np.ndarray, mean: np.ndarray | None, buffer: np.ndarray | None, lr: float,
    alpha: float, eps: float, weight_decay: float, momentum: float,
) -> None:  # fmt: skip
    """One step of RMSprop on `p`, in place; `mean` where it is centered, `buffer` where it has momentum."""
    gradient = _like(g, p)
    held = [_flat(squares if each is None else each) for each in (mean, buffer)]
    _rmsprop(
        _flat(p), gradient, _flat(squares), *held, mean is not None, lr, alpha, eps, weight_decay,
        momentum if buffer is not None else 0.0,
    )  # fmt: skip


def adagrad(p: np.ndarray, g: np.ndarray, squares: np.ndarray, lr: float, eps: float, weight_decay: float) -> None:
    """One step of Adagrad on `p`, in place."""
    _adagrad(_flat(p), _like(g, p), _flat(squares), lr, eps, weight_decay)
