"""Parameter: a tensor that a module learns."""

from typing import Any

from nbgrad.tensor import Tensor


class Parameter(Tensor):
    """A leaf tensor that a module finds among its attributes and hands to the optimizer."""

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = True) -> None:
        super().__init__(data.array if isinstance(data, Tensor) else data)
        self.requires_grad = requires_grad

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"
