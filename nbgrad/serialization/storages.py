"""PyTorch's storages and tensors as a pickle names them."""

from collections import OrderedDict
from typing import Any

import numpy as np

from nbgrad.device import device
from nbgrad.dtypes import FROM_NUMPY
from nbgrad.nn.parameter import Parameter
from nbgrad.serialization.files import FormatError
from nbgrad.serialization.unpickle import Machine, Maker, key_of
from nbgrad.shapes import Size
from nbgrad.tensor import Tensor

BFLOAT16 = "bfloat16"
KINDS: dict[str, Any] = {
    "FloatStorage": "f4", "DoubleStorage": "f8", "HalfStorage": "f2", "BFloat16Storage": BFLOAT16,
    "LongStorage": "i8", "IntStorage": "i4", "ShortStorage": "i2", "CharStorage": "i1", "ByteStorage": "u1",
    "BoolStorage": "b1",
}  # fmt: skip
STORAGE_NAMES = {np.dtype(kind): name for name, kind in KINDS.items() if kind not in ("f2", BFLOAT16)}
MOST_AXES = 32


class StorageType:
    """The element type that a storage's class names."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        self.kind = kind

    @property
    def itemsize(self) -> int:
        return 2 if self.kind == BFLOAT16 else np.dtype(self.kind).itemsize


class Storage:
    """Numbers in a row that tensors share."""

    __slots__ = ("array", "for_gpu")

    def __init__(self, array: np.ndarray, for_gpu: bool = False) -> None:
        self.array = array
        self.for_gpu: list[Tensor] | None = (
            [] if for_gpu else None
        )  # the tensors that see it, where they belong on the GPU


def numbers_of(content: np.ndarray, kind: str, order: Any) -> np.ndarray:
    """Bytes (n,) as numbers in the host's order; half precision widens to float32, which holds it exactly."""
    if kind == BFLOAT16:
        return (content.view(f"{order}u2").astype(np.uint32) << np.uint32(16)).view(np.float32)
    if kind == "b1":
        return content.view(np.bool_) if content.max(initial=0) <= 1 else content != 0
    numbers = content.view(np.dtype(kind).newbyteorder(order))
    return numbers.astype(np.float32 if kind == "f2" else kind, copy=False)


def _whole(numbers: Any) -> bool:
    return type(numbers) in (tuple, Size) and all(type(n) is int and 0 <= n < 2**62 for n in numbers)


def _tensor(_: Machine, storage: Any, offset: Any, size: Any, stride: Any, requires_grad: Any, *rest: Any) -> Tensor:
    """A view of its storage; raises FormatError where it would look outside."""
    if type(storage) is not Storage or not _whole((offset,)) or not _whole(size) or not _whole(stride):
        raise FormatError("a tensor's shape or place is not made of whole numbers")
    if len(size) != len(stride) or len(size) > MOST_AXES or type(requires_grad) is not bool:
        raise FormatError("a tensor's shape and steps do not fit each other")
    numbers = storage.array
    last = offset + sum((extent - 1) * step for extent, step in zip(size, stride, strict=True))
    if (0 in size and offset > len(numbers)) or (0 not in size and last >= len(numbers)):
        raise FormatError(f"a tensor of shape {list(size)} reaches beyond its storage of {len(numbers)} numbers")
    if len(rest) > 2 or (rest and rest[0]):
        raise FormatError("a tensor carries hooks")
    steps = tuple(step * numbers.itemsize for step in stride) if 0 not in size else None
    try:
        tensor = Tensor(np.ndarray(tuple(size), numbers.dtype, numbers, offset * numbers.itemsize, steps))
    except (ValueError, TypeError, OverflowError):
        raise FormatError(f"a tensor has the impossible shape {list(size)}") from None
    if requires_grad and numbers.dtype.kind != "f":
        raise FormatError("a tensor of integers asks for a gradient")
    tensor.requires_grad = requires_grad
    if storage.for_gpu is not None:
        storage.for_gpu.append(tensor)
    return tensor


def _old_tensor(machine: Machine, storage: Any, offset: Any, size: Any, stride: Any) -> Tensor:
    return _tensor(machine, storage, offset, size, stride, False)


def _parameter(_: Machine, data: Any, requires_grad: Any, hooks: Any = None) -> Parameter:
    if type(data) is not Tensor or type(requires_grad) is not bool or hooks:
        raise FormatError("a parameter is not made of a tensor")
    if requires_grad and data.array.dtype.kind != "f":
        raise FormatError("a tensor of integers asks for a gradient")
    return Parameter(data, requires_grad)


def _ordered(machine: Machine, pairs: Any = ()) -> OrderedDict:
    machine.spend(len(pairs))
    return OrderedDict((key_of(key), value) for key, value in pairs)


def _set(machine: Machine, items: Any = ()) -> set:
    machine.spend(len(items))
    return set(map(key_of, items))


def _bytes(machine: Machine, text: Any, encoding: Any) -> bytes:
    machine.spend(len(text))
    if encoding != "latin1":
        raise FormatError("its pickle spells bytes in an unknown way")
    return text.encode("latin1")


def _size(machine: Machine, extents: Any) -> Size:
    machine.spend(len(extents))
    if not _whole(extents):
        raise FormatError("a shape is not made of whole numbers")
    return Size(extents)


def _device(_: Machine, name: Any, index: Any = None) -> device:
    try:
        return device(name, index)
    except (RuntimeError, TypeError):
        raise FormatError("it names an unknown device") from None


GLOBALS: dict[str, Any] = {
    "collections OrderedDict": Maker(_ordered),
    "torch._utils _rebuild_tensor": Maker(_old_tensor),
    "torch._utils _rebuild_tensor_v2": Maker(_tensor),
    "torch._utils _rebuild_parameter": Maker(_parameter),
    "torch Size": Maker(_size),
    "torch device": Maker(_device),
    "_codecs encode": Maker(_bytes),
    "__builtin__ set": Maker(_set),
    "builtins set": Maker(_set),
    **{f"torch {name}": StorageType(kind) for name, kind in KINDS.items()},
    **{f"torch {dtype.name}": dtype for dtype in FROM_NUMPY.values()},
}
PLAIN = {type(None), bool, int, float, str, bytes, Tensor, Parameter, Size, device, *map(type, FROM_NUMPY.values())}


def check_result(result: Any) -> Any:
    """The value of a pickle, if it holds tensors and plain values alone; raises FormatError."""
    seen, waiting = set(), [result]
    while waiting:
        value = waiting.pop()
        if type(value) in PLAIN or id(value) in seen:
            continue
        seen.add(id(value))
        if type(value) in (dict, OrderedDict):
            waiting.extend(value.values())
            waiting.append(getattr(value, "_metadata", None))
        elif type(value) in (list, tuple, set):
            waiting.extend(value)
        else:
            raise FormatError("it holds something that is neither a tensor nor a plain value")
    return result
