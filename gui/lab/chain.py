"""A network as a chain of layers, run with every number kept: LeNet, an MLP, any nn.Sequential of ours; a ResNet as
the chain of its blocks."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import nbgrad
from gui.lab.device import beside
from gui.lab.fields import Window
from gui.lab.networks import see
from nbgrad import nn
from nbgrad.nn import functional as F
from nbgrad.vision.models import MLP, LeNet
from nbgrad.vision.models.resnet import ResNet


@dataclass(frozen=True)
class Layer:
    """One column of the canvas: a module with the relu after it. apply: what it computes, without that relu.

    skip: of a residual block the way around its convolutions, "x" or "conv 1×1"; else "".
    """

    name: str  # "conv1 + relu"
    module: str  # "conv1"; "" for the input
    window: Window
    apply: Callable[[Any], Any]
    relu: bool = False
    skip: str = ""


@dataclass(frozen=True)
class Passage:
    """What one run through the chain made. before, after: each layer's tensor (N, ...) without and with its relu."""

    layers: tuple[Layer, ...]
    before: tuple[Any, ...]
    after: tuple[Any, ...]

    @property
    def logits(self) -> Any:
        return self.after[-1]


def layers_of(model: Any) -> tuple[Layer, ...]:
    """The chain of a model, the input first; raises TypeError for a model that is no chain.

    >>> [layer.name for layer in layers_of(nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)))]
    ['input', '1 linear + relu', '3 linear']
    """
    result = [Layer("input", "", Window("input"), lambda x: x)]
    if isinstance(model, LeNet):
        return (*result, *_lenet(model))
    if isinstance(model, MLP):
        return (*result, *_mlp(model))
    if isinstance(model, ResNet):
        return (*result, *_resnet(model))
    if not isinstance(model, nn.Sequential):
        raise TypeError(f"The canvas shows networks that are a chain of layers; {type(model).__name__} is none.")
    leaves = [(path, module) for path, module in model.named_modules() if not list(module.children())]
    for path, module in leaves:
        if isinstance(module, nn.Flatten | nn.Identity):
            continue  # changes no number; a linear layer flattens what it is given
        if isinstance(module, nn.ReLU) and not result[-1].relu and result[-1].window.kind in ("conv", "linear"):
            result[-1] = replace(result[-1], name=f"{result[-1].name} + relu", relu=True)
            continue
        window = window_of(module)
        word = window.kind if window.kind != "other" else type(module).__name__
        apply = _flat(module) if isinstance(module, nn.Linear) else module
        result.append(Layer(f"{path} {word.replace('max_', '')}", path, window, apply))
    return tuple(result)


def _flat(linear: Any) -> Callable[[Any], Any]:
    return lambda x: linear(nbgrad.flatten(x, 1))


def _lenet(model: Any) -> list[Layer]:
    conv, linear = window_of(model.conv1), Window("linear")
    pool = Window("max_pool", (2, 2), (2, 2))

    def halve(x: Any) -> Any:
        return F.max_pool2d(x, 2)

    return [
        Layer("conv1 + relu", "conv1", conv, model.conv1, True),
        Layer("pool1", "pool1", pool, halve),
        Layer("conv2 + relu", "conv2", window_of(model.conv2), model.conv2, True),
        Layer("pool2", "pool2", pool, halve),
        Layer("fc1 + relu", "fc1", linear, _flat(model.fc1), True),
        Layer("fc2 + relu", "fc2", linear, model.fc2, True),
        Layer("fc3", "fc3", linear, model.fc3),
    ]


def _mlp(model: Any) -> list[Layer]:
    last = model.paths[-1]
    return [
        Layer(
            path if path == last else f"{path} + relu",
            path,
            Window("linear"),
            _flat(model.get_submodule(path)),
            path != last,
        )
        for path in model.paths
    ]


def _resnet(model: Any) -> list[Layer]:
    """The stem layer by layer, then one column for each residual block."""
    blocks = [
        Layer(path, path, Window("block"), block, skip="x" if block.downsample is None else "conv 1×1")
        for path, block in model.named_modules()
        if hasattr(block, "downsample")
    ]
    return [
        Layer("conv1", "conv1", window_of(model.conv1), model.conv1),
        Layer("bn1 + relu", "bn1", Window("other"), model.bn1, True),
        Layer("maxpool", "maxpool", window_of(model.maxpool), model.maxpool),
        *blocks,
        Layer("avgpool", "avgpool", Window("other"), model.avgpool),
        Layer("fc", "fc", Window("linear"), _flat(model.fc)),
    ]


def window_of(module: Any) -> Window:
    """How a module looks at its input; "other" where the lab cannot write its arithmetic out.

    >>> window_of(nn.Conv2d(1, 6, 5))
    Window(kind='conv', kernel=(5, 5), stride=(1, 1), padding=(0, 0))
    """
    if isinstance(module, nn.Linear):
        return Window("linear")
    if isinstance(module, nn.Conv2d) and module.groups == 1 and _pair(module.dilation) == (1, 1):
        if not isinstance(module.padding, str):
            return Window("conv", _pair(module.kernel_size), _pair(module.stride), _pair(module.padding))
    elif isinstance(module, nn.MaxPool2d) and _pair(module.dilation) == (1, 1) and not module.ceil_mode:
        return Window("max_pool", _pair(module.kernel_size), _pair(module.stride), _pair(module.padding))
    return Window("other")


def _pair(size: Any) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else (size[0], size[1])


def run(model: Any, x: Any) -> Passage:
    """The model's forward, layer by layer, the first being what the model sees of x (N, channels, height, width)."""
    layers, seen = layers_of(model), see(model, x)
    before, after = [seen], [seen]
    for layer in layers[1:]:
        before.append(layer.apply(after[-1]))
        after.append(F.relu(before[-1]) if layer.relu else before[-1])
    return Passage(layers, tuple(before), tuple(after))


def objective(logits: Any, digit: int, of: str) -> Any:
    """What gradients are taken of. of: "loss", the mean cross-entropy with `digit`, or "logit", its logits' sum."""
    if of == "logit":
        return logits[:, digit].sum()
    return F.cross_entropy(logits, beside(logits, np.full(logits.shape[0], digit)))
