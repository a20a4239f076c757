"""Dropout: some numbers become zero, the others grow, so that the mean stays."""

from typing import Any

from nbgrad import random
from nbgrad.autograd.record import BACKENDS
from nbgrad.ops.arithmetic import mul
from nbgrad.placement import beside


def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """out = input * b / (1 - p), b one with probability 1 - p, else zero; input itself outside of training."""
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    array: Any = getattr(input, "array", input)
    if p == 0 or not training or array.size == 0:
        return input
    out = mul(input, _mask(array, p))
    return input._change(out) if inplace else out


def _mask(array: Any, p: float) -> Any:
    if p == 1:
        return BACKENDS[type(array)].full(array.shape, 0, array.dtype)
    kept = random.bernoulli(random.default_generator, array.shape, 1 - p)
    return BACKENDS[type(array)].div(beside(kept.astype(array.dtype), array), 1 - p)
