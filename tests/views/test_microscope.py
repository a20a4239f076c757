"""The canvas from blocks down to one cell's arithmetic, driven by mouse and keys."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest

import nbgrad
from gui.bridge import requests
from gui.bridge.store import Selection
from gui.lab.findings import Spot
from gui.lab.probe import probe
from gui.lab.terms import examine
from gui.theme import theme
from gui.views import terms_text
from gui.views.network_canvas import NetworkCanvas
from gui.views.network_hover import cell_of, cells_rect, readout
from nbgrad import nn
from nbgrad.vision.models import LeNet
from tests.views.test_window import texts_cut_off

LEFT, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier
PICTURE = np.random.default_rng(5).normal(size=(1, 1, 32, 32)).astype(np.float32)


@pytest.fixture(scope="module")
def model():
    nbgrad.manual_seed(1)
    return LeNet()


def middle(canvas, layer, index):
    """The point in the middle of a cell."""
    _, channel, row, column = cell_of(canvas, layer, index)
    rect = cells_rect(canvas.placed[layer], channel, QRectF(column, row, 1, 1))
    return (rect.center() + canvas.origin()).toPoint()


def answer(store, model):
    """What the worker would say about the store's spot."""
    store.take_terms(examine(model, PICTURE, store.spot, 3))
    QTest.qWait(120)


# ---- a cell


@pytest.mark.parametrize(
    ("layer", "index", "words"),
    [
        (0, (0, 3, 4), "A pixel of what the network gets"),
        (1, (2, 10, 12), "The kernel is laid over a patch of input"),
        (2, (1, 5, 6), "The largest of the 4 numbers"),
        (3, (4, 4, 5), "The kernel is laid over a patch of pool1"),
        (5, (30,), "Every number of pool2"),
        (7, (3,), "Every number of fc2"),
    ],
)
def test_a_click_on_a_cell_shows_its_arithmetic(qtbot, window, store, model, layer, index, words):
    canvas, card = window.network.canvas, window.network.card
    qtbot.mouseClick(canvas, LEFT, pos=middle(canvas, layer, index))
    assert store.spot == Spot("values", layer, None, index)
    answer(store, model)
    assert card.isVisible() and card.story.text().startswith(words)
    assert card.equation.text().startswith(store.terms.name)
    assert texts_cut_off(card) == []
    card.grab()
    place = canvas.placed[layer].map_rect(canvas.pinned_cell()[1]).translated(canvas.origin())
    spot = canvas.mapTo(window.network, place.center().toPoint())
    assert not card.geometry().contains(spot)


def test_in_gradients_the_same_click_shows_what_flowed_back(qtbot, window, store, model):
    canvas, card = window.network.canvas, window.network.card
    store.set_mode("gradients")
    qtbot.mouseClick(canvas, LEFT, pos=middle(canvas, 2, (1, 5, 6)))
    answer(store, model)
    assert store.spot.side == "gradients"
    assert card.equation.text().startswith("∂loss / ∂pool1[1, 5, 6]")
    assert "It took part in 400 cells of conv2" in card.story.text()
    store.set_mode("values")
    assert store.spot == Spot("values", 2, None, (1, 5, 6)) and store.terms is None


def test_the_verdict_compares_with_the_engine(model):
    view = examine(model, PICTURE, Spot("values", 3, None, (4, 4, 5)), 3)
    assert terms_text.verdict(view)[0] == "healthy"
    role, sentence = terms_text.verdict(replace(view, engine=view.engine + 1))
    assert role == "alert" and "do not add up" in sentence
    assert str(len(view.products)) in terms_text.summary(view)[0][0]


def test_keys_reach_a_cell_and_close_the_card(qtbot, window, store, model, asked):
    canvas, card = window.network.canvas, window.network.card
    canvas.setFocus()
    store.select(Selection("conv2", "conv2.weight", None, 3))
    QTest.keyClick(canvas, Qt.Key.Key_Right, SHIFT)
    QTest.keyClick(canvas, Qt.Key.Key_Down, SHIFT)
    assert canvas.hovered[:2] == (3, 3)
    assert canvas.accessibleDescription().startswith("conv2[3, ")
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert isinstance(asked[-1], requests.LookAt) and asked[-1].spot.layer == 3
    answer(store, model)
    assert card.isVisible() and "conv2[3, " in card.accessibleDescription()
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert store.spot is None and not card.isVisible() and asked[-1] == requests.LookAt(None)


def test_m_looks_at_the_strongest_cell(window, store):
    store.select(Selection("conv2", "conv2.weight", None, 5))
    QTest.keyClick(window, Qt.Key.Key_M)
    values = store.probe.layers[3].value[5]
    assert store.spot == Spot("values", 3, None, (5, *map(int, np.unravel_index(values.argmax(), values.shape))))


def test_an_answer_to_an_older_question_is_dropped(store, model):
    store.look_at(Spot("values", 3, None, (4, 4, 5)))
    late = examine(model, PICTURE, store.spot, 3)
    store.look_at(Spot("values", 3, None, (4, 4, 6)))
    store.take_terms(late)
    assert store.terms is None


def test_pointing_at_a_term_frames_its_cell(qtbot, window, store, model):
    canvas, terms = window.network.canvas, window.network.card.list
    store.look_at(Spot("values", 3, None, (4, 4, 5)))
    answer(store, model)
    y = round(terms._pictures() + theme.px(24) + theme.px(38) * 0.5)
    area = window.network.card.area
    area.ensureVisible(20, terms.mapTo(area.widget(), QPoint(20, y)).y())
    QTest.qWait(20)
    QTest.mouseMove(terms, QPoint(20, y))
    strongest = int(np.abs(store.terms.products).argmax())
    assert canvas.marked == (2, *store.terms.right_at[strongest].tolist())
    window.network.grab()


def test_a_number_of_the_inspector_shows_the_products_of_its_gradient(qtbot, window, store, model):
    store.select(Selection("conv1", "conv1.weight", None, 2))
    grid = window.inspector.values
    spot = grid._tile(0).topLeft() + QPointF(2.5 * grid._cell(), 1.5 * grid._cell_height())
    qtbot.mouseClick(grid, LEFT, pos=spot.toPoint())
    assert store.spot == Spot("gradients", None, "conv1.weight", (2, 0, 1, 2))
    answer(store, model)
    assert "Wherever your drawing used this weight" in window.network.card.story.text()
    assert len(store.terms.products) == 784


def test_what_the_card_covers_is_not_painted_with_the_canvas(window, store, model):
    panel = window.network
    store.look_at(Spot("values", 3, None, (4, 4, 5)))
    answer(store, model)
    assert panel.canvas.mapTo(panel, panel.canvas.covered.topLeft()) == panel.card.pos()
    assert panel.canvas.covered.size() == panel.card.size()
    panel.card.close_card()
    assert panel.canvas.covered.isEmpty()


def test_the_receptive_field_is_lit(qtbot, window):
    canvas = window.network.canvas
    canvas.pin(None)
    before = canvas.grab().toImage()
    canvas.pin(3, (4, 4, 5))
    after = canvas.grab().toImage()
    inside = middle(canvas, 2, (0, 4, 5))
    outside = middle(canvas, 2, (0, 12, 1))
    ratio = round(after.devicePixelRatio())
    assert before.pixel(inside * ratio) != after.pixel(inside * ratio)
    assert before.pixel(outside * ratio) == after.pixel(outside * ratio)


# ---- from afar


def test_blocks_by_key_click_and_wheel(qtbot, window, store):
    canvas = window.network.canvas
    QTest.keyClick(window, Qt.Key.Key_B)
    assert canvas.blocks
    canvas.grab()
    qtbot.mouseClick(canvas, LEFT, pos=canvas.block_rects()[3].center().toPoint())
    assert store.selection.module == "conv2"
    canvas.zoom_at(QPointF(50, 50), 1.2)
    assert not canvas.blocks and canvas.zoom == 1.0
    canvas.zoom_at(QPointF(50, 50), 0.8)
    assert canvas.blocks
    rects = canvas.block_rects()
    assert all(canvas.rect().contains(rect.toRect()) for rect in rects)
    assert not any(a.intersects(b) for i, a in enumerate(rects) for b in rects[:i])


def test_gradients_of_a_logit_and_layers_of_the_batch(window, store, asked):
    store.set_mode("gradients")
    QTest.keyClick(window, Qt.Key.Key_L)
    assert asked[-1] == requests.SetObjective("logit") and "logit" in window.network.what.text()
    QTest.keyClick(window, Qt.Key.Key_D)
    assert asked[-1] == requests.SetSource("batch") and "no batch yet" in window.network.what.text()
    layers = tuple(replace(layer, value=layer.value * 2) for layer in store.probe.layers)
    store.take_probe(replace(store.probe, batch=layers))
    assert window.network.canvas.layers is layers
    assert "batch" in window.network.what.text()


def test_zoom_and_pan_paint_from_end_to_end(window):
    """An error in a paint event would be reported by pytest-qt."""
    canvas = window.network.canvas
    canvas.pin(3, (4, 4, 5))
    for place in range(len(canvas.placed)):
        canvas.fit()
        for _ in range(6):
            canvas.zoom_at(canvas.placed[place].rect.center() + canvas.origin(), 1.9)
            for step in (0, 377, -754):
                canvas.offset += QPointF(step, step / 2)
                canvas.grab()


# ---- another network


def test_a_small_mlp_is_drawn_and_read_like_lenet(qtbot):
    mlp = nn.Sequential(nn.Flatten(), nn.Linear(1024, 24), nn.ReLU(), nn.Linear(24, 10))
    view = probe(mlp, PICTURE, (), drawing=1, step=0, target=3)
    canvas = NetworkCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(700, 440)
    canvas.show()
    looked = []
    canvas.looked.connect(lambda *cell: looked.append(cell))
    canvas.show_layers(view.layers, "values", {})
    qtbot.mouseClick(canvas, LEFT, pos=middle(canvas, 1, (13,)))
    assert looked == [(1, (13,))]
    canvas.pin(*looked[0])
    canvas.hovered = cell_of(canvas, 2, (7,))
    assert readout(canvas, canvas.hovered)[0].startswith("3[7] = ")
    canvas.grab()
    canvas.show_blocks(True)
    canvas.grab()
