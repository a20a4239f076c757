"""New tensors of random numbers, and tensors filled with them: PyTorch's numbers for the same seed."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from nbgrad import placement, random
from nbgrad.arguments import as_dtype, as_size, as_whole, check_fits
from nbgrad.autograd.record import wrap
from nbgrad.autograd.value import Value
from nbgrad.creation import C_NAMES, beside, finish, like, size_or_named
from nbgrad.dtypes import dtype, int64
from nbgrad.ops.draws import bernoulli as _bernoulli
from nbgrad.ops.draws import scaled_normal
from nbgrad.ops.out import deliver

TITLES = {
    "float32": "Float", "float64": "Double", "int8": "Char", "int16": "Short", "int32": "Int", "int64": "Long",
    "uint8": "Byte", "bool": "Bool",
}  # fmt: skip
TYPES_IN_C = {
    "float32": "float", "float64": "double", "int8": "signed char", "int16": "short", "int32": "int", "int64": "long",
    "uint8": "unsigned char", "bool": "bool",
}  # fmt: skip


def _stream(generator: random.Generator | None) -> random.Generator:
    return random.default_generator if generator is None else generator


def _need_floats(kind: np.dtype, kernel: str) -> None:
    if kind.kind != "f":
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{TITLES[kind.name]}'")


def _uniform(shape: tuple[int, ...], kind: np.dtype, generator: Any, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    _need_floats(kind, "check_uniform_bounds")
    for name, bound in (("from", low), ("to", high)):
        if not abs(bound) <= float(np.finfo(kind).max):
            raise RuntimeError(f"{name} is out of bounds for {TYPES_IN_C[kind.name]}")
    return random.uniform(_stream(generator), shape, kind, low, high)


def _normal(
    shape: tuple[int, ...], kind: np.dtype, generator: Any, mean: float = 0.0, std: float = 1.0, in_blocks: bool = True
) -> np.ndarray:
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    _need_floats(kind, "normal_kernel_cpu")
    return random.normal(_stream(generator), shape, kind, mean, std, in_blocks)


def _whole(shape: tuple[int, ...], kind: np.dtype, generator: Any, low: Any, high: Any) -> np.ndarray:
    if low < high:
        highest = _highest(kind)
        lowest = -highest if kind.kind == "f" else 0 if kind.kind in "ub" else -highest - 1
        for name, bound in (("from", low), ("to - 1", high - 1)):
            if not lowest <= bound <= highest:
                raise RuntimeError(f"{name} is out of bounds for {TYPES_IN_C[kind.name]}")
    return random.randint(_stream(generator), shape, low, high).astype(kind)


def _highest(kind: np.dtype) -> int:
    if kind.kind == "f":
        return int(np.finfo(kind).max)
    return 1 if kind.kind == "b" else int(np.iinfo(kind).max)


def rand(
    *size: Any, generator: Any = None, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False,
    **named: Any,
) -> Any:  # fmt: skip
    """Uniform in [0, 1)."""
    shape = as_size("rand", size_or_named(size, named))
    return finish(_uniform(shape, as_dtype("rand", dtype), generator), device, requires_grad)


def randn(
    *size: Any, generator: Any = None, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False,
    **named: Any,
) -> Any:  # fmt: skip
    """Normal with mean 0 and deviation 1."""
    shape = as_size("randn", size_or_named(size, named))
    return finish(_normal(shape, as_dtype("randn", dtype), generator), device, requires_grad)


def randint(
    low: Any = 0, high: Any = None, size: Any = None, *, generator: Any = None, dtype: dtype | None = None,
    device: Any = None, requires_grad: bool = False,
) -> Any:  # fmt: skip
    """Whole numbers in low .. high - 1; `randint(high, size)` starts at 0."""
    if isinstance(high, list | tuple):
        high, size = None, high
    if high is None:
        low, high = 0, low
    bounds = _bounds("randint", low, high, size)
    shape = as_size("randint", (size,), spread=False)
    return finish(_whole(shape, as_dtype("randint", dtype, int64), generator, *bounds), device, requires_grad)


def _bounds(function: str, low: Any, high: Any, size: Any = ()) -> tuple[int, int]:
    if isinstance(low, float) or isinstance(high, float) or not isinstance(size, list | tuple):
        given = ", ".join(type(each).__name__ for each in (low, high, size) if each is not None and each != ())
        raise TypeError(f"{function}() received an invalid combination of arguments - got ({given})")
    return as_whole(function, "low", 1, low), as_whole(function, "high", 2, high)


def randperm(
    n: int, *, generator: Any = None, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """0 .. n - 1 in random order."""
    count, kind = as_whole("randperm", "n", 1, n), as_dtype("randperm", dtype, int64)
    if count < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {count}: [{count}]")
    if kind.kind == "b":
        raise NotImplementedError("\"randperm\" not implemented for 'Bool'")
    check_fits(count, kind, C_NAMES[kind.name])
    return finish(random.randperm(_stream(generator), count).astype(kind), device, requires_grad)


def rand_like(
    input: Any, *, generator: Any = None, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """Uniform in [0, 1), of another tensor's shape and dtype."""
    return finish(_uniform(*like("rand_like", input, dtype), generator), beside(input, device), requires_grad)


def randn_like(
    input: Any, *, generator: Any = None, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """Normal with mean 0 and deviation 1, of another tensor's shape and dtype."""
    return finish(_normal(*like("randn_like", input, dtype), generator), beside(input, device), requires_grad)


def randint_like(
    input: Any, low: Any = 0, high: Any = None, *, generator: Any = None, dtype: dtype | None = None,
    device: Any = None, requires_grad: bool = False,
) -> Any:  # fmt: skip
    """Whole numbers in low .. high - 1 (`randint_like(x, high)` starts at 0), of another tensor's shape and dtype."""
    low, high = (0, low) if high is None else (low, high)
    numbers = _whole(*like("randint_like", input, dtype), generator, *_bounds("randint_like", low, high))
    return finish(numbers, beside(input, device), requires_grad)


def normal(
    mean: Any = 0.0, std: Any = 1.0, size: Any = None, *, generator: Any = None, dtype: dtype | None = None,
    device: Any = None, requires_grad: bool = False, **named: Any,
) -> Any:  # fmt: skip
    """Normal with a mean and a deviation for each element, or with the same ones in a given size."""
    size_or_named((), named)
    if size is not None:
        shape, kind = as_size("normal", (size,), spread=False), as_dtype("normal", dtype)
        return finish(_normal(shape, kind, generator, mean, std), device, requires_grad)
    if not isinstance(mean, Value) and not isinstance(std, Value):
        given = f"{type(mean).__name__}, {type(std).__name__}"
        raise TypeError(f"normal() received an invalid combination of arguments - got ({given})")
    return scaled_normal(mean, std, lambda shape, kind: _normal(shape, kind, generator))


def bernoulli(input: Any, p: float | None = None, *, generator: Any = None, out: Any = None) -> Any:
    """1 with the probability that `input` holds for each element (or with probability p), else 0."""
    array = input.array
    if out is not None:
        return deliver("bernoulli", bernoulli(input.detach(), p, generator=generator), out, input)
    if p is not None:
        return finish(random.bernoulli(_stream(generator), array.shape, p).astype(array.dtype), input.device, False)
    return _bernoulli(input, lambda: _coins(array, generator))


def _coins(chances: Any, generator: Any) -> Any:
    _need_floats(chances.dtype, "bernoulli_tensor_cpu_p_")
    if not ((chances >= 0) & (chances <= 1)).all():
        raise RuntimeError(
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  If "
            "so, please report an enhancement request to PyTorch.)"
        )
    return placement.beside(random.uniform(_stream(generator), chances.shape, chances.dtype, 0, 1), chances) < chances


# ---- methods that fill a tensor


def uniform_(self: Any, from_: float = 0.0, to: float = 1.0, *, generator: Any = None, **named: Any) -> Any:
    """Fill with numbers uniform in [from, to)."""
    low = named.pop("from", from_)  # PyTorch's name for it cannot be written as a parameter
    return _fill(self, lambda shape, kind: _uniform(shape, kind, generator, low, to))


def normal_(self: Any, mean: float = 0.0, std: float = 1.0, *, generator: Any = None) -> Any:
    """Fill with normal numbers."""
    in_blocks = self.array.flags.c_contiguous
    return _fill(self, lambda shape, kind: _normal(shape, kind, generator, mean, std, in_blocks))


def random_(self: Any, from_: Any = None, to: Any = None, *, generator: Any = None) -> Any:
    """Fill with whole numbers in from .. to - 1; `random_(to)` starts at 0, `random_()` takes all that dtype holds."""
    if from_ is None:
        return _fill(self, lambda shape, kind: _any_whole(shape, kind, generator))
    low, high = (0, from_) if to is None else (from_, to)
    return _fill(self, lambda shape, kind: _whole(shape, kind, generator, low, high))


def _any_whole(shape: tuple[int, ...], kind: np.dtype, generator: Any) -> np.ndarray:
    """Floats take every whole number they hold exactly; types of 64 bits draw two words for one number."""
    high = 2 ** (np.finfo(kind).nmant + 1) + 1 if kind.kind == "f" else _highest(kind) + 1
    if kind.itemsize == 8:
        return random.randint(_stream(generator), shape, 0, high).astype(kind)
    words = _stream(generator).words(math.prod(shape)) % np.uint64(high)
    return words.astype(kind).reshape(shape)


def bernoulli_(self: Any, p: Any = 0.5, *, generator: Any = None) -> Any:
    """Fill with 1 with probability p (a number, or a tensor of them), else with 0."""
    if isinstance(p, Value):
        return _fill(self, lambda shape, kind: _coins(np.broadcast_to(p.array, self.array.shape), generator))
    return _fill(self, lambda shape, kind: random.bernoulli(_stream(generator), shape, p))


def _fill(self: Any, draw: Callable[[tuple[int, ...], np.dtype], np.ndarray]) -> Any:
    """Numbers are drawn in the order in which the tensor's elements lie in memory."""
    self._require_changeable()
    array = self.array
    axes = sorted(range(array.ndim), key=lambda axis: -array.strides[axis])
    numbers = draw(tuple(array.shape[axis] for axis in axes), array.dtype).astype(array.dtype)
    return self.copy_(wrap(numbers.transpose(np.argsort(axes))))
