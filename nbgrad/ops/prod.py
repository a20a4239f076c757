"""Products of many numbers, whose gradient is exact where some of them are 0."""

from typing import Any

from nbgrad.autograd.record import op
from nbgrad.ops.arithmetic import mul
from nbgrad.ops.cast import to_dtype
from nbgrad.ops.dims import canonical_dim
from nbgrad.ops.join import cat, stack
from nbgrad.ops.shape import broadcast, reshape, slice_, transpose, unsqueeze
from nbgrad.ops.values import numpy_dtype, rank


@op("ProdBackward0", saves=("x",))
def _prod_all(k, x, /, dtype):
    """out = Π x, in this numpy dtype (None: as it comes)"""
    return k.prod(x if dtype is None else k.cast(x, dtype), tuple(range(x.ndim)), False)


@_prod_all.backward
def _(node, g):
    (x,) = node.saved
    if len(node.shape()) == 0:
        return g
    return mul(broadcast(g, node.shape()), reshape(_product_of_others(reshape(x, (-1,))), node.shape()))


@op("ProdBackward1", saves=("x",))
def _prod(k, x, /, axis, keepdim, dtype):
    """out = Π x over one axis, in this numpy dtype (None: as it comes)"""
    return k.prod(x if dtype is None else k.cast(x, dtype), (axis,) if x.ndim else (), keepdim)


@_prod.backward
def _(node, g):
    (x,) = node.saved
    axis, keepdim, _ = node.options
    if not node.shape():
        return g
    others = transpose(_product_of_others(transpose(x, 0, axis)), 0, axis)
    return mul(broadcast(g if keepdim else unsqueeze(g, axis), node.shape()), others)


def _product_of_others(x: Any) -> Any:
    """For each number: the product of all others along the first axis, without a division.

    Pairs are multiplied, the others of a pair are found among the pairs, and each takes its partner in.
    """
    count = x.shape[0]
    if count <= 1:
        return _ones(x)
    if count == 2:
        return cat([slice_(x, 0, 1, 2, 1), slice_(x, 0, 0, 1, 1)])
    paired = count - count % 2
    left, right = slice_(x, 0, 0, paired, 2), slice_(x, 0, 1, paired, 2)
    others = _product_of_others(cat([mul(left, right), slice_(x, 0, paired, count, 1)]))
    of_pairs = slice_(others, 0, 0, paired // 2, 1)
    both = reshape(stack([mul(of_pairs, right), mul(of_pairs, left)], 1), (paired, *x.shape[1:]))
    return cat([both, slice_(others, 0, paired // 2, others.shape[0], 1)])


@op("OnesLikeBackward0", differentiable=False)
def _ones(k, x, /):
    """out = 1 everywhere"""
    return k.fill(k.contiguous(x), 1)


def prod(input: Any, dim: int | None = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """out = Π input along `dim` (all axes where None); bools and integers multiply to int64."""
    kind = None if dtype is None else dtype.numpy
    out = _prod_all(input, kind) if dim is None else _prod(input, canonical_dim(dim, rank(input)), keepdim, kind)
    return out if dtype is None or numpy_dtype(out) == dtype.numpy else to_dtype(out, dtype.numpy)
