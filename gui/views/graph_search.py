"""Find a node of the graph by a part of its name."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from gui.lab.snapshot import GraphNode
from gui.theme import theme
from gui.views.graph_canvas import GraphCanvas
from gui.views.graph_shapes import short_name


class NodeSearch(QLineEdit):
    """Hidden until opened. Typing selects the first node that fits, Enter the next one, Escape closes."""

    opened = Signal(bool)

    def __init__(self, canvas: GraphCanvas) -> None:
        super().__init__()
        self.canvas = canvas
        self.setAccessibleName(self.tr("Find a node"))
        self.setPlaceholderText(self.tr("name of a node"))
        self.textEdited.connect(self._find_first)
        self.hide()

    def open(self) -> None:
        self.setFixedWidth(theme.px(140))
        self.show()
        self.opened.emit(True)
        self.selectAll()
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_search(self) -> None:
        self.hide()
        self.opened.emit(False)
        self.canvas.setFocus()

    def matches(self) -> list[GraphNode]:
        wanted = self.text().strip().lower()
        if not wanted:
            return []
        return [node for node in self.canvas.all.values() if wanted in f"{node.name} {short_name(node)}".lower()]

    @Slot()
    def _find_first(self, *_) -> None:
        if found := self.matches():
            self._go(found[0])

    def _find_next(self) -> None:
        found, here = self.matches(), self.canvas.selected_node()
        if found:
            place = found.index(here) + 1 if here in found else 0
            self._go(found[place % len(found)])

    def _go(self, node: GraphNode) -> None:
        self.canvas.unfold_to(node)
        self.canvas.picked.emit(node)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._find_next()
        elif event.key() == Qt.Key.Key_Escape:
            self.close_search()
        else:
            super().keyPressEvent(event)
