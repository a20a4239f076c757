import numpy as np
import pytest

from gui.lab.timeline import Column, Timeline


def test_views_taken_earlier_do_not_change_and_cannot_be_written():
    column = Column(np.float64)
    views = []
    for i in range(5000):
        column.append(i)
        if i % 100 == 0:
            views.append(column.view())
    for i, view in enumerate(views):
        np.testing.assert_array_equal(view, np.arange(i * 100 + 1))
    with pytest.raises(ValueError, match="read-only"):
        views[0][0] = 1


def test_views_share_memory():
    column = Column(np.int64, range(10))
    assert np.shares_memory(column.view(), column.view())


def test_a_timeline_goes_on_from_its_curves():
    first = Timeline()
    first.add_loss(1, 2.5)
    first.add_test(1, 0.1)
    second = Timeline(first.curves())
    second.add_loss(2, 2.0)
    curves = second.curves()
    assert curves.steps.tolist() == [1, 2] and curves.losses.tolist() == [2.5, 2.0]
    assert curves.test_steps.tolist() == [1] and curves.test_accuracies.tolist() == [0.1]
    assert len(first.curves().steps) == 1
