"""The GPU's kernels, as functions on device arrays, under the names of `nbgrad.kernels.cpu`."""

import sys

from nbgrad.kernels.cuda.arrange import assemble, diagonal, embed_diagonal, expand, flip, roll, stack, tile
from nbgrad.kernels.cuda.conv import conv2d, conv2d_bias_gradient, conv2d_input_gradient, conv2d_weight_gradient
from nbgrad.kernels.cuda.copy import cast, contiguous, fill, full, zeros
from nbgrad.kernels.cuda.elementwise import absolute, acos, add, asin, atan, atan2, bitwise_and, bitwise_or, bitwise_xor, ceil, cos, cosh, div, eq, erf, erfc, exp, exp2, expm1, floor, floor_div, fmod, ge, gelu, gt, hypot, le, log, log10, log1p, log2, lt, maximum, minimum, mul, ne, neg, pow, relu, remainder, rint, rsqrt, sigmoid, sign, sin, sinh, sqrt, sub, tan, tanh, threshold_gradient, trunc, trunc_div, where
from nbgrad.kernels.cuda.gemm import addmm, bmm, column_sums, matmul
from nbgrad.kernels.cuda.index import concatenate, embed, pick, place, places_of, put, put_add, scatter_add, take, write
from nbgrad.kernels.cuda.memory import empty, pool, to_device, to_host
from nbgrad.kernels.cuda.optim import adagrad, adam, adamw, rmsprop, sgd
from nbgrad.kernels.cuda.pooling import adaptive_avg_pool2d, adaptive_avg_pool2d_gradient, avg_pool2d, avg_pool2d_gradient, max_pool2d, max_pool2d_gather, max_pool2d_gradient
from nbgrad.kernels.cuda.reduce import largest, mean, prod, smallest, sum, truth
from nbgrad.kernels.cuda.scan import cumsum
from nbgrad.kernels.cuda.scatter import first_outside, gather, scatter_add_along, scatter_along, scatter_multiply_along, scattered, triangle
from nbgrad.kernels.cuda.softmax import log_softmax, log_softmax_gradient, softmax, softmax_gradient
from nbgrad.kernels.cuda.sort import sort
from nbgrad.strided import DeviceArray

DeviceArray.kernels = sys.modules[__name__]

__all__ = [
    "absolute", "acos", "adagrad", "adam", "adamw", "adaptive_avg_pool2d", "adaptive_avg_pool2d_gradient", "add",
    "addmm", "asin", "assemble", "atan", "atan2", "avg_pool2d", "avg_pool2d_gradient", "bitwise_and", "bitwise_or",
    "bitwise_xor", "bmm", "cast", "ceil", "column_sums", "concatenate", "contiguous", "conv2d", "conv2d_bias_gradient",
    "conv2d_input_gradient", "conv2d_weight_gradient", "cos", "cosh", "cumsum", "diagonal", "div", "embed",
    "embed_diagonal", "empty", "eq", "erf", "erfc", "exp", "exp2", "expand", "expm1", "fill", "first_outside", "flip",
    "floor", "floor_div", "fmod", "full", "gather", "ge", "gelu", "gt", "hypot", "largest", "le", "log", "log10",
    "log1p", "log2", "log_softmax", "log_softmax_gradient", "lt", "matmul", "max_pool2d", "max_pool2d_gather",
    "max_pool2d_gradient", "maximum", "mean", "minimum", "mul", "ne", "neg", "pick", "place", "places_of", "pool",
    "pow", "prod", "put", "put_add", "relu", "remainder", "rint", "rmsprop", "roll", "rsqrt", "scatter_add",
    "scatter_add_along", "scatter_along", "scatter_multiply_along", "scattered", "sgd", "sigmoid", "sign", "sin",
    "sinh", "smallest", "softmax", "softmax_gradient", "sort", "sqrt", "stack", "sub", "sum", "take", "tan", "tanh",
    "threshold_gradient", "tile", "to_device", "to_host", "triangle", "trunc", "trunc_div", "truth", "where", "write",
    "zeros",
]  # fmt: skip
