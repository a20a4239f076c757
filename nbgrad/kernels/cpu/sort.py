"""Order along one axis: a stable merge sort of positions."""

import numpy as np

from nbgrad.device import empty
from nbgrad.kernels.registry import kernel


@kernel()
def _order(x, order, spare, count, descending):
    """order[l, :] = the positions that sort line l, stably; NaN is the largest; x: (lines * count,)."""
    for line in range(x.size // count):
        values = x[line * count : (line + 1) * count]
        source, target = order[line * count : (line + 1) * count], spare[:count]
        for i in range(count):
            source[i] = i
        width = 1
        while width < count:
            for start in range(0, count, 2 * width):
                middle, stop = min(start + width, count), min(start + 2 * width, count)
                left, right = start, middle
                for i in range(start, stop):
                    from_right = left == middle
                    if left < middle and right < stop:
                        a, b = values[source[left]], values[source[right]]
                        if descending:
                            a, b = b, a
                        from_right = b < a or (a != a and b == b)
                    if from_right:
                        target[i] = source[right]
                        right += 1
                    else:
                        target[i] = source[left]
                        left += 1
            source, target = target, source
            width *= 2
        for i in range(count):
            order[line * count + i] = source[i]


def sort(x: np.ndarray, axis: int, descending: bool, count: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The first `count` numbers of an axis in order, and their positions; a stable sort."""
    if x.ndim == 0:
        values, positions = sort(x.reshape(1), 0, descending)
        return values.reshape(()), positions.reshape(())
    lines = np.ascontiguousarray(np.moveaxis(x, axis, -1))
    order = empty(lines.shape, np.dtype(np.int64))
    if order.size:
        extent = lines.shape[-1]
        _order(lines.ravel(), order.reshape(-1), empty((extent,), order.dtype), extent, descending)
    chosen = order[..., :count]
    values = np.take_along_axis(lines, chosen, -1)
    return np.ascontiguousarray(np.moveaxis(values, -1, axis)), np.ascontiguousarray(np.moveaxis(chosen, -1, axis))
