"""The sum of a matrix's singular values, by way of its polar factor."""

from typing import Any

from nbgrad.autograd.record import op
from nbgrad.ops.arithmetic import div, mul, sub
from nbgrad.ops.dims import canonical_dims
from nbgrad.ops.matmul import matmul
from nbgrad.ops.reduce import sum
from nbgrad.ops.shape import reshape, transpose
from nbgrad.ops.values import rank
from nbgrad.ops.views import movedim

_STEPS = 48  # each brings a small singular value closer to 1 by half of itself


@op("MulBackward0", saves=("polar",))
def _aligned(k, x, polar, /):
    """out = x polar, number by number; the polar factor does not move to first order, so its gradient is left out"""
    return k.mul(x, polar)


@_aligned.backward
def _(node, g):
    return mul(g, node.saved[0]), None


def _polar_factor(x: Any) -> Any:
    """U Vᵀ of x = U S Vᵀ: the Newton-Schulz steps p ← (3 p - p pᵀ p) / 2, from p = x / ‖x‖."""
    p = div(x, sum(mul(x, x), (-2, -1), True) ** 0.5)
    for _ in range(_STEPS):
        p = mul(sub(mul(p, 3.0), matmul(p, matmul(transpose(p, -2, -1), p))), 0.5)
    return p


def nuclear_norm(input: Any, dim: Any, keepdim: bool) -> Any:
    """Σ singular values of the matrices in two axes."""
    axes = canonical_dims(dim, rank(input))
    if len(axes) != 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {list(axes)}")
    x = movedim(input, axes, (-2, -1))
    found = sum(_aligned(x, _polar_factor(x)), (-2, -1))
    shape = [1 if axis in axes else extent for axis, extent in enumerate(input.shape)]
    return reshape(found, shape) if keepdim else found
