"""Angles and hyperbolas: sines, tangents and their inverses."""

from typing import Any

from nbgrad.autograd.record import op
from nbgrad.ops.arithmetic import add, div, mul, neg, sub
from nbgrad.ops.operands import need_tensor, need_tensors
from nbgrad.ops.pointwise import rsqrt


@op("SinBackward0", saves=("x",))
def _sin(k, x, /):
    """out = sin x, out' = cos x"""
    return k.sin(x)


@_sin.backward
def _(node, g):
    (x,) = node.saved
    return mul(g, cos(x))


@op("CosBackward0", saves=("x",))
def _cos(k, x, /):
    """out = cos x, out' = -sin x"""
    return k.cos(x)


@_cos.backward
def _(node, g):
    (x,) = node.saved
    return mul(g, neg(sin(x)))


@op("TanBackward0", saves=("out",))
def _tan(k, x, /):
    """out = tan x, out' = 1 + out²"""
    return k.tan(x)


@_tan.backward
def _(node, g):
    (out,) = node.saved
    return mul(g, add(mul(out, out), 1.0))


@op("AsinBackward0", saves=("x",))
def _asin(k, x, /):
    """out = arcsin x, out' = 1 / √(1 - x²)"""
    return k.asin(x)


@_asin.backward
def _(node, g):
    (x,) = node.saved
    return mul(g, rsqrt(sub(1.0, mul(x, x))))


@op("AcosBackward0", saves=("x",))
def _acos(k, x, /):
    """out = arccos x, out' = -1 / √(1 - x²)"""
    return k.acos(x)


@_acos.backward
def _(node, g):
    (x,) = node.saved
    return neg(mul(g, rsqrt(sub(1.0, mul(x, x)))))


@op("AtanBackward0", saves=("x",))
def _atan(k, x, /):
    """out = arctan x, out' = 1 / (1 + x²)"""
    return k.atan(x)


@_atan.backward
def _(node, g):
    (x,) = node.saved
    return div(g, add(mul(x, x), 1.0))


@op("SinhBackward0", saves=("x",))
def _sinh(k, x, /):
    """out = sinh x, out' = cosh x"""
    return k.sinh(x)


@_sinh.backward
def _(node, g):
    (x,) = node.saved
    return mul(g, cosh(x))


@op("CoshBackward0", saves=("x",))
def _cosh(k, x, /):
    """out = cosh x, out' = sinh x"""
    return k.cosh(x)


@_cosh.backward
def _(node, g):
    (x,) = node.saved
    return mul(g, sinh(x))


@op("TanhBackward0", saves=("out",))
def _tanh(k, x, /):
    """out = tanh x, out' = 1 - out²"""
    return k.tanh(x)


@_tanh.backward
def _(node, g):
    (out,) = node.saved
    return mul(g, sub(1.0, mul(out, out)))


@op("Atan2Backward0", saves=("a", "b"))
def _atan2(k, a, b, /):
    """out = the angle of the point (b, a), ∂out/∂a = b / (a² + b²), ∂out/∂b = -a / (a² + b²)"""
    return k.atan2(a, b)


@_atan2.backward
def _(node, g):
    a, b = node.saved
    share = div(g, add(mul(a, a), mul(b, b)))
    return mul(share, b) if node.needs(0) else None, mul(neg(share), a) if node.needs(1) else None


@op("HypotBackward0", saves=("a", "b", "out"))
def _hypot(k, a, b, /):
    """out = √(a² + b²), ∂out/∂a = a / out, ∂out/∂b = b / out"""
    return k.hypot(a, b)


@_hypot.backward
def _(node, g):
    a, b, out = node.saved
    share = div(g, out)
    return mul(share, a) if node.needs(0) else None, mul(share, b) if node.needs(1) else None


def sin(input: Any) -> Any:
    """out = sin input."""
    need_tensor("sin", input)
    return _sin(input)


def cos(input: Any) -> Any:
    """out = cos input."""
    need_tensor("cos", input)
    return _cos(input)


def tan(input: Any) -> Any:
    """out = tan input."""
    need_tensor("tan", input)
    return _tan(input)


def asin(input: Any) -> Any:
    """out = the angle in [-π/2, π/2] whose sine is input."""
    need_tensor("asin", input)
    return _asin(input)


def acos(input: Any) -> Any:
    """out = the angle in [0, π] whose cosine is input."""
    need_tensor("acos", input)
    return _acos(input)


def atan(input: Any) -> Any:
    """out = the angle in (-π/2, π/2) whose tangent is input."""
    need_tensor("atan", input)
    return _atan(input)


def sinh(input: Any) -> Any:
    """out = (e^input - e^-input) / 2."""
    need_tensor("sinh", input)
    return _sinh(input)


def cosh(input: Any) -> Any:
    """out = (e^input + e^-input) / 2."""
    need_tensor("cosh", input)
    return _cosh(input)


def tanh(input: Any) -> Any:
    """out = sinh input / cosh input."""
    need_tensor("tanh", input)
    return _tanh(input)


def atan2(input: Any, other: Any) -> Any:
    """out = the angle in [-π, π] of the point (other, input)."""
    need_tensors("atan2", ("input", input), ("other", other))
    return _atan2(input, other)


def hypot(input: Any, other: Any) -> Any:
    """out = √(input² + other²), the long side of a right-angled triangle."""
    need_tensors("hypot", ("input", input), ("other", other))
    return _hypot(input, other)
