"""Products of matrices and vectors."""

from typing import Any

from nbgrad.autograd.record import op
from nbgrad.autograd.value import Value
from nbgrad.ops.arithmetic import add, mul
from nbgrad.ops.reduce import sum
from nbgrad.ops.shape import expand, reshape, squeeze, t, transpose, unsqueeze
from nbgrad.shapes import broadcast_shapes


def _array(value: Any) -> Any:
    return value.array if isinstance(value, Value) else value


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
    da = _mm(g, t(b)) if node.needs(first) else None
    if not node.needs(first + 1):
        return da, None
    transposed = b is None or not _array(b).flags.c_contiguous  # not kept: a Linear's weight, as a rule
    return da, t(_mm(t(g), a)) if transposed else _mm(t(a), g)


@op("AddmmBackward0", saves={"a": "b", "b": "a"})
def _addmm(k, bias, a, b, /):
    """out[i, j] = bias[j] + Σ_p a[i, p] b[p, j]"""
    return k.addmm(bias, a, b)


@_addmm.backward
def _(node, g):
    a, b = node.saved
    return g if node.needs(0) else None, *_matrix_gradients(node, g, a, b, 1)


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


def _require_same_dtype(a: Any, b: Any) -> None:
    left, right = _array(a).dtype, _array(b).dtype
    if left != right:
        names = {"float32": "float", "float64": "double", "int64": "long", "int32": "int", "bool": "bool"}
        raise RuntimeError(
            f"expected m1 and m2 to have the same dtype, but got: {names.get(left.name, left.name)} != "
            f"{names.get(right.name, right.name)}"
        )


def _require_inner(a: Any, b: Any) -> None:
    (m, p), (q, n) = a.shape, b.shape
    if p != q:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({m}x{p} and {q}x{n})")


def mm(input: Any, mat2: Any) -> Any:
    """out[i, j] = Σ_p input[i, p] mat2[p, j]; two matrices."""
    if len(input.shape) != 2 or len(mat2.shape) != 2:
        raise RuntimeError(f"{'self' if len(input.shape) != 2 else 'mat2'} must be a matrix")
    _require_inner(input, mat2)
    _require_same_dtype(input, mat2)
    return _mm(input, mat2)


def bmm(input: Any, mat2: Any) -> Any:
    """Products of matrices, one each along the first axis."""
    if len(input.shape) != 3 or len(mat2.shape) != 3:
        raise RuntimeError("batch1 must be a 3D tensor" if len(input.shape) != 3 else "batch2 must be a 3D tensor")
    if input.shape[0] != mat2.shape[0] or input.shape[2] != mat2.shape[1]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{input.shape[0]}, {input.shape[2]}] but "
            f"got: [{mat2.shape[0]}, {mat2.shape[1]}]."
        )
    _require_same_dtype(input, mat2)
    return _bmm(input, mat2)


def addmm(input: Any, mat1: Any, mat2: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    """out = beta input + alpha (mat1 @ mat2)."""
    _require_inner(mat1, mat2)
    _require_same_dtype(mat1, mat2)
    return _addmm(mul(input, beta) if beta != 1 else input, mul(mat1, alpha) if alpha != 1 else mat1, mat2)


def dot(input: Any, other: Any) -> Any:
    """Σ input · other; two vectors of one length."""
    if len(input.shape) != 1 or len(other.shape) != 1:
        raise RuntimeError(f"1D tensors expected, but got {len(input.shape)}D and {len(other.shape)}D tensors")
    if input.shape != other.shape:
        raise RuntimeError(
            "inconsistent tensor size, expected tensor [{}] and src [{}] to have the same number of elements, but got "
            "{} and {} elements respectively".format(*input.shape, *other.shape, *input.shape, *other.shape)
        )
    return sum(mul(input, other))


def matmul(input: Any, other: Any) -> Any:
    """The product of vectors, matrices or stacks of them, as numpy's `@`."""
    left, right = len(input.shape), len(other.shape)
    if left == 0 or right == 0:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {left}D and {right}D")
    if left == 1 and right == 1:
        return dot(input, other)
    if left == 1:
        return squeeze(matmul(unsqueeze(input, 0), other), -2)
    if right == 1:
        return squeeze(matmul(input, unsqueeze(other, 1)), -1)
    if left == 2 and right == 2:
        return mm(input, other)
    if right == 2:
        rows = reshape(input, (-1, input.shape[-1]))
        return reshape(mm(rows, other), (*input.shape[:-1], other.shape[1]))
    return _stacked(input, other)


def _stacked(input: Any, other: Any) -> Any:
    stack = broadcast_shapes(tuple(input.shape[:-2]), tuple(other.shape[:-2]))
    left = reshape(expand(input, (*stack, *input.shape[-2:])), (-1, *input.shape[-2:]))
    right = reshape(expand(other, (*stack, *other.shape[-2:])), (-1, *other.shape[-2:]))
    return reshape(bmm(left, right), (*stack, input.shape[-2], other.shape[-1]))


def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """out = input @ weightᵀ + bias; input: (..., in), weight: (out, in), bias: (out,)."""
    if bias is not None and len(input.shape) == 2:
        return addmm(bias, input, t(weight))
    product = matmul(input, t(weight))
    return product if bias is None else add(product, bias)
