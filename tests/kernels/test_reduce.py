"""Reductions and softmax on every thread give one thread's bits; softmax's gradients give their twins' numbers."""

import numba
import numpy as np
import pytest

from nbgrad import kernels
from nbgrad.kernels.registry import KERNELS

COUNT = 300_007
RANDOM = np.random.default_rng(0)


def on_threads(threads, call):
    before = numba.get_num_threads()
    numba.set_num_threads(threads)
    try:
        return call()
    finally:
        numba.set_num_threads(before)


def spiked(place, value):
    x = RANDOM.standard_normal(COUNT, np.float32)
    x[list(place)] = value
    return x


@pytest.mark.skipif(numba.get_num_threads() < 2, reason="one processor has no second thread")
@pytest.mark.parametrize(
    "x",
    [
        spiked((5, COUNT - 1), 9),
        spiked((COUNT - 2, COUNT - 1), -9),
        spiked((COUNT // 3, COUNT - 4), np.nan),
        spiked((7, COUNT - 3), np.inf),
        np.zeros(COUNT, np.float32),
    ],
    ids=["first of equals", "last part", "NaN", "inf", "all equal"],
)
@pytest.mark.parametrize("name", ["sum", "mean", "largest", "smallest"])
def test_all_numbers_on_two_threads(name, x):
    one, two = (on_threads(n, lambda: getattr(kernels.cpu, name)(x, (0,), False)) for n in (1, 2))
    np.testing.assert_array_equal(one, two)


@pytest.mark.skipif(numba.get_num_threads() < 2, reason="one processor has no second thread")
@pytest.mark.parametrize(("shape", "axis"), [((101, 1000), 1), ((3, 1000, 41), 1), ((1, 70_000), 1), ((1000, 101), 0)])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_rows_on_two_threads(name, shape, axis):
    x = RANDOM.standard_normal(shape, np.float32)
    one, two = (on_threads(n, lambda: getattr(kernels.cpu, name)(x, axis)) for n in (1, 2))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize(("shape", "axis"), [((5, 10), 1), ((3, 7, 6), 1), ((4,), 0), ((2, 1000), 1)])
def test_gradients_against_their_twins(name, shape, axis):
    g, x = (RANDOM.standard_normal(shape, np.float32) for _ in range(2))
    out = getattr(kernels.cpu, name)(x, axis)
    slow = np.empty(g.size, np.float32)
    inner = int(np.prod(shape[axis + 1 :]))
    KERNELS[f"cpu.softmax._{name}_gradient"].twin(g.ravel(), out.ravel(), slow, shape[axis], inner)
    fast = getattr(kernels.cpu, f"{name}_gradient")(g, out, axis)
    np.testing.assert_allclose(fast.ravel(), slow, rtol=2e-6, atol=2e-6)
