"""The CPU's kernels, as functions on numpy arrays: what an op's forward calls, under the names every device shares."""

from nbgrad.kernels.cpu.conv import (
    conv2d,
    conv2d_bias_gradient,
    conv2d_input_gradient,
    conv2d_weight_gradient,
)
from nbgrad.kernels.cpu.elementwise import (
    absolute,
    add,
    cos,
    div,
    eq,
    exp,
    ge,
    gt,
    le,
    log,
    lt,
    maximum,
    minimum,
    mul,
    ne,
    neg,
    pow,
    relu,
    sigmoid,
    sign,
    sin,
    sqrt,
    sub,
    tanh,
    threshold_gradient,
    where,
)
from nbgrad.kernels.cpu.gemm import addmm, bmm, matmul
from nbgrad.kernels.cpu.index import cast, concatenate, contiguous, embed, fill, pick, place, scatter_add, take, write
from nbgrad.kernels.cpu.optim import adam, sgd
from nbgrad.kernels.cpu.pool import max_pool2d, max_pool2d_gather, max_pool2d_gradient
from nbgrad.kernels.cpu.reduce import largest, mean, prod, smallest, sum
from nbgrad.kernels.cpu.softmax import log_softmax, softmax

__all__ = [
    "absolute", "adam", "add", "addmm", "bmm", "cast", "concatenate", "contiguous", "conv2d", "conv2d_bias_gradient",
    "conv2d_input_gradient", "conv2d_weight_gradient", "cos", "div", "embed", "eq", "exp", "fill", "ge", "gt",
    "largest", "le", "log", "log_softmax", "lt", "matmul", "max_pool2d", "max_pool2d_gather", "max_pool2d_gradient",
    "maximum", "mean", "minimum", "mul", "ne", "neg", "pick", "place", "pow", "prod", "relu", "scatter_add", "sgd",
    "sigmoid", "sign", "sin", "smallest", "softmax", "sqrt", "sub", "sum", "take", "tanh", "threshold_gradient",
    "where", "write",
]  # fmt: skip
