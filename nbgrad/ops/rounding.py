"""Steps and bounds: rounding, whose gradient is 0, and clamping, whose gradient stops at the bounds."""

from typing import Any

from nbgrad.autograd.record import op
from nbgrad.ops.arithmetic import sub
from nbgrad.ops.comparison import ge, gt, le, lt, where
from nbgrad.ops.logic import logical_and, logical_or
from nbgrad.ops.operands import check_combination, check_number, kind_of, need_tensor, refuse_bools, refuse_kinds
from nbgrad.ops.values import is_tensor


@op("FloorBackward0")
def _floor(k, x, /):
    """out = the largest integer that is not above x"""
    return k.floor(x) if x.dtype.kind == "f" else k.contiguous(x)


@op("CeilBackward0")
def _ceil(k, x, /):
    """out = the smallest integer that is not below x"""
    return k.ceil(x) if x.dtype.kind == "f" else k.contiguous(x)


@op("TruncBackward0")
def _trunc(k, x, /):
    """out = x without its fraction"""
    return k.trunc(x) if x.dtype.kind == "f" else k.contiguous(x)


@op("RoundBackward0")
def _round(k, x, /):
    """out = the nearest integer to x; halves go to the even one"""
    return k.rint(x) if x.dtype.kind == "f" else k.contiguous(x)


@op("RoundBackward1")
def _round_decimals(k, x, /, decimals):
    """out = x rounded to this many decimals"""
    scale = 10.0 ** abs(decimals)
    if decimals > 0:
        return k.div(k.rint(k.mul(x, scale)), scale)
    return k.mul(k.rint(k.div(x, scale)), scale)


@_floor.backward
@_ceil.backward
@_trunc.backward
@_round.backward
@_round_decimals.backward
def _(node, g):
    return sub(g, g)


@op("ClampBackward1", saves=("x",))
def _clamp_numbers(k, x, /, low, high):
    """out = x, at least `low` and at most `high`, numbers or None"""
    out = x if low is None else k.maximum(x, low)
    return out if high is None else k.minimum(out, high)


@_clamp_numbers.backward
def _(node, g):
    (x,) = node.saved
    low, high = node.options
    return where(_inside(x, low, high), g, 0.0)


def _inside(x: Any, low: Any, high: Any) -> Any:
    if low is None or high is None:
        return le(x, high) if low is None else ge(x, low)
    return logical_and(ge(x, low), le(x, high))


@op("ClampBackward0", saves=("x", "low", "high"))
def _clamp(k, x, low, high, /):
    """out = x, at least `low` and at most `high`, tensors or None; `high` wins"""
    out = x if low is None else k.maximum(x, low)
    return out if high is None else k.minimum(out, high)


@_clamp.backward
def _(node, g):
    x, low, high = node.saved
    to_low = to_high = None
    if low is not None and node.needs(1):
        below = lt(x, low)
        to_low = where(below if high is None else logical_and(below, lt(low, high)), g, 0.0)
    if high is not None and node.needs(2):
        above = gt(x, high)
        to_high = where(above if low is None else logical_or(above, lt(high, low)), g, 0.0)
    return where(_inside(x, low, high), g, 0.0), to_low, to_high


@op("ClampMaxBackward0", saves=("x",))
def _clamp_max_number(k, x, /, bound):
    """out = x, at most the bound, a number"""
    return k.minimum(x, bound)


@_clamp_max_number.backward
def _(node, g):
    (x,) = node.saved
    return where(le(x, node.options[0]), g, 0.0)


@op("ClampMaxBackward1", saves=("x", "bound"))
def _clamp_max(k, x, bound, /):
    """out = x, at most the bound, a tensor"""
    return k.minimum(x, bound)


@_clamp_max.backward
def _(node, g):
    x, bound = node.saved
    return where(le(x, bound), g, 0.0), where(gt(x, bound), g, 0.0) if node.needs(1) else None


@op("ClampMinBackward0", saves=("x",))
def _clamp_min_number(k, x, /, bound):
    """out = x, at least the bound, a number"""
    return k.maximum(x, bound)


@_clamp_min_number.backward
def _(node, g):
    (x,) = node.saved
    return where(ge(x, node.options[0]), g, 0.0)


@op("ClampMinBackward1", saves=("x", "bound"))
def _clamp_min(k, x, bound, /):
    """out = x, at least the bound, a tensor"""
    return k.maximum(x, bound)


@_clamp_min.backward
def _(node, g):
    x, bound = node.saved
    return where(ge(x, bound), g, 0.0), where(lt(x, bound), g, 0.0) if node.needs(1) else None


def floor(input: Any) -> Any:
    """out = the largest integer that is not above input."""
    need_tensor("floor", input)
    refuse_kinds("floor_vml_cpu", "b", input)
    return _floor(input)


def ceil(input: Any) -> Any:
    """out = the smallest integer that is not below input."""
    need_tensor("ceil", input)
    refuse_kinds("ceil_vml_cpu", "b", input)
    return _ceil(input)


def trunc(input: Any) -> Any:
    """out = input without its fraction."""
    need_tensor("trunc", input)
    refuse_kinds("trunc_vml_cpu", "b", input)
    return _trunc(input)


def round(input: Any, *, decimals: int | None = None) -> Any:
    """out = the nearest number with this many decimals; halves go to the even one."""
    need_tensor("round", input)
    if not decimals:
        refuse_kinds("round_vml_cpu", "b", input)
        if decimals is None or kind_of(input) != "f":
            return _round(input)
    refuse_kinds("round_cpu", "biu", input)
    return _round_decimals(input, decimals)


def clamp(input: Any, min: Any = None, max: Any = None) -> Any:
    """out = input, at least `min` and at most `max`: both numbers or both tensors."""
    need_tensor("clamp", input)
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    tensors = [is_tensor(each) for each in (min, max) if each is not None]
    if all(tensors):
        if kind_of(input) == "b" and all(each is None or kind_of(each) == "b" for each in (min, max)):
            refuse_kinds("clamp_cpu", "b", input)
        return _clamp(input, min, max)
    numbers = [each.item() if is_tensor(each) else each for each in (min, max)]  # one of each: both count as numbers
    return _clamp_numbers(input, *numbers)


def clamp_max(input: Any, max: Any) -> Any:
    """out = input, at most `max`."""
    check_combination("clamp_max", "max", input, max)
    if is_tensor(max):
        return _clamp_max(input, max)
    refuse_bools("clamp_max_scalar_cpu", input, max)
    check_number(max, input)
    return _clamp_max_number(input, max)


def clamp_min(input: Any, min: Any) -> Any:
    """out = input, at least `min`."""
    check_combination("clamp_min", "min", input, min)
    if is_tensor(min):
        return _clamp_min(input, min)
    refuse_bools("clamp_min_scalar_cpu", input, min)
    check_number(min, input)
    return _clamp_min_number(input, min)
