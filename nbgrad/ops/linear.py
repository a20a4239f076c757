"""A linear layer: a product, a bias, and the graph that PyTorch records of them."""

import math
from typing import Any

from nbgrad.autograd.modes import mode
from nbgrad.autograd.node import gradient_edge
from nbgrad.autograd.record import BACKENDS, wrap
from nbgrad.autograd.value import Value, is_stale
from nbgrad.ops.matmul import _addmm, addmm, matmul
from nbgrad.ops.shape import _t, reshape, t
from nbgrad.ops.values import array_of, rank


class _LinearNode(_addmm.node_class):
    """The node of `_addmm(bias, input, _t(weight))`, which keeps the weight and turns it when it is asked for."""

    __slots__ = ()

    @property
    def saved(self) -> tuple:
        a, weight = super().saved
        if weight is None:
            return a, None
        return a, _t(weight) if isinstance(weight, Value) else weight.T

    def _complaint(self, value: Value, place: int) -> str:
        if place == 1:
            turned = wrap(value.array.T)  # what the message speaks of
            turned.node, turned.version = self.sources[2], value.version
            value = turned
        return super()._complaint(value, place)


_LinearNode.__name__ = _addmm.node_class.__name__


def _linear(input: Value, weight: Value, bias: Value) -> Value:
    """`_addmm(bias, input, _t(weight))` and the nodes it leaves, written out: small layers are all calls."""
    x, w, b = input.array, weight.array, bias.array
    try:
        output = wrap(BACKENDS[type(x)].addmm(b, x, w.T))
    except Exception:  # arrays of two devices: the op has the sentence
        return _addmm(bias, input, _t(weight))
    if mode.enabled:
        to_bias, bias_output = _edge(bias)
        to_input, input_output = _edge(input)
        to_weight, weight_output = _edge(weight)
        if to_bias is not None or to_input is not None or to_weight is not None:
            dtype = x.dtype
            if to_weight is not None:
                to_weight = _t.node_class((to_weight,), (weight_output,), (w.shape,), (dtype,), ())
            sources, numbers = (to_bias, to_input, to_weight), (bias_output, input_output, 0)
            node = _LinearNode(sources, numbers, (b.shape, x.shape, w.shape[::-1]), (dtype, dtype, dtype), ())
            node.save((input if to_weight is not None else None, weight if to_input is not None else None))
            output.node, output._requires_grad = node, True
    return output


def _edge(value: Value) -> tuple[Any, int]:
    if value.view_of is None:
        if not value._requires_grad:
            return None, 0
        if value.node is not None:
            return value.node, value.output_nr
    elif not value._requires_grad and not is_stale(value):
        return None, 0
    return gradient_edge(value)


def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """out = input @ weightᵀ + bias; input: (..., in), weight: (out, in), bias: (out,)."""
    if bias is None:
        return matmul(input, t(weight))
    if isinstance(input, Value) and isinstance(weight, Value) and isinstance(bias, Value):
        x, w, b = input.array, weight.array, bias.array
        fits = x.ndim == w.ndim == 2 and x.shape[1] == w.shape[1] and b.shape == w.shape[:1]
        if fits and x.dtype is w.dtype is b.dtype:
            return _linear(input, weight, bias)
    if rank(input) == 2:
        return addmm(bias, input, t(weight))
    shape = tuple(array_of(input).shape)
    rows = reshape(input, (math.prod(shape[:-1]), shape[-1]))
    return reshape(addmm(bias, rows, t(weight)), (*shape[:-1], array_of(weight).shape[0]))
