"""The stops of a whole training step, walked moment by moment."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from gui.tour.guide import Guide


def walk_through(guide: Guide) -> None:
    """The whole step of the drawing: forward, loss, every node back, update; with and without zero_grad."""
    walk, ctrl = guide.store.walking, Qt.KeyboardModifier.ControlModifier
    guide.key("J")
    guide.wait("a walk", lambda: walk.view is not None and guide.window.large_graph.isVisible())
    guide.picture("walk-loss", everywhere=True)
    bars = guide.window.you.prediction.bars
    if guide.store.target != 8:  # which it is not: the loss is large
        guide.click(bars, QPoint(bars.width() // 2, round(bars.height() * 0.85)))
    guide.wait("the loss of an 8", lambda: walk.view is not None and walk.view.digit == 8 and walk.in_force)
    walk_phase(guide, "forward")
    guide.picture("walk-forward-convolution", everywhere=True)
    for _ in range(2):
        walk_on(guide)
    guide.picture("walk-forward-pool")
    walk_phase(guide, "backward")
    stops = {3: "fork", 18: "pool", 20: "convolution", 21: "accumulate"}  # nodes that have worked
    while walk.view is not None and not walk.view.finished:
        walk_on(guide)
        if name := stops.get(len(walk.view.steps)):
            guide.picture(f"walk-{name}", everywhere=True)
    guide.picture("walk-complete", everywhere=True)
    walk_on(guide)
    guide.picture("walk-update", everywhere=True)
    walk_on(guide)
    guide.key(Qt.Key.Key_End, ctrl)
    guide.wait("the end of the step", lambda: walk.view is not None and walk.view.ended)
    guide.key("H", Qt.KeyboardModifier.ShiftModifier)
    guide.picture("walk-folded", everywhere=True)
    guide.key("H", Qt.KeyboardModifier.ShiftModifier)
    guide.key("Z")
    guide.wait("the loss", lambda: walk.view is not None and not walk.view.zeroed and walk.view.phase == "loss")
    walk_to(guide, "conv1.bias")
    guide.picture("walk-without-zero-grad", everywhere=True)
    guide.key("Z")
    guide.wait("the loss", lambda: walk.view is not None and walk.view.zeroed)
    walk_to(guide, "maxpool")
    guide.key("G")
    guide.picture("walk-beside-the-network", everywhere=True)
    guide.key("U")
    guide.wait("the still graph", lambda: walk.view is None)


def walk_on(guide: Guide) -> None:
    """One moment further."""
    walk = guide.store.walking
    before = walk.view
    guide.key(Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    guide.wait("the next moment", lambda: walk.view is not before)


def walk_phase(guide: Guide, phase: str) -> None:
    """A click on the word."""
    walk, words = guide.store.walking, guide.window.large_graph.card.phases
    guide.click(words, words.rooms()[phase].center().toPoint())
    guide.wait(phase, lambda: walk.view is not None and walk.view.phase == phase)


def walk_to(guide: Guide, name: str) -> None:
    """Find a node by its name, and run to it."""
    walk, search = guide.store.walking, guide.window.large_graph.search
    guide.key("F", Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(search, name)
    QTest.keyClick(search, Qt.Key.Key_Escape)
    wanted = guide.store.selection.node
    guide.key(Qt.Key.Key_F8)
    guide.wait(name, lambda: walk.view is not None and bool(walk.view.current) and walk.view.current.node == wanted)
