"""Copies: in memory of their own, or with another element type."""

from typing import Any

import numpy as np

from nbgrad.autograd.record import op
from nbgrad.formats import channels_last, memory_format, preserve_format
from nbgrad.ops.values import array_of, class_name, numpy_dtype
from nbgrad.placement import placed, usable


@op("ToCopyBackward0")
def to_dtype(k, x, /, dtype, order=None):
    """out = x with another element type (a numpy dtype), its axes in memory in this order"""
    return k.cast(x.transpose(order), dtype).transpose(np.argsort(order)) if order else k.cast(x, dtype)


@to_dtype.backward
def _(node, g):
    return g  # the engine gives it the input's own dtype


@op("ToCopyBackward0")
def moved(k, x, /, device):
    """out = x on another device"""
    return placed(x, device)


@moved.backward
def _(node, g):
    (device,) = node.options
    return moved(g, "cpu" if usable(device) else "cuda")


@op("CloneBackward0")
def _clone(k, x, /, order):
    """out = a copy of x, its axes in memory in this order"""
    return k.contiguous(x.transpose(order)).transpose(np.argsort(order)) if order else k.contiguous(x)


@_clone.backward
def _(node, g):
    return g


def clone(input: Any, *, memory_format: memory_format = preserve_format) -> Any:
    """A copy in memory of its own; the gradient passes through."""
    return _clone(input, order_of(input, memory_format))


def order_of(input: Any, memory_format: memory_format) -> tuple[int, ...] | None:
    """The axes in the order a copy of this format has them in memory, slowest first; None: as the shape says."""
    if memory_format is preserve_format:
        return _memory_order(array_of(input))
    if memory_format is not channels_last:
        return None
    if len(input.shape) != 4:
        raise RuntimeError("required rank 4 tensor to use channels_last format")
    return 0, 2, 3, 1


def _memory_order(array: Any) -> tuple[int, ...] | None:
    """The axes of an array without gaps and overlaps, slowest first; None where the shape says it."""
    if array.flags.c_contiguous or array.size == 0:
        return None
    order = tuple(sorted(range(array.ndim), key=lambda axis: (-array.strides[axis], axis)))
    return order if array.transpose(order).flags.c_contiguous else None


@op("ViewBackward1", view=True, differentiable=False)
def _view_dtype(k, x, /, dtype):
    """out = the bytes of x as another element type"""
    return x.view(dtype)


def view_dtype(input: Any, dtype: Any) -> Any:
    """The same bytes as another element type; raises RuntimeError where the last axis does not divide."""
    have = numpy_dtype(input)
    ratio = dtype.itemsize // have.itemsize
    if ratio > 1 and (len(input.shape) == 0 or input.shape[-1] % ratio):
        raise RuntimeError(
            f"self.size(-1) must be divisible by {ratio} to view {class_name(have)} as {class_name(dtype)} (different "
            f"element sizes), but got {input.shape[-1] if len(input.shape) else 1}"
        )
    return _view_dtype(input, dtype)
