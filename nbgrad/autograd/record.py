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


def _backend(arrays: tuple | list, forward: Callable[..., Any]) -> ModuleType:
    for array in arrays:
        if type(array) in BACKENDS:
            return BACKENDS[type(array)]
    name, given = forward.__name__.lstrip("_"), type(arrays[0]).__name__
    raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {given}")


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
        users = [names.index(user) for user in saves.values()] if isinstance(saves, dict) else [None] * len(saves)
        places = [_saved_place(save, names) for save in saves]
        slots = tuple(zip(places, users, strict=True))
        node_class = type(
            name, (Node,), {"__slots__": (), "__module__": forward.__module__, "__doc__": forward.__doc__}
        )
        node_class.saves_output = next((i for i, place in enumerate(places) if place < 0), -1)
        node_class.saved_names = tuple(PYTORCH_NAMES.get(save, save) for save in saves)

        def call(*args: Any, **options: Any) -> Any:
            arrays, edges, inputs, first = [], [], [], None
            recordable, recording = differentiable and mode.enabled, False
            for value in args:  # options are no Values and pass as they are
                if not isinstance(value, Value):
                    arrays.append(value)
                    edges.append(NO_EDGE)
                    inputs.append(None)
                    continue
                array = value.array
                arrays.append(array)
                if first is None:
                    first = value
                if recordable:
                    inputs.append((array.shape, array.dtype))
                    if value._requires_grad or (value.view_of is not None and is_stale(value)):
                        edges.append(gradient_edge(value))
                        recording = True
                    else:
                        edges.append(NO_EDGE)
            result = forward(BACKENDS.get(type(arrays[0])) or _backend(arrays, forward), *arrays, **options)
            if first is None:
                return result
            node = None
            if recording:
                given = tuple(options.values())
                if len(args) > fixed and not many:
                    given = (*args[fixed:], *given)
                    del edges[fixed:], inputs[fixed:]
                node = node_class(tuple(edges), tuple(inputs), given)
            return finish(node, args, first, result)

        def call_one(x: Any) -> Any:
            """`call` for one operand, written out: half of the time of small tensors goes by between kernels."""
            if not isinstance(x, Value):
                return forward(BACKENDS.get(type(x)) or _backend((x,), forward), x)
            array = x.array
            result = forward(BACKENDS[type(array)], array)
            node = None
            if mode.enabled and (x._requires_grad or (x.view_of is not None and is_stale(x))):
                source = x.node
                edge = (source, x.output_nr) if source is not None and x.view_of is None else gradient_edge(x)
                node = node_class((edge,), ((array.shape, array.dtype),), ())
            return finish(node, (x,), x, result)

        def call_two(x: Any, y: Any) -> Any:
            """`call` for two operands, written out."""
            if isinstance(x, Value):
                a, b = x.array, y.array if isinstance(y, Value) else y
                kernels = BACKENDS[type(a)]
            elif isinstance(y, Value):
                a, b = x, y.array
                kernels = BACKENDS[type(b)]
            else:
                return forward(BACKENDS.get(type(x)) or _backend((x, y), forward), x, y)
            result = forward(kernels, a, b)
            node = None
            if mode.enabled:
                left = right = NO_EDGE
                if a is not x and (x._requires_grad or (x.view_of is not None and is_stale(x))):
                    source = x.node
                    left = (source, x.output_nr) if source is not None and x.view_of is None else gradient_edge(x)
                if b is not y and (y._requires_grad or (y.view_of is not None and is_stale(y))):
                    source = y.node
                    right = (source, y.output_nr) if source is not None and y.view_of is None else gradient_edge(y)
                if left is not NO_EDGE or right is not NO_EDGE:
                    inputs = (a.shape, a.dtype) if a is not x else None, (b.shape, b.dtype) if b is not y else None
                    node = node_class((left, right), inputs, ())
            return finish(node, (x, y), x if a is not x else y, result)

        def finish(node: Node | None, args: tuple, first: Value, result: Any) -> Any:
            """Wrap the result, tie it to its node, and give the node what it keeps."""
            if type(result) is tuple:
                outputs = tuple([_Wrapper.tensor(array) for array in result])
                if node is not None:
                    node.output_count = len(result)
                    for number, output in enumerate(outputs):
                        if output.array.dtype.kind == "f":
                            output.node, output.output_nr, output._requires_grad = node, number, True
            else:
                outputs = _Wrapper.tensor(result)
                if node is not None and result.dtype.kind == "f":
                    outputs.node, outputs._requires_grad = node, True
            if view:
                _share(first, outputs)
            if node is not None:
                if mode.anomaly:
                    node.made_at = "".join(traceback.format_stack()[:-2])
                if slots:
                    kept = []
                    for place, user in slots:
                        if user is not None and node.next_functions[user] is NO_EDGE:
                            kept.append(None)
                        else:
                            kept.append(args[place] if place >= 0 else _kept_output(outputs, place))
                    node.save(kept)
            return outputs

        def backward(gradients: Callable[..., Any]) -> Callable[..., Any]:
            node_class.backward = gradients
            return gradients

        if differentiable and not many and fixed == len(names) and fixed in (1, 2):
            call = call_one if fixed == 1 else call_two
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


def _share(viewed: Value, outputs: Any) -> None:
    """Views share the version of the tensor that owns the numbers, and remember which it is."""
    several = outputs if type(outputs) is tuple else (outputs,)
    base = viewed if viewed.view_of is None else viewed.view_of.base
    for tensor in several:
        tensor.version = viewed.version
        tensor.view_of = View(base, len(several) if type(outputs) is tuple else 1)
