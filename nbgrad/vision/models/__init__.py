"""Networks, ready to train or with trained weights: `from nbgrad.vision.models import resnet18`."""

from nbgrad.vision.models.lenet import LeNet
from nbgrad.vision.models.mlp import MLP
from nbgrad.vision.models.resnet import BasicBlock, Bottleneck, ResNet, resnet18, resnet34, resnet50
from nbgrad.vision.models.weights import (
    ResNet18_Weights,
    ResNet34_Weights,
    ResNet50_Weights,
    WeightsEnum,
    load_weights,
    weights_folder,
)

__all__ = [
    "MLP", "BasicBlock", "Bottleneck", "LeNet", "ResNet", "ResNet18_Weights", "ResNet34_Weights", "ResNet50_Weights",
    "WeightsEnum", "load_weights", "resnet18", "resnet34", "resnet50", "weights_folder",
]  # fmt: skip
