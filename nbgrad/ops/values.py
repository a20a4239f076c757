"""What an op asks of its operands, be they tensors or plain arrays."""

from typing import Any

from nbgrad.autograd.value import Value
from nbgrad.strided import DeviceArray

_CLASSES: dict[str, str] = {
    "float32": "Float", "float64": "Double", "float16": "Half", "int64": "Long", "int32": "Int", "int16": "Short",
    "int8": "Char", "uint8": "Byte", "bool": "Bool",
}  # fmt: skip
_WORDS: dict[str, str] = {"float32": "float", "float64": "double", "int64": "long", "int32": "int", "int16": "short"}


def array_of(value: Any) -> Any:
    """The plain array of a tensor, or the array itself."""
    return value.array if isinstance(value, Value) else value


def numpy_dtype(value: Any) -> Any:
    """The element type as numpy names it."""
    return array_of(value).dtype


def class_name(dtype: Any) -> str:
    """An element type as PyTorch's classes spell it: Float, Long."""
    return _CLASSES.get(str(dtype), str(dtype))


def word(dtype: Any) -> str:
    """An element type as C spells it: float, long."""
    return _WORDS.get(str(dtype), str(dtype))


def rank(value: Any) -> int:
    """How many axes there are."""
    return array_of(value).ndim


def is_tensor(value: Any) -> bool:
    """Whether it is a tensor, or, while arrays flow through a backward pass, the array of one."""
    return isinstance(value, Value | DeviceArray) or hasattr(value, "__array_interface__")
