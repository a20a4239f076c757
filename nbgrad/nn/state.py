"""A module's state by name: taking it, and putting it back."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from nbgrad.tensor import Tensor


class IncompatibleKeys(NamedTuple):
    """What `load_state_dict` did not find, and what it did not look for."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"

    __str__ = __repr__


def held_tensors(module: Any, prefix: str = "") -> Iterator[tuple[str, Any, dict[str, Any], str]]:
    """(full name, tensor, the store it lies in, its name there) for all that belongs to the state."""
    for path, part in module.named_modules(remove_duplicate=False):
        stem = f"{prefix}{path}." if path else prefix
        for store in (part._parameters, part._buffers):
            for name, tensor in store.items():
                if tensor is not None and name not in part._non_persistent_buffers_set:
                    yield stem + name, tensor, store, name


def load(module: Any, state_dict: Mapping[str, Any], strict: bool, assign: bool) -> IncompatibleKeys:
    """Put a state back; raises RuntimeError that names everything that does not fit, before anything is changed."""
    if not isinstance(state_dict, Mapping):
        raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
    own = OrderedDict((name, (tensor, store, place)) for name, tensor, store, place in held_tensors(module))
    # older states do not count batches: what they lack keeps its value
    missing = [name for name in own if name not in state_dict and not name.endswith("num_batches_tracked")]
    unexpected = [name for name in state_dict if name not in own]
    shared = [name for name in own if name in state_dict]
    complaints = [text for name in shared if (text := _mismatch(name, state_dict[name], own[name][0]))]
    if strict:
        for title, names in (("Unexpected", unexpected), ("Missing", missing)):
            if names:
                quoted = ", ".join(f'"{name}"' for name in names)
                complaints.insert(0, f"{title} key(s) in state_dict: {quoted}. ")
    if complaints:
        what = "\n\t".join(complaints)
        raise RuntimeError(f"Error(s) in loading state_dict for {type(module).__name__}:\n\t{what}")
    for name in shared:
        _put(state_dict[name], *own[name], assign)
    return IncompatibleKeys(missing, unexpected)


def _mismatch(name: str, given: Any, own: Tensor) -> str | None:
    if not isinstance(given, Tensor):
        return (
            f'While copying the parameter named "{name}", expected torch.Tensor or Tensor-like object from checkpoint '
            f"but received {type(given)}"
        )
    if tuple(given.shape) != tuple(own.shape):
        return (
            f"size mismatch for {name}: copying a param with shape {given.shape} from checkpoint, the shape in current "
            f"model is {own.shape}."
        )
    return None


def _put(given: Tensor, own: Tensor, store: dict[str, Any], place: str, assign: bool) -> None:
    if not assign:
        own.detach().copy_(given.detach())
    elif type(own) is Tensor:
        store[place] = given
    else:
        store[place] = given if type(given) is type(own) else type(own)(given, own.requires_grad)
