"""Networks as ONNX files, for the tools that read them; needs the package onnx.

The backward graph of one forward pass tells which operations made the output of what: the file is that graph, turned
round. Source: the operators' descriptions at onnx.ai, version 17.
"""

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from nbgrad.autograd.modes import enable_grad
from nbgrad.autograd.node import AccumulateGrad, Node, gradient_edge
from nbgrad.creation import zeros
from nbgrad.nn.module import Module
from nbgrad.ops.values import array_of
from nbgrad.serialization.files import SerializationError, replace

OPERATORS = 17
FORMAT = 8
BATCH = 2  # traced with it: an extent of 2 in front is the batch


def to_onnx(model: Module, path: str | os.PathLike, shape: tuple[int, ...]) -> None:
    """Write a network in evaluation mode as ONNX; input "input" (N, *shape) float32, output "output".

    Raises SerializationError, one sentence, where the package onnx is missing, the network has an operation that has no
    translation here, or the file cannot be written.
    """
    try:
        onnx: Any = importlib.import_module("onnx")
    except ImportError:
        raise SerializationError('ONNX needs the package onnx: python -m pip install "nbgrad[onnx]".') from None
    graph = _Graph(onnx, model)
    modes = [(module, module.training) for module in model.modules()]
    frozen = [parameter for parameter in model.parameters() if not parameter.requires_grad]
    try:
        model.eval().requires_grad_()
        pixels = zeros(BATCH, *shape, requires_grad=True)
        with enable_grad():
            output = model(pixels)
        graph.fill(pixels, output)
    finally:
        for parameter in frozen:
            parameter.requires_grad_(False)
        for module, training in modes:
            module.training = training
    content = graph.finish(shape, tuple(output.shape[1:])).SerializeToString()
    replace(Path(path), lambda file: file.write(content))


class _Graph:
    def __init__(self, onnx: Any, model: Module) -> None:
        self.onnx = onnx
        self.title = type(model).__name__
        held = (*model.named_parameters(), *model.named_buffers())
        self.known = {tensor.array.__array_interface__["data"][0]: name for name, tensor in held}
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}

    def fill(self, pixels: Any, output: Any) -> None:
        """Translate every node, those first that the others read."""
        first, last = gradient_edge(pixels)[0], gradient_edge(output)[0]
        assert first is not None and last is not None
        names: dict[Node, str] = {first: "input"}
        waiting = [last]
        while waiting:
            node = waiting[-1]
            ahead = [source for source in node.sources if source is not None and source not in names]
            if node in names or not ahead:
                waiting.pop()
                if node not in names:
                    names[node] = self._translate(
                        node, [source and names[source] for source in node.sources], node is last
                    )
            waiting += ahead

    def _translate(self, node: Node, inputs: list[Any], is_last: bool) -> str:
        if isinstance(node, AccumulateGrad):
            return self.constant(node.variable.array)
        name = node.name()
        if name not in TRANSLATIONS:
            raise SerializationError(f"{self.title} cannot be written as ONNX: {name} has no translation.")
        kind, arguments, attributes = TRANSLATIONS[name](self, node, inputs)
        out = "output" if is_last else f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(self.onnx.helper.make_node(kind, arguments, [out], **attributes))
        return out

    def constant(self, array: np.ndarray) -> str:
        """The name of an array that is part of the network."""
        name = self.known.get(array.__array_interface__["data"][0], f"constant{len(self.constants)}")
        self.constants[name] = self.onnx.numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def finish(self, shape: tuple[int, ...], made: tuple[int, ...]) -> Any:
        helper = self.onnx.helper
        ends = [
            helper.make_tensor_value_info(name, self.onnx.TensorProto.FLOAT, ["N", *extents])
            for name, extents in (("input", shape), ("output", made))
        ]
        graph = helper.make_graph(self.nodes, self.title, ends[:1], ends[1:], list(self.constants.values()))
        opset = helper.make_operatorsetid("", OPERATORS)
        model = helper.make_model(graph, opset_imports=[opset], producer_name="nbgrad", ir_version=FORMAT)
        self.onnx.checker.check_model(model)
        return model


Translation = tuple[str, list[str], dict[str, Any]]  # operator, inputs, attributes


def _plain(kind: str) -> Callable[[_Graph, Node, list[Any]], Translation]:
    def translate(graph: _Graph, node: Node, inputs: list[Any]) -> Translation:
        if None in inputs:
            raise SerializationError(f"{graph.title} cannot be written as ONNX: {kind} has an operand of no layer.")
        return kind, inputs, {}

    return translate


def _conv(graph: _Graph, node: Node, inputs: list[Any]) -> Translation:
    stride, padding, dilation, groups = node.options
    attributes = {"strides": stride, "pads": (*padding, *padding), "dilations": dilation, "group": groups}
    return "Conv", [name for name in inputs if name is not None], attributes


def _norm(graph: _Graph, node: Any, inputs: list[Any]) -> Translation:
    _training, _momentum, eps = node.options
    running = node._saved_running_mean, node._saved_running_var
    if None in inputs or any(each is None for each in running):
        raise SerializationError(f"{graph.title} cannot be written as ONNX: a batch norm lacks weights or statistics.")
    return "BatchNormalization", [*inputs, *[graph.constant(array_of(each)) for each in running]], {"epsilon": eps}


def _max_pool(graph: _Graph, node: Node, inputs: list[Any]) -> Translation:
    kernel, stride, padding, dilation, ceil_mode, _ = node.options
    attributes = {"kernel_shape": kernel, "strides": stride, "pads": (*padding, *padding), "dilations": dilation}
    return "MaxPool", inputs, attributes | {"ceil_mode": int(ceil_mode)}


def _mean(graph: _Graph, node: Node, inputs: list[Any]) -> Translation:
    axes, keepdim = node.options
    return "ReduceMean", inputs, {"axes": axes, "keepdims": int(keepdim)}


def _view(graph: _Graph, node: Node, inputs: list[Any]) -> Translation:
    (shape,) = node.options
    if len(shape) != 2 or shape[0] != BATCH:
        raise SerializationError(f"{graph.title} cannot be written as ONNX: a view is more than flatten(1).")
    return "Flatten", inputs, {"axis": 1}


def _linear(graph: _Graph, node: Node, inputs: list[Any]) -> Translation:
    bias, x, weight = inputs
    return "Gemm", [x, weight, bias], {}


TRANSLATIONS: dict[str, Callable[[_Graph, Node, list[Any]], Translation]] = {
    "ConvolutionBackward0": _conv,
    "NativeBatchNormBackward0": _norm,
    "MaxPool2DWithIndicesBackward0": _max_pool,
    "MeanBackward1": _mean,
    "ViewBackward0": _view,
    "TBackward0": _plain("Transpose"),
    "AddmmBackward0": _linear,
    "ReluBackward0": _plain("Relu"),
    "SigmoidBackward0": _plain("Sigmoid"),
    "TanhBackward0": _plain("Tanh"),
    "AddBackward0": _plain("Add"),
    "MulBackward0": _plain("Mul"),
}
