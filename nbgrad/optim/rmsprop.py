"""RMSprop: steps divided by the root of a running mean of the gradient's square."""

from collections.abc import Iterable
from typing import Any

from nbgrad.creation import tensor
from nbgrad.optim.optimizer import Optimizer, advance, require
from nbgrad.tensor import Tensor


class RMSprop(Optimizer):
    """s = αs + (1 - α)g²;  b = μb + g / (√s + ε);  p -= lr b.

    centered: √(s - a²) in place of √s, a the running mean of g. Raises ValueError for a setting out of range.
    Source: Hinton 2012, lecture 6 of «Neural networks for machine learning».
    """

    def __init__(
        self, params: Iterable[Any], lr: float = 1e-2, alpha: float = 0.99, eps: float = 1e-8, weight_decay: float = 0,
        momentum: float = 0, centered: bool = False, capturable: bool = False, foreach: bool | None = None,
        maximize: bool = False, differentiable: bool = False,
    ) -> None:  # fmt: skip
        require("learning rate", lr, lr >= 0.0)
        require("epsilon value", eps, eps >= 0.0)
        require("momentum value", momentum, momentum >= 0.0)
        require("weight_decay value", weight_decay, weight_decay >= 0.0)
        require("alpha value", alpha, alpha >= 0.0)
        defaults = {
            "lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps, "centered": centered,
            "weight_decay": weight_decay, "capturable": capturable, "foreach": foreach, "maximize": maximize,
            "differentiable": differentiable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def _update(self, kernels: Any, param: Tensor, gradient: Any, state: dict[str, Any], group: dict[str, Any]) -> None:
        if not state:
            state["step"] = tensor(0.0)
            wanted = {"square_avg": True, "momentum_buffer": group["momentum"] > 0, "grad_avg": group["centered"]}
            shape, kind = param.array.shape, param.array.dtype
            state.update({name: Tensor(kernels.full(shape, 0, kind)) for name, use in wanted.items() if use})
        advance(state)
        mean = state["grad_avg"].array if group["centered"] else None
        buffer = state["momentum_buffer"].array if group["momentum"] > 0 else None
        kernels.rmsprop(
            param.array, gradient, state["square_avg"].array, mean, buffer, float(group["lr"]), float(group["alpha"]),
            float(group["eps"]), float(group["weight_decay"]), float(group["momentum"]),
        )  # fmt: skip
