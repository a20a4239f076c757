"""What a convolution is, in numbers: the slow twins that define it, and how kernels find pixels, taps and padding.

A *tap* is one number of a filter, (channel, ky, kx); a *frame* is an image with its padding around it.
"""

from dataclasses import dataclass

import numpy as np

from nbgrad.kernels.cpu.launch import inlined
from nbgrad.kernels.cpu.simd import copy_part, lanes, load_row, store_tile
from nbgrad.kernels.registry import kernel

Pair = tuple[int, int]

ONE = (0,)
GEOMETRY = 17  # numbers that describe a convolution
SERIAL_WORK = 4_000_000  # multiplications up to which waking a second thread costs more than it brings
SERIAL_AWAKE = 1 << 18  # the same for threads that are awake


@kernel()
def conv2d_twin(x, w, bias, out, stride, padding, dilation, groups):
    """out[n, o, y, x] = bias[o] + sum of w[o, c, ky, kx] * x[n, c, y*stride + ky*dilation - padding, ...]."""
    per_group = out.shape[1] // groups
    for n, o, oy, ox in np.ndindex(out.shape):
        total = bias[o]
        for c, ky, kx in np.ndindex(w.shape[1:]):
            iy = oy * stride[0] + ky * dilation[0] - padding[0]
            ix = ox * stride[1] + kx * dilation[1] - padding[1]
            if 0 <= iy < x.shape[2] and 0 <= ix < x.shape[3]:
                total += w[o, c, ky, kx] * x[n, o // per_group * w.shape[1] + c, iy, ix]
        out[n, o, oy, ox] = total


@kernel()
def conv2d_weight_gradient_twin(x, g, dw, stride, padding, dilation, groups):
    """dw[o, c, ky, kx] += sum of g[n, o, y, x] * x[n, c, y*stride + ky*dilation - padding, ...]."""
    per_group = g.shape[1] // groups
    for n, o, oy, ox in np.ndindex(g.shape):
        for c, ky, kx in np.ndindex(dw.shape[1:]):
            iy = oy * stride[0] + ky * dilation[0] - padding[0]
            ix = ox * stride[1] + kx * dilation[1] - padding[1]
            if 0 <= iy < x.shape[2] and 0 <= ix < x.shape[3]:
                dw[o, c, ky, kx] += g[n, o, oy, ox] * x[n, o // per_group * dw.shape[1] + c, iy, ix]


def output_size(size: int, kernel_size: int, stride: int, padding: int, dilation: int) -> int:
    """Positions of a window along one side of an image."""
    return (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1


@dataclass(frozen=True)
class Convolution:
    """One convolution: `channels` and `outputs` of a group, padding before the first row and column.

    What padding leaves out at the far end reads as zeros; a negative padding skips pixels. `turned`: the weights lie as
    those of the convolution that this one is the input gradient of, [channel, output, ky, kx] and flipped. serial: the
    multiplications up to which one thread does all.
    """

    images: int
    groups: int
    channels: int
    sides: Pair
    outputs: int
    taps: Pair
    stride: Pair
    padding: Pair
    dilation: Pair
    outer: Pair  # the sides of the output
    turned: bool = False
    serial: int = SERIAL_WORK

    def numbers(self) -> tuple[int, ...]:
        """In the order in which kernels unpack them."""
        return (
            self.images, self.groups, self.channels, *self.sides, self.outputs, *self.taps, *self.stride,
            *self.padding, *self.dilation, *self.outer, int(self.turned),
        )  # fmt: skip

    @property
    def span(self) -> Pair:
        """The sides of a frame: all pixels that some tap meets."""
        high, wide = ((self.outer[i] - 1) * self.stride[i] + (self.taps[i] - 1) * self.dilation[i] + 1 for i in (0, 1))
        return high, wide

    @property
    def work(self) -> int:
        """Multiplications."""
        return self.images * self.groups * self.outputs * self.channels * int(np.prod((*self.taps, *self.outer)))

    @property
    def in_place(self) -> bool:
        """Whether the image is its own frame."""
        return self.padding == (0, 0) and all(self.span[i] <= self.sides[i] for i in (0, 1))

    def tap_places(self, channel: int, row: int, columns: np.ndarray) -> np.ndarray:
        """Where each tap stands in a frame with these steps between channels and rows; columns[kx * dilation]."""
        high, wide = self.taps
        ky, kx = np.arange(high) * self.dilation[0] * row, columns[np.arange(wide) * self.dilation[1]]
        if self.turned:
            ky, kx = ky[::-1], kx[::-1]
        return (np.arange(self.channels)[:, None, None] * channel + ky[:, None] + kx).reshape(-1)

    def taps_met(self, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The taps of a channel (start, stop) that meet the image, not only padding, from output rows first to last."""
        stride, padding, dilation, kh = self.stride[0], self.padding[0], self.dilation[0], self.taps[0]
        start = np.clip(-((last * stride - padding) // dilation), 0, kh)
        stop = np.clip((self.sides[0] - 1 + padding - first * stride) // dilation + 1, start, kh)
        rows = (kh - stop, kh - start) if self.turned else (start, stop)
        return rows[0] * self.taps[1], rows[1] * self.taps[1]


@inlined
def copy_row(source, start, target, to, count):
    """target[to : to + count] = source[start : start + count]"""
    step = lanes(source)
    whole = count // step * step
    for i in range(0, whole, step):
        store_tile(load_row(ONE, source, start + i), target, to + i, 0)
    if whole < count:
        copy_part(source, start + whole, target, to + whole, count - whole)


@inlined
def fill_frame(x, x_index, target, to, sections, geometry):
    """target[channel][row][section][column] = the padded image; column i of a row stands in section i % sections.

    Borders are zeros already.
    """
    _, _, channels, height, width, _, kh, kw, sh, sw, ph, pw, dh, dw, high, wide, _ = geometry
    rows, span = (high - 1) * sh + (kh - 1) * dh + 1, (wide - 1) * sw + (kw - 1) * dw + 1
    section = (span + sections - 1) // sections
    above, below = max(0, ph), min(rows, height + ph)  # the rows and columns of the frame that lie inside the image
    left, right = max(0, pw), min(span, width + pw)
    for channel in range(channels):
        here = x_index + (channel * height + above - ph) * width - pw
        there = to + (channel * rows + above) * section * sections
        for _ in range(above, below):
            if sections == 1:
                copy_row(x, here + left, target, there + left, right - left)
            else:
                for first in range(sections):
                    # columns first, first + sections, ... that lie inside
                    begin = (left - first + sections - 1) // sections
                    for i in range(max(0, begin), (right - first + sections - 1) // sections):
                        target[there + first * section + i] = x[here + first + i * sections]
            here += width
            there += section * sections
