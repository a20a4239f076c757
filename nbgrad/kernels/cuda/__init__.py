"""The GPU's kernels, as functions on device arrays, under the names of `nbgrad.kernels.cpu`."""

import sys

from nbgrad.kernels.cuda.copy import cast, contiguous, fill, full, zeros
from nbgrad.kernels.cuda.elementwise import (
    absolute,
    acos,
    add,
    asin,
    atan,
    atan2,
    bitwise_and,
    bitwise_or,
    bitwise_xor,
    ceil,
    cos,
    cosh,
    div,
    eq,
    erf,
    erfc,
    exp,
    exp2,
    expm1,
    floor,
    floor_div,
    fmod,
    ge,
    gelu,
    gt,
    hypot,
    le,
    log,
    log1p,
    log2,
    log10,
    lt,
    maximum,
    minimum,
    mul,
    ne,
    neg,
    pow,
    relu,
    remainder,
    rint,
    rsqrt,
    sigmoid,
    sign,
    sin,
    sinh,
    sqrt,
    sub,
    tan,
    tanh,
    threshold_gradient,
    trunc,
    trunc_div,
    where,
)
from nbgrad.kernels.cuda.memory import empty, pool, to_device, to_host
from nbgrad.strided import DeviceArray

DeviceArray.kernels = sys.modules[__name__]

__all__ = [
    "absolute", "acos", "add", "asin", "atan", "atan2", "bitwise_and", "bitwise_or", "bitwise_xor", "cast", "ceil",
    "contiguous", "cos", "cosh", "div", "empty", "eq", "erf", "erfc", "exp", "exp2", "expm1", "fill", "floor",
    "floor_div", "fmod", "full", "ge", "gelu", "gt", "hypot", "le", "log", "log1p", "log2", "log10", "lt", "maximum",
    "minimum", "mul", "ne", "neg", "pool", "pow", "relu", "remainder", "rint", "rsqrt", "sigmoid", "sign", "sin", "sinh",
    "sqrt", "sub", "tan", "tanh", "threshold_gradient", "to_device", "to_host", "trunc", "trunc_div", "where", "zeros",
]  # fmt: skip
