"""What the recorder needs to know of a tensor. `nbgrad.tensor.Tensor` adds everything a learner touches."""

import weakref
from collections.abc import Sequence
from typing import Any


class View:
    """What a view knows of the tensor whose numbers it shows.

    base: the tensor that owns the numbers. version: of the storage, when the view's node was made; an in-place change
    makes that node stale. siblings: how many views the operation gave at once.
    """

    __slots__ = ("base", "siblings", "version")

    def __init__(self, base: "Value", siblings: int) -> None:
        self.base = base
        self.siblings = siblings
        self.version = base.version[0]


UNCHANGED: Sequence[int] = (0,)


class Value:
    """An array and its place in the backward graph.

    node: the recorded operation that made it, None for a leaf. version: how often the storage was changed in place, as
    a list of one number that all views share; `UNCHANGED` where there was neither a change nor a view. accumulate: weak
    reference to the AccumulateGrad node of a leaf, once it has one. hooks: functions called before (and after) a leaf's
    gradient is added, None where there are none.
    """

    __slots__ = (
        "__weakref__", "_grad", "_requires_grad", "accumulate", "array", "hooks", "node", "output_nr", "version",
        "view_of",
    )  # fmt: skip

    def __init__(self, array: Any, requires_grad: bool = False) -> None:
        self.array: Any = array
        self._grad: Any = None
        self.node: Any = None
        self.output_nr = 0
        self.version = UNCHANGED
        self.view_of: View | None = None
        self.accumulate: weakref.ref[Any] | None = None
        self.hooks: Any = None
        self._requires_grad = requires_grad


def shared_version(value: Value) -> Sequence[int]:
    """The version of a value, for another one that shows the same numbers."""
    if value.version is UNCHANGED:
        value.version = [0]
    return value.version


def mark_changed(value: Value) -> None:
    """Raise the version: the numbers were changed in place."""
    if value.version is UNCHANGED:
        value.version = [1]
    else:
        value.version[0] += 1  # type: ignore[index]


def is_stale(value: Value) -> bool:
    """Whether a view shows numbers that a recorded change has touched since the view's node was made."""
    view = value.view_of
    return view is not None and view.version != value.version[0] and view.base._requires_grad
