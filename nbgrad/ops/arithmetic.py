"""Arithmetic of two operands, with broadcasting: gradients come back in each operand's own shape (the engine sums)."""

from typing import Any

import numpy as np

from nbgrad.autograd.record import op
from nbgrad.autograd.value import Value
from nbgrad.ops.comparison import eq, ge, where


@op("AddBackward0")
def _add(k, a, b, /):
    """out = a + b"""
    return k.add(a, b)


@_add.backward
def _(node, g):
    return g, g


@op("SubBackward0")
def _sub(k, a, b, /):
    """out = a - b"""
    return k.sub(a, b)


@_sub.backward
def _(node, g):
    return g, neg(g) if node.needs(1) else None


@op("RsubBackward1")
def rsub(k, a, b, /):
    """out = b - a, b a number"""
    return k.sub(b, a)


@rsub.backward
def _(node, g):
    return neg(g), g


@op("MulBackward0", saves={"a": "b", "b": "a"})
def mul(k, a, b, /):
    """out = a * b"""
    return k.mul(a, b)


@mul.backward
def _(node, g):
    a, b = node.saved
    return mul(g, b) if node.needs(0) else None, mul(g, a) if node.needs(1) else None


@op("DivBackward0", saves=("a", "b"))
def div(k, a, b, /):
    """out = a / b"""
    return k.div(a, b)


@div.backward
def _(node, g):
    a, b = node.saved
    return (
        div(g, b) if node.needs(0) else None,
        mul(neg(g), div(a, mul(b, b))) if node.needs(1) else None,
    )


@op("ReciprocalBackward0", saves=("out",))
def reciprocal(k, a, /):
    """out = 1 / a"""
    return k.div(1.0, a)


@reciprocal.backward
def _(node, g):
    (out,) = node.saved
    return mul(neg(g), mul(out, out))


@op("NegBackward0")
def neg(k, a, /):
    """out = -a"""
    return k.neg(a)


@neg.backward
def _(node, g):
    return neg(g)


@op("MaximumBackward0", saves=("a", "b"))
def maximum(k, a, b, /):
    """out = the larger of a and b; NaN if either is"""
    return k.maximum(a, b)


@maximum.backward
def _(node, g):
    a, b = node.saved
    shared = where(eq(a, b), div(g, 2.0), g)  # equals share the gradient
    return where(ge(a, b), shared, 0.0), where(ge(b, a), shared, 0.0)


@op("MinimumBackward0", saves=("a", "b"))
def minimum(k, a, b, /):
    """out = the smaller of a and b; NaN if either is"""
    return k.minimum(a, b)


@minimum.backward
def _(node, g):
    a, b = node.saved
    shared = where(eq(a, b), div(g, 2.0), g)
    return where(ge(b, a), shared, 0.0), where(ge(a, b), shared, 0.0)


def add(input: Any, other: Any, *, alpha: float = 1) -> Any:
    """out = input + alpha * other."""
    return _add(input, other if alpha == 1 else mul(other, alpha))


def sub(input: Any, other: Any, *, alpha: float = 1) -> Any:
    """out = input - alpha * other."""
    if _is_bool(input) and _is_bool(other):
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
            "operator instead."
        )
    return _sub(input, other if alpha == 1 else mul(other, alpha))


def _is_bool(value: Any) -> bool:
    array = value.array if isinstance(value, Value) else value
    return isinstance(array, bool) or (isinstance(array, np.ndarray) and array.dtype.kind == "b")
