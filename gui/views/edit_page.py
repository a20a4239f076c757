"""Weight surgery: set, scale or zero numbers by hand, and read what it did beside what the gradient had promised."""

import math

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSizePolicy, QWidget

from gui.bridge.store import Store
from gui.lab.findings import Edit, EditView, Effect
from gui.theme import theme
from gui.views.terms_text import signed
from gui.views.widgets import Button, add, column, label, number, row, section

LINE = 14


class LogitBars(QWidget):
    """Ten logits, before (thin) and after (full), from one zero line."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Logits before and after"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.logits = np.zeros((2, 0))

    def show_logits(self, logits: np.ndarray | None) -> None:
        self.logits = np.zeros((2, 0)) if logits is None else logits
        before, after = self.logits
        pairs = zip(before.tolist(), after.tolist(), strict=True)
        self.setAccessibleDescription(", ".join(f"{i}: {number(a)} → {number(b)}" for i, (a, b) in enumerate(pairs)))
        self.setFixedHeight(self.sizeHint().height())
        self.setVisible(logits is not None)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(240), theme.px(LINE + 2) * self.logits.shape[1])

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        limit = float(np.abs(self.logits).max(initial=0.0)) or 1.0
        names, figures = theme.px(18), theme.px(112)
        middle = names + (self.width() - names - figures) / 2
        half, pitch = (self.width() - names - figures) / 2 - theme.px(6), theme.px(LINE + 2)
        for digit, (before, after) in enumerate(self.logits.T.tolist()):
            y = digit * pitch
            painter.setFont(theme.font(11, 600))
            painter.setPen(theme.color("secondary"))
            line = QRectF(0, y, self.width(), pitch)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, str(digit))
            painter.setFont(theme.font(11, mono=True))
            text = f"{number(before)} → {number(after)}"
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
            for value, top, height, strength in ((before, 3, 3, 0.45), (after, 7, 6, 1.0)):
                width = value / limit * half
                bar = QRectF(middle, y + theme.px(top), width, theme.px(height)).normalized()
                painter.fillRect(bar, theme.color("accent" if value > 0 else "negative", strength))
        painter.fillRect(QRectF(middle, 0, 1, self.height()), theme.color("line"))


class EditPage(QWidget):
    """Edits what the inspector shows: one number, one filter, or the whole parameter."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.parameter, self.index, self.count = "", (), 0
        self.step = store.snapshot.step if store.snapshot else 0
        self.setAccessibleName(self.tr("Edit weights"))
        self.what = label("", "caption", self.tr("What is edited"), wrap=True)
        self.zero = Button(self.tr("Zero"), role="icon", tip=self.tr("Make them 0: what does the network lose?"))
        self.flip = Button(self.tr("× −1"), role="icon", tip=self.tr("Turn every sign"))
        self.half = Button(self.tr("× ½"), role="icon", tip=self.tr("Half as strong"))
        self.twice = Button(self.tr("× 2"), role="icon", tip=self.tr("Twice as strong"))
        self.fields = {"set": QLineEdit(), "add": QLineEdit(), "scale": QLineEdit()}
        self.undo = Button(self.tr("Undo"), "undo", tip=self.tr("Take the last edit back (Ctrl+Backspace)"))
        self.message = label("", "alert", self.tr("Message"), wrap=True)
        self.head = section(self.tr("What it did"))
        self.cells = [[label("", role) for role in ("caption", "mono", "mono", "mono")] for _ in range(4)]
        for cells in self.cells:
            cells[0].setWordWrap(True)
        self.note = label("", "tiny", self.tr("What the numbers are"), wrap=True)
        self.logit_head = label(self.tr("logits of your drawing, before (thin) and after"), "tiny", wrap=True)
        self.bars = LogitBars()
        self._lay_out()
        self._connect()
        self._show(None)

    def _lay_out(self) -> None:
        layout = column(self, spacing=8)
        layout.addWidget(self.what)
        quick = row(spacing=4)
        add(quick, self.zero, self.flip, self.half, self.twice, None)
        layout.addLayout(quick)
        grid = QGridLayout()
        grid.setVerticalSpacing(4)
        titles = {"set": self.tr("set to"), "add": self.tr("add"), "scale": self.tr("multiply by")}
        for line, (how, field) in enumerate(self.fields.items()):
            field.setProperty("role", "number")
            field.setAccessibleName(titles[how])
            field.setPlaceholderText({"set": "0.5", "add": "0.01", "scale": "1.5"}[how])
            field.setToolTip(self.tr("A number, then Enter"))
            grid.addWidget(label(titles[how], "caption"), line, 0)
            grid.addWidget(field, line, 1)
        layout.addLayout(grid)
        last = row()
        add(last, self.undo, None)
        add(layout, last, self.message, self.head)
        table = QGridLayout()
        table.setVerticalSpacing(2)
        table.setHorizontalSpacing(theme.px(8))
        table.setColumnStretch(0, 1)
        for line, cells in enumerate(self.cells):
            for place, cell in enumerate(cells):
                side = Qt.AlignmentFlag.AlignLeft if place == 0 else Qt.AlignmentFlag.AlignRight
                table.addWidget(cell, line, place, side)
        layout.addLayout(table)
        add(layout, self.note, self.logit_head, self.bars, None)

    def _connect(self) -> None:
        for button, how, amount in (
            (self.zero, "set", 0.0), (self.flip, "scale", -1.0), (self.half, "scale", 0.5), (self.twice, "scale", 2.0),
        ):  # fmt: skip
            button.clicked.connect(lambda _=False, how=how, amount=amount: self._edit(how, amount))
        for how, field in self.fields.items():
            field.returnPressed.connect(lambda how=how: self._enter(how))
        self.undo.clicked.connect(self.store.undo_edit)
        self.store.edit_changed.connect(self._show)
        self.store.snapshot_changed.connect(self._on_snapshot)

    def set_subject(self, parameter: str, index: tuple[int, ...], shape: tuple[int, ...]) -> None:
        """What is edited from now on; no parameter: nothing can be."""
        self.parameter, self.index = parameter, index
        self.count = math.prod(shape[len(index) :]) if parameter else 0
        name = f"{parameter}[{', '.join(map(str, index))}]" if index else parameter
        words = self.tr("{0}: one number") if self.count == 1 else self.tr("{0}: all {1} numbers")
        nothing = self.tr("Select a weight, a filter or a parameter to edit.")
        self.what.setText(words.format(name, self.count) if parameter else nothing)
        for widget in (self.zero, self.flip, self.half, self.twice, *self.fields.values()):
            widget.setEnabled(bool(parameter))

    def _enter(self, how: str) -> None:
        field = self.fields[how]
        try:
            amount = float(field.text().replace("−", "-").replace(",", "."))
            if not math.isfinite(amount):
                raise ValueError
        except ValueError:
            self.message.setText(self.tr("Write a number, such as 0.5, not «{0}».").format(field.text()))
            self.message.show()
            return
        field.clear()
        self._edit(how, amount)

    def _edit(self, how: str, amount: float) -> None:
        self.message.hide()
        if self.parameter:
            self.store.edit_weights(Edit(self.parameter, self.index, how, amount))

    @Slot(object)
    def _show(self, view: EditView | None) -> None:
        self.message.hide()
        shown = view is not None
        for widget in (self.head, self.note, *(cell for cells in self.cells for cell in cells)):
            widget.setVisible(shown)
        self.bars.show_logits(view.logits if view else None)
        self.logit_head.setVisible(view is not None and view.logits is not None)
        self.undo.setEnabled(view is not None and view.left > 0)
        left = self.tr("Undo ({0})").format(view.left) if view and view.left else self.tr("Undo")
        self.undo.setText(left)
        if view is None:
            return
        lines = [("", self.tr("now"), self.tr("change"), "grad·Δ")]
        lines.append(self._line(self.tr("drawing's loss"), view.picture))
        lines.append(self._line(self.tr("{0} tests' loss").format(view.count), view.test))
        if view.accuracies is not None:
            before, after = view.accuracies
            lines.append((self.tr("their accuracy"), f"{after:.1%}", f"{100 * (after - before):+.1f}", ""))
        for cells, texts in zip(self.cells, lines + [("",) * 4] * (4 - len(lines)), strict=True):
            for cell, text in zip(cells, texts, strict=True):
                cell.setText(text)
        promise = self.tr(
            "grad·Δ is the change the gradient promised: gradient × change of weight. It holds for small changes."
        )
        self.note.setText(promise if view.edit else self.tr("The last edit was taken back.") + " " + promise)

    @Slot(object)
    def _on_snapshot(self, snapshot) -> None:
        """A training step makes edits final."""
        if snapshot.step != self.step:
            self.step = snapshot.step
            self.undo.setEnabled(False)
            self.undo.setText(self.tr("Undo"))

    def _line(self, name: str, effect: Effect | None) -> tuple[str, str, str, str]:
        if effect is None:
            return name, "—", "", ""
        change = effect.after - effect.before
        return name, number(effect.after), signed(change, 2), signed(effect.predicted, 2)
