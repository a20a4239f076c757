"""Folding modules of the graph and moving over its map, with mouse and keys."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

import nbgrad
from gui.bridge.store import Selection
from gui.lab.graph_view import draw, pools_of
from nbgrad.autograd.graph import trace
from nbgrad.nn import functional as F
from nbgrad.vision.models import resnet18
from tests.views.test_walk import answer_walks

LEFT, CTRL, SHIFT = (
    Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier,
)  # fmt: skip


@pytest.fixture(scope="module")
def resnet():
    model = resnet18()
    loss = F.cross_entropy(model(nbgrad.zeros(2, 3, 32, 32)), nbgrad.tensor([3, 4]))
    return draw(trace(loss), {id(p): name for name, p in model.named_parameters()}, pools_of(model))


@pytest.fixture
def large(window, store, qtbot):
    """The large graph of the window."""
    qtbot.keyClick(window, Qt.Key.Key_G)
    QTest.qWait(30)
    return window.large_graph.canvas


def box_named(canvas, name):
    return next(node for node in canvas.nodes.values() if node.members and node.name == name)


def click(qtbot, canvas, point):
    qtbot.mouseClick(canvas, LEFT, pos=point.toPoint())


def test_a_click_on_a_name_folds_the_module_and_one_on_the_box_opens_it(large, store, qtbot):
    before = set(large.nodes)
    click(qtbot, large, large.tags()["fc1"].center())
    box = box_named(large, "fc1")
    assert box.members == 5 and "fc1" not in large.tags() and len(large.nodes) == len(before) - 4
    click(qtbot, large, large.place(box).center())
    assert set(large.nodes) == before and store.selection.module == "fc1"


def test_keys_fold_the_selected_module_and_all(window, large, store, qtbot):
    store.select(Selection("conv2", "conv2.weight", None, None))
    qtbot.keyClick(window, Qt.Key.Key_H)
    assert large.selected_node() is box_named(large, "conv2")
    qtbot.keyClick(window, Qt.Key.Key_H)
    assert not large.closed and large.selected_node().parameter == "conv2.weight"
    qtbot.keyClick(window, Qt.Key.Key_H, SHIFT)
    assert large.closed == {"conv1", "conv2", "fc1", "fc2", "fc3"}
    qtbot.keyClick(large, Qt.Key.Key_Return)
    assert "conv2" not in large.closed
    qtbot.keyClick(window, Qt.Key.Key_H, SHIFT)
    assert not large.closed


def test_arrows_walk_over_boxes(window, large, store, qtbot):
    large.fold_all()
    store.select(Selection("fc3", None, None, None))
    qtbot.keyClick(large, Qt.Key.Key_Right)
    assert store.selection == Selection("fc2", None, None, None) and large.selected_node().name == "fc2"


def test_a_walk_lights_the_box_its_node_is_folded_into(window, large, store, qtbot):
    answer_walks(store)
    large.fold_all()
    for _ in range(4):
        qtbot.keyClick(window, Qt.Key.Key_Right, CTRL)
    assert store.walking.view.current.filling is not None and large.selected_node() is box_named(large, "fc3")
    large.grab()  # paints boxes and what has flowed between them


def test_search_opens_what_a_node_is_folded_into(window, large, store, qtbot):
    large.fold_all()
    qtbot.keyClick(window, Qt.Key.Key_F, CTRL)
    qtbot.keyClicks(window.large_graph.search, "fc2.weight")
    assert "fc2" not in large.closed and large.selected_node().parameter == "fc2.weight"


def test_a_resnet_opens_block_by_block(window, large, store, qtbot, resnet):
    store.take_snapshot(replace(store.snapshot, graph=resnet))
    large.fold_all()
    assert {"layer1", "layer4"} <= large.closed and len(large.nodes) < 20
    large.open_box(box_named(large, "layer1"))
    large.open_box(box_named(large, "layer1.0"))
    assert box_named(large, "layer1.1") and "layer1.0" in large.tags()
    large.close_group("layer1")
    assert {"layer1", "layer1.0"} <= large.closed and box_named(large, "layer1")


def test_the_map_is_there_while_not_all_is_seen_and_moves_the_view(window, large, store, qtbot, resnet):
    large.fold_all()
    assert not large.map.isVisible()
    store.take_snapshot(replace(store.snapshot, graph=resnet))
    QTest.qWait(30)
    chart = large.map
    assert chart.isVisible() and chart.accessibleName()
    seen = large.room()
    qtbot.mouseClick(chart, LEFT, pos=QPoint(chart.width() // 2, chart.height() - 10))
    below = large.room()
    assert below.top() > seen.bottom()
    assert chart.frame().contains(QPoint(chart.width() // 2, chart.height() - 10))
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(chart, Qt.Key.Key_Up)
    assert large.room().top() < below.top()
    QTest.mousePress(chart, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(20, chart.height() - 10))
    QTest.mouseMove(chart, QPoint(20, 10))
    assert large.room().top() < seen.bottom()
    QTest.mouseRelease(chart, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(20, 10))


def test_a_selected_node_never_hides_under_the_map(window, large, store, qtbot, resnet):
    store.take_snapshot(replace(store.snapshot, graph=resnet))
    QTest.qWait(30)
    for node in large.all.values():
        store.select(Selection(None, None, node.id, None))
        place = large.place(large.selected_node())
        assert large.rect().contains(place.toRect())
        assert large.map.isVisible() and not large.map.geometry().intersects(place.toRect())


def test_ten_thousand_nodes_open_folded(window, large, store, qtbot):
    x = nbgrad.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(9_998):
        y = y * 0.5
    store.take_snapshot(replace(store.snapshot, graph=draw(trace(y), {id(x): "x"})))
    QTest.qWait(30)
    assert len(large.nodes) == 100 and large.map.isVisible()
    store.select(Selection("5000–5099", None, None, None))
    qtbot.keyClick(large, Qt.Key.Key_Return)
    assert len(large.nodes) == 199
    assert large.rect().contains(large.place(large.nodes[5000]).center().toPoint())
