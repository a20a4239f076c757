"""Running sums along one axis."""

import math

import numpy as np

from nbgrad.device import empty
from nbgrad.kernels.registry import kernel


@kernel()
def _cumsum(x, out, count, inner):
    """out[o, c, i] = Σ_{d <= c} x[o, d, i]; x, out: (outer * count * inner,)."""
    for o in range(x.size // (count * inner)):
        for i in range(inner):
            total = out.dtype.type(0)
            for c in range(count):
                place = (o * count + c) * inner + i
                total += x[place]
                out[place] = total


def cumsum(x: np.ndarray, axis: int) -> np.ndarray:
    """Sums of the numbers up to each place of an axis; bools and integers sum to int64."""
    out = empty(x.shape, x.dtype if x.dtype.kind == "f" else np.dtype(np.int64))
    count, inner = (x.shape[axis], math.prod(x.shape[axis + 1 :])) if x.ndim else (1, 1)
    if out.size:
        _cumsum(np.ascontiguousarray(x).ravel(), out.reshape(-1), count, inner)
    return out
