"""What the recorder needs to know of a tensor. `nbgrad.tensor.Tensor` adds everything a learner touches."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import weakref

    from nbgrad.autograd.node import Node


class Value:
    """An array and its place in the backward graph.

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
        self.grad_fn: Node | None = None
        self.output_nr = 0
        self.version: list[int] = [0]
        self.is_view = False
        self.accumulate: weakref.ref[Any] | None = None
        self.hooks: list[Any] | None = None
        self._requires_grad = requires_grad
