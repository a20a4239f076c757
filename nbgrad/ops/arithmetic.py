"""Arithmetic of two operands, with broadcasting: gradients come back in each operand's own shape (the engine sums)."""

from typing import Any

import numpy as np

from nbgrad.autograd.record import BACKENDS, op
from nbgrad.autograd.value import Value
from nbgrad.ops.comparison import eq, lt, where
from nbgrad.ops.operands import kind_of, need_tensor, need_tensors, refuse_bools
from nbgrad.ops.values import array_of, is_tensor

_BOOL = np.dtype(np.bool_)


@op("AddBackward0")
def _add(k, a, b, /):
    """out = a + b"""
    return k.add(a, b)


@_add.backward
def _(node, g):
    return g, g


@op("AddBackward0")
def _add_scaled(k, a, b, /, alpha):
    """out = a + alpha b"""
    return k.add(a, k.mul(b, alpha))


@_add_scaled.backward
def _(node, g):
    return g, mul(g, node.options[0]) if node.needs(1) else None


@op("SubBackward0")
def _sub(k, a, b, /):
    """out = a - b"""
    _refuse_bools(a, b)
    return k.sub(a, b)


@_sub.backward
def _(node, g):
    return g, neg(g) if node.needs(1) else None


@op("SubBackward0")
def _sub_scaled(k, a, b, /, alpha):
    """out = a - alpha b"""
    _refuse_bools(a, b)
    return k.sub(a, k.mul(b, alpha))


@_sub_scaled.backward
def _(node, g):
    return g, mul(g, -node.options[0]) if node.needs(1) else None


@op("RsubBackward0")
def _rsub(k, a, b, /, alpha):
    """out = b - alpha a"""
    _refuse_bools(a, b)
    return k.sub(b, a if alpha == 1 else k.mul(a, alpha))


@_rsub.backward
def _(node, g):
    (alpha,) = node.options
    return mul(g, -alpha) if node.needs(0) else None, g


@op("RsubBackward1")
def _rsub_number(k, a, /, number, alpha):
    """out = number - alpha a"""
    _refuse_bools(a, number)
    return k.sub(number, a if alpha == 1 else k.mul(a, alpha))


@_rsub_number.backward
def _(node, g):
    alpha = node.options[1]
    return neg(g) if alpha == 1 else mul(g, -alpha)


@op("MulBackward0", saves={"a": "b", "b": "a"})
def mul(k, a, b, /):
    """out = a * b"""
    return k.mul(a, b)


@mul.backward
def _(node, g):
    a, b = node.saved  # each is kept where the other one's gradient is wanted
    times = mul if isinstance(g, Value) else BACKENDS[type(g)].mul  # straight on arrays while they flow
    return None if b is None else times(g, b), None if a is None else times(g, a)


@op("DivBackward0", saves=("a", "b"))
def _div(k, a, b, /):
    """out = a / b"""
    return k.div(a, b)


@_div.backward
def _(node, g):
    a, b = node.saved
    return (
        _div(g, b) if node.needs(0) else None,
        mul(neg(g), _div(a, mul(b, b))) if node.needs(1) else None,
    )


@op("DivBackward2")
def _div_rounded(k, a, b, /, rounding_mode):
    """out = a / b, rounded towards zero ("trunc") or down ("floor"): steps, whose gradient is 0"""
    return (k.trunc_div if rounding_mode == "trunc" else k.floor_div)(a, b)


@_div_rounded.backward
def _(node, g):
    nothing = _sub(g, g)
    return nothing, nothing


@op("ReciprocalBackward0", saves=("out",))
def _reciprocal(k, a, /):
    """out = 1 / a"""
    return k.div(1.0, a)


@_reciprocal.backward
def _(node, g):
    (out,) = node.saved
    return mul(neg(g), mul(out, out))


@op("NegBackward0")
def neg(k, input, /):
    """out = -input."""
    if input.dtype.kind == "b":
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use "
            "the `~` or `logical_not()` operator instead."
        )
    return k.neg(input)


@neg.backward
def _(node, g):
    return neg(g) if isinstance(g, Value) else BACKENDS[type(g)].neg(g)


@op("MaximumBackward0", saves=("a", "b"))
def _maximum(k, a, b, /):
    """out = the larger of a and b; NaN if either is"""
    return k.maximum(a, b)


@_maximum.backward
def _(node, g):
    a, b = node.saved
    shared = where(eq(a, b), _div(g, 2.0), g)  # equals share the gradient
    return where(lt(a, b), 0.0, shared), where(lt(b, a), 0.0, shared)


@op("MinimumBackward0", saves=("a", "b"))
def _minimum(k, a, b, /):
    """out = the smaller of a and b; NaN if either is"""
    return k.minimum(a, b)


@_minimum.backward
def _(node, g):
    a, b = node.saved
    shared = where(eq(a, b), _div(g, 2.0), g)
    return where(lt(b, a), 0.0, shared), where(lt(a, b), 0.0, shared)


@op("NotImplemented")
def _floor_divide(k, a, b, /):
    """out = ⌊a / b⌋"""
    return k.floor_div(a, b)


@op("NotImplemented")
def _floor_divide_number(k, a, /, number):
    """out = ⌊a / number⌋"""
    return k.floor_div(a, number)


@_floor_divide.backward
@_floor_divide_number.backward
def _(node, g):
    raise RuntimeError("derivative for aten::floor_divide is not implemented")


@op("DivBackward1")
def div_number(k, a, /, number):
    """out = a / number"""
    return k.div(a, number)


@div_number.backward
def _(node, g):
    return div_number(g, node.options[0])


@op("MulBackward1")
def mul_number(k, a, /, number):
    """out = a * number"""
    return k.mul(a, number)


@mul_number.backward
def _(node, g):
    return mul_number(g, node.options[0])


@op("AddBackward1")
def add_number(k, a, /, number):
    """out = a + number"""
    return k.add(a, number)


@add_number.backward
def _(node, g):
    return g


@op("RemainderBackward0")
def _remainder_number(k, a, /, number):
    """out = a - ⌊a / number⌋ number"""
    return k.remainder(a, number)


@op("FmodBackward0")
def _fmod_number(k, a, /, number):
    """out = a - trunc(a / number) number"""
    return k.fmod(a, number)


@_remainder_number.backward
@_fmod_number.backward
def _(node, g):
    return g


@op("NotImplemented")
def _remainder_of_number(k, b, /, number):
    """out = number - ⌊number / b⌋ b"""
    return k.remainder(number, b)


@_remainder_of_number.backward
def _(node, g):
    raise RuntimeError("derivative for aten::remainder is not implemented")


@op("RemainderBackward1", saves=("a", "b"))
def _remainder(k, a, b, /):
    """out = a - ⌊a / b⌋ b"""
    return k.remainder(a, b)


@_remainder.backward
def _(node, g):
    a, b = node.saved
    return g, mul(neg(g), _div_rounded(a, b, "floor")) if node.needs(1) else None


@op("FmodBackward1", saves=("a", "b"))
def _fmod(k, a, b, /):
    """out = a - trunc(a / b) b"""
    return k.fmod(a, b)


@_fmod.backward
def _(node, g):
    a, b = node.saved
    return g, mul(neg(g), _div_rounded(a, b, "trunc")) if node.needs(1) else None


def _check_alpha(input: Any, other: Any, alpha: Any) -> None:
    if kind_of(alpha) == "f" and kind_of(input) != "f" and kind_of(other) != "f":
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")


def _joined(plain: Any, scaled: Any, input: Any, other: Any, alpha: Any) -> Any:
    _check_alpha(input, other, alpha)
    return plain(input, other * alpha) if isinstance(other, int | float) else scaled(input, other, alpha)


def add(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """out = input + alpha * other."""
    return _add(input, other) if alpha == 1 else _joined(_add, _add_scaled, input, other, alpha)


def sub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """out = input - alpha * other."""
    return _sub(input, other) if alpha == 1 else _joined(_sub, _sub_scaled, input, other, alpha)


def rsub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """out = other - alpha * input."""
    _check_alpha(input, other, alpha)
    return _rsub(input, other, alpha) if is_tensor(other) else _rsub_number(input, other, alpha)


def _refuse_bools(a: Any, b: Any) -> None:
    left, right = getattr(a, "dtype", type(a)), getattr(b, "dtype", type(b))
    bools = (left is _BOOL or left is bool) + (right is _BOOL or right is bool)
    if bools == 2:
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
            "operator instead."
        )
    if bools:
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
            "use the `~` or `logical_not()` operator instead."
        )


def div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Any:
    """out = input / other; with `rounding_mode`, rounded towards zero ("trunc") or down ("floor")."""
    if rounding_mode is None:
        return _div(input, other)
    if rounding_mode not in ("trunc", "floor"):
        raise RuntimeError(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
        )
    refuse_bools(f"div_{rounding_mode}_cpu", input, other)
    _refuse_division_by_zero(input, other)
    return _div_rounded(input, other, rounding_mode)


def _refuse_division_by_zero(input: Any, other: Any) -> None:
    if kind_of(input) != "f" and kind_of(other) != "f" and _holds_zero(array_of(other)):
        raise RuntimeError("ZeroDivisionError")


def _holds_zero(other: Any) -> bool:
    return bool((other == 0).any() if is_tensor(other) else other == 0)


def floor_divide(input: Any, other: Any) -> Any:
    """out = ⌊input / other⌋."""
    refuse_bools("div_floor_cpu", input, other)
    _refuse_division_by_zero(input, other)
    if is_tensor(other):
        return _floor_divide(input, other)
    return _floor_divide_number(input, other)


def true_divide(input: Any, other: Any) -> Any:
    """out = input / other."""
    return div(input, other)


def remainder(input: Any, other: Any) -> Any:
    """out = input - ⌊input / other⌋ other: it has the sign of `other`."""
    refuse_bools("remainder_cpu", input, other)
    _refuse_division_by_zero(input, other)
    if not is_tensor(input):
        return _remainder_of_number(other, input)
    return _remainder(input, other) if is_tensor(other) else _remainder_number(input, other)


def fmod(input: Any, other: Any) -> Any:
    """out = input - trunc(input / other) other: it has the sign of `input`."""
    refuse_bools("fmod_cpu", input, other)
    _refuse_division_by_zero(input, other)
    return _fmod(input, other) if is_tensor(other) else _fmod_number(input, other)


def reciprocal(input: Any) -> Any:
    """out = 1 / input."""
    need_tensor("reciprocal", input)
    return _reciprocal(input)


def maximum(input: Any, other: Any) -> Any:
    """out = the larger of each pair; NaN where either is."""
    need_tensors("maximum", ("input", input), ("other", other))
    return _maximum(input, other)


def minimum(input: Any, other: Any) -> Any:
    """out = the smaller of each pair; NaN where either is."""
    need_tensors("minimum", ("input", input), ("other", other))
    return _minimum(input, other)


def positive(input: Any) -> Any:
    """out = input."""
    if kind_of(input) == "b":
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input
