"""The whole window, driven by mouse and keys."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDockWidget, QLabel, QLineEdit, QWidget

from gui.bridge import requests
from gui.bridge.commands import COMMANDS
from gui.bridge.store import Progress, Selection
from gui.lab.findings import Edit, EditView, Effect
from gui.main_window import MainWindow
from gui.theme import theme
from gui.views import preview
from gui.views.error_dialog import make_error_dialog
from gui.views.window_commands import WINDOW_COMMANDS

LEFT, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier


def texts_cut_off(window):
    """Labels and buttons that are seen and have less room than their text needs."""
    cut = []
    for widget in window.findChildren(QWidget):
        if not isinstance(widget, QLabel | QAbstractButton) or not widget.isVisible() or not widget.text():
            continue
        wraps = isinstance(widget, QLabel) and widget.wordWrap()
        needed = widget.heightForWidth(widget.width()) if wraps else widget.minimumSizeHint().height()
        narrow = not wraps and widget.width() < widget.sizeHint().width() - 1
        if narrow or widget.height() < needed - 1:
            cut.append((widget.text(), widget.size(), widget.sizeHint()))
    return cut


# ---- selection is shared


def test_a_click_on_a_node_reaches_the_inspector(qtbot, window, store):
    canvas = window.graph.canvas
    leaf = next(node for node in canvas.nodes.values() if node.parameter == "fc3.bias")
    qtbot.mouseClick(canvas, LEFT, pos=canvas.place(leaf).center().toPoint())
    assert store.selection == Selection("fc3", "fc3.bias", leaf.id, None)
    assert window.inspector.name.text() == "fc3.bias"
    assert window.network.canvas.module == "fc3"


def test_a_click_on_a_map_reaches_graph_and_inspector(qtbot, window, store):
    canvas = window.network.canvas
    place = canvas.placed[1]
    spot = (place.map_rect(2).center() + canvas.origin()).toPoint()
    qtbot.mouseClick(canvas, LEFT, pos=spot)
    assert store.selection == Selection("conv1", "conv1.weight", None, 2)
    assert window.inspector.name.text() == "conv1.weight[2]"
    assert window.graph.canvas.selected_node().parameter == "conv1.weight"


def test_arrow_keys_walk_graph_network_and_list(qtbot, window, store):
    qtbot.keyClick(window.graph.canvas, Qt.Key.Key_Right)
    first = store.selection.node
    qtbot.keyClick(window.graph.canvas, Qt.Key.Key_Right)
    assert store.selection.node != first
    qtbot.keyClick(window.network.canvas, Qt.Key.Key_Right)
    assert store.selection.module
    qtbot.keyClick(window.network.canvas, Qt.Key.Key_Down)
    assert store.selection.channel == 0
    qtbot.keyClick(window.inspector.parameters, Qt.Key.Key_Down)
    assert store.selection.parameter


def test_hovering_a_cell_tells_its_number_and_limits(qtbot, window):
    canvas = window.network.canvas
    place = canvas.placed[3]
    rect = place.map_rect(4).translated(canvas.origin())
    qtbot.mouseMove(canvas, QPoint(round(rect.x() + 2.5 * place.cell), round(rect.y() + 1.5 * place.cell)))
    assert canvas.hovered == (3, 4, 1, 2)
    from gui.views.network_hover import readout

    name, limits = readout(canvas, canvas.hovered)
    assert name.startswith("conv2[4, 1, 2] = ")
    assert "limits" in limits
    window.grab()


# ---- commands


@pytest.mark.parametrize(
    ("key", "request_type"),
    [("S", requests.StepBatch), (" ", requests.Run), ("R", requests.Reset), ("T", requests.Test)],
)
def test_keys_ask_the_worker(qtbot, window, asked, key, request_type):
    asked.clear()
    QTest.keyClick(window, Qt.Key(ord(key)))
    assert [type(request) for request in asked] == [request_type]


def test_every_command_has_an_action_with_its_key(window):
    for command in (*COMMANDS, *WINDOW_COMMANDS):
        action = window.actions_by_id[command.id]
        assert action in window.actions()
        assert not action.shortcut().isEmpty(), command.id
        assert action.toolTip()


def test_no_two_commands_share_a_key(window):
    keys = [action.shortcut().toString() for action in window.actions_by_id.values()]
    assert len(set(keys)) == len(keys)


def test_the_palette_finds_and_does(qtbot, window, asked):
    QTest.keyClick(window, Qt.Key.Key_K, CONTROL)
    palette = window.palette_dialog
    assert palette.isVisible()
    asked.clear()
    QTest.keyClicks(palette.field, "step one")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert [type(request) for request in asked] == [requests.StepBatch]
    assert not palette.isVisible()


def test_run_becomes_pause_and_nothing_moves(window, store):
    before = window.transport.run.geometry()
    assert window.transport.run.text() == "Run"
    store.take_snapshot(replace(store.snapshot, running=True))
    QTest.qWait(10)
    assert window.transport.run.text() == "Pause"
    assert window.transport.run.geometry() == before


def test_views_of_the_bottom(qtbot, window):
    QTest.keyClick(window, Qt.Key.Key_2, CONTROL)
    assert window.learning.panels["test"].isVisible()
    QTest.keyClick(window, Qt.Key.Key_3, CONTROL)
    assert window.learning.panels["health"].isVisible()


def test_without_a_graph_its_panel_counts_no_nodes(window, store):
    store.select(Selection())
    assert window.graph.note.text() == f"{len(store.snapshot.graph.nodes)} nodes"
    store.take_snapshot(replace(store.snapshot, graph=None))
    assert window.graph.note.text() == "" and window.graph.empty.isVisible()


def test_the_graph_takes_the_middle_and_gives_it_back(window):
    QTest.keyClick(window, Qt.Key.Key_G)
    assert window.large_graph.isVisible() and not window.network.isVisible()
    QTest.keyClick(window, Qt.Key.Key_G)
    assert window.network.isVisible() and window.graph.isVisible()


def test_only_the_centre(window):
    QTest.keyClick(window, Qt.Key.Key_F9)
    assert not window.inspector.isVisible() and window.network.isVisible()
    QTest.keyClick(window, Qt.Key.Key_F9)
    assert window.inspector.isVisible() and window.graph.isVisible()


def test_f6_visits_the_panels(qtbot, window):
    seen = set()
    for _ in range(6):
        QTest.keyClick(window, Qt.Key.Key_F6)
        seen.add(window.focusWidget())
    assert len(seen) == 6


def test_a_target_is_a_click_on_a_digit(qtbot, window, asked):
    bars = window.you.prediction.bars
    qtbot.mouseClick(bars, LEFT, pos=QPoint(30, round(3.5 * bars._pitch())))
    assert asked[-1] == requests.SetTarget(3)
    qtbot.keyClick(bars, Qt.Key.Key_Escape)
    assert asked[-1] == requests.SetTarget(None)


# ---- settings


def test_a_bad_learning_rate_is_refused_with_a_sentence(qtbot, window, store):
    QTest.keyClick(window, Qt.Key.Key_E)
    editor = window.transport.editor
    field = editor.fields["lr"]
    field.selectAll()
    qtbot.keyClicks(field, "abc")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert editor.message.text() == "The learning rate is a number above 0, not «abc»."
    assert field.text() == "0.02"
    assert store.experiment.lr == 0.02
    editor.hide()


def test_a_good_one_is_used_at_once(qtbot, window, store, asked):
    window.edit_settings()
    editor = window.transport.editor
    for name, text in (("lr", "0.1"), ("batch_size", "128")):
        editor.fields[name].selectAll()
        qtbot.keyClicks(editor.fields[name], text)
        qtbot.keyClick(editor.fields[name], Qt.Key.Key_Return)
    qtbot.mouseClick(editor.optimizer.buttons["Adam"], LEFT)
    assert (store.experiment.lr, store.experiment.batch_size, store.experiment.optimizer) == (0.1, 128, "Adam")
    assert isinstance(asked[-1], requests.Configure)
    assert "Adam · lr 0.1 · batch 128" in window.transport.settings.text()
    assert not editor.fields["momentum"].isEnabled()
    editor.hide()


# ---- states


def test_empty_states_speak_and_offer_the_way_out(qtbot, open_window, empty, asked):
    window = open_window(empty)
    assert window.network.empty.isVisible()
    assert window.graph.empty.isVisible()
    assert "node by node" in window.graph.empty.text.text()
    assert texts_cut_off(window) == []
    asked.clear()
    qtbot.mouseClick(window.network.empty.button, LEFT)
    qtbot.mouseClick(window.graph.empty.button, LEFT)  # the walk needs something to walk from
    assert [type(request) for request in asked] == [requests.GiveSample, requests.GiveSample]
    assert window.large_graph.empty.isVisible() and texts_cut_off(window) == []


def test_a_window_before_the_first_snapshot(qtbot, open_window):
    from gui.bridge.store import Store
    from gui.lab.experiment import Experiment

    window = open_window(Store(Experiment()))
    window.grab()
    assert window.transport.model.text() == "LeNet ▾"


def test_nan_is_told_and_stays(window, store):
    sentence = "The loss became NaN at step 12, first in Convolution: lower the learning rate."
    store.take_snapshot(replace(store.snapshot, notice=sentence))
    assert window.notice.isVisible() and window.notice.text.text() == sentence
    store.take_snapshot(replace(store.snapshot, notice=""))
    assert not window.notice.isVisible()


def test_progress_is_shown_while_it_lasts(window, store):
    line = window.transport.timeline.progress
    store.take_progress(Progress("Preparing kernels", 12, 40))
    assert line.isVisible() and "12 of 40" in line.text.text()
    store.take_progress(Progress("Preparing kernels", 40, 40))
    assert not line.isVisible()


def test_news_and_refusals_pass_by(window, store):
    store.take_news("Saved to digits.safetensors.")
    assert window.toast.isVisible() and "Saved" in window.toast.text.text()
    assert texts_cut_off(window.toast) == []
    store.take_failure("This is no checkpoint. " * 8)
    assert texts_cut_off(window.toast) == []
    QTest.mouseClick(window.toast.close_button, LEFT)
    assert not window.toast.isVisible()


def test_an_error_can_be_copied(qtbot, qapp, window):
    dialog = make_error_dialog("Something went wrong.", "Traceback ...", window)
    qtbot.addWidget(dialog)
    dialog.show()
    copy = next(button for button in dialog.findChildren(QAbstractButton) if button.text() == "Copy")
    qtbot.mouseClick(copy, LEFT)
    assert "Traceback" in qapp.clipboard().text()


# ---- look


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize(("width", "height", "zoom"), [(1280, 800, 1.0), (1920, 1080, 1.5), (1280, 800, 1.5)])
def test_no_text_is_cut_off(open_window, store, scheme, width, height, zoom):
    window = open_window(store, width, height)
    theme.set_name(scheme)
    theme.set_zoom(zoom)
    QTest.qWait(40)
    assert (window.width(), window.height()) == (width, height)
    for panel in ("curves", "test", "health"):
        window.show_learning(panel)
        QTest.qWait(10)
        assert texts_cut_off(window) == []
    effect = Effect(0.0123, 34.5, -0.00123)
    edit = Edit("conv1.weight", (2,), "set", 0.0)
    store.take_edit(EditView(edit, effect, effect, (0.99, 0.97), 500, np.arange(20.0).reshape(2, 10), 3, 1))
    for page in window.inspector.pages:
        window.inspector.show_page(page)
        QTest.qWait(10)
        assert texts_cut_off(window) == []
        assert window.inspector.area.widget().width() <= window.inspector.area.viewport().width()


def test_every_panel_is_inside_the_smallest_window(window):
    for dock in window.findChildren(QDockWidget):
        assert window.rect().contains(dock.geometry())
        assert dock.widget().width() >= 200
    canvas = window.network.canvas
    assert canvas.placed[-1].rect.right() + canvas.origin().x() <= canvas.width()


def test_every_widget_can_be_named(window):
    nameless = [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not widget.accessibleName()
    ]
    assert [(type(widget), widget.objectName(), widget.parent()) for widget in nameless] == []


def test_the_theme_switches_live_and_is_remembered(qtbot, window, settings, store):
    qtbot.mouseClick(window.transport.theme, LEFT)
    assert not theme.dark
    QTest.keyClick(window, Qt.Key.Key_T, CONTROL)
    assert theme.dark
    qtbot.mouseClick(window.transport.theme, LEFT)
    theme.set_zoom(1.25)
    window.close()
    theme.start("dark", 1.0)
    again = MainWindow(store, QSettings(settings.fileName(), QSettings.Format.IniFormat))
    qtbot.addWidget(again)
    assert (theme.dark, theme.zoom) == (False, 1.25)


def test_zoom_keys_grow_the_type(window):
    before = QFontMetricsF(window.transport.run.font()).height()
    window.zoom_in()
    window.zoom_in()
    assert QFontMetricsF(window.transport.run.font()).height() > before * 1.15
    window.zoom_reset()
    assert QFontMetricsF(window.transport.run.font()).height() == pytest.approx(before)


def test_pictures_are_different_by_theme_and_mode(window, store):
    dark = window.network.grab().toImage()
    theme.toggle()
    light = window.network.grab().toImage()
    store.set_mode("gradients")
    gradients = window.network.grab().toImage()
    store.set_mode("update")
    update = window.network.grab().toImage()
    assert len({image.pixelColor(5, 5).name() for image in (dark, light)}) == 2
    assert dark != light != gradients != update


def test_hidden_panels_are_left_alone(window, store, monkeypatch):
    window.show_learning("curves")
    bars = window.learning.panels["health"].bars
    monkeypatch.setattr(bars, "show_views", lambda views: pytest.fail("a hidden panel was refreshed"))
    store.take_snapshot(replace(store.snapshot, parameters=preview.parameters(5)))
    QTest.qWait(120)


def test_wheel_zooms_until_numbers_appear_and_home_fits(qtbot, window):
    canvas = window.network.canvas
    spot = canvas.placed[4].map_rect(4).center() + canvas.origin()
    canvas.zoom_at(spot, 9.0)
    assert canvas.placed[4].cell >= 34
    assert canvas.cell_at(spot)[:2] == (4, 4)
    window.grab()
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.zoom == 1.0


def test_fields_accept_letters_that_are_also_commands(qtbot, window, asked):
    window.edit_settings()
    field = window.transport.editor.fields["lr"]
    assert isinstance(field, QLineEdit)
    asked.clear()
    qtbot.keyClicks(field, "s")
    assert asked == []
    window.transport.editor.hide()


def test_zoom_eases_unless_motion_is_reduced(qtbot, window):
    canvas = window.network.canvas
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.zoom == pytest.approx(1.4)
    canvas.fit()
    theme.set_reduced_motion(False)
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.zoom < 1.2
    qtbot.waitUntil(lambda: canvas.zoom == pytest.approx(1.4), timeout=2000)


def test_space_in_the_settings_ticks_a_box_and_does_not_train(qtbot, window, store, asked):
    window.edit_settings()
    box = window.transport.editor.nesterov
    box.setFocus()
    asked.clear()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert store.experiment.nesterov
    assert [type(request) for request in asked] == [requests.Configure]
    window.transport.editor.hide()
