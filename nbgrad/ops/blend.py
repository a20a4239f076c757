"""Three tensors at once: a product or quotient added, and the way from one number to another."""

from typing import Any

from nbgrad.autograd.record import op
from nbgrad.ops.arithmetic import div, mul, neg, sub
from nbgrad.ops.operands import kind_of, need_tensors, refuse_kinds
from nbgrad.ops.values import array_of, is_tensor, word


@op("AddcmulBackward0", saves=("a", "b"))
def _addcmul(k, x, a, b, /, value):
    """out = x + value a b"""
    return k.add(x, k.mul(k.mul(a, b), value))


@_addcmul.backward
def _(node, g):
    a, b = node.saved
    (value,) = node.options
    return (
        g,
        mul(mul(g, b), value) if node.needs(1) else None,
        mul(mul(g, a), value) if node.needs(2) else None,
    )


@op("AddcdivBackward0", saves=("a", "b"))
def _addcdiv(k, x, a, b, /, value):
    """out = x + value a / b"""
    return k.add(x, k.mul(k.div(a, b), value))


@_addcdiv.backward
def _(node, g):
    a, b = node.saved
    (value,) = node.options
    share = div(mul(g, value), b)
    return g, share, neg(mul(share, div(a, b))) if node.needs(2) else None


@op("LerpBackward0")
def _lerp_number(k, a, b, /, weight):
    """out = a + weight (b - a), the weight a number"""
    return k.add(a, k.mul(k.sub(b, a), weight))


@_lerp_number.backward
def _(node, g):
    (weight,) = node.options
    return mul(g, 1 - weight), mul(g, weight)


@op("LerpBackward1", saves=("a", "b", "weight"))
def _lerp(k, a, b, weight, /):
    """out = a + weight (b - a)"""
    return k.add(a, k.mul(k.sub(b, a), weight))


@_lerp.backward
def _(node, g):
    a, b, weight = node.saved
    return mul(g, sub(1.0, weight)), mul(g, weight), mul(g, sub(b, a)) if node.needs(2) else None


def addcmul(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> Any:
    """out = input + value * tensor1 * tensor2."""
    need_tensors("addcmul", ("input", input), ("tensor1", tensor1), ("tensor2", tensor2))
    whole = all(kind_of(each) != "f" for each in (input, tensor1, tensor2))
    return _addcmul(input, tensor1, tensor2, int(value) if whole else value)


def addcdiv(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> Any:
    """out = input + value * tensor1 / tensor2."""
    need_tensors("addcdiv", ("input", input), ("tensor1", tensor1), ("tensor2", tensor2))
    if kind_of(tensor1) != "f" and kind_of(tensor2) != "f":
        raise RuntimeError(_NO_INTEGERS)
    return _addcdiv(input, tensor1, tensor2, value)


_NO_INTEGERS = (
    "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true "
    "division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * "
    "torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) for "
    "float inputs. The future addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), "
    "for all dtypes."
)


def lerp(input: Any, end: Any, weight: Any) -> Any:
    """out = input + weight (end - input): the way from `input` to `end`."""
    need_tensors("lerp", ("input", input), ("end", end))
    for name, each in (("end", end), ("weight", weight)):
        if is_tensor(each) and array_of(each).dtype != array_of(input).dtype:
            kinds = [word(array_of(value).dtype) for value in (input, each)]
            raise RuntimeError(f"expected dtype {kinds[0]} for `{name}` but got dtype {kinds[1]}")
    refuse_kinds("lerp_kernel_tensor" if is_tensor(weight) else "lerp_kernel_scalar", "biu", input)
    return _lerp(input, end, weight) if is_tensor(weight) else _lerp_number(input, end, weight)
