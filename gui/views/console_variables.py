"""The session's variables as a small table: name, shape and type, the first numbers, and the gradient."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from gui.lab.console.records import VariableView
from gui.theme import theme
from gui.views.widgets import number, shape_text

ROW = 24  # px at 100 %


def numbers_text(values: tuple[float, ...], size: int) -> str:
    """
    >>> numbers_text((1.0, -0.5), 2), numbers_text((1.0, 2.0), 9), numbers_text((3.0,), 1)
    ('1, −0.5', '1, 2, …', '3')
    """
    text = ", ".join(str(v) if isinstance(v, bool) else number(v) for v in values)
    return text + ", …" if size > len(values) else text


class VariableTable(QTableWidget):
    """Enter or a double click chooses a variable."""

    chosen_variable = Signal(str)

    def __init__(self) -> None:
        super().__init__(0, 4)
        self.setAccessibleName(self.tr("Variables"))
        self.setHorizontalHeaderLabels([self.tr("Name"), self.tr("Kind"), self.tr("Value"), ".grad"])
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column in (0, 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        for column in (2, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.views: tuple[VariableView, ...] = ()
        self.cellDoubleClicked.connect(self._choose)
        theme.changed.connect(self._refresh)

    def show_variables(self, views: tuple[VariableView, ...]) -> None:
        self.views = views
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        self.setRowCount(len(self.views))
        for place, view in enumerate(self.views):
            self.setRowHeight(place, theme.px(ROW))
            quiet = view.gradient is None
            for column, text in enumerate((view.name, self.kind(view), self.value(view), self.gradient(view))):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                numbers = column in (0, 2) or (column == 3 and not quiet)
                item.setFont(theme.font(12, 500 if column == 0 else 400, mono=numbers))
                if column == 1 or (column == 3 and quiet):
                    item.setForeground(theme.color("secondary"))
                self.setItem(place, column, item)

    def kind(self, view: VariableView) -> str:
        if view.kind == "tensor":
            return f"{shape_text(view.shape)} · {view.dtype}"
        if view.kind == "module":
            return f"{view.type} · {self.tr('{0} numbers').format(f'{view.parameters:,}')}"
        return view.type

    def value(self, view: VariableView) -> str:
        return numbers_text(view.values, view.size) if view.kind == "tensor" else view.text

    def gradient(self, view: VariableView) -> str:
        """Said where it is missing, never shown as zeros."""
        if view.gradient is not None:
            return numbers_text(view.gradient, view.size)
        if view.requires_grad and view.leaf:
            return self.tr("not computed yet")
        return view.grad_fn

    @Slot(int, int)
    def _choose(self, place: int, _column: int) -> None:
        self.chosen_variable.emit(self.views[place].name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentRow() >= 0:
            self._choose(self.currentRow(), 0)
        else:
            super().keyPressEvent(event)
