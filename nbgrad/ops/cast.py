"""Copies: in memory of their own, or with another element type."""

from typing import Any

from nbgrad.autograd.record import op


@op("ToCopyBackward0")
def to_dtype(k, x, /, dtype):
    """out = x with another element type (a numpy dtype)"""
    return k.cast(x, dtype)


@to_dtype.backward
def _(node, g):
    return g  # the engine gives it the input's own dtype


@op("CloneBackward0")
def _clone(k, x, /):
    """out = a copy of x"""
    return k.contiguous(x)


@_clone.backward
def _(node, g):
    return g


def clone(input: Any) -> Any:
    """A copy in memory of its own; the gradient passes through."""
    return _clone(input)
