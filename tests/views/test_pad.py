"""The drawing pad for real hands: eraser, undo and redo, pictures by clipboard and drop, stages, teaching, why."""

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QPainter

from gui.bridge import requests
from gui.lab.drawing import Drawing
from gui.lab.snapshot import AttributionView
from gui.theme import theme
from gui.views.preview import SEVEN, rasterize
from gui.views.you import YouPanel

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CONTROL, NONE, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def you(qtbot, empty):
    panel = YouPanel(empty)
    qtbot.addWidget(panel)
    panel.resize(270, 720)
    panel.show()
    return panel


def draw(qtbot, canvas, *points, button=LEFT):
    side = canvas._sheet().width()
    places = [QPoint(round(x * side), round(y * side)) for x, y in points]
    qtbot.mousePress(canvas, button, pos=places[0])
    for place in places[1:]:
        qtbot.mouseMove(canvas, place)
    qtbot.mouseRelease(canvas, button, pos=places[-1])


def asked_for(asked, kind):
    return [request for request in asked if isinstance(request, kind)]


def shown(canvas):
    """The sheet's brightness as painted, (n, n) in 0..1."""
    image = canvas.grab(canvas._sheet().toAlignedRect()).toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width()] / 255


# ---- pen, eraser, history


def test_the_eraser_button_rubs_out(qtbot, you, empty):
    draw(qtbot, you.canvas, (0.2, 0.5), (0.5, 0.5), (0.8, 0.5))
    before = shown(you.canvas).sum()
    qtbot.mouseClick(you.eraser, LEFT)
    assert you.canvas.erasing and you.eraser.isChecked()
    draw(qtbot, you.canvas, (0.5, 0.3), (0.5, 0.5), (0.5, 0.7))
    assert [stroke.erases for stroke in empty.drawing.strokes] == [False, True]
    assert shown(you.canvas).sum() < 0.85 * before


def test_the_right_button_always_rubs_out(qtbot, you, empty):
    draw(qtbot, you.canvas, (0.2, 0.5), (0.8, 0.5))
    draw(qtbot, you.canvas, (0.5, 0.3), (0.5, 0.7), button=RIGHT)
    assert empty.drawing.strokes[-1].erases and not you.canvas.erasing


def test_choosing_a_pen_ends_erasing(qtbot, you):
    you.canvas.set_erasing(True)
    you.pen.popup.actions()[2].trigger()
    assert not you.canvas.erasing and you.canvas.pen_width == 0.1


def test_undo_and_redo_walk_over_strokes_clearing_and_samples(qtbot, you, empty):
    canvas, sample = you.canvas, rasterize(SEVEN, 28, 0.1)
    assert not you.undo.isEnabled() and not you.redo.isEnabled()
    draw(qtbot, canvas, (0.2, 0.5), (0.8, 0.5))
    draw(qtbot, canvas, (0.5, 0.2), (0.5, 0.8))
    qtbot.mouseClick(you.clear, LEFT)
    empty.take_sample(Drawing(0, picture=sample, label=7))
    seen = []
    for _ in range(4):
        qtbot.mouseClick(you.undo, LEFT)
        seen.append(len(empty.drawing.strokes))
    assert seen == [0, 2, 1, 0] and not you.undo.isEnabled() and empty.drawing.picture is None
    for _ in range(4):
        qtbot.mouseClick(you.redo, LEFT)
    assert empty.drawing.picture is sample and not you.redo.isEnabled()


def test_a_new_stroke_forgets_what_could_be_done_again(qtbot, you, empty):
    draw(qtbot, you.canvas, (0.2, 0.5), (0.8, 0.5))
    you.canvas.undo()
    draw(qtbot, you.canvas, (0.2, 0.2), (0.8, 0.2))
    you.canvas.redo()
    assert len(empty.drawing.strokes) == 1 and not you.canvas.can_redo


def test_the_eraser_works_on_a_sample_and_the_pen_starts_anew(qtbot, you, empty):
    sample = rasterize(SEVEN, 28, 0.1)
    empty.draw(Drawing(0, picture=sample, label=7))
    draw(qtbot, you.canvas, (0.5, 0.2), (0.5, 0.4), button=RIGHT)
    assert empty.drawing.picture is None and empty.drawing.ground is sample and empty.drawing.strokes[0].erases
    you.canvas.undo()
    assert empty.drawing.picture is sample and empty.drawing.label == 7
    draw(qtbot, you.canvas, (0.5, 0.2), (0.5, 0.4))
    assert empty.drawing.picture is None and empty.drawing.ground is None and empty.drawing.label is None


def test_a_stroke_is_anti_aliased(qtbot, you):
    draw(qtbot, you.canvas, (0.2, 0.2), (0.5, 0.35), (0.8, 0.8))
    picture = shown(you.canvas)
    between = (picture > 0.1) & (picture < 0.9)
    assert 0.02 < between.sum() / (picture > 0.1).sum() < 0.5


def test_keys_do_it_all(qtbot, open_window, store, asked):
    window = open_window(store)
    canvas = window.you.canvas
    qtbot.keyClick(window, Qt.Key.Key_X)
    assert canvas.erasing
    qtbot.keyClick(window, Qt.Key.Key_X)
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    strokes = len(store.drawing.strokes)
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert len(store.drawing.strokes) == strokes - 1
    qtbot.keyClick(window, Qt.Key.Key_Y, CONTROL)
    assert len(store.drawing.strokes) == strokes
    qtbot.keyClick(window, Qt.Key.Key_3, ALT)
    assert store.method == "occlusion" and asked_for(asked, requests.Attribute)[-1].method == "occlusion"
    qtbot.keyClick(window, Qt.Key.Key_0, ALT)
    assert store.method == ""
    qtbot.keyClick(window, Qt.Key.Key_A)
    assert window.you.teach.popup.isVisible()
    qtbot.keyClick(window.you.teach.popup, Qt.Key.Key_4)
    assert asked_for(asked, requests.Teach)[-1].label == 4
    qtbot.keyClick(window, Qt.Key.Key_O)
    assert asked_for(asked, requests.TrainMine)[-1].wanted


# ---- pictures


def seven(width=60, height=80):
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#e8e4da"))
    painter = QPainter(image)
    painter.fillRect(15, 20, 30, 5, QColor("#203040"))
    painter.fillRect(40, 20, 5, 45, QColor("#203040"))
    painter.end()
    return image


def test_a_copied_picture_is_pasted(qtbot, you, asked):
    QGuiApplication.clipboard().setImage(seven())
    you.canvas.paste()
    (request,) = asked_for(asked, requests.UsePicture)
    assert request.grey.shape == (80, 60) and request.grey.dtype == np.float32
    assert request.grey[22, 20] < 0.3 and request.grey[5, 5] > 0.8


def test_pasting_text_is_one_sentence(qtbot, you, empty, asked):
    QGuiApplication.clipboard().setText("seven")
    with qtbot.waitSignal(empty.failed) as failure:
        you.canvas.paste()
    assert failure.args == ["There is no picture to paste: copy one first."]
    assert not asked_for(asked, requests.UsePicture)


def drop(canvas, data):
    where = QPointF(20, 20)
    entering = QDragEnterEvent(where.toPoint(), Qt.DropAction.CopyAction, data, LEFT, NONE)
    entering.ignore()
    QGuiApplication.sendEvent(canvas, entering)
    if entering.isAccepted():
        QGuiApplication.sendEvent(canvas, QDropEvent(where, Qt.DropAction.CopyAction, data, LEFT, NONE))
    return entering.isAccepted()


def test_a_file_is_dropped(qtbot, you, asked, tmp_path):
    path = tmp_path / "seven.png"
    seven(600, 3000).save(str(path))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    assert drop(you.canvas, data)
    (request,) = asked_for(asked, requests.UsePicture)
    assert request.grey.shape == (1000, 200)


def test_a_file_that_is_no_picture_is_one_sentence(qtbot, you, empty, asked, tmp_path):
    path = tmp_path / "notes.png"
    path.write_text("no picture")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    with qtbot.waitSignal(empty.failed) as failure:
        assert drop(you.canvas, data)
    assert failure.args == ["notes.png cannot be read as a picture."]
    assert not asked_for(asked, requests.UsePicture)


def test_text_cannot_be_dropped(qtbot, you):
    data = QMimeData()
    data.setText("seven")
    assert not drop(you.canvas, data)


def test_transparent_paper_is_white(qtbot, you, asked):
    image = QImage(40, 40, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    data = QMimeData()
    data.setImageData(image)
    assert drop(you.canvas, data)
    assert asked_for(asked, requests.UsePicture)[0].grey.min() == 1


def test_a_pasted_picture_lies_on_the_sheet_and_can_be_undone(qtbot, you, empty):
    draw(qtbot, you.canvas, (0.2, 0.5), (0.8, 0.5))
    ground = np.zeros((336, 336), np.float32)
    ground[100:200, 150:190] = 1
    empty.take_sample(Drawing(0, ground=ground, photo=1 - ground))
    picture = shown(you.canvas)
    assert picture[5:-5, 5 : len(picture) // 3].max() < 0.05 < 0.9 < picture.max()
    you.canvas.undo()
    assert len(empty.drawing.strokes) == 1 and empty.drawing.ground is None


# ---- stages


def test_a_click_leaves_a_stage_out_and_the_words_explain(qtbot, store, asked):
    panel = YouPanel(store)
    qtbot.addWidget(panel)
    panel.resize(270, 720)
    panel.show()
    strip = panel.stages.strip
    store.take_probe(with_switches(store.probe))
    qtbot.mouseMove(strip, strip._spot(1).center().toPoint())
    assert panel.stages.words.text().startswith("box: Only the part that holds ink")
    qtbot.mouseClick(strip, LEFT, pos=strip._spot(1).center().toPoint())
    assert store.stages_off == {"box"} and asked_for(asked, requests.SetStages)[-1].off == {"box"}
    assert panel.stages.all.isVisible()
    qtbot.mouseClick(panel.stages.all, LEFT)
    assert store.stages_off == frozenset() and not panel.stages.all.isVisible()


def with_switches(probe, off=()):
    from dataclasses import replace

    first, *others = probe.stages
    others = [replace(stage, without="Left out.", on=stage.name not in off) for stage in others]
    return replace(probe, stages=(first, *others))


def test_keys_switch_stages_too(qtbot, store):
    panel = YouPanel(store)
    qtbot.addWidget(panel)
    panel.show()
    strip = panel.stages.strip
    store.take_probe(with_switches(store.probe))
    strip.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(strip, Qt.Key.Key_Return)
    assert store.stages_off == frozenset()  # the first stage cannot be left out
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    qtbot.keyClick(strip, Qt.Key.Key_Return)
    assert store.stages_off == {"20 x 20"}
    store.take_probe(with_switches(store.probe, {"20 x 20"}))
    assert "Left out." in strip.accessibleDescription()


def test_captions_keep_their_place_when_a_photo_of_more_stages_goes(qtbot, store):
    from dataclasses import replace

    panel = YouPanel(store)
    qtbot.addWidget(panel)
    panel.resize(270, 720)
    panel.show()
    drawn, strip = store.probe, panel.stages.strip
    for stages in (drawn.stages + drawn.stages[:2], drawn.stages):
        store.take_probe(replace(drawn, stages=stages))
        qtbot.waitUntil(lambda: strip.height() == strip.sizeHint().height())


# ---- honesty


@pytest.mark.parametrize(
    ("verdict", "said"), [("digit", "this is a 7"), ("unsure", "unsure: 7 or 9?"), ("no digit", "no digit I know")]
)
def test_the_verdict_says_how_sure_it_is(qtbot, store, verdict, said):
    from dataclasses import replace

    panel = YouPanel(store)
    qtbot.addWidget(panel)
    store.take_probe(replace(store.probe, verdict=verdict))
    assert panel.prediction.verdict.text() == said
    assert "largest probability is" in panel.prediction.verdict.toolTip()


# ---- teaching


def test_teaching_counts_and_offers_to_train(qtbot, you, empty, asked):
    assert not you.teach.train.isEnabled()
    with qtbot.waitSignal(empty.failed):
        empty.teach(3)  # nothing is drawn
    draw(qtbot, you.canvas, (0.2, 0.5), (0.8, 0.5))
    you.teach.popup.actions()[10].trigger()
    assert asked_for(asked, requests.Teach)[-1].label == -1
    empty.take_mine((0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1))
    assert you.teach.text().endswith("3") and you.teach.train.isEnabled() and "1: 2" in you.teach.toolTip()
    you.teach.train.trigger()
    assert asked_for(asked, requests.TrainMine)[-1].wanted
    empty.take_experiment(empty.experiment.changed(mine=0.25))
    assert you.teach.train.text() == "Train without mine"
    you.teach.train.trigger()
    assert not asked_for(asked, requests.TrainMine)[-1].wanted


# ---- why


def view(method="gradient", window=(0.0, 0.0, 1.0)):
    values = np.zeros((32, 32), np.float32)
    values[:16], values[16:] = 1, -1
    return AttributionView(method, "∂z/∂x", 7, values, window, 1, 1, 0.7, 1, 1)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_map_lies_on_the_drawing_where_the_network_looked(qtbot, you, empty, scheme):
    theme.set_name(scheme)
    empty.explain_by("gradient")
    empty.take_attribution(view(window=(0.25, 0.25, 0.5)))
    assert you.card.isVisible() and you.card.formula.text() == "∂z/∂x"
    assert you.card.cost.text() == "1 forward, 1 backward · 0.7 ms"
    image = you.canvas.grab(you.canvas._sheet().toAlignedRect()).toImage()
    at = lambda x, y: image.pixelColor(round(x * image.width()), round(y * image.height()))  # noqa: E731
    above, below, outside = at(0.5, 0.35), at(0.5, 0.65), at(0.1, 0.5)
    assert above.red() > 200 > above.blue() and below.blue() > 200 > below.red()
    assert max(outside.red(), outside.blue()) < 20
    empty.explain_by("")
    assert not you.card.isVisible() and you.canvas._overlay is None


def test_an_answer_of_another_method_comes_too_late(qtbot, you, empty):
    empty.explain_by("occlusion")
    empty.take_attribution(view("gradient"))
    assert empty.attribution is None and "Nothing" in you.card.formula.text()


def test_the_menu_says_which_method_is_shown(qtbot, you, empty, asked):
    you.why.popup.actions()[4].trigger()
    assert empty.method == "grad-cam" and you.why.text() == "Grad-CAM"
    assert [action.isChecked() for action in you.why.popup.actions()] == [False, False, False, False, True]
    assert asked_for(asked, requests.Attribute)[-1].method == "grad-cam"


def test_everything_has_a_name(you):
    from PySide6.QtWidgets import QAbstractButton

    buttons = you.findChildren(QAbstractButton)
    assert len(buttons) >= 9 and all(button.accessibleName() for button in buttons)
