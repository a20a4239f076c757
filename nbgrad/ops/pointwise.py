"""Functions of one operand, element by element, each with its derivative beside it."""

from typing import Any

from nbgrad.autograd.record import op
from nbgrad.ops.arithmetic import div, mul, neg, sub
from nbgrad.ops.comparison import eq, ge, where


@op("ExpBackward0", saves=("out",))
def exp(k, x, /):
    """out = e^x, out' = out"""
    return k.exp(x)


@exp.backward
def _(node, g):
    (out,) = node.saved
    return mul(g, out)


@op("LogBackward0", saves=("x",))
def log(k, x, /):
    """out = ln x, out' = 1 / x"""
    return k.log(x)


@log.backward
def _(node, g):
    (x,) = node.saved
    return div(g, x)


@op("SqrtBackward0", saves=("out",))
def sqrt(k, x, /):
    """out = √x, out' = 1 / (2 out)"""
    return k.sqrt(x)


@sqrt.backward
def _(node, g):
    (out,) = node.saved
    return div(g, mul(out, 2.0))


@op("SinBackward0", saves=("x",))
def sin(k, x, /):
    """out = sin x, out' = cos x"""
    return k.sin(x)


@sin.backward
def _(node, g):
    (x,) = node.saved
    return mul(g, cos(x))


@op("CosBackward0", saves=("x",))
def cos(k, x, /):
    """out = cos x, out' = -sin x"""
    return k.cos(x)


@cos.backward
def _(node, g):
    (x,) = node.saved
    return mul(g, neg(sin(x)))


@op("TanhBackward0", saves=("out",))
def tanh(k, x, /):
    """out = tanh x, out' = 1 - out²"""
    return k.tanh(x)


@tanh.backward
def _(node, g):
    (out,) = node.saved
    return mul(g, sub(1.0, mul(out, out)))


@op("SigmoidBackward0", saves=("out",))
def sigmoid(k, x, /):
    """out = 1 / (1 + e^-x), out' = out (1 - out)"""
    return k.sigmoid(x)


@sigmoid.backward
def _(node, g):
    (out,) = node.saved
    return mul(g, mul(out, sub(1.0, out)))


@op("ReluBackward0", saves=("out",))
def relu(k, x, /):
    """out = max(x, 0), out' = 1 where out > 0, else 0"""
    return k.relu(x)


@relu.backward
def _(node, g):
    (out,) = node.saved
    return threshold_backward(g, out)


@op("ThresholdBackwardBackward0", saves=("out",))
def threshold_backward(k, g, out, /):
    """The gradient g where the gate is open (out > 0), else 0"""
    return k.threshold_gradient(g, out)


@threshold_backward.backward
def _(node, g):
    (out,) = node.saved
    return threshold_backward(g, out), None


@op("AbsBackward0", saves=("x",))
def abs(k, x, /):
    """out = |x|, out' = sign x"""
    return k.absolute(x)


@abs.backward
def _(node, g):
    (x,) = node.saved
    return mul(g, sign(x))


@op("SignBackward0", differentiable=False)
def sign(k, x, /):
    """out = -1, 0 or 1"""
    return k.sign(x)


@op("PowBackward0", saves=("a",))
def _pow_number(k, a, /, exponent):
    """out = aⁿ, out' = n aⁿ⁻¹, n a number"""
    return k.pow(a, exponent)


@_pow_number.backward
def _(node, g):
    (a,) = node.saved
    (exponent,) = node.options
    return mul(g, 0.0) if exponent == 0 else mul(g, mul(_pow_number(a, exponent - 1), exponent))


@op("PowBackward1", saves=("a", "b", "out"))
def _pow(k, a, b, /):
    """out = aᵇ, ∂out/∂a = b aᵇ⁻¹, ∂out/∂b = out ln a"""
    return k.pow(a, b)


@_pow.backward
def _(node, g):
    a, b, out = node.saved
    da = db = None
    if node.needs(0):
        da = mul(g, where(eq(b, 0.0), 0.0, mul(b, _pow(a, sub(b, 1.0)))))
    if node.needs(1):
        db = mul(g, where(mul(eq(a, 0.0), ge(b, 0.0)), 0.0, mul(out, log(a))))
    return da, db


def pow(input: Any, exponent: Any) -> Any:
    """out = input ** exponent, either of them a tensor."""
    return _pow_number(input, exponent) if isinstance(exponent, int | float) else _pow(input, exponent)
