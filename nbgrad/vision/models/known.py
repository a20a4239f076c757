"""The networks we have, and which of them a file of weights belongs to."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nbgrad.nn.module import Module
from nbgrad.tensor import Tensor
from nbgrad.vision.models.lenet import LeNet
from nbgrad.vision.models.mlp import MLP
from nbgrad.vision.models.resnet import BasicBlock, Bottleneck, ResNet

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Known:
    """A network: how it is made (for so many classes), the last layer's name, and the shape of one input."""

    name: str
    make: Callable[[int], Module]
    last: str
    input: tuple[int, ...]


KNOWN = (
    Known("LeNet", lambda classes: LeNet(), "fc3", (1, 32, 32)),
    Known("ResNet-18", lambda classes: ResNet(BasicBlock, [2, 2, 2, 2], classes), "fc", (3, 224, 224)),
    Known("ResNet-34", lambda classes: ResNet(BasicBlock, [3, 4, 6, 3], classes), "fc", (3, 224, 224)),
    Known("ResNet-50", lambda classes: ResNet(Bottleneck, [3, 4, 6, 3], classes), "fc", (3, 224, 224)),
)
NAMES = (*(known.name for known in KNOWN), "MLP")


def recognise(state: Mapping[str, Tensor]) -> tuple[Known, Module] | None:
    """The network that these weights fill exactly, new and not yet filled; None where it is none of ours.

    Linear layers that fit one behind the other are an MLP, of whatever names.

    >>> recognise(LeNet().state_dict())[0].name
    'LeNet'
    >>> recognise(MLP([784, 30, 10]).state_dict())[0].name
    'MLP'
    """
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}
    for known in KNOWN:
        bias = shapes.get(f"{known.last}.bias", ())
        if len(bias) == 1 and f"{known.last}.weight" in shapes and bias[0] == shapes[f"{known.last}.weight"][0]:
            network = known.make(bias[0])
            if {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()} == shapes:
                return known, network
    return _mlp(shapes)


def _mlp(shapes: Mapping[str, Shape]) -> tuple[Known, Module] | None:
    """An MLP of exactly these parameters.

    Its layers run in the file's order. Where that is the alphabet's (safetensors), numbers in names count as numbers.
    """
    if not all(isinstance(name, str) for name in shapes):
        return None
    names = [name.removesuffix(".weight") for name in shapes if name.endswith(".weight")]
    fits = len(shapes) == 2 * len(names) > 0 and all(
        name and len(shapes[f"{name}.weight"]) == 2 and shapes.get(f"{name}.bias") == shapes[f"{name}.weight"][:1]
        for name in names
    )
    orders = [names, sorted(names, key=_in_numbers)]
    if names == sorted(names):
        orders.reverse()
    chains = ((order, _widths([shapes[f"{name}.weight"] for name in order])) for order in orders if fits)
    order, widths = next(((order, widths) for order, widths in chains if widths is not None), ([], []))
    if not widths:
        return None
    try:
        network = MLP(widths, order)
    except (AttributeError, KeyError):  # a name that no module can have
        return None
    if {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()} != shapes:  # one layer in another
        return None
    known = Known("MLP", lambda classes: MLP([*widths[:-1], classes], order), order[-1], (widths[0],))
    return known, network


def _in_numbers(name: str) -> list[tuple[int, str]]:
    """Sorts "fc2" before "fc10".

    >>> sorted(["fc10", "fc2"], key=_in_numbers)
    ['fc2', 'fc10']
    """
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _widths(weights: Sequence[Shape]) -> list[int] | None:
    """The numbers before, between and after linear layers; None where one does not fit behind the other."""
    if any(lower[0] != upper[1] for lower, upper in pairwise(weights)) or 0 in sum(weights, ()):
        return None
    return [weights[0][1], *(weight[0] for weight in weights)]
