"""A scripted tour of the lab: real mouse and key events, the real worker, a picture of every state."""

import os
import sys
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
from PySide6.QtCore import QDeadlineTimer, QPoint, QPointF, QRect, QRectF, QSettings, Qt, qInstallMessageHandler
from PySide6.QtGui import QPainter, QPixmap, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from gui.bridge.pulse import Pulse
from gui.bridge.store import Selection, Store
from gui.bridge.worker import Worker
from gui.lab.experiment import Experiment
from gui.lab.findings import TermsView
from gui.main_window import MainWindow
from gui.theme import theme
from gui.views.network_hover import cell_of, cells_rect

START_LIMIT, LIMIT = 240.0, 30.0  # seconds; the first start compiles
SIZES = ((1280, 800), (1920, 1080))
THREE = (
    ((0.30, 0.22), (0.42, 0.14), (0.58, 0.15), (0.66, 0.26), (0.60, 0.40), (0.46, 0.48)),
    ((0.46, 0.48), (0.62, 0.52), (0.70, 0.66), (0.62, 0.82), (0.44, 0.87), (0.28, 0.79)),
)
STAR = (
    ((0.5, 0.1), (0.75, 0.88), (0.1, 0.4), (0.9, 0.4), (0.25, 0.88), (0.5, 0.1)),
    ((0.1, 0.1), (0.25, 0.2)),
    ((0.9, 0.1), (0.75, 0.2)),
)
QUIET = 40  # looks, ten milliseconds apart
STEPS_BETWEEN = 6  # mouse moves from one point of a stroke to the next


class TourError(Exception):
    """A state was not reached in time."""


def run(directory: Path) -> int:
    """Play the tour and write its pictures; 0, or 1 with one sentence where a state was not reached."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    qInstallMessageHandler(_say_unless_offscreen)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NBGRAD_HOME"] = folder  # the tour teaches a drawing, and leaves the user's own set alone
        settings = QSettings(str(Path(folder) / "tour.ini"), QSettings.Format.IniFormat)
        settings.setValue("theme", "dark")
        store = Store(Experiment())
        worker, pulse = Worker(store), Pulse(store)
        window = MainWindow(store, settings)
        window.show()
        worker.start()
        try:
            Tour(window, store, directory).play()
        except TourError as error:
            print(error, file=sys.stderr)
            return 1
        finally:
            worker.stop()
            window.close()
            pulse.deleteLater()
            app.processEvents()
    return 0


def _say_unless_offscreen(_kind: object, _context: object, text: str) -> None:
    if not text.startswith("This plugin does not support"):
        print(text, file=sys.stderr)


class Tour:
    """Walks through the lab and takes a picture at every stop."""

    def __init__(self, window: MainWindow, store: Store, directory: Path) -> None:
        self.window, self.store, self.directory = window, store, directory
        self.pictures = 0
        self.failure, self.quiet = "", 0
        store.failed.connect(self._remember)
        store.faulted.connect(self._remember)

    def play(self) -> None:
        self._resize(*SIZES[0])
        self.picture("opening")
        self.wait("the first snapshot", lambda: self.store.snapshot is not None, START_LIMIT)
        self.wait("the end of start-up", self._ready, START_LIMIT)
        self.picture("empty")
        self._draw_and_train()
        self._look_around()
        self._walk_through()
        self._write_snippets()
        self._settings_and_size()
        self._other_networks()

    def _ready(self) -> bool:
        """Nothing long is going on, and was not a moment ago: kernels and digits are there."""
        if self.window.transport.timeline.progress.isVisible():
            self.quiet = 0
        self.quiet += 1
        return self.quiet > QUIET

    # ---- the stops

    def _draw_and_train(self) -> None:
        for number, stroke in enumerate(THREE, 1):
            self._stroke(stroke)
            self.wait("a prediction", self._classified)
            self.picture(f"stroke-{number}")
        self._explain()
        for layer, name in ((3, "cell"), (2, "pooled-cell"), (5, "unit")):
            self.look(layer, self._strongest(layer), name)
        self.key("2")
        self.wait("gradients of the drawing", lambda: self.store.mode == "gradients")
        self.store.set_target(8)
        self.wait("the loss of an 8", lambda: self.store.probe is not None and self.store.probe.target == 8)
        self._leave()
        self.picture("gradients", everywhere=True)
        self.look(2, (1, 5, 6), "gradient-of-a-cell", everywhere=True)
        self.look(7, (3,), "gradient-of-a-logit")
        self._leave()
        self.key("L")
        self.wait("gradients of the logit", lambda: self.store.probe is not None and self.store.probe.of == "logit")
        self.picture("logit")
        self.key("L")
        self.key("S")
        self.wait("a training step", lambda: self._step() > 0)
        self.wait("the backward graph", lambda: self.window.graph.canvas.graph is not None)
        self.picture("first-step")
        self.key(Qt.Key.Key_Space)
        self.wait("a running network", lambda: self.store.snapshot is not None and self.store.snapshot.running)
        self.wait("40 steps", lambda: self._step() >= 40, 2 * LIMIT)
        self.picture("running")
        self.key(Qt.Key.Key_Space)
        self.wait("a paused network", lambda: self.store.snapshot is not None and not self.store.snapshot.running)

    def _explain(self) -> None:
        """What speaks for the digit; a step left out; the eraser; no digit; a photo; a drawing kept."""
        for number, name in enumerate(("gradient", "product", "occlusion", "grad-cam"), 1):
            self.key(str(number), Qt.KeyboardModifier.AltModifier)
            self.wait("an attribution", lambda: self.store.attribution is not None)
            self.picture(f"why-{name}", everywhere=number == 3)
        self.key("0", Qt.KeyboardModifier.AltModifier)
        self.key(Qt.Key.Key_Delete)
        for stroke in THREE:  # small and in a corner, so that it matters what becomes of it
            self._stroke(tuple((0.06 + 0.3 * x, 0.6 + 0.3 * y) for x, y in stroke))
        self.wait("a prediction", self._classified)
        self.picture("small-in-a-corner")
        strip = self.window.you.stages.strip
        self.click(strip, strip._spot(1).center().toPoint())
        self.click(strip, strip._spot(2).center().toPoint())
        self.wait("stages left out", lambda: bool(self.store.probe) and sum(s.on for s in self.store.probe.stages) == 3)
        self.picture("stages-off", everywhere=True)
        self.key("P")
        self.wait("all stages", lambda: bool(self.store.probe) and all(s.on for s in self.store.probe.stages))
        for _ in range(1 + len(THREE)):
            self.key("Z", Qt.KeyboardModifier.ControlModifier)
        self.key("X")
        self._stroke(((0.2, 0.5), (0.8, 0.5)))
        self.wait("a prediction", self._classified)
        self.picture("erased")
        self.key("X")
        for key in ("Z", "Y", "Z"):
            self.key(key, Qt.KeyboardModifier.ControlModifier)
        self.key("A")
        self.wait("the ways to teach", self.window.you.teach.popup.isVisible)
        self.picture("teach", everywhere=True)
        QTest.keyClick(self.window.you.teach.popup, Qt.Key.Key_3)
        self.wait("a drawing kept", lambda: sum(self.store.mine) == 1)
        self.picture("kept")
        self.key(Qt.Key.Key_Delete)
        for stroke in STAR:
            self._stroke(stroke)
        self.wait("a prediction", self._classified)
        self.picture("no-digit", everywhere=True)
        self.store.use_picture(photo_of_seven())
        self.wait("a photo", lambda: self.store.drawing.photo is not None and self._classified())
        self.picture("photo", everywhere=True)
        for _ in range(len(STAR) + 2):
            self.key("Z", Qt.KeyboardModifier.ControlModifier)
        self.wait("the three again", lambda: len(self.store.drawing.strokes) == 2 and self._classified())

    def _look_around(self) -> None:
        self.key("1")
        canvas = self.window.network.canvas
        place = canvas.placed[3]
        spot = (place.map_rect(4).center() + canvas.origin()).toPoint()
        self.click(canvas, spot)
        self.wait("a selected filter", lambda: self.store.selection.channel == 4)
        QTest.mouseMove(canvas, spot + QPoint(3, 3))
        self.picture("filter-selected", everywhere=True)
        self._inspect()
        self.key("3")
        self.wait("the update", lambda: self.store.mode == "update")
        self.picture("update")
        self._select_node()
        self.key("T")
        self.wait("a test result", lambda: self.store.snapshot is not None and self.store.snapshot.test is not None)
        self.key("2", Qt.KeyboardModifier.ControlModifier)
        self.wait("the confusion matrix", lambda: self.window.learning.chosen == "test")
        self.picture("test")
        self.key("3", Qt.KeyboardModifier.ControlModifier)
        self.picture("health")
        self.key("1", Qt.KeyboardModifier.ControlModifier)
        self.key("1")
        self._wheel(canvas, spot, 6)
        self.picture("closer")
        self._wheel(canvas, spot, 8)
        self.look(3, (4, 4, 4), "zoomed")
        self._leave()
        self.key("0")
        self.key("B")
        self.picture("blocks", everywhere=True)
        self.key("B")
        self.key("D")
        self.wait("the batch", lambda: self.store.probe is not None and bool(self.store.probe.batch))
        self.picture("batch")
        self.key("D")

    def _other_networks(self) -> None:
        """An update written out; an MLP; ResNet-18 as blocks, one of them opened."""
        canvas, both = self.window.network.canvas, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        self.key("3")
        spot = canvas.placed[1].map_rect(2).center() + canvas.origin()
        self.click(canvas, spot.toPoint())
        self.wait("the update of a weight", self.window.network.card.isVisible)
        self.picture("update-of-a-weight", everywhere=True)
        self.window.network.card.close_button.click()
        self.key("1")
        for key, columns, name in (("2", 3, "mlp"), ("3", 14, "resnet")):
            self.key(key, both)
            self.wait(name, lambda columns=columns: len(canvas.layers) == columns, START_LIMIT)
            self.picture(name, everywhere=True)
        self._wheel(canvas, canvas.block_rects()[6].center().toPoint(), 1)
        self.picture("resnet-block", everywhere=True)
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
        self.key("W")
        self.wait("LeNet", lambda: len(canvas.layers) == 8)

    def _inspect(self) -> None:
        """The pages of the inspector for one filter of the first layer."""
        inspector = self.window.inspector
        self._leave()
        self.store.select(Selection("conv1", "conv1.weight", None, 2))
        self.key("C")
        self.wait("a checked gradient", inspector.check.verdict.isVisible, START_LIMIT)
        QTest.mouseMove(self.window.network.canvas, QPoint(2, 2))
        bar = inspector.area.verticalScrollBar()
        bar.setValue(bar.maximum())
        inspector.area.ensureWidgetVisible(inspector.figure_box, 0, 0)
        self.picture("checked")
        bar.setValue(0)
        grid = inspector.values
        self.click(grid, grid.rect().center())
        self.wait("the terms of a weight", lambda: self.store.terms is not None)
        self.picture("gradient-of-a-weight", everywhere=True)
        self.window.network.card.close_button.click()
        self.key("K")
        self.wait("the kernel", lambda: inspector.kernel.source is not None)
        self.click(inspector.kernel.time, QPoint(8, 8))
        self.wait("times", lambda: bool(inspector.kernel.bars.timings))
        self.picture("kernel", everywhere=True)
        self.key("E", Qt.KeyboardModifier.ControlModifier)
        self.click(inspector.edit.zero, QPoint(8, 8))
        self.wait("the effect of an edit", inspector.edit.undo.isEnabled)
        self.picture("edited", everywhere=True)
        self.key(Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
        self.wait("the edit undone", lambda: not inspector.edit.undo.isEnabled())
        self.key("I")

    def _select_node(self) -> None:
        graph = self.window.graph.canvas
        node = next(node for node in graph.nodes.values() if node.name.startswith("Addmm"))
        self.click(graph, graph.place(node).center().toPoint())
        self.wait("a selected node", lambda: self.store.selection.node == node.id)
        self.picture("node-selected")
        self.key("G")
        self.wait("the large graph", self.window.large_graph.isVisible)
        self.picture("graph", everywhere=True)
        self.key("G")

    def _walk_through(self) -> None:
        """The whole step of the drawing: forward, loss, every node back, update; with and without zero_grad."""
        walk, ctrl = self.store.walking, Qt.KeyboardModifier.ControlModifier
        self.key("J")
        self.wait("a walk", lambda: walk.view is not None and self.window.large_graph.isVisible())
        self.picture("walk-loss", everywhere=True)
        bars = self.window.you.prediction.bars
        if self.store.target != 8:  # which it is not: the loss is large
            self.click(bars, QPoint(bars.width() // 2, round(bars.height() * 0.85)))
        self.wait("the loss of an 8", lambda: walk.view is not None and walk.view.digit == 8 and walk.in_force)
        self._walk_phase("forward")
        self.picture("walk-forward-convolution", everywhere=True)
        for _ in range(2):
            self._walk_on()
        self.picture("walk-forward-pool")
        self._walk_phase("backward")
        stops = {3: "fork", 18: "pool", 20: "convolution", 21: "accumulate"}  # nodes that have worked
        while walk.view is not None and not walk.view.finished:
            self._walk_on()
            if name := stops.get(len(walk.view.steps)):
                self.picture(f"walk-{name}", everywhere=True)
        self.picture("walk-complete", everywhere=True)
        self._walk_on()
        self.picture("walk-update", everywhere=True)
        self._walk_on()
        self.key(Qt.Key.Key_End, ctrl)
        self.wait("the end of the step", lambda: walk.view is not None and walk.view.ended)
        self.key("H", Qt.KeyboardModifier.ShiftModifier)
        self.picture("walk-folded", everywhere=True)
        self.key("H", Qt.KeyboardModifier.ShiftModifier)
        self.key("Z")
        self.wait("the loss", lambda: walk.view is not None and not walk.view.zeroed and walk.view.phase == "loss")
        self._walk_to("conv1.bias")
        self.picture("walk-without-zero-grad", everywhere=True)
        self.key("Z")
        self.wait("the loss", lambda: walk.view is not None and walk.view.zeroed)
        self._walk_to("maxpool")
        self.key("G")
        self.picture("walk-beside-the-network", everywhere=True)
        self.key("U")
        self.wait("the still graph", lambda: walk.view is None)

    def _walk_on(self) -> None:
        """One moment further."""
        walk = self.store.walking
        before = walk.view
        self.key(Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
        self.wait("the next moment", lambda: walk.view is not before)

    def _walk_phase(self, phase: str) -> None:
        """A click on the word."""
        walk, words = self.store.walking, self.window.large_graph.card.phases
        self.click(words, words.rooms()[phase].center().toPoint())
        self.wait(phase, lambda: walk.view is not None and walk.view.phase == phase)

    def _walk_to(self, name: str) -> None:
        """Find a node by its name, and run to it."""
        walk, search = self.store.walking, self.window.large_graph.search
        self.key("F", Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(search, name)
        QTest.keyClick(search, Qt.Key.Key_Escape)
        wanted = self.store.selection.node
        self.key(Qt.Key.Key_F8)
        self.wait(name, lambda: walk.view is not None and bool(walk.view.current) and walk.view.current.node == wanted)

    def _write_snippets(self) -> None:
        """The console: a snippet whose graph is walked, its variables, an error at its line, a loop without end."""
        ctrl, console, walk = Qt.KeyboardModifier.ControlModifier, self.store.console, self.store.walking
        self.key("4", ctrl)
        panel = self.window.learning.console
        self.picture("console-starts")
        self.wait("the session", lambda: console.state == "ready", START_LIMIT)
        panel.snippets.popup.actions()[1].trigger()
        QTest.keyClick(panel.editor, Qt.Key.Key_Return, ctrl)
        self.wait("the graph of Q", lambda: walk.view is not None and walk.view.title == "Q")
        self.window.graph.canvas.setFocus()
        for count in range(1, 4):
            self.key(Qt.Key.Key_Right, ctrl)
            self.wait("the next node", lambda count=count: walk.view is not None and len(walk.view.steps) == count)
        self.picture("console-walk", everywhere=True)
        panel.show_page("variables")
        self.picture("console-variables")
        panel.editor.show_text("x = torch.ones(2, 3)\nfor turn in range(3):\n    print(turn)\nx @ torch.ones(2, 3)")
        QTest.keyClick(panel.editor, Qt.Key.Key_Return, ctrl)
        self.wait("the error", lambda: panel.fault is not None)
        self.picture("console-error", everywhere=True)
        panel.editor.show_text("while True:\n    print('again')")
        QTest.keyClick(panel.editor, Qt.Key.Key_Return, ctrl)
        QTest.qWait(500)
        self.picture("console-endless")
        QTest.keyClick(panel.editor, Qt.Key.Key_Period, ctrl)
        self.wait("the stop", lambda: console.state == "ready")
        self.picture("console-stopped")
        walk.leave()
        console.close()
        self.key("1", ctrl)

    def _settings_and_size(self) -> None:
        self.key("E")
        editor = self.window.transport.editor
        self.wait("the settings", editor.isVisible)
        field = editor.fields["lr"]
        field.selectAll()
        QTest.keyClicks(field, "abc")
        QTest.keyClick(field, Qt.Key.Key_Return)
        self.wait("a refusal", lambda: "abc" in editor.message.text())
        self.picture("refused")
        editor.hide()
        self.key("K", Qt.KeyboardModifier.ControlModifier)
        self.wait("the command palette", self.window.palette_dialog.isVisible)
        self.picture("commands")
        self.window.palette_dialog.hide()
        before = self.store.drawing.number
        self.key("N")
        self.wait("a sample", lambda: self.store.drawing.number > before and self._classified())
        self.picture("sample", everywhere=True)
        theme.set_zoom(1.5)
        self._resize(*SIZES[1])
        self.picture("classroom")
        theme.set_zoom(1.0)

    # ---- events

    def _stroke(self, points: tuple[tuple[float, float], ...]) -> None:
        sheet = self.window.you.canvas
        places = [QPoint(round(x * sheet.width()), round(y * sheet.height())) for x, y in points]
        QTest.mousePress(sheet, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[0])
        for start, end in pairwise(places):
            for step in range(1, STEPS_BETWEEN + 1):
                QTest.mouseMove(sheet, start + (end - start) * step / STEPS_BETWEEN)
                QTest.qWait(4)
        QTest.mouseRelease(sheet, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[-1])

    def look(self, layer: int, index: tuple[int, ...], name: str, everywhere: bool = False) -> None:
        """Click on a cell of the canvas and photograph its arithmetic."""
        canvas = self.window.network.canvas
        _, channel, row, column = cell_of(canvas, layer, index)
        cell = cells_rect(canvas.placed[layer], channel, QRectF(column, row, 1, 1))
        self.click(canvas, (cell.center() + canvas.origin()).toPoint())
        self.wait(
            "the terms of a cell", lambda: self.store.terms is not None and self.store.terms.spot == self.store.spot
        )
        QTest.mouseMove(canvas, QPoint(2, 2))
        self.wait("the card", lambda: isinstance(self.store.terms, TermsView) and self.store.terms.name in self._card())
        self.picture(name, everywhere)

    def _strongest(self, layer: int) -> tuple[int, ...]:
        """Where a layer's fifth map, or a vector, is largest."""
        assert self.store.probe is not None
        value = self.store.probe.layers[layer].value
        if value.ndim == 3:
            return 4, *(int(place) for place in np.unravel_index(int(value[4].argmax()), value.shape[1:]))
        return tuple(int(place) for place in np.unravel_index(int(value.argmax()), value.shape))

    def _leave(self) -> None:
        """Close the microscope as one does: Escape on the canvas."""
        QTest.keyClick(self.window.network.canvas, Qt.Key.Key_Escape)
        self.wait("a closed microscope", lambda: not self.window.network.card.isVisible())

    def _card(self) -> str:
        return self.window.network.card.equation.text()

    def click(self, widget: QWidget, spot: QPoint) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)

    def key(self, key: str | Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        code = Qt.Key(ord(key)) if isinstance(key, str) else key
        QTest.keyClick(self.window, code, modifier)

    def _wheel(self, widget: QWidget, spot: QPoint, notches: int) -> None:
        where, none = QPointF(spot), Qt.KeyboardModifier.NoModifier
        for _ in range(notches):
            turn = QPoint(0, 120)
            event = QWheelEvent(
                where, widget.mapToGlobal(where), QPoint(), turn, Qt.MouseButton.NoButton, none,
                Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(widget, event)

    # ---- waiting and looking

    def wait(self, what: str, reached: Callable[[], bool], limit: float = LIMIT) -> None:
        """Let the lab go on until a state is reached."""
        deadline = QDeadlineTimer(round(limit * 1000))
        while not reached() and not deadline.hasExpired():
            QTest.qWait(10)
        if not reached():
            raise TourError(f"The tour did not reach {what} within {limit:g} s. {self.failure}".strip())

    def _remember(self, sentence: str, *_details: str) -> None:
        self.failure = sentence

    def _step(self) -> int:
        return self.store.snapshot.step if self.store.snapshot else 0

    def _classified(self) -> bool:
        return self.store.probe is not None and self.store.probe.drawing == self.store.drawing.number

    def _resize(self, width: int, height: int) -> None:
        self.window.resize(width, height)
        QTest.qWait(60)

    def picture(self, name: str, everywhere: bool = False) -> None:
        """Save the window as it is: at 1280 x 800 and dark; `everywhere`: in both sizes and both themes."""
        self.pictures += 1
        stem = f"{self.pictures:02d}-{name}"
        QTest.qWait(80)
        if not everywhere:
            self._save(stem)
            return
        for width, height in SIZES:
            self._resize(width, height)
            for scheme in ("dark", "light"):
                theme.set_name(scheme)
                QTest.qWait(60)
                self._save(f"{stem}-{scheme}-{width}")
        theme.set_name("dark")
        self._resize(*SIZES[0])

    def _save(self, stem: str) -> None:
        path = self.directory / f"{stem}.png"
        if not photograph(self.window).save(str(path)):
            raise TourError(f"The picture {path} cannot be written.")


def photo_of_seven() -> np.ndarray:
    """A pencil's seven on paper with a shadow and some grain, (480, 360), as a phone might see it."""
    y, x = np.mgrid[:480, :360] / 360
    paper = 0.82 - 0.35 * x * y + 0.02 * np.random.default_rng(0).normal(size=x.shape)
    for x0, y0, x1, y1 in ((0.3, 0.4, 0.72, 0.36), (0.72, 0.36, 0.46, 0.98), (0.42, 0.68, 0.7, 0.66)):
        along = np.clip(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2), 0, 1)
        distance = np.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0))
        paper = np.where(distance < 0.022, 0.45 * paper, paper)
    return paper.astype(np.float32)


def photograph(window: QWidget) -> QPixmap:
    """The window with the popups that lie on it."""
    picture = window.grab()
    painter = QPainter(picture)
    corner = window.mapToGlobal(QPoint(0, 0))
    for widget in QApplication.topLevelWidgets():
        popup = widget.windowType() == Qt.WindowType.Popup
        if popup and widget.isVisible():
            spot = widget.mapToGlobal(QPoint(0, 0)) - corner
            painter.drawPixmap(QRect(spot, widget.size()), widget.grab())
    painter.end()
    return picture
