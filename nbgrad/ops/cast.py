"""Copies: in memory of their own, or with another element type."""

from typing import Any

import numpy as np

from nbgrad.autograd.record import op
from nbgrad.formats import channels_last, memory_format, preserve_format


@op("ToCopyBackward0")
def to_dtype(k, x, /, dtype):
    """out = x with another element type (a numpy dtype)"""
    return k.cast(x, dtype)


@to_dtype.backward
def _(node, g):
    return g  # the engine gives it the input's own dtype


@op("CloneBackward0")
def _clone(k, x, /, channels_last=False):
    """out = a copy of x, its axes in memory in their order or with the second last"""
    if channels_last:
        return np.moveaxis(k.contiguous(np.moveaxis(x, 1, -1)), -1, 1)
    return k.contiguous(x)


@_clone.backward
def _(node, g):
    return g


def clone(input: Any, *, memory_format: memory_format = preserve_format) -> Any:
    """A copy in memory of its own; the gradient passes through."""
    if memory_format is not channels_last:
        return _clone(input)
    require_images(input)
    return _clone(input, True)


def require_images(input: Any) -> None:
    """Raises RuntimeError where the input has no four axes, as `channels_last` asks for."""
    if len(input.shape) != 4:
        raise RuntimeError("required rank 4 tensor to use channels_last format")
