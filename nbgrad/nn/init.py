"""First values of parameters, drawn as PyTorch draws them."""

import math

import numpy as np

from nbgrad import random
from nbgrad.tensor import Tensor


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


def kaiming_uniform_(tensor: Tensor, a: float = 0.0, generator: random.Generator | None = None) -> Tensor:
    """Uniform in ±√(6 / ((1 + a²) fan_in)). Source: He et al. 2015, «Delving deep into rectifiers»."""
    bound = math.sqrt(6.0 / ((1 + a * a) * fan_in(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def fan_in(tensor: Tensor) -> int:
    """How many inputs feed one output: the weights of one row, or of one filter."""
    if tensor.ndim < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    return math.prod(tensor.shape[1:])


def _fill(tensor: Tensor, numbers: np.ndarray) -> Tensor:
    tensor.array[...] = numbers
    tensor.version[0] += 1
    return tensor
