"""The bends between layers, each with its derivative beside it: `torch.nn.functional`'s activations."""

import math
from typing import Any

from nbgrad.autograd.record import op
from nbgrad.ops import pointwise
from nbgrad.ops.arithmetic import add, mul, neg, sub
from nbgrad.ops.comparison import gt, le, lt, where
from nbgrad.ops.logic import logical_and
from nbgrad.ops.operands import kind_of, refuse_kinds
from nbgrad.ops.pointwise import erf, exp, sigmoid
from nbgrad.ops.trigonometry import tanh

SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


@op("HardtanhBackward0", saves=("x",))
def _hardtanh(k, x, /, low, high):
    """out = x between the bounds, else the nearer one; out' = 1 strictly between them, else 0"""
    return k.minimum(k.maximum(x, low), high)


@_hardtanh.backward
def _(node, g):
    (x,) = node.saved
    low, high = node.options
    return where(logical_and(gt(x, low), lt(x, high)), g, 0.0)


@op("LeakyReluBackward0", saves=("x",))
def _leaky_relu(k, x, /, slope):
    """out = x where x > 0, else slope x"""
    return k.where(k.gt(x, 0.0), x, k.mul(x, slope))


@_leaky_relu.backward
def _(node, g):
    (x,) = node.saved
    return where(gt(x, 0.0), g, mul(g, node.options[0]))


@op("EluBackward0", saves=("x",))
def _elu(k, x, /, alpha, scale):
    """out = scale x where x > 0, else scale alpha (e^x - 1)"""
    return k.where(k.gt(x, 0.0), k.mul(x, scale), k.mul(k.expm1(x), alpha * scale))


@_elu.backward
def _(node, g):
    (x,) = node.saved
    alpha, scale = node.options
    bent = exp(where(le(x, 0.0), x, 0.0))  # not of large numbers, which overflow
    return where(le(x, 0.0), mul(mul(g, alpha * scale), bent), mul(g, scale))


@op("SiluBackward0", saves=("x",))
def _silu(k, x, /):
    """out = x σ(x), out' = σ(x) (1 + x (1 - σ(x)))"""
    return k.mul(x, k.sigmoid(x))


@_silu.backward
def _(node, g):
    (x,) = node.saved
    gate = sigmoid(x)
    return mul(g, mul(gate, add(mul(x, sub(1.0, gate)), 1.0)))


@op("SoftplusBackward0", saves=("x",))
def _softplus(k, x, /, beta, threshold):
    """out = ln (1 + e^(beta x)) / beta, and x where beta x > threshold; out' = σ(beta x), and 1"""
    scaled = k.mul(x, beta)
    return k.where(k.gt(scaled, threshold), x, k.div(k.log1p(k.exp(scaled)), beta))


@_softplus.backward
def _(node, g):
    (x,) = node.saved
    beta, threshold = node.options
    scaled = mul(x, beta)
    return where(gt(scaled, threshold), g, mul(g, sigmoid(scaled)))


@op("LogSigmoidBackward0", saves=("x",))
def _logsigmoid(k, x, /):
    """out = min(x, 0) - ln (1 + e^-|x|), out' = σ(-x)"""
    return k.sub(k.minimum(x, 0.0), k.log1p(k.exp(k.neg(k.absolute(x)))))


@_logsigmoid.backward
def _(node, g):
    (x,) = node.saved
    return mul(g, sigmoid(neg(x)))


_HALF_ROOT, _DENSITY = math.sqrt(0.5), 1 / math.sqrt(2 * math.pi)
_SLOPE, _CUBIC = math.sqrt(2 / math.pi), 0.044715


@op("GeluBackward0", saves=("x",))
def _gelu(k, x, /, approximate):
    """out = x Φ(x), Φ the normal distribution; "tanh": out = x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2"""
    if approximate == "none":
        return k.gelu(x)
    bent = k.tanh(k.mul(k.add(x, k.mul(k.mul(k.mul(x, x), x), _CUBIC)), _SLOPE))
    return k.mul(k.mul(x, 0.5), k.add(bent, 1.0))


@_gelu.backward
def _(node, g):
    (x,) = node.saved
    squared = mul(x, x)
    if node.options[0] == "none":
        below = mul(add(erf(mul(x, _HALF_ROOT)), 1.0), 0.5)
        return mul(g, add(below, mul(x, mul(exp(mul(squared, -0.5)), _DENSITY))))
    bent = tanh(mul(mul(x, add(mul(squared, _CUBIC), 1.0)), _SLOPE))
    inner = mul(add(mul(squared, 3 * _CUBIC), 1.0), _SLOPE)
    steep = mul(mul(x, sub(1.0, mul(bent, bent))), inner)
    return mul(mul(g, 0.5), add(add(bent, 1.0), steep))


def _returned(input: Any, out: Any, inplace: bool) -> Any:
    return input.copy_(out) if inplace else out


def relu(input: Any, inplace: bool = False) -> Any:
    """out = max(input, 0)."""
    return input.relu_() if inplace else pointwise.relu(input)


def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Any:
    """out = input between `min_val` and `max_val`, else the nearer of them."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    bounds = (min_val, max_val) if kind_of(input) == "f" else (int(min_val), int(max_val))
    return _returned(input, _hardtanh(input, *bounds), inplace)


def relu6(input: Any, inplace: bool = False) -> Any:
    """out = min(max(input, 0), 6)."""
    return hardtanh(input, 0.0, 6.0, inplace)


def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Any:
    """out = input where positive, else negative_slope * input."""
    refuse_kinds("leaky_relu_cpu", "biu", input)
    return _returned(input, _leaky_relu(input, negative_slope), inplace)


def elu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """out = input where positive, else alpha * (e^input - 1)."""
    refuse_kinds("elu_cpu", "biu", input)
    return _returned(input, _elu(input, alpha, 1.0), inplace)


def selu(input: Any, inplace: bool = False) -> Any:
    """out = 1.0507 input where positive, else 1.0507 * 1.6733 * (e^input - 1)."""
    refuse_kinds("elu_cpu", "biu", input)
    return _returned(input, _elu(input, SELU_ALPHA, SELU_SCALE), inplace)


def silu(input: Any, inplace: bool = False) -> Any:
    """out = input * sigmoid(input)."""
    refuse_kinds("silu_cpu", "biu", input)
    return _returned(input, _silu(input), inplace)


def gelu(input: Any, approximate: str = "none") -> Any:
    """out = input * Φ(input), Φ the normal distribution, exactly or by a hyperbolic tangent ("tanh")."""
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    refuse_kinds("GeluKernelImpl", "biu", input)
    return _gelu(input, approximate)


def softplus(input: Any, beta: float = 1, threshold: float = 20) -> Any:
    """out = ln (1 + e^(beta * input)) / beta; input itself where beta * input > threshold."""
    refuse_kinds("softplus_cpu", "biu", input)
    return _softplus(input, beta, threshold)


def logsigmoid(input: Any) -> Any:
    """out = ln (1 / (1 + e^-input))."""
    refuse_kinds("log_sigmoid_cpu", "biu", input)
    return _logsigmoid(input)
