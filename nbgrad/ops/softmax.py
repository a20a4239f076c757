"""softmax and its logarithm along one axis."""

from typing import Any

from nbgrad.autograd.record import op
from nbgrad.ops.arithmetic import mul, sub
from nbgrad.ops.dims import canonical_dim
from nbgrad.ops.pointwise import exp
from nbgrad.ops.reduce import sum


@op("SoftmaxBackward0", saves=("out",))
def _softmax(k, x, /, axis):
    """out = e^x / Σ e^x"""
    return k.softmax(x, axis)


@_softmax.backward
def _(node, g):
    (out,) = node.saved
    flowing = mul(g, out)
    return sub(flowing, mul(out, sum(flowing, node.options[0], True)))


@op("LogSoftmaxBackward0", saves=("out",))
def _log_softmax(k, x, /, axis):
    """out = x - log Σ e^x"""
    return k.log_softmax(x, axis)


@_log_softmax.backward
def _(node, g):
    (out,) = node.saved
    return sub(g, mul(exp(out), sum(g, node.options[0], True)))


def softmax(input: Any, dim: int) -> Any:
    """out = e^x / Σ e^x along `dim`."""
    return _softmax(input, canonical_dim(dim, len(input.shape)))


def log_softmax(input: Any, dim: int) -> Any:
    """out = x - log Σ e^x along `dim`."""
    return _log_softmax(input, canonical_dim(dim, len(input.shape)))
