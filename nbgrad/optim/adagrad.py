"""Adagrad: steps that shrink where gradients have been large."""

from collections.abc import Iterable
from typing import Any

from nbgrad.autograd.record import BACKENDS
from nbgrad.creation import tensor
from nbgrad.optim.optimizer import Optimizer, advance, require
from nbgrad.tensor import Tensor


class Adagrad(Optimizer):
    """s = s + g²;  p -= lr / (1 + (t - 1) η) g / (√s + ε), η: lr_decay.

    Raises ValueError for a setting out of range.
    Source: Duchi, Hazan and Singer 2011, «Adaptive subgradient methods for online learning».
    """

    def __init__(
        self, params: Iterable[Any], lr: float = 1e-2, lr_decay: float = 0, weight_decay: float = 0,
        initial_accumulator_value: float = 0, eps: float = 1e-10, foreach: bool | None = None, *,
        maximize: bool = False, differentiable: bool = False, fused: bool | None = None,
    ) -> None:  # fmt: skip
        require("learning rate", lr, lr >= 0.0)
        require("lr_decay value", lr_decay, lr_decay >= 0.0)
        require("weight_decay value", weight_decay, weight_decay >= 0.0)
        require("initial_accumulator_value value", initial_accumulator_value, initial_accumulator_value >= 0.0)
        require("epsilon value", eps, eps >= 0.0)
        defaults = {
            "lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value, "foreach": foreach, "maximize": maximize,
            "differentiable": differentiable, "fused": fused,
        }  # fmt: skip
        super().__init__(params, defaults)
        for group in self.param_groups:
            for param in group["params"]:
                kernels, start = BACKENDS[type(param.array)], group["initial_accumulator_value"]
                start = kernels.full(param.array.shape, start, param.array.dtype)
                self.state[param] = {"step": tensor(0.0), "sum": Tensor(start)}

    def _update(self, kernels: Any, param: Tensor, gradient: Any, state: dict[str, Any], group: dict[str, Any]) -> None:
        rate = float(group["lr"]) / (1 + (advance(state) - 1) * group["lr_decay"])
        settings = float(group["eps"]), float(group["weight_decay"])
        kernels.adagrad(param.array, gradient, state["sum"].array, float(rate), *settings)
