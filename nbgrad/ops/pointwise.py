"""Exponentials, logarithms, powers and absolute values, each with its derivative beside it."""

import math
from typing import Any

import numpy as np

from nbgrad.autograd.node import Pending
from nbgrad.autograd.record import BACKENDS, op
from nbgrad.autograd.value import Value
from nbgrad.ops.arithmetic import add, div, mul, neg, sub
from nbgrad.ops.cast import to_dtype
from nbgrad.ops.comparison import eq, ge, where
from nbgrad.ops.operands import check_number, kind_of, need_tensor, refuse_kinds
from nbgrad.ops.values import is_tensor

LN_2, LN_10 = math.log(2.0), math.log(10.0)


@op("ExpBackward0", saves=("out",))
def _exp(k, x, /):
    """out = e^x, out' = out"""
    return k.exp(x)


@_exp.backward
def _(node, g):
    (out,) = node.saved
    return mul(g, out)


@op("Exp2Backward0", saves=("out",))
def _exp2(k, x, /):
    """out = 2^x, out' = out ln 2"""
    return k.exp2(x)


@_exp2.backward
def _(node, g):
    (out,) = node.saved
    return mul(g, mul(out, LN_2))


@op("Expm1Backward0", saves=("out",))
def _expm1(k, x, /):
    """out = e^x - 1, out' = out + 1"""
    return k.expm1(x)


@_expm1.backward
def _(node, g):
    (out,) = node.saved
    return mul(g, add(out, 1.0))


@op("LogBackward0", saves=("x",))
def _log(k, x, /):
    """out = ln x, out' = 1 / x"""
    return k.log(x)


@_log.backward
def _(node, g):
    (x,) = node.saved
    return div(g, x)


@op("Log2Backward0", saves=("x",))
def _log2(k, x, /):
    """out = log₂ x, out' = 1 / (x ln 2)"""
    return k.log2(x)


@_log2.backward
def _(node, g):
    (x,) = node.saved
    return div(g, mul(x, LN_2))


@op("Log10Backward0", saves=("x",))
def _log10(k, x, /):
    """out = log₁₀ x, out' = 1 / (x ln 10)"""
    return k.log10(x)


@_log10.backward
def _(node, g):
    (x,) = node.saved
    return div(g, mul(x, LN_10))


@op("Log1PBackward0", saves=("x",))
def _log1p(k, x, /):
    """out = ln (1 + x), out' = 1 / (1 + x)"""
    return k.log1p(x)


@_log1p.backward
def _(node, g):
    (x,) = node.saved
    return div(g, add(x, 1.0))


@op("SqrtBackward0", saves=("out",))
def _sqrt(k, x, /):
    """out = √x, out' = 1 / (2 out)"""
    return k.sqrt(x)


@_sqrt.backward
def _(node, g):
    (out,) = node.saved
    return div(g, mul(out, 2.0))


@op("RsqrtBackward0", saves=("out",))
def _rsqrt(k, x, /):
    """out = 1 / √x, out' = -out³ / 2"""
    return k.rsqrt(x)


@_rsqrt.backward
def _(node, g):
    (out,) = node.saved
    return mul(mul(g, -0.5), mul(out, mul(out, out)))


@op("ErfBackward0", saves=("x",))
def _erf(k, x, /):
    """out = 2/√π ∫₀ˣ e^-t² dt, out' = 2/√π e^-x²"""
    return k.erf(x)


@_erf.backward
def _(node, g):
    (x,) = node.saved
    return mul(g, mul(exp(neg(mul(x, x))), 2 / math.sqrt(math.pi)))


@op("ErfcBackward0", saves=("x",))
def _erfc(k, x, /):
    """out = 1 - erf x, out' = -2/√π e^-x²"""
    return k.erfc(x)


@_erfc.backward
def _(node, g):
    (x,) = node.saved
    return mul(g, mul(exp(neg(mul(x, x))), -2 / math.sqrt(math.pi)))


@op("SigmoidBackward0", saves=("out",))
def _sigmoid(k, x, /):
    """out = 1 / (1 + e^-x), out' = out (1 - out)"""
    return k.sigmoid(x)


@_sigmoid.backward
def _(node, g):
    (out,) = node.saved
    return mul(g, mul(out, sub(1.0, out)))


@op("ReluBackward0", saves=("out",))
def _relu(k, x, /):
    """out = max(x, 0), out' = 1 where out > 0, else 0"""
    return k.relu(x)


@_relu.backward
def _(node, g):
    (out,) = node.saved
    if type(g) is Pending:
        if g.gate is None:
            return g.through(out)
        g = g.finish()
    return threshold_backward(g, out) if isinstance(g, Value) else BACKENDS[type(g)].threshold_gradient(g, out)


_relu.node_class.takes_pending = True


@op("ThresholdBackwardBackward0", saves=("out",))
def threshold_backward(k, g, out, /):
    """The gradient g where the gate is open (out > 0), else 0"""
    return k.threshold_gradient(g, out)


@threshold_backward.backward
def _(node, g):
    (out,) = node.saved
    return threshold_backward(g, out), None


@op("AbsBackward0", saves=("x",))
def _abs(k, x, /):
    """out = |x|, out' = sign x"""
    return k.absolute(x)


@_abs.backward
def _(node, g):
    (x,) = node.saved
    return mul(g, sign(x))


@op("SignBackward0")
def _sign(k, x, /):
    """out = -1, 0 or 1; a step, whose gradient is 0"""
    return k.sign(x)


@op("SgnBackward0")
def _sgn(k, x, /):
    """out = -1, 0 or 1; a step, whose gradient is 0"""
    return k.sign(x)


@_sign.backward
@_sgn.backward
def _(node, g):
    return sub(g, g)


@op("PowBackward0", saves=("a",))
def _pow_number(k, a, /, exponent):
    """out = aⁿ, out' = n aⁿ⁻¹, n a number"""
    return k.mul(a, a) if type(exponent) is int and exponent == 2 and a.dtype.kind != "b" else k.pow(a, exponent)


@_pow_number.backward
def _(node, g):
    (a,) = node.saved
    (exponent,) = node.options
    return sub(g, g) if exponent == 0 else mul(g, mul(_pow_number(a, exponent - 1), exponent))


@op("PowBackward1", saves=("a", "b", "out"))
def _pow(k, a, b, /):
    """out = aᵇ, ∂out/∂a = b aᵇ⁻¹, ∂out/∂b = out ln a"""
    return k.pow(a, b)


@_pow.backward
def _(node, g):
    a, b, out = node.saved
    da = db = None
    if node.needs(0):
        da = where(eq(b, 0.0), 0.0, mul(g, mul(b, _pow(a, sub(b, 1.0)))))
    if node.needs(1):
        db = where(mul(eq(a, 0.0), ge(b, 0.0)), 0.0, mul(g, mul(out, log(a))))
    return da, db


@op("PowBackward2", saves=("x", "out"))
def _number_pow(k, x, /, base):
    """out = baseˣ, base a number, out' = out ln base"""
    return k.pow(base, x)


@_number_pow.backward
def _(node, g):
    x, out = node.saved
    (base,) = node.options
    logarithm = math.log(base) if base > 0 else -math.inf if base == 0 else math.nan
    flowing = mul(g, mul(out, logarithm))
    return where(ge(x, 0.0), 0.0, flowing) if base == 0 else flowing


def exp(input: Any) -> Any:
    """out = e^input."""
    need_tensor("exp", input)
    return _exp(input)


def exp2(input: Any) -> Any:
    """out = 2^input."""
    need_tensor("exp2", input)
    return _exp2(input)


def expm1(input: Any) -> Any:
    """out = e^input - 1, exact near 0."""
    need_tensor("expm1", input)
    return _expm1(input)


def log(input: Any) -> Any:
    """out = ln input."""
    need_tensor("log", input)
    return _log(input)


def log2(input: Any) -> Any:
    """out = log₂ input."""
    need_tensor("log2", input)
    return _log2(input)


def log10(input: Any) -> Any:
    """out = log₁₀ input."""
    need_tensor("log10", input)
    return _log10(input)


def log1p(input: Any) -> Any:
    """out = ln (1 + input), exact near 0."""
    need_tensor("log1p", input)
    return _log1p(input)


def sqrt(input: Any) -> Any:
    """out = √input."""
    need_tensor("sqrt", input)
    return _sqrt(input)


def rsqrt(input: Any) -> Any:
    """out = 1 / √input."""
    need_tensor("rsqrt", input)
    return _rsqrt(input)


def erf(input: Any) -> Any:
    """out = 2/√π ∫ e^-t² dt from 0 to input."""
    need_tensor("erf", input)
    return _erf(input)


def erfc(input: Any) -> Any:
    """out = 1 - erf input."""
    need_tensor("erfc", input)
    return _erfc(input)


def sigmoid(input: Any) -> Any:
    """out = 1 / (1 + e^-input)."""
    need_tensor("sigmoid", input)
    return _sigmoid(input)


def relu(input: Any) -> Any:
    """out = max(input, 0)."""
    if not isinstance(input, Value) or input.array.dtype.kind != "f":
        need_tensor("relu", input)
        if kind_of(input) == "b":
            raise RuntimeError("Boolean inputs not supported for relu")
    return _relu(input)


def abs(input: Any) -> Any:
    """out = |input|."""
    need_tensor("abs", input)
    refuse_kinds("abs_cpu", "b", input)
    return _abs(input)


def sign(input: Any) -> Any:
    """out = -1, 0 or 1."""
    need_tensor("sign", input)
    return _sign(input)


def sgn(input: Any) -> Any:
    """out = -1, 0 or 1, as `sign` for real numbers."""
    need_tensor("sgn", input)
    return _sgn(input)


def pow(input: Any, exponent: Any) -> Any:
    """out = input ** exponent, at least one of them a tensor."""
    if is_tensor(input) and isinstance(exponent, int | float):
        if kind_of(input) != "f" and isinstance(exponent, int) and exponent < 0:
            raise RuntimeError("Integers to negative integer powers are not allowed.")
        check_number(exponent, input)
        return _pow_number(input, exponent)
    if is_tensor(exponent) and isinstance(input, int | float):
        return _number_pow(exponent, input)
    if is_tensor(input) and is_tensor(exponent):
        if kind_of(input) == kind_of(exponent) == "b":
            refuse_kinds("pow", "b", input)
        return _pow(input, exponent)
    got = ", ".join("Tensor" if is_tensor(each) else type(each).__name__ for each in (input, exponent))
    raise TypeError(
        f"pow() received an invalid combination of arguments - got ({got}), but expected one of:\n"
        " * (Tensor input, Tensor exponent, *, Tensor out = None)\n"
        " * (Number self, Tensor exponent, *, Tensor out = None)\n"
        " * (Tensor input, Number exponent, *, Tensor out = None)\n"
    )


def square(input: Any) -> Any:
    """out = input²."""
    need_tensor("square", input)
    return _pow_number(input, 2)


def float_power(input: Any, exponent: Any) -> Any:
    """out = input ** exponent in double precision."""
    base, power = (to_dtype(each, np.dtype(np.float64)) if is_tensor(each) else each for each in (input, exponent))
    return pow(base, float(power) if isinstance(power, int) else power)
