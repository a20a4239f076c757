"""What pointwise functions accept, in PyTorch's words."""

from typing import Any

from nbgrad.arguments import check_fits
from nbgrad.autograd.modes import mode
from nbgrad.autograd.value import Value
from nbgrad.ops.values import array_of, class_name, is_tensor
from nbgrad.strided import ARRAYS

_TENSORS = (Value, *ARRAYS)  # arrays, while they flow through a backward pass

_C_NAMES = {
    "float32": "float", "float64": "double", "int64": "long int", "int32": "int", "int16": "short",
    "int8": "signed char", "uint8": "unsigned char", "bool": "bool",
}  # fmt: skip


def need_tensor(function: str, input: Any) -> None:
    """Raises TypeError unless the operand is a tensor."""
    if not isinstance(input, _TENSORS):
        raise TypeError(f"{function}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}")


def need_tensors(function: str, *named: tuple[str, Any]) -> None:
    """Raises TypeError unless each of (name, value) is a tensor."""
    for position, (name, value) in enumerate(named, 1):
        if not isinstance(value, _TENSORS):
            raise TypeError(
                f"{function}(): argument '{name}' (position {position}) must be Tensor, not {type(value).__name__}"
            )


def check_combination(function: str, second: str, input: Any, other: Any) -> None:
    """Raises TypeError unless `input` is a tensor and the second operand a tensor or a number."""
    if is_tensor(input) and (is_tensor(other) or isinstance(other, int | float)):
        return
    got = ", ".join("Tensor" if is_tensor(each) else type(each).__name__ for each in (input, other))
    raise TypeError(
        f"{function}() received an invalid combination of arguments - got ({got}), but expected one of:\n"
        f" * (Tensor input, Tensor {second}, *, Tensor out = None)\n"
        f" * (Tensor input, Number {second}, *, Tensor out = None)\n"
    )


def refuse_gradient(function: str, argument: str, value: Any) -> None:
    """Raises RuntimeError where a gradient is wanted of an argument that has none."""
    if mode.enabled and isinstance(value, Value) and value._requires_grad:
        raise RuntimeError(
            f"The function '{function}' is not differentiable with respect to argument '{argument}'. This input cannot "
            "have requires_grad True."
        )


def kind_of(value: Any) -> str:
    """numpy's letter for the kind of a tensor's elements ("f", "i", "u", "b"), or of a number."""
    if is_tensor(value):
        return array_of(value).dtype.kind
    return "b" if isinstance(value, bool) else "i" if isinstance(value, int) else "f"


def refuse_kinds(kernel: str, kinds: str, input: Any) -> None:
    """Raises NotImplementedError where PyTorch has no kernel for elements of these kinds."""
    if kind_of(input) in kinds:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{class_name(array_of(input).dtype)}'")


def refuse_bools(kernel: str, input: Any, other: Any) -> None:
    """Raises NotImplementedError where both are bools and PyTorch has no kernel for them."""
    if kind_of(input) == kind_of(other) == "b":
        raise NotImplementedError(f"\"{kernel}\" not implemented for 'Bool'")


def check_number(value: Any, input: Any) -> None:
    """Raises RuntimeError where a whole number does not fit among the integers of a tensor."""
    if kind_of(input) in "iu" and isinstance(value, int):
        kind = array_of(input).dtype
        check_fits(value, kind, "int" if kind.name == "int32" else f"{kind.name}_t")


def c_name(dtype: Any) -> Any:
    """An element type as the compiler spells it: long int, unsigned char."""
    return _C_NAMES.get(dtype.name, dtype.name)
