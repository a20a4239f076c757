"""Several tensors become one, in memory of its own."""

from collections.abc import Sequence
from typing import Any

from nbgrad.autograd.record import op
from nbgrad.ops.dims import canonical_dim
from nbgrad.ops.out import deliver
from nbgrad.ops.shape import reshape, select, slice_, unsqueeze
from nbgrad.ops.values import is_tensor, rank


@op("CatBackward0")
def _cat(k, *parts, dim):
    """out = the parts one after another along an axis"""
    return k.concatenate([part for part in parts if part.shape != (0,)] or list(parts), dim)


@_cat.backward
def _(node, g):
    (dim,) = node.options
    gradients, start = [], 0
    for shape in node.shapes:
        if shape == (0,):  # the empty vector joins anything
            gradients.append(reshape(slice_(g, dim, 0, 0, 1), (0,)))
            continue
        gradients.append(slice_(g, dim, start, start + shape[dim], 1))
        start += shape[dim]
    return tuple(gradients)


@op("StackBackward0")
def _stack(k, *parts, dim):
    """out = the parts side by side along a new axis"""
    return k.stack(list(parts), dim)


@_stack.backward
def _(node, g):
    return tuple(select(g, node.options[0], i) for i in range(len(node.shapes)))


def _require_tensors(name: str, tensors: Any) -> None:
    if is_tensor(tensors):
        raise TypeError(f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor")
    for i, each in enumerate(tensors):
        if not is_tensor(each):
            raise TypeError(f"expected Tensor as element {i} in argument 0, but got {type(each).__name__}")


def cat(tensors: Sequence[Any], dim: int = 0, *, out: Any = None) -> Any:
    """The tensors one after another along an existing axis."""
    _require_tensors("cat", tensors)
    if not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    for i, each in enumerate(tensors):
        if rank(each) == 0:
            raise RuntimeError(f"zero-dimensional tensor (at position {i}) cannot be concatenated")
    parts = [each for each in tensors if tuple(each.shape) != (0,)]  # the empty vector joins anything
    like = parts[0] if parts else tensors[0]
    dim = canonical_dim(dim, rank(like))
    for i, each in enumerate(tensors):
        if tuple(each.shape) != (0,):
            _require_joinable(like, each, dim, i)
    return deliver("cat", _cat(*tensors, dim=dim), out, *tensors)


def _require_joinable(like: Any, each: Any, dim: int, number: int) -> None:
    if rank(each) != rank(like):
        raise RuntimeError(f"Tensors must have same number of dimensions: got {rank(like)} and {rank(each)}")
    for axis in range(rank(like)):
        if axis != dim and each.shape[axis] != like.shape[axis]:
            raise RuntimeError(
                f"Sizes of tensors must match except in dimension {dim}. Expected size {like.shape[axis]} but got size "
                f"{each.shape[axis]} for tensor number {number} in the list."
            )


def stack(tensors: Sequence[Any], dim: int = 0) -> Any:
    """The tensors, all of one shape, side by side along a new axis."""
    _require_tensors("stack", tensors)
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    shape = tensors[0].shape
    for i, each in enumerate(tensors):
        if each.shape != shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(shape)} at entry 0 and {list(each.shape)} "
                f"at entry {i}"
            )
    return _stack(*tensors, dim=canonical_dim(dim, len(shape) + 1))


def _at_least(tensors: Sequence[Any], rank_: int) -> list[Any]:
    return [
        reshape(each, (1,) * (rank_ - rank(each)) + tuple(each.shape)) if rank(each) < rank_ else each
        for each in tensors
    ]


def hstack(tensors: Sequence[Any]) -> Any:
    """The tensors one after another along their second axis (vectors: along their only one)."""
    if not tensors:
        raise RuntimeError("hstack expects a non-empty TensorList")
    parts = _at_least(tensors, 1)
    return cat(parts, 0 if rank(parts[0]) == 1 else 1)


def vstack(tensors: Sequence[Any]) -> Any:
    """The tensors one under another along their first axis; vectors become rows."""
    if not tensors:
        raise RuntimeError("vstack expects a non-empty TensorList")
    rows = [unsqueeze(each, 0) if rank(each) == 1 else each for each in tensors]
    return cat(_at_least(rows, 2), 0)
