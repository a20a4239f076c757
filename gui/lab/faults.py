"""Numbers that stop being numbers: who was the first to make one."""

import math
from typing import Any

import numpy as np

import nbgrad


class NotFinite(ArithmeticError):
    """Training met NaN or inf and stopped before it reached the weights. phase: where, as in `Snapshot.phase`."""

    def __init__(self, sentence: str, phase: str) -> None:
        super().__init__(sentence)
        self.phase = phase


def all_finite(array: np.ndarray) -> bool:
    return bool(np.isfinite(array).all())


def first_bad_parameter(model: Any) -> str | None:
    return next((name for name, each in model.named_parameters() if not all_finite(each.detach().numpy())), None)


def first_bad_gradient(model: Any) -> str | None:
    """In the order backward reaches them: the last layer first."""
    for name, parameter in reversed(list(model.named_parameters())):
        if parameter.grad is not None and not all_finite(parameter.grad.numpy()):
            return name
    return None


def first_bad_output(model: Any, batch: Any) -> str | None:
    """The first module whose output is not finite, found by running the batch once more with eyes on every module."""
    bad: list[str] = []

    def watch(name: str) -> Any:
        def look(_module: Any, _inputs: Any, output: Any) -> None:
            if not all_finite(output.detach().numpy()):
                bad.append(name)

        return look

    leaves = [(name, module) for name, module in model.named_modules() if not list(module.children())]
    handles = [module.register_forward_hook(watch(name)) for name, module in leaves]
    try:
        with nbgrad.no_grad():
            model(batch)
    finally:
        for handle in handles:
            handle.remove()
    return bad[0] if bad else None


def explain_loss(model: Any, batch: Any, loss: float, step: int) -> NotFinite:
    """The sentence for a loss that is not finite at this step."""
    if name := first_bad_parameter(model):
        culprit = f"the parameter {name} holds the first"
    elif not all_finite(batch.numpy()):
        culprit = "the batch itself holds the first"
    elif name := first_bad_output(model, batch):
        culprit = f"{name} made the first"
    else:
        culprit = "the loss is the first to be one"
    return NotFinite(
        f"The loss became {_name(loss)} at step {step}: of the numbers that are not finite, {culprit}. "
        "The weights of the step before are kept: lower the learning rate, then go on or reset.",
        "loss",
    )


def explain_gradient(name: str, step: int) -> NotFinite:
    return NotFinite(
        f"The gradient of {name} is not finite at step {step}, the first of them on the way back. "
        "The weights of the step before are kept: lower the learning rate, then go on or reset.",
        "backward",
    )


def explain_update(name: str, step: int) -> NotFinite:
    return NotFinite(
        f"The update of step {step} would make {name} overflow. "
        "The weights of the step before are kept: lower the learning rate, then go on or reset.",
        "update",
    )


def _name(value: float) -> str:
    return "NaN" if math.isnan(value) else "infinite"
