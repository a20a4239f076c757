"""What the network makes of one drawing: every column of the canvas, forwards and backwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

import nbgrad
from gui.lab.snapshot import LayerView, ProbeView, Stage
from nbgrad.nn import functional as F


def columns(model: Any, x: Any) -> list[tuple[str, str, Any]]:
    """LeNet's forward with each step kept as (name, module, tensor), input (1, 1, 32, 32) to logits (1, 10)."""
    kept: list[tuple[str, str, Any]] = [("input", "", x)]

    def keep(name: str, module: str, tensor: Any) -> Any:
        kept.append((name, module, tensor))
        return tensor

    x = keep("conv1 + relu", "conv1", F.relu(model.conv1(x)))
    x = keep("pool1", "pool1", F.max_pool2d(x, (2, 2)))
    x = keep("conv2 + relu", "conv2", F.relu(model.conv2(x)))
    x = keep("pool2", "pool2", F.max_pool2d(x, (2, 2)))
    x = nbgrad.flatten(x, 1)
    x = keep("fc1 + relu", "fc1", F.relu(model.fc1(x)))
    x = keep("fc2 + relu", "fc2", F.relu(model.fc2(x)))
    keep("fc3", "fc3", model.fc3(x))
    return kept


def probe(
    model: Any,
    network_input: np.ndarray,
    stages: tuple[Stage, ...],
    *,
    drawing: int,
    step: int,
    target: int | None,
    gradients: bool = True,
) -> ProbeView:
    """Classify a drawing (1, 1, 32, 32) and, if asked, send the target digit's loss back to every column.

    target: None for the predicted digit. The parameters' own gradients stay as training left them.
    """
    with _constant_parameters(model), nbgrad.set_grad_enabled(gradients):
        x = nbgrad.from_numpy(network_input).requires_grad_(gradients)
        kept = columns(model, x)
        logits = kept[-1][2]
        digit = int(logits.detach().numpy().argmax()) if target is None else target
        if gradients:
            for _, _, tensor in kept:
                tensor.retain_grad()
            F.cross_entropy(logits, nbgrad.tensor([digit])).backward()
    scores = _numbers(logits)
    return ProbeView(
        drawing=drawing,
        step=step,
        probabilities=_numbers(F.softmax(logits.detach(), 1)),
        logits=scores,
        target=digit,
        loss=_cross_entropy(scores, digit),
        stages=stages,
        layers=tuple(_layer(name, module, tensor) for name, module, tensor in kept),
    )


@contextmanager
def _constant_parameters(model: Any) -> Iterator[None]:
    """No gradient flows to the parameters in here."""
    parameters = list(model.parameters())
    for parameter in parameters:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in parameters:
            parameter.requires_grad_(True)


def _cross_entropy(scores: np.ndarray, digit: int) -> float:
    """-log softmax(scores)[digit]: the number alone, so that a quick look waits for fewer kernels."""
    shifted = scores.astype(np.float64) - scores.max()
    return float(np.log(np.exp(shifted).sum()) - shifted[digit])


def _layer(name: str, module: str, tensor: Any) -> LayerView:
    value = _numbers(tensor)
    gradient = None if tensor.grad is None else _numbers(tensor.grad)
    return LayerView(name, module, value.shape, value, gradient)


def _numbers(tensor: Any) -> np.ndarray:
    """A private read-only copy of the only picture in the batch."""
    copy = tensor.detach().numpy()[0].copy()
    copy.flags.writeable = False
    return copy
