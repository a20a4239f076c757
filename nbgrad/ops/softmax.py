"""softmax and its logarithm along one axis."""

from typing import Any

from nbgrad.autograd.record import BACKENDS, op
from nbgrad.autograd.value import Value
from nbgrad.ops.arithmetic import mul, neg, sub
from nbgrad.ops.cast import to_dtype
from nbgrad.ops.dims import canonical_dim
from nbgrad.ops.pointwise import exp
from nbgrad.ops.reduce import sum
from nbgrad.ops.values import array_of

DTYPE_NAMES = {
    "int64": "Long", "int32": "Int", "int16": "Short", "int8": "Char", "uint8": "Byte", "bool": "Bool",
}  # fmt: skip


@op("SoftmaxBackward0", saves=("out",))
def _softmax(k, x, /, axis):
    """out = e^x / Σ e^x"""
    return k.softmax(x, axis)


@_softmax.backward
def _(node, g):
    (out,) = node.saved
    return _softmax_gradient(g, out, node.options[0])


@op("SoftmaxBackwardDataBackward0", saves=("g", "out"))
def _softmax_gradient(k, g, out, /, axis):
    """dx = out (g - Σ g out); linear in g"""
    return k.softmax_gradient(g, out, axis)


@_softmax_gradient.backward
def _(node, h):
    g, out = node.saved
    axis = node.options[0]
    dout = None
    if node.needs(1):
        dout = sub(mul(h, sub(g, sum(mul(g, out), axis, True))), mul(g, sum(mul(h, out), axis, True)))
    return _softmax_gradient(h, out, axis) if node.needs(0) else None, dout


@op("LogSoftmaxBackward0", saves=("out",))
def _log_softmax(k, x, /, axis):
    """out = x - log Σ e^x"""
    return k.log_softmax(x, axis)


@_log_softmax.backward
def _(node, g):
    (out,) = node.saved
    axis = node.options[0]
    if isinstance(g, Value):
        return _log_softmax_gradient(g, out, axis)
    return BACKENDS[type(g)].log_softmax_gradient(g, out, axis)


@op("LogSoftmaxBackwardDataBackward0", saves=("g", "out"))
def _log_softmax_gradient(k, g, out, /, axis):
    """dx = g - e^out Σ g; linear in g"""
    return k.log_softmax_gradient(g, out, axis)


@_log_softmax_gradient.backward
def _(node, h):
    g, out = node.saved
    axis = node.options[0]
    flowing = mul(h, exp(out))
    return (
        sub(h, sum(flowing, axis, True)) if node.needs(0) else None,
        mul(neg(flowing), sum(g, axis, True)) if node.needs(1) else None,
    )


def _checked(input: Any, dim: int, dtype: Any, name: str) -> tuple[Any, int]:
    """The input in the dtype asked for, and the axis; raises NotImplementedError for integers."""
    input = input if dtype is None else to_dtype(input, dtype.numpy)
    array = array_of(input)
    rank, kind = array.ndim, array.dtype
    axis = canonical_dim(dim, rank)
    if kind.kind != "f":
        last = "_lastdim" if axis + 1 == max(rank, 1) else ""
        kernel = f"{name}{last}_kernel_impl"
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{DTYPE_NAMES[kind.name]}'")
    return input, axis


def softmax(input: Any, dim: int, dtype: Any = None) -> Any:
    """out = e^x / Σ e^x along `dim`."""
    if dtype is None and isinstance(input, Value):  # the way most calls go
        array = input.array
        rank = array.ndim
        if array.dtype.kind == "f" and -rank <= dim < rank:
            return _softmax(input, dim if dim >= 0 else dim + rank)
    return _softmax(*_checked(input, dim, dtype, "softmax"))


def log_softmax(input: Any, dim: int, dtype: Any = None) -> Any:
    """out = x - log Σ e^x along `dim`."""
    if dtype is None and isinstance(input, Value):  # the way most calls go
        array = input.array
        rank = array.ndim
        if array.dtype.kind == "f" and -rank <= dim < rank:
            return _log_softmax(input, dim if dim >= 0 else dim + rank)
    return _log_softmax(*_checked(input, dim, dtype, "log_softmax"))


def softmin(input: Any, dim: int, dtype: Any = None) -> Any:
    """out = e^-x / Σ e^-x along `dim`."""
    return softmax(neg(input), dim, dtype)
