"""Optimizer steps, fused: one pass over a parameter, its gradient and its state, in place."""

import math

import numpy as np

from nbgrad.kernels.registry import kernel


@kernel("void(float32[::1], float32[::1], float32[::1], boolean, float64, float64, float64, float64, boolean)")
def _sgd(p, g, buffer, first, lr, momentum, dampening, weight_decay, nesterov):
    """d = g + λp;  b = μb + (1 - τ)d (b = d at first);  d = d + μb (Nesterov) or b;  p -= lr d. All (n,)."""
    scalar = p.dtype.type
    rate, keep, add, decay = scalar(lr), scalar(momentum), scalar(1 - dampening), scalar(weight_decay)
    if first:
        keep, add = scalar(0), scalar(1)
    for i in range(p.size):
        d = g[i] + decay * p[i]
        b = (buffer[i] if not first else scalar(0)) * keep + add * d
        buffer[i] = b
        p[i] -= rate * (d + scalar(momentum) * b if nesterov else b)


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


def _flat(x: np.ndarray) -> np.ndarray:
    """The array as (n,), sharing memory; parameters and state are always contiguous."""
    if not x.flags.c_contiguous:
        raise RuntimeError("An optimizer needs parameters whose memory is contiguous: use .contiguous() on them.")
    return x.reshape(-1)


def sgd(
    p: np.ndarray, g: np.ndarray, buffer: np.ndarray | None, first: bool, lr: float, momentum: float,
    dampening: float, weight_decay: float, nesterov: bool,
) -> None:  # fmt: skip
    """One step of stochastic gradient descent on `p`, in place."""
    gradient = np.ascontiguousarray(g, p.dtype).reshape(-1)
    if buffer is None:
        _sgd_plain(_flat(p), gradient, lr, weight_decay)
    else:
        _sgd(_flat(p), gradient, _flat(buffer), first, lr, momentum, dampening, weight_decay, nesterov)


def adam(
    p: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray, step: int, lr: float, beta1: float, beta2: float,
    eps: float, weight_decay: float,
) -> None:  # fmt: skip
    """One step of Adam on `p`, in place; `step` counts from 1."""
    gradient = np.ascontiguousarray(g, p.dtype).reshape(-1)
    _adam(_flat(p), gradient, _flat(m), _flat(v), step, lr, beta1, beta2, eps, weight_decay)
