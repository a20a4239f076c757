"""Building blocks of networks: `import nbgrad.nn as nn`."""

from nbgrad.nn import functional, init, utils
from nbgrad.nn.activation import (
    ELU,
    GELU,
    SELU,
    Hardtanh,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softmin,
    Softplus,
    Tanh,
)
from nbgrad.nn.containers import ModuleDict, ModuleList, ParameterList, Sequential
from nbgrad.nn.conv import Conv1d, Conv2d
from nbgrad.nn.layers import CosineSimilarity, Dropout, Embedding, Flatten, Unflatten
from nbgrad.nn.linear import Identity, Linear
from nbgrad.nn.losses import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
)
from nbgrad.nn.module import Module
from nbgrad.nn.normalization import BatchNorm1d, BatchNorm2d, LayerNorm
from nbgrad.nn.parameter import Parameter
from nbgrad.nn.pooling import AdaptiveAvgPool1d, AdaptiveAvgPool2d, AvgPool1d, AvgPool2d, MaxPool1d, MaxPool2d

__all__ = [
    "ELU", "GELU", "SELU", "AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AvgPool1d", "AvgPool2d", "BCELoss",
    "BCEWithLogitsLoss", "BatchNorm1d", "BatchNorm2d", "Conv1d", "Conv2d", "CosineSimilarity", "CrossEntropyLoss",
    "Dropout", "Embedding", "Flatten", "Hardtanh", "HuberLoss", "Identity", "L1Loss", "LayerNorm", "LeakyReLU",
    "Linear", "LogSigmoid", "LogSoftmax", "MSELoss", "MaxPool1d", "MaxPool2d", "Module", "ModuleDict", "ModuleList",
    "NLLLoss", "Parameter", "ParameterList", "ReLU", "ReLU6", "Sequential", "SiLU", "Sigmoid", "SmoothL1Loss",
    "Softmax", "Softmin", "Softplus", "Tanh", "Unflatten", "functional", "init", "utils",
]  # fmt: skip
