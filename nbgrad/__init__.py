"""nbgrad: tensors and gradients as in PyTorch, every kernel Python that Numba compiles. `import nbgrad as torch`."""

from nbgrad import autograd, nn, optim, utils, vision
from nbgrad.autograd.modes import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from nbgrad.creation import (
    arange,
    as_tensor,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    linspace,
    ones,
    ones_like,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    randperm,
    tensor,
    zeros,
    zeros_like,
)
from nbgrad.device import device
from nbgrad.dtypes import bool_ as bool
from nbgrad.dtypes import (
    dtype,
    float32,
    float64,
    get_default_dtype,
    int8,
    int16,
    int32,
    int64,
    set_default_dtype,
    uint8,
)
from nbgrad.ops.arithmetic import add, div, maximum, minimum, mul, neg, reciprocal, sub
from nbgrad.ops.comparison import eq, ge, gt, le, lt, ne, where
from nbgrad.ops.join import cat, stack
from nbgrad.ops.matmul import addmm, bmm, dot, matmul, mm
from nbgrad.ops.pointwise import abs, cos, exp, log, pow, relu, sigmoid, sign, sin, sqrt, tanh
from nbgrad.ops.reduce import argmax, argmin, max, mean, min, sum
from nbgrad.ops.shape import (
    flatten,
    narrow,
    permute,
    reshape,
    select,
    squeeze,
    t,
    transpose,
    unsqueeze,
)
from nbgrad.ops.softmax import log_softmax, softmax
from nbgrad.printing import set_printoptions
from nbgrad.random import Generator, initial_seed, manual_seed, seed
from nbgrad.shapes import Size
from nbgrad.tensor import Tensor

float, double, long, int = float32, float64, int64, int32

__version__ = "0.1.0"

__all__ = [
    "Generator", "Size", "Tensor", "abs", "add", "addmm", "arange", "argmax", "argmin", "as_tensor", "autograd", "bmm",
    "bool", "cat", "cos", "device", "div", "dot", "double", "dtype", "empty", "empty_like", "enable_grad", "eq", "exp",
    "eye", "flatten", "float", "float32", "float64", "from_numpy", "full", "full_like", "ge", "get_default_dtype", "gt",
    "inference_mode",
    "initial_seed", "int", "int8", "int16", "int32", "int64", "is_grad_enabled",
    "is_inference_mode_enabled", "le", "linspace", "log",
    "log_softmax", "long", "lt", "manual_seed", "matmul", "max", "maximum", "mean", "min", "minimum", "mm", "mul",
    "narrow", "ne", "neg", "nn", "no_grad", "ones", "ones_like", "optim", "permute", "pow", "rand", "rand_like",
    "randint", "randn", "randn_like", "randperm", "reciprocal", "relu", "reshape", "seed", "select",
    "set_default_dtype", "set_grad_enabled", "set_printoptions", "sigmoid", "sign", "sin", "softmax", "sqrt",
    "squeeze", "stack", "sub", "sum", "t", "tanh", "tensor", "transpose", "uint8", "unsqueeze", "utils", "vision",
    "where", "zeros", "zeros_like",
]  # fmt: skip
