"""nbgrad: tensors and gradients as in PyTorch, every kernel Python that Numba compiles. `import nbgrad as torch`."""

import importlib as _importlib
from typing import TYPE_CHECKING as _TYPE_CHECKING

from nbgrad import autograd, cuda, nn, optim, utils
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
    logspace,
    ones,
    ones_like,
    tensor,
    zeros,
    zeros_like,
)
from nbgrad.device import device
from nbgrad.dtypes import bool_ as bool
from nbgrad.dtypes import (
    dtype,
    finfo,
    float32,
    float64,
    get_default_dtype,
    iinfo,
    int8,
    int16,
    int32,
    int64,
    set_default_dtype,
    uint8,
)
from nbgrad.formats import channels_last, contiguous_format, memory_format, preserve_format
from nbgrad.ops.arithmetic import (
    add,
    div,
    floor_divide,
    fmod,
    maximum,
    minimum,
    mul,
    neg,
    positive,
    reciprocal,
    remainder,
    rsub,
    sub,
    true_divide,
)
from nbgrad.ops.blend import (
    addcdiv,
    addcmul,
    lerp,
)
from nbgrad.ops.cast import clone
from nbgrad.ops.choose import where
from nbgrad.ops.comparison import (
    eq,
    ge,
    gt,
    le,
    lt,
    masked_fill,
    ne,
)
from nbgrad.ops.extremes import amax, amin, argmax, argmin, max, min
from nbgrad.ops.join import cat, hstack, stack, vstack
from nbgrad.ops.logic import (
    allclose,
    bitwise_and,
    bitwise_not,
    bitwise_or,
    bitwise_xor,
    equal,
    isclose,
    isfinite,
    isinf,
    isnan,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
)
from nbgrad.ops.matmul import addmm, addmv, baddbmm, bmm, dot, matmul, mm, mv, outer
from nbgrad.ops.moments import logsumexp, norm, std, std_mean, var, var_mean
from nbgrad.ops.pick import index_add, index_put, index_select, masked_select, nonzero
from nbgrad.ops.pointwise import (
    abs,
    erf,
    erfc,
    exp,
    exp2,
    expm1,
    float_power,
    log,
    log1p,
    log2,
    log10,
    pow,
    relu,
    rsqrt,
    sgn,
    sigmoid,
    sign,
    sqrt,
    square,
)
from nbgrad.ops.prod import prod
from nbgrad.ops.reduce import all, any, count_nonzero, mean, sum
from nbgrad.ops.rounding import (
    ceil,
    clamp,
    clamp_max,
    clamp_min,
    floor,
    round,
    trunc,
)
from nbgrad.ops.scan import cumsum, diff
from nbgrad.ops.scatter import gather, scatter, scatter_add
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
from nbgrad.ops.sort import argsort, sort, topk
from nbgrad.ops.spread import diag, flip, fliplr, flipud, repeat_interleave, roll, tile, tril, triu
from nbgrad.ops.trigonometry import (
    acos,
    asin,
    atan,
    atan2,
    cos,
    cosh,
    hypot,
    sin,
    sinh,
    tan,
    tanh,
)
from nbgrad.ops.views import broadcast_to, chunk, diagonal, movedim, ravel, split, unbind, unflatten
from nbgrad.printing import set_printoptions
from nbgrad.queries import (
    can_cast,
    is_complex,
    is_floating_point,
    is_nonzero,
    is_tensor,
    numel,
    promote_types,
    result_type,
    typename,
)
from nbgrad.random import Generator, initial_seed, manual_seed, seed
from nbgrad.sampling import (
    bernoulli,
    normal,
    rand,
    rand_like,
    randint,
    randint_like,
    randn,
    randn_like,
    randperm,
)
from nbgrad.serialization import load, save
from nbgrad.shapes import Size, layout, strided
from nbgrad.tensor import Tensor

float, double, long, int, short = float32, float64, int64, int32, int16

absolute, negative, multiply, divide, subtract = abs, neg, mul, div, sub
greater, greater_equal, less, less_equal, not_equal = gt, ge, lt, le, ne
arccos, arcsin, arctan, arctan2, clip, fix = acos, asin, atan, atan2, clamp, trunc

if _TYPE_CHECKING:
    from nbgrad import vision

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """`nbgrad.vision` is imported when it is first asked for, and with it the kernels and numba."""
    if name == "vision":
        return _importlib.import_module("nbgrad.vision")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "Generator", "Size", "Tensor", "abs", "absolute", "acos", "add", "addcdiv", "addcmul", "addmm", "addmv", "all",
    "allclose", "amax", "amin", "any", "arange", "arccos", "arcsin", "arctan", "arctan2", "argmax", "argmin", "argsort",
    "as_tensor", "asin", "atan", "atan2", "autograd", "baddbmm", "bernoulli", "bitwise_and", "bitwise_not",
    "bitwise_or", "bitwise_xor", "bmm", "bool", "broadcast_to", "can_cast", "cat", "ceil", "channels_last", "chunk",
    "clamp", "clamp_max", "clamp_min", "clip", "clone", "contiguous_format", "cos", "cosh", "count_nonzero", "cuda",
    "cumsum", "device", "diag", "diagonal", "diff", "div", "divide", "dot", "double", "dtype", "empty", "empty_like",
    "enable_grad", "eq", "equal", "erf", "erfc", "exp", "exp2", "expm1", "eye", "finfo", "fix", "flatten", "flip",
    "fliplr", "flipud", "float", "float32", "float64", "float_power", "floor", "floor_divide", "fmod", "from_numpy",
    "full", "full_like", "gather", "ge", "get_default_dtype", "greater", "greater_equal", "gt", "hstack", "hypot",
    "iinfo",
    "index_add", "index_put", "index_select", "inference_mode", "initial_seed", "int", "int8", "int16", "int32",
    "int64", "is_complex", "is_floating_point", "is_grad_enabled", "is_inference_mode_enabled", "is_nonzero",
    "is_tensor", "isclose", "isfinite", "isinf", "isnan", "layout", "le", "lerp", "less", "less_equal", "linspace",
    "load",
    "log", "log1p", "log2", "log10", "log_softmax", "logical_and", "logical_not", "logical_or", "logical_xor",
    "logspace", "logsumexp", "long", "lt", "manual_seed", "masked_fill", "masked_select", "matmul", "max", "maximum",
    "mean", "memory_format", "min", "minimum", "mm", "movedim", "mul", "multiply", "mv", "narrow", "ne", "neg",
    "negative", "nn", "no_grad", "nonzero", "norm", "normal", "not_equal", "numel", "ones", "ones_like", "optim",
    "outer", "permute", "positive", "pow", "preserve_format", "prod", "promote_types", "rand", "rand_like", "randint",
    "randint_like", "randn", "randn_like", "randperm", "ravel", "reciprocal", "relu", "remainder", "repeat_interleave",
    "reshape", "result_type", "roll", "round", "rsqrt", "rsub", "save", "scatter", "scatter_add", "seed", "select",
    "set_default_dtype", "set_grad_enabled", "set_printoptions", "sgn", "short", "sigmoid", "sign", "sin", "sinh",
    "softmax", "sort", "split", "sqrt", "square", "squeeze", "stack", "std", "std_mean", "strided", "sub", "subtract",
    "sum", "t", "tan", "tanh", "tensor", "tile", "topk", "transpose", "tril", "triu", "true_divide", "trunc",
    "typename", "uint8", "unbind", "unflatten", "unsqueeze", "utils", "var", "var_mean", "vision", "vstack", "where",
    "zeros", "zeros_like",
]  # fmt: skip
