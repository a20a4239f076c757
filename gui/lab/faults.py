"""Numbers that stop being numbers: who was the first to make one."""

import math
from typing import Any

import numpy as np

import nbgrad
from gui.lab.device import host
from gui.lab.wording import Wording, translate


class NotFinite(ArithmeticError):
    """Training met NaN or inf and stopped before it reached the weights. phase: where, as in `Snapshot.phase`."""

    def __init__(self, sentence: Wording, phase: str) -> None:
        super().__init__(sentence)
        self.phase = phase


def all_finite(numbers: Any) -> bool:
    """numbers: a tensor or an array."""
    return bool(np.isfinite(host(numbers)).all())


def first_bad_parameter(model: Any) -> str | None:
    return _first_bad([(name, parameter.detach()) for name, parameter in model.named_parameters()])


def first_bad_gradient(model: Any) -> str | None:
    """In the order backward reaches them: the last layer first."""
    named = reversed(list(model.named_parameters()))
    return _first_bad([(name, parameter.grad) for name, parameter in named if parameter.grad is not None])


def _first_bad(named: list[tuple[str, Any]]) -> str | None:
    """The first of these tensors with a number that is not finite; of those on a GPU the largest is asked for first."""
    if named and named[0][1].is_cuda:
        together = nbgrad.cat([tensor.reshape(-1) for _name, tensor in named])
        if math.isfinite(nbgrad.norm(together, math.inf).item()):
            return None
    return next((name for name, tensor in named if not all_finite(tensor)), None)


def first_bad_output(model: Any, batch: Any) -> str | None:
    """The first module whose output is not finite, found by running the batch once more with eyes on every module."""
    bad: list[str] = []

    def watch(name: str) -> Any:
        def look(_module: Any, _inputs: Any, output: Any) -> None:
            if not all_finite(output):
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
    elif not all_finite(batch):
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
