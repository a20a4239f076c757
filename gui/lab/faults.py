"""Numbers that stop being numbers: who was the first to make one."""

import math
from typing import Any

import numpy as np

import nbgrad
from gui.lab.wording import Wording, translate


class NotFinite(ArithmeticError):
    """Training met NaN or inf and stopped before it reached the weights. phase: where, as in `Snapshot.phase`."""

    def __init__(self, sentence: Wording, phase: str) -> None:
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
        culprit = translate("lab", "the parameter {0} holds the first").format(name)
    elif not all_finite(batch.numpy()):
        culprit = translate("lab", "the batch itself holds the first")
    elif name := first_bad_output(model, batch):
        culprit = translate("lab", "{0} made the first").format(name)
    else:
        culprit = translate("lab", "the loss is the first to be one")
    return _not_finite(
        translate("lab", "The loss became {0} at step {1}: of the numbers that are not finite, {2}.").format(
            _name(loss), step, culprit
        ),
        "loss",
    )


def explain_gradient(name: str, step: int) -> NotFinite:
    return _not_finite(
        translate("lab", "The gradient of {0} is not finite at step {1}, the first of them on the way back.").format(
            name, step
        ),
        "backward",
    )


def explain_update(name: str, step: int) -> NotFinite:
    return _not_finite(translate("lab", "The update of step {0} would make {1} overflow.").format(step, name), "update")


def _not_finite(what: Wording, phase: str) -> NotFinite:
    advice = translate(
        "lab", "{0} The weights of the step before are kept: lower the learning rate, then go on or reset."
    )
    return NotFinite(advice.format(what), phase)


def _name(value: float) -> str:
    return "NaN" if math.isnan(value) else "infinite"
