"""Convolution and its gradients against the slow twins and PyTorch."""

import os
from dataclasses import replace

import numba
import numpy as np
import pytest

from nbgrad.kernels.cpu import conv, pool
from nbgrad.kernels.cpu.conv import columns, phases
from nbgrad.kernels.cpu.launch import launch

BRIEF = "NBGRAD_TEST_BRIEFLY" in os.environ
CASES = [  # images, channels, height, width, outputs, kernel height and width, stride, padding, dilation, groups
    (3, 1, 32, 32, 6, 5, 5, (1, 1), (0, 0), (1, 1), 1),
    (70, 6, 14, 14, 16, 5, 5, (1, 1), (0, 0), (1, 1), 1),
    (2, 3, 17, 19, 7, 3, 3, (2, 2), (1, 1), (1, 1), 1),
    (2, 4, 17, 19, 6, 3, 2, (2, 3), (2, 1), (1, 2), 2),
    (1, 64, 9, 11, 40, 3, 3, (1, 1), (1, 1), (1, 1), 1),
    (2, 30, 9, 11, 48, 1, 1, (2, 2), (0, 0), (1, 1), 1),
    (1, 3, 64, 64, 64, 7, 7, (2, 2), (3, 3), (1, 1), 1),
    (2, 8, 10, 10, 8, 3, 3, (1, 1), (1, 1), (1, 1), 8),
    (2, 2, 10, 10, 3, 3, 3, (1, 1), (4, 5), (1, 1), 1),
    (2, 2, 13, 12, 3, 3, 3, (2, 2), (4, 5), (3, 2), 1),
    (2, 2, 13, 12, 3, 2, 3, (4, 2), (0, 0), (2, 4), 1),
    (1, 2, 3, 3, 3, 3, 3, (1, 1), (0, 0), (1, 1), 1),
    (1, 1, 120, 130, 2, 5, 5, (1, 1), (2, 2), (1, 1), 1),
    (2, 1, 5, 5, 1, 1, 1, (3, 3), (0, 0), (1, 1), 1),
    (0, 2, 5, 5, 3, 3, 3, (1, 1), (0, 0), (1, 1), 1),
    (1, 130, 2, 2, 130, 3, 3, (1, 1), (1, 1), (1, 1), 1),
    (3, 64, 4, 4, 33, 3, 3, (1, 1), (1, 1), (1, 1), 1),  # few pixels, many weights: a matrix product
    (2, 64, 9, 9, 128, 3, 3, (2, 2), (1, 1), (1, 1), 1),
    (4, 32, 7, 8, 40, 3, 3, (2, 2), (1, 1), (1, 1), 1),
    (1, 70, 13, 15, 40, 3, 3, (2, 2), (1, 1), (1, 1), 1),  # many pixels: in phases, with and without packed weights
    (2, 40, 31, 33, 48, 3, 3, (2, 3), (1, 0), (1, 2), 2),
    (1, 33, 14, 14, 70, 1, 1, (2, 2), (0, 0), (1, 1), 1),
    (3, 64, 8, 8, 128, 1, 1, (2, 2), (0, 0), (1, 1), 1),
    (5, 8, 7, 7, 48, 3, 3, (1, 1), (1, 1), (1, 1), 1),  # three vectors of channels
    (3, 4, 6, 40, 24, 3, 3, (1, 1), (2, 2), (1, 2), 2),
    (2, 3, 5, 50, 7, 2, 5, (2, 3), (1, 2), (2, 1), 1),  # seven, eight and thirteen outputs of few channels
    (2, 2, 5, 32, 8, 3, 3, (1, 1), (1, 1), (1, 1), 1),
    (2, 2, 5, 32, 13, 3, 3, (1, 1), (1, 1), (1, 1), 1),
    (2, 1, 4, 30, 2, 3, 3, (1, 1), (3, 0), (1, 1), 1),  # rows of windows that meet nothing but padding
    (64, 6, 14, 14, 16, 5, 5, (1, 1), (0, 0), (1, 1), 1),  # as many images as lanes hold
    (62, 1, 32, 32, 6, 5, 5, (1, 1), (0, 0), (1, 1), 1),
    (32, 3, 7, 9, 9, 3, 2, (1, 1), (2, 3), (1, 2), 1),
    (32, 2, 4, 5, 15, 3, 3, (1, 1), (3, 1), (2, 1), 1),
    (32, 2, 3, 8, 2, 3, 7, (1, 1), (1, 0), (1, 1), 1),
]


def arrays(case: tuple, dtype: type) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """x, w, bias, g"""
    images, channels, height, width, outputs, kh, kw, stride, padding, dilation, groups = case
    rng = np.random.default_rng(0)
    high = conv.output_size(height, kh, stride[0], padding[0], dilation[0])
    wide = conv.output_size(width, kw, stride[1], padding[1], dilation[1])
    shapes = ((images, channels, height, width), (outputs, channels // groups, kh, kw), (outputs,))
    return tuple(rng.standard_normal(s).astype(dtype) for s in (*shapes, (images, outputs, high, wide)))


def close(got: np.ndarray, wanted: np.ndarray) -> None:
    assert got.shape == wanted.shape and got.dtype == wanted.dtype and got.flags.c_contiguous
    tolerance = (1e-4, 1e-4) if got.dtype == np.float32 else (1e-11, 1e-11)
    scale = max(1, np.abs(wanted).max(initial=0))
    np.testing.assert_allclose(got / scale, wanted / scale, *tolerance)


@pytest.mark.parametrize("dtype", [np.float32] if BRIEF else [np.float32, np.float64])
@pytest.mark.parametrize("case", CASES)
def test_against_twins(case, dtype):
    x, w, bias, g = arrays(case, dtype)
    how = case[-4:]
    slow = np.empty_like(g)
    conv.conv2d_twin(x, w, bias, slow, *how)
    close(conv.conv2d(x, w, bias, *how), slow)
    conv.conv2d_twin(x, w, np.zeros_like(bias), slow, *how)
    close(conv.conv2d(x, w, None, *how), slow)
    dw = np.zeros_like(w)
    conv.conv2d_weight_gradient_twin(x, g, dw, *how)
    close(conv.conv2d_weight_gradient(x, g, w.shape, *how), dw)
    db = np.zeros(g.shape[1], dtype)
    conv.sum_channels_twin(g, db)
    close(conv.conv2d_bias_gradient(g), db)


@pytest.mark.parametrize("case", CASES)
def test_input_gradient_is_the_transpose(case):
    """<conv(x), g> = <x, input_gradient(g)> for every x: exact up to rounding in float64."""
    x, w, _, g = arrays(case, np.float64)
    how = case[-4:]
    dx = conv.conv2d_input_gradient(g, w, x.shape, *how)
    assert dx.shape == x.shape and dx.flags.c_contiguous
    np.testing.assert_allclose((conv.conv2d(x, w, None, *how) * g).sum(), (x * dx).sum(), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_against_pytorch(case):
    torch = pytest.importorskip("torch")
    x, w, bias, g = arrays(case, np.float32)
    how = case[-4:]
    tx, tw, tb = (torch.from_numpy(array).requires_grad_() for array in (x, w, bias))
    out = torch.nn.functional.conv2d(tx, tw, tb, *how)
    close(conv.conv2d(x, w, bias, *how), out.detach().numpy())
    out.backward(torch.from_numpy(g))
    close(conv.conv2d_input_gradient(g, w, x.shape, *how), tx.grad.numpy())
    close(conv.conv2d_weight_gradient(x, g, w.shape, *how), tw.grad.numpy())
    close(conv.conv2d_bias_gradient(g), tb.grad.numpy())


@pytest.mark.parametrize("dtype", [np.float32] if BRIEF else [np.float32, np.float64])
@pytest.mark.parametrize("pooled", [None, "ungated", "gated"])
@pytest.mark.parametrize("case", [case for case in CASES if case[0] > 31])
def test_all_gradients_at_once(case, pooled, dtype):
    """Of g itself, and of the gradient of a pooling that is spread on the way: the same bits for both."""
    x, w, _, g = arrays(case, dtype)
    how, shapes, corners = case[-4:], (x.shape, w.shape), None
    part = g
    if pooled and g.shape[2] % 2 == g.shape[3] % 2 == 0:
        part, corners = pool.max_pool2d(g, *pool.HALVES)
        g = pool.max_pool2d_gradient(part, corners, g.shape, pool.HALVES, g if pooled == "gated" else None)
    for to_x in (False, True):
        found = conv.conv2d_gradients(part, corners, pooled == "gated", x, w, shapes, to_x, *how)
        if found is None:  # too many lanes and threads would idle
            assert case[0] % 32 or numba.get_num_threads() > 2
            continue
        dw, db = np.zeros_like(w), np.zeros(g.shape[1], dtype)
        conv.conv2d_weight_gradient_twin(x, g, dw, *how)
        conv.sum_channels_twin(g, db)
        close(found[1], dw)
        close(found[2], db)
        whole = conv.conv2d_gradients(g, None, False, x, w, shapes, to_x, *how)
        assert all(np.array_equal(a, b) for a, b in zip(found[1:], whole[1:], strict=True))
        if to_x:
            assert np.array_equal(found[0], whole[0])
            close(found[0], conv.conv2d_input_gradient(g, w, x.shape, *how))


def test_nan_stays_where_its_windows_are():
    x, w = np.ones((2, 1, 20, 20), np.float32), np.ones((6, 1, 5, 5), np.float32)
    x[0, 0, 7, 9], x[0, 0, 19, 19] = np.nan, np.inf
    out = conv.conv2d(x, w, None, (1, 1), (0, 0), (1, 1), 1)
    assert np.isnan(out[0, :, 3:8, 5:10]).all() and np.isnan(out).sum() == 6 * 25
    assert np.isinf(out[0, :, 15, 15]).all() and np.isinf(out).sum() == 6
    g = np.ones_like(out)
    g[1, 2, 0, 0] = np.nan
    dw = conv.conv2d_weight_gradient(x, g, w.shape, (1, 1), (0, 0), (1, 1), 1)
    slow = np.zeros_like(w)
    conv.conv2d_weight_gradient_twin(x, g, slow, (1, 1), (0, 0), (1, 1), 1)
    np.testing.assert_array_equal(np.isnan(dw), np.isnan(slow))


def test_nan_in_an_unused_corner_reaches_no_tap():
    """Lanes behind the last position of a plane are cut off, not multiplied by zero."""
    x, g = np.ones((1, 1, 6, 6), np.float32), np.ones((1, 4, 4, 4), np.float32)
    x[0, 0, 5, 5] = np.nan
    dw = conv.conv2d_weight_gradient(x, g, (4, 1, 3, 3), (1, 1), (0, 0), (1, 1), 1)
    assert np.isnan(dw[:, 0, 2, 2]).all() and np.isnan(dw).sum() == 4


def test_weights_may_be_infinite_where_no_padding_is_met():
    x, w = np.ones((2, 3, 9, 40), np.float32), np.ones((5, 3, 3, 3), np.float32)
    w[1, 2, 0, 1] = np.inf
    out = conv.conv2d(x, w, None, (1, 1), (0, 0), (1, 1), 1)
    assert np.isinf(out[:, 1]).all() and np.isfinite(np.delete(out, 1, 1)).all()


@pytest.mark.parametrize("shape", [(1, 64, 2, 2), (3, 64, 4, 4), (2, 8, 20, 20), (32, 8, 5, 4)])
def test_one_pixel_that_is_nan_in_each_design(shape):
    """Every design marks just the outputs, weights and pixels that a NaN meets, as the twins do."""
    x, how = np.ones(shape, np.float32), ((1, 1), (1, 1), (1, 1), 1)
    w = np.ones((32, shape[1], 3, 3), np.float32)
    x[-1, 5, 1, 1] = np.nan
    slow, dw = np.empty((shape[0], 32, *shape[2:]), np.float32), np.zeros_like(w)
    conv.conv2d_twin(x, w, np.zeros(32, np.float32), slow, *how)
    np.testing.assert_array_equal(np.isnan(conv.conv2d(x, w, None, *how)), np.isnan(slow))
    g = np.ones_like(slow)
    conv.conv2d_weight_gradient_twin(x, g, dw, *how)
    np.testing.assert_array_equal(np.isnan(conv.conv2d_weight_gradient(x, g, w.shape, *how)), np.isnan(dw))
    g[0, 3, 1, 1] = np.nan
    dx = np.isnan(conv.conv2d_input_gradient(g, w, shape, *how))
    assert dx[0, :, 0:3, 0:3].all() and dx.sum() == dx[0, :, 0:3, 0:3].sum()


def test_other_layouts():
    x, w, bias, _ = arrays(CASES[4], np.float32)
    how = CASES[4][-4:]
    odd_x, odd_w = (np.asfortranarray(array) for array in (x, w))
    odd_x.flags.writeable = False
    close(conv.conv2d(odd_x, odd_w, bias, *how), conv.conv2d(x, w, bias, *how))


@pytest.mark.parametrize("threads", [1, 2])
def test_same_numbers_every_time(threads):
    if threads > numba.config.NUMBA_NUM_THREADS:
        pytest.skip("one thread only")
    before = numba.get_num_threads()
    numba.set_num_threads(threads)
    try:
        for case in (CASES[1], CASES[4]):
            x, w, bias, g = arrays(case, np.float32)
            how = case[-4:]
            runs = [
                (
                    conv.conv2d(x, w, bias, *how),
                    conv.conv2d_weight_gradient(x, g, w.shape, *how),
                    conv.conv2d_input_gradient(g, w, x.shape, *how),
                )
                for _ in range(4)
            ]
            assert all(np.array_equal(a, b) for run in runs[1:] for a, b in zip(runs[0], run, strict=True))
    finally:
        numba.set_num_threads(before)


@pytest.mark.parametrize("images", [1, 3])
@pytest.mark.parametrize(("channels", "side", "taps"), [(80, 16, 1), (256, 4, 1), (50, 14, 3)])
def test_threads_that_are_awake_change_no_bit(images, channels, side, taps, monkeypatch):
    case = images, channels, side, side, 2 * channels, taps, taps, (2, 2), (taps // 2, taps // 2), (1, 1), 1
    (x, w, bias, g), how = arrays(case, np.float32), case[-4:]
    found = []
    for awake in (True, False):
        monkeypatch.setattr(conv, "awake", lambda awake=awake: awake)
        dx = conv.conv2d_input_gradient(g, w, x.shape, *how)
        found.append((conv.conv2d(x, w, bias, *how), dx, conv.conv2d_weight_gradient(x, g, w.shape, *how)))
    assert all(np.array_equal(a, b) for a, b in zip(*found, strict=True))


@pytest.mark.parametrize(("parts", "size"), [(2, 70_000), (3, 5000), (5, 1)])
def test_sums_of_parts_equal_their_twin(parts, size):
    given = np.random.default_rng(0).standard_normal((parts, size)).astype(np.float32)
    slow = given.copy().ravel()
    conv.add_parts_twin(slow, size)
    np.testing.assert_array_equal(conv._sum_parts(given.copy()), slow[:size])


@pytest.mark.parametrize("dtype", [np.float32] if BRIEF else [np.float32, np.float64])
@pytest.mark.parametrize("case", [case for case in CASES if case[-1] == 1])
def test_every_shape_as_one_product(case, dtype, monkeypatch):
    """The design for many weights and few pixels is right for the others too, in one share and in three."""
    x, w, bias, g = arrays(case, dtype)
    if g.size == 0:
        return
    c = conv._forward_shape(x.shape, w.shape, *case[-4:])
    slow, dw = np.empty_like(g), np.zeros_like(w)
    conv.conv2d_twin(x, w, bias, slow, *case[-4:])
    conv.conv2d_weight_gradient_twin(x, g, dw, *case[-4:])
    dx = conv.conv2d_input_gradient(g, w, x.shape, *case[-4:])
    monkeypatch.setattr(columns, "SERIAL_WORK", 0)
    for threads in (1, 3):
        plan = columns.Plan(c, x.dtype, threads)
        close(columns.conv2d(plan, x.ravel(), w.ravel(), bias), slow)
        close(columns.conv2d_weight_gradient(plan, x.ravel(), g.ravel()), dw)
        close(columns.conv2d_input_gradient(plan, g.ravel(), w.ravel()), dx)


@pytest.mark.parametrize("dtype", [np.float32] if BRIEF else [np.float32, np.float64])
@pytest.mark.parametrize("case", CASES)
def test_every_input_gradient_in_phases(case, dtype, monkeypatch):
    """The design for strides is right for every shape, in one share and in three, in bands of few rows and in one."""
    x, w, _, g = arrays(case, dtype)
    if g.size == 0:
        return
    c = conv._forward_shape(x.shape, w.shape, *case[-4:])
    # the transpose of the forward pass: one pixel after the other would take too long
    images, dx = x.shape[0], np.zeros_like(x)
    weights = w.reshape(c.groups, c.outputs, *w.shape[1:])
    flowing = g.reshape(images, c.groups, c.outputs, *c.outer)
    for ky, kx in np.ndindex(c.taps):
        sent = np.einsum("ngoyx,goc->ngcyx", flowing, weights[..., ky, kx]).reshape(images, -1, *c.outer)
        for y, xx in np.ndindex(c.outer):
            at = (
                y * c.stride[0] + ky * c.dilation[0] - c.padding[0],
                xx * c.stride[1] + kx * c.dilation[1] - c.padding[1],
            )
            if 0 <= at[0] < x.shape[2] and 0 <= at[1] < x.shape[3]:
                dx[:, :, at[0], at[1]] += sent[:, :, y, xx]
    for threads, band in ((1, 512), (3, 40)):
        monkeypatch.setattr(phases, "BAND", band)
        kernel, shares, room, numbers = phases.plan(replace(c, serial=0), x.dtype, threads)
        found = np.full_like(x, np.nan)
        launch(kernel, shares, (g.ravel(), w.ravel(), found.ravel(), np.full(room, np.nan, dtype)), numbers)
        close(found, dx)


@pytest.mark.parametrize("shape", [(1, 64, 4, 4), (5, 64, 4, 4), (1, 64, 15, 16)])
def test_one_gradient_that_is_nan_with_a_stride(shape):
    """It reaches just the pixels of its window."""
    how = (2, 2), (1, 1), (1, 1), 1
    high, wide = shape[2] // 2 + shape[2] % 2, shape[3] // 2
    g, w = np.ones((shape[0], 32, high, wide), np.float32), np.ones((32, shape[1], 3, 3), np.float32)
    g[-1, 3, 1, 1] = np.nan
    dx = np.isnan(conv.conv2d_input_gradient(g, w, shape, *how))
    assert dx[-1, :, 1:4, 1:4].all() and dx.sum() == dx[-1, :, 1:4, 1:4].sum()
