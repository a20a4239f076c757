"""What happens to each lane of a tile, against numpy."""

import numba
import numpy as np
import pytest

from nbgrad.kernels.cpu import simd

TWO = (0,) * 2
RANDOM = np.random.default_rng(0)


@numba.njit
def steps(a, b, c, out):
    """Rows of out: one step each of a, b and c, a tile of numbers each."""
    step = out.shape[1]
    flat = out.reshape(-1)
    x, y, z = simd.load_row(TWO, a, 0), simd.load_row(TWO, b, 0), simd.load_row(TWO, c, 0)
    simd.store_tile(x + y, flat, 0, 0)
    simd.store_tile(x - c[0], flat, step, 0)
    simd.store_tile(c[0] * y, flat, 2 * step, 0)
    simd.store_tile(simd.multiply_add(x, y, z), flat, 3 * step, 0)
    simd.store_tile(simd.magnitude(x), flat, 4 * step, 0)
    simd.store_tile(simd.with_sign_of(x, y), flat, 5 * step, 0)
    simd.store_tile(simd.at_least(x, y), flat, 6 * step, 0)
    simd.store_tile(simd.at_most(x, c[0]), flat, 7 * step, 0)
    simd.store_tile(simd.where_less(x, y, z, c[0]), flat, 8 * step, 0)
    simd.store_tile(simd.quotient(x, y), flat, 9 * step, 0)
    simd.store_tile(simd.where_inside(step - 1, x, y), flat, 10 * step, 0)


@numba.njit
def powers(n, x, out, rest):
    """out: x * 2^n, then 2^n; rest: the exponent of x and what it leaves."""
    step = 2 * simd.lanes(x)
    numbers = simd.load_row(TWO, x, 0)
    simd.store_tile(simd.times_power_of_two(numbers, simd.load_row(TWO, n, 0) + np.float32(simd.TO_INTEGER)), out, 0, 0)
    simd.store_tile(simd.power_of_two(simd.load_row(TWO, n, step) + np.float32(simd.TO_POWER)), out, step, 0)
    exponent, left = simd.exponent_and_rest(numbers)
    simd.store_tile(exponent, rest, 0, 0)
    simd.store_tile(left, rest, step, 0)


@numba.njit
def of_all(x):
    tile = simd.load_row(TWO, x, 0)
    return simd.sum_of(tile), simd.largest_of(tile)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_steps(dtype):
    width = 2 * simd.lanes_of(dtype)
    a, b, c = (RANDOM.standard_normal(width).astype(dtype) for _ in range(3))
    a[1], a[2], b[2] = np.nan, -0.0, -1.5
    out, inside = np.empty((11, width), dtype), np.arange(width) < width - 1
    steps(a, b, c, out)
    wanted = [
        a + b, a - c[0], c[0] * b, a * b + c, abs(a), np.copysign(a, b), np.where(a < b, b, a),
        np.where(a > c[0], c[0], a), np.where(a < b, c, c[0]), a / b, np.where(inside, a, b),
    ]  # fmt: skip
    np.testing.assert_allclose(out, wanted, rtol=3e-7)
    np.testing.assert_array_equal(np.signbit(out[5]), np.signbit(b))


def test_powers_of_two():
    width = 2 * simd.lanes_of(np.float32)
    x = (RANDOM.uniform(0.5, 2, width) * np.resize([1, 1e-42, 1e38, 1e-30], width)).astype(np.float32)
    n = np.concatenate([np.resize([0, 1, -2, 100, -140], width), np.resize([0, -126, 127, 5, -5], width)])
    out, rest = np.empty(2 * width, np.float32), np.empty(2 * width, np.float32)
    with np.errstate(over="ignore", under="ignore"):
        powers(n.astype(np.float32), x, out, rest)
        np.testing.assert_array_equal(out[:width], np.ldexp(x, n[:width]))
    np.testing.assert_array_equal(out[width:], 2.0 ** n[width:])
    np.testing.assert_array_equal(np.ldexp(1 + rest[width:].astype(np.float64), rest[:width].astype(int)), x)
    assert np.all((rest[width:] >= -0.25) & (rest[width:] < 0.5))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_number_of_a_tile(dtype):
    x = RANDOM.standard_normal(2 * simd.lanes_of(dtype)).astype(dtype)
    total, largest = of_all(x)
    np.testing.assert_allclose(total, x.sum(dtype=np.float64), rtol=1e-5)
    assert largest == x.max()
