"""What the inspector says about what is selected."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from gui.bridge import requests
from gui.bridge.store import Selection
from gui.lab.findings import CheckView, Edit, EditView, Effect, SourceView, Spot, Timing
from gui.lab.snapshot import History
from gui.views import preview
from gui.views.curves import Smoothed
from gui.views.diagnosis import dead_share, diagnose
from gui.views.inspector import InspectorPanel
from gui.views.numbers_out import as_csv, as_python
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


# ---- where a shown number lies


@pytest.mark.parametrize(
    ("selection", "hit"),
    [
        (Selection("conv2", "conv2.weight"), (5, 7, 11)),
        (Selection("conv2", "conv2.weight", None, 3), (4, 2, 1)),
        (Selection("conv1", "conv1.weight", None, 3), (0, 2, 1)),
        (Selection("fc2", "fc2.weight"), (0, 30, 60)),
        (Selection("fc1", "fc1.weight", None, 7), (0, 3, 5)),
        (Selection("fc3", "fc3.bias"), (0, 1, 2)),
    ],
)
def test_a_shown_number_is_found_in_its_parameter(store, selection, hit):
    store.select(selection)
    subject = subject_of(store)
    index = subject.locate(hit)
    assert subject.parameter.value[index] == subject.values[hit]


def test_a_cell_of_many_numbers_leads_to_the_largest(store):
    store.select(Selection("fc1", "fc1.weight"))
    subject = subject_of(store)
    assert subject.parameter.value[subject.locate((0, 10, 20))] == subject.values[0, 10, 20]


# ---- copies


@pytest.mark.parametrize("shape", [(5,), (3, 4), (2, 3, 2), (2, 2, 2, 2)])
def test_copied_numbers_read_back_the_same(shape):
    tensor = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    assert np.array_equal(eval(as_python(tensor), {"np": np}), tensor)
    rows = [line for line in as_csv(tensor).splitlines() if line]
    assert np.array_equal(np.array([row.split(",") for row in rows], np.float32).reshape(shape), tensor)


def test_copy_puts_numbers_on_the_clipboard(qapp, inspector, store, tmp_path, monkeypatch):
    store.select(Selection("conv1", "conv1.weight", None, 2))
    inspector.copy.popup.aboutToShow.emit()
    actions = {action.text(): action for action in inspector.copy.popup.actions()}
    actions["Values as CSV"].trigger()
    first = qapp.clipboard().text().splitlines()[0].split(",")
    assert np.float32(first[1]) == store.snapshot.parameters[0].value[2, 0, 0, 1]
    path = tmp_path / "w.npy"
    monkeypatch.setattr("gui.views.inspector.QFileDialog.getSaveFileName", lambda *_: (str(path), ""))
    actions["Gradient to a .npy file…"].trigger()
    assert np.array_equal(np.load(path), store.snapshot.parameters[0].gradient[2])


# ---- diagnosis by comparison


def scaled(view, factor):
    summary = replace(view.gradient_summary, norm=view.gradient_summary.norm * factor)
    return replace(view, gradient_summary=summary, update_ratio=1e-3)


@pytest.mark.parametrize(("factor", "word"), [(1e-5, "vanishing"), (1e5, "exploding"), (1.0, "healthy")])
def test_gradients_are_compared_with_the_last_layers(qapp, factor, word):
    views = [scaled(view, 1.0) for view in preview.parameters()]
    views[0] = scaled(views[0], factor)
    role, sentence, rule = diagnose(views[0], views)
    assert word in sentence and rule.startswith("rule: ")
    assert role == ("healthy" if factor == 1.0 else "alert")


def test_silent_units_are_counted_by_their_biases(qapp):
    views = [scaled(view, 1.0) for view in preview.parameters()]
    gradient = views[1].gradient.copy()
    gradient[:4] = 0
    views[1] = replace(views[1], gradient=gradient)
    assert dead_share(views[0], views) == pytest.approx(4 / 6)
    assert "dead" in diagnose(views[0], views)[1]


# ---- pages


def test_a_check_is_asked_for_and_shown(qtbot, inspector, store, asked):
    store.select(Selection("conv1", "conv1.weight", None, 2))
    qtbot.mouseClick(inspector.check.button, Qt.MouseButton.LeftButton)
    assert asked[-1] == requests.CheckGradient("conv1.weight", (2,))
    places = np.array([[2, 0, 0, 0], [2, 0, 0, 1]])
    numbers = np.array([0.5, -0.25])
    store.take_check(CheckView("conv1.weight", places, numbers, numbers + 1e-12, np.full(2, 1e-8), 1e-6))
    assert "agree on 2 of 2" in inspector.check.verdict.text() and inspector.check.verdict.isVisible()
    store.take_check(CheckView("conv1.weight", places, numbers, numbers + 0.1, np.full(2, 1e-8), 1e-6))
    assert inspector.check.verdict.property("role") == "alert"
    store.select(Selection("fc3", "fc3.bias"))
    assert not inspector.check.verdict.isVisible()


def test_the_kernel_page_shows_code_and_times(qtbot, inspector, store, asked):
    store.select(Selection("conv1", "conv1.weight"))
    inspector.show_page("kernel")
    assert asked[-1] == requests.ShowSource("conv1", "values", "", False)
    view = SourceView(
        "conv", "Convolution · conv1", "F.conv2d(x)", "def slow(): pass", "def fast(): pass", "a.py", "def cuda(): pass"
    )
    store.take_source(view)
    assert inspector.kernel.code.toPlainText() == "def slow(): pass"
    qtbot.mouseClick(inspector.kernel.parts.buttons["fast"], Qt.MouseButton.LeftButton)
    assert inspector.kernel.code.toPlainText() == "def fast(): pass"
    qtbot.mouseClick(inspector.kernel.parts.buttons["cuda"], Qt.MouseButton.LeftButton)
    assert inspector.kernel.code.toPlainText() == "def cuda(): pass"
    qtbot.mouseClick(inspector.kernel.time, Qt.MouseButton.LeftButton)
    assert asked[-1].timed
    timings = (Timing("slow twin", 4e-4, 9, 0.0), Timing("fast kernel", 1e-5, 9, 0.0), Timing("numpy", 6e-5, 9, 0.0))
    store.take_source(replace(view, timings=timings, shapes="1×1×32×32"))
    assert inspector.kernel.bars.isVisible() and "10 µs" in inspector.kernel.bars.accessibleDescription()
    inspector.grab()
    store.select(Selection(None, None, None))
    store.take_source(None)
    assert not inspector.kernel.code.isVisible()


def test_weights_are_edited_by_button_and_by_number(qtbot, inspector, store, asked):
    store.select(Selection("conv1", "conv1.weight", None, 2))
    inspector.show_page("edit")
    qtbot.mouseClick(inspector.edit.zero, Qt.MouseButton.LeftButton)
    assert asked[-1] == requests.EditWeights(Edit("conv1.weight", (2,), "set", 0.0))
    field = inspector.edit.fields["scale"]
    qtbot.keyClicks(field, "abc")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "not «abc»" in inspector.edit.message.text() and asked[-1].edit.how == "set"
    field.clear()
    qtbot.keyClicks(field, "-1,5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert asked[-1] == requests.EditWeights(Edit("conv1.weight", (2,), "scale", -1.5))
    store.look_at(Spot("gradients", None, "conv1.weight", (2, 0, 1, 1)))
    qtbot.mouseClick(inspector.edit.twice, Qt.MouseButton.LeftButton)
    assert asked[-1] == requests.EditWeights(Edit("conv1.weight", (2, 0, 1, 1), "scale", 2.0))


def test_what_an_edit_did_stands_beside_what_was_promised(qtbot, inspector, store, asked):
    inspector.show_page("edit")
    edit = Edit("conv1.weight", (2,), "set", 0.0)
    effect = Effect(0.5, 0.75, 0.2)
    view = EditView(edit, effect, effect, (0.99, 0.97), 500, np.arange(20.0).reshape(2, 10), 3, 1)
    store.take_edit(view)
    texts = [[cell.text() for cell in cells] for cells in inspector.edit.cells]
    assert texts[1][1:] == ["0.75", "+0.25", "+0.2"] and texts[3][1:3] == ["97.0%", "-2.0"]
    assert inspector.edit.undo.isEnabled() and "0: 0 → 10" in inspector.edit.bars.accessibleDescription()
    qtbot.mouseClick(inspector.edit.undo, Qt.MouseButton.LeftButton)
    assert asked[-1] == requests.UndoEdit()
    store.take_snapshot(replace(store.snapshot, step=store.snapshot.step + 1))
    assert not inspector.edit.undo.isEnabled()


def test_the_keyboard_walks_the_numbers(qtbot, inspector, store):
    store.select(Selection("conv1", "conv1.weight", None, 2))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(inspector.values, key)
    assert inspector.values.cursor_cell == (0, 1, 2)
    assert store.spot == Spot("gradients", None, "conv1.weight", (2, 0, 1, 2))
    assert inspector.values.accessibleDescription().startswith("[0, 1, 2] = ")


def test_histories_are_drawn(qtbot, inspector, store):
    view = store.snapshot.parameters[0]
    rows = tuple((step, view.value_summary.counts, 1.0 + step / 10) for step in range(1, 9))
    views = (replace(view, history=History(rows, ())), *store.snapshot.parameters[1:])
    before = inspector.ridge.grab().toImage()
    store.take_snapshot(replace(store.snapshot, parameters=views))
    store.select(Selection("conv1", "conv1.weight"))
    assert inspector.ridge.rows is rows and inspector.ridge.grab().toImage() != before
