"""Convolution of images (cross-correlation, as every library of the field means it)."""

from typing import Any

from nbgrad.autograd.node import Pending
from nbgrad.autograd.record import BACKENDS, op
from nbgrad.autograd.value import Value
from nbgrad.ops.dims import pair
from nbgrad.ops.operands import c_name
from nbgrad.ops.pad import constant_pad
from nbgrad.ops.shape import broadcast, squeeze, unsqueeze, view
from nbgrad.ops.values import array_of
from nbgrad.strided import DeviceArray


@op("ConvolutionBackward0", saves={"x": "weight", "weight": "x"})
def _conv2d(k, x, weight, bias, /, stride, padding, dilation, groups):
    """out[n, o, y, x] = bias[o] + Σ_{c, i, j} weight[o, c, i, j] x[n, c, y s + i d - p, x s + j d - p]"""
    return k.conv2d(x, weight, bias, stride, padding, dilation, groups)


@_conv2d.backward
def _(node, g):
    x, weight = node.saved
    to_x, to_weight, to_bias = node.sources
    shapes, options = node.shapes, node.options
    if isinstance(g, Value):
        dx, dw, db = _input_gradient, _weight_gradient, _bias_gradient
    else:  # nothing is recorded: the kernels themselves
        pending = type(g) is Pending
        part, corners = g.parts if pending else (g, None)
        k = BACKENDS[type(part)]
        if pending and type(part) is DeviceArray:  # whose pooling's gradient gathers: it is a kernel of its own
            g = part = g.finish()
            pending, corners = False, None
        if to_weight is not None:
            gated = pending and g.gate is not None
            found = k.conv2d_gradients(part, corners, gated, x, weight, shapes, to_x is not None, *options)
            if found is not None:
                return found if to_bias is not None else (*found[:2], None)
        if pending:
            g = g.finish()
        dx, dw, db = k.conv2d_input_gradient, k.conv2d_weight_gradient, k.conv2d_bias_gradient
    return (
        dx(g, weight, shapes[0], *options) if to_x is not None else None,
        dw(x, g, shapes[1], *options) if to_weight is not None else None,
        db(g) if to_bias is not None else None,
    )


_conv2d.node_class.takes_pending = True


@op("ConvolutionBackward0", saves={"x": "weight", "weight": "x"})
def _conv1d(k, x, weight, bias, /, stride, padding, dilation, groups):
    """`_conv2d` of images of height 1, which have no axis for it"""
    return k.conv2d(x[:, :, None], weight[:, :, None], bias, stride, padding, dilation, groups)[:, :, 0]


@_conv1d.backward
def _(node, g):
    x, weight = node.saved
    shapes = [(*node.shape(i)[:2], 1, node.shape(i)[2]) for i in (0, 1)]
    g = unsqueeze(g, 2)
    dx = dw = None
    if node.needs(0):
        dx = squeeze(_input_gradient(g, unsqueeze(weight, 2), shapes[0], *node.options), 2)
    if node.needs(1):
        dw = squeeze(_weight_gradient(unsqueeze(x, 2), g, shapes[1], *node.options), 2)
    return dx, dw, _bias_gradient(g) if node.needs(2) else None


@op("ConvolutionBackwardBackward0", saves=("g", "weight"))
def _input_gradient(k, g, weight, /, input_shape, stride, padding, dilation, groups):
    """Each output gradient flows back through the weights to the pixels it was made of; linear in g and in weight"""
    return k.conv2d_input_gradient(g, weight, input_shape, stride, padding, dilation, groups)


@_input_gradient.backward
def _(node, gg):
    g, weight = node.saved
    _, *geometry = node.options
    return (
        _conv2d(gg, weight, None, *geometry) if node.needs(0) else None,
        _weight_gradient(gg, g, node.shape(1), *geometry) if node.needs(1) else None,
    )


@op("ConvolutionBackwardBackward0", saves=("x", "g"))
def _weight_gradient(k, x, g, /, weight_shape, stride, padding, dilation, groups):
    """Each weight collects input pixel × output gradient over every place it was used; linear in x and in g"""
    return k.conv2d_weight_gradient(x, g, weight_shape, stride, padding, dilation, groups)


@_weight_gradient.backward
def _(node, gw):
    x, g = node.saved
    _, *geometry = node.options
    return (
        _input_gradient(g, gw, node.shape(0), *geometry) if node.needs(0) else None,
        _conv2d(x, gw, None, *geometry) if node.needs(1) else None,
    )


@op("SumBackward1")
def _bias_gradient(k, g, /):
    """out[o] = Σ_{n, y, x} g[n, o, y, x]"""
    return k.conv2d_bias_gradient(g)


@_bias_gradient.backward
def _(node, gb):
    return broadcast(view(gb, (1, -1, 1, 1)), node.shape())


# Calls whose operands were found to fit: their shapes, dtypes and settings, with the settings as pairs.
_passed: dict[Any, Any] = {}
MOST_PASSED = 1024


def conv2d(
    input: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """Slide `weight` over images.

    input: (N, C, H, W) or (C, H, W); weight: (O, C / groups, kH, kW); bias: (O,). Output height
    ⌊(H + 2 padding - dilation (kH - 1) - 1) / stride⌋ + 1, width alike. Raises RuntimeError where shapes do not fit.
    """
    batched = array_of(input).ndim == 4
    try:  # what `_check` looks at, and the settings' types: 1 and True are one key
        x, w = input.array, weight.array
        b = None if bias is None else (bias.array.shape, bias.array.dtype)
        kinds = type(stride), type(padding), type(dilation), type(groups)
        key = x.shape, w.shape, x.dtype, w.dtype, b, stride, padding, dilation, groups, kinds
        settings = _passed.get(key)
    except (AttributeError, TypeError):  # plain arrays, and settings as lists, which cannot be looked up
        key = settings = None
    if settings is None:
        stride, dilation = pair(stride), pair(dilation)
        if isinstance(padding, str):
            input, padding = _padded(input, weight, stride, padding, dilation, groups)
            key = None
        settings = stride, pair(padding), dilation, groups
        _check(input, weight, bias, *settings)
        if key is not None:
            if len(_passed) >= MOST_PASSED:
                _passed.clear()
            _passed[key] = settings
    if batched:
        return _conv2d(input, weight, bias, *settings)
    return squeeze(_conv2d(_batch(input, 4), weight, bias, *settings), 0)


def _batch(input: Any, rank: int) -> Any:
    """The input itself, or, where it is no batch, a batch of one."""
    return unsqueeze(input, 0) if len(input.shape) == rank - 1 else input


def conv1d(
    input: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """Slide `weight` over rows: input (N, C, L) or (C, L), weight (O, C / groups, k), bias (O,)."""
    stride, dilation = (_one(stride),), (_one(dilation),)
    batched = len(input.shape) == 3
    if isinstance(padding, str):
        input, padding = _padded(input, weight, stride, padding, dilation, groups)
    padding = (_one(padding),)
    _check(input, weight, bias, stride, padding, dilation, groups)
    out = _conv1d(_batch(input, 3), weight, bias, (1, *stride), (0, *padding), (1, *dilation), groups)
    return out if batched else squeeze(out, 0)


def _one(value: Any) -> int:
    return value if isinstance(value, int) else value[0]


def _padded(input: Any, weight: Any, stride: Any, padding: str, dilation: Any, groups: int) -> tuple[Any, Any]:
    """The input and the padding that `"same"` and `"valid"` mean: an uneven rest goes behind the image."""
    axes = len(stride)
    if padding == "valid":
        return input, (0,) * axes
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: '{padding}'")
    _check_ranks(list(input.shape), list(weight.shape), groups, axes)
    if max(stride) > 1:
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    total = [dilation[i] * (weight.shape[2 + i] - 1) for i in range(axes)]
    behind = [each % 2 for each in total]
    if any(behind):
        around = tuple(each for rest in reversed(behind) for each in (0, rest))
        input = constant_pad(_batch(input, axes + 2), around, 0)
    return input, tuple(each // 2 for each in total)


def _check_ranks(shape: list[int], kernel: list[int], groups: int, axes: int) -> None:
    if len(kernel) != axes + 2:
        raise RuntimeError(
            f"Expected {len(kernel)}-dimensional input for {len(kernel)}-dimensional weight{kernel}, but got "
            f"{len(shape)}-dimensional input of size {shape} instead"
        )
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    if kernel[0] < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size "
            f"{kernel} instead"
        )


def _check_dtypes(input: Any, weight: Any, bias: Any) -> None:
    kinds = [array_of(x).dtype for x in (input, weight, bias) if x is not None]
    for other, kind in zip(("weight", "bias"), kinds[1:], strict=False):
        if kind != kinds[0] and not (other == "weight" and bias is not None and kinds[2] != kinds[0]):
            raise RuntimeError(f"Input type ({c_name(kinds[0])}) and {other} type ({c_name(kind)}) should be the same")


def _check(input: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: int) -> None:
    shape, kernel = list(input.shape), list(weight.shape)
    axes = len(stride)
    _check_dtypes(input, weight, bias)
    if len(shape) not in (axes + 1, axes + 2):
        raise RuntimeError(
            f"Expected {axes + 1}D (unbatched) or {axes + 2}D (batched) input to conv{axes}d, but got input of size: "
            f"{shape}"
        )
    if min(stride) <= 0:
        raise RuntimeError("non-positive stride is not supported")
    if min(padding) < 0:
        raise RuntimeError("negative padding is not supported")
    if min(dilation) <= 0:
        raise RuntimeError("dilation should be greater than zero")
    _check_ranks(shape, kernel, groups, axes)
    channels = shape[-1 - axes]
    if channels != kernel[1] * groups:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {kernel}, expected input{shape} to have {kernel[1] * groups} "
            f"channels, but got {channels} channels instead"
        )
    if kernel[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of "
            f"size {kernel} instead"
        )
    if bias is not None and list(bias.shape) != kernel[:1]:
        raise RuntimeError(
            f"Given weight of size {kernel}, expected bias to be 1-dimensional with {kernel[0]} elements, but got bias "
            f"of size {list(bias.shape)} instead"
        )
    padded = [shape[i - axes] + 2 * padding[i] for i in range(axes)]
    span = [dilation[i] * (kernel[2 + i] - 1) + 1 for i in range(axes)]
    if any(have < need for have, need in zip(padded, span, strict=True)):
        sizes = [" x ".join(map(str, each)) for each in (padded, span)]
        raise RuntimeError(
            f"Calculated padded input size per channel: ({sizes[0]}). Kernel size: ({sizes[1]}). Kernel size can't be "
            "greater than actual input size"
        )
