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

    def _update_all(self, kernels: Any, params: list[Tensor], gradients: list[Any], group: dict[str, Any]) -> None:
        buffers, begins = None, False
        if group["momentum"] != 0:
            states = [self.state[param] for param in params]
            fresh = [state for state in states if "momentum_buffer" not in state]
            if 0 < len(fresh) < len(states):  # some had no gradient before: they begin now
                for first in (False, True):
                    some = [i for i, state in enumerate(states) if ("momentum_buffer" not in state) is first]
                    self._update_all(kernels, [params[i] for i in some], [gradients[i] for i in some], group)
                return
            begins = bool(fresh)
            for state, gradient in zip(fresh, gradients, strict=False):
                state["momentum_buffer"] = Tensor(kernels.contiguous(gradient))
            buffers = [state["momentum_buffer"].array for state in states]
        kernels.sgd(
            [param.array for param in params], gradients, buffers, begins, group["lr"], group["momentum"],
            group["dampening"], group["weight_decay"], group["nesterov"],
        )  # fmt: skip
