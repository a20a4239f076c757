"""Module: a part of a network, with its parameters and its parts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from nbgrad.dtypes import dtype, float32, float64
from nbgrad.nn.parameter import Parameter
from nbgrad.tensor import HookHandle, Tensor


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

    def __init__(self) -> None:
        for name in ("_parameters", "_buffers", "_modules"):
            object.__setattr__(self, name, {})
        object.__setattr__(self, "training", True)
        object.__setattr__(self, "_forward_hooks", [])
        object.__setattr__(self, "_forward_pre_hooks", [])

    def forward(self, *inputs: Any) -> Any:
        """What the module computes; every subclass says it."""
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        for hook in self._forward_pre_hooks:
            changed = hook(self, inputs)
            if changed is not None:
                inputs = changed if isinstance(changed, tuple) else (changed,)
        output = self.forward(*inputs, **named)
        for hook in self._forward_hooks:
            changed = hook(self, inputs, output)
            if changed is not None:
                output = changed
        return output

    # ---- attributes

    def __setattr__(self, name: str, value: Any) -> None:
        stores = self.__dict__
        if isinstance(value, Parameter | Module) and "_parameters" not in stores:
            raise AttributeError(
                f"cannot assign {'parameters' if isinstance(value, Parameter) else 'module'} before "
                "Module.__init__() call"
            )
        if isinstance(value, Parameter):
            self._forget(name)
            self._parameters[name] = value
        elif isinstance(value, Module):
            self._forget(name)
            self._modules[name] = value
        elif "_parameters" in stores and name in self._parameters:
            if value is not None:
                raise TypeError(
                    f"cannot assign '{type(value).__module__}.{type(value).__name__}' as parameter '{name}' "
                    "(torch.nn.Parameter or None expected)"
                )
            self._parameters[name] = None
        elif "_buffers" in stores and name in self._buffers:
            self._buffers[name] = value
        else:
            object.__setattr__(self, name, value)

    def _forget(self, name: str) -> None:
        for store in (self.__dict__, self._parameters, self._buffers, self._modules):
            store.pop(name, None)

    def __getattr__(self, name: str) -> Any:
        for store in ("_parameters", "_buffers", "_modules"):
            found = self.__dict__.get(store, {})
            if name in found:
                return found[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __delattr__(self, name: str) -> None:
        for store in (self._parameters, self._buffers, self._modules):
            if name in store:
                del store[name]
                return
        object.__delattr__(self, name)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter, or the place of one that is absent (None)."""
        if param is None:
            self._parameters[name] = None
        else:
            setattr(self, name, param)

    def register_buffer(self, name: str, tensor: Tensor | None) -> None:
        """Add a tensor that belongs to the module's state but is not learned."""
        self._buffers[name] = tensor

    def add_module(self, name: str, module: Module | None) -> None:
        """Add a part under a name that need not be an identifier."""
        self._modules[name] = module

    # ---- walking

    def named_modules(self, prefix: str = "", _seen: set | None = None) -> Iterator[tuple[str, Module]]:
        """The module itself and every part in it, each once, with dotted names."""
        seen = set() if _seen is None else _seen
        if self in seen:
            return
        seen.add(self)
        yield prefix, self
        for name, part in self._modules.items():
            if part is not None:
                yield from part.named_modules(f"{prefix}.{name}" if prefix else name, seen)

    def modules(self) -> Iterator[Module]:
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        return ((name, part) for name, part in self._modules.items() if part is not None)

    def children(self) -> Iterator[Module]:
        return (part for _, part in self.named_children())

    def _named_members(self, store: str, recurse: bool) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        for prefix, module in self.named_modules() if recurse else (("", self),):
            for name, member in getattr(module, store).items():
                if member is not None and id(member) not in seen:
                    seen.add(id(member))
                    yield f"{prefix}.{name}" if prefix else name, member

    def named_parameters(self, recurse: bool = True) -> Iterator[tuple[str, Parameter]]:
        """Every parameter once, with its dotted name."""
        return self._named_members("_parameters", recurse)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        return (parameter for _, parameter in self.named_parameters(recurse))

    def named_buffers(self, recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
        return self._named_members("_buffers", recurse)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        return (buffer for _, buffer in self.named_buffers(recurse))

    def apply(self, fn: Callable[[Module], Any]) -> Module:
        """Call `fn` on every part, then on the module itself."""
        for part in self.children():
            part.apply(fn)
        fn(self)
        return self

    # ---- state

    def state_dict(self) -> OrderedDict[str, Tensor]:
        """Names and tensors (sharing memory) of all parameters and buffers."""
        state: OrderedDict[str, Tensor] = OrderedDict()
        for prefix, module in self.named_modules():
            for name, tensor in (*module._parameters.items(), *module._buffers.items()):
                if tensor is not None:
                    state[f"{prefix}.{name}" if prefix else name] = tensor.detach()
        return state

    def load_state_dict(self, state_dict: dict[str, Tensor], strict: bool = True) -> None:
        """Copy tensors into the parameters and buffers of these names.

        Raises RuntimeError that names everything that does not fit, before anything is changed.
        """
        own = self.state_dict()
        missing = [f'"{name}"' for name in own if name not in state_dict]
        unexpected = [f'"{name}"' for name in state_dict if name not in own]
        complaints = []
        if strict and unexpected:
            complaints.append(f"Unexpected key(s) in state_dict: {', '.join(unexpected)}. ")
        if strict and missing:
            complaints.append(f"Missing key(s) in state_dict: {', '.join(missing)}. ")
        for name, tensor in own.items():
            if name in state_dict and tuple(state_dict[name].shape) != tuple(tensor.shape):
                complaints.append(
                    f"size mismatch for {name}: copying a param with shape {state_dict[name].shape} from checkpoint, "
                    f"the shape in current model is {tensor.shape}."
                )
        if complaints:
            what = "\n\t".join(complaints)
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{what}")
        for name, tensor in own.items():
            if name in state_dict:
                tensor.copy_(state_dict[name].detach())

    def train(self, mode: bool = True) -> Module:
        """Behave as in training (or not): matters to dropout and batch normalisation."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Module:
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Module:
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters (or set them to zero)."""
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad = Tensor(parameter.grad.array * 0)

    def to(self, *target: Any, dtype: dtype | None = None, device: Any = None) -> Module:
        """Change dtype or device of all floating-point parameters and buffers."""
        for tensor in (*self.parameters(), *self.buffers()):
            if tensor.dtype.is_floating_point:
                tensor.array = tensor.detach().to(*target, dtype=dtype, device=device).array
        return self

    def float(self) -> Module:
        return self.to(dtype=float32)

    def double(self) -> Module:
        return self.to(dtype=float64)

    # ---- hooks

    def register_forward_hook(self, hook: Callable[..., Any]) -> HookHandle:
        """Call `hook(module, inputs, output)` after each forward; what it returns replaces the output."""
        self._forward_hooks.append(hook)
        return HookHandle(self._forward_hooks, hook)

    def register_forward_pre_hook(self, hook: Callable[..., Any]) -> HookHandle:
        """Call `hook(module, inputs)` before each forward; what it returns replaces the inputs."""
        self._forward_pre_hooks.append(hook)
        return HookHandle(self._forward_pre_hooks, hook)

    # ---- printing

    def extra_repr(self) -> str:
        """What stands between the brackets of a module without parts."""
        return ""

    def __repr__(self) -> str:
        parts = [f"({name}): {_indented(repr(part))}" for name, part in self._modules.items()]
        extra = self.extra_repr()
        if not parts:
            return f"{type(self).__name__}({extra})"
        lines = ([extra] if extra else []) + parts
        return f"{type(self).__name__}(\n  " + "\n  ".join(lines) + "\n)"


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")
