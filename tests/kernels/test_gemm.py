"""Matrix products against numpy and the slow twin, at every edge of the tiles."""

import os

import numba
import numpy as np
import pytest

from nbgrad.kernels.cpu import gemm
from nbgrad.kernels.cpu.gemm import pack, product
from nbgrad.kernels.cpu.gemm.tiles import TALL_ROWS
from nbgrad.kernels.cpu.simd import lanes_of

BRIEF = "NBGRAD_TEST_BRIEFLY" in os.environ
SIZES = [
    (0, 3, 4), (3, 0, 4), (3, 4, 0), (1, 1, 1), (1, 50, 20), (2, 7, 19), (3, 33, 5), (4, 4, 4), (5, 17, 3), (9, 1, 30),
    (8, 16, 600), (7, 49, 31), (17, 33, 1), (24, 100, 64), (64, 120, 84), (33, 530, 20), (530, 40, 20), (1, 300, 40),
    (40, 1, 300), (1, 1, 999), (12, 31, 87), (20, 4, 500), (12, 150, 1), (80, 150, 460), (600, 20, 900), (24, 10, 40),
]  # fmt: skip


def matrix(rows: int, columns: int, order: str, dtype: type) -> np.ndarray:
    rng = np.random.default_rng(rows * 1000 + columns)
    if order == "strided":
        return rng.standard_normal((rows, 2 * columns)).astype(dtype)[:, ::2]
    array = rng.standard_normal((rows, columns)).astype(dtype)
    return np.asfortranarray(array) if order == "transposed" else array


@pytest.mark.parametrize("dtype", [np.float32] if BRIEF else [np.float32, np.float64])
@pytest.mark.parametrize("b_order", ["rows", "transposed", "strided"])
@pytest.mark.parametrize("a_order", ["rows", "transposed", "strided"])
def test_every_size_and_layout(a_order, b_order, dtype):
    tolerance = {"rtol": 1e-4, "atol": 1e-4} if dtype == np.float32 else {"rtol": 1e-12, "atol": 1e-12}
    for m, n, k in SIZES:
        a, b = matrix(m, k, a_order, dtype), matrix(k, n, b_order, dtype)
        np.testing.assert_allclose(gemm.matmul(a, b), a @ b, **tolerance)
        for bias in (np.arange(n).astype(dtype), np.ones((m, n), dtype), np.ones((m, 1), dtype)):
            np.testing.assert_allclose(gemm.addmm(bias, a, b), bias + a @ b, **tolerance)


def test_twin():
    a, b = matrix(20, 30, "rows", np.float32), matrix(30, 40, "transposed", np.float32)
    c = np.zeros(800, np.float32)
    product.matmul_twin(a.reshape(-1), 30, 1, b.T.reshape(-1), 1, 30, c, 20, 40, 30)
    np.testing.assert_allclose(gemm.matmul(a, b), c.reshape(20, 40), rtol=1e-4, atol=1e-5)


def test_overlapping_rows_and_repeated_numbers():
    """Steps may be anything: nothing behind the last number is read, nothing is copied in Python."""
    line = np.arange(40, dtype=np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(line, 17).copy()  # 24 x 17
    over = np.lib.stride_tricks.as_strided(line, (24, 17), (4, 4))
    repeated, one = np.broadcast_to(line[:24], (5, 24)), np.broadcast_to(np.float32(2), (24, 6))
    np.testing.assert_allclose(gemm.matmul(repeated, over), repeated @ windows, rtol=1e-6)
    np.testing.assert_allclose(gemm.matmul(over.T, repeated.T), windows.T @ repeated.T, rtol=1e-6)
    np.testing.assert_allclose(gemm.matmul(repeated, one), repeated @ one, rtol=1e-6)
    np.testing.assert_allclose(gemm.matmul(windows[::-1, ::-1], windows.T), windows[::-1, ::-1] @ windows.T, rtol=1e-6)


@pytest.mark.parametrize("n", [1, 15, 16, 33, 50])
@pytest.mark.parametrize("transposed", [False, True])
def test_what_lies_beside_a_matrix_does_not_matter(n, transposed):
    """The matrices are the corner of larger ones full of NaN."""
    for m in (1, 5, 20):
        whole = np.full((3, 64, 64), np.nan, np.float32)
        a, b, c = whole[0, :m, :30], whole[1, :30, :n], whole[2, :m, :n]
        if transposed:
            b = whole[1, :n, :30].T
        a[...], b[...] = matrix(m, 30, "rows", np.float32), matrix(30, n, "rows", np.float32)
        c[...] = gemm.matmul(a, b)
        np.testing.assert_allclose(c, a.copy() @ b.copy(), rtol=1e-4, atol=1e-5)


def test_column_sums():
    a = matrix(70, 33, "rows", np.float32)
    np.testing.assert_allclose(gemm.column_sums(a), a.sum(0), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(gemm.column_sums(a.T), a.sum(1), rtol=1e-4, atol=1e-5)
    assert np.array_equal(gemm.column_sums(a[:0]), np.zeros(33))


def test_batches():
    a, b = np.random.default_rng(0).standard_normal((2, 3, 5, 7)).astype(np.float32)[0], np.ones((3, 7, 4), np.float32)
    np.testing.assert_allclose(gemm.bmm(a, b), a @ b, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8])
def test_integers(dtype):
    a, b = np.arange(12, dtype=dtype).reshape(3, 4), np.arange(20, dtype=dtype).reshape(5, 4).T
    assert np.array_equal(gemm.matmul(a, b), a @ b)
    assert np.array_equal(gemm.addmm(np.ones(5, dtype), a, b), a @ b + 1)


@pytest.mark.parametrize("m", [2, 24, 90])
def test_nan_and_infinity_stay_in_their_row(m):
    a, b = np.ones((m, 20), np.float32), np.ones((20, 40), np.float32)
    a[1, 3], b[7, 39] = np.nan, np.inf
    b[3] = 0
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(gemm.matmul(a, b), a @ b)


def test_read_only_input():
    a = np.ones((8, 8), np.float32)
    a.flags.writeable = False
    assert np.array_equal(gemm.matmul(a, a), np.full((8, 8), 8))


@pytest.mark.parametrize("threads", [1, 2])
def test_same_numbers_every_time(threads):
    if threads > numba.config.NUMBA_NUM_THREADS:
        pytest.skip("one thread only")
    before = numba.get_num_threads()
    numba.set_num_threads(threads)
    try:
        a, b = matrix(130, 90, "rows", np.float32), matrix(90, 140, "rows", np.float32)
        first = gemm.matmul(a, b)
        np.testing.assert_allclose(first, a @ b, rtol=1e-4, atol=1e-4)
        assert all(np.array_equal(gemm.matmul(a, b), first) for _ in range(5))
    finally:
        numba.set_num_threads(before)


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="one thread only")
@pytest.mark.parametrize("b_order", ["rows", "transposed"])
@pytest.mark.parametrize("a_order", ["rows", "transposed"])
def test_shares_do_not_change_the_numbers(monkeypatch, a_order, b_order):
    """How many threads there are must not show in the result."""
    for m, n, k in SIZES:
        a, b = matrix(m, k, a_order, np.float32), matrix(k, n, b_order, np.float32)
        monkeypatch.setattr(product, "SERIAL_WORK", 1 << 60)
        alone = gemm.matmul(a, b)
        monkeypatch.setattr(product, "SERIAL_WORK", -1)
        assert np.array_equal(gemm.matmul(a, b), alone), (m, n, k)


@pytest.mark.parametrize("order", ["rows", "transposed", "strided"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_packing(order, dtype):
    """Zeros stand behind the columns of a panel, anything behind the rows of a strip."""
    lanes, size = lanes_of(dtype), np.dtype(dtype).itemsize
    for k in (1, lanes, 2 * lanes + 3):
        for n in (1, TALL_ROWS, lanes - 1, 3 * lanes):
            x, whole = matrix(k, n, order, dtype), -(-n // lanes) * lanes
            flat, steps = np.lib.stride_tricks.as_strided(x, (2 * x.size,), (size,)), np.array(x.strides) // size
            packed, wanted = np.ones((2, k * (n + lanes) + 100 + 4 * lanes * lanes), dtype)
            pack.pack_panel((flat, packed), (0, *steps, k, n, 7))
            pack.pack_panel_twin((flat, wanted), (0, *steps, k, n, 7))
            panel = packed[7 : 7 + k * whole].reshape(k, whole)
            assert np.array_equal(panel[:, :n].reshape(-1), wanted[7 : 7 + k * n])
            assert not panel[:, n:].any()
            packed[...], wanted[...] = 1, np.nan
            pack.pack_strips((flat, packed), (0, *steps[::-1], n, k, 7))
            pack.pack_strips_twin((flat, wanted), (0, *steps[::-1], n, k, 7))
            meant = ~np.isnan(wanted)
            assert meant.sum() == n * k
            assert np.array_equal(packed[meant], wanted[meant])
            assert (packed[:7] == 1).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("m", "n", "k"), [(1, 10, 84), (1, 1, 1), (5, 1, 3), (8, 120, 400), (40, 33, 17), (0, 3, 4)])
def test_gradients_of_a_layer(m, n, k, dtype):
    g, x, w = matrix(m, n, "strided", dtype), matrix(m, k, "rows", dtype), matrix(n, k, "transposed", dtype)
    wanted = g.sum(0), g @ w, g.T @ x
    for several, one in zip(gemm.linear_gradients(g, x, w), wanted, strict=True):
        np.testing.assert_allclose(several, one, rtol=1e-4, atol=1e-4)
    db, dx, dw = gemm.linear_gradients(g, x, None)
    assert dx is None
    np.testing.assert_allclose(db, wanted[0], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(dw, wanted[2], rtol=1e-4, atol=1e-4)


def test_gradients_of_a_large_layer(monkeypatch):
    """Those that are worth a second thread are three products: of the same numbers."""
    g, x, w = matrix(20, 30, "rows", np.float32), matrix(20, 40, "rows", np.float32), matrix(30, 40, "rows", np.float32)
    small = gemm.linear_gradients(g, x, w)
    monkeypatch.setattr(product, "SERIAL_WORK", 0)
    assert all(map(np.array_equal, gemm.linear_gradients(g, x, w), small))
