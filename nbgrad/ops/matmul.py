"""Products of matrices and vectors."""

import math
from typing import Any

from nbgrad.autograd.record import BACKENDS, op
from nbgrad.autograd.value import Value
from nbgrad.formats import contiguous_format
from nbgrad.ops.arithmetic import mul
from nbgrad.ops.cast import clone
from nbgrad.ops.shape import _t, expand, reshape, squeeze, squeeze_, t, transpose, unsafe_view, unsqueeze
from nbgrad.ops.values import array_of, class_name, numpy_dtype, rank, word
from nbgrad.shapes import broadcast_shapes

SHORT = 1 << 12  # rows that are added one by one; more lose digits


@op("MmBackward0", saves={"a": "b", "b": "a"})
def _mm(k, a, b, /):
    """out[i, j] = Σ_p a[i, p] b[p, j]"""
    return k.matmul(a, b)


@_mm.backward
def _(node, g):
    a, b = node.saved
    return _matrix_gradients(node, g, a, b, 0)


def _matrix_gradients(node: Any, g: Any, a: Any, b: Any, first: int) -> tuple[Any, Any]:
    """∂/∂a = g bᵀ and ∂/∂b = aᵀ g; the latter in b's own memory order, so that a leaf takes it without a copy."""
    to_a, to_b = node.sources[first : first + 2]
    if isinstance(g, Value):
        da = _mm(g, _t(b)) if to_a is not None else None
        if to_b is None:
            return da, None
        transposed = b is None or not array_of(b).flags.c_contiguous
        return da, _t(_mm(_t(g), a)) if transposed else _mm(_t(a), g)
    matmul = BACKENDS[type(g)].matmul
    da = matmul(g, b.T) if to_a is not None else None
    if to_b is None:
        return da, None
    transposed = b is None or not b.flags.c_contiguous  # not kept: a Linear's weight, as a rule
    return da, matmul(g.T, a).T if transposed else matmul(a.T, g)


@op("AddmmBackward0", saves={"a": "b", "b": "a"})
def _addmm(k, bias, a, b, /):
    """out[i, j] = bias[j] + Σ_p a[i, p] b[p, j]"""
    return k.addmm(bias, a, b)


@_addmm.backward
def _(node, g):
    a, b = node.saved
    bias = g if node.sources[0] is not None else None
    if bias is not None and not isinstance(g, Value) and node.shapes[0] == g.shape[1:] and len(g) <= SHORT:
        k = BACKENDS[type(g)]
        if node.sources[2] is not None and (b is None or not b.flags.c_contiguous):  # a Linear's, as a rule
            bias, da, dw = k.linear_gradients(g, a, None if b is None else b.T)
            return bias, da, dw.T
        bias = k.column_sums(g)  # where the engine would need several calls
    return bias, *_matrix_gradients(node, g, a, b, 1)


@op("AddmmBackward0", saves=("a", "b"))
def _addmm_scaled(k, x, a, b, /, beta, alpha):
    """out[i, j] = beta x[i, j] + alpha Σ_p a[i, p] b[p, j]"""
    return _weighted(k, x, k.matmul(a, b), beta, alpha)


@_addmm_scaled.backward
def _(node, g):
    a, b = node.saved
    beta, alpha = node.options
    return (
        mul(g, beta) if node.needs(0) else None,
        mul(_mm(g, t(b)), alpha) if node.needs(1) else None,
        mul(_mm(t(a), g), alpha) if node.needs(2) else None,
    )


@op("BmmBackward0", saves={"a": "b", "b": "a"})
def _bmm(k, a, b, /):
    """out[n, i, j] = Σ_p a[n, i, p] b[n, p, j]"""
    return k.bmm(a, b)


@_bmm.backward
def _(node, g):
    a, b = node.saved
    return (
        _bmm(g, transpose(b, 1, 2)) if node.needs(0) else None,
        _bmm(transpose(a, 1, 2), g) if node.needs(1) else None,
    )


@op("MvBackward0", saves={"a": "v", "v": "a"})
def _mv(k, a, v, /):
    """out[i] = Σ_p a[i, p] v[p]"""
    return k.matmul(a, v[:, None]).reshape(-1)


@_mv.backward
def _(node, g):
    a, v = node.saved
    return _outer(g, v) if node.needs(0) else None, _mv(t(a), g) if node.needs(1) else None


@op("DotBackward0", saves={"a": "b", "b": "a"})
def _dot(k, a, b, /):
    """out = Σ_p a[p] b[p]"""
    return k.matmul(a[None], b[:, None]).reshape(())


@_dot.backward
def _(node, g):
    a, b = node.saved
    return mul(g, b) if node.needs(0) else None, mul(g, a) if node.needs(1) else None


@op("AddmvBackward0", saves=("a", "v"))
def _addmv(k, x, a, v, /, beta, alpha):
    """out[i] = beta x[i] + alpha Σ_p a[i, p] v[p]"""
    return _weighted(k, x, k.matmul(a, v[:, None]).reshape(-1), beta, alpha)


@_addmv.backward
def _(node, g):
    a, v = node.saved
    beta, alpha = node.options
    return (
        mul(g, beta) if node.needs(0) else None,
        mul(_outer(g, v), alpha) if node.needs(1) else None,
        mul(_mv(t(a), g), alpha) if node.needs(2) else None,
    )


@op("BaddbmmBackward0", saves=("a", "b"))
def _baddbmm(k, x, a, b, /, beta, alpha):
    """out[n, i, j] = beta x[n, i, j] + alpha Σ_p a[n, i, p] b[n, p, j]"""
    return _weighted(k, x, k.bmm(a, b), beta, alpha)


@_baddbmm.backward
def _(node, g):
    a, b = node.saved
    beta, alpha = node.options
    return (
        mul(g, beta) if node.needs(0) else None,
        mul(_bmm(g, transpose(b, 1, 2)), alpha) if node.needs(1) else None,
        mul(_bmm(transpose(a, 1, 2), g), alpha) if node.needs(2) else None,
    )


def _weighted(k: Any, x: Any, product: Any, beta: float, alpha: float) -> Any:
    """beta x + alpha product; where beta is 0, x does not count, NaN or not."""
    scaled = product if alpha == 1 else k.mul(product, alpha)
    if beta == 0:
        return scaled
    return k.add(x if beta == 1 else k.mul(x, beta), scaled)


def _outer(a: Any, b: Any) -> Any:
    return mul(reshape(a, (-1, 1)), b)


def _require_same_dtype(a: Any, b: Any) -> None:
    left, right = numpy_dtype(a), numpy_dtype(b)
    if left != right:
        raise RuntimeError(f"expected m1 and m2 to have the same dtype, but got: {word(left)} != {word(right)}")


def _require_inner(a: Any, b: Any) -> None:
    (m, p), (q, n) = a.shape, b.shape
    if p != q:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({m}x{p} and {q}x{n})")


def mm(input: Any, mat2: Any) -> Any:
    """out[i, j] = Σ_p input[i, p] mat2[p, j]; two matrices."""
    a, b = array_of(input), array_of(mat2)
    if a.ndim != 2 or b.ndim != 2:
        raise RuntimeError(f"{'self' if a.ndim != 2 else 'mat2'} must be a matrix")
    if a.shape[1] != b.shape[0] or a.dtype is not b.dtype:
        _require_inner(a, b)
        _require_same_dtype(a, b)
    return _mm(input, mat2)


def bmm(input: Any, mat2: Any) -> Any:
    """Products of matrices, one each along the first axis."""
    _require_batches(input, mat2)
    return _bmm(input, mat2)


def _require_batches(a: Any, b: Any) -> None:
    if rank(a) != 3 or rank(b) != 3:
        raise RuntimeError(f"batch{1 if rank(a) != 3 else 2} must be a 3D tensor")
    if a.shape[0] != b.shape[0] or a.shape[2] != b.shape[1]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{a.shape[0]}, {a.shape[2]}] but got: "
            f"[{b.shape[0]}, {b.shape[1]}]."
        )
    if numpy_dtype(a) != numpy_dtype(b):
        raise RuntimeError(f"expected scalar type {class_name(numpy_dtype(a))} but found {class_name(numpy_dtype(b))}")


def addmm(input: Any, mat1: Any, mat2: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    """out = beta input + alpha (mat1 @ mat2)."""
    for name, each in (("mat1", mat1), ("mat2", mat2)):
        if rank(each) != 2:
            raise RuntimeError(f"{name} must be a matrix, got {rank(each)}-D tensor")
    _require_inner(mat1, mat2)
    if numpy_dtype(input) != numpy_dtype(mat2):
        raise RuntimeError(
            f"self and mat2 must have the same dtype, but got {class_name(numpy_dtype(input))} and "
            f"{class_name(numpy_dtype(mat2))}"
        )
    _require_same_dtype(mat1, mat2)
    _require_expands(input, (mat1.shape[0], mat2.shape[1]))
    return _addmm(input, mat1, mat2) if alpha == beta == 1 else _addmm_scaled(input, mat1, mat2, beta, alpha)


def _require_expands(input: Any, shape: tuple[int, ...]) -> None:
    """Raises RuntimeError with the sentence of `expand` where the input does not fit the product."""
    given = array_of(input).shape
    fits = len(given) <= 2 and all(a in (1, b) for a, b in zip(reversed(given), reversed(shape), strict=False))
    if not fits:
        expand(array_of(input), shape)


def _require_vector(sizes: Any, mat: Any, vec: Any) -> None:
    if rank(mat) != 2 or rank(vec) != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {len(sizes)}, {rank(mat)}, {rank(vec)}")
    rows, columns = mat.shape
    if columns != vec.shape[0] or (sizes and sizes[0] not in (1, rows)):
        raise RuntimeError(
            f"size mismatch, got input ({sizes[0] if sizes else 1}), mat ({rows}x{columns}), vec ({vec.shape[0]})"
        )


def _require_dtypes(name: str, *operands: Any) -> None:
    kinds = [class_name(numpy_dtype(each)) for each in operands]
    if len(set(kinds)) > 1:
        raise RuntimeError(
            f"{name} input tensors must have the same dtype, but got {kinds[0]}, {kinds[1]}, and {kinds[2]}"
        )


def mv(input: Any, vec: Any) -> Any:
    """out[i] = Σ_p input[i, p] vec[p]; a matrix and a vector."""
    _require_vector((input.shape[0],) if rank(input) else (), input, vec)
    _require_dtypes("addmv", vec, input, vec)
    return _mv(input, vec)


def addmv(input: Any, mat: Any, vec: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    """out = beta input + alpha (mat @ vec)."""
    _require_vector(tuple(input.shape), mat, vec)
    _require_dtypes("addmv", input, mat, vec)
    return _addmv(input, mat, vec, beta, alpha)


def baddbmm(input: Any, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    """out = beta input + alpha (batch1 @ batch2), one product each along the first axis."""
    if rank(batch1) == rank(batch2) == 3:
        _require_expands(input, (batch1.shape[0], batch1.shape[1], batch2.shape[2]))
    _require_batches(batch1, batch2)
    return _baddbmm(input, batch1, batch2, beta, alpha)


def outer(input: Any, vec2: Any) -> Any:
    """out[i, j] = input[i] vec2[j]."""
    for name, each in (("self", input), ("vec2", vec2)):
        if rank(each) != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {rank(each)}-D")
    return _outer(input, vec2)


def dot(input: Any, other: Any) -> Any:
    """Σ input · other; two vectors of one length."""
    if rank(input) != 1 or rank(other) != 1:
        raise RuntimeError(f"1D tensors expected, but got {rank(input)}D and {rank(other)}D tensors")
    if numpy_dtype(input) != numpy_dtype(other):
        raise RuntimeError(
            "dot : expected both vectors to have same dtype, but found "
            f"{class_name(numpy_dtype(input))} and {class_name(numpy_dtype(other))}"
        )
    if input.shape != other.shape:
        raise RuntimeError(
            "inconsistent tensor size, expected tensor [{}] and src [{}] to have the same number of elements, but got "
            "{} and {} elements respectively".format(*input.shape, *other.shape, *input.shape, *other.shape)
        )
    return _dot(input, other)


def matmul(input: Any, other: Any) -> Any:
    """The product of vectors, matrices or stacks of them, as numpy's `@`."""
    left, right = rank(input), rank(other)
    if left == right == 2:
        return mm(input, other)
    if left == 0 or right == 0:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {left}D and {right}D")
    if left == 1 and right == 1:
        return dot(input, other)
    if left == 2 and right == 1:
        return mv(input, other)
    if left == 1 and right == 2:
        return squeeze_(mm(unsqueeze(input, 0), other), 0)
    if _folds(input, other):
        return _folded(input, other)
    return _stacked(input, other)


def _wants_gradient(x: Any) -> bool:
    return getattr(x, "requires_grad", False)


def _folds(input: Any, other: Any) -> bool:
    """Whether a stack of matrices meets one matrix or vector, and may become one tall matrix for it.

    As PyTorch decides it: where the small one wants a gradient, or no copy is needed.
    """
    large, small = (input, other) if rank(input) >= rank(other) else (other, input)
    if rank(small) > 2:
        return False
    if _wants_gradient(small):
        return True
    if rank(input) == 2:
        return False
    array = array_of(large) if large is input else array_of(large).swapaxes(-1, -2)
    steps = zip(array.strides[:-2], array.strides[1:], array.shape[1:], strict=False)
    return array.size == 0 or all(outer == inner * extent for outer, inner, extent in steps)


def _folded(input: Any, other: Any) -> Any:
    turned = rank(other) > rank(input)
    large = transpose(other, -2, -1) if turned else input
    small = other if not turned else t(input) if rank(input) == 2 else input
    shape = tuple(large.shape[:-1])
    rows = reshape(large, (math.prod(shape), large.shape[-1]))
    if rank(small) == 1:
        return unsafe_view(mv(rows, small), shape)
    out = unsafe_view(mm(rows, small), (*shape, small.shape[1]))
    if not turned:
        return out
    out = transpose(out, -2, -1)
    return out if array_of(out).flags.c_contiguous else clone(out, memory_format=contiguous_format)


def _stacked(input: Any, other: Any) -> Any:
    """One product for each pair of matrices; the stacks broadcast together."""
    if rank(input) == rank(other) == 3 and input.shape[0] != other.shape[0]:
        if input.shape[0] == 1 and _wants_gradient(input):
            return matmul(squeeze(input, 0), other)
        if other.shape[0] == 1 and _wants_gradient(other):
            return matmul(input, squeeze(other, 0))
    rows = input.shape[-2] if rank(input) > 1 else 1
    stack = broadcast_shapes(tuple(input.shape[:-2]), tuple(other.shape[:-2]))
    count = math.prod(stack)
    left = reshape(expand(input, (*stack, rows, input.shape[-1])), (count, rows, input.shape[-1]))
    shape = (*stack, rows) if rank(input) > 1 else stack
    if rank(other) == 1:
        right = unsqueeze(reshape(expand(other, (*stack, other.shape[0])), (count, other.shape[0])), 2)
        return unsafe_view(squeeze(bmm(left, right), -1), shape)
    right = reshape(expand(other, (*stack, *other.shape[-2:])), (count, *other.shape[-2:]))
    return unsafe_view(bmm(left, right), (*shape, other.shape[-1]))
