"""Questions about tensors and types, as functions of the library."""

from typing import Any

from nbgrad import dtypes
from nbgrad.arguments import as_tensor_argument
from nbgrad.autograd.value import Value
from nbgrad.dtypes import dtype, from_numpy_dtype

TENSOR_TYPES = {
    "float32": "Float", "float64": "Double", "int64": "Long", "int32": "Int", "int16": "Short", "int8": "Char",
    "uint8": "Byte", "bool": "Bool",
}  # fmt: skip


def is_tensor(obj: Any) -> bool:
    """Whether it is a tensor."""
    return isinstance(obj, Value)


def is_floating_point(input: Any) -> bool:
    """Whether a tensor's numbers are floating-point ones."""
    return as_tensor_argument("is_floating_point", input).array.dtype.kind == "f"


def is_complex(input: Any) -> bool:
    """Whether a tensor's numbers are complex: there are none here."""
    as_tensor_argument("is_complex", input)
    return False


def is_nonzero(input: Any) -> bool:
    """Whether the one number of a tensor is not 0."""
    return bool(as_tensor_argument("is_nonzero", input))


def numel(input: Any) -> int:
    """How many numbers a tensor holds."""
    return as_tensor_argument("numel", input).array.size


def typename(obj: Any) -> str:
    """The name of a tensor's kind (`torch.FloatTensor`), or of an object's class with its module."""
    if isinstance(obj, Value):
        return f"torch.{TENSOR_TYPES[obj.array.dtype.name]}Tensor"
    named = obj if hasattr(obj, "__qualname__") else type(obj)
    module = getattr(named, "__module__", "builtins")
    return named.__qualname__ if module in ("builtins", "", None) else f"{module}.{named.__qualname__}"


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest dtype that holds the numbers of both."""
    return from_numpy_dtype(dtypes.promote_types(type1.numpy, type2.numpy))


def result_type(tensor1: Any, tensor2: Any) -> dtype:
    """The dtype of an operation on two tensors or numbers."""
    operands = (each.array if isinstance(each, Value) else each for each in (tensor1, tensor2))
    return from_numpy_dtype(dtypes.result_type(*operands))


def can_cast(from_: dtype, to: dtype) -> bool:
    """Whether the kind is kept or widened: bool < integer < floating."""
    ranks = {"b": 0, "u": 1, "i": 1, "f": 2}
    return ranks[from_.numpy.kind] <= ranks[to.numpy.kind]
