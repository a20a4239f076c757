"""Convolution as one matrix product over all images: for many weights and few pixels.

The columns of the matrix are all that a window meets; making them costs little beside the product.
"""

from collections.abc import Iterator

import numpy as np

from nbgrad.device import empty, zeros
from nbgrad.kernels.cpu.conv.geometry import Pair
from nbgrad.kernels.cpu.gemm import matmul


def _windows(x: np.ndarray, taps: Pair, sides: Pair, stride: Pair, dilation: Pair) -> Iterator[tuple[Pair, np.ndarray]]:
    """For each tap (ky, kx), the view of a padded image that it meets."""
    for ky, kx in np.ndindex(taps):
        rows, columns = (
            slice(tap * dilation[i], tap * dilation[i] + (sides[i] - 1) * stride[i] + 1, stride[i])
            for i, tap in enumerate((ky, kx))
        )
        yield (ky, kx), x[:, :, rows, columns].swapaxes(0, 1)


def _padded(shape: tuple[int, ...], padding: Pair, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    """Zeros for images with a border, and the view without it."""
    images, channels, height, width = shape
    frame = zeros((images, channels, height + 2 * padding[0], width + 2 * padding[1]), dtype)
    return frame, frame[:, :, padding[0] : padding[0] + height, padding[1] : padding[1] + width]


def _columns(x: np.ndarray, taps: Pair, sides: Pair, stride: Pair, padding: Pair, dilation: Pair) -> np.ndarray:
    """[channels * taps, images * positions]: all that the taps meet."""
    frame = x
    if padding != (0, 0):
        frame, inside = _padded(x.shape, padding, x.dtype)
        inside[...] = x
    columns = empty((x.shape[1], *taps, x.shape[0], *sides), x.dtype)
    for (ky, kx), window in _windows(frame, taps, sides, stride, dilation):
        columns[:, ky, kx] = window
    return columns.reshape(x.shape[1] * taps[0] * taps[1], -1)


def _by_channel(g: np.ndarray) -> np.ndarray:
    """[channels, images * positions]"""
    return np.ascontiguousarray(g.swapaxes(0, 1)).reshape(g.shape[1], -1)


def conv2d(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, sides: Pair, stride: Pair, padding: Pair, dilation: Pair
) -> np.ndarray:
    """weight times columns"""
    columns = _columns(x, weight.shape[2:], sides, stride, padding, dilation)
    out = matmul(weight.reshape(weight.shape[0], -1), columns)
    if bias is not None:
        out += bias[:, None]
    return np.ascontiguousarray(out.reshape(-1, x.shape[0], *sides).swapaxes(0, 1))


def conv2d_input_gradient(
    g: np.ndarray, weight: np.ndarray, input_shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair
) -> np.ndarray:
    """weight transposed times g: what each window sends to its pixels, which add up"""
    columns = matmul(weight.reshape(weight.shape[0], -1).T, _by_channel(g))
    columns = columns.reshape(*weight.shape[1:], g.shape[0], *g.shape[2:])
    frame, inside = _padded(input_shape, padding, g.dtype)
    for (ky, kx), window in _windows(frame, weight.shape[2:], g.shape[2:], stride, dilation):
        window += columns[:, ky, kx]
    return np.ascontiguousarray(inside)


def conv2d_weight_gradient(
    x: np.ndarray, g: np.ndarray, weight_shape: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair
) -> np.ndarray:
    """g times the columns transposed"""
    columns = _columns(x, weight_shape[2:], g.shape[2:], stride, padding, dilation)
    return matmul(_by_channel(g), columns.T).reshape(weight_shape)
