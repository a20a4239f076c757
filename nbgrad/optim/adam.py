"""Adam: a step size for every weight, from running means of its gradient and of the gradient's square."""

from collections.abc import Iterable
from typing import Any

from nbgrad.creation import tensor
from nbgrad.optim.optimizer import Optimizer, advance, require
from nbgrad.tensor import Tensor


class Adam(Optimizer):
    """m = β₁m + (1 - β₁)g;  v = β₂v + (1 - β₂)g²;  p -= lr m̂ / (√v̂ + ε), m̂ and v̂ corrected for their start at 0.

    amsgrad: v̂ from the largest v so far. Raises ValueError for a setting out of range.
    Source: Kingma and Ba 2015, «Adam: a method for stochastic optimization».
    """

    def __init__(
        self, params: Iterable[Any], lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 0, amsgrad: bool = False, *, foreach: bool | None = None, maximize: bool = False,
        capturable: bool = False, differentiable: bool = False, fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:  # fmt: skip
        require("learning rate", lr, lr >= 0.0)
        require("epsilon value", eps, eps >= 0.0)
        for i, beta in enumerate(betas):
            require(f"beta parameter at index {i}", beta, 0.0 <= beta < 1.0)
        require("weight_decay value", weight_decay, weight_decay >= 0.0)
        defaults = {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad,
            "maximize": maximize, "foreach": foreach, "capturable": capturable, "differentiable": differentiable,
            "fused": fused, "decoupled_weight_decay": decoupled_weight_decay,
        }  # fmt: skip
        super().__init__(params, defaults)

    def _update(self, kernels: Any, param: Tensor, gradient: Any, state: dict[str, Any], group: dict[str, Any]) -> None:
        if not state:
            state["step"] = tensor(0.0)
            names = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq") if group["amsgrad"] else ("exp_avg", "exp_avg_sq")
            state.update({name: Tensor(kernels.full(param.array.shape, 0, param.array.dtype)) for name in names})
        step, settings = advance(state), (float(group["lr"]), *group["betas"], group["eps"], group["weight_decay"])
        m, v = state["exp_avg"].array, state["exp_avg_sq"].array
        if not group["amsgrad"] and not group["decoupled_weight_decay"]:
            kernels.adam(param.array, gradient, m, v, int(step), *settings)
            return
        top = state["max_exp_avg_sq"].array if group["amsgrad"] else None
        kernels.adamw(param.array, gradient, m, v, top, group["decoupled_weight_decay"], step, *settings)


class AdamW(Adam):
    """Adam whose weight decay acts on the parameter alone: p -= lr λ p.

    Source: Loshchilov and Hutter 2019, «Decoupled weight decay regularization».
    """

    def __init__(
        self, params: Iterable[Any], lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 1e-2, amsgrad: bool = False, *, maximize: bool = False, foreach: bool | None = None,
        capturable: bool = False, differentiable: bool = False, fused: bool | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad, foreach=foreach, maximize=maximize, capturable=capturable,
            differentiable=differentiable, fused=fused, decoupled_weight_decay=True,
        )  # fmt: skip
