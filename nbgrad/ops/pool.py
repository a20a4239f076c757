"""Pooling: windows of an image become one pixel each."""

from typing import Any

from nbgrad.autograd.record import op
from nbgrad.ops.dims import pair
from nbgrad.ops.shape import squeeze, unsqueeze


@op("MaxPool2DWithIndicesBackward0", saves=("out1",))
def _max_pool2d(k, x, /, kernel, stride, padding, dilation, ceil_mode):
    """(largest pixel of each window, its flat place in the input plane); the gradient goes to that pixel alone"""
    return k.max_pool2d(x, kernel, stride, padding, dilation, ceil_mode)


@_max_pool2d.backward
def _(node, g, _indices=None):
    (indices,) = node.saved
    return _unpool(g, indices, node.shape())


@op("MaxPool2DWithIndicesBackwardBackward0", saves=("indices",))
def _unpool(k, g, indices, /, shape):
    """Zeros of `shape` with each g added at its index"""
    return k.max_pool2d_gradient(g, indices, shape)


@_unpool.backward
def _(node, g):
    (indices,) = node.saved
    return _gather(g, indices), None


@op("GatherBackward0", saves=("indices",))
def _gather(k, x, indices, /):
    """The pixels of x at the indices"""
    return k.max_pool2d_gather(x, indices)


@_gather.backward
def _(node, g):
    (indices,) = node.saved
    return _unpool(g, indices, node.shape()), None


def max_pool2d(
    input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:  # fmt: skip
    """The largest pixel of each window.

    input: (N, C, H, W) or (C, H, W); the stride is the kernel's size where not given. Output height
    ⌊(H + 2 padding - dilation (kH - 1) - 1) / stride⌋ + 1 (⌈ ⌉ with ceil_mode), width alike.
    """
    kernel = pair(kernel_size)
    stride = kernel if stride is None or stride == () or stride == [] else pair(stride)
    padding, dilation = pair(padding), pair(dilation)
    batched = len(input.shape) == 4
    _check(input, kernel, stride, padding, dilation)
    out, indices = _max_pool2d(input if batched else unsqueeze(input, 0), kernel, stride, padding, dilation, ceil_mode)
    if not batched:
        out, indices = squeeze(out, 0), squeeze(indices, 0)
    return (out, indices) if return_indices else out


def _check(input: Any, kernel: Any, stride: Any, padding: Any, dilation: Any) -> None:
    shape = list(input.shape)
    if len(shape) not in (3, 4):
        raise RuntimeError(f"non-empty 3D or 4D (batch mode) tensor expected for input, but got {shape}")
    if min(kernel) <= 0 or min(stride) <= 0 or min(dilation) <= 0:
        raise RuntimeError("kernel size, stride and dilation of max_pool2d should be greater than zero")
    if any(2 * padding[i] > kernel[i] or padding[i] < 0 for i in (0, 1)):
        raise RuntimeError(
            f"pad should be at most half of effective kernel size, but got pad={max(padding)}, "
            f"kernel_size={min(kernel)} and dilation={dilation[0]}"
        )
    rows, columns = (
        (shape[i - 2] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) // stride[i] + 1 for i in (0, 1)
    )
    if rows < 1 or columns < 1:
        raise RuntimeError(
            f"Given input size: ({shape[-3]}x{shape[-2]}x{shape[-1]}). Calculated output size: "
            f"({shape[-3]}x{rows}x{columns}). Output size is too small"
        )
