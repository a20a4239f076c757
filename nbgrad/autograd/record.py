"""`@op`: declare an operation once, forward on arrays and backward in ops; calling it on tensors records it."""

import inspect
import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from nbgrad.autograd.modes import mode
from nbgrad.autograd.node import NO_EDGE, Node, gradient_edge
from nbgrad.autograd.value import Value, View, is_stale
from nbgrad.kernels import cpu

BACKENDS: dict[type, ModuleType] = {np.ndarray: cpu}

OPS: dict[str, Any] = {}

PYTORCH_NAMES = {"x": "self", "a": "self", "b": "other", "out": "result", "out1": "indices"}


class _Wrapper:
    """The class of results: `nbgrad.tensor` registers Tensor here, since ops must not import it."""

    tensor: type[Value] = Value


def register_tensor(tensor: type[Value]) -> None:
    """Name the class that wraps the results of recorded and unrecorded operations."""
    _Wrapper.tensor = tensor


def wrap(array: Any) -> Value:
    """A tensor over an array, with no history."""
    return _Wrapper.tensor(array)


def _backend(arrays: tuple | list) -> ModuleType:
    for array in arrays:
        if type(array) in BACKENDS:
            return BACKENDS[type(array)]
    raise TypeError(f"an operation needs at least one tensor, got {', '.join(type(a).__name__ for a in arrays)}")


def op(
    name: str, saves: "tuple[str, ...] | dict[str, str]" = (), view: bool = False, differentiable: bool = True
) -> Callable[..., Any]:
    """Declare an operation from its forward function.

    The forward takes the device's kernels, then arrays (before the `/`), then options (after it), and returns an
    array or a tuple of arrays. The op takes tensors or plain arrays; given arrays alone it returns arrays.

    name: the backward node's name in PyTorch. saves: parameters to keep for the backward pass, "out" for the result,
    "out1" for the second; as a dict {kept: input} it is kept only where that input's gradient is wanted.
    view: the result shows the input's own numbers. Only floating-point results are differentiable. `@the_op.backward`
    then adds the gradient: `(node, gradient, ...) -> gradients of the inputs`.
    """

    def declare(forward: Callable[..., Any]) -> Any:
        parameters = list(inspect.signature(forward).parameters.values())[1:]
        many = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        fixed = sum(p.kind is p.POSITIONAL_ONLY for p in parameters)
        names = [p.name for p in parameters]
        places = tuple(_saved_place(save, names) for save in saves)
        users = tuple(names.index(user) for user in saves.values()) if isinstance(saves, dict) else ()
        node_class = type(
            name, (Node,), {"__slots__": (), "__module__": forward.__module__, "__doc__": forward.__doc__}
        )
        node_class.saves_output = next((i for i, place in enumerate(places) if place < 0), -1)
        node_class.saved_names = tuple(PYTORCH_NAMES.get(save, save) for save in saves)

        def call(*args: Any, **options: Any) -> Any:
            arrays, first, recording = [], None, False
            for value in args:  # options are no Values and pass as they are
                if isinstance(value, Value):
                    arrays.append(value.array)
                    if first is None:
                        first = value
                    if value._requires_grad or (value.view_of is not None and is_stale(value)):
                        recording = True
                else:
                    arrays.append(value)
            kernels = BACKENDS.get(type(arrays[0])) or _backend(arrays)
            result = forward(kernels, *arrays, **options)
            if first is None:
                return result
            node = None
            if recording and differentiable and mode.enabled:
                arity = len(args) if many else fixed
                node = _make_node(node_class, args, arity, arrays, (*args[arity:], *options.values()))
            if type(result) is tuple:
                outputs = tuple([_output(array, node, i) for i, array in enumerate(result)])
                if node is not None:
                    node.output_count = len(result)
            else:
                outputs = _output(result, node, 0)
            if view:
                _share(first, outputs)
            if node is not None and places:
                kept = [args[place] if place >= 0 else _kept_output(outputs, place) for place in places]
                for i, user in enumerate(users):
                    if node.next_functions[user] is NO_EDGE:
                        kept[i] = None
                node.save(kept)
            return outputs

        def backward(gradients: Callable[..., Any]) -> Callable[..., Any]:
            node_class.backward = gradients
            return gradients

        call.__name__, call.__doc__, call.__module__ = forward.__name__, forward.__doc__, forward.__module__
        call.__qualname__ = forward.__qualname__
        call.__wrapped__ = forward
        call.backward, call.node_class = backward, node_class
        OPS[f"{forward.__module__.rpartition('.')[2]}.{forward.__name__.lstrip('_')}"] = call
        return call

    return declare


def _saved_place(save: str, names: list[str]) -> int:
    """Parameters count from 0; results count from -1 downwards."""
    return names.index(save) if save in names else -1 - int(save.removeprefix("out") or 0)


def _kept_output(outputs: Any, place: int) -> Value:
    """The result without its node, which will hold it: a circle would never be freed."""
    output = outputs if type(outputs) is not tuple else outputs[-1 - place]
    kept = wrap(output.array)
    kept.version, kept.output_nr = output.version, output.output_nr
    return kept


def _make_node(node_class: type[Node], args: tuple, arity: int, arrays: list, options: tuple) -> Node:
    edges, inputs = [], []
    for value, array in zip(args[:arity], arrays, strict=False):
        if isinstance(value, Value):
            inputs.append((array.shape, array.dtype))
            wanted = value._requires_grad or (value.view_of is not None and is_stale(value))
            edges.append(gradient_edge(value) if wanted else NO_EDGE)
        else:
            inputs.append(None)
            edges.append(NO_EDGE)
    node = node_class(tuple(edges), tuple(inputs), options)
    if mode.anomaly:
        node.made_at = "".join(traceback.format_stack()[:-2])
    return node


def _output(array: Any, node: Node | None, number: int) -> Value:
    tensor = _Wrapper.tensor(array)
    if node is not None and array.dtype.kind == "f":
        tensor.node, tensor.output_nr, tensor._requires_grad = node, number, True
    return tensor


def _share(viewed: Value, outputs: Any) -> None:
    """Views share the version of the tensor that owns the numbers, and remember which it is."""
    several = outputs if type(outputs) is tuple else (outputs,)
    base = viewed if viewed.view_of is None else viewed.view_of.base
    for tensor in several:
        tensor.version = viewed.version
        tensor.view_of = View(base, len(several) if type(outputs) is tuple else 1)
