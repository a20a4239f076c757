"""Numbers at equal distances."""

import numpy as np

from nbgrad.kernels.cpu.exact import fma_float64
from nbgrad.kernels.registry import kernel


@kernel()
def count(start, step, out):
    """out (n,): out[i] = start + i step"""
    for i in range(len(out)):
        out[i] = start + step * i


@kernel(exact=True)
def steps(start, step, width, out):
    """out (n,): out[i] = start + i step, rounded as PyTorch's vectors of `width` numbers do

    Each vector counts on from its first number, already rounded; what fills no pair of vectors counts from the start.
    """
    paired = len(out) - len(out) % (2 * width)
    for i in range(len(out)):
        lane = i % width if i < paired else 0
        first = out.dtype.type(fma_float64(step, np.float64(i - lane), start))
        out[i] = fma_float64(step, np.float64(lane), np.float64(first)) if lane else first


@kernel()
def spread(start, end, step, out):
    """out (n,): n numbers from start to end; the second half counts back from the end, so that both ends are exact"""
    steps = len(out)
    for i in range(steps):
        out[i] = start + step * i if i < steps // 2 else end - step * (steps - 1 - i)


@kernel()
def powers(base, exponents, out):
    """out (n,): out[i] = base ** exponents[i]"""
    for i in range(len(out)):
        out[i] = base ** exponents[i]
