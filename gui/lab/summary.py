"""Statistics of a tensor in two passes over its numbers, compiled: cheap enough for every parameter of a snapshot."""

import numpy as np

from gui.lab.snapshot import Summary
from nbgrad.kernels.registry import kernel

BINS = 32
UNIT_EDGES = np.linspace(-1, 1, BINS + 1)


def count_bins_slow(x, limit, counts):
    """counts[i] = how many of x lie in bin i of equal bins from -limit to limit; a number on an edge counts above it.

    x: (N,) -> counts: (bins,). Numbers that are not finite count nowhere.
    """
    counts[:] = 0
    for value in x:
        if np.isfinite(value):
            position = int((value + limit) * (len(counts) / (2 * limit)))
            counts[min(max(position, 0), len(counts) - 1)] += 1


@kernel("void(float32[::1], float64[::1])")
def moments(x, out):
    """out = sum, sum of squares, least, largest, zeros and count of the finite numbers in x."""
    total, squares, zeros, finite = 0.0, 0.0, 0, 0
    least, largest = np.inf, -np.inf
    for i in range(x.size):
        value = np.float64(x[i])
        if np.isfinite(value):
            total += value
            squares += value * value
            least = min(least, value)
            largest = max(largest, value)
            zeros += value == 0
            finite += 1
    out[0], out[1], out[2], out[3], out[4], out[5] = total, squares, least, largest, zeros, finite


@kernel("void(float32[::1], float64, int64[::1])", twin=count_bins_slow)
def count_bins(x, limit, counts):
    """counts[i] = how many of x lie in bin i of equal bins from -limit to limit."""
    counts[:] = 0
    last = counts.size - 1
    scale = counts.size / (2 * limit)
    for i in range(x.size):
        value = np.float64(x[i])
        if np.isfinite(value):
            counts[min(max(int((value + limit) * scale), 0), last)] += 1


def summarize(values: np.ndarray) -> Summary:
    """Moments, range, norm, share of zeros and histogram of the finite numbers among `values` (any shape).

    >>> summary = summarize(np.float32([[-1, 0], [0, 3]]))
    >>> summary.mean, summary.minimum, summary.maximum, summary.zeros, summary.edges[[0, 16, 32]].tolist()
    (0.5, -1.0, 3.0, 0.5, [-3.0, 0.0, 3.0])
    """
    flat = np.require(values, np.float32, ["C", "W"]).reshape(-1)  # the one layout that is compiled
    out = np.empty(6)
    moments(flat, out)
    total, squares, least, largest, zeros, finite = out.tolist()
    if not finite:
        nothing = float("nan")
        return Summary(nothing, nothing, nothing, nothing, nothing, 0.0, np.zeros(BINS, np.int64), UNIT_EDGES)
    mean = total / finite
    limit = max(abs(least), abs(largest)) or 1.0
    counts = np.empty(BINS, np.int64)
    count_bins(flat, limit, counts)
    spread = max(squares / finite - mean * mean, 0.0) ** 0.5
    edges = limit * UNIT_EDGES
    for array in (counts, edges):
        array.flags.writeable = False
    return Summary(mean, spread, least, largest, squares**0.5, zeros / finite, counts, edges)
