"""Parameters as the window sees them: private copies with their statistics."""

from typing import Any

import numpy as np

from gui.lab.snapshot import ParameterView
from gui.lab.summary import summarize


def parameter_view(name: str, array: np.ndarray, grad: Any, before: np.ndarray | None) -> ParameterView:
    """array: the live numbers; grad: the gradient's tensor or None; before: the numbers of the step before, or None."""
    value = _private(array)
    gradient = None if grad is None else _private(grad.numpy())
    update = None if before is None else _frozen(value - before)
    summary = summarize(value)
    ratio = None if update is None or not summary.norm else summarize(update).norm / summary.norm
    return ParameterView(
        name=name,
        shape=value.shape,
        dtype=str(value.dtype),
        value=value,
        gradient=gradient,
        update=update,
        value_summary=summary,
        gradient_summary=None if gradient is None else summarize(gradient),
        update_ratio=ratio,
    )


def _private(array: np.ndarray) -> np.ndarray:
    return _frozen(array.copy())


def _frozen(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array
