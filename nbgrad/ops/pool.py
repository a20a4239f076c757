"""Pooling: windows of an image become one pixel each."""

from functools import partial
from typing import Any

from nbgrad.autograd.node import Pending
from nbgrad.autograd.record import BACKENDS, op, wrap
from nbgrad.autograd.value import Value
from nbgrad.ops.dims import pair
from nbgrad.ops.reduce import mean
from nbgrad.ops.shape import squeeze, unsqueeze
from nbgrad.ops.values import array_of


@op("MaxPool2DWithIndicesBackward0", saves=("out1",))
def _max_pool2d(k, x, /, kernel, stride, padding, dilation, ceil_mode, by_index):
    """(largest pixel of each window, where it was); the gradient goes to that pixel alone"""
    if x.ndim == 3:
        options = kernel, stride, padding, dilation, ceil_mode, by_index
        return tuple(each[0] for each in _max_pool2d.__wrapped__(k, x[None], *options))
    out, kept = k.max_pool2d(x, kernel, stride, padding, dilation, ceil_mode)
    return out, k.max_pool2d_indices(kept, x.shape) if by_index else kept


@_max_pool2d.backward
def _(node, g, _kept=None):
    (kept,) = node.saved
    shape = node.shapes[0]
    if len(shape) == 4 and not isinstance(g, Value):  # nothing is recorded: the kernel itself, once it is its turn
        gradient = partial(BACKENDS[type(g)].max_pool2d_gradient, g, kept, shape, node.options)
        return Pending(gradient, (g, kept), shape, g.dtype)
    return _unpool(g, *_indices(node), shape, node.options)


def _indices(node):
    """The flat places in the input plane, which PyTorch keeps."""
    (kept,) = node.saved
    array = array_of(kept)
    indices = BACKENDS[type(array)].max_pool2d_indices(array, node.shapes[0])
    if indices is array:
        return (kept,)
    return (wrap(indices) if isinstance(kept, Value) else indices,)


_max_pool2d.node_class.shown_saved = _indices


@op("MaxPool2DWithIndicesBackwardBackward0", saves=("indices",))
def _unpool(k, g, indices, /, shape, windows):
    """Zeros of `shape` with each g added at its index"""
    if len(shape) == 3:
        return k.max_pool2d_gradient(g[None], indices[None], (1, *shape), windows)[0]
    return k.max_pool2d_gradient(g, indices, shape, windows)


@_unpool.backward
def _(node, g):
    (indices,) = node.saved
    return _gather(g, indices, node.options[1]), None


@op("GatherBackward0", saves=("indices",))
def _gather(k, x, indices, /, _windows):
    """The pixels of x at the indices, which a pooling with these windows found"""
    if x.ndim == 3:
        return k.max_pool2d_gather(x[None], indices[None])[0]
    return k.max_pool2d_gather(x, indices)


@_gather.backward
def _(node, g):
    (indices,) = node.saved
    return _unpool(g, indices, node.shape(), node.options[0]), None


@op("AvgPool2DBackward0")
def _avg_pool2d(k, x, /, kernel, stride, padding, ceil_mode, count_include_pad, divisor):
    """out = the mean of each window"""
    options = kernel, stride, padding, ceil_mode, count_include_pad, divisor
    return k.avg_pool2d(x[None], *options)[0] if x.ndim == 3 else k.avg_pool2d(x, *options)


@_avg_pool2d.backward
def _(node, g):
    return _spread(g, node.shape(), *node.options)


@op("AvgPool2DBackwardBackward0")
def _spread(k, g, /, shape, kernel, stride, padding, _ceil_mode, count_include_pad, divisor):
    """Zeros of `shape` with each g spread over its window"""
    options = kernel, stride, padding, count_include_pad, divisor
    if len(shape) == 3:
        return k.avg_pool2d_gradient(g[None], (1, *shape), *options)[0]
    return k.avg_pool2d_gradient(g, shape, *options)


@_spread.backward
def _(node, g):
    return _avg_pool2d(g, *node.options[1:])


@op("AdaptiveAvgPool2DBackward0")
def _adaptive_avg_pool2d(k, x, /, size):
    """out = the means of windows that divide the image into `size` parts"""
    return k.adaptive_avg_pool2d(x, size)


@_adaptive_avg_pool2d.backward
def _(node, g):
    return _adaptive_spread(g, node.shape())


@op("AdaptiveAvgPool2DBackwardBackward0")
def _adaptive_spread(k, g, /, shape):
    """Zeros of `shape` with each g spread over its window"""
    return k.adaptive_avg_pool2d_gradient(g, shape)


@_adaptive_spread.backward
def _(node, g):
    return _adaptive_avg_pool2d(g, node.shape()[-2:])


# Calls whose operands were found to fit: shape and settings, with the settings as pairs.
_passed: dict[Any, Any] = {}
MOST_PASSED = 1024


def max_pool2d(
    input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:  # fmt: skip
    """The largest pixel of each window.

    input: (N, C, H, W) or (C, H, W); the stride is the kernel's size where not given. Output height
    ⌊(H + 2 padding - dilation (kH - 1) - 1) / stride⌋ + 1 (⌈ ⌉ with ceil_mode), width alike.
    """
    try:
        kinds = type(kernel_size), type(stride), type(padding), type(dilation), type(ceil_mode)
        key = array_of(input).shape, kernel_size, stride, padding, dilation, ceil_mode, kinds
        settings = _passed.get(key)
    except (AttributeError, TypeError):  # settings as lists cannot be looked up
        key = settings = None
    if settings is None:
        kernel = pair(kernel_size)
        stride = kernel if stride is None or stride == () or stride == [] else pair(stride)
        settings = kernel, stride, pair(padding), pair(dilation), ceil_mode
        _check_windows(input, *settings)
        if key is not None:
            if len(_passed) >= MOST_PASSED:
                _passed.clear()
            _passed[key] = settings
    out, indices = _max_pool2d(input, *settings, return_indices)
    return (out, indices) if return_indices else out


def avg_pool2d(
    input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
    count_include_pad: bool = True, divisor_override: int | None = None,
) -> Any:  # fmt: skip
    """The mean of each window, or its sum divided by `divisor_override`; input: (N, C, H, W) or (C, H, W)."""
    name = "avg_pool2d"
    kernel = _window(kernel_size, f"{name}: kernel_size must either be a single int, or a tuple of two ints")
    stride = kernel if stride is None or stride == () or stride == [] else _window(
        stride, f"{name}: stride must either be omitted, a single int, or a tuple of two ints"
    )  # fmt: skip
    padding = _window(padding, f"{name}: padding must either be a single int, or a tuple of two ints")
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    _check_windows(input, kernel, stride, padding, (1, 1), ceil_mode)
    return _avg_pool2d(input, kernel, stride, padding, ceil_mode, count_include_pad, divisor_override or 0)


def adaptive_avg_pool2d(input: Any, output_size: Any) -> Any:
    """The means of windows that divide images into `output_size` parts (None: as many as there are pixels)."""
    if len(input.shape) < 3:
        raise ValueError("Input dimension should be at least 3")
    wanted = (output_size, output_size) if output_size is None or isinstance(output_size, int) else tuple(output_size)
    if len(wanted) != 2:
        raise RuntimeError("adaptive_avg_pool2d: output_size must be 2")
    size = tuple(have if want is None else want for want, have in zip(wanted, input.shape[-2:], strict=True))
    if min(size) < 0:
        raise RuntimeError(
            "adaptive_avg_pool2d: elements of output_size must be greater than or equal to 0 but received "
            f"{{{size[0]}, {size[1]}}}"
        )
    shape = list(input.shape)
    if len(shape) not in (3, 4):
        raise RuntimeError(f"adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got {shape}")
    if 0 in shape[-2:] or (len(shape) == 3 and shape[0] == 0):
        axis = next(axis for axis in (1, 2, 3) if shape[axis - 4 if len(shape) == 4 else axis - 3] == 0)
        raise RuntimeError(
            "adaptive_avg_pool2d(): Expected input to have non-zero size for non-batch dimensions, but input has "
            f"sizes {shape} with dimension {axis - 4 + len(shape)} being empty"
        )
    return mean(input, (-1, -2), True) if size == (1, 1) else _adaptive_avg_pool2d(input, size)


def max_pool1d(
    input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:  # fmt: skip
    """The largest number of each window; input: (N, C, L) or (C, L)."""
    stride = kernel_size if stride is None or stride == () or stride == [] else stride
    out = max_pool2d(
        unsqueeze(input, -2), (1, _one(kernel_size)), (1, _one(stride)), (0, _one(padding)), (1, _one(dilation)),
        ceil_mode, return_indices,
    )  # fmt: skip
    return tuple(squeeze(each, -2) for each in out) if return_indices else squeeze(out, -2)


def avg_pool1d(
    input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:  # fmt: skip
    """The mean of each window; input: (N, C, L) or (C, L)."""
    stride = kernel_size if stride is None or stride == () or stride == [] else stride
    windows = (1, _one(kernel_size)), (1, _one(stride)), (0, _one(padding))
    return squeeze(avg_pool2d(unsqueeze(input, -2), *windows, ceil_mode, count_include_pad), -2)


def adaptive_avg_pool1d(input: Any, output_size: Any) -> Any:
    """The means of `output_size` windows that divide each row; input: (N, C, L) or (C, L)."""
    return squeeze(adaptive_avg_pool2d(unsqueeze(input, -2), (1, _one(output_size))), -2)


def _one(value: Any) -> int:
    return value if isinstance(value, int) else value[0]


def _window(value: Any, sentence: str) -> tuple[int, int]:
    if not isinstance(value, int) and len(value) not in (1, 2):
        raise RuntimeError(sentence)
    return pair(value)


def _check_windows(input: Any, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool) -> None:
    """What every pooling asks of its windows, in PyTorch's order and words."""
    shape = list(input.shape)
    if min(kernel) <= 0:
        raise RuntimeError(
            f"kernel size should be greater than zero, but got kH: {kernel[0]} kW: {kernel[1]}"
        )  # fmt: skip
    if min(stride) <= 0:
        raise RuntimeError(f"stride should be greater than zero, but got dH: {stride[0]} dW: {stride[1]}")
    if min(dilation) <= 0:
        raise RuntimeError(
            f"dilation should be greater than zero, but got dilationH: {dilation[0]} dilationW: {dilation[1]}"
        )
    for pad, side, step in zip(padding, kernel, dilation, strict=True):
        if pad < 0:
            raise RuntimeError(f"pad must be non-negative, but got pad: {pad}")
        if pad > (step * (side - 1) + 1) // 2:
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={pad}, kernel_size={side} and "
                f"dilation={step}"
            )
    if len(shape) not in (3, 4):
        raise RuntimeError("non-empty 2D or 3D (batch mode) tensor expected for input")
    if 0 in shape[-2:] or shape[-3] == 0:
        raise RuntimeError(
            f"Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:{shape}"
        )
    _check_output(shape, kernel, stride, padding, dilation, ceil_mode)


def _check_output(shape: list[int], kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool) -> None:
    def windows(i: int) -> int:
        span = shape[i - 2] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1
        count = (span + (stride[i] - 1 if ceil_mode else 0)) // stride[i] + 1
        return count - 1 if ceil_mode and (count - 1) * stride[i] >= shape[i - 2] + padding[i] else count

    rows, columns = windows(0), windows(1)
    if rows < 1 or columns < 1:
        raise RuntimeError(
            f"Given input size: ({shape[-3]}x{shape[-2]}x{shape[-1]}). Calculated output size: "
            f"({shape[-3]}x{rows}x{columns}). Output size is too small"
        )
