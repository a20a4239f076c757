"""First values of parameters, drawn as PyTorch draws them."""

import math
import warnings

import numpy as np

from nbgrad import random
from nbgrad.autograd.value import mark_changed
from nbgrad.placement import beside
from nbgrad.tensor import Tensor

_ONE = ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "sigmoid")


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """How much wider weights must spread so that numbers keep their size behind this function."""
    if nonlinearity in _ONE:
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        if param is not None and (isinstance(param, bool) or not isinstance(param, int | float)):
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: random.Generator | None = None) -> Tensor:
    """Fill with numbers uniform in [a, b)."""
    return _fill(tensor, random.uniform(generator or random.default_generator, tensor.shape, tensor.array.dtype, a, b))


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: random.Generator | None = None) -> Tensor:
    """Fill with normally distributed numbers."""
    generator = generator or random.default_generator
    return _fill(tensor, random.normal(generator, tensor.shape, tensor.array.dtype, mean, std))


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros."""
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones."""
    return constant_(tensor, 1.0)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one number."""
    return _fill(tensor, np.asarray(val, tensor.array.dtype))


def eye_(tensor: Tensor) -> Tensor:
    """Fill a matrix with ones on the diagonal, zeros elsewhere."""
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    return _fill(tensor, np.eye(*tensor.shape, dtype=tensor.array.dtype))


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: random.Generator | None = None) -> Tensor:
    """Uniform in ±gain √(6 / (fan_in + fan_out)). Source: Glorot and Bengio 2010."""
    fan_in, fan_out = fans(tensor)
    bound = math.sqrt(3.0) * (gain * math.sqrt(2.0 / float(fan_in + fan_out)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: random.Generator | None = None) -> Tensor:
    """Normal with deviation gain √(2 / (fan_in + fan_out)). Source: Glorot and Bengio 2010."""
    fan_in, fan_out = fans(tensor)
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / float(fan_in + fan_out)), generator)


def kaiming_uniform_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu",
    generator: random.Generator | None = None,
) -> Tensor:  # fmt: skip
    """Uniform in ±gain √(3 / fan). Source: He et al. 2015, «Delving deep into rectifiers»."""
    if _has_no_elements(tensor):
        return tensor
    bound = math.sqrt(3.0) * _kaiming_deviation(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu",
    generator: random.Generator | None = None,
) -> Tensor:  # fmt: skip
    """Normal with deviation gain / √fan. Source: He et al. 2015, «Delving deep into rectifiers»."""
    if _has_no_elements(tensor):
        return tensor
    return normal_(tensor, 0.0, _kaiming_deviation(tensor, a, mode, nonlinearity), generator)


def trunc_normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0,
    generator: random.Generator | None = None,
) -> Tensor:  # fmt: skip
    """Fill with normally distributed numbers of [a, b]; those outside are drawn anew."""
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be "
            "incorrect.",
            stacklevel=2,
        )
    generator, shape, kind = generator or random.default_generator, tensor.shape, tensor.array.dtype
    inside = math.erf((b - mean) / std / math.sqrt(2.0)) - math.erf((a - mean) / std / math.sqrt(2.0))
    if inside / 2 > 0.3:
        low, high = kind.type(a), kind.type(b)
        numbers = random.normal(generator, shape, kind, mean, std)
        while (outside := (numbers < low) | (numbers > high)).any():
            numbers = np.where(outside, random.normal(generator, shape, kind, mean, std), numbers)
        return _fill(tensor, numbers)
    peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2  # logarithm of the density's largest value
    numbers, pending = np.zeros(shape, kind), np.ones(shape, bool)
    while pending.any():  # a candidate stays with the probability density / largest density
        candidates = random.uniform(generator, shape, kind, a, b)
        numbers = np.where(pending, candidates, numbers)
        density = ((candidates - mean) / std) ** 2 * -0.5 - peak
        with np.errstate(divide="ignore"):
            pending &= np.log(random.uniform(generator, shape, kind, 0.0, 1.0)) > density
    return _fill(tensor, numbers)


def orthogonal_(tensor: Tensor, gain: float = 1, generator: random.Generator | None = None) -> Tensor:
    """Fill with a matrix (axes behind the first joined) whose rows or columns stand upright on each other.

    Normal numbers by Gram and Schmidt's process, twice for each vector. Source: Saxe et al. 2013, «Exact solutions to
    the nonlinear dynamics of learning in deep linear neural networks».
    """
    if tensor.ndim < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0:
        return tensor
    rows = tensor.shape[0]
    shape = rows, tensor.numel() // rows
    drawn = random.normal(generator or random.default_generator, shape, tensor.array.dtype, 0.0, 1.0)
    upright = drawn.astype(np.float64) if rows < shape[1] else drawn.T.astype(np.float64)  # its rows
    for i, vector in enumerate(upright):
        for _ in range(2):
            vector -= (upright[:i] @ vector) @ upright[:i]
        vector /= math.sqrt(vector @ vector)
    result = (upright if rows < shape[1] else upright.T).astype(tensor.array.dtype)
    return _fill(tensor, result.reshape(tensor.shape) * tensor.array.dtype.type(gain))


def _has_no_elements(tensor: Tensor) -> bool:
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
    return 0 in tensor.shape


def _kaiming_deviation(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    chosen = mode.lower()
    if chosen not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {chosen} not supported, please use one of ['fan_in', 'fan_out']")
    fan = fans(tensor)[0 if chosen == "fan_in" else 1]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def fans(tensor: Tensor) -> tuple[int, int]:
    """How many inputs feed one output, and how many outputs one input feeds."""
    if tensor.ndim < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def _fill(tensor: Tensor, numbers: np.ndarray) -> Tensor:
    tensor.array[...] = beside(numbers, tensor.array)
    mark_changed(tensor)
    return tensor
