"""Comparisons, whose results are bools without gradients, and the choice made with them."""

from typing import Any

import numpy as np

from nbgrad.autograd.record import op
from nbgrad.ops.operands import c_name, check_combination, kind_of, need_tensors
from nbgrad.ops.values import array_of, class_name


@op("EqBackward0", differentiable=False)
def _eq(k, a, b, /):
    """out = a == b"""
    return k.eq(a, b)


@op("NeBackward0", differentiable=False)
def _ne(k, a, b, /):
    """out = a != b"""
    return k.ne(a, b)


@op("LtBackward0", differentiable=False)
def _lt(k, a, b, /):
    """out = a < b"""
    return k.lt(a, b)


@op("LeBackward0", differentiable=False)
def _le(k, a, b, /):
    """out = a <= b"""
    return k.le(a, b)


@op("GtBackward0", differentiable=False)
def _gt(k, a, b, /):
    """out = a > b"""
    return k.gt(a, b)


@op("GeBackward0", differentiable=False)
def _ge(k, a, b, /):
    """out = a >= b"""
    return k.ge(a, b)


def eq(input: Any, other: Any) -> Any:
    """out = input == other."""
    check_combination("eq", "other", input, other)
    return _eq(input, other)


def ne(input: Any, other: Any) -> Any:
    """out = input != other."""
    check_combination("ne", "other", input, other)
    return _ne(input, other)


def lt(input: Any, other: Any) -> Any:
    """out = input < other."""
    check_combination("lt", "other", input, other)
    return _lt(input, other)


def le(input: Any, other: Any) -> Any:
    """out = input <= other."""
    check_combination("le", "other", input, other)
    return _le(input, other)


def gt(input: Any, other: Any) -> Any:
    """out = input > other."""
    check_combination("gt", "other", input, other)
    return _gt(input, other)


def ge(input: Any, other: Any) -> Any:
    """out = input >= other."""
    check_combination("ge", "other", input, other)
    return _ge(input, other)


@op("WhereBackward0", saves=("condition",))
def _where(k, a, b, /, condition):
    """out = a where the condition holds, else b"""
    return k.where(condition, a, b)


@_where.backward
def _(node, g):
    (condition,) = node.saved
    return (
        where(condition, g, 0.0) if node.needs(0) else None,
        where(condition, 0.0, g) if node.needs(1) else None,
    )


def where(condition: Any, input: Any, other: Any) -> Any:
    """out = input where the condition holds, else other."""
    need_tensors("where", ("condition", condition))
    if kind_of(condition) != "b":
        raise RuntimeError(
            "where expected condition to be a boolean tensor, but got a tensor with dtype "
            f"{class_name(array_of(condition).dtype)}"
        )
    return _where(input, other, condition)


@op("MaskedFillBackward0", saves=("mask",))
def _masked_fill_number(k, x, /, mask, value):
    """out = the value where the mask holds, else x"""
    return k.where(mask, np.asarray(value).astype(x.dtype), x)


@_masked_fill_number.backward
def _(node, g):
    (mask,) = node.saved
    return where(mask, 0.0, g)


@op("MaskedFillBackward1", saves=("mask",))
def _masked_fill(k, x, value, /, mask):
    """out = the value, a tensor without axes, where the mask holds, else x"""
    return k.where(mask, k.cast(value, x.dtype), x)


@_masked_fill.backward
def _(node, g):
    (mask,) = node.saved
    return where(mask, 0.0, g) if node.needs(0) else None, where(mask, g, 0.0) if node.needs(1) else None


def masked_fill(input: Any, mask: Any, value: Any) -> Any:
    """out = value where the mask holds, else input."""
    need_tensors("masked_fill", ("input", input), ("mask", mask))
    if kind_of(mask) != "b":
        raise RuntimeError(
            f"masked_fill_ only supports boolean masks, but got mask with dtype {c_name(array_of(mask).dtype)}"
        )
    if isinstance(value, complex):
        name = {"int64": "int64_t", "uint8": "uint8_t"}.get(array_of(input).dtype.name, c_name(array_of(input).dtype))
        raise RuntimeError(f"value cannot be converted to type {name} without overflow")
    if isinstance(value, int | float):
        return _masked_fill_number(input, mask, value)
    rank = len(value.shape)
    if rank:
        raise RuntimeError(
            f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {rank} dimension(s)."
        )
    return _masked_fill(input, value, mask)
