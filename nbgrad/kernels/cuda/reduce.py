"""Many numbers become one: sums, means, extremes and their positions along chosen axes.

Every kernel sees its array as (outer, count, inner) and reduces the middle axis; a line is what one (o, i) has there.
Short lines take one thread each, long ones a block.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from nbgrad.kernels import formulas
from nbgrad.kernels.cuda.blocks import THREADS, block_sum
from nbgrad.kernels.cuda.copy import flat, full
from nbgrad.kernels.cuda.driver import SIMULATOR, cuda, device_function
from nbgrad.kernels.cuda.elementwise import operand
from nbgrad.kernels.cuda.memory import empty
from nbgrad.kernels.cuda.registry import kernel, launch, launch_grid
from nbgrad.strided import DeviceArray, DifferentDevices

_INT64, _BOOL = np.dtype(np.int64), np.dtype(np.bool_)
_SHORT = 4 if SIMULATOR else 64  # numbers in a line that one thread takes
_MOST_BLOCKS = 65535
_SUM = tuple(
    f"void({x}[::1], {out}[::1], int64, int64, float64)"
    for x, out in (("float32", "float32"), ("float64", "float64"), ("boolean", "int64"), ("int64", "int64"))
)


@kernel(*_SUM)
def sum_twin(x, out, count, inner, divisor):
    """out[o, i] = Σ_c x[o, c, i] / divisor, one thread for each line; x: (outer * count * inner,)."""
    for line in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        base, total = line // inner * count * inner + line % inner, out.dtype.type(0)
        for c in range(count):
            total += out.dtype.type(x[base + c * inner])
        out[line] = total
        if divisor != 1:
            out[line] = total / out.dtype.type(divisor)


@kernel(*_SUM, twin=sum_twin)
def sum_lines(x, out, count, inner, divisor):
    """`sum_twin`, one block for each line: every thread sums a share, the shares are summed pair by pair."""
    room = cuda.shared.array(THREADS, out.dtype)
    for line in range(cuda.blockIdx.x, out.size, cuda.gridDim.x):
        base, total = line // inner * count * inner + line % inner, out.dtype.type(0)
        for c in range(cuda.threadIdx.x, count, cuda.blockDim.x):
            total += out.dtype.type(x[base + c * inner])
        total = block_sum(total, room)
        if cuda.threadIdx.x == 0:
            out[line] = total
            if divisor != 1:
                out[line] = total / out.dtype.type(divisor)


def _fold_kernels(
    title: str, meaning: str, start: Any, combine: Callable[[Any, Any], Any], signatures: tuple[str, ...]
) -> tuple[Any, Any]:
    """Kernels that combine the numbers of a line. start: what nothing combines to."""
    combine = device_function(combine)

    def twin(x, out, count, inner):
        for line in range(cuda.grid(1), out.size, cuda.gridsize(1)):
            base, total = line // inner * count * inner + line % inner, out.dtype.type(start)
            for c in range(count):
                total = combine(total, x[base + c * inner])
            out[line] = total

    def lines(x, out, count, inner):
        room = cuda.shared.array(THREADS, out.dtype)
        here = cuda.threadIdx.x
        for line in range(cuda.blockIdx.x, out.size, cuda.gridDim.x):
            base, total = line // inner * count * inner + line % inner, out.dtype.type(start)
            for c in range(here, count, cuda.blockDim.x):
                total = combine(total, x[base + c * inner])
            room[here] = total
            cuda.syncthreads()
            half = THREADS // 2
            while half > 0:
                if here < half:
                    room[here] = combine(room[here], room[here + half])
                cuda.syncthreads()
                half //= 2
            if here == 0:
                out[line] = room[0]
            cuda.syncthreads()

    twin.__doc__ = f"{meaning}, one thread for each line; x: (outer * count * inner,), out: (outer * inner,)."
    lines.__doc__ = f"{meaning}, one block for each line, whose threads fold their shares in halves."
    slow = kernel(*signatures, name=f"{title}_twin")(twin)
    return slow, kernel(*signatures, name=f"{title}_lines", twin=slow)(lines)


def _both(a, b):
    return (a != 0) and (b != 0)


def _either(a, b):
    return (a != 0) or (b != 0)


_TRUTH = tuple(f"void({x}[::1], boolean[::1], int64, int64)" for x in ("float32", "boolean"))
_prod = _fold_kernels(
    "prod", "out[o, i] = Π_c x[o, c, i]", 1, formulas.mul,
    tuple(f"void({x}[::1], {x}[::1], int64, int64)" for x in ("float32", "int64")),
)  # fmt: skip
_every = _fold_kernels("every", "out[o, i] = whether every x[o, c, i] is not 0", 1, _both, _TRUTH)
_some = _fold_kernels("some", "out[o, i] = whether one x[o, c, i] at least is not 0", 0, _either, _TRUTH)


def _extreme_kernels(title: str, beats: Callable[..., Any]) -> tuple[Any, Any]:
    """Kernels of the largest or the smallest. beats: whether the first number goes before the second."""
    beats = device_function(beats)
    signatures = tuple(f"void({x}[::1], {x}[::1], int64[::1], int64, int64)" for x in ("float32", "int64"))

    @device_function
    def before(value, at, best, best_at):
        """Whether a number at a place goes before another: NaN, then the extreme one, then the first of equals."""
        if value != value or best != best:
            return value != value and (best == best or at < best_at)
        return beats(value, best) or (value == best and at < best_at)

    @kernel(*signatures, name=f"{title}_twin")
    def twin(x, out, positions, count, inner):
        """out[o, i] = the extreme of x[o, c, i] over c, the first of equals; NaN wins. positions: its c."""
        for line in range(cuda.grid(1), out.size, cuda.gridsize(1)):
            base = line // inner * count * inner + line % inner
            best, at = x[base], 0
            for c in range(1, count):
                value = x[base + c * inner]
                if before(value, c, best, at):
                    best, at = value, c
            out[line], positions[line] = best, at

    @kernel(*signatures, name=f"{title}_lines", twin=twin)
    def lines(x, out, positions, count, inner):
        """The twin's, one block for each line, whose threads fold their shares in halves; count >= THREADS."""
        values = cuda.shared.array(THREADS, x.dtype)
        places = cuda.shared.array(THREADS, np.int64)
        here = cuda.threadIdx.x
        for line in range(cuda.blockIdx.x, out.size, cuda.gridDim.x):
            base = line // inner * count * inner + line % inner
            best, at = x[base + here * inner], here
            for c in range(here + cuda.blockDim.x, count, cuda.blockDim.x):
                value = x[base + c * inner]
                if before(value, c, best, at):
                    best, at = value, c
            values[here], places[here] = best, at
            cuda.syncthreads()
            half = THREADS // 2
            while half > 0:
                if here < half and before(values[here + half], places[here + half], values[here], places[here]):
                    values[here], places[here] = values[here + half], places[here + half]
                cuda.syncthreads()
                half //= 2
            if here == 0:
                out[line], positions[line] = values[0], places[0]
            cuda.syncthreads()

    return twin, lines


_largest = _extreme_kernels("largest", formulas.gt)
_smallest = _extreme_kernels("smallest", formulas.lt)


def as_outer_count_inner(
    x: DeviceArray, axes: tuple[int, ...]
) -> tuple[DeviceArray, tuple[int, ...], int, int]:  # fmt: skip
    """The array contiguous, with the reduced axes side by side: (array, remaining shape, count, inner)."""
    if type(x) is not DeviceArray:
        raise DifferentDevices
    kept = [axis for axis in range(x.ndim) if axis not in axes]
    if not axes or axes == tuple(range(axes[0], axes[0] + len(axes))):
        inner = math.prod(x.shape[axes[-1] + 1 :]) if axes else 1
    else:
        x, inner = x.transpose([*kept, *axes]), 1
        kept, axes = list(range(len(kept))), tuple(range(len(kept), x.ndim))
    shape = tuple(x.shape[axis] for axis in kept)
    return flat(x), shape, math.prod(x.shape[axis] for axis in axes), inner


def fold(kernels: tuple[Any, Any], lines: int, count: int, *arguments: Any) -> None:
    """Start the kernel of short lines or that of long ones, `lines` of `count` numbers."""
    if count <= _SHORT:
        launch(kernels[0], lines, *arguments)
    else:
        launch_grid(kernels[1], min(lines, _MOST_BLOCKS), THREADS, *arguments)


_PARTS = 1 << 10  # shares of one long line, each a line of its own first


def _summed(x: DeviceArray, axes: tuple[int, ...], keepdim: bool, kind: np.dtype, divisor: float) -> DeviceArray:
    whole, shape, count, inner = as_outer_count_inner(x, axes)
    out = empty(shape, kind)
    if whole.size == 0:
        out.fill(0 if divisor else math.nan)
    else:
        if inner == 1 and count >= _PARTS * _PARTS and out.size < 32 and count % _PARTS == 0:  # a block for each share
            parts = empty((out.size * _PARTS,), kind)
            fold((sum_twin, sum_lines), parts.size, count // _PARTS, whole, parts, count // _PARTS, 1, 1.0)
            whole, count = parts, _PARTS
        fold((sum_twin, sum_lines), out.size, count, whole, out, count, inner, divisor)
    return out.reshape(reduced_shape(x.shape, axes, keepdim))


def sum(x: DeviceArray, axes: tuple[int, ...] | None = None, keepdim: bool = False) -> DeviceArray:
    """Σ x over the axes (sorted, non-negative; None: all of them); bools and integers sum to int64."""
    axes = tuple(range(x.ndim)) if axes is None else axes
    return _summed(x, axes, keepdim, x.dtype if x.dtype.kind == "f" else _INT64, 1.0)


def mean(x: DeviceArray, axes: tuple[int, ...] | None = None, keepdim: bool = False) -> DeviceArray:
    """Σ x / n over the axes (None: all of them); a mean of nothing is NaN."""
    axes = tuple(range(x.ndim)) if axes is None else axes
    return _summed(x, axes, keepdim, x.dtype, float(math.prod([x.shape[axis] for axis in axes])))


def _folded(kernels: Any, x: DeviceArray, axes: tuple[int, ...], keepdim: bool, kind: np.dtype, of_none: Any) -> Any:
    whole, shape, count, inner = as_outer_count_inner(x, axes)
    if whole.size == 0:
        out = full(shape, of_none, kind)
    else:
        out = empty(shape, kind)
        fold(kernels, out.size, count, whole, out, count, inner)
    return out.reshape(reduced_shape(x.shape, axes, keepdim))


def prod(x: DeviceArray, axes: tuple[int, ...], keepdim: bool) -> DeviceArray:
    """Π x over the axes; bools and integers multiply in int64."""
    x = x if x.dtype.kind == "f" else operand(x, _INT64)
    return _folded(_prod, x, axes, keepdim, x.dtype, 1)


def truth(x: DeviceArray, axes: tuple[int, ...], keepdim: bool, every: bool) -> DeviceArray:
    """Whether some number over the axes, or every one, is not 0; bool, and uint8 of uint8."""
    out = _folded(_every if every else _some, x, axes, keepdim, _BOOL, every)
    return operand(out, x.dtype) if x.dtype == np.uint8 else out


def _extreme(kernels: Any, x: DeviceArray, axes: tuple[int, ...], keepdim: bool) -> tuple[DeviceArray, DeviceArray]:
    whole, shape, count, inner = as_outer_count_inner(x, axes)
    out, positions = empty(shape, x.dtype), empty(shape, _INT64)
    if out.size:
        fold(kernels, out.size, count if count >= THREADS else 0, whole, out, positions, count, inner)
    result_shape = reduced_shape(x.shape, axes, keepdim)
    return out.reshape(result_shape), positions.reshape(result_shape)


def largest(x: DeviceArray, axes: tuple[int, ...], keepdim: bool) -> tuple[DeviceArray, DeviceArray]:
    """The largest number along the axes and its position (of several axes: flat, in their order)."""
    return _extreme(_largest, x, axes, keepdim)


def smallest(x: DeviceArray, axes: tuple[int, ...], keepdim: bool) -> tuple[DeviceArray, DeviceArray]:
    """The smallest number along the axes and its position (of several axes: flat, in their order)."""
    return _extreme(_smallest, x, axes, keepdim)


def amax(x: DeviceArray, axes: tuple[int, ...] | None = None, keepdim: bool = False) -> DeviceArray:
    """The largest number along the axes (None: all of them)."""
    return largest(x, tuple(range(x.ndim)) if axes is None else axes, keepdim)[0]


def amin(x: DeviceArray, axes: tuple[int, ...] | None = None, keepdim: bool = False) -> DeviceArray:
    """The smallest number along the axes (None: all of them)."""
    return smallest(x, tuple(range(x.ndim)) if axes is None else axes, keepdim)[0]


def reduced_shape(shape: tuple[int, ...], axes: tuple[int, ...], keepdim: bool) -> tuple[int, ...]:
    if keepdim:
        return tuple(1 if axis in axes else extent for axis, extent in enumerate(shape))
    return tuple(extent for axis, extent in enumerate(shape) if axis not in axes)
