"""Gradcheck in place: the button, and backward's numbers beside the slopes that finite differences found."""

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from gui.bridge.store import Store
from gui.lab.findings import CheckView
from gui.views.widgets import Button, add, column, label, number, row, set_role

SHOWN = 5


class CheckBox(QWidget):
    """Asks for a check of the parameter it was told of, and shows the answer until another is selected."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.setAccessibleName(self.tr("Gradient check"))
        self.parameter, self.index = "", ()
        tip = self.tr("Move each weight a little and see how much the loss changes: is that the gradient? (C)")
        self.button = Button(self.tr("∂ Check gradient"), tip=tip)
        self.button.clicked.connect(self.run)
        self.verdict = label("", "caption", self.tr("Result of the check"), wrap=True)
        self.table = label("", "mono-quiet", self.tr("Numbers of the check"))
        layout = column(self, spacing=4)
        line = row()
        add(line, self.button, None)
        add(layout, line, self.verdict, self.table)
        store.check_changed.connect(self._show)
        self.set_subject("", ())

    def set_subject(self, parameter: str, index: tuple[int, ...]) -> None:
        """What the button checks; an answer about something else goes."""
        if (parameter, index) != (self.parameter, self.index) or not parameter:
            self.parameter, self.index = parameter, index
            self.verdict.hide()
            self.table.hide()
        self.button.setEnabled(bool(parameter))

    @Slot()
    def run(self) -> None:
        if self.parameter:
            self.store.check_gradient(self.parameter, self.index)

    @Slot(object)
    def _show(self, view: CheckView) -> None:
        if view.parameter != self.parameter:
            return
        apart = np.abs(view.analytic - view.numerical)
        worst, count = number(float(apart.max(initial=0.0)), 2), len(view.places)
        if view.agrees:
            words = self.tr("right: backward and finite differences agree on {0} of {0} numbers, at most {1} apart")
        else:
            words = self.tr("wrong: backward and finite differences differ by up to {1} on {0} numbers")
        set_role(self.verdict, "healthy" if view.agrees else "alert")
        self.verdict.setText(words.format(count, worst))
        order = np.argsort(-np.abs(view.numerical), kind="stable")[:SHOWN]
        lines = [f"{self.tr('weight'):<11}{self.tr('backward'):>10}{self.tr('differences'):>12}"]
        for place in order.tolist():
            at = f"[{','.join(map(str, view.places[place].tolist()))}]"
            lines.append(
                f"{at:<11}{number(float(view.analytic[place]), 4):>10}{number(float(view.numerical[place]), 4):>12}"
            )
        self.table.setText("\n".join(lines))
        self.verdict.show()
        self.table.show()
