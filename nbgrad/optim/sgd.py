"""Stochastic gradient descent, plain, with momentum, or with Nesterov's."""

from collections.abc import Iterable
from typing import Any

from nbgrad.optim.optimizer import Optimizer, require
from nbgrad.tensor import Tensor


class SGD(Optimizer):
    """d = g + λp;  b = μb + (1 - τ)d;  p -= lr b, or p -= lr (d + μb) with Nesterov's momentum.

    μ: momentum, τ: dampening, λ: weight_decay. Raises ValueError for a negative setting.
    Source: Sutskever et al. 2013, «On the importance of initialization and momentum in deep learning».

    >>> import nbgrad as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = SGD([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w.detach()
    tensor([0.8000])
    """

    def __init__(
        self, params: Iterable[Any], lr: float = 1e-3, momentum: float = 0, dampening: float = 0,
        weight_decay: float = 0, nesterov: bool = False, *, maximize: bool = False, foreach: bool | None = None,
        differentiable: bool = False, fused: bool | None = None,
    ) -> None:  # fmt: skip
        require("learning rate", lr, lr >= 0.0)
        require("momentum value", momentum, momentum >= 0.0)
        require("weight_decay value", weight_decay, weight_decay >= 0.0)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        defaults = {
            "lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay, "nesterov": nesterov,
            "maximize": maximize, "foreach": foreach, "differentiable": differentiable, "fused": fused,
        }  # fmt: skip
        super().__init__(params, defaults)

    def _update(self, kernels: Any, param: Tensor, gradient: Any, state: dict[str, Any], group: dict[str, Any]) -> None:
        buffer, first = None, False
        if group["momentum"] != 0:
            first = "momentum_buffer" not in state
            if first:
                state["momentum_buffer"] = Tensor(kernels.contiguous(gradient))
            buffer = state["momentum_buffer"].array
        kernels.sgd(
            param.array, gradient, buffer, first, float(group["lr"]), group["momentum"], group["dampening"],
            group["weight_decay"], group["nesterov"],
        )  # fmt: skip
