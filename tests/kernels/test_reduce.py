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


@pytest.mark.parametrize("place", [None, 0, 700, 4_999])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
@pytest.mark.parametrize(("name", "numpys"), [("amax", np.max), ("amin", np.min), ("sum", np.sum)])
def test_all_numbers_become_one(name, numpys, dtype, place):
    x = (RANDOM.standard_normal(5_000) * 100).astype(dtype)
    if place is not None and dtype is not np.int64:
        x[place] = np.nan
    np.testing.assert_allclose(getattr(kernels.cpu, name)(x, (0,), False), numpys(x), rtol=1e-5)


@pytest.mark.skipif(numba.get_num_threads() < 2, reason="one processor has no second thread")
@pytest.mark.parametrize(("shape", "axis"), [((101, 1000), 1), ((3, 1000, 41), 1), ((1, 70_000), 1), ((1000, 101), 0)])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_rows_on_two_threads(name, shape, axis):
    x = RANDOM.standard_normal(shape, np.float32)
    one, two = (on_threads(n, lambda: getattr(kernels.cpu, name)(x, axis)) for n in (1, 2))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize(("shape", "axis"), [((5, 10), 1), ((3, 7, 6), 1), ((4,), 0), ((2, 1000), 1), ((3, 16), 1)])
def test_gradients_against_their_twins(name, shape, axis):
    g, x = (RANDOM.standard_normal(shape, np.float32) for _ in range(2))
    out = getattr(kernels.cpu, name)(x, axis)
    rows = [np.ascontiguousarray(np.moveaxis(each, axis, -1)) for each in (g, out)]
    slow = np.empty_like(rows[0])
    twin = KERNELS[f"cpu.softmax.{name}_gradient_long"].twin
    twin(rows[0].ravel(), rows[1].ravel(), slow.reshape(-1), shape[axis])
    fast = np.moveaxis(getattr(kernels.cpu, f"{name}_gradient")(g, out, axis), axis, -1)
    np.testing.assert_allclose(fast, slow, rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("count", [1, 3, 15, 16, 17, 63, 64, 65, 1000])
@pytest.mark.parametrize(("scale", "middle"), [(1, 0), (30, -40), (20, 9_990), (1e4, 0), (1e30, 0)])
def test_softmax_against_doubles(name, count, scale, middle):
    """Every share to a relative 3e-7, whatever the size of the numbers; the logarithm where it is not near 0."""
    x = (RANDOM.standard_normal((5, count)) * scale + middle).astype(np.float32)
    out, exact = getattr(kernels.cpu, name)(x, 1), np.empty(x.size)
    KERNELS[f"cpu.softmax.{name}_long"].twin(x.astype(np.float64).ravel(), exact, count)
    exact = exact.reshape(x.shape)
    if name == "softmax":
        np.testing.assert_allclose(out, exact, rtol=3e-7, atol=3e-45)
    else:
        np.testing.assert_allclose(out, exact, rtol=3e-7, atol=1.5e-6 + 6e-8 * np.abs(x).max())


@pytest.mark.parametrize("count", [3, 40])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("special", [(np.nan,), (np.inf,), (-np.inf,), (np.inf, -np.inf), (100, np.nan)])
def test_softmax_of_nan_and_infinity(name, special, count):
    x = RANDOM.standard_normal((2, count)).astype(np.float32)
    x[0, count - len(special) :], x[1] = special, special[0]
    out, exact = getattr(kernels.cpu, name)(x, 1), np.empty(x.size)
    KERNELS[f"cpu.softmax.{name}_long"].twin(x.astype(np.float64).ravel(), exact, count)
    np.testing.assert_allclose(out, exact.reshape(x.shape), rtol=1e-6)
