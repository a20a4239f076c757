"""The walk through the real worker: what steps show is what backward computes; what ends a walk says so."""

import numpy as np
import pytest

from gui.bridge import requests
from gui.bridge.commands import COMMANDS
from gui.bridge.console_commands import CONSOLE_COMMANDS
from gui.bridge.lesson_commands import LESSON_COMMANDS
from gui.bridge.walk_commands import WALK_COMMANDS
from gui.bridge.walking import Walking
from gui.lab.drawing import Drawing, Stroke
from gui.views.window_commands import WINDOW_COMMANDS

SEVEN = (Stroke(((0.3, 0.2), (0.7, 0.2), (0.45, 0.8)), 0.1),)


@pytest.fixture
def walk(lab, qtbot):
    """The walking of a store in front of which a seven lies."""
    store, _ = lab
    store.draw(Drawing(0, SEVEN))
    qtbot.waitUntil(lambda: store.probe is not None and store.probe.layers[0].gradient is not None)
    return store.walking


def wait(qtbot, walk, count):
    qtbot.waitUntil(lambda: walk.view is not None and len(walk.view.steps) == count)


def test_steps_forward_and_back(walk, qtbot):
    walk.forward()
    wait(qtbot, walk, 1)
    assert walk.view.current.name == "NllLossBackward0" and walk.view.of == "drawing"
    walk.forward()
    walk.forward()
    wait(qtbot, walk, 3)
    walk.back()
    wait(qtbot, walk, 2)
    walk.rewind()
    wait(qtbot, walk, 0)
    assert walk.in_force and not walk.view.finished


def test_stepping_through_the_worker_equals_backward(lab, walk, qtbot):
    store, _ = lab
    store.set_source("batch")
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 1)
    before = {view.name: view.value - view.update for view in store.snapshot.parameters}
    gradients = {view.name: view.gradient for view in store.snapshot.parameters}
    walk.forward()
    wait(qtbot, walk, 1)
    assert walk.view.of == "batch"
    while not walk.view.finished:
        count = len(walk.view.steps)
        walk.forward()
        wait(qtbot, walk, count + 1)
    filled = {step.filling.parameter: step.filling for step in walk.view.steps if step.filling}
    assert filled.keys() == before.keys()
    walk.toggle_zero()
    wait(qtbot, walk, 0)
    walk.finish()
    qtbot.waitUntil(lambda: walk.view.finished)
    for step in walk.view.steps:
        if step.filling:
            np.testing.assert_array_equal(step.filling.before.values, gradients[step.filling.parameter])
            np.testing.assert_array_equal(step.filling.added.values, filled[step.filling.parameter].after.values)


def test_the_drawings_gradients_are_those_of_the_canvas(lab, walk, qtbot):
    store, _ = lab
    walk.finish()
    qtbot.waitUntil(lambda: walk.view is not None and walk.view.finished)
    shape = {layer.name: layer.gradient for layer in store.probe.layers}
    relu = next(
        step for step in walk.view.steps if step.name == "ReluBackward0" and step.sent[0].gradient.shape[1] == 84
    )
    np.testing.assert_array_equal(relu.arrived[0].gradient.values[0], shape["fc2 + relu"])


def test_a_run_stops_at_the_selected_node_and_at_breakpoints(walk, qtbot):
    walk.forward()
    wait(qtbot, walk, 1)
    pools = [node.id for node in walk.view.graph.nodes if node.name.startswith("MaxPool")]
    walk.look(pools[1])
    walk.toggle_breakpoint()
    walk.look(pools[0])
    walk.run_to()
    qtbot.waitUntil(lambda: walk.view.current.node == pools[0])
    walk.run_to()
    qtbot.waitUntil(lambda: walk.view.current.node == pools[1])
    walk.run_to()
    qtbot.waitUntil(lambda: walk.view.finished)


def test_the_slow_walk_goes_to_the_breakpoint(walk, qtbot):
    walk.rewind()
    wait(qtbot, walk, 0)
    walk.look(walk.view.graph.nodes[2].id)
    walk.toggle_breakpoint()
    for _ in range(5):
        walk.faster()
    walk.play()
    assert walk.playing
    qtbot.waitUntil(lambda: not walk.playing)
    assert walk.view.current.node == walk.view.graph.nodes[2].id
    walk.play()
    walk.play()
    assert not walk.playing


def test_an_element_of_ones_choice_through_the_worker(walk, qtbot):
    walk.forward()
    wait(qtbot, walk, 1)
    walk.choose(0, 0, (0, 4))
    qtbot.waitUntil(lambda: walk.view.chain.place == (0, 4))
    assert walk.view.chain.agrees and len(walk.view.steps) == 1


@pytest.mark.parametrize(("act", "why"), [("draw", "drawing"), ("step", "network"), ("reset", "network")])
def test_what_changes_the_loss_ends_the_walk(lab, walk, qtbot, act, why):
    store, _ = lab
    walk.forward()
    wait(qtbot, walk, 1)
    store.draw(Drawing(0, SEVEN[:1])) if act == "draw" else getattr(store, act)()
    qtbot.waitUntil(lambda: walk.view.over == why)
    assert not walk.in_force and len(walk.view.steps) == 1
    walk.forward()  # begins anew
    qtbot.waitUntil(lambda: walk.in_force and len(walk.view.steps) == 1)


def test_a_walk_pauses_training_and_can_be_left(lab, walk, qtbot):
    store, _ = lab
    store.run()
    qtbot.waitUntil(lambda: store.snapshot.running)
    walk.forward()
    wait(qtbot, walk, 1)
    assert not store.snapshot.running
    walk.leave()
    qtbot.waitUntil(lambda: walk.view is None)


def test_without_a_loss_one_sentence(lab, qtbot):
    store, ear = lab
    store.walking.forward()
    qtbot.waitUntil(lambda: bool(ear.failures), timeout=60_000)
    assert store.walking.view is None


def test_the_graph_is_saved_as_dot(lab, walk, qtbot, tmp_path):
    store, ear = lab
    store.requested.emit(requests.SaveDot(tmp_path / "graph.dot"))
    qtbot.waitUntil(lambda: bool(ear.news))
    assert "conv1.weight" in (tmp_path / "graph.dot").read_text(encoding="utf-8")


def test_shortcuts_do_not_clash():
    commands = (*COMMANDS, *WINDOW_COMMANDS, *WALK_COMMANDS, *CONSOLE_COMMANDS, *LESSON_COMMANDS)
    for attribute in ("id", "shortcut"):
        values = [getattr(command, attribute) for command in commands]
        assert len(values) == len(set(values))
    assert all(hasattr(Walking, command.method) for command in WALK_COMMANDS if command.owner == "walk")


def test_phases_a_parameter_and_a_weight_through_the_worker(lab, walk, qtbot):
    store, _ = lab
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 1)
    walk.go_to("loss")
    qtbot.waitUntil(lambda: walk.view is not None and walk.in_force)
    assert walk.view.phase == "loss" and walk.view.operations == 17 and walk.view.parameters == 10
    walk.back()
    qtbot.waitUntil(lambda: walk.view.phase == "forward")
    assert walk.view.current.name == "NllLossBackward0"
    walk.run_to_parameter("conv2.weight")
    qtbot.waitUntil(lambda: walk.view.phase == "backward")
    assert walk.view.current.filling.parameter == "conv2.weight"
    walk.go_to("update")
    qtbot.waitUntil(lambda: walk.view.phase == "update")
    made = walk.view.current
    assert made.name == "conv1.weight" and dict(made.settings)["lr"] == 0.05
    assert [buffer.before is not None for buffer in made.buffers] == [True]  # of the training step
    walk.choose_weight(made.number, (3, 0, 2, 2))
    qtbot.waitUntil(lambda: walk.view.weight.place == (3, 0, 2, 2))
    assert walk.view.weight.agrees
    before = {view.name: view.value for view in store.snapshot.parameters}
    store.requested.emit(requests.Publish())
    qtbot.wait(50)
    for view in store.snapshot.parameters:  # the network itself has not moved
        np.testing.assert_array_equal(view.value, before[view.name])


def test_the_walked_update_goes_on_from_the_momentum_of_training(lab, walk, qtbot):
    """The first step's momentum is its gradient; the walk adds its own to it."""
    store, _ = lab
    store.set_source("batch")
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 1)
    first = {view.name: (view.gradient, view.update) for view in store.snapshot.parameters}
    walk.go_to("update")
    qtbot.waitUntil(lambda: walk.view is not None and walk.view.phase == "update")
    walk.finish()
    qtbot.waitUntil(lambda: walk.view.ended)
    for update in walk.view.updates:
        gradient, moved = first[update.name]
        buffer = update.buffers[0]
        np.testing.assert_array_equal(buffer.before.values, gradient)
        np.testing.assert_allclose(moved, -0.05 * gradient, rtol=1e-4, atol=1e-7)
        expected = np.float32(0.9) * buffer.before.values + update.gradient.values
        np.testing.assert_allclose(buffer.after.values, expected, rtol=1e-5, atol=1e-8)


def test_another_digit_begins_a_walk_anew_until_something_was_walked(lab, walk, qtbot):
    store, _ = lab
    walk.go_to("loss")
    qtbot.waitUntil(lambda: walk.in_force)
    first, digit = walk.view.loss, (walk.view.digit + 5) % 10
    store.set_target(digit)
    qtbot.waitUntil(lambda: walk.in_force and walk.view.digit == digit)
    assert walk.view.loss > first and walk.view.phase == "loss"
    walk.forward()
    wait(qtbot, walk, 1)
    store.set_target((digit + 1) % 10)
    qtbot.waitUntil(lambda: walk.view.over == "target")
    assert walk.view.digit == digit and len(walk.view.steps) == 1
