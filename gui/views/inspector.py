"""The right panel: everything about the one thing that is selected, and the list of all parameters below it."""

import math

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QApplication, QFileDialog, QGridLayout, QLabel, QWidget

from gui.bridge.store import Selection, Store
from gui.bridge.walk_commands import WALK_COMMANDS
from gui.lab.findings import Spot
from gui.lab.snapshot import block_of
from gui.theme import theme
from gui.views.calm import Calm
from gui.views.check_box import CheckBox
from gui.views.diagnosis import dead_share, diagnose
from gui.views.edit_page import EditPage
from gui.views.histogram import HistogramView
from gui.views.kernel_page import KernelPage
from gui.views.menus import MenuButton
from gui.views.number_grid import NumberGrid
from gui.views.numbers_out import as_csv, as_python
from gui.views.parameter_list import ParameterTree
from gui.views.ridge import RidgeView
from gui.views.subject import Subject, subject_of
from gui.views.widgets import Button, Segments, add, column, label, number, row, scroll, section, set_role

WATCH = next(command for command in WALK_COMMANDS if command.id == "walk_parameter")


class InspectorPanel(QWidget):
    """Name and shape, numbers and gradients, histograms, figures and a diagnosis in words."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Inspector"))
        self.name = label("", "name", self.tr("Selected"))
        self.detail = label("", "caption", self.tr("Shape"), wrap=True)
        self.value_head, self.gradient_head = section(self.tr("Values")), section(self.tr("Gradient"))
        self.values, self.gradients = NumberGrid(self.tr("Values")), NumberGrid(self.tr("Gradients"))
        self.values.cell_picked.connect(self._pick_cell)
        self.gradients.cell_picked.connect(self._pick_cell)
        self.missing = label(self.tr("not computed yet"), "caption")
        self.note = label("", "tiny", self.tr("About the picture"), wrap=True)
        self.value_bars = HistogramView(self.tr("Histogram of the values"))
        self.gradient_bars = HistogramView(self.tr("Histogram of the gradient"))
        self.ridge_head = section(self.tr("Over time"))
        self.ridge = RidgeView(self.tr("Histograms over time"))
        self.figures = self._make_figures()
        self.verdict = label("", "healthy", self.tr("Diagnosis"), wrap=True)
        self.rule = label("", "tiny", self.tr("The rule behind it"), wrap=True)
        self.check = CheckBox(store)
        self.copy = MenuButton(self.tr("Copy"), "copy", tip=self.tr("Take these numbers elsewhere"))
        self.copy.popup.aboutToShow.connect(self._offer_copies)
        self.watch = Button(WATCH.title, "target", tip=WATCH.hint)
        self.tree = ParameterTree(store)
        self.parameters = self.tree.list
        self.kernel, self.edit = KernelPage(store), EditPage(store)
        choices = [
            ("numbers", self.tr("Numbers"), self.tr("Values, gradients, histograms, diagnosis (I)")),
            ("kernel", self.tr("Kernel"), self.tr("The code that computes it (K)")),
            ("edit", self.tr("Edit"), self.tr("Change weights by hand (Ctrl+E)")),
        ]
        self.tabs = Segments(choices, self.tr("Inspector"), role="tab")
        self.tabs.chosen.connect(self.show_page)
        self._lay_out()
        self.calm = Calm(self._refresh, self)
        store.snapshot_changed.connect(self.calm.ask)
        store.probe_changed.connect(self.calm.ask)
        store.selection_changed.connect(self._refresh)
        store.spot_changed.connect(self._refresh)
        store.mode_changed.connect(self._refresh)
        theme.changed.connect(self._refresh)
        self.show_page("numbers")
        self._refresh()

    def _make_figures(self) -> dict[str, tuple[QLabel, QLabel]]:
        names = {
            "mean": self.tr("mean ± spread"),
            "range": self.tr("least … most"),
            "norm": self.tr("size |w|"),
            "gradient": self.tr("gradient |∇|"),
            "ratio": self.tr("update / weight"),
            "dead": self.tr("silent units"),
        }
        return {key: (label(text, "caption"), label("", "mono", text)) for key, text in names.items()}

    def _lay_out(self) -> None:
        content = QWidget()
        content.setAccessibleName(self.tr("Inspector"))
        layout = column(content, (16, 12, 12, 16), 6)
        add(layout, section(self.tr("Inspector")), self.name, self.detail, self.tabs)
        layout.addSpacing(4)
        self.pages = {"numbers": self._numbers_page(), "kernel": self.kernel, "edit": self.edit}
        for page in self.pages.values():
            layout.addWidget(page)
        layout.addSpacing(8)
        add(layout, section(self.tr("All parameters")), self.tree, None)
        outer = column(self)
        self.area = scroll(content, self.tr("Inspector"))
        outer.addWidget(self.area)

    def _numbers_page(self) -> QWidget:
        page = QWidget()
        page.setAccessibleName(self.tr("Numbers"))
        layout = column(page, spacing=6)
        add(layout, self.value_head, self.values, self.note)
        layout.addSpacing(4)
        add(layout, self.gradient_head, self.gradients, self.missing)
        buttons = row(spacing=8)
        add(buttons, self.copy, None)
        add(layout, buttons, self.watch)
        layout.addSpacing(4)
        self.bars = QWidget()
        bars = row(self.bars, spacing=16)
        for title, view in ((self.tr("Values"), self.value_bars), (self.tr("Gradient"), self.gradient_bars)):
            side = column(spacing=4)
            add(side, label(title, "tiny"), view)
            bars.addLayout(side, 1)
        layout.addWidget(self.bars)
        self.figure_box = QWidget()
        grid = QGridLayout(self.figure_box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        for line, (caption, figure) in enumerate(self.figures.values()):
            grid.addWidget(caption, line, 0)
            grid.addWidget(figure, line, 1, Qt.AlignmentFlag.AlignRight)
        add(layout, self.figure_box, self.verdict, self.rule, self.check, self.ridge_head, self.ridge)
        return page

    @Slot(str)
    def show_page(self, key: str) -> None:
        """ "numbers", "kernel" or "edit"."""
        self.tabs.choose(key)
        for name, page in self.pages.items():
            page.setVisible(name == key)
        self.area.verticalScrollBar().setValue(0)

    @Slot()
    def check_gradient(self) -> None:
        """Check what is shown, and show the answer."""
        self.show_page("numbers")
        self.check.run()

    # ---- what is shown

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._refresh()

    @Slot()
    def _refresh(self, *_) -> None:
        if not self.isVisible():
            return
        subject = subject_of(self.store)
        if subject is not None:
            self._show(subject)

    def _show(self, subject: Subject) -> None:
        self.name.setText(subject.name)
        self.detail.setText(subject.detail)
        self.note.setText(subject.note)
        self.note.setVisible(bool(subject.note))
        chosen = self.store.selection.channel if subject.tiles_are_filters else None
        self.values.show_numbers(subject.values, subject.value_limit, 1.0, chosen)
        self._show_gradient(subject, chosen)
        view = subject.parameter
        about = (self.bars, self.figure_box, self.verdict, self.rule, self.check, self.ridge_head, self.ridge)
        for widget in (*about, self.watch):
            widget.setVisible(view is not None)
        self._aim_edits(subject)
        if view is None:
            return
        self.value_bars.show_summary(view.value_summary)
        self.gradient_bars.show_summary(view.gradient_summary)
        views = self.store.snapshot.parameters if self.store.snapshot else ()
        values, gradient, dead = view.value_summary, view.gradient_summary, dead_share(view, views)
        nothing = "—"
        texts = {
            "mean": f"{number(values.mean, 2)} ± {number(values.std, 2)}",
            "range": f"{number(values.minimum, 2)} … {number(values.maximum, 2)}",
            "norm": number(values.norm),
            "gradient": number(gradient.norm) if gradient else nothing,
            "ratio": number(view.update_ratio, 2) if view.update_ratio is not None else nothing,
            "dead": f"{dead:.0%}" if dead is not None else nothing,
        }
        for key, text in texts.items():
            self.figures[key][1].setText(text)
        role, sentence, rule = diagnose(view, views)
        set_role(self.verdict, role)
        self.verdict.setText(sentence)
        self.rule.setText(rule)
        self.rule.setVisible(bool(rule))
        rows = () if view.history is None else view.history.values
        if view.history is not None and self.store.mode == "gradients":
            rows = view.history.gradients
        self.ridge.show_rows(rows)

    def _aim_edits(self, subject: Subject) -> None:
        """Checks and edits concern what is shown, or the one number of it under the microscope."""
        view, spot = subject.parameter, self.store.spot
        if view is None:
            self.edit.set_subject("", (), ())
            self.check.set_subject("", ())
            return
        index = subject.index
        if spot is not None and spot.parameter == view.name and spot.index[: len(index)] == index:
            index = spot.index
        self.edit.set_subject(view.name, index, view.shape)
        self.check.set_subject(view.name, index)

    @Slot()
    def _offer_copies(self) -> None:
        subject = subject_of(self.store)
        if subject is None:
            return
        clipboard = QApplication.clipboard()
        choices = []
        for title, tensor in ((self.tr("Values"), subject.tensor), (self.tr("Gradient"), subject.gradient_tensor)):
            if tensor is None:
                continue
            choices += [
                (self.tr("{0} as CSV").format(title), "", lambda t=tensor: clipboard.setText(as_csv(t))),
                (self.tr("{0} as Python").format(title), "", lambda t=tensor: clipboard.setText(as_python(t))),
                (self.tr("{0} to a .npy file…").format(title), "", lambda t=tensor: self._save_npy(t)),
            ]
        self.copy.set_choices(choices)

    def _save_npy(self, tensor: np.ndarray) -> None:
        name = self.name.text().replace("[", "_").replace("]", "")
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save the numbers"), f"{name}.npy", "NumPy (*.npy)")
        if path:
            try:
                np.save(path, tensor)
            except OSError as error:
                self.store.failed.emit(f"{path}: {error.strerror}.")

    def _show_gradient(self, subject: Subject, chosen: int | None) -> None:
        known = subject.gradients is not None
        self.gradients.setVisible(known)
        self.missing.setVisible(not known)
        power = gradient_power(subject.gradient_limit)
        written = subject.values.shape[0] == 1 and self.values.written
        times = f" × 10{superscript(power)}" if known and power and written else ""
        of = self.tr("Gradient, last batch") if subject.parameter is not None else self.tr("Gradient, your drawing")
        self.gradient_head.setText(of.upper() + times)
        if subject.gradients is not None:
            self.gradients.show_numbers(subject.gradients, subject.gradient_limit, 10.0**power, chosen)

    @Slot(object)
    def _pick_cell(self, hit: tuple[int, int, int]) -> None:
        """A filter of many is selected; a number goes under the microscope."""
        subject, now = subject_of(self.store), self.store.selection
        if subject is None:
            return
        if subject.tiles_are_filters:
            parameter = subject.parameter.name if subject.parameter else None
            module = block_of(parameter) if parameter else now.module
            self.store.select(Selection(module, parameter, None, hit[0]))
            return
        index = subject.locate(hit)
        if index is not None and subject.parameter is not None:
            side = "update" if self.store.mode == "update" else "gradients"
            self.store.look_at(Spot(side, None, subject.parameter.name, index))


def gradient_power(limit: float) -> int:
    """How often to multiply by ten, in threes, so that the largest number has digits before the point.

    >>> gradient_power(0.0415), gradient_power(3.0), gradient_power(0.0)
    (3, 0, 0)
    """
    if limit <= 0 or not math.isfinite(limit) or limit >= 1:
        return 0
    return min(18, 3 * math.ceil(-math.log10(limit) / 3))


def superscript(power: int) -> str:
    return str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


if __name__ == "__main__":
    from gui.views.preview import show

    show(InspectorPanel, 300, 900)
