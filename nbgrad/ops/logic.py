"""Questions whose answers are true or false: logic, kinds of numbers, and whether numbers are close."""

from typing import Any

import numpy as np

from nbgrad.autograd.record import BACKENDS, op
from nbgrad.dtypes import result_type
from nbgrad.ops.operands import kind_of, need_tensor, need_tensors, refuse_kinds
from nbgrad.ops.values import array_of, class_name

_BOOL = np.dtype(np.bool_)


@op("LogicalAndBackward0", differentiable=False)
def _logical_and(k, a, b, /):
    """out = a ∧ b; numbers count as true unless 0"""
    return k.mul(k.cast(a, _BOOL), k.cast(b, _BOOL))


@op("LogicalOrBackward0", differentiable=False)
def _logical_or(k, a, b, /):
    """out = a ∨ b"""
    return k.maximum(k.cast(a, _BOOL), k.cast(b, _BOOL))


@op("LogicalXorBackward0", differentiable=False)
def _logical_xor(k, a, b, /):
    """out = a or b, not both"""
    return k.ne(k.cast(a, _BOOL), k.cast(b, _BOOL))


@op("LogicalNotBackward0", differentiable=False)
def _logical_not(k, x, /):
    """out = ¬x"""
    return k.eq(x, 0)


@op("BitwiseAndBackward0", differentiable=False)
def _bitwise_and(k, a, b, /):
    """out = a ∧ b, bit by bit"""
    return k.bitwise_and(a, b)


@op("BitwiseOrBackward0", differentiable=False)
def _bitwise_or(k, a, b, /):
    """out = a ∨ b, bit by bit"""
    return k.bitwise_or(a, b)


@op("BitwiseXorBackward0", differentiable=False)
def _bitwise_xor(k, a, b, /):
    """out = a or b, not both, bit by bit"""
    return k.bitwise_xor(a, b)


@op("IsnanBackward0", differentiable=False)
def _isnan(k, x, /):
    """out = whether x is not a number: only then it differs from itself"""
    return k.ne(x, x)


@op("IsinfBackward0", differentiable=False)
def _isinf(k, x, /):
    """out = whether x is ∞ or -∞"""
    return k.eq(k.absolute(x), np.inf) if x.dtype.kind == "f" else k.ne(x, x)


@op("IsfiniteBackward0", differentiable=False)
def _isfinite(k, x, /):
    """out = whether x is neither ∞, -∞ nor NaN"""
    return k.lt(k.absolute(x), np.inf) if x.dtype.kind == "f" else k.eq(x, x)


@op("IscloseBackward0", differentiable=False)
def _isclose(k, a, b, /, rtol, atol, equal_nan):
    """out = a == b, or |a - b| <= atol + rtol |b| and that is finite"""
    close = k.eq(a, b)
    if equal_nan:
        close = k.maximum(close, k.mul(k.ne(a, a), k.ne(b, b)))
    if a.dtype.kind == "b":
        return close
    apart, allowed = k.absolute(k.sub(a, b)), k.add(k.absolute(k.mul(b, rtol)), atol)
    finite = k.lt(k.mul(apart, 1.0), np.inf)
    return k.maximum(close, k.mul(finite, k.le(apart, allowed)))


def logical_and(input: Any, other: Any) -> Any:
    """out = input ∧ other, where numbers count as true unless 0."""
    need_tensors("logical_and", ("input", input), ("other", other))
    return _logical_and(input, other)


def logical_or(input: Any, other: Any) -> Any:
    """out = input ∨ other."""
    need_tensors("logical_or", ("input", input), ("other", other))
    return _logical_or(input, other)


def logical_xor(input: Any, other: Any) -> Any:
    """out = input or other, not both."""
    need_tensors("logical_xor", ("input", input), ("other", other))
    return _logical_xor(input, other)


def logical_not(input: Any) -> Any:
    """out = ¬input."""
    need_tensor("logical_not", input)
    return _logical_not(input)


def bitwise_and(input: Any, other: Any) -> Any:
    """out = input ∧ other, bit by bit."""
    _refuse_floats("and", input, other)
    return _bitwise_and(input, other)


def bitwise_or(input: Any, other: Any) -> Any:
    """out = input ∨ other, bit by bit."""
    _refuse_floats("or", input, other)
    return _bitwise_or(input, other)


def bitwise_xor(input: Any, other: Any) -> Any:
    """out = input or other, not both, bit by bit."""
    _refuse_floats("xor", input, other)
    return _bitwise_xor(input, other)


def bitwise_not(input: Any) -> Any:
    """out = ¬input for bools, -1 - input for integers: every bit turned."""
    need_tensor("bitwise_not", input)
    refuse_kinds("bitwise_not_cpu", "f", input)
    return _logical_not(input) if kind_of(input) == "b" else _bitwise_xor(input, -1)


def _refuse_floats(name: str, input: Any, other: Any) -> None:
    if kind_of(input) == "f" or kind_of(other) == "f":
        kind = class_name(result_type(array_of(input), array_of(other)))
        raise NotImplementedError(f"\"bitwise_{name}_cpu\" not implemented for '{kind}'")


def isnan(input: Any) -> Any:
    """Whether each number is NaN."""
    need_tensor("isnan", input)
    return _isnan(input)


def isinf(input: Any) -> Any:
    """Whether each number is ∞ or -∞."""
    need_tensor("isinf", input)
    return _isinf(input)


def isfinite(input: Any) -> Any:
    """Whether each number is neither ∞, -∞ nor NaN."""
    need_tensor("isfinite", input)
    return _isfinite(input)


def isclose(input: Any, other: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Any:
    """Whether |input - other| <= atol + rtol |other|."""
    _check_close("isclose", input, other, rtol, atol)
    return _isclose(input, other, rtol, atol, equal_nan)


def allclose(input: Any, other: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """Whether every |input - other| <= atol + rtol |other|."""
    _check_close("allclose", input, other, rtol, atol)
    return bool(array_of(_isclose(input, other, rtol, atol, equal_nan)).all())


def _check_close(function: str, input: Any, other: Any, rtol: float, atol: float) -> None:
    need_tensors(function, ("input", input), ("other", other))
    kinds = [class_name(array_of(each).dtype) for each in (input, other)]
    if kinds[0] != kinds[1]:
        raise RuntimeError(f"{kinds[0]} did not match {kinds[1]}")
    for name, value in (("rtol", rtol), ("atol", atol)):
        if value < 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {value:g}")


def equal(input: Any, other: Any) -> bool:
    """Whether two tensors have the same shape and the same numbers."""
    need_tensors("equal", ("input", input), ("other", other))
    a, b = array_of(input), array_of(other)
    k = BACKENDS[type(a)]
    return a.shape == b.shape and not bool(k.truth(k.ne(a, b), tuple(range(a.ndim)), False, False))
