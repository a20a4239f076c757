"""The stops at the drawing pad: strokes, a prediction, attribution, stages, photos, drawings kept; then training."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.tour.guide import LIMIT, Guide

THREE = (
    ((0.30, 0.22), (0.42, 0.14), (0.58, 0.15), (0.66, 0.26), (0.60, 0.40), (0.46, 0.48)),
    ((0.46, 0.48), (0.62, 0.52), (0.70, 0.66), (0.62, 0.82), (0.44, 0.87), (0.28, 0.79)),
)
STAR = (
    ((0.5, 0.1), (0.75, 0.88), (0.1, 0.4), (0.9, 0.4), (0.25, 0.88), (0.5, 0.1)),
    ((0.1, 0.1), (0.25, 0.2)),
    ((0.9, 0.1), (0.75, 0.2)),
)


def draw_and_train(guide: Guide) -> None:
    for number, stroke in enumerate(THREE, 1):
        guide.stroke(stroke)
        guide.wait("a prediction", guide.classified)
        guide.picture(f"stroke-{number}")
    explain(guide)
    for layer, name in ((3, "cell"), (2, "pooled-cell"), (5, "unit")):
        guide.look(layer, guide.strongest(layer), name)
    guide.key("2")
    guide.wait("gradients of the drawing", lambda: guide.store.mode == "gradients")
    guide.store.set_target(8)
    guide.wait("the loss of an 8", lambda: guide.store.probe is not None and guide.store.probe.target == 8)
    guide.leave()
    guide.picture("gradients", everywhere=True)
    guide.look(2, (1, 5, 6), "gradient-of-a-cell", everywhere=True)
    guide.look(7, (3,), "gradient-of-a-logit")
    guide.leave()
    guide.key("L")
    guide.wait("gradients of the logit", lambda: guide.store.probe is not None and guide.store.probe.of == "logit")
    guide.picture("logit")
    guide.key("L")
    guide.key("S")
    guide.wait("a training step", lambda: guide.step() > 0)
    guide.wait("the backward graph", lambda: guide.window.graph.canvas.graph is not None)
    guide.picture("first-step")
    guide.key(Qt.Key.Key_Space)
    guide.wait("a running network", lambda: guide.store.snapshot is not None and guide.store.snapshot.running)
    guide.wait("40 steps", lambda: guide.step() >= 40, 2 * LIMIT)
    guide.picture("running")
    guide.key(Qt.Key.Key_Space)
    guide.wait("a paused network", lambda: guide.store.snapshot is not None and not guide.store.snapshot.running)


def explain(guide: Guide) -> None:
    """What speaks for the digit; a step left out; the eraser; no digit; a photo; a drawing kept."""
    for number, name in enumerate(("gradient", "product", "occlusion", "grad-cam"), 1):
        guide.key(str(number), Qt.KeyboardModifier.AltModifier)
        guide.wait("an attribution", lambda: guide.store.attribution is not None)
        guide.picture(f"why-{name}", everywhere=number == 3)
    guide.key("0", Qt.KeyboardModifier.AltModifier)
    guide.key(Qt.Key.Key_Delete)
    for stroke in THREE:  # small and in a corner, so that it matters what becomes of it
        guide.stroke(tuple((0.06 + 0.3 * x, 0.6 + 0.3 * y) for x, y in stroke))
    guide.wait("a prediction", guide.classified)
    guide.picture("small-in-a-corner")
    strip = guide.window.you.stages.strip
    guide.click(strip, strip._spot(1).center().toPoint())
    guide.click(strip, strip._spot(2).center().toPoint())
    guide.wait("stages left out", lambda: bool(guide.store.probe) and sum(s.on for s in guide.store.probe.stages) == 3)
    guide.picture("stages-off", everywhere=True)
    guide.key("P")
    guide.wait("all stages", lambda: bool(guide.store.probe) and all(s.on for s in guide.store.probe.stages))
    for _ in range(1 + len(THREE)):
        guide.key("Z", Qt.KeyboardModifier.ControlModifier)
    guide.key("X")
    guide.stroke(((0.2, 0.5), (0.8, 0.5)))
    guide.wait("a prediction", guide.classified)
    guide.picture("erased")
    guide.key("X")
    for key in ("Z", "Y", "Z"):
        guide.key(key, Qt.KeyboardModifier.ControlModifier)
    guide.key("A")
    guide.wait("the ways to teach", guide.window.you.teach.popup.isVisible)
    guide.picture("teach", everywhere=True)
    QTest.keyClick(guide.window.you.teach.popup, Qt.Key.Key_3)
    guide.wait("a drawing kept", lambda: sum(guide.store.mine) == 1)
    guide.picture("kept")
    guide.key(Qt.Key.Key_Delete)
    for stroke in STAR:
        guide.stroke(stroke)
    guide.wait("a prediction", guide.classified)
    guide.picture("no-digit", everywhere=True)
    guide.store.use_picture(photo_of_seven())
    guide.wait("a photo", lambda: guide.store.drawing.photo is not None and guide.classified())
    guide.picture("photo", everywhere=True)
    for _ in range(len(STAR) + 2):
        guide.key("Z", Qt.KeyboardModifier.ControlModifier)
    guide.wait("the three again", lambda: len(guide.store.drawing.strokes) == 2 and guide.classified())


def photo_of_seven() -> np.ndarray:
    """A pencil's seven on paper with a shadow and some grain, (480, 360), as a phone might see it."""
    y, x = np.mgrid[:480, :360] / 360
    paper = 0.82 - 0.35 * x * y + 0.02 * np.random.default_rng(0).normal(size=x.shape)
    for x0, y0, x1, y1 in ((0.3, 0.4, 0.72, 0.36), (0.72, 0.36, 0.46, 0.98), (0.42, 0.68, 0.7, 0.66)):
        along = np.clip(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2), 0, 1)
        distance = np.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0))
        paper = np.where(distance < 0.022, 0.45 * paper, paper)
    return paper.astype(np.float32)
