"""The CPU's kernels, as functions on numpy arrays: what an op's forward calls, under the names every device shares."""

from nbgrad.kernels.cpu import exact, random, sequence
from nbgrad.kernels.cpu.arrange import assemble, diagonal, embed_diagonal, expand, flip, roll, stack, tile
from nbgrad.kernels.cpu.conv import (
    conv2d,
    conv2d_bias_gradient,
    conv2d_gradients,
    conv2d_input_gradient,
    conv2d_weight_gradient,
)
from nbgrad.kernels.cpu.elementwise import (
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
from nbgrad.kernels.cpu.extremes import amax, amin, largest, smallest
from nbgrad.kernels.cpu.gemm import addmm, bmm, column_sums, linear_gradients, matmul
from nbgrad.kernels.cpu.index import (
    cast,
    concatenate,
    contiguous,
    embed,
    fill,
    full,
    pick,
    place,
    places_of,
    scatter_add,
    take,
    write,
)
from nbgrad.kernels.cpu.loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    class_loss,
    class_loss_gradient,
    huber,
    no_class,
    smooth_l1,
)
from nbgrad.kernels.cpu.moments import deviation, logsumexp, variance, vector_norm
from nbgrad.kernels.cpu.norm import batch_norm, batch_norm_gradient, layer_norm, layer_norm_gradient
from nbgrad.kernels.cpu.optim import adagrad, adam, adamw, rmsprop, sgd, together
from nbgrad.kernels.cpu.pool import (
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_gradient,
    avg_pool2d,
    avg_pool2d_gradient,
    max_pool2d,
    max_pool2d_gather,
    max_pool2d_gradient,
    max_pool2d_indices,
)
from nbgrad.kernels.cpu.reduce import mean, prod, sum, truth
from nbgrad.kernels.cpu.scan import cumsum
from nbgrad.kernels.cpu.scatter import (
    first_outside,
    gather,
    put_add,
    scatter_add_along,
    scatter_along,
    scatter_multiply_along,
    scattered,
    triangle,
)
from nbgrad.kernels.cpu.softmax import log_softmax, log_softmax_gradient, softmax, softmax_gradient
from nbgrad.kernels.cpu.sort import sort

__all__ = [
    "absolute", "acos", "adagrad", "adam", "adamw", "adaptive_avg_pool2d", "adaptive_avg_pool2d_gradient", "add",
    "addmm", "amax", "amin", "asin", "assemble", "atan", "atan2", "avg_pool2d", "avg_pool2d_gradient", "batch_norm",
    "batch_norm_gradient", "binary_cross_entropy", "binary_cross_entropy_with_logits", "bitwise_and", "bitwise_or",
    "bitwise_xor", "bmm", "cast", "ceil", "class_loss", "class_loss_gradient", "column_sums", "concatenate",
    "contiguous", "conv2d", "conv2d_bias_gradient", "conv2d_gradients", "conv2d_input_gradient",
    "conv2d_weight_gradient", "cos", "cosh", "cumsum", "deviation", "diagonal", "div", "embed", "embed_diagonal", "eq",
    "erf", "erfc", "exact", "exp", "exp2", "expand", "expm1", "fill", "first_outside", "flip", "floor", "floor_div",
    "fmod", "full", "gather", "ge", "gelu", "gt", "huber", "hypot", "largest", "layer_norm", "layer_norm_gradient",
    "le", "linear_gradients", "log", "log1p", "log2", "log10", "log_softmax", "log_softmax_gradient", "logsumexp", "lt",
    "matmul", "max_pool2d", "max_pool2d_gather", "max_pool2d_gradient", "max_pool2d_indices", "maximum", "mean",
    "minimum", "mul", "ne", "neg", "no_class", "pick", "place", "places_of", "pow", "prod", "put_add", "random", "relu",
    "remainder", "rint", "rmsprop", "roll", "rsqrt", "scatter_add", "scatter_add_along", "scatter_along",
    "scatter_multiply_along", "scattered", "sequence", "sgd", "sigmoid", "sign", "sin", "sinh", "smallest", "smooth_l1",
    "softmax", "softmax_gradient", "sort", "sqrt", "stack", "sub", "sum", "take", "tan", "tanh", "threshold_gradient",
    "tile", "together", "triangle", "trunc", "trunc_div", "truth", "variance", "vector_norm", "where", "write",
]  # fmt: skip
