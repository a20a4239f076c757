"""From an OpInfo's name to our function, its method and its in-place twin."""

from collections.abc import Callable
from typing import Any

import nbgrad


def _method(name: str) -> Callable[..., Any]:
    attribute = getattr(nbgrad.Tensor, name)  # AttributeError says what is missing
    if isinstance(attribute, property):
        return lambda tensor: getattr(tensor, name)
    return attribute


def _normal_number_mean(std: Any, mean: Any, *args: Any, **kwargs: Any) -> Any:
    return nbgrad.normal(mean, std, *args, **kwargs)


SPECIAL = {
    ("where", ""): lambda x, condition, other: nbgrad.where(condition, x, other),
    ("uniform", ""): lambda x, *args, **kwargs: x.uniform_(*args, **kwargs),
    ("normal", "in_place"): lambda x, *args, **kwargs: x.normal_(*args, **kwargs),
    ("normal", "number_mean"): _normal_number_mean,
}


def function(torch: Any, opinfo: Any) -> Callable[..., Any]:
    """What stands for the OpInfo's op: a function where PyTorch has one, else the method or property."""
    special = SPECIAL.get((opinfo.name, opinfo.variant_test_name))
    if special is not None:
        return special
    if opinfo.name.startswith("nn.functional."):
        return getattr(nbgrad.nn.functional, opinfo.name.rpartition(".")[2])
    if callable(getattr(torch, opinfo.name, None)) and not isinstance(getattr(torch, opinfo.name), torch.dtype):
        return getattr(nbgrad, opinfo.name)
    return _method(opinfo.name)


def method(opinfo: Any) -> Callable[..., Any] | None:
    """The method of Tensor, where the OpInfo names one beside the function."""
    if opinfo.method_variant is None or opinfo.name.startswith("nn.functional.") or opinfo.name == "where":
        return None
    return _method(opinfo.name)


def in_place(opinfo: Any) -> Callable[..., Any] | None:
    """The in-place twin, where both have one."""
    name = f"{opinfo.name}_"
    if opinfo.inplace_variant is None or not hasattr(nbgrad.Tensor, name):
        return None
    return _method(name)


def reference(torch: Any, opinfo: Any) -> Callable[..., Any]:
    """PyTorch's own side. Its OpInfo of `rand_like` calls `randn_like` by mistake."""
    return torch.rand_like if opinfo.name == "rand_like" else opinfo.op
