"""Where cells and nodes lie."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QFontMetricsF

from gui.lab.fields import Field, Window, above, below, cell
from gui.theme import theme
from gui.views.graph_places import NODE_WIDTH, PITCH_Y
from gui.views.graph_shapes import along_lane, edge_path
from gui.views.network_layout import arrange
from gui.views.network_paint import fitting_number

LENET = [(1, 32, 32), (6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (120,), (84,), (10,)]
CAPTIONS = [40.0, 72.0, 40.0, 72.0, 50.0, 60.0, 60.0, 30.0]


@pytest.mark.parametrize("size", [(660, 400), (1150, 650), (1600, 900)])
def test_everything_fits_and_nothing_overlaps(size):
    placed = arrange(LENET, CAPTIONS, *size, 1.0, 1.0)
    rects = [place.rect for place in placed]
    assert all(left.right() < right.left() for left, right in pairwise(rects))
    assert rects[-1].right() <= size[0]
    assert all(rect.top() >= 0 and rect.bottom() <= size[1] for rect in rects)
    for place in placed:
        maps = [place.map_rect(channel) for channel in range(place.grid.maps)]
        assert not any(a.intersects(b) for i, a in enumerate(maps) for b in maps[:i])


@pytest.mark.parametrize("zoom", [1.0, 2.5, 12.0])
def test_every_cell_is_found_where_it_is_painted(zoom):
    for place in arrange(LENET, CAPTIONS, 700, 450, 1.0, zoom):
        channel, row, column = place.grid.maps - 1, place.grid.height // 2, 0
        rect = place.map_rect(channel)
        middle = QPointF(rect.x() + 0.5 * place.cell, rect.y() + (row + 0.5) * place.cell)
        assert place.hit(middle) == (channel, row, column)
        assert place.hit(QPointF(-5, -5)) is None


def test_the_last_cells_of_a_vector_are_empty():
    (place,) = arrange([(18,)], [10.0], 300, 300, 1.0, 1.0)
    assert place.hit(QPointF(place.x + 3.5 * place.cell, place.y + 4.5 * place.cell)) is None


def test_what_a_cell_was_computed_from():
    conv, pool = Window("conv", (5, 5)), Window("max_pool", (2, 2), (2, 2))
    pool1 = below(conv, cell(LENET[3], (7, 4, 3)), LENET[2])
    assert pool1 == Field((0, 6), (4, 9), (3, 8))
    assert below(pool, pool1, LENET[1]) == Field((0, 6), (8, 18), (6, 16))
    assert below(Window("linear"), cell(LENET[5], (3,)), LENET[4]) == Field((0, 16), (0, 5), (0, 5))
    assert above(pool, cell(LENET[3], (2, 9, 0)), LENET[4]) == Field((2, 3), (4, 5), (0, 1))


def test_a_number_is_shortened_until_it_fits_or_left_out(qapp):
    metrics = QFontMetricsF(theme.font(10, mono=True))
    assert fitting_number(-9.5, 40, metrics) == "−9.5"
    assert fitting_number(-9.1e-33, 44, metrics) == "−9e−33"
    assert fitting_number(-9.1e-33, 12, metrics) == ""


def test_an_edge_over_several_layers_runs_along_its_lane():
    straight = edge_path(QPointF(0, 0), QPointF(300, 0), None, 9)
    over = along_lane(QPointF(0, 0), QPointF(300, 0), -PITCH_Y, 12, NODE_WIDTH)
    assert straight.boundingRect().height() == 0
    assert over.pointAtPercent(0) == QPointF(0, 0) and over.pointAtPercent(1) == QPointF(300, 0)
    assert over.pointAtPercent(0.5).y() == pytest.approx(-PITCH_Y)
    assert over.boundingRect().bottom() <= 0
