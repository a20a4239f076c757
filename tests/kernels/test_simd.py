"""Register tiles, and the kernels above them on a machine with narrower registers."""

import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from nbgrad.kernels.cpu import simd
from nbgrad.runtime import host_lanes

HEIGHT, WIDTH = (0,) * 3, (0,) * 2
HERE = Path(__file__).parent


@numba.njit
def transposed(array, out, width):
    simd.store_tile(simd.transpose_tile(simd.load_square(array, 0, width)), out, 0, width)


@numba.njit
def outer_sums(a, b, rows, starts, count, c, sums):
    tile = simd.add_outer(simd.zeros_tile(HEIGHT, WIDTH, a), a, 0, 1, b, 0)
    simd.store_tile(simd.add_column(simd.add_tile(tile, c, 0, c.size // 3), a, 0, 1), c, 0, c.size // 3)
    lanewise = simd.zeros_tile(HEIGHT, WIDTH, a)
    simd.store_sums(simd.add_lanewise_part(lanewise, b, 0, rows, 0, b, 0, starts, 0, count), sums, 0)


@numba.njit
def spread_and_scattered(a, b, rows, starts, spread, scattered):
    """Column `a[rows]` times the head of b, and the head of a times vectors of b at `starts`, both a column further."""
    tile = simd.zeros_tile(HEIGHT, WIDTH, a)
    simd.store_tile(simd.add_outer_spread(tile, a, 0, rows, 1, starts, 0, b, 0), spread, 0, spread.size // 3)
    tile = simd.add_outer_scattered(simd.zeros_tile(HEIGHT, WIDTH, a), a, 0, b, 0, starts, 0, rows, 0)
    simd.store_scattered(tile, scattered, 0, scattered.size // 3, 2, starts, 2)


@numba.njit
def transposed_part(array, out, width, rows, columns):
    simd.store_tile(simd.transpose_tile(simd.load_square_part(array, 0, width, rows, columns)), out, 0, width)
    simd.copy_part(array, 0, out, out.size - width, columns)


@numba.njit
def stored_part(tile_of, array, rows, columns):
    tile = simd.add_column(simd.zeros_tile(HEIGHT, WIDTH, array), tile_of, 0, 0)
    simd.store_tile_part(tile, array, 0, array.size // 3, rows, columns)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_transpose(dtype):
    width = simd.lanes_of(dtype)
    array, out = np.arange(width * width, dtype=dtype), np.empty(width * width, dtype)
    transposed(array, out, width)
    assert np.array_equal(out.reshape(width, width), array.reshape(width, width).T)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_and_sums(dtype):
    width = 2 * simd.lanes_of(dtype)
    a, b = np.array([1, 2, 3], dtype), np.arange(4 * width, dtype=dtype)
    count = min(3, simd.lanes_of(dtype))  # lanes that are summed, where a register has so many
    b[count + 2 :] = np.nan  # behind them, for every row and column
    c, sums = np.ones(3 * width, dtype), np.empty(6, dtype)
    outer_sums(a, b, np.arange(3), np.arange(2), count, c, sums)
    wanted = a[:, None] * b[:width] + 1 + a[:, None]
    assert np.array_equal(c.reshape(3, width), wanted, equal_nan=True)
    runs = [[b[r : r + count] @ b[v : v + count] for v in range(2)] for r in range(3)]
    assert np.array_equal(sums.reshape(3, 2), runs)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_through_tables(dtype):
    lanes = simd.lanes_of(dtype)
    a, b = np.arange(1, 12, dtype=dtype), np.arange(6 * lanes, dtype=dtype)
    rows, starts = np.array([2, 0, 5, 1]), np.array([1, lanes + 3, 0, lanes + 1, lanes, lanes - 1])
    spread, scattered = np.zeros(6 * lanes, dtype), np.zeros(9 * lanes, dtype)
    spread_and_scattered(a, b, rows, starts, spread, scattered)
    wanted = a[rows[1:] + starts[0]][:, None] * b[: 2 * lanes]
    assert np.array_equal(spread.reshape(3, -1), wanted)
    wanted = np.zeros((3, 3 * lanes), dtype)
    for r in range(2):  # the second of the two vectors goes a lane further, all but its last lane
        wanted[r, :lanes] = a[r] * b[starts[0] + rows[0] :][:lanes]
        wanted[r, lanes + 1 : 2 * lanes] = a[r] * b[starts[1] + rows[0] :][: lanes - 1]
    assert np.array_equal(scattered.reshape(3, -1), wanted)


def test_partial_loads_read_nothing_else():
    width = simd.lanes_of(np.float32)
    array = np.arange(width * width, dtype=np.float32)
    for rows, columns in ((0, 3), (width, width - 1), (width - 1, 1), (2, width), (1, 0)):
        out = np.full((width + 1) * width, -1, np.float32)
        transposed_part(array, out, width, rows, columns)
        wanted = np.zeros((width, width))
        wanted[:columns, :rows] = array.reshape(width, width)[:rows, :columns].T
        assert np.array_equal(out[: width * width].reshape(width, width), wanted)
        assert np.array_equal(out[width * width :], [*range(columns), *[-1] * (width - columns)])


def test_partial_store_writes_nothing_else():
    width = 2 * simd.lanes_of(np.float32)
    for rows in range(5):
        for columns in range(width + 2):
            array = np.zeros(3 * width, np.float32)
            stored_part(np.ones(1, np.float32), array, rows, columns)
            wanted = np.zeros((3, width))
            wanted[:rows, :columns] = 1
            assert np.array_equal(array.reshape(3, width), wanted)


@pytest.mark.skipif(host_lanes() <= 8 or sys.platform != "linux", reason="registers are not wider than AVX2's")
def test_kernels_with_avx2_registers(tmp_path):
    """The other kernel tests once more, as a processor with AVX2 and no AVX-512 compiles them."""
    environment = os.environ | {
        "NUMBA_CPU_NAME": "haswell",
        "NUMBA_CPU_FEATURES": "+sse4.2,+avx,+avx2,+fma,+bmi,+bmi2,+popcnt",
        "NBGRAD_CACHE": str(tmp_path),
        "NBGRAD_TEST_BRIEFLY": "1",
    }
    files = [str(HERE / f"test_{name}.py") for name in ("gemm", "conv", "pool")]
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *files]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=HERE.parents[1])
    assert done.returncode == 0, done.stdout + done.stderr
