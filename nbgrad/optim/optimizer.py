"""Optimizer: parameters in groups, each with its settings, and a state for each parameter."""

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from nbgrad.autograd.modes import enable_grad, no_grad
from nbgrad.autograd.record import BACKENDS
from nbgrad.autograd.value import mark_changed
from nbgrad.creation import tensor
from nbgrad.tensor import Tensor


class Optimizer:
    """What every optimizer shares. A subclass says in `_update` how one parameter takes one step, or in `_update_all`
    how all of a group do that live on one device.

    param_groups: dicts with "params" and the settings, which may be changed between steps.
    state: for each parameter its own dict.
    """

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        if defaults.get("differentiable"):
            raise NotImplementedError("An optimizer's steps cannot be recorded: use differentiable=False.")
        self.defaults = defaults
        self.state: defaultdict[Tensor, dict[str, Any]] = defaultdict(dict)
        self._opt_called = False
        self.param_groups: list[dict[str, Any]] = []
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                f"{params.type()}"
            )
        given = list(params)
        if not given:
            raise ValueError("optimizer got an empty parameter list")
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters with settings of their own."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets "
                "will change between runs. Please use a list instead."
            )
        group = {**self.defaults, **param_group, "params": [params] if isinstance(params, Tensor) else list(params)}
        for param in group["params"]:
            if not isinstance(param, Tensor):
                raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {type(param).__name__}")
            if not param.is_leaf:
                raise ValueError("can't optimize a non-leaf Tensor")
            if any(param is other for known in self.param_groups for other in known["params"]):
                raise ValueError("some parameters appear in more than one parameter group")
        if len({id(param) for param in group["params"]}) < len(group["params"]):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information",
                stacklevel=3,
            )
        self.param_groups.append(group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters (or set them to zero)."""
        for group in self.param_groups:
            for param in group["params"]:
                if set_to_none:
                    param._grad = None
                elif param.grad is not None:
                    array = param.grad.array
                    param.grad = Tensor(BACKENDS[type(array)].full(array.shape, 0, array.dtype))

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change every parameter that has a gradient; `closure` computes the loss anew and returns it."""
        self._opt_called = True
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            moving: defaultdict[type, list[Tensor]] = defaultdict(list)  # on each device
            for param in group["params"]:
                if param._grad is not None:
                    moving[type(param.array)].append(param)
            for kind, params in moving.items():
                kernels, gradients = BACKENDS[kind], [param._grad.array for param in params]
                if group.get("maximize"):
                    gradients = [kernels.neg(gradient) for gradient in gradients]
                self._update_all(kernels, params, gradients, group)
                for param in params:
                    mark_changed(param)
        return loss

    def _update_all(self, kernels: Any, params: list[Tensor], gradients: list[Any], group: dict[str, Any]) -> None:
        with no_grad(), kernels.together():  # steps with the same settings become one launch
            for param, gradient in zip(params, gradients, strict=True):
                self._update(kernels, param, gradient, self.state[param], group)

    def _update(self, kernels: Any, param: Tensor, gradient: Any, state: dict[str, Any], group: dict[str, Any]) -> None:
        raise NotImplementedError

    def state_dict(self) -> dict[str, Any]:
        """The state of each parameter by number, and the groups with numbers in place of parameters."""
        numbers = {param: i for i, param in enumerate(self._all())}
        groups = [
            {key: value for key, value in group.items() if key != "params"}
            | {"params": [numbers[param] for param in group["params"]]}
            for group in self.param_groups
        ]
        return {"state": {numbers[p]: dict(s) for p, s in self.state.items() if s}, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take the state that `state_dict` gave; raises ValueError where the groups do not match."""
        groups = state_dict["param_groups"]
        if len(groups) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(a["params"]) != len(b["params"]) for a, b in zip(groups, self.param_groups, strict=True)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )
        for own, given in zip(self.param_groups, groups, strict=True):
            own.update({key: value for key, value in given.items() if key != "params"})
        params = self._all()
        self.state = defaultdict(dict)
        for number, state in state_dict["state"].items():
            self.state[params[number]] = {key: _own(key, value, params[number]) for key, value in state.items()}

    def _all(self) -> list[Tensor]:
        return [param for group in self.param_groups for param in group["params"]]

    def __repr__(self) -> str:
        lines = []
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key != "params"]
        return f"{type(self).__name__} (\n" + "\n".join(lines) + "\n)"


def _own(key: str, value: Any, param: Tensor) -> Any:
    """A copy of a loaded number, in the parameter's dtype where it belongs to its elements."""
    if not isinstance(value, Tensor):
        return value
    return value.clone() if key == "step" else value.to(param.device, param.dtype, copy=True)


def set_rate(group: dict[str, Any], rate: Any) -> None:
    """Give a group another learning rate; one that is a tensor stays that tensor."""
    if isinstance(group["lr"], Tensor):
        with no_grad():
            group["lr"].fill_(rate)
    else:
        group["lr"] = rate


def advance(state: dict[str, Any]) -> float:
    """Count one step more, and give the count."""
    step = float(state["step"]) + 1
    state["step"] = tensor(step)
    return step


def require(name: str, value: Any, fits: Any) -> None:
    """Raises ValueError with PyTorch's sentence where a setting is out of range."""
    if isinstance(value, Tensor) and value.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")
    if not fits:
        raise ValueError(f"Invalid {name}: {value}")
