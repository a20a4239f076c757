"""Whether operations are recorded, per thread: `no_grad`, `enable_grad`, `set_grad_enabled`."""

import functools
import threading
from collections.abc import Callable
from typing import Any


class _Mode(threading.local):
    enabled = True  # are operations recorded?
    inference = False


class _Anomaly:
    looked_for = False  # does each node remember where it was made, and is each gradient looked at? For all threads


mode = _Mode()
anomaly = _Anomaly()


def is_grad_enabled() -> bool:
    """Whether operations are being recorded in this thread."""
    return mode.enabled


class _GradMode:
    """A context manager, and a decorator, that records or does not while it lasts."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._outer: list[bool] = []

    def __enter__(self) -> None:
        self._outer.append(mode.enabled)
        mode.enabled = self._enabled

    def __exit__(self, *exception: object) -> None:
        mode.enabled = self._outer.pop()

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with _GradMode(self._enabled):
                return function(*args, **kwargs)

        return inside


class no_grad(_GradMode):
    """Do not record: results need no gradient and keep nothing for a backward pass.

    >>> import nbgrad as torch
    >>> x = torch.ones(2, requires_grad=True)
    >>> with torch.no_grad():
    ...     (x * 2).requires_grad
    False
    """

    def __init__(self) -> None:
        super().__init__(False)


class enable_grad(_GradMode):
    """Record, inside a `no_grad` too."""

    def __init__(self) -> None:
        super().__init__(True)


class set_grad_enabled(_GradMode):
    """Record or not, as the argument says, from now on or inside a `with`."""

    def __init__(self, mode_: bool) -> None:
        super().__init__(mode_)
        self._outer.append(mode.enabled)
        mode.enabled = mode_

    def __enter__(self) -> None:
        mode.enabled = self._enabled


class inference_mode(_GradMode):
    """Do not record, like `no_grad`; `inference_mode(False)` records."""

    def __init__(self, mode: bool = True) -> None:
        super().__init__(not mode)
        self._inference = mode

    def __enter__(self) -> None:
        super().__enter__()
        self._outer.append(mode.inference)
        mode.inference = self._inference

    def __exit__(self, *exception: object) -> None:
        mode.inference = self._outer.pop()
        super().__exit__(*exception)


def is_inference_mode_enabled() -> bool:
    """Whether this thread is inside `inference_mode`."""
    return mode.inference


class set_detect_anomaly:
    """Look at every gradient of a backward pass for NaN, from now on or inside a `with`, and say which line made it."""

    def __init__(self, mode_: bool) -> None:
        self._outer, anomaly.looked_for = anomaly.looked_for, mode_

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: object) -> None:
        anomaly.looked_for = self._outer


class detect_anomaly(set_detect_anomaly):
    """`with detect_anomaly():` looks at every gradient for NaN while it lasts."""

    def __init__(self) -> None:
        super().__init__(True)
