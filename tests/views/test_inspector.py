"""What the inspector says about what is selected."""

from dataclasses import replace

import numpy as np
import pytest

from gui.bridge.store import Selection
from gui.views import preview
from gui.views.curves import Smoothed
from gui.views.diagnosis import diagnose
from gui.views.inspector import InspectorPanel
from gui.views.subject import subject_of


@pytest.fixture
def inspector(qtbot, store):
    inspector = InspectorPanel(store)
    qtbot.addWidget(inspector)
    inspector.resize(300, 900)
    inspector.show()
    return inspector


def test_a_filter_is_shown_in_numbers(inspector, store):
    store.select(Selection("conv1", "conv1.weight", None, 2))
    assert inspector.name.text() == "conv1.weight[2]"
    assert "filter 3 of 6" in inspector.detail.text()
    assert inspector.values.maps.shape == (1, 5, 5)
    assert inspector.values.written
    assert inspector.gradient_head.text().endswith("10³")


@pytest.mark.parametrize(
    ("selection", "name", "shape"),
    [
        (Selection("conv2", "conv2.weight"), "conv2.weight", (16, 10, 15)),
        (Selection("conv2", "conv2.weight", None, 3), "conv2.weight[3]", (6, 5, 5)),
        (Selection("fc1", "fc1.weight"), "fc1.weight", (1, 60, 200)),
        (Selection("fc1", "fc1.weight", None, 7), "fc1.weight[7]", (1, 20, 20)),
        (Selection("fc3", "fc3.bias"), "fc3.bias", (1, 2, 5)),
        (Selection("pool1", None, None, 2), "pool1[2]", (1, 14, 14)),
        (Selection("fc3", None), "fc3.weight", (1, 10, 84)),
        (Selection(), "conv1.weight", (6, 5, 5)),
        (Selection("no such module"), "conv1.weight", (6, 5, 5)),
    ],
)
def test_every_kind_of_subject(inspector, store, selection, name, shape):
    store.select(selection)
    assert inspector.name.text() == name
    assert inspector.values.maps.shape == shape


def test_what_is_not_computed_is_said(qtbot, empty):
    inspector = InspectorPanel(empty)
    qtbot.addWidget(inspector)
    inspector.show()
    assert inspector.missing.isVisible()
    assert not inspector.gradients.isVisible()
    assert inspector.figures["gradient"][1].text() == "—"
    assert inspector.verdict.text() == "not computed yet"


def test_a_click_on_a_filter_selects_it(qtbot, inspector, store):
    from PySide6.QtCore import Qt

    store.select(Selection("conv1", "conv1.weight"))
    tile = inspector.values._tile(4).center().toPoint()
    qtbot.mouseClick(inspector.values, Qt.MouseButton.LeftButton, pos=tile)
    assert store.selection.channel == 4


@pytest.mark.parametrize(
    ("ratio", "role"), [(None, "caption"), (1e-9, "alert"), (1e-3, "healthy"), (0.1, "caption"), (2.0, "alert")]
)
def test_the_diagnosis(qapp, ratio, role):
    view = replace(preview.parameters()[0], update_ratio=ratio)
    assert diagnose(view)[0] == role


def test_nan_is_diagnosed(qapp):
    view = preview.parameters()[0]
    broken = replace(view, value_summary=replace(view.value_summary, norm=float("nan")))
    assert diagnose(broken)[0] == "alert"


def test_nothing_to_inspect(qapp):
    from gui.bridge.store import Store
    from gui.lab.experiment import Experiment

    assert subject_of(Store(Experiment())) is None


def test_the_smoothed_loss_only_looks_at_what_is_new():
    losses = np.abs(np.random.default_rng(0).normal(size=3000)) + 1
    step_by_step, at_once = Smoothed(), Smoothed().follow(losses)
    for end in (1, 700, 1500, 3000):
        part = step_by_step.follow(losses[:end])
    assert np.allclose(part, at_once)
    assert at_once[-1] == pytest.approx(losses.mean(), rel=0.2)
    assert len(step_by_step.follow(losses[:5])) == 5
