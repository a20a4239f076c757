"""Questions to the real worker: terms, checks, code, surgery."""

import numpy as np
import pytest

from gui.lab.drawing import Drawing, Stroke
from gui.lab.findings import Edit, Spot

SEVEN = (Stroke(((0.3, 0.2), (0.7, 0.2), (0.45, 0.8)), 0.1),)


@pytest.fixture
def drawn(lab, qtbot):
    store, ear = lab
    store.draw(Drawing(0, SEVEN))
    qtbot.waitUntil(lambda: store.probe is not None and store.probe.layers[0].gradient is not None)
    return store, ear


def test_a_cell_under_the_microscope_is_the_number_the_canvas_shows(drawn, qtbot):
    store, _ = drawn
    store.look_at(Spot("values", 3, None, (4, 5, 6)))
    qtbot.waitUntil(lambda: store.terms is not None)
    assert store.terms.agrees and store.terms.engine == store.probe.layers[3].value[4, 5, 6]
    store.set_mode("gradients")
    qtbot.waitUntil(lambda: store.terms is not None and store.terms.spot.side == "gradients")
    assert store.terms.agrees
    assert store.terms.engine == pytest.approx(store.probe.layers[3].gradient[4, 5, 6], rel=1e-5)


def test_the_microscope_follows_the_drawing(drawn, qtbot):
    store, _ = drawn
    store.look_at(Spot("values", 0, None, (0, 16, 16)))
    qtbot.waitUntil(lambda: store.terms is not None)
    before = store.terms.engine
    store.draw(Drawing(0, (Stroke(((0.1, 0.1), (0.9, 0.9)), 0.3),)))
    qtbot.waitUntil(lambda: store.terms.engine != before)
    store.draw(Drawing(0))
    qtbot.waitUntil(lambda: store.terms is None)


def test_gradients_of_a_logit(drawn, qtbot):
    store, _ = drawn
    store.set_target(3)
    store.set_objective("logit")
    qtbot.waitUntil(lambda: store.probe.of == "logit" and store.probe.target == 3)
    assert store.probe.layers[-1].gradient.tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]


def test_the_layers_of_the_last_batch(drawn, qtbot):
    store, _ = drawn
    store.set_source("batch")
    store.step()
    qtbot.waitUntil(lambda: bool(store.probe.batch))
    assert store.probe.batch[1].shape == (6, 28, 28)
    assert not np.array_equal(store.probe.batch[0].value, store.probe.layers[0].value)


@pytest.mark.slow
def test_a_gradient_check(drawn, qtbot):
    store, _ = drawn
    views = []
    store.check_changed.connect(views.append)
    store.check_gradient("conv1.weight", (2,))
    qtbot.waitUntil(lambda: bool(views), timeout=60_000)
    assert views[0].agrees and len(views[0].places) == 25


def test_code_and_times(drawn, qtbot):
    store, _ = drawn
    views = []
    store.source_changed.connect(views.append)
    store.show_source("conv2", "values", timed=True)
    qtbot.waitUntil(lambda: bool(views) and bool(views[-1].timings), timeout=60_000)
    assert "conv2d_twin" in views[0].readable and views[0].pytorch.startswith("F.conv2d(x, conv2.weight")
    assert [timing.name for timing in views[-1].timings] == ["slow twin", "fast kernel", "numpy"]
    store.show_source("", "values", "AccumulateGrad")
    qtbot.waitUntil(lambda: views[-1] is None)


def test_surgery_answers_with_loss_logits_and_the_way_back(drawn, qtbot):
    store, ear = drawn
    views, kept = [], store.snapshot.parameters[0].value
    store.edit_changed.connect(views.append)
    store.edit_weights(Edit("conv1.weight", (2,), "set", 0.0))
    qtbot.waitUntil(lambda: bool(views) and not store.snapshot.parameters[0].value[2].any())
    assert views[0].left == 1 and views[0].picture.before != views[0].picture.after
    assert views[0].logits.shape == (2, 10)
    store.undo_edit()
    qtbot.waitUntil(lambda: np.array_equal(store.snapshot.parameters[0].value, kept))
    store.undo_edit()
    qtbot.waitUntil(lambda: any("no edit to undo" in sentence for sentence in ear.failures))


def test_questions_without_a_drawing_are_answered_with_a_sentence(lab, qtbot):
    store, ear = lab
    store.check_gradient("conv1.weight")
    store.show_source("conv1", "values", timed=True)
    qtbot.waitUntil(lambda: len(ear.failures) == 2)
    assert all("draw a digit" in sentence for sentence in ear.failures)


def test_an_update_under_the_microscope_follows_the_steps(lab, qtbot):
    store, ear = lab
    told, seen = [], []
    store.told.connect(told.append)
    store.terms_changed.connect(seen.append)
    store.set_mode("update")
    store.look_at(Spot("update", None, "fc3.weight", (2, 5)))
    qtbot.waitUntil(lambda: told == ["No weight has changed yet: press Step."])
    assert store.terms is None
    for number in (1, 2):
        store.step()
        qtbot.waitUntil(lambda number=number: store.snapshot.step == number and store.terms is not None)
        view = next(view for view in store.snapshot.parameters if view.name == "fc3.weight")
        qtbot.waitUntil(lambda view=view: store.terms.engine == view.value[2, 5])
        assert store.terms.agrees and store.terms.gradient == view.gradient[2, 5]
    store.draw(Drawing(0, (Stroke(((0.5, 0.1), (0.5, 0.9)), 0.1),)))
    store.set_mode("gradients")
    qtbot.waitUntil(lambda: store.terms is not None and store.terms.spot.side == "gradients")
    assert store.terms.kind == "weight" and not ear.failures and not ear.faults
