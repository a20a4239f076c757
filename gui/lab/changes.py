"""The microscope on an update: how the optimizer's last step made a weight what it is, as the arithmetic itself."""

from typing import Any

import numpy as np

from gui.lab.device import host
from gui.lab.findings import ChangeView, Spot
from gui.lab.step_records import numbers
from gui.lab.steps import Buffer, UpdateView
from gui.lab.trainer import Trainer
from gui.lab.updates import settings_of, weight_of

ONLY = (0,)  # where the one number of these records lies


def change(trainer: Trainer, spot: Spot) -> ChangeView | None:
    """What the last step did to one number of a parameter; None before a step.

    Raises KeyError or IndexError where there is no such number.
    """
    assert spot.parameter is not None
    named = dict(trainer.model.named_parameters())
    parameter, last = named[spot.parameter], trainer.last
    weights = parameter.array
    if len(spot.index) != weights.ndim:
        raise IndexError(f"There is no number {spot.index} in {spot.parameter}.")
    now = host(weights[spot.index])
    if last is None or parameter.grad is None:
        return None
    place = list(named).index(spot.parameter)
    before, gradient = host(last.weights[place][spot.index]), host(parameter.grad.array[spot.index])
    held = {key: _at(value, spot.index) for key, value in trainer.optimizer.state.get(parameter, {}).items()}
    old = {key: _at(value, spot.index) for key, value in last.memory[place].items()}
    buffers = tuple(
        Buffer(key, numbers(old[key]) if key in old else None, numbers(value)) for key, value in held.items()
    )
    record = UpdateView(
        number=0,
        node=0,
        name=spot.parameter,
        optimizer=type(trainer.optimizer).__name__,
        settings=settings_of(last.settings),
        before=numbers([before]),
        gradient=numbers([gradient]),
        buffers=buffers,
        after=numbers([now]),
        step=numbers([now - before]),
    )
    written = weight_of(record, ONLY)
    if written is None:
        return None
    return ChangeView(spot, record.optimizer, float(before), float(gradient), written.lines, float(now), written.bound)


def _at(value: Any, index: tuple[int, ...]) -> np.ndarray:
    """Of what an optimizer remembers, the number for a weight, or the one for all of them."""
    held = np.asarray(host(value), np.float32)
    return np.array([held[index] if held.ndim else held], np.float32)
