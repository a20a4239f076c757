"""Tables of vectors: each number picks a row."""

from typing import Any

import numpy as np

from nbgrad.autograd.mixed import different_devices
from nbgrad.autograd.record import BACKENDS, op
from nbgrad.autograd.value import Value, mark_changed
from nbgrad.ops.arithmetic import mul
from nbgrad.ops.values import array_of


@op("EmbeddingBackward0", saves=("indices",))
def _embedding(k, weight, /, indices, padding_idx, scale_grad_by_freq):
    """out = weight[indices]"""
    return k.take(weight, (indices,))


@_embedding.backward
def _(node, g):
    (indices,) = node.saved
    return _sum_rows(g, node.shape(), indices, *node.options)


@op("EmbeddingDenseBackwardBackward0", saves=("indices",))
def _sum_rows(k, g, /, shape, indices, padding_idx, scale_grad_by_freq):
    """Zeros of `shape` with each row of g added at its index; nothing at `padding_idx`"""
    return k.scatter_add(
        k.mul(g, _shares(k, indices, g.dtype, shape[0], padding_idx, scale_grad_by_freq)), (indices,), shape
    )


@_sum_rows.backward
def _(node, g):
    (indices,), (shape, padding_idx, scale) = node.saved, node.options
    places = array_of(indices)
    shares = _shares(BACKENDS[type(places)], places, array_of(g).dtype, shape[0], padding_idx, scale)
    return mul(_embedding(g, indices, padding_idx, scale), shares)


def _shares(k: Any, indices: Any, dtype: np.dtype, rows: int, padding_idx: int, by_frequency: bool) -> Any:
    """What each row of the gradient counts: 0 at `padding_idx`, else 1, or 1 / how often its index occurs."""
    shares = k.full(indices.shape, 1, dtype)
    if by_frequency and indices.size:
        shares = k.div(shares, k.take(k.scatter_add(shares, (indices,), (rows,)), (indices,)))
    if padding_idx >= 0:
        shares = k.where(k.ne(indices, padding_idx), shares, 0)
    return shares[..., None]


def embedding(
    input: Any, weight: Any, padding_idx: int | None = None, max_norm: float | None = None, norm_type: float = 2.0,
    scale_grad_by_freq: bool = False, sparse: bool = False,
) -> Any:  # fmt: skip
    """out = weight[input]; input: integers, weight: (rows, size). No gradient reaches the row `padding_idx`.

    On a GPU, gradients of a row that is picked twice are added up in no fixed order, as in PyTorch: the last digits may
    differ between runs.
    """
    if sparse:
        raise NotImplementedError("embedding(): there are no sparse gradients here; leave out sparse=True")
    rows = weight.shape[0]
    if padding_idx is not None:
        if padding_idx >= rows:
            raise AssertionError("Padding_idx must be within num_embeddings")
        if padding_idx < -rows:
            raise AssertionError("Padding_idx must be within num_embeddings")
        padding_idx = padding_idx % rows
    if len(weight.shape) != 2:
        raise RuntimeError("'weight' must be 2-D")
    indices = input.array if isinstance(input, Value) else input
    if indices.dtype.name not in ("int64", "int32"):
        kind = {"float32": "Float", "float64": "Double", "bool": "Bool"}.get(indices.dtype.name, "Byte")
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"torch.{kind}Tensor instead (while checking arguments for embedding)"
        )
    if type(indices) is not type(array_of(weight)):
        raise different_devices("_embedding", (array_of(weight), indices))
    if BACKENDS[type(indices)].first_outside(indices, rows) is not None:
        raise IndexError("index out of range in self")
    if max_norm is not None:
        _shorten_rows(weight, indices, max_norm, norm_type)
    return _embedding(weight, input, -1 if padding_idx is None else padding_idx, scale_grad_by_freq)


def _shorten_rows(weight: Value, indices: Any, max_norm: float, norm_type: float) -> None:
    """Scale the rows that are picked, in place, to a norm of at most `max_norm`."""
    table, places = weight.array, (indices.reshape(-1),)
    k = BACKENDS[type(table)]
    rows = k.take(table, places)
    lengths = k.vector_norm(k.cast(rows, np.dtype(np.float64)), (1,), True, float(norm_type))
    factors = k.where(k.gt(lengths, max_norm), k.div(k.full((), max_norm, lengths.dtype), k.add(lengths, 1e-7)), 1.0)
    table[places] = k.mul(rows, k.cast(factors, table.dtype))
    mark_changed(weight)


def one_hot(tensor: Any, num_classes: int = -1) -> Any:
    """Zeros with a one at the place of each class; the classes are counted where `num_classes` is -1."""
    labels = tensor.array if isinstance(tensor, Value) else tensor
    if labels.dtype != np.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if not labels.size and num_classes <= 0:
        raise RuntimeError("Can not infer total number of classes from empty tensor.")
    if labels.size and labels.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    if num_classes == -1:
        num_classes = int(labels.max()) + 1
    elif labels.size and labels.max() >= num_classes:
        raise RuntimeError("Class values must be smaller than num_classes.")
    k, shape = BACKENDS[type(labels)], (*labels.shape, num_classes)
    ones = k.full((*labels.shape, 1), 1, labels.dtype)
    return k.scatter_along(k.full(shape, 0, labels.dtype), labels[..., None], ones, labels.ndim)
