"""What the recorder needs to know of a tensor. `nbgrad.tensor.Tensor` adds everything a learner touches."""

import weakref
from typing import Any


class Value:
    """An array and its place in the backward graph.

    grad_fn: the node of the operation that made it, None for a leaf.
    version: a list of one number, shared by all views of a storage, raised by every in-place change.
    is_view: whether the array shows another tensor's numbers.
    accumulate: weak reference to the AccumulateGrad node of a leaf, once it has one.
    hooks: functions called with the gradient of a leaf, None where there are none.
    """

    __slots__ = (
        "__weakref__", "_requires_grad", "accumulate", "array", "grad", "grad_fn", "hooks", "is_view", "output_nr",
        "version",
    )  # fmt: skip

    def __init__(self, array: Any, requires_grad: bool = False) -> None:
        self.array: Any = array
        self.grad: Any = None
        self.grad_fn: Any = None
        self.output_nr = 0
        self.version: list[int] = [0]
        self.is_view = False
        self.accumulate: weakref.ref[Any] | None = None
        self.hooks: list[Any] | None = None
        self._requires_grad = requires_grad
