"""Several tensors become one, in memory of its own."""

from collections.abc import Sequence
from typing import Any

from nbgrad.autograd.record import op
from nbgrad.ops.dims import canonical_dim
from nbgrad.ops.shape import narrow, unsqueeze


@op("CatBackward0")
def _cat(k, *parts, dim):
    """out = the parts one after another along an axis"""
    return k.concatenate(list(parts), dim)


@_cat.backward
def _(node, g):
    (dim,) = node.options
    gradients, start = [], 0
    for shape, _ in node.inputs:
        gradients.append(narrow(g, dim, start, shape[dim]))
        start += shape[dim]
    return tuple(gradients)


def cat(tensors: Sequence[Any], dim: int = 0) -> Any:
    """The tensors one after another along an existing axis."""
    if not tensors:
        raise RuntimeError("torch.cat(): expected a non-empty list of Tensors")
    rank = len(tensors[0].shape)
    dim = canonical_dim(dim, rank)
    for i, each in enumerate(tensors):
        if len(each.shape) != rank:
            raise RuntimeError(f"Tensors must have same number of dimensions: got {rank} and {len(each.shape)}")
        for axis in range(rank):
            if axis != dim and each.shape[axis] != tensors[0].shape[axis]:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {dim}. Expected size {tensors[0].shape[axis]} "
                    f"but got size {each.shape[axis]} for tensor number {i} in the list."
                )
    return _cat(*tensors, dim=dim)


def stack(tensors: Sequence[Any], dim: int = 0) -> Any:
    """The tensors, all of one shape, side by side along a new axis."""
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    shape = tensors[0].shape
    for i, each in enumerate(tensors):
        if each.shape != shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(shape)} at entry 0 and {list(each.shape)} "
                f"at entry {i}"
            )
    return cat([unsqueeze(each, dim) for each in tensors], canonical_dim(dim, len(shape) + 1))
