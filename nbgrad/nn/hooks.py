"""Calling a module: what listens before, after, and to the gradients that flow through it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nbgrad.autograd.modes import is_grad_enabled
from nbgrad.autograd.record import wrap
from nbgrad.autograd.value import Value
from nbgrad.ops.passing import pass_through
from nbgrad.tensor import HookHandle, Tensor


class Hook:
    """A function that listens, and how it wants to be called."""

    __slots__ = ("always_call", "function", "with_kwargs")

    def __init__(self, function: Callable[..., Any], with_kwargs: bool = False, always_call: bool = False) -> None:
        self.function, self.with_kwargs, self.always_call = function, with_kwargs, always_call


def add_hook(hooks: list[Hook], hook: Hook, prepend: bool) -> HookHandle:
    """Put a hook last, or first; the handle takes it away again."""
    hooks.insert(0 if prepend else len(hooks), hook)
    return HookHandle(hooks, hook)


def call(module: Any, inputs: tuple, named: dict[str, Any]) -> Any:
    """module.forward(*inputs, **named) with everything that listens."""
    for hook in module._forward_pre_hooks:
        inputs, named = _before(module, hook, inputs, named)
    listening = bool(module._backward_hooks or module._backward_pre_hooks)
    gate = _Gate(module) if listening and is_grad_enabled() else None
    if gate is not None:
        inputs = gate.enter(inputs)
    try:
        output = module.forward(*inputs, **named)
    except Exception:
        for hook in module._forward_hooks:
            if hook.always_call:
                _after(module, hook, inputs, named, None)
        raise
    for hook in module._forward_hooks:
        output = _after(module, hook, inputs, named, output)
    return output if gate is None else gate.leave(output)


def _before(module: Any, hook: Hook, inputs: tuple, named: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
    if hook.with_kwargs:
        changed = hook.function(module, inputs, named)
        if changed is None:
            return inputs, named
        if isinstance(changed, tuple) and len(changed) == 2:
            return changed
        raise RuntimeError(
            f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {changed}."
        )  # fmt: skip
    changed = hook.function(module, inputs)
    if changed is not None:
        inputs = changed if isinstance(changed, tuple) else (changed,)
    return inputs, named


def _after(module: Any, hook: Hook, inputs: tuple, named: dict[str, Any], output: Any) -> Any:
    given = (module, inputs, named, output) if hook.with_kwargs else (module, inputs, output)
    changed = hook.function(*given)
    return output if changed is None else changed


class _Gate:
    """The gradients of one call: those that come in at its outputs and those that leave at its inputs."""

    def __init__(self, module: Any) -> None:
        self.module, self.count, self.entered = module, 0, False
        self.places: tuple[int, ...] = ()
        self.grad_output: tuple = ()

    def enter(self, inputs: tuple) -> tuple:
        self.count = len(inputs)
        self.places = tuple(i for i, each in enumerate(inputs) if isinstance(each, Tensor))
        self.entered = any(inputs[i].requires_grad for i in self.places)
        return _through(inputs, self.places, self._leaving) if self.entered else inputs

    def leave(self, output: Any) -> Any:
        many = isinstance(output, tuple)
        outputs = output if many else (output,)
        places = tuple(i for i, each in enumerate(outputs) if isinstance(each, Tensor))
        if not any(outputs[i].requires_grad for i in places):
            return output
        passed = _through(outputs, places, lambda gradients: self._arriving(gradients, len(outputs), places))
        return passed if many else passed[0]

    def _arriving(self, gradients: tuple, count: int, places: tuple[int, ...]) -> tuple:
        self.grad_output = _spread(tuple(map(_as_tensor, gradients)), count, places)
        for hook in self.module._backward_pre_hooks:
            changed = hook.function(self.module, self.grad_output)
            if changed is not None:
                self.grad_output = changed if isinstance(changed, tuple) else (changed,)
        if not self.entered:
            self._call((None,) * self.count)
        return tuple(_like(self.grad_output[i], g) for i, g in zip(places, gradients, strict=True))

    def _leaving(self, gradients: tuple) -> tuple:
        grad_input = self._call(_spread(tuple(map(_as_tensor, gradients)), self.count, self.places))
        return tuple(_like(grad_input[i], g) for i, g in zip(self.places, gradients, strict=True))

    def _call(self, grad_input: tuple) -> tuple:
        for hook in self.module._backward_hooks:
            changed = hook.function(self.module, grad_input, self.grad_output)
            if changed is None:
                continue
            changed = changed if isinstance(changed, tuple) else (changed,)
            if len(changed) != len(grad_input):
                raise RuntimeError(
                    "Backward hook returned an invalid number of grad_input, got "
                    f"{len(changed)}, but expected {len(grad_input)}"
                )
            grad_input = changed
        return grad_input


def _through(values: tuple, places: tuple[int, ...], watch: Callable[[tuple], tuple]) -> tuple:
    passed = pass_through(*[values[i] for i in places], watch=watch)
    replaced = dict(zip(places, passed, strict=True))
    return tuple(replaced.get(i, each) for i, each in enumerate(values))


def _spread(gradients: tuple, count: int, places: tuple[int, ...]) -> tuple:
    found = dict(zip(places, gradients, strict=True))
    return tuple(found.get(i) for i in range(count))


def _as_tensor(gradient: Any) -> Any:
    return gradient if gradient is None or isinstance(gradient, Value) else wrap(gradient)


def _like(shown: Any, gradient: Any) -> Any:
    """What a hook gave, in the form that flows here: a tensor where gradients are recorded, else an array."""
    if shown is None or isinstance(gradient, Value):
        return shown
    return shown.array
