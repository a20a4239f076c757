"""Parameters as the window sees them: private copies with their statistics."""

from typing import Any

import numpy as np

from gui.lab.snapshot import ParameterView
from gui.lab.summary import summarize

MANY = 40_000  # numbers of a convolution, from which on nobody looks at each kernel's change


def parameter_view(name: str, array: np.ndarray, grad: Any, before: np.ndarray | None) -> ParameterView:
    """array: the live numbers; grad: the gradient's tensor or None; before: the numbers of the step before, or None."""
    value = array.copy()
    gradient = None if grad is None else grad.numpy().copy()
    update = None if before is None else value - before
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
