"""`@op`: declare an operation once, forward on arrays and backward in ops; calling it on tensors records it."""

import inspect
from collections.abc import Callable
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any

import numpy as np

from nbgrad import kernels
from nbgrad.autograd.mixed import different_devices
from nbgrad.autograd.modes import mode
from nbgrad.autograd.node import Node, gradient_edge
from nbgrad.autograd.value import Value, View, is_stale, shared_version
from nbgrad.strided import DeviceArray, DifferentDevices


class _Unloaded(ModuleType):
    """Stands in for a device's kernels until one of them is called, then puts them in its place."""

    def __getattr__(self, name: str) -> Any:
        module = getattr(kernels, self.__name__)
        BACKENDS[np.ndarray if self.__name__ == "cpu" else DeviceArray] = module
        return getattr(module, name)


BACKENDS: dict[type, ModuleType] = {np.ndarray: _Unloaded("cpu"), DeviceArray: _Unloaded("cuda")}

OPS: dict[str, Any] = {}

_FIRST, _FIRSTS = (0,), (0, 0)

PYTORCH_NAMES = {"x": "self", "a": "self", "b": "other", "out": "result", "out1": "indices"}
OTHER_NAMES = {
    "AddmmBackward0": {"a": "mat1", "b": "mat2"},
    "ConvolutionBackward0": {"x": "input"},
    "MmBackward0": {"b": "mat2"},
    "NativeBatchNormBackward0": {"x": "input", "out1": "result1", "out2": "result2"},
}  # of nodes whose arguments PyTorch calls otherwise


class _Wrapper:
    """The class of results: `nbgrad.tensor` registers Tensor here, since ops must not import it."""

    tensor: Callable[[Any], Value] = Value


def register_tensor(tensor: Callable[[Any], Value]) -> None:
    """Name the class that wraps the results of recorded and unrecorded operations."""
    _Wrapper.tensor = tensor


def wrapper() -> Callable[[Any], Value]:
    """What wraps results now."""
    return _Wrapper.tensor


def wrap(array: Any) -> Value:
    """A tensor over an array, with no history."""
    return _Wrapper.tensor(array)


def _on_gpu(error: Exception, forward: Callable[..., Any], arrays: Any, options: Any = MappingProxyType({})) -> Any:
    """The forward with the GPU's kernels, where it failed because arrays of both devices met.

    Those of the host may be without axes, as in PyTorch; with others PyTorch's sentence is raised.
    """
    kinds = {type(array) for array in arrays}
    if DeviceArray not in kinds or np.ndarray not in kinds:
        raise error
    try:
        return forward(BACKENDS[DeviceArray], *arrays, **options)
    except DifferentDevices:
        raise different_devices(forward.__name__, arrays) from None


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
    "out1" for the second; as a dict {kept: input} it is kept only where that input's gradient is wanted. An option that
    is kept may be a tensor (an index, a mask, a target), which gets no gradient; so may each of the `*options`.
    view: the result shows the input's own numbers. Only floating-point results are differentiable. `@the_op.backward`
    then adds the gradient: `(node, gradient, ...) -> gradients of the inputs`.
    """

    def declare(forward: Callable[..., Any]) -> Any:
        parameters = list(inspect.signature(forward).parameters.values())[1:]
        rest = next((i for i, p in enumerate(parameters) if p.kind is p.VAR_POSITIONAL), None)
        fixed = sum(p.kind is p.POSITIONAL_ONLY for p in parameters)
        many = rest is not None and not fixed  # any number of operands
        names = [p.name for p in parameters]
        users = [names.index(user) for user in saves.values()] if isinstance(saves, dict) else [None] * len(saves)
        places = [_saved_place(save, names) for save in saves]
        slots = tuple(zip(places, users, strict=True))
        tail = rest + 1 if rest in places else None  # the second of the `*options` that are kept
        plain = tuple(i for i in range(fixed, len(names)) if i not in places)  # options that are no tensors
        all_plain = rest is None and len(plain) == len(names) - fixed
        node_class = type(
            name, (Node,), {"__slots__": (), "__module__": forward.__module__, "__doc__": forward.__doc__}
        )
        node_class.__init__ = _with_own_code(Node.__init__)
        setattr(node_class, "saved", property(_with_own_code(Node.saved.fget)))  # noqa: B010 - pyright refuses it else
        node_class.saves_output = next((i for i, place in enumerate(places) if place < 0), -1)
        called = {**PYTORCH_NAMES, **OTHER_NAMES.get(name, {})}
        node_class.saved_names = tuple(called.get(save, save) for save in saves)
        for number, kept in enumerate(node_class.saved_names):
            setattr(node_class, f"_saved_{kept}", _saved_value(number))
        crosswise = slots == ((0, 1), (1, 0))  # each operand is kept for the other one's gradient
        result_only = places[0] if len(places) == 1 and places[0] < 0 else 0

        def call(*args: Any, **options: Any) -> Any:
            arrays, first, recording = list(args), None, False
            for place, value in enumerate(args):  # options are no Values and stay as they are
                if isinstance(value, Value):
                    arrays[place] = value.array
                    if first is None:
                        first = value
                    if value._requires_grad or (value.view_of is not None and is_stale(value)):
                        recording = differentiable
            try:
                result = forward(BACKENDS.get(type(arrays[0])) or _backend(arrays, forward), *arrays, **options)
            except Exception as error:
                result = _on_gpu(error, forward, arrays, options)
            if first is None:
                return result
            several = type(result) is tuple
            outputs: Any = tuple([_Wrapper.tensor(each) for each in result]) if several else _Wrapper.tensor(result)
            if view:
                _share(first, outputs)
            if recording and mode.enabled:
                node = record(args, arrays, options)
                if several:
                    mark(node, outputs)
                elif result.dtype.kind == "f":
                    outputs.node, outputs._requires_grad = node, True
                if slots:
                    keep(node, args, outputs)
            return outputs

        def record(args: tuple, arrays: list, options: dict[str, Any]) -> Node:
            sources, numbers, shapes, dtypes = [], [], [], []
            for value, array in zip(args if many else args[:fixed], arrays, strict=False):
                source, number, shape, dtype = None, 0, None, None
                if isinstance(value, Value):
                    shape, dtype = array.shape, array.dtype
                    if value._requires_grad or (value.view_of is not None and is_stale(value)):
                        source, number = gradient_edge(value)
                sources.append(source)
                numbers.append(number)
                shapes.append(shape)
                dtypes.append(dtype)
            given: tuple = ()
            if not many:
                given = args[fixed:] if all_plain else tuple([args[i] for i in plain if i < len(args)])
            if options:
                given = (*given, *options.values())
            return node_class(tuple(sources), tuple(numbers), tuple(shapes), tuple(dtypes), given)

        def call_one(x: Any, *options: Any, **named: Any) -> Any:
            """`call` for one operand, written out: half of the time of small tensors goes by between kernels."""
            if not all_plain and (named or not isinstance(x, Value)):
                return call(x, *options, **named)
            if not isinstance(x, Value):
                return forward(BACKENDS.get(type(x)) or _backend((x,), forward), x, *options, **named)
            array = x.array
            if all_plain:
                result = forward(BACKENDS[type(array)], array, *options, **named)
            else:
                given = [option.array if isinstance(option, Value) else option for option in options]
                try:
                    result = forward(BACKENDS[type(array)], array, *given)
                except Exception as error:
                    result = _on_gpu(error, forward, (array, *given))
            several = type(result) is tuple
            outputs: Any = tuple([_Wrapper.tensor(each) for each in result]) if several else _Wrapper.tensor(result)
            if view:
                _share(x, outputs)
            if (x._requires_grad or (x.view_of is not None and is_stale(x))) and mode.enabled:
                source, number = x.node, x.output_nr
                if source is None or x.view_of is not None:
                    source, number = gradient_edge(x)
                args = (x, *options)
                if named:
                    options = (*options, *named.values())
                elif not all_plain:
                    options = tuple([args[i] for i in plain if i < len(args)])
                numbers = (number,) if number else _FIRST
                node = node_class((source,), numbers, (array.shape,), (array.dtype,), options)
                if several:
                    mark(node, outputs)
                elif result.dtype.kind == "f":
                    outputs.node, outputs._requires_grad = node, True
                if slots:
                    keep(node, args, outputs)
            return outputs

        def mark(node: Node, outputs: tuple) -> None:
            """Tie several results to the node that made them."""
            node.output_count = len(outputs)
            for number, output in enumerate(outputs):
                if output.array.dtype.kind == "f":
                    output.node, output.output_nr, output._requires_grad = node, number, True

        def call_two(x: Any, y: Any) -> Any:
            """`call` for two operands, written out."""
            if isinstance(x, Value):
                a, b = x.array, y.array if isinstance(y, Value) else y
                kernels = BACKENDS[type(a)]
            elif isinstance(y, Value):
                a, b = x, y.array
                kernels = BACKENDS[type(b)]
            else:
                a, b, kernels = x, y, BACKENDS.get(type(x)) or _backend((x, y), forward)
            try:
                result = forward(kernels, a, b)
            except Exception as error:
                result = _on_gpu(error, forward, (a, b))
            if a is x and b is y:
                return result
            output = _Wrapper.tensor(result)
            left = right = None
            left_number = right_number = 0
            if a is not x and (x._requires_grad or (x.view_of is not None and is_stale(x))):
                left, left_number = x.node, x.output_nr
                if left is None or x.view_of is not None:
                    left, left_number = gradient_edge(x)
            if b is not y and (y._requires_grad or (y.view_of is not None and is_stale(y))):
                right, right_number = y.node, y.output_nr
                if right is None or y.view_of is not None:
                    right, right_number = gradient_edge(y)
            if (left is not None or right is not None) and mode.enabled and result.dtype.kind == "f":
                numbers = (left_number, right_number) if left_number or right_number else _FIRSTS
                shapes = a.shape if a is not x else None, b.shape if b is not y else None
                dtypes = a.dtype if a is not x else None, b.dtype if b is not y else None
                node = node_class((left, right), numbers, shapes, dtypes, ())
                output.node, output._requires_grad = node, True
                if crosswise:
                    node.save((x if right is not None else None, y if left is not None else None))
                elif slots:
                    keep(node, (x, y), output)
            return output

        def call_three(x: Any, y: Any, z: Any, *options: Any, **named: Any) -> Any:
            """`call` for three operands, written out."""
            if not isinstance(x, Value):
                return call(x, y, z, *options, **named)
            a, b, c = x.array, y, z
            to_x = to_y = to_z = b_shape = b_dtype = c_shape = c_dtype = None
            x_number = y_number = z_number = 0
            recording = mode.enabled
            if recording and (x._requires_grad or (x.view_of is not None and is_stale(x))):
                to_x, x_number = gradient_edge(x)
            if isinstance(y, Value):
                b = y.array
                b_shape, b_dtype = b.shape, b.dtype
                if recording and (y._requires_grad or (y.view_of is not None and is_stale(y))):
                    to_y, y_number = gradient_edge(y)
            if isinstance(z, Value):
                c = z.array
                c_shape, c_dtype = c.shape, c.dtype
                if recording and (z._requires_grad or (z.view_of is not None and is_stale(z))):
                    to_z, z_number = gradient_edge(z)
            try:
                result = forward(BACKENDS[type(a)], a, b, c, *options, **named)
            except Exception as error:
                result = _on_gpu(error, forward, (a, b, c, *options), named)
            several = type(result) is tuple
            outputs: Any = tuple([_Wrapper.tensor(each) for each in result]) if several else _Wrapper.tensor(result)
            if to_x is not None or to_y is not None or to_z is not None:
                if named:
                    options = (*options, *named.values())
                sources, numbers = (to_x, to_y, to_z), (x_number, y_number, z_number)
                node = node_class(sources, numbers, (a.shape, b_shape, c_shape), (a.dtype, b_dtype, c_dtype), options)
                if several:
                    mark(node, outputs)
                elif result.dtype.kind == "f":
                    outputs.node, outputs._requires_grad = node, True
                if crosswise:
                    node.save((x if to_y is not None else None, y if to_x is not None else None))
                elif slots:
                    keep(node, (x, y, z), outputs)
            return outputs

        def keep(node: Node, args: tuple, outputs: Any) -> None:
            """Give the node what it needs for the backward pass."""
            if result_only:  # which nobody can have changed yet
                node.saved_values = (_kept_output(outputs, result_only),)
                return
            kept = []
            for place, user in slots:
                if user is not None and node.sources[user] is None:
                    kept.append(None)
                else:
                    kept.append(args[place] if place >= 0 else _kept_output(outputs, place))
            if tail is not None:
                kept.extend(args[tail:])
            node.save(kept)

        def backward(gradients: Callable[..., Any]) -> Callable[..., Any]:
            node_class.backward = gradients
            return gradients

        entry: Any = call
        if differentiable and fixed == 1 and rest is None:
            entry = call_one
        elif differentiable and not many and all_plain:
            if fixed == 2 and fixed == len(names):
                entry = call_two
            elif fixed == 3 and not view:
                entry = call_three
        entry = _with_own_code(entry)
        entry.__name__, entry.__doc__, entry.__module__ = forward.__name__, forward.__doc__, forward.__module__
        entry.__qualname__ = forward.__qualname__
        entry.__wrapped__ = forward
        entry.backward, entry.node_class = backward, node_class
        OPS[f"{forward.__module__.rpartition('.')[2]}.{forward.__name__.lstrip('_')}"] = entry
        return entry

    return declare


def _with_own_code(function: Any) -> Any:
    """A function whose bytecode is its own: Python adapts instructions to the types that they meet, so to one op's."""
    copied = FunctionType(
        function.__code__.replace(),
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copied.__kwdefaults__ = function.__kwdefaults__
    return copied


def _saved_place(save: str, names: list[str]) -> int:
    """Parameters count from 0; results count from -1 downwards."""
    return names.index(save) if save in names else -1 - int(save.removeprefix("out") or 0)


def _saved_value(number: int) -> property:
    """`_saved_self`, `_saved_result`, ...: what a node has kept, by PyTorch's name."""
    return property(lambda node: node.shown_saved()[number])


def _kept_output(outputs: Any, place: int) -> Value:
    """The result without its node, which will hold it: a circle would never be freed."""
    output = outputs if type(outputs) is not tuple else outputs[-1 - place]
    kept = _Wrapper.tensor(output.array)
    kept.version, kept.output_nr = shared_version(output), output.output_nr
    return kept


def _share(viewed: Value, outputs: Any) -> None:
    """Views share the version of the tensor that owns the numbers, and remember which it is."""
    several = outputs if type(outputs) is tuple else (outputs,)
    base = viewed if viewed.view_of is None else viewed.view_of.base
    version = shared_version(base)
    for tensor in several:
        tensor.version = version
        tensor.view_of = View(base, len(several) if type(outputs) is tuple else 1)
