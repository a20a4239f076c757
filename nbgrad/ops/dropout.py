"""Dropout: some numbers become zero, the others grow, so that the mean stays."""

from typing import Any

import numpy as np

from nbgrad import random
from nbgrad.autograd.record import BACKENDS
from nbgrad.ops.arithmetic import mul


def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """out = input * b / (1 - p), b one with probability 1 - p, else zero; input itself outside of training."""
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    array: np.ndarray = getattr(input, "array", input)
    if p == 0 or not training or array.size == 0:
        return input
    out = mul(input, _mask(array, p))
    return input._change(out) if inplace else out


def _mask(array: np.ndarray, p: float) -> np.ndarray:
    if p == 1:
        return np.zeros(array.shape, array.dtype)
    kept = random.bernoulli(random.default_generator, array.shape, 1 - p)
    return BACKENDS[type(array)].div(kept.astype(array.dtype), 1 - p)
