"""Order along one axis: a stable merge sort of positions, each number finding its own place in every merge."""

import numpy as np

from nbgrad.kernels.cuda.copy import contiguous, flat
from nbgrad.kernels.cuda.driver import cuda, device_function
from nbgrad.kernels.cuda.memory import empty
from nbgrad.kernels.cuda.registry import kernel, launch
from nbgrad.kernels.cuda.scatter import gather
from nbgrad.strided import DeviceArray

_INT64 = np.dtype(np.int64)


@device_function
def before(a, b, descending):
    """Whether a must stand before b; NaN is the largest."""
    if descending:
        return b < a or (a != a and b == b)
    return a < b or (b != b and a == a)


@kernel("void(float32[::1], int64[::1], int64, boolean)")
def order_twin(x, order, count, descending):
    """order[l, r] = the position whose number has r others to go before it in line l, stably; x: (lines * count,)."""
    for place in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        start, here, rank = place - place % count, place % count, 0
        for other in range(count):
            if before(x[start + other], x[place], descending) or (
                other < here and not before(x[place], x[start + other], descending)
            ):
                rank += 1
        order[start + rank] = here


@kernel("void(int64[::1], int64)", twin="sort")
def _positions(order, count):
    """order[l, i] = i; (lines * count,)."""
    for place in range(cuda.grid(1), order.size, cuda.gridsize(1)):
        order[place] = place % count


@kernel("void(float32[::1], int64[::1], int64[::1], int64, int64, boolean)", twin=order_twin)
def _merge(x, source, target, count, width, descending):
    """Runs of `width` sorted positions become runs of 2 width: a number's place is its place in its own run plus how
    many of the neighbour run go before it, found by halving. x, source, target: (lines * count,)."""
    for place in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        line, here = place - place % count, place % count
        first = here - here % (2 * width)
        middle, stop = min(first + width, count), min(first + 2 * width, count)
        value = x[line + source[place]]
        in_left = here < middle
        low, high = (middle, stop) if in_left else (first, middle)
        begin = low
        while low < high:
            half = (low + high) // 2
            other = x[line + source[line + half]]
            # of equals the left run's go first
            if before(other, value, descending) or (not in_left and not before(value, other, descending)):
                low = half + 1
            else:
                high = half
        own = here - first if in_left else here - middle
        target[line + first + own + low - begin] = source[place]


def sort(
    x: DeviceArray, axis: int, descending: bool, count: int | None = None
) -> tuple[DeviceArray, DeviceArray]:  # fmt: skip
    """The first `count` numbers of an axis in order, and their positions; a stable sort."""
    if x.ndim == 0:
        values, positions = sort(x.reshape(1), 0, descending)
        return values.reshape(()), positions.reshape(())
    lines = flat(np.moveaxis(x, axis, -1))
    extent = lines.shape[-1]
    order, spare, width = empty(lines.shape, _INT64), empty(lines.shape, _INT64), 1
    if lines.size:
        launch(_positions, lines.size, order, extent)
    while width < extent and lines.size:
        launch(_merge, lines.size, lines, order, spare, extent, width, bool(descending))
        order, spare, width = spare, order, 2 * width
    chosen = order[..., :count]
    values = gather(lines, flat(chosen), lines.ndim - 1)
    return contiguous(np.moveaxis(values, -1, axis)), contiguous(np.moveaxis(chosen, -1, axis))
