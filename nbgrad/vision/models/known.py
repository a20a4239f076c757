"""The networks we have, and which of them a file of weights belongs to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nbgrad.nn.module import Module
from nbgrad.tensor import Tensor
from nbgrad.vision.models.lenet import LeNet
from nbgrad.vision.models.resnet import BasicBlock, Bottleneck, ResNet


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


def recognise(state: Mapping[str, Tensor]) -> tuple[Known, Module] | None:
    """The network that these weights fill exactly, new and not yet filled; None where it is none of ours.

    >>> recognise(LeNet().state_dict())[0].name
    'LeNet'
    """
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}
    for known in KNOWN:
        bias = shapes.get(f"{known.last}.bias", ())
        if len(bias) == 1 and f"{known.last}.weight" in shapes and bias[0] == shapes[f"{known.last}.weight"][0]:
            network = known.make(bias[0])
            if {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()} == shapes:
                return known, network
    return None
