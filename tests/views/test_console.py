"""The console in the window, driven by keys and mouse, with a real session behind it."""

import os
import time

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from gui.bridge import requests
from gui.bridge.store import Store
from gui.lab.experiment import Experiment
from gui.theme import theme
from gui.views.console_editor import SnippetEditor
from gui.views.console_output import ConsoleOutput
from tests.views.test_window import texts_cut_off

CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
LEFT, PATIENCE = Qt.MouseButton.LeftButton, 60_000
Q = """\
a = torch.tensor([2., 3.], requires_grad=True)
b = torch.tensor([6., 4.], requires_grad=True)
Q = 3*a**3 - b**2
"""


@pytest.fixture
def panel(window, qtbot):
    """The console, opened by its key, with its session started."""
    qtbot.keyClick(window, Qt.Key.Key_4, CTRL)
    panel = window.learning.panels["console"]
    qtbot.waitUntil(lambda: panel.console.state == "ready", timeout=PATIENCE)
    yield panel
    panel.console.close()


def run(qtbot, panel, source):
    """Put a snippet into the editor, press Ctrl+Return, and wait for its end."""
    panel.editor.show_text(source)
    with qtbot.waitSignal(panel.console.finished, timeout=PATIENCE) as finished:
        qtbot.keyClick(panel.editor, Qt.Key.Key_Return, CTRL)
    return finished.args[0]


def written(panel):
    return panel.output.toPlainText()


def test_a_window_whose_console_was_never_seen_has_no_session(window):
    assert window.store.console.state == "off"


def test_typing_running_and_the_value(window, panel, qtbot):
    assert panel.editor.hasFocus()
    qtbot.waitUntil(lambda: not texts_cut_off(window))
    qtbot.keyClicks(panel.editor, "for i in range(2):")
    qtbot.keyClick(panel.editor, Qt.Key.Key_Return)
    qtbot.keyClicks(panel.editor, "print('turn', i)")
    qtbot.keyClick(panel.editor, Qt.Key.Key_Return)
    qtbot.keyClick(panel.editor, Qt.Key.Key_Backspace)
    qtbot.keyClicks(panel.editor, "torch.ones(2) * 3")
    assert panel.editor.toPlainText() == "for i in range(2):\n    print('turn', i)\ntorch.ones(2) * 3"
    with qtbot.waitSignal(panel.console.finished, timeout=PATIENCE):
        qtbot.keyClick(panel.editor, Qt.Key.Key_Return, CTRL)
    assert "turn 0\nturn 1\ntensor([3., 3.])" in written(panel)
    qtbot.keyClick(panel.editor, Qt.Key.Key_L, CTRL | SHIFT)
    assert written(panel) == ""


def test_the_graph_of_q_opens_and_is_stepped(window, panel, qtbot, asked):
    walk = window.store.walking
    run(qtbot, panel, Q)
    qtbot.waitUntil(lambda: walk.view is not None and walk.view.title == "Q")
    assert window.graph.canvas.whole is walk.view.graph and not walk.view.steps
    window.graph.canvas.setFocus()
    words = " ".join(each.text() for each in window.graph.card.findChildren(type(window.graph.card.name)))
    assert "gradient of ones" in words
    for count in range(1, len(walk.view.graph.nodes) + 1):
        qtbot.keyClick(window.graph, Qt.Key.Key_Right, CTRL)
        qtbot.waitUntil(lambda count=count: len(walk.view.steps) == count)
        assert window.graph.canvas.marks.current == walk.view.current.node or walk.view.finished
    filled = {step.filling.parameter: step.filling.after.values for step in walk.view.steps if step.filling}
    np.testing.assert_array_equal(filled["a"], [36, 81])
    np.testing.assert_array_equal(filled["b"], [-12, -8])
    assert window.store.selection.parameter is None
    qtbot.waitUntil(lambda: not texts_cut_off(window))
    assert not any(isinstance(request, requests.WalkOn) for request in asked)  # the network's walk was not touched
    walk.run_to_parameter("b")
    qtbot.waitUntil(lambda: not walk.view.finished)
    assert walk.view.current.filling.parameter == "b"
    walk.run_to_parameter("conv1.weight")  # of the network: the snippet's walk makes room
    assert walk.view is None and isinstance(asked[-1], requests.WalkToParameter)
    panel.walk()
    qtbot.waitUntil(lambda: walk.view is not None)
    window.graph.canvas.setFocus()
    qtbot.keyClick(window.graph, Qt.Key.Key_U)
    assert walk.view is None


def test_an_element_is_chosen_and_the_graph_is_saved(window, panel, qtbot, tmp_path):
    walk = window.store.walking
    run(qtbot, panel, Q + "Q.sum().backward()")
    qtbot.waitUntil(lambda: walk.view is not None and walk.view.title == "Q.sum()")
    walk.forward()
    walk.forward()
    qtbot.waitUntil(lambda: len(walk.view.steps) == 2)
    walk.choose(1, 0, (1,))
    qtbot.waitUntil(lambda: walk.view.chain is not None and walk.view.chain.place == (1,))
    walk.go_to("backward")
    qtbot.waitUntil(lambda: len(walk.view.steps) == 1)
    with qtbot.waitSignal(window.store.told, timeout=PATIENCE):
        window.files.export_graph(tmp_path / "q.dot")
    assert "digraph" in (tmp_path / "q.dot").read_text("utf-8")


def test_another_tensor_is_chosen_and_walked(window, panel, qtbot):
    walk = window.store.walking
    run(qtbot, panel, Q + "R = (a * b).sum()\nloss = (R - 1) ** 2")
    qtbot.waitUntil(lambda: walk.view is not None and walk.view.title == "loss")
    panel.roots.setCurrentIndex(panel.roots.findData("R"))
    qtbot.keyClick(panel.editor, Qt.Key.Key_Return, CTRL | SHIFT)
    qtbot.waitUntil(lambda: walk.view.title == "R")
    panel.show_page("variables")
    names = [panel.table.item(place, 0).text() for place in range(panel.table.rowCount())]
    assert names == ["a", "b", "Q", "R", "loss"] and panel.table.item(0, 3).text() == "not computed yet"
    panel.table.setCurrentCell(names.index("Q"), 0)
    qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: walk.view.title == "Q")
    with qtbot.waitSignal(window.store.failed):
        panel.table.setCurrentCell(0, 0)
        qtbot.keyClick(panel.table, Qt.Key.Key_Return)


def test_an_error_is_marked_at_its_line_and_can_be_copied(window, panel, qtbot):
    run(qtbot, panel, "x = torch.ones(3)\n\ny = x + torch.ones(4)\nx")
    sentence = "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 0"
    assert f"line 3 · RuntimeError: {sentence}" in written(panel)
    assert panel.editor.error_line == 3 and panel.editor.error == sentence and panel.editor.extraSelections()
    theme.set_name("light")
    assert panel.editor.error_line == 3 and panel.editor.extraSelections()
    qtbot.mouseClick(panel.copy, LEFT)
    assert QGuiApplication.clipboard().text().startswith(f"RuntimeError: {sentence}")
    qtbot.mouseClick(panel.trace, LEFT)
    assert "Traceback (most recent call last)" in written(panel) and "torch.ones(4)" in written(panel)
    panel.editor.setFocus()
    qtbot.keyClicks(panel.editor, " ")
    assert not panel.editor.error_line and not panel.editor.extraSelections()
    run(qtbot, panel, "print('fine'")
    assert panel.editor.error_line == 1 and "never closed" in written(panel)
    run(qtbot, panel, "1 / 1")
    assert not panel.trace.isVisible() and panel.fault is None


@pytest.mark.parametrize(
    "endless", ["while True: pass", "while True: print('again and again')", "import time\ntime.sleep(1000)"]
)
def test_an_endless_snippet_is_stopped_and_the_window_goes_on(window, panel, qtbot, endless):
    run(qtbot, panel, "kept = 1")
    panel.editor.show_text(endless)
    qtbot.keyClick(panel.editor, Qt.Key.Key_Return, CTRL)
    assert panel.console.state == "running" and not panel.run_button.isEnabled()
    turns = []
    timer = QTimer()
    timer.timeout.connect(lambda: turns.append(time.perf_counter()))
    timer.start(10)
    QTest.qWait(400)
    timer.stop()
    assert len(turns) > 5  # the loop turned all the while
    with qtbot.waitSignal(panel.console.finished, timeout=PATIENCE) as finished:
        qtbot.keyClick(panel.editor, Qt.Key.Key_Period, CTRL)
    assert finished.args[0].stopped and "Stopped." in written(panel) and len(written(panel)) < 150_000
    run(qtbot, panel, "kept + 1")
    assert written(panel).endswith("2\n")


def test_a_snippet_that_does_not_listen_loses_its_session(window, panel, qtbot):
    run(qtbot, panel, Q)
    qtbot.waitUntil(lambda: window.store.walking.view is not None)
    panel.editor.show_text("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass")
    qtbot.keyClick(panel.editor, Qt.Key.Key_Return, CTRL)
    QTest.qWait(200)
    with qtbot.waitSignal(panel.console.ended, timeout=PATIENCE):
        qtbot.mouseClick(panel.stop_button, LEFT)
    assert window.store.walking.view.over == "snippet" and panel.table.rowCount() == 0
    assert "did not listen" in written(panel)
    qtbot.waitUntil(lambda: panel.console.state == "ready", timeout=PATIENCE)  # a new one has begun
    run(qtbot, panel, "6 * 7")
    assert written(panel).endswith("42\n")


def test_a_session_that_ends_itself_is_told_and_begun_anew(window, panel, qtbot):
    panel.editor.show_text("import os\nos._exit(3)")
    with qtbot.waitSignal(panel.console.ended, timeout=PATIENCE):
        qtbot.keyClick(panel.editor, Qt.Key.Key_Return, CTRL)
    assert "exit code 3" in written(panel)
    run(qtbot, panel, "input('name')")  # waits for the new session
    assert "nobody types" in written(panel)
    run(qtbot, panel, "import sys; sys.exit()")
    assert "session goes on" in written(panel)
    run(qtbot, panel, "z = 1")
    with qtbot.waitSignal(panel.console.state_changed):
        qtbot.keyClick(panel.editor, Qt.Key.Key_N, CTRL | SHIFT)
    qtbot.waitUntil(lambda: panel.console.state == "ready", timeout=PATIENCE)
    assert "z" in run(qtbot, panel, "z").fault.sentence


def test_a_walk_waits_for_the_snippet(window, panel, qtbot):
    run(qtbot, panel, Q)
    qtbot.waitUntil(lambda: window.store.walking.view is not None)
    panel.editor.show_text("import time\ntime.sleep(100)")
    qtbot.keyClick(panel.editor, Qt.Key.Key_Return, CTRL)
    with qtbot.waitSignal(window.store.failed) as failed:
        window.store.walking.forward()
    assert "stop it first" in failed.args[0]
    with qtbot.waitSignal(panel.console.finished, timeout=PATIENCE):
        panel.stop()
    window.store.walking.forward()
    qtbot.waitUntil(lambda: len(window.store.walking.view.steps) == 1)


def test_inputs_come_back(panel, qtbot):
    for source in ("one = 1", "two = 2"):
        run(qtbot, panel, source)
    panel.editor.show_text("draft")
    for key, expected in ((Qt.Key.Key_Up, "two = 2"), (Qt.Key.Key_Up, "one = 1"), (Qt.Key.Key_Down, "two = 2")):
        qtbot.keyClick(panel.editor, key, ALT)
        assert panel.editor.toPlainText() == expected
    qtbot.keyClick(panel.editor, Qt.Key.Key_Down, ALT)
    assert panel.editor.toPlainText() == "draft"
    qtbot.keyClick(panel.editor, Qt.Key.Key_Z, CTRL)
    assert panel.editor.toPlainText() == "two = 2"


def test_a_snippet_of_the_menu_runs(window, panel, qtbot):
    qtbot.keyClick(panel.editor, Qt.Key.Key_X, CTRL | SHIFT)
    actions = panel.snippets.popup.actions()
    assert panel.snippets.popup.isVisible() and len(actions) == 8
    panel.snippets.popup.hide()
    actions[3].trigger()
    assert "accumulate" not in panel.editor.toPlainText() and "loss.backward()" in panel.editor.toPlainText()
    with qtbot.waitSignal(panel.console.finished, timeout=PATIENCE):
        qtbot.mouseClick(panel.run_button, LEFT)
    assert "2 tensor(-36.)\nfresh tensor(-12.)" in written(panel)


def test_the_editor_indents_as_python_wants_it(qtbot, qapp):
    editor = SnippetEditor()
    qtbot.addWidget(editor)
    editor.show()
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    qtbot.keyClicks(editor, "if x:  # 'a' \"b\" 1.5e-3")
    editor.show_text("if x:\n    y = '''one\ntwo''' + \"a\"  # 3\nz = 0x1f + 2.5")
    editor.selectAll()
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.toPlainText().startswith("    if x:\n        y")
    editor.selectAll()
    qtbot.keyClick(editor, Qt.Key.Key_Backtab)
    assert editor.toPlainText().startswith("if x:\n    y")
    editor.show_text("    a")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert editor.toPlainText() == "    a\n    "
    qtbot.keyClick(editor, Qt.Key.Key_Backspace)
    assert editor.toPlainText() == "    a\n"
    editor.mark(99, "beyond the end")
    editor.grab()
    wide = editor.gutter_width()
    editor.show_text("x\n" * 1200)
    assert editor.gutter_width() > wide


def test_output_is_bounded_and_keeps_its_place(qtbot, qapp):
    output = ConsoleOutput()
    qtbot.addWidget(output)
    output.resize(300, 120)
    output.show()
    for i in range(60):
        output.add("out", f"line {i}\n")
    assert output.verticalScrollBar().value() == output.verticalScrollBar().maximum()
    output.verticalScrollBar().setValue(3)
    output.add("out", "x\n" * 10_000)
    assert output.blockCount() <= 5_000 and output.verticalScrollBar().value() < 100


def test_a_session_that_cannot_start_says_so(qtbot, qapp, monkeypatch):
    store = Store(Experiment())
    monkeypatch.setattr("sys.executable", os.path.join(os.sep, "no", "such", "python"))
    with qtbot.waitSignal(store.failed) as failed:
        store.console.run("1")
    assert "cannot start" in failed.args[0] and store.console.state == "off"
