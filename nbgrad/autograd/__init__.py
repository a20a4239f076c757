"""Automatic differentiation: `nbgrad.autograd.grad`, `backward`, `gradcheck`, and the graph as records."""

from collections.abc import Sequence
from typing import Any

from nbgrad.autograd import engine, graph
from nbgrad.autograd.function import Function
from nbgrad.autograd.gradcheck import gradcheck, gradgradcheck
from nbgrad.autograd.modes import (
    detect_anomaly,
    enable_grad,
    inference_mode,
    no_grad,
    set_detect_anomaly,
    set_grad_enabled,
)
from nbgrad.autograd.value import Value

__all__ = [
    "Function", "backward", "detect_anomaly", "enable_grad", "grad", "gradcheck", "gradgradcheck", "graph",
    "inference_mode", "no_grad", "set_detect_anomaly", "set_grad_enabled",
]  # fmt: skip


def backward(
    tensors: Any, grad_tensors: Any = None, retain_graph: bool | None = None, create_graph: bool = False
) -> None:
    """Compute gradients of several tensors at once and add them to `.grad` of the leaves."""
    tensors = _listed(tensors)
    engine.backward(tensors, _listed(grad_tensors, len(tensors)), retain_graph, create_graph)


def grad(
    outputs: Any, inputs: Any, grad_outputs: Any = None, retain_graph: bool | None = None, create_graph: bool = False,
    allow_unused: bool = False,
) -> tuple:  # fmt: skip
    """The gradients of `outputs` with respect to `inputs`, returned instead of added to `.grad`.

    >>> import nbgrad as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> (slope,) = torch.autograd.grad(x ** 2, x)
    >>> slope
    tensor(6.)
    """
    outputs = _listed(outputs)
    starts = _listed(grad_outputs, len(outputs))
    return engine.grad(outputs, _listed(inputs), starts, retain_graph, create_graph, allow_unused)


def _listed(values: Any, count: int = 1) -> Sequence[Any]:
    if values is None:
        return [None] * count
    return [values] if isinstance(values, Value) else list(values)
