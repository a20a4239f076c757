"""Lessons in the window, driven by keys and mouse, with a real session behind them."""

import json

import pytest
from PySide6.QtCore import Qt

from gui.bridge import requests
from gui.lab.lesson import FORMAT, Progress
from tests.views.test_window import texts_cut_off

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
LEFT, PATIENCE = Qt.MouseButton.LeftButton, 60_000


@pytest.fixture
def panel(window, qtbot, tmp_path, monkeypatch):
    """The list of lessons, opened by its key."""
    window.store.lessons._progress = Progress(tmp_path / "lessons.json")
    qtbot.keyClick(window, Qt.Key.Key_5, CTRL)
    panel = window.learning.panels["lessons"]
    assert panel.isVisible()
    yield panel
    panel.lessons.console.close()


def begin(qtbot, panel, place=0):
    qtbot.mouseClick(panel.list.buttons[place], LEFT)
    qtbot.waitUntil(lambda: panel.lessons.phase == "asked" and panel.open.isVisible(), timeout=PATIENCE)


def predict(qtbot, panel, text):
    """Type a number, press Return, and wait for what the engine says."""
    qtbot.keyClicks(panel.open.field, text)
    qtbot.keyClick(panel.open.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.lessons.phase == "done", timeout=PATIENCE)


def test_a_wrong_prediction_gets_its_reply_and_the_next_step_comes(window, panel, qtbot):
    begin(qtbot, panel)
    assert texts_cut_off(window) == []
    qtbot.keyClick(panel.open.field, Qt.Key.Key_Return)
    assert panel.open.verdict.text() == "Write a number first, for example 0.5."
    predict(qtbot, panel, "9")
    assert panel.open.verdict.text().startswith("The engine says: 6. That is y itself.")
    qtbot.waitUntil(lambda: window.store.walking.view is not None, timeout=PATIENCE)
    assert window.store.walking.view.of == "snippet"  # the graph of y stands beside
    qtbot.keyClick(window, Qt.Key.Key_Right, ALT)
    assert panel.open.count.text() == "step 2 of 5" and panel.lessons.phase == "asked"
    predict(qtbot, panel, "12,0")
    assert panel.open.verdict.text() == "Right: 12."
    assert texts_cut_off(window) == []


def test_back_retry_leave_and_going_on_later(window, panel, qtbot):
    begin(qtbot, panel)
    predict(qtbot, panel, "6")
    qtbot.mouseClick(panel.open.button, LEFT)
    predict(qtbot, panel, "6")
    assert "12" in panel.open.verdict.text()
    qtbot.mouseClick(panel.open.retry, LEFT)
    qtbot.waitUntil(lambda: panel.lessons.phase == "asked", timeout=PATIENCE)
    predict(qtbot, panel, "12")
    assert panel.open.verdict.text() == "Right: 12."  # the first step ran again, this one once
    qtbot.keyClick(window, Qt.Key.Key_Left, ALT)
    qtbot.waitUntil(lambda: panel.open.count.text() == "step 1 of 5", timeout=PATIENCE)
    qtbot.mouseClick(panel.open.leave, LEFT)
    assert panel.list.isVisible() and panel.lessons.console.state == "off"
    begin(qtbot, panel)
    assert panel.open.count.text() == "step 3 of 5"  # two are done
    qtbot.mouseClick(panel.open.group.button(1), LEFT)
    qtbot.mouseClick(panel.open.button, LEFT)
    qtbot.waitUntil(lambda: panel.lessons.phase == "done", timeout=PATIENCE)
    assert panel.open.verdict.text() == "Right: None."


def test_an_experiment_of_a_lesson_is_tried_in_the_lab(window, panel, qtbot, asked):
    panel.lessons._progress.save("5-momentum", 4)
    assert window.store.snapshot.step > 0
    asked.clear()
    begin_at = panel.list.buttons[4]
    qtbot.mouseClick(begin_at, LEFT)
    qtbot.waitUntil(lambda: panel.lessons.phase == "done", timeout=PATIENCE)
    assert (window.store.experiment.momentum, window.store.experiment.weights) == (0.0, "fresh")
    qtbot.mouseClick(panel.open.button, LEFT)
    assert window.store.experiment.momentum == 0.9
    qtbot.mouseClick(panel.open.button, LEFT)
    assert panel.list.isVisible()
    assert panel.lessons.done(panel.lessons.all()[4]) == 6
    first, second = (request for request in asked if isinstance(request, requests.Reset))
    assert first.keep.name == "before-lesson.safetensors"  # what was trained is kept before the first trial
    assert second.keep is None


def test_a_trial_says_all_that_it_rests_on(window, panel, qtbot, asked):
    """Adam has no momentum, Nesterov none of 0, and the lesson speaks of LeNet."""
    store = window.store
    store.choose_network("MLP")
    store.configure(nesterov=True)
    store.configure(optimizer="Adam")
    panel.lessons._progress.save("5-momentum", 4)
    asked.clear()
    qtbot.mouseClick(panel.list.buttons[4], LEFT)
    qtbot.waitUntil(lambda: panel.lessons.phase == "done", timeout=PATIENCE)
    now = store.experiment
    assert (now.model, now.weights, now.optimizer, now.momentum, now.nesterov) == ("LeNet", "fresh", "SGD", 0.0, False)
    begun = next(request for request in asked if isinstance(request, requests.Reset))
    assert (begun.weights, begun.model) == ("fresh", "LeNet")


def test_the_button_stays_in_sight_beside_long_words(window, panel, qtbot):
    panel.lessons._progress.save("3-sigmoids", 1)
    begin(qtbot, panel, 2)
    qtbot.mouseClick(panel.open.group.button(0), LEFT)
    qtbot.mouseClick(panel.open.button, LEFT)
    qtbot.waitUntil(lambda: panel.lessons.phase == "done", timeout=PATIENCE)
    qtbot.wait(50)
    button = panel.open.button
    assert button.visibleRegion().boundingRect() == button.rect()


def test_a_lesson_of_ones_own_and_one_that_fails(window, panel, qtbot, tmp_path):
    mine = tmp_path / "mine.json"
    step = {"text": {"en": "t"}, "code": ["x = torch.ones(2)", "x @ torch.ones(3)"]}
    mine.write_text(json.dumps({"format": FORMAT, "title": {"en": "Mine"}, "steps": [step]}), encoding="utf-8")
    window.files.open_file(mine)
    qtbot.waitUntil(lambda: panel.open.heading.text() == "Mine")
    with qtbot.waitSignal(window.store.failed, timeout=PATIENCE) as failed:
        qtbot.mouseClick(panel.open.button, LEFT)
    assert failed.args[0].startswith("The code of this step did not run: ")
    assert panel.lessons.phase == "asked"
    mine.write_text("{}", encoding="utf-8")
    with qtbot.waitSignal(window.store.failed) as failed:
        window.files.open_file(mine)
    assert failed.args == ["mine.json is no lesson: lesson lacks the field format."]


def test_a_session_that_dies_leaves_the_step_to_be_tried_again(window, panel, qtbot, tmp_path):
    mine = tmp_path / "mine.json"
    step = {"text": {"en": "t"}, "code": ["import os", "os._exit(3)"]}
    mine.write_text(json.dumps({"format": FORMAT, "title": {"en": "Mine"}, "steps": [step]}), encoding="utf-8")
    window.files.open_file(mine)
    qtbot.mouseClick(panel.open.button, LEFT)
    assert panel.lessons.phase == "running" and not panel.open.button.isEnabled()
    qtbot.waitUntil(lambda: panel.lessons.phase == "asked", timeout=PATIENCE)
    assert panel.open.button.isEnabled()
