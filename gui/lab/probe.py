"""What the network makes of one drawing: every column of the canvas, forwards and backwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

import nbgrad
from gui.lab import chain
from gui.lab.device import beside, host
from gui.lab.networks import DIGITS
from gui.lab.snapshot import LayerView, ProbeView, Stage
from gui.lab.verdict import CLASS, Rule, verdict
from nbgrad.nn import functional as F


def probe(
    model: Any,
    network_input: np.ndarray,
    stages: tuple[Stage, ...],
    *,
    drawing: int,
    step: int,
    target: int | None,
    of: str = "loss",
    gradients: bool = True,
    rule: Rule | None = None,
    window: tuple[float, float, float] = (0.0, 0.0, 1.0),
) -> ProbeView:
    """Classify a drawing (1, 1, 32, 32) and, if asked, send the target digit's loss back to every column.

    target: None for the predicted digit. of: "logit" sends back that digit's logit instead. rule: what counts as no
    digit. window: the part of the sheet that the input shows. The parameters' own gradients stay as training left them.
    """
    with constant_parameters(model), nbgrad.set_grad_enabled(gradients):
        x = beside(model, network_input).requires_grad_(gradients)
        passage = chain.run(model, x)
        logits = passage.logits
        digit = target if target is not None and target < logits.shape[1] else int(host(logits).argmax())
        if gradients:
            for tensor in passage.after:
                tensor.retain_grad()
            chain.objective(logits, digit, of).backward()
    scores, probabilities = _numbers(logits), _numbers(F.softmax(logits.detach(), 1))
    return ProbeView(
        drawing=drawing,
        step=step,
        probabilities=probabilities,
        logits=scores,
        target=digit,
        of=of,
        loss=_cross_entropy(scores, digit),
        stages=stages,
        layers=tuple(_layer(layer, tensor) for layer, tensor in zip(passage.layers, passage.after, strict=True)),
        verdict=verdict(probabilities, rule) if len(probabilities) == DIGITS else CLASS,
        window=window,
    )


def batch_layers(model: Any, pictures: Any, labels: Any) -> tuple[LayerView, ...]:
    """The columns for a batch (N, 1, 32, 32): values are means over its pictures, gradients sums of its mean loss's."""
    with constant_parameters(model), as_in_training(model), nbgrad.enable_grad():
        passage = chain.run(model, pictures.detach().requires_grad_(True))
        gradients = nbgrad.autograd.grad(F.cross_entropy(passage.logits, labels), passage.after)
    views = []
    for layer, tensor, gradient in zip(passage.layers, passage.after, gradients, strict=True):
        value, total = host(tensor).mean(axis=0), host(gradient).sum(axis=0)
        for array in (value, total):
            array.flags.writeable = False
        views.append(_view(layer, value, total))
    return tuple(views)


@contextmanager
def constant_parameters(model: Any) -> Iterator[None]:
    """No gradient flows to the parameters in here."""
    parameters = list(model.parameters())
    for parameter in parameters:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in parameters:
            parameter.requires_grad_(True)


@contextmanager
def as_in_training(model: Any) -> Iterator[None]:
    """Batch normalisation goes by the batch in here; its running statistics come out as they went in."""
    kept = [(buffer.array, buffer.array.copy()) for buffer in model.buffers()]
    model.train()
    try:
        yield
    finally:
        model.eval()
        for buffer, numbers in kept:
            buffer[...] = numbers


def _cross_entropy(scores: np.ndarray, digit: int) -> float:
    """-log softmax(scores)[digit]: the number alone, so that a quick look waits for fewer kernels."""
    shifted = scores.astype(np.float64) - scores.max()
    return float(np.log(np.exp(shifted).sum()) - shifted[digit])


def _layer(layer: chain.Layer, tensor: Any) -> LayerView:
    value = _numbers(tensor)
    gradient = None if tensor.grad is None else _numbers(tensor.grad)
    return _view(layer, value, gradient)


def _view(layer: chain.Layer, value: np.ndarray, gradient: np.ndarray | None) -> LayerView:
    return LayerView(layer.name, layer.module, value.shape, value, gradient, layer.window, layer.relu, layer.skip)


def _numbers(tensor: Any) -> np.ndarray:
    """A private read-only copy of the only picture in the batch."""
    copy = host(tensor)[0].copy()
    copy.flags.writeable = False
    return copy
