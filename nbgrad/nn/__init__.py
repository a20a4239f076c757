"""Building blocks of networks: `import nbgrad.nn as nn`."""

from nbgrad.nn import functional, init
from nbgrad.nn.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential, Sigmoid, Tanh
from nbgrad.nn.losses import CrossEntropyLoss, MSELoss, NLLLoss
from nbgrad.nn.module import Module
from nbgrad.nn.parameter import Parameter

__all__ = [
    "Conv2d", "CrossEntropyLoss", "Flatten", "Linear", "MSELoss", "MaxPool2d", "Module", "NLLLoss", "Parameter", "ReLU",
    "Sequential", "Sigmoid", "Tanh", "functional", "init",
]  # fmt: skip
