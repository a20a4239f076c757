"""What pointwise functions accept, in PyTorch's words."""

from typing import Any

from nbgrad.ops.values import array_of, class_name, is_tensor

_C_NAMES = {
    "float32": "float", "float64": "double", "int64": "long int", "int32": "int", "int16": "short",
    "int8": "signed char", "uint8": "unsigned char", "bool": "bool",
}  # fmt: skip


def need_tensors(function: str, *named: tuple[str, Any]) -> None:
    """Raises TypeError unless each of (name, value) is a tensor."""
    for position, (name, value) in enumerate(named, 1):
        if not is_tensor(value):
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


def check_operands(function: str, input: Any, other: Any) -> None:
    """Raises TypeError unless both are tensors or numbers."""
    for position, (name, value) in enumerate((("input", input), ("other", other)), 1):
        if not (is_tensor(value) or isinstance(value, int | float)):
            raise TypeError(
                f"{function}(): argument '{name}' (position {position}) must be Tensor, not {type(value).__name__}"
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


def c_name(dtype: Any) -> str:
    """An element type as the compiler spells it: long int, unsigned char."""
    return _C_NAMES.get(dtype.name, dtype.name)
