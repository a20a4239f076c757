"""Pooling against the slow twin and PyTorch."""

import numpy as np
import pytest

from nbgrad.kernels.cpu import pool

CASES = [  # shape, kernel, stride, padding, dilation, ceil_mode
    ((2, 3, 8, 8), (2, 2), (2, 2), (0, 0), (1, 1), False),
    ((64, 6, 28, 28), (2, 2), (2, 2), (0, 0), (1, 1), False),
    ((5, 16, 10, 10), (2, 2), (2, 2), (0, 0), (1, 1), False),
    ((1, 1, 2, 2), (2, 2), (2, 2), (0, 0), (1, 1), False),
    ((2, 3, 9, 71), (2, 2), (2, 2), (0, 0), (1, 1), False),
    ((2, 3, 9, 7), (2, 2), (2, 2), (0, 0), (1, 1), True),
    ((2, 3, 9, 7), (3, 2), (2, 1), (1, 1), (1, 1), True),
    ((2, 3, 11, 7), (3, 2), (2, 1), (1, 1), (2, 1), True),
    ((3, 11, 7), (3, 3), (2, 2), (1, 1), (1, 1), False),
    ((0, 3, 8, 8), (2, 2), (2, 2), (0, 0), (1, 1), False),
]


def image(shape: tuple, dtype: type, *, nan: bool = False) -> np.ndarray:
    rng = np.random.default_rng(0)
    x = rng.standard_normal(shape).round(1).astype(dtype)  # rounded: windows with equal values
    if nan:
        x[rng.random(shape) < 0.1] = np.nan
    return x


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("nan", [False, True])
def test_two_by_two_windows_and_twin(dtype, nan):
    for shape in ((7, 28, 28), (3, 10, 11), (2, 6, 70), (1, 2, 2)):
        x = image(shape, dtype, nan=nan)
        out, corners = pool.max_pool2d(x, (2, 2), (2, 2), (0, 0), (1, 1), False)
        indices = pool.max_pool2d_indices(corners, shape)
        np.testing.assert_array_equal(corners >= 4, out <= 0)
        slow, places = np.empty_like(out).reshape(-1), np.empty_like(indices).reshape(-1)
        numbers = np.array((1, shape[0], *shape[1:], *out.shape[1:], 2, 2, 2, 2, 0, 0, 1, 1))
        pool.max_pool2d_twin(0, (x.reshape(-1), slow, slow, places), numbers)
        np.testing.assert_array_equal(out.reshape(-1), slow)
        np.testing.assert_array_equal(indices.reshape(-1), places)


ROWS = [  # kernel, stride, padding, dilation, ceil_mode
    ((3, 3), (2, 2), (1, 1), (1, 1), False),
    ((3, 3), (1, 1), (1, 1), (1, 1), False),
    ((2, 3), (3, 2), (1, 1), (1, 2), True),
    ((4, 2), (1, 2), (2, 0), (2, 3), False),
    ((5, 40), (2, 1), (2, 20), (1, 1), False),
    ((2, 2), (2, 3), (0, 1), (1, 1), True),
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("how", ROWS)
def test_other_windows_and_twin(dtype, how):
    for shape in ((7, 33, 32), (3, 10, 45), (2, 9, 70), (64, 40, 40)):
        x = image(shape, dtype, nan=True)
        x[0] = -np.inf  # windows without a larger value
        out, indices = pool.max_pool2d(x, *how)
        slow, places = np.empty_like(out).reshape(-1), np.empty_like(indices).reshape(-1)
        numbers = np.array((1, shape[0], *shape[1:], *out.shape[1:], *(side for pair in how[:4] for side in pair)))
        pool.max_pool2d_twin(0, (x.reshape(-1), slow, slow, places), numbers)
        np.testing.assert_array_equal(out.reshape(-1), slow)
        np.testing.assert_array_equal(indices.reshape(-1), places)


def against_twin(g, kept, shape, gate):
    indices = pool.max_pool2d_indices(kept, shape)
    slow = np.zeros(shape, g.dtype)
    numbers = np.array((1, gate is not None, g.shape[0], g[0].size, slow[0].size))
    some = slow if gate is None else gate
    pool.scatter_planes_twin(0, (g.reshape(-1), some.reshape(-1), slow.reshape(-1), indices.reshape(-1)), numbers)
    np.testing.assert_array_equal(pool.max_pool2d_gradient(g, kept, shape, pool.HALVES, gate), slow)


@pytest.mark.parametrize("gated", [False, True])
def test_gradient_and_its_twin(gated):
    rng = np.random.default_rng(0)
    for planes, out_size, in_size in ((3, 4, 9), (40, 25, 1000), (1, 1, 1)):
        g, indices = rng.standard_normal((planes, 1, out_size)), rng.integers(0, in_size, (planes, 1, out_size))
        shape = (planes, 1, in_size)
        against_twin(g, indices, shape, rng.standard_normal(shape) if gated else None)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("gated", [False, True])
def test_gradient_of_two_by_two_windows_and_its_twin(dtype, gated):
    rng = np.random.default_rng(0)
    for shape in ((400, 28, 28), (7, 10, 10), (3, 4, 80), (5, 6, 72), (2, 2, 32), (1, 2, 2), (3, 5, 7)):
        x = image(shape, dtype, nan=True)
        out, corners = pool.max_pool2d(x, *pool.HALVES)
        g = rng.standard_normal(out.shape).astype(dtype)
        g[0, 0, 0] = np.nan
        against_twin(g, corners, shape, x if gated else None)


@pytest.mark.parametrize("nan", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_max_pool_against_pytorch(case, nan):
    torch = pytest.importorskip("torch")
    shape, *how = case
    x = image(shape, np.float32, nan=nan)
    tx = torch.from_numpy(x).requires_grad_()
    wanted, where = torch.nn.functional.max_pool2d(tx, *how, return_indices=True)
    out, kept = pool.max_pool2d(x, *how)
    np.testing.assert_array_equal(out, wanted.detach().numpy())
    np.testing.assert_array_equal(pool.max_pool2d_indices(kept, shape), where.numpy())
    np.testing.assert_array_equal(pool.max_pool2d_gather(x, kept), out)
    g = np.random.default_rng(1).standard_normal(out.shape).astype(np.float32)
    wanted.backward(torch.from_numpy(g))
    np.testing.assert_allclose(pool.max_pool2d_gradient(g, kept, shape, how), tx.grad.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("count_include_pad", [False, True])
@pytest.mark.parametrize("case", [case for case in CASES if case[4] == (1, 1)])
def test_avg_pool_against_pytorch(case, count_include_pad):
    torch = pytest.importorskip("torch")
    shape, kernel_size, stride, padding, _, ceil_mode = case
    x = image(shape, np.float32)
    tx = torch.from_numpy(x).requires_grad_()
    wanted = torch.nn.functional.avg_pool2d(tx, kernel_size, stride, padding, ceil_mode, count_include_pad)
    out = pool.avg_pool2d(x, kernel_size, stride, padding, ceil_mode, count_include_pad)
    np.testing.assert_allclose(out, wanted.detach().numpy(), rtol=1e-5, atol=1e-6)
    g = np.random.default_rng(1).standard_normal(out.shape).astype(np.float32)
    wanted.backward(torch.from_numpy(g))
    dx = pool.avg_pool2d_gradient(g, shape, kernel_size, stride, padding, count_include_pad)
    np.testing.assert_allclose(dx, tx.grad.numpy(), rtol=1e-5, atol=1e-6)


def test_other_layouts():
    x = image((4, 6, 12, 12), np.float32).transpose(1, 0, 3, 2)
    how = ((2, 2), (2, 2), (0, 0), (1, 1), False)
    for result, wanted in zip(pool.max_pool2d(x, *how), pool.max_pool2d(x.copy(), *how), strict=True):
        np.testing.assert_array_equal(result, wanted)
