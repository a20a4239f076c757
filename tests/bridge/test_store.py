from dataclasses import replace

import pytest

from gui.bridge import requests
from gui.bridge.pulse import Pulse
from gui.bridge.store import Selection, Store
from gui.lab.drawing import Drawing
from gui.lab.experiment import Experiment
from gui.lab.home import earlier_run
from gui.lab.snapshot import Curves, Snapshot
from gui.lab.timeline import Timeline


@pytest.fixture
def store(qapp):
    store = Store(Experiment())
    store.asked = []
    store.requested.connect(store.asked.append)
    return store


def snapshot(**state):
    curves: Curves = Timeline().curves()
    plain = Snapshot(0, 0, "idle", False, None, None, curves, (), None, None, "")
    return replace(plain, **state)


def test_space_runs_and_pauses(store):
    store.toggle_run()
    store.take_snapshot(snapshot(running=True))
    store.toggle_run()
    assert store.asked == [requests.Run(), requests.Pause()]


def test_a_wrong_setting_is_refused_and_shown_as_it_was(store):
    failures, shown = [], []
    store.failed.connect(failures.append)
    store.experiment_changed.connect(shown.append)
    store.configure(lr="abc")
    assert "«abc»" in failures[0] and shown == [Experiment()] and store.asked == []


def test_drawings_are_numbered(store):
    store.draw(Drawing(0))
    store.draw(Drawing(0))
    assert [request.drawing.number for request in store.asked] == [1, 2] and store.drawing.number == 2


def test_a_selection_is_told_once(store):
    told = []
    store.selection_changed.connect(told.append)
    for _ in range(2):
        store.select(Selection(module="conv1"))
    assert told == [Selection(module="conv1")]


def test_a_fresh_network_is_one_call(store):
    store.start_fresh()
    assert store.experiment.weights == "fresh" and store.asked == [requests.Reset("fresh")]


def test_without_an_earlier_run_a_sentence_says_so(store):
    earlier_run().unlink(missing_ok=True)
    told = []
    store.failed.connect(told.append)
    store.open_earlier()
    assert told == ["There is no earlier run yet: one is kept when another takes its place."] and not store.asked


def test_the_pulse_asks_again_only_when_answered(store, qtbot):
    pulse = Pulse(store)
    store.take_snapshot(snapshot(running=True))
    qtbot.wait(150)
    assert store.asked == [requests.Publish()]
    store.take_snapshot(snapshot(running=True))
    qtbot.waitUntil(lambda: len(store.asked) == 2)
    store.take_snapshot(snapshot())
    qtbot.wait(100)
    assert len(store.asked) == 2 and not pulse._timer.isActive()
