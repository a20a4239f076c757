"""A session's variables as records, and the names of the tensors in them."""

import types
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

import nbgrad
from gui.lab.console.records import VariableView

MOST = 200  # variables shown
FIRST = 6  # numbers of a tensor
PLAIN = (bool, int, float, complex, str, bytes, type(None))
CONTAINERS = (list, tuple, dict, set, frozenset)
LONGEST = 80  # characters of a plain value


def look(names: Mapping[str, Any], hidden: Mapping[str, Any]) -> tuple[VariableView, ...]:
    """The variables in the order they were made; not those of `hidden`, not imported modules, not what begins with _.

    No code of a learner's own classes is called.
    """
    shown = [
        (name, value)
        for name, value in list(names.items())
        if not name.startswith("_") and not issubclass(type(value), types.ModuleType) and hidden.get(name) is not value
    ]
    return tuple(_view(name, value) for name, value in shown[-MOST:])


def _view(name: str, value: Any) -> VariableView:
    kind = type(value).__name__
    if _is_tensor(value):
        gradient = value._grad
        return VariableView(
            name, "tensor", kind, shape=tuple(value.array.shape), dtype=str(value.dtype).removeprefix("torch."),
            values=_first(value.array), size=int(value.array.size), requires_grad=bool(value._requires_grad),
            leaf=value.node is None, gradient=None if gradient is None else _first(gradient.array),
            grad_fn="" if value.node is None else value.node.name(),
        )  # fmt: skip
    if type(value) is np.ndarray and value.dtype.kind in "fiub":
        return VariableView(
            name, "tensor", kind, shape=value.shape, dtype=str(value.dtype), values=_first(value), size=value.size
        )
    if issubclass(type(value), nbgrad.nn.Module):
        count = sum(int(parameter.array.size) for parameter in _parameters(value).values())
        return VariableView(name, "module", kind, parameters=count)
    return VariableView(name, "other", kind, text=_text(value))


def _is_tensor(value: Any) -> bool:
    """By its type, since `isinstance` may call a learner's code; one whose making failed half-way is none."""
    return issubclass(type(value), nbgrad.Tensor) and hasattr(value, "array") and hasattr(value, "node")


def _text(value: Any) -> str:
    if type(value) in PLAIN:
        try:
            text = repr(value[: LONGEST + 1] if isinstance(value, str | bytes) else value)
        except ValueError:  # a whole number of thousands of digits
            return "…"
        return text if len(text) <= LONGEST else text[:LONGEST] + "…"
    if type(value) in CONTAINERS:
        return f"({len(value)})"
    return value.__name__ if issubclass(type(value), (type, types.FunctionType)) else ""


def _first(array: Any) -> tuple[float, ...]:
    """The first numbers of an array on either device."""
    flat = array.flat if isinstance(array, np.ndarray) else array.reshape(-1)
    return tuple(flat[:FIRST].tolist())


def tensors(names: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every tensor of the session by the name a learner would write: variables, parameters, items of lists."""
    for name, value in list(names.items()):
        if _is_tensor(value):
            yield name, value
        elif issubclass(type(value), nbgrad.nn.Module):
            yield from ((f"{name}.{key}", parameter) for key, parameter in _parameters(value).items())
        elif type(value) in (list, tuple):
            yield from ((f"{name}[{i}]", v) for i, v in enumerate(value[:100]) if _is_tensor(v))


def _parameters(module: Any) -> dict[str, Any]:
    """Of a module whose `__init__` may have failed half-way."""
    try:
        return dict(module.named_parameters())
    except Exception:
        return {}
