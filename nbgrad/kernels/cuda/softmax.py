"""Softmax and its logarithm along one axis, and their gradients.

Every kernel sees its arrays as (outer, count, inner); a line is what one (o, i) has along the middle axis. Lines that
are long, or few, take a block of threads each; the others one thread each, whose neighbours read neighbours in memory.
"""

import math
from typing import Any

from nbgrad.kernels.cuda.blocks import THREADS, block_largest, block_sum, larger
from nbgrad.kernels.cuda.copy import flat
from nbgrad.kernels.cuda.driver import cuda, device_function
from nbgrad.kernels.cuda.functions import exp, log
from nbgrad.kernels.cuda.memory import empty
from nbgrad.kernels.cuda.registry import kernel, launch_grid

_FORWARD = "void(float32[::1], float32[::1], int64, int64)"
_BACKWARD = "void(float32[::1], float32[::1], float32[::1], int64, int64)"
_SHORT = 32  # numbers in a line that one thread takes
_MANY = 1 << 12  # lines that keep a GPU busy with a thread each


@kernel(_FORWARD)
def log_softmax_twin(x, out, count, inner):
    """out[o, c, i] = (x[o, c, i] - m) - log Σ_d e^(x[o, d, i] - m), m = max_d x[o, d, i], one thread for each line."""
    for line in range(cuda.grid(1), x.size // count, cuda.gridsize(1)):
        base = line // inner * count * inner + line % inner
        top, total = x[base], x.dtype.type(0)
        for c in range(1, count):
            top = larger(top, x[base + c * inner])
        for c in range(count):
            total += exp(x[base + c * inner] - top)
        shift = log(total)
        for c in range(count):
            out[base + c * inner] = (x[base + c * inner] - top) - shift


@device_function
def _top(x, base, count, inner, room):
    """The largest number of a line, found by a block and known to all its threads; room: one number for each."""
    top = x[base]
    for c in range(cuda.threadIdx.x, count, cuda.blockDim.x):
        top = larger(top, x[base + c * inner])
    return block_largest(top, room)


@kernel(_FORWARD, twin=log_softmax_twin)
def log_softmax_lines(x, out, count, inner):
    """`log_softmax_twin`, one block for each line."""
    room = cuda.shared.array(THREADS, x.dtype)
    for line in range(cuda.blockIdx.x, x.size // count, cuda.gridDim.x):
        base, total = line // inner * count * inner + line % inner, x.dtype.type(0)
        top = _top(x, base, count, inner, room)
        for c in range(cuda.threadIdx.x, count, cuda.blockDim.x):
            total += exp(x[base + c * inner] - top)
        shift = log(block_sum(total, room))
        for c in range(cuda.threadIdx.x, count, cuda.blockDim.x):
            out[base + c * inner] = (x[base + c * inner] - top) - shift


@kernel(_FORWARD)
def softmax_twin(x, out, count, inner):
    """out[o, c, i] = e^(x[o, c, i] - m) / Σ_d e^(x[o, d, i] - m), m = max_d x[o, d, i], one thread for each line."""
    for line in range(cuda.grid(1), x.size // count, cuda.gridsize(1)):
        base = line // inner * count * inner + line % inner
        top, total = x[base], x.dtype.type(0)
        for c in range(1, count):
            top = larger(top, x[base + c * inner])
        for c in range(count):
            power = exp(x[base + c * inner] - top)
            out[base + c * inner] = power
            total += power
        for c in range(count):
            out[base + c * inner] /= total


@kernel(_FORWARD, twin=softmax_twin)
def softmax_lines(x, out, count, inner):
    """`softmax_twin`, one block for each line."""
    room = cuda.shared.array(THREADS, x.dtype)
    for line in range(cuda.blockIdx.x, x.size // count, cuda.gridDim.x):
        base, total = line // inner * count * inner + line % inner, x.dtype.type(0)
        top = _top(x, base, count, inner, room)
        for c in range(cuda.threadIdx.x, count, cuda.blockDim.x):
            power = exp(x[base + c * inner] - top)
            out[base + c * inner] = power
            total += power
        total = block_sum(total, room)
        for c in range(cuda.threadIdx.x, count, cuda.blockDim.x):
            out[base + c * inner] /= total


@kernel(_BACKWARD)
def log_softmax_gradient_twin(g, out, dx, count, inner):
    """dx[o, c, i] = g[o, c, i] - e^out[o, c, i] Σ_d g[o, d, i], one thread for each line."""
    for line in range(cuda.grid(1), g.size // count, cuda.gridsize(1)):
        base = line // inner * count * inner + line % inner
        total = g.dtype.type(0)
        for c in range(count):
            total += g[base + c * inner]
        for c in range(count):
            dx[base + c * inner] = g[base + c * inner] - exp(out[base + c * inner]) * total


@kernel(_BACKWARD, twin=log_softmax_gradient_twin)
def log_softmax_gradient_lines(g, out, dx, count, inner):
    """`log_softmax_gradient_twin`, one block for each line."""
    room = cuda.shared.array(THREADS, g.dtype)
    for line in range(cuda.blockIdx.x, g.size // count, cuda.gridDim.x):
        base = line // inner * count * inner + line % inner
        total = g.dtype.type(0)
        for c in range(cuda.threadIdx.x, count, cuda.blockDim.x):
            total += g[base + c * inner]
        total = block_sum(total, room)
        for c in range(cuda.threadIdx.x, count, cuda.blockDim.x):
            dx[base + c * inner] = g[base + c * inner] - exp(out[base + c * inner]) * total


@kernel(_BACKWARD)
def softmax_gradient_twin(g, out, dx, count, inner):
    """dx[o, c, i] = out[o, c, i] (g[o, c, i] - Σ_d g[o, d, i] out[o, d, i]), one thread for each line."""
    for line in range(cuda.grid(1), g.size // count, cuda.gridsize(1)):
        base = line // inner * count * inner + line % inner
        total = g.dtype.type(0)
        for c in range(count):
            total += g[base + c * inner] * out[base + c * inner]
        for c in range(count):
            dx[base + c * inner] = out[base + c * inner] * (g[base + c * inner] - total)


@kernel(_BACKWARD, twin=softmax_gradient_twin)
def softmax_gradient_lines(g, out, dx, count, inner):
    """`softmax_gradient_twin`, one block for each line."""
    room = cuda.shared.array(THREADS, g.dtype)
    for line in range(cuda.blockIdx.x, g.size // count, cuda.gridDim.x):
        base = line // inner * count * inner + line % inner
        total = g.dtype.type(0)
        for c in range(cuda.threadIdx.x, count, cuda.blockDim.x):
            total += g[base + c * inner] * out[base + c * inner]
        total = block_sum(total, room)
        for c in range(cuda.threadIdx.x, count, cuda.blockDim.x):
            dx[base + c * inner] = out[base + c * inner] * (g[base + c * inner] - total)


def _along(by_thread: Any, by_block: Any, axis: int, *arrays: Any) -> Any:
    shape = arrays[0].shape
    out = empty(shape, arrays[0].dtype)
    count, inner = shape[axis] if shape else 1, math.prod(shape[axis + 1 :])
    if out.size:
        lines = out.size // count
        alone = count <= _SHORT or (inner > 1 and lines >= _MANY)
        launch_grid(
            by_thread if alone else by_block, -(-lines // THREADS) if alone else lines, THREADS,
            *[flat(x) for x in arrays], out, count, inner,
        )  # fmt: skip
    return out


def log_softmax(x: Any, axis: int) -> Any:
    """x - log Σ e^x along the axis (non-negative)."""
    return _along(log_softmax_twin, log_softmax_lines, axis, x)


def log_softmax_gradient(g: Any, out: Any, axis: int) -> Any:
    """g - e^out Σ g along the axis, out the result of `log_softmax`."""
    return _along(log_softmax_gradient_twin, log_softmax_gradient_lines, axis, g, out)


def softmax(x: Any, axis: int) -> Any:
    """e^x / Σ e^x along the axis (non-negative)."""
    return _along(softmax_twin, softmax_lines, axis, x)


def softmax_gradient(g: Any, out: Any, axis: int) -> Any:
    """out (g - Σ g out) along the axis, out the result of `softmax`."""
    return _along(softmax_gradient_twin, softmax_gradient_lines, axis, g, out)
