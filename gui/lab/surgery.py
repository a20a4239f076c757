"""Changing weights by hand: what it does to the loss, beside what the gradient had promised; and the way back."""

import math
from dataclasses import replace
from typing import Any

import numpy as np

import nbgrad
from gui.lab import chain
from gui.lab.device import beside, host
from gui.lab.findings import Edit, EditView, Effect
from gui.lab.networks import DIGITS, classes_of, portion
from gui.lab.trainer import Trainer
from gui.lab.wording import translate
from nbgrad.nn import functional as F
from nbgrad.vision.transforms import network_input

TEST_DIGITS = 500  # enough to see half a percent, few enough to answer at once
HOW = ("set", "scale", "add")


class EditError(ValueError):
    """One sentence that says what about an edit is wrong."""


class Surgery:
    """Edits a trainer's weights and keeps what they were; a training step, a reset or another run forgets them."""

    def __init__(self) -> None:
        self._kept: list[tuple[str, tuple[int, ...], np.ndarray]] = []
        self._of: tuple[int, int] | None = None  # the model and the step the kept numbers belong to

    def left(self, trainer: Trainer) -> int:
        """How many edits can be undone."""
        if self._of != (id(trainer.model), trainer.steps):
            self._kept.clear()
        return len(self._kept)

    def apply(self, trainer: Trainer, edit: Edit, picture: np.ndarray | None, digit: int | None) -> EditView:
        """Do it and say what came of it, for the drawing's network input and for test digits; raises EditError."""
        if edit.how not in HOW or not math.isfinite(edit.amount):
            raise EditError(
                translate("lab", "An edit sets, scales or adds a number, not «{0} {1}».").format(edit.how, edit.amount)
            )
        numbers = _numbers(trainer, edit.parameter)
        old = numbers[edit.index].copy()
        with np.errstate(over="ignore"):
            amount = np.float32(edit.amount)
            new = {"set": np.full_like(old, amount), "scale": old * amount, "add": old + amount}[edit.how]
        if not np.isfinite(new).all():
            raise EditError(
                translate("lab", "This edit would make numbers of {0} overflow; nothing was changed.").format(
                    edit.parameter
                )
            )
        self.left(trainer)
        self._kept.append((edit.parameter, edit.index, old))
        self._of = (id(trainer.model), trainer.steps)
        view = _measure(trainer, edit, new, picture, digit)
        return replace(view, edit=edit, left=len(self._kept))

    def undo(self, trainer: Trainer, picture: np.ndarray | None, digit: int | None) -> EditView:
        """Take the last edit back; raises EditError where there is none."""
        if not self.left(trainer):
            raise EditError(translate("lab", "There is no edit to undo: a training step or a reset makes edits final."))
        parameter, index, old = self._kept.pop()
        view = _measure(trainer, Edit(parameter, index, "set", 0.0), old, picture, digit)
        return replace(view, edit=None, left=len(self._kept))


def _numbers(trainer: Trainer, parameter: str) -> np.ndarray:
    return host(dict(trainer.model.named_parameters())[parameter])


def _measure(trainer: Trainer, edit: Edit, new: np.ndarray, picture: np.ndarray | None, digit: int | None) -> EditView:
    """Write the new numbers; losses before and after, and the first-order promise Σ gradient * change."""
    batches = []
    if picture is not None and digit is not None:
        batches.append((picture, np.array([digit])))
    testing = trainer.has_data and classes_of(trainer.model) == DIGITS
    if testing:
        digits = trainer.digits
        chosen = np.arange(min(portion(trainer.model, TEST_DIGITS), len(digits.test_labels)))
        batches.append((network_input(digits.test_pictures, chosen), digits.test_labels[chosen]))
    before = [_look(trainer, edit.parameter, *batch) for batch in batches]
    delta = new.astype(np.float64) - _numbers(trainer, edit.parameter)[edit.index]
    trainer.write(edit.parameter, edit.index, new)
    after = [_look(trainer, None, *batch) for batch in batches]
    effects = [
        Effect(first[0], second[0], float((first[2][edit.index].astype(np.float64) * delta).sum()))
        for first, second in zip(before, after, strict=True)
    ]
    drawn = picture is not None and digit is not None
    logits = np.stack((before[0][1][0], after[0][1][0])) if drawn else None
    accuracies, count = None, 0
    if testing:
        labels, count = batches[-1][1], len(batches[-1][1])
        shares = [float((side[-1][1].argmax(1) == labels).mean()) for side in (before, after)]
        accuracies = (shares[0], shares[1])
    return EditView(
        edit=edit, picture=effects[0] if drawn else None, test=effects[-1] if testing else None,
        accuracies=accuracies, count=count, logits=logits, digit=digit, left=0,
    )  # fmt: skip


def _look(trainer: Trainer, parameter: str | None, pictures: np.ndarray, labels: np.ndarray) -> tuple[Any, Any, Any]:
    """Loss, logits, and the gradient of one parameter where it is asked for."""
    with nbgrad.set_grad_enabled(parameter is not None):
        logits = chain.run(trainer.model, beside(trainer.model, pictures)).logits
        loss = F.cross_entropy(logits, beside(logits, labels.astype(np.int64)))
        gradient = None
        if parameter is not None:
            weight = dict(trainer.model.named_parameters())[parameter]
            gradient = host(nbgrad.autograd.grad(loss, [weight])[0])
    return loss.item(), host(logits), gradient
