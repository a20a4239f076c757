"""Adam: a step size for every weight, from running means of its gradient and of the gradient's square."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from nbgrad.optim.optimizer import Optimizer
from nbgrad.tensor import Tensor


class Adam(Optimizer):
    """m = β₁m + (1 - β₁)g;  v = β₂v + (1 - β₂)g²;  p -= lr m̂ / (√v̂ + ε), m̂ and v̂ corrected for their start at 0.

    Raises ValueError for a setting out of range.
    Source: Kingma and Ba 2015, «Adam: a method for stochastic optimization».
    """

    def __init__(
        self, params: Iterable[Any], lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:  # fmt: skip
        for name, value in (("learning rate", lr), ("epsilon value", eps), ("weight_decay value", weight_decay)):
            if value < 0.0:
                raise ValueError(f"Invalid {name}: {value}")
        for i, beta in enumerate(betas):
            if not 0.0 <= beta < 1.0:
                raise ValueError(f"Invalid beta parameter at index {i}: {beta}")
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    def _update(self, kernels: Any, param: Tensor, gradient: Any, state: dict[str, Any], group: dict[str, Any]) -> None:
        if not state:
            state["step"] = 0
            state["exp_avg"] = Tensor(np.zeros_like(param.array))
            state["exp_avg_sq"] = Tensor(np.zeros_like(param.array))
        state["step"] += 1
        kernels.adam(
            param.array, gradient, state["exp_avg"].array, state["exp_avg_sq"].array, state["step"], group["lr"],
            *group["betas"], group["eps"], group["weight_decay"],
        )  # fmt: skip
