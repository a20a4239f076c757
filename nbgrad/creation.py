"""New tensors: from data, filled with one number, or counted. `nbgrad.sampling` draws random ones."""

import math
import warnings
from typing import Any

import numpy as np

from nbgrad import kernels
from nbgrad.arguments import (
    NO_GRADIENT,
    as_dtype,
    as_number,
    as_size,
    as_tensor_argument,
    as_whole,
    check_fits,
)
from nbgrad.autograd.record import wrap
from nbgrad.autograd.value import Value
from nbgrad.dtypes import bool_, dtype, from_numpy_dtype, int64
from nbgrad.nested import array_of
from nbgrad.ops.out import deliver
from nbgrad.placement import device_of, placed
from nbgrad.shapes import strided
from nbgrad.strided import DeviceArray

C_NAMES = {
    "float32": "float", "float64": "double", "int8": "int8_t", "int16": "int16_t", "int32": "int", "int64": "int64_t",
    "uint8": "uint8_t",
}  # fmt: skip


def finish(array: np.ndarray, device: Any, requires_grad: bool) -> Any:
    """The tensor over a new array."""
    if device is not None:
        array = placed(array, device)
    if requires_grad and array.dtype.kind != "f":
        raise RuntimeError(NO_GRADIENT)
    out = wrap(array)
    out._requires_grad = requires_grad
    return out


def beside(like: Any, device: Any) -> Any:
    """The device that is asked for, else that of the tensor another one is made after."""
    if device is None and isinstance(like, Value) and type(like.array) is DeviceArray:
        return device_of(like.array)
    return device


def tensor(data: Any, *, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False) -> Any:
    """A tensor with a copy of `data`: numbers, nested lists of them, arrays.

    >>> import nbgrad as torch
    >>> torch.tensor([[1, 2], [3, 4]])
    tensor([[1, 2],
            [3, 4]])
    """
    if isinstance(data, Value):
        warnings.warn(_copies("torch.tensor"), UserWarning, stacklevel=2)
    return finish(_copied("tensor", data, dtype), beside(data, device), requires_grad)


def _copies(function: str) -> str:
    return (
        "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
        f"sourceTensor.detach().clone().requires_grad_(True), rather than {function}(sourceTensor)."
    )


def _copied(function: str, data: Any, dtype: Any) -> np.ndarray:
    kind = None if dtype is None else as_dtype(function, dtype)
    if isinstance(data, Value) and type(data.array) is DeviceArray:
        data = data.array.get()
    if isinstance(data, Value | np.ndarray | np.generic):
        array = from_numpy(np.asarray(data.array if isinstance(data, Value) else data)).array
        return array.astype(array.dtype if kind is None else kind, order="C")
    return array_of(data, kind)


def from_numpy(ndarray: np.ndarray) -> Any:
    """A tensor over an array's own memory: what changes in one changes in the other."""
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    if not ndarray.dtype.isnative:
        raise ValueError(
            "given numpy array has byte order different from the native byte order. Conversion between byte orders is "
            "currently not supported."
        )
    from_numpy_dtype(ndarray.dtype)
    if any(step < 0 for step in ndarray.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
            "currently supported. (You can probably work around this by making a copy of your array  with "
            "array.copy().) "
        )
    return wrap(ndarray)


def as_tensor(data: Any, dtype: dtype | None = None, device: Any = None) -> Any:
    """A tensor over the data's own memory where that is possible."""
    if isinstance(data, Value):
        return data.to(dtype=dtype, device=device)  # type: ignore[attr-defined]
    if isinstance(data, np.ndarray) and (dtype is None or as_dtype("as_tensor", dtype) == data.dtype):
        return from_numpy(data)
    return tensor(data, dtype=dtype, device=device)


def _filled(shape: tuple[int, ...], value: Any, kind: np.dtype) -> np.ndarray:
    if kind.kind != "b":
        check_fits(value, kind, C_NAMES[kind.name])
        value = int(value) if kind.kind in "iu" else value
        value = value % 256 if kind.kind == "u" else value
    return np.full(shape, value, kind)


def full(
    size: Any, fill_value: Any, *, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """Every element `fill_value`; without `dtype` its own kind decides."""
    shape, value = as_size("full", (size,), spread=False), as_number("full", "fill_value", 2, fill_value)
    guessed = bool_ if isinstance(value, bool) else int64 if isinstance(value, int) else None
    return finish(_filled(shape, value, as_dtype("full", dtype, guessed)), device, requires_grad)


def zeros(*size: Any, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False, **named: Any) -> Any:
    """Every element 0."""
    shape = as_size("zeros", size_or_named(size, named), fills=True)
    return finish(np.zeros(shape, as_dtype("zeros", dtype)), device, requires_grad)


def ones(*size: Any, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False, **named: Any) -> Any:
    """Every element 1."""
    shape = as_size("ones", size_or_named(size, named))
    return finish(np.ones(shape, as_dtype("ones", dtype)), device, requires_grad)


def empty(*size: Any, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False, **named: Any) -> Any:
    """Elements not set to anything."""
    shape = as_size("empty", size_or_named(size, named))
    return finish(np.empty(shape, as_dtype("empty", dtype)), device, requires_grad)


def size_or_named(size: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """`f(2, 3)` or `f(size=(2, 3))`, of the one layout there is; raises TypeError for any other name."""
    if named.get("layout", strided) in (strided, None):
        named.pop("layout", None)
    if not size and "size" in named:
        size = (named.pop("size"),)
    if named:
        raise TypeError(f"got an unexpected keyword argument '{next(iter(named))}'")
    return size


def like(function: str, input: Any, dtype: Any) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and element type of a tensor to be made like another one."""
    array = as_tensor_argument(function, input).array
    return array.shape, as_dtype(function, dtype, from_numpy_dtype(array.dtype))


def zeros_like(input: Any, *, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False) -> Any:
    """Zeros of another tensor's shape and dtype."""
    return finish(np.zeros(*like("zeros_like", input, dtype)), beside(input, device), requires_grad)


def ones_like(input: Any, *, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False) -> Any:
    """Ones of another tensor's shape and dtype."""
    return finish(np.ones(*like("ones_like", input, dtype)), beside(input, device), requires_grad)


def empty_like(input: Any, *, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False) -> Any:
    """Elements not set to anything, of another tensor's shape and dtype."""
    return finish(np.empty(*like("empty_like", input, dtype)), beside(input, device), requires_grad)


def full_like(
    input: Any, fill_value: Any, *, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """One number everywhere, of another tensor's shape and dtype."""
    shape, kind = like("full_like", input, dtype)
    value = as_number("full_like", "fill_value", 2, fill_value)
    return finish(_filled(shape, value, kind), beside(input, device), requires_grad)


def new_tensor(
    self: Any, data: Any, *, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """A tensor with a copy of `data`, of this one's dtype."""
    if isinstance(data, Value):
        warnings.warn(_copies("tensor.new_tensor"), UserWarning, stacklevel=2)
    kind = from_numpy_dtype(self.array.dtype) if dtype is None else dtype
    return finish(_copied("new_tensor", data, kind), beside(self, device), requires_grad)


def _new(function: str, self: Any, size: tuple, named: dict, dtype: Any) -> tuple[tuple[int, ...], np.dtype]:
    kind = as_dtype(function, dtype, from_numpy_dtype(self.array.dtype))
    return as_size(function, size_or_named(size, named)), kind


def new_zeros(
    self: Any, *size: Any, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False, **named: Any
) -> Any:
    """Zeros of this tensor's dtype."""
    return finish(np.zeros(*_new("new_zeros", self, size, named, dtype)), beside(self, device), requires_grad)


def new_ones(
    self: Any, *size: Any, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False, **named: Any
) -> Any:
    """Ones of this tensor's dtype."""
    return finish(np.ones(*_new("new_ones", self, size, named, dtype)), beside(self, device), requires_grad)


def new_empty(
    self: Any, *size: Any, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False, **named: Any
) -> Any:
    """Elements not set to anything, of this tensor's dtype."""
    return finish(np.empty(*_new("new_empty", self, size, named, dtype)), beside(self, device), requires_grad)


def new_full(
    self: Any, size: Any, fill_value: Any, *, dtype: dtype | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Any:  # fmt: skip
    """One number everywhere, of this tensor's dtype."""
    shape = as_size("new_full", (size,), spread=False)
    kind = as_dtype("new_full", dtype, from_numpy_dtype(self.array.dtype))
    return finish(
        _filled(shape, as_number("new_full", "fill_value", 2, fill_value), kind), beside(self, device), requires_grad
    )


def arange(
    start: Any = None, end: Any = None, step: Any = 1, *, out: Any = None, dtype: dtype | None = None,
    device: Any = None, requires_grad: bool = False,
) -> Any:  # fmt: skip
    """start, start + step, ... below end; with `out`, in the memory and dtype of that tensor.

    >>> import nbgrad as torch
    >>> torch.arange(4)
    tensor([0, 1, 2, 3])
    """
    if end is None:
        start, end = 0, as_number("arange", "end", 1, start)
    start, end = as_number("arange", "start", 1, 0 if start is None else start), as_number("arange", "end", 2, end)
    step = as_number("arange", "step", 3, step)
    if out is not None:
        whole = out.array.dtype.kind in "iu"
        if step != 0 and whole and int(step) == 0:
            raise ValueError("step must be nonzero")
        counted = arange(start, end, step, dtype=out.dtype)
        return deliver("arange", counted, out)
    kind = as_dtype("arange", dtype, int64 if all(isinstance(each, int) for each in (start, end, step)) else None)
    if kind.kind == "b":
        raise NotImplementedError("\"arange_cpu\" not implemented for 'Bool'")
    count = _count(*((int(start), int(end), int(step)) if kind == np.int64 else (start, end, step)))
    if kind.kind == "f":
        out = np.empty(count, kind)
        kernels.cpu.sequence.steps(float(start), float(step), 32 // kind.itemsize, out)
        return finish(out, device, requires_grad)
    whole = np.empty(count, np.int64)
    kernels.cpu.sequence.count(int(start), int(step), whole)
    return finish(whole.astype(kind), device, requires_grad)


def _count(start: Any, end: Any, step: Any) -> int:
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start:g} -> {end:g}")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if isinstance(start, int) and isinstance(end, int) and isinstance(step, int):
        return -(-(end - start) // step)
    count = math.ceil((end - start) / step)
    if count >= 2**63:
        raise RuntimeError("invalid size, possible overflow?")
    return count


def linspace(
    start: Any, end: Any, steps: int, *, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """`steps` numbers from start to end, both included, at equal distances."""
    start, end, steps = _bounds("linspace", start, end, steps)
    kind = as_dtype("linspace", dtype)
    return finish(_spread(start, end, steps, kind), device, requires_grad)


def logspace(
    start: Any, end: Any, steps: int, base: float = 10.0, *, dtype: dtype | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Any:  # fmt: skip
    """base to the power of each of `linspace(start, end, steps)`."""
    start, end, steps = _bounds("logspace", start, end, steps)
    kind = as_dtype("logspace", dtype)
    exponents = _spread(start, end, steps, np.dtype(np.float64))
    powers = np.empty_like(exponents)
    kernels.cpu.sequence.powers(float(base), exponents, powers)
    return finish(powers.astype(kind), device, requires_grad)


def _bounds(function: str, start: Any, end: Any, steps: Any) -> tuple[Any, Any, int]:
    for name, value in (("start", start), ("end", end)):
        if isinstance(value, Value) and value.array.ndim:
            raise RuntimeError(
                f"{function} only supports 0-dimensional start and end tensors, but got {name} with "
                f"{value.array.ndim} dimension(s)."
            )
    if isinstance(steps, float):
        given = ", ".join("Tensor" if isinstance(each, Value) else type(each).__name__ for each in (start, end, steps))
        raise TypeError(f"{function}() received an invalid combination of arguments - got ({given})")
    steps = as_whole(function, "steps", 3, steps)
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    return as_number(function, "start", 1, start), as_number(function, "end", 2, end), steps


def _spread(start: Any, end: Any, steps: int, kind: np.dtype) -> np.ndarray:
    """float32 is computed in float64 from bounds and a distance that are float32, and rounded once."""
    work = np.empty(steps, np.float64)
    if steps == 1:
        work[0] = start
    elif kind == np.float32:
        low, high = np.float32(start), np.float32(end)
        kernels.cpu.sequence.spread(float(low), float(high), float((high - low) / np.float32(steps - 1)), work)
    elif steps:
        whole = int if kind.kind in "iu" else float
        low, high = whole(start), whole(end)
        kernels.cpu.sequence.spread(float(low), float(high), (high - low) / (steps - 1), work)
    return work.astype(kind)


def eye(
    n: int, m: int | None = None, *, dtype: dtype | None = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """Ones on the diagonal, zeros elsewhere."""
    rows = as_whole("eye", "n", 1, n)
    columns = rows if m is None else as_whole("eye", "m", 2, m)
    for name, extent in (("n", rows), ("m", columns)):
        if extent < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {extent}")
    return finish(np.eye(rows, columns, dtype=as_dtype("eye", dtype)), device, requires_grad)
