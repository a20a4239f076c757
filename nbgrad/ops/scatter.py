"""Numbers taken from, or put at, places that integer tensors name."""

from typing import Any

from nbgrad.autograd.record import BACKENDS, op
from nbgrad.ops.dims import canonical_dim
from nbgrad.ops.out import deliver
from nbgrad.ops.shape import embed
from nbgrad.ops.values import array_of, numpy_dtype, rank, word


@op("GatherBackward0", saves=("index",))
def _gather(k, x, /, axis, index):
    """out[i, j, k] = x[i, index[i, j, k], k] (axis 1)"""
    return k.gather(x, index, axis)


@_gather.backward
def _(node, g):
    (index,) = node.saved
    return _scattered(g, node.options[0], index, node.shape())


@op("ScatterAddBackward0", saves=("index",))
def _scattered(k, g, /, axis, index, shape):
    """Zeros of `shape` with g added at the index: the gradient of `gather`"""
    return k.scattered(g, index, shape, axis)


@_scattered.backward
def _(node, g):
    (index,) = node.saved
    return _gather(g, node.options[0], index)


def scattered(g: Any, index: Any, axis: int, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape` with g added at the index along one axis."""
    return _scattered(g, axis, index, shape)


@op("ScatterBackward0", saves=("index",))
def _scatter(k, x, source, /, axis, index):
    """out = x with out[i, index[i, j, k], k] = source[i, j, k] (axis 1)"""
    return k.scatter_along(x, index, source, axis)


@_scatter.backward
def _(node, g):
    (axis,), (index,) = node.options, node.saved
    return (
        _scatter_number(g, axis, index, 0) if node.needs(0) else None,
        _padded(_gather(g, axis, index), node.shape(1)) if node.needs(1) else None,
    )


@op("ScatterBackward1", saves=("index",))
def _scatter_number(k, x, /, axis, index, value):
    """out = x with the value at [i, index[i, j, k], k] (axis 1)"""
    return k.scatter_along(x, index, k.full(index.shape, value, x.dtype), axis)


@_scatter_number.backward
def _(node, g):
    (index,) = node.saved
    return _scatter_number(g, node.options[0], index, 0)


@op("ScatterAddBackward0", saves={"index": "source"})
def _scatter_add(k, x, source, /, axis, index):
    """out = x with source[i, j, k] added at [i, index[i, j, k], k] (axis 1)"""
    return k.scatter_add_along(x, index, source, axis)


@_scatter_add.backward
def _(node, g):
    (index,) = node.saved
    return g, _padded(_gather(g, node.options[0], index), node.shape(1)) if node.needs(1) else None


def _padded(x: Any, shape: tuple[int, ...]) -> Any:
    """x in the first corner of zeros: what the index did not reach gets no gradient."""
    return x if tuple(x.shape) == shape else embed(x, tuple(map(slice, x.shape)), shape)


def _places(index: Any) -> Any:
    found = array_of(index)
    if found.dtype.kind not in "iu":
        raise RuntimeError("gather(): Expected dtype int32/int64 for index")
    return found


def _require_inside(index: Any, dim: int, extent: int) -> None:
    outside = BACKENDS[type(index)].first_outside(index, extent)
    if outside is not None:
        raise RuntimeError(f"index {outside} is out of bounds for dimension {dim} with size {extent}")


def _extent(input: Any, dim: int) -> int:
    return input.shape[dim] if rank(input) else 1


def gather(input: Any, dim: int, index: Any, *, out: Any = None) -> Any:
    """out[i, j, k] = input[i, index[i, j, k], k] for dim 1, and so on; the gradient is made as by `scatter_add`."""
    dim, places = canonical_dim(dim, rank(input)), _places(index)
    if places.size and max(places.ndim, 1) != max(rank(input), 1):
        raise RuntimeError("Index tensor must have the same number of dimensions as input tensor")
    if places.size:
        for axis, extent in enumerate(places.shape if rank(input) else ()):
            if axis != dim and extent > input.shape[axis]:
                raise RuntimeError(
                    f"Size does not match at dimension {axis} expected index {list(places.shape)} to be no larger than "
                    f"self {list(input.shape)} apart from dimension {dim}"
                )
    _require_inside(places, dim, _extent(input, dim))
    if out is not None and out.dtype is not input.dtype:
        wanted, given = word(numpy_dtype(input)), word(numpy_dtype(out))
        raise RuntimeError(f"Expected out tensor to have dtype {wanted}, but got {given} instead")
    return deliver("gather", _gather(input, dim, index), out, input, index)


def _scatter_places(input: Any, dim: int, index: Any, src: Any) -> tuple[int, Any]:
    dim, places = canonical_dim(dim, rank(input)), _places(index)
    if src is not None and numpy_dtype(input) != numpy_dtype(src):
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    if places.size == 0:
        return dim, places
    if max(places.ndim, 1) != max(rank(input), 1):
        raise RuntimeError("Index tensor must have the same number of dimensions as self tensor")
    if src is not None and max(places.ndim, 1) != max(rank(src), 1):
        raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
    for axis, extent in enumerate(places.shape if rank(input) else ()):
        small = axis != dim and extent > input.shape[axis]
        if small or (src is not None and rank(src) and extent > src.shape[axis]):
            wanted = f" and to be no larger size than src {list(src.shape)}" if src is not None else ""
            raise RuntimeError(
                f"Expected index {list(places.shape)} to be no larger than self {list(input.shape)} apart from "
                f"dimension {dim}{wanted}"
            )
    _require_inside(places, dim, _extent(input, dim))
    return dim, places


@op("NotImplemented")
def _scatter_reduce(k, x, source, /, axis, index, reduce):
    """out = x with source[i, j, k] added at, or multiplied into, [i, index[i, j, k], k] (axis 1)"""
    return (k.scatter_add_along if reduce == "add" else k.scatter_multiply_along)(x, index, source, axis)


@op("NotImplemented")
def _scatter_reduce_number(k, x, /, axis, index, value, reduce):
    """out = x with the value added at, or multiplied into, [i, index[i, j, k], k] (axis 1)"""
    source = k.full(index.shape, value, x.dtype)
    return (k.scatter_add_along if reduce == "add" else k.scatter_multiply_along)(x, index, source, axis)


@_scatter_reduce.backward
@_scatter_reduce_number.backward
def _(node, g):
    raise RuntimeError("derivative for aten::scatter is not implemented")


def scatter(input: Any, dim: int, index: Any, src: Any = None, *, value: Any = None, reduce: str | None = None) -> Any:
    """input with out[i, index[i, j, k], k] = src[i, j, k] (or the value) for dim 1; "add" and "multiply" join them."""
    tensor = src is not None and hasattr(src, "shape")
    dim, places = _scatter_places(input, dim, index, src if tensor else None)
    number = value if src is None else src
    if reduce is not None:
        if reduce not in ("add", "multiply"):
            raise RuntimeError("reduce argument must be either add or multiply.")
        if tensor:
            return _scatter_reduce(input, src, dim, places, reduce)
        return _scatter_reduce_number(input, dim, places, number, reduce)
    return _scatter(input, src, dim, index) if tensor else _scatter_number(input, dim, index, number)


def scatter_add(input: Any, dim: int, index: Any, src: Any) -> Any:
    """input with src[i, j, k] added at [i, index[i, j, k], k] for dim 1, and so on.

    On a GPU, places named twice are added up in no fixed order, as in PyTorch: the last digits may differ between runs.
    """
    dim, _ = _scatter_places(input, dim, index, src)
    return _scatter_add(input, src, dim, index)
