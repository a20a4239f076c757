"""The stops at the network: filters, the inspector's pages, zoom, blocks, other networks."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from gui.bridge.store import Selection
from gui.tour.guide import START_LIMIT, Guide


def look_around(guide: Guide) -> None:
    guide.key("1")
    canvas = guide.window.network.canvas
    place = canvas.placed[3]
    spot = (place.map_rect(4).center() + canvas.origin()).toPoint()
    guide.click(canvas, spot)
    guide.wait("a selected filter", lambda: guide.store.selection.channel == 4)
    QTest.mouseMove(canvas, spot + QPoint(3, 3))
    guide.picture("filter-selected", everywhere=True)
    inspect(guide)
    guide.key("3")
    guide.wait("the update", lambda: guide.store.mode == "update")
    guide.picture("update")
    select_node(guide)
    guide.key("T")
    guide.wait("a test result", lambda: guide.store.snapshot is not None and guide.store.snapshot.test is not None)
    guide.key("2", Qt.KeyboardModifier.ControlModifier)
    guide.wait("the confusion matrix", lambda: guide.window.learning.chosen == "test")
    guide.picture("test")
    guide.key("3", Qt.KeyboardModifier.ControlModifier)
    guide.picture("health")
    guide.key("1", Qt.KeyboardModifier.ControlModifier)
    guide.key("1")
    guide.wheel(canvas, spot, 6)
    guide.picture("closer")
    guide.wheel(canvas, spot, 8)
    guide.look(3, (4, 4, 4), "zoomed")
    guide.leave()
    guide.key("0")
    guide.key("B")
    guide.picture("blocks", everywhere=True)
    guide.key("B")
    guide.key("D")
    guide.wait("the batch", lambda: guide.store.probe is not None and bool(guide.store.probe.batch))
    guide.picture("batch")
    guide.key("D")


def inspect(guide: Guide) -> None:
    """The pages of the inspector for one filter of the first layer."""
    inspector = guide.window.inspector
    guide.leave()
    guide.store.select(Selection("conv1", "conv1.weight", None, 2))
    guide.key("C")
    guide.wait("a checked gradient", inspector.check.verdict.isVisible, START_LIMIT)
    QTest.mouseMove(guide.window.network.canvas, QPoint(2, 2))
    bar = inspector.area.verticalScrollBar()
    bar.setValue(bar.maximum())
    inspector.area.ensureWidgetVisible(inspector.figure_box, 0, 0)
    guide.picture("checked")
    bar.setValue(0)
    grid = inspector.values
    guide.click(grid, grid.rect().center())
    guide.wait("the terms of a weight", lambda: guide.store.terms is not None)
    guide.picture("gradient-of-a-weight", everywhere=True)
    guide.window.network.card.close_button.click()
    guide.key("K")
    guide.wait("the kernel", lambda: inspector.kernel.source is not None)
    guide.click(inspector.kernel.time, QPoint(8, 8))
    guide.wait("times", lambda: bool(inspector.kernel.bars.timings))
    guide.picture("kernel", everywhere=True)
    guide.key("E", Qt.KeyboardModifier.ControlModifier)
    guide.click(inspector.edit.zero, QPoint(8, 8))
    guide.wait("the effect of an edit", inspector.edit.undo.isEnabled)
    guide.picture("edited", everywhere=True)
    guide.key(Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
    guide.wait("the edit undone", lambda: not inspector.edit.undo.isEnabled())
    guide.key("I")


def select_node(guide: Guide) -> None:
    graph = guide.window.graph.canvas
    node = next(node for node in graph.nodes.values() if node.name.startswith("Addmm"))
    guide.click(graph, graph.place(node).center().toPoint())
    guide.wait("a selected node", lambda: guide.store.selection.node == node.id)
    guide.picture("node-selected")
    guide.key("G")
    guide.wait("the large graph", guide.window.large_graph.isVisible)
    guide.picture("graph", everywhere=True)
    guide.key("G")


def other_networks(guide: Guide) -> None:
    """An update written out; an MLP; ResNet-18 as blocks, one of them opened."""
    canvas, both = guide.window.network.canvas, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    guide.key("3")
    spot = canvas.placed[1].map_rect(2).center() + canvas.origin()
    guide.click(canvas, spot.toPoint())
    guide.wait("the update of a weight", guide.window.network.card.isVisible)
    guide.picture("update-of-a-weight", everywhere=True)
    guide.window.network.card.close_button.click()
    guide.key("1")
    for key, columns, name in (("2", 3, "mlp"), ("3", 14, "resnet")):
        guide.key(key, both)
        guide.wait(name, lambda columns=columns: len(canvas.layers) == columns, START_LIMIT)
        guide.picture(name, everywhere=True)
    guide.wheel(canvas, canvas.block_rects()[6].center().toPoint(), 1)
    guide.picture("resnet-block", everywhere=True)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    guide.key("W")
    guide.wait("LeNet", lambda: len(canvas.layers) == 8)
