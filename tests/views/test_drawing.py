"""Strokes by mouse and by keys, undo and clear."""

import pytest
from PySide6.QtCore import QPoint, Qt

from gui.bridge import requests
from gui.lab.drawing import Drawing
from gui.views.drawing_canvas import DrawingCanvas
from gui.views.preview import SEVEN, rasterize

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def canvas(qtbot, empty):
    canvas = DrawingCanvas(empty)
    qtbot.addWidget(canvas)
    canvas.resize(200, 200)
    canvas.show()
    return canvas


def draw(qtbot, canvas, *points):
    qtbot.mousePress(canvas, LEFT, pos=QPoint(*points[0]))
    for point in points[1:]:
        qtbot.mouseMove(canvas, QPoint(*point))
    qtbot.mouseRelease(canvas, LEFT, pos=QPoint(*points[-1]))


def test_a_stroke_follows_the_mouse(qtbot, canvas, empty):
    draw(qtbot, canvas, (50, 40), (100, 60), (150, 160))
    (stroke,) = empty.drawing.strokes
    assert stroke.points[0] == pytest.approx((0.25, 0.2), abs=0.01)
    assert stroke.points[-1] == pytest.approx((0.75, 0.8), abs=0.01)
    assert stroke.width == canvas.pen_width


def test_it_is_classified_while_it_is_drawn(qtbot, canvas, asked):
    qtbot.mousePress(canvas, LEFT, pos=QPoint(50, 40))
    for x in range(60, 160, 10):
        qtbot.mouseMove(canvas, QPoint(x, 60))
        qtbot.wait(15)
    shown = [request.drawing for request in asked if isinstance(request, requests.ShowDrawing)]
    assert len(shown) > 3
    assert [len(drawing.strokes) for drawing in shown] == [1] * len(shown)
    assert len(shown[-1].strokes[0].points) > len(shown[0].strokes[0].points)
    qtbot.mouseRelease(canvas, LEFT, pos=QPoint(160, 60))


def test_strokes_add_up_and_undo_takes_the_last(qtbot, canvas, empty):
    draw(qtbot, canvas, (50, 40), (100, 60))
    draw(qtbot, canvas, (20, 20), (30, 90))
    assert len(empty.drawing.strokes) == 2
    first = empty.drawing.strokes[0]
    canvas.undo()
    assert empty.drawing.strokes == (first,)
    canvas.undo()
    assert empty.drawing.empty
    canvas.undo()
    assert empty.drawing.empty


def test_clear_empties(qtbot, canvas, empty):
    draw(qtbot, canvas, (50, 40), (100, 60))
    canvas.clear()
    assert empty.drawing.empty


def test_drawing_on_a_sample_starts_anew(qtbot, canvas, empty):
    empty.draw(Drawing(0, picture=rasterize(SEVEN, 28, 0.1), label=7))
    draw(qtbot, canvas, (50, 40), (100, 60))
    assert empty.drawing.picture is None
    assert len(empty.drawing.strokes) == 1


def test_the_keyboard_draws_too(qtbot, canvas, empty):
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    for _ in range(5):
        qtbot.keyClick(canvas, Qt.Key.Key_Down)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    (stroke,) = empty.drawing.strokes
    assert stroke.points[-1][1] > stroke.points[0][1] + 0.1
    assert stroke.points[-1][0] == stroke.points[0][0]


def test_a_smaller_sheet_keeps_the_place_of_a_stroke(qtbot, canvas, empty):
    canvas.resize(300, 120)
    draw(qtbot, canvas, (150, 60), (150, 80))
    assert empty.drawing.strokes[0].points[0] == pytest.approx((0.5, 0.5), abs=0.02)
