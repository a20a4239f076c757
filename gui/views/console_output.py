"""What snippets wrote, newest below: inputs quiet, values plain, warnings and errors in their colours."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from gui.theme import theme

MOST_LINES = 5_000
COLORS = {"input": "secondary", "note": "secondary", "warning": "accent", "err": "secondary", "fault": "alert"}


class ConsoleOutput(QPlainTextEdit):
    """Read-only; follows its end unless one has scrolled up."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setMaximumBlockCount(MOST_LINES)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setAccessibleName(self.tr("Output"))
        self._parts: list[tuple[str, str]] = []  # to be coloured anew in another theme
        theme.changed.connect(self._repaint)

    def add(self, kind: str, text: str) -> None:
        """Append a piece of one kind: "input", "note", "fault", or that of a Piece."""
        self._parts = [*self._parts, (kind, text)][-2_000:]
        self._append(kind, text)

    def new_line(self) -> None:
        """What follows begins on a line of its own."""
        if self.document().lastBlock().text():
            self.add("out", "\n")

    @Slot()
    def clear_all(self) -> None:
        self._parts = []
        self.clear()

    def _append(self, kind: str, text: str) -> None:
        bar = self.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 4
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        look = QTextCharFormat()
        look.setForeground(theme.color(COLORS.get(kind, "text")))
        cursor.insertText(text, look)
        if follows:
            bar.setValue(bar.maximum())

    @Slot()
    def _repaint(self) -> None:
        self.clear()
        for part in self._parts:
            self._append(*part)
