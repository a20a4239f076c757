"""Module: a part of a network, with its parameters and its parts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nbgrad.dtypes import dtype, float32, float64
from nbgrad.nn import state
from nbgrad.nn.hooks import Hook, add_hook, call
from nbgrad.nn.parameter import Parameter
from nbgrad.tensor import HookHandle, Tensor

_STORES = ("_parameters", "_buffers", "_modules")
_LISTENERS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


def _type_name(value: Any) -> str:
    if isinstance(value, Tensor):
        return value.type() if type(value) is Tensor else "torch.nn.parameter.Parameter"
    module = type(value).__module__
    return type(value).__qualname__ if module == "builtins" else f"{module}.{type(value).__qualname__}"


class Module:
    """A part of a network: assign parameters and modules as attributes, and say in `forward` what happens.

    >>> import nbgrad as torch
    >>> class Twice(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.fc = torch.nn.Linear(2, 2)
    ...     def forward(self, x):
    ...         return self.fc(self.fc(x))
    >>> [name for name, _ in Twice().named_parameters()]
    ['fc.weight', 'fc.bias']
    """

    training: bool
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Module | None]
    _non_persistent_buffers_set: set[str]
    _forward_hooks: list[Hook]
    _forward_pre_hooks: list[Hook]
    _backward_hooks: list[Hook]
    _backward_pre_hooks: list[Hook]

    def __init__(self) -> None:
        object.__setattr__(self, "training", True)
        for name in _STORES:
            object.__setattr__(self, name, {})
        object.__setattr__(self, "_non_persistent_buffers_set", set())
        for name in _LISTENERS:
            object.__setattr__(self, name, [])

    def forward(self, *inputs: Any) -> Any:
        """What the module computes; every subclass says it."""
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        if self._forward_pre_hooks or self._forward_hooks or self._backward_pre_hooks or self._backward_hooks:
            return call(self, inputs, named)
        return self.forward(*inputs, **named)

    # ---- attributes

    def __setattr__(self, name: str, value: Any) -> None:
        stores = self.__dict__
        if isinstance(value, Parameter | Module) and "_parameters" not in stores:
            raise AttributeError(
                f"cannot assign {'parameters' if isinstance(value, Parameter) else 'module'} before "
                "Module.__init__() call"
            )
        if isinstance(value, Parameter):
            self._forget(name, self._parameters)
            self.register_parameter(name, value)
        elif "_parameters" in stores and name in self._parameters:
            self._require(value is None, value, "parameter", name, "torch.nn.Parameter")
            self._parameters[name] = None
        elif isinstance(value, Module):
            self._forget(name, self._modules)
            self._modules[name] = value
        elif "_modules" in stores and name in self._modules:
            self._require(value is None, value, "child module", name, "torch.nn.Module")
            self._modules[name] = None
        elif "_buffers" in stores and name in self._buffers:
            self._require(
                value is None or isinstance(value, Tensor), value, "buffer", name, "torch.nn.Buffer, torch.Tensor"
            )
            self._buffers[name] = value
        else:
            object.__setattr__(self, name, value)

    def _require(self, fits: bool, value: Any, role: str, name: str, expected: str) -> None:
        if not fits:
            raise TypeError(f"cannot assign '{_type_name(value)}' as {role} '{name}' ({expected} or None expected)")

    def _forget(self, name: str, kept: dict) -> None:
        for store in (self.__dict__, self._parameters, self._buffers, self._modules):
            if store is not kept:
                store.pop(name, None)
        self._non_persistent_buffers_set.discard(name)

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        if "_modules" in own:
            if name in (held := own["_parameters"]) or name in (held := own["_modules"]):
                return held[name]
            if name in (held := own["_buffers"]):
                return held[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def _own(self, name: str) -> Any:
        """`self.name` of a parameter or buffer: the way through attributes takes as long as a small kernel."""
        held = self._parameters.get(name)
        if held is None:
            held = self._buffers.get(name)
        return getattr(self, name) if held is None else held

    def __delattr__(self, name: str) -> None:
        for store in (self._parameters, self._buffers, self._modules):
            if name in store:
                del store[name]
                self._non_persistent_buffers_set.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        names = {*dir(type(self)), *self.__dict__, *self._parameters, *self._modules, *self._buffers}
        return sorted(name for name in names if not name[0].isdigit())

    def _check_name(self, name: Any, role: str, store: dict) -> None:
        if "_parameters" not in self.__dict__:
            raise AttributeError(f"cannot assign {role} before Module.__init__() call")
        if not isinstance(name, str):
            raise TypeError(f"{role} name should be a string. Got {_type_name(name)}")
        if hasattr(self, name) and name not in store:
            raise KeyError(f"attribute '{name}' already exists")
        if "." in name:
            shown = f", got: {name}" if role == "module" else ""
            raise KeyError(f'{role} name can\'t contain "."{shown}')
        if name == "":
            raise KeyError(f'{role} name can\'t be empty string ""')

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter, or the place of one that is absent (None)."""
        self._check_name(name, "parameter", self._parameters)
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{_type_name(param)}' object to parameter '{name}' (torch.nn.Parameter or None "
                "required)"
            )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Add a tensor that belongs to the module but is not learned; `persistent`: and to its `state_dict`."""
        self._check_name(name, "buffer", self._buffers)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{_type_name(tensor)}' object to buffer '{name}' (torch Tensor or None required)"
            )
        self._buffers[name] = tensor
        (self._non_persistent_buffers_set.discard if persistent else self._non_persistent_buffers_set.add)(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Add a part under a name that need not be an identifier."""
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{_type_name(module)} is not a Module subclass")
        self._check_name(name, "module", self._modules)
        self._modules[name] = module

    def register_module(self, name: str, module: Module | None) -> None:
        """`add_module` under its other name."""
        self.add_module(name, module)

    # ---- walking

    def named_modules(
        self, memo: set | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """The module itself and every part in it, each once, with dotted names."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, part in self._modules.items():
            if part is not None:
                yield from part.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        return (module for _, module in self.named_modules(remove_duplicate=remove_duplicate))

    def named_children(self) -> Iterator[tuple[str, Module]]:
        seen: set[Module] = set()
        for name, part in self._modules.items():
            if part is not None and part not in seen:
                seen.add(part)
                yield name, part

    def children(self) -> Iterator[Module]:
        return (part for _, part in self.named_children())

    def _named_members(
        self, store: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:  # fmt: skip
        seen: set[int] = set()
        modules = self.named_modules(None, prefix, remove_duplicate) if recurse else [(prefix, self)]
        for path, module in modules:
            for name, tensor in getattr(module, store).items():
                if tensor is None or id(tensor) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(tensor))
                yield f"{path}.{name}" if path else name, tensor

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Every parameter once, with its dotted name."""
        return self._named_members("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        return (parameter for _, parameter in self.named_parameters("", recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Every buffer once, with its dotted name."""
        return self._named_members("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        return (buffer for _, buffer in self.named_buffers("", recurse))

    def get_submodule(self, target: str) -> Module:
        """The part with this dotted name; raises AttributeError where there is none."""
        module = self
        for name in target.split(".") if target else ():
            if not hasattr(module, name):
                raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
            module = getattr(module, name)
            if not isinstance(module, Module):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return module

    def get_parameter(self, target: str) -> Parameter:
        """The parameter with this dotted name; raises AttributeError where there is none."""
        return self._member(target, "_parameters", "`{}` is not an nn.Parameter")

    def get_buffer(self, target: str) -> Tensor:
        """The buffer with this dotted name; raises AttributeError where there is none."""
        return self._member(target, "_buffers", "`{}` is not a buffer")

    def _member(self, target: str, store: str, sentence: str) -> Any:
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
        if name not in getattr(module, store):
            raise AttributeError(sentence.format(name))
        return getattr(module, store)[name]

    def apply(self, fn: Callable[[Module], Any]) -> Any:
        """Call `fn` on every part, then on the module itself."""
        for part in self.children():
            part.apply(fn)
        fn(self)
        return self

    # ---- state

    def state_dict(
        self, *, destination: Any = None, prefix: str = "", keep_vars: bool = False
    ) -> OrderedDict[str, Tensor]:  # fmt: skip
        """Names and tensors (sharing memory) of all parameters and buffers; keep_vars: the very tensors."""
        held = OrderedDict() if destination is None else destination
        for name, tensor, _store, _place in state.held_tensors(self, prefix):
            held[name] = tensor if keep_vars else tensor.detach()
        return held

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> state.IncompatibleKeys:
        """Copy tensors into the parameters and buffers of these names; `assign`: put them in their place.

        Raises RuntimeError that names everything that does not fit, before anything is changed.
        """
        return state.load(self, state_dict, strict, assign)

    def train(self, mode: bool = True) -> Any:
        """Behave as in training (or not): matters to dropout and batch normalisation."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Any:
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters (or set them to zero)."""
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad = parameter.grad.detach().zero_()

    def to(self, *target: Any, dtype: dtype | None = None, device: Any = None, non_blocking: bool = False) -> Any:
        """Change dtype or device of all floating-point parameters and buffers."""
        for tensor in (*self.parameters(), *self.buffers()):
            if tensor.dtype.is_floating_point:
                tensor.array = tensor.detach().to(*target, dtype=dtype, device=device).array
                if tensor.grad is not None:
                    tensor.grad = tensor.grad.to(*target, dtype=dtype, device=device)
            else:  # whole numbers keep their dtype
                tensor.array = tensor.detach().to(*target, dtype=dtype, device=device).to(tensor.dtype).array
        return self

    def float(self) -> Any:
        return self.to(dtype=float32)

    def double(self) -> Any:
        return self.to(dtype=float64)

    def cpu(self) -> Any:
        return self.to("cpu")

    def cuda(self, device: Any = None) -> Any:
        """All parameters and buffers on the GPU; raises AssertionError or RuntimeError where there is none."""
        return self.to("cuda" if device is None else device)

    # ---- hooks

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> HookHandle:
        """Call `hook(module, inputs, output)` after each forward; what it returns replaces the output."""
        return add_hook(self._forward_hooks, Hook(hook, with_kwargs, always_call), prepend)

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> HookHandle:
        """Call `hook(module, inputs)` before each forward; what it returns replaces the inputs."""
        return add_hook(self._forward_pre_hooks, Hook(hook, with_kwargs), prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> HookHandle:
        """Call `hook(module, grad_input, grad_output)` when both are known; what it returns replaces grad_input."""
        return add_hook(self._backward_hooks, Hook(hook), prepend)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> HookHandle:
        """Call `hook(module, grad_output)` before the gradient enters; what it returns replaces grad_output."""
        return add_hook(self._backward_pre_hooks, Hook(hook), prepend)

    # ---- printing

    def extra_repr(self) -> str:
        """What stands between the brackets of a module without parts."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        parts = [f"({name}): {indented(repr(part))}" for name, part in self._modules.items()]
        extra = self.extra_repr().split("\n") if self.extra_repr() else []
        if len(extra) <= 1 and not parts:
            return f"{self._get_name()}({''.join(extra)})"
        return f"{self._get_name()}(\n  " + "\n  ".join(extra + parts) + "\n)"


def indented(text: str) -> str:
    """The lines after the first, two columns further right."""
    return text.replace("\n", "\n  ")
