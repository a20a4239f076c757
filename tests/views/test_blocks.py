"""A residual network in the window: blocks, the maps behind them, the tree of parameters, classes by number; and what
a click in Update mode asks for. Made-up records, real events."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.bridge.requests import LookAt
from gui.bridge.store import Selection
from gui.lab.fields import Window
from gui.lab.findings import ChangeView, Spot
from gui.lab.snapshot import LayerView, ParameterView
from gui.lab.steps import Line
from gui.views import preview
from gui.views.prediction import classes_shown

SHAPES = {
    "conv1": (64, 32, 32),
    "layer1.0": (64, 16, 16),
    "layer2.0": (128, 8, 8),
    "layer4.1": (512, 2, 2),
    "fc": (20,),
}
SKIPS = {"layer1.0": "x", "layer2.0": "conv 1×1", "layer4.1": "x"}


def layers():
    random = np.random.default_rng(0)
    made = [LayerView("input", "", (3, 64, 64), np.ones((3, 64, 64), np.float32), None, Window("input"), False)]
    for number, (name, shape) in enumerate(SHAPES.items(), 1):
        value = number * random.normal(size=shape).astype(np.float32)
        kind = "block" if name in SKIPS else "linear" if len(shape) == 1 else "conv"
        made.append(LayerView(name, name, shape, value, value / 10, Window(kind), False, SKIPS.get(name, "")))
    return tuple(made)


def parameters():
    random, made = np.random.default_rng(1), []
    for name in SHAPES:
        inner = [".conv1", ".bn1", ".conv2", ".downsample.0"] if name in SKIPS else [""]
        for part in inner:
            shape = (4,) if part == ".bn1" else (10, 4, 3, 3)
            for role in ("weight", "bias"):
                value = random.normal(size=shape if role == "weight" else (4,)).astype(np.float32)
                made.append(
                    ParameterView(
                        f"{name}{part}.{role}",
                        value.shape,
                        "float32",
                        value,
                        value,
                        0.01 * value,
                        preview.summary(value),
                        preview.summary(value),
                        0.01,
                    )
                )
    return tuple(made)


@pytest.fixture
def resnet(store):
    chances = np.full(20, 0.02)
    chances[13] = 0.62
    store.take_snapshot(replace(store.snapshot, parameters=parameters()))
    probe = replace(
        store.probe, layers=layers(), probabilities=chances, logits=np.log(chances), target=13, verdict="class"
    )
    store.take_probe(probe)
    return store


@pytest.fixture
def canvas(open_window, resnet):
    return open_window(resnet).network.canvas


def wheel(canvas, spot, notches):
    event = QWheelEvent(
        spot, canvas.mapToGlobal(spot), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def test_a_wide_network_begins_as_blocks_that_all_lie_in_the_canvas(canvas):
    assert canvas.wide and canvas.blocks
    rects = canvas.block_rects()
    assert len(rects) == 6 and all(QRectF(canvas.rect()).contains(rect) for rect in rects)
    picture = canvas.grab().toImage()
    middle = rects[2].center().x()
    above = [
        picture.pixelColor(round(middle) + 30, y).name()
        for y in range(round(rects[2].top()) - 14, round(rects[2].top()))
    ]
    assert any(color == "#ff9f43" for color in above)  # the skip over layer1.0


def test_the_wheel_opens_a_block_into_its_maps_and_leaves_it_again(canvas):
    spot = canvas.block_rects()[3].center()
    wheel(canvas, spot, 1)
    assert not canvas.blocks
    centre = canvas.placed[3].rect.translated(canvas.origin()).center()
    assert abs(centre.x() - canvas.width() / 2) < 30
    place = canvas.placed[3].map_rect(5).center() + canvas.origin()
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place.toPoint())
    assert canvas.module == "layer2.0" and canvas.channel == 5
    wheel(canvas, QPointF(canvas.rect().center()), -1)
    assert canvas.blocks


def test_blocks_are_walked_and_opened_by_keys(canvas, resnet):
    canvas.setFocus()
    for _ in range(2):
        QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert resnet.selection.module == "layer1.0"
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert not canvas.blocks
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert resnet.selection.module == "layer2.0" and not canvas.blocks
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.blocks


def test_a_block_says_how_much_its_weights_changed(canvas, resnet):
    resnet.set_mode("update")
    inside = [view for view in parameters() if view.name.startswith("layer1.0.")]
    wanted = np.sqrt(np.mean(np.concatenate([view.update.ravel() for view in inside]) ** 2))
    assert canvas.changes["layer1.0"] == pytest.approx(wanted, rel=1e-3)


def test_parameters_stand_below_their_blocks_and_are_filtered(open_window, resnet):
    window = open_window(resnet)
    tree = window.inspector.tree
    rows = tree.list
    assert [name for name, _ in rows.lines] == list(SHAPES)
    pitch = rows.sizeHint().height() // len(rows.lines)
    QTest.mouseClick(rows, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(20, pitch + pitch // 2))
    assert len(rows.lines) == len(SHAPES) + 8
    QTest.mouseClick(
        rows, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(20, 2 * pitch + pitch // 2)
    )
    assert resnet.selection == Selection("layer1.0", "layer1.0.conv1.weight", None, None)
    QTest.keyClick(rows, Qt.Key.Key_Left)
    assert len(rows.lines) == len(SHAPES)
    QTest.keyClicks(tree.field, "BN1.w")
    assert [name for name, _ in rows.lines] == [f"{block}.bn1.weight" for block in SKIPS]
    QTest.keyClick(rows, Qt.Key.Key_Down)
    assert resnet.selection.parameter == "layer1.0.bn1.weight"
    QTest.keyClicks(tree.field, "nothing such")
    QTest.keyClick(rows, Qt.Key.Key_Down)
    assert not rows.lines and resnet.selection.parameter == "layer1.0.bn1.weight"


def test_lenet_needs_no_tree(open_window, store):
    tree = open_window(store).inspector.tree
    assert len(tree.list.lines) == 10 and not tree.field.isVisible()


def test_classes_that_are_no_digits_are_named_by_number(open_window, resnet):
    window = open_window(resnet)
    assert classes_shown(resnet.probe) == [13, 0, 1, 2, 3]
    bars = window.you.prediction.bars
    assert window.you.prediction.verdict.text() == "class 13 of 20"
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(20, 5))
    assert resnet.target == 13
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(20, bars.height() - 2))
    assert resnet.target == 13


def test_a_click_in_update_mode_asks_for_the_weight_under_it(open_window, store, asked):
    window = open_window(store)
    store.set_mode("update")
    canvas = window.network.canvas
    target = canvas.placed[1].map_rect(2)
    spot = QPointF(target.x() + target.width() * 0.5, target.y() + target.height() * 0.5) + canvas.origin()
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot.toPoint())
    assert asked[-1] == LookAt(Spot("update", None, "conv1.weight", (2, 0, 2, 2)))
    unit = canvas.placed[7].map_rect(0)
    spot = QPointF(unit.center().x(), unit.y() + 3.5 * canvas.placed[7].cell) + canvas.origin()
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot.toPoint())
    assert asked[-1] == LookAt(Spot("update", None, "fc3.bias", (3,)))
    window.network.look()
    named = {view.name: view for view in store.snapshot.parameters}
    update = named["fc3.bias"].update if store.selection.parameter is None else named[store.selection.parameter].update
    assert abs(update[store.spot.index]) == np.abs(update).max()


@pytest.mark.parametrize(("engine", "role"), [(0.42, "healthy"), (0.43, "alert")])
def test_the_card_writes_the_update_out_and_says_whether_it_fits(open_window, store, engine, role):
    window = open_window(store)
    spot = Spot("update", None, "conv1.weight", (2, 0, 2, 2))
    store.set_mode("update")
    store.look_at(spot)
    lines = (
        Line("b", "μ·b + g", "{} × {} + {}", (0.9, 1.0, 0.1), 1.0),
        Line("w", "w + Δw", "{} + {}", (0.44, -0.02), 0.42),
    )
    store.take_terms(ChangeView(spot, "SGD", 0.44, 0.1, lines, engine, 1e-6))
    card = window.network.card
    assert card.isVisible() and "conv1.weight[2, 0, 2, 2]" in card.equation.text()
    shown = [what.text() for what, _ in card.lines if what.text()]
    assert shown[2] == "b = μ·b + g\n= 0.9 × 1 + 0.1" and card.lines[-1][0].text() == ""
    assert card.verdict.property("role") == role
    store.set_mode("gradients")
    assert store.spot == replace(spot, side="gradients")
