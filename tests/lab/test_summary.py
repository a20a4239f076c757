import numpy as np
import pytest

from gui.lab.summary import BINS, count_bins, count_bins_slow, summarize


@pytest.mark.parametrize("shape", [(1,), (7,), (6, 1, 5, 5), (120, 400)])
def test_moments_are_numpys(shape):
    x = np.random.default_rng(0).normal(0.3, 2, shape).astype(np.float32)
    x.flat[0] = 0
    summary = summarize(x)
    x64 = x.astype(np.float64)
    assert summary.mean == pytest.approx(x64.mean())
    assert summary.std == pytest.approx(x64.std(), abs=1e-9)
    assert (summary.minimum, summary.maximum) == (x.min(), x.max())
    assert summary.norm == pytest.approx(np.linalg.norm(x64))
    assert summary.zeros == (x == 0).mean()


def test_the_histogram_counts_every_number_once_and_is_symmetric_about_zero():
    x = np.random.default_rng(1).normal(size=10_001).astype(np.float32)
    summary = summarize(x)
    assert summary.counts.sum() == x.size
    np.testing.assert_allclose(summary.edges, -summary.edges[::-1], atol=1e-12)
    expected, _ = np.histogram(x, summary.edges)
    assert np.abs(expected - summary.counts).sum() <= 2  # numbers that fall on an edge


def test_the_fast_histogram_is_the_slow_one():
    x = np.random.default_rng(2).normal(size=1000).astype(np.float32)
    x[:3] = np.nan, np.inf, -np.inf
    fast, slow = np.empty(BINS, np.int64), np.empty(BINS, np.int64)
    count_bins(x, 2.0, fast)
    count_bins_slow(x, 2.0, slow)
    np.testing.assert_array_equal(fast, slow)
    assert fast.sum() == 997


def test_numbers_that_are_not_finite_are_left_out():
    summary = summarize(np.float32([1, np.nan, -3, np.inf]))
    assert (summary.mean, summary.minimum, summary.maximum, summary.counts.sum()) == (-1, -3, 1, 2)
    assert np.isnan(summarize(np.float32([np.nan])).mean)


def test_all_zeros_have_a_histogram():
    summary = summarize(np.zeros(5))
    assert summary.zeros == 1 and summary.counts.sum() == 5
