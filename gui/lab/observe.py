"""Parameters as the window sees them: private copies with their statistics."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gui.lab.device import host
from gui.lab.history import Histories
from gui.lab.snapshot import ParameterView
from gui.lab.summary import summarize

MANY = 40_000  # numbers of a convolution, from which on nobody looks at each kernel's change
REST = 8  # times as long as reading all parameters took, a run in a hurry goes on before they are read again


class Observer:
    """Looks at all parameters of a run, and remembers how their histograms went."""

    def __init__(self) -> None:
        self._histories = Histories()
        self._seen: tuple[ParameterView, ...] = ()
        self._rests_until = 0.0

    def look(self, step: int, model: Any, before: Sequence[Any] | None, *, hurry: bool) -> tuple[ParameterView, ...]:
        """before: the numbers of the step before, in the order of the parameters. hurry: the last look will do, where
        looking costs much: those of a large network, or of one on a GPU, are not brought here for every snapshot.
        """
        start = time.perf_counter()
        if hurry and self._seen and start < self._rests_until:
            return self._seen
        named = list(model.named_parameters())
        views = [
            parameter_view(name, parameter.detach(), parameter.grad, old)
            for (name, parameter), old in zip(named, before or [None] * len(named), strict=True)
        ]
        self._histories.add(step, views)
        self._seen = tuple(replace(view, history=self._histories.of(place)) for place, view in enumerate(views))
        now = time.perf_counter()
        self._rests_until = now + REST * (now - start)
        return self._seen


def parameter_view(name: str, numbers: Any, grad: Any, before: Any) -> ParameterView:
    """numbers: the live ones; grad: the gradient's tensor or None; before: the numbers of the step before, or None."""
    value = host(numbers).copy()
    gradient = None if grad is None else host(grad).copy()
    update = None if before is None else value - host(before)
    summary = summarize(value)
    gradient_summary = None if gradient is None else summarize(gradient)
    ratio = None if update is None or not summary.norm else summarize(update).norm / summary.norm
    by_filter = np.abs(update).mean(1) if update is not None and update.ndim == 4 and update.size > MANY else None
    for private in (value, gradient, update, by_filter):
        if private is not None:
            private.flags.writeable = False
    return ParameterView(
        name=name,
        shape=value.shape,
        dtype=str(value.dtype),
        value=value,
        gradient=gradient,
        update=update,
        value_summary=summary,
        gradient_summary=gradient_summary,
        update_ratio=ratio,
        update_by_filter=by_filter,
    )
