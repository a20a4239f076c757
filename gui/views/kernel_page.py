"""What computes the selection: the line of PyTorch, the simple twin, the kernels that run, and how long they take."""

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QDialog, QSizePolicy, QWidget

from gui.bridge.store import Store
from gui.lab.experiment import Experiment
from gui.lab.findings import SourceView, Timing
from gui.theme import theme
from gui.views.code_view import CodeView
from gui.views.widgets import Button, Segments, add, column, label, number, row, section

LINE = 30
MOST_LINES = 18


def duration(seconds: float) -> str:
    """
    >>> duration(0.0123), duration(4.2e-5), duration(2.0)
    ('12.3 ms', '42 µs', '2 s')
    """
    for factor, unit in ((1.0, "s"), (1e3, "ms")):
        if seconds * factor >= 1:
            return f"{number(seconds * factor)} {unit}"
    return f"{number(seconds * 1e6)} µs"


class TimingBars(QWidget):
    """One bar for each way to compute it, and how many times the time it takes of the kernel that runs."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Times on this machine"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.timings: tuple[Timing, ...] = ()
        self.chosen = "fast kernel"  # the one that runs where the network computes

    def show_timings(self, timings: tuple[Timing, ...]) -> None:
        self.timings = timings
        names = {
            "slow twin": self.tr("simple twin"), "fast kernel": self.tr("fast kernel"), "numpy": "NumPy",
            "GPU kernel": self.tr("GPU kernel"),
        }  # fmt: skip
        self.chosen = "GPU kernel" if any(t.name == "GPU kernel" for t in timings) else "fast kernel"
        self.names = [names[timing.name] for timing in timings]
        spoken = [f"{name}: {duration(t.seconds)}" for name, t in zip(self.names, timings, strict=True)]
        self.setAccessibleDescription(", ".join(spoken))
        self.setFixedHeight(theme.px(LINE) * len(timings))
        self.setVisible(bool(timings))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(240), theme.px(LINE) * len(self.timings))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        most = max((timing.seconds for timing in self.timings), default=1.0)
        fast = next((timing.seconds for timing in self.timings if timing.name == self.chosen), most)
        for place, (name, timing) in enumerate(zip(self.names, self.timings, strict=True)):
            line = QRectF(0, place * theme.px(LINE), self.width(), theme.px(LINE))
            chosen = timing.name == self.chosen
            painter.setFont(theme.font(12, 600 if chosen else 400))
            painter.setPen(theme.color("accent" if chosen else "text"))
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, name)
            painter.setFont(theme.font(12, mono=True))
            times = "" if chosen else f"  ×{number(timing.seconds / fast, 2)}"
            painter.drawText(
                line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, duration(timing.seconds) + times
            )
            bar = QRectF(0, line.y() + theme.px(18), max(line.width() * timing.seconds / most, 2.0), theme.px(4))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent" if chosen else "secondary"))
            painter.drawRoundedRect(bar, theme.px(2), theme.px(2))


class KernelPage(QWidget):
    """Follows selection and mode; times only when asked to."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.source: SourceView | None = None
        self.setAccessibleName(self.tr("Kernel"))
        self.title = label("", "caption", self.tr("Operation"), wrap=True)
        self.line = label("", "mono", self.tr("The line of PyTorch it stands for"), wrap=True)
        choices = [
            ("readable", self.tr("Simple"), self.tr("The slow twin: the formula as loops")),
            ("fast", self.tr("Fast"), self.tr("The kernel that runs on the CPU")),
            ("cuda", self.tr("CUDA"), self.tr("The kernel that runs on an NVIDIA GPU")),
        ]
        self.parts = Segments(choices, self.tr("Which code"))
        self.part = "readable"
        self.enlarge = Button(
            "", "enlarge", "quiet", self.tr("Read it in a window of its own"), self.tr("Enlarge the code")
        )
        self.code = CodeView(self.tr("Code"))
        self.where = label("", "tiny", self.tr("File"))
        self.time = Button(self.tr("Time it here"), tip=self.tr("Simple twin, fast kernel and NumPy on this machine"))
        self.on = label("", "tiny", self.tr("What was timed"), wrap=True)
        self.bars = TimingBars()
        self._lay_out()
        self.parts.chosen.connect(self._choose)
        self.enlarge.clicked.connect(self.open_large)
        self.time.clicked.connect(lambda: self._ask(timed=True))
        store.source_changed.connect(self._show)
        store.selection_changed.connect(self._on_change)
        store.mode_changed.connect(self._on_change)
        store.experiment_changed.connect(self._on_experiment)
        theme.changed.connect(self._size_code)
        self._device = "cpu"
        self.parts.choose(self.part)
        self._on_experiment(store.experiment)
        self._show(None)

    def _lay_out(self) -> None:
        layout = column(self, spacing=6)
        self.heads = [
            section(self.tr("In PyTorch")),
            section(self.tr("In nbgrad")),
            section(self.tr("On this machine")),
        ]
        head = row(spacing=4)
        add(head, self.heads[1], None, self.enlarge)
        add(layout, self.title, self.heads[0], self.line, head, self.parts, self.code, self.where)
        last = row()
        add(last, self.time, None)
        add(layout, self.heads[2], last, self.on, self.bars, None)
        self._size_code()

    @Slot()
    def _size_code(self) -> None:
        lines = min(max(self.code.blockCount(), 4), MOST_LINES)
        self.code.setFixedHeight(round(lines * QFontMetricsF(theme.font(12, mono=True)).lineSpacing()) + theme.px(40))

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._ask()

    @Slot()
    def _on_change(self, *_) -> None:
        if self.isVisible():
            self._ask()

    def _ask(self, timed: bool = False) -> None:
        selection, snapshot = self.store.selection, self.store.snapshot
        nodes = snapshot.graph.nodes if snapshot and snapshot.graph else ()
        node = next((node.name for node in nodes if node.id == selection.node), "")
        module = selection.module or (selection.parameter or "conv1").rpartition(".")[0]
        side = "gradients" if self.store.mode == "gradients" else "values"
        self.store.show_source(module, side, node, timed)

    @Slot(object)
    def _on_experiment(self, experiment: Experiment) -> None:
        """On another device the code that runs there comes first."""
        if experiment.device != self._device:
            self._device = experiment.device
            self.part = "cuda" if experiment.device == "cuda" else "readable"
            self.parts.choose(self.part)
            self._show_code()

    @Slot(str)
    def _choose(self, part: str) -> None:
        self.part = part
        self._show_code()

    @Slot(object)
    def _show(self, source: SourceView | None) -> None:
        self.source = source
        for widget in (self.line, *self.heads, self.parts, self.enlarge, self.code, self.where, self.time, self.on):
            widget.setVisible(source is not None)
        if source is None:
            self.title.setText(self.tr("No kernel of its own: select a layer, a weight or a node that computes."))
            self.bars.show_timings(())
            return
        self.title.setText(source.title)
        self.line.setText(source.pytorch)
        self.where.setText(source.where)
        self.on.setText(self.tr("on {0}, median; training disturbs it").format(source.shapes) if source.timings else "")
        self.on.setVisible(bool(source.timings))
        self.bars.show_timings(source.timings)
        self._show_code()

    def _show_code(self) -> None:
        if self.source is None:
            return
        readable = self.source.readable or self.tr("# This kernel is its own simple form: see Fast.")
        texts = {
            "readable": readable,
            "fast": self.source.fast,
            "cuda": self.source.cuda,
        }
        self.code.show_code(texts[self.part])
        self.where.setVisible(self.part != "cuda")  # that code begins with its file
        self._size_code()

    @Slot()
    def open_large(self) -> None:
        """The same code with room for its long lines."""
        dialog = QDialog(self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.title.text())
        dialog.setAccessibleName(self.tr("Code"))
        code = CodeView(self.tr("Code"))
        code.show_code(self.code.toPlainText())
        column(dialog, (12, 12, 12, 12)).addWidget(code)
        dialog.resize(theme.px(940), theme.px(560))
        dialog.open()
