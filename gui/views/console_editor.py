"""Where a snippet is written: line numbers, colours, indentation, and a mark at the line of an error."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from gui.theme import theme
from gui.views.code_view import PythonColors

INDENT = "    "
GUTTER = 8  # px on both sides of a line number


class _Gutter(QWidget):
    def __init__(self, editor: "SnippetEditor") -> None:
        super().__init__(editor)
        self.editor = editor
        self.setAccessibleName(self.tr("Line numbers"))

    def sizeHint(self) -> QSize:
        return QSize(self.editor.gutter_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self.editor.paint_gutter(self, event)


class SnippetEditor(QPlainTextEdit):
    """Tab indents, Return keeps the indentation; `mark` shows an error at its line until the text changes."""

    def __init__(self) -> None:
        super().__init__()
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName(self.tr("Snippet"))
        self.setAccessibleDescription(self.tr("Python; Ctrl+Return runs it, F6 leaves the editor"))
        self.setProperty("role", "editor")
        self._colors = PythonColors(self.document())
        self._gutter = _Gutter(self)
        self.error_line, self.error, self._marked = 0, "", ""
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._scroll_gutter)
        self.textChanged.connect(self._on_edit)
        self.cursorPositionChanged.connect(self._gutter.update)
        theme.changed.connect(self._on_theme)
        self._make_room()

    # ---- errors

    def mark(self, line: int | None, sentence: str) -> None:
        """Show what was wrong with a line (from 1); None: nothing."""
        self.error_line, self.error = (line or 0), sentence if line else ""
        self._marked = self.toPlainText()
        self.setToolTip(self.error)
        if line and line <= self.blockCount():
            block = self.document().findBlockByNumber(line - 1)
            cursor = QTextCursor(block)
            selection = QTextEdit.ExtraSelection()
            look = QTextCharFormat()
            look.setBackground(theme.color("alert", 0.15))
            look.setProperty(QTextFormat.Property.FullWidthSelection, True)
            selection.format, selection.cursor = look, cursor  # type: ignore[attr-defined]
            self.setExtraSelections([selection])
            if not block.isVisible() or not self.viewport().rect().contains(self._line_rect(line).center().toPoint()):
                self.setTextCursor(cursor)
                self.ensureCursorVisible()
        else:
            self.setExtraSelections([])
        self._gutter.update()
        self.viewport().update()

    @Slot()
    def _on_edit(self) -> None:
        if self.error_line and self.toPlainText() != self._marked:  # new colours are no edit
            self.mark(None, "")

    @Slot()
    def _on_theme(self) -> None:
        self._make_room()
        self.mark(self.error_line or None, self.error)

    # ---- the gutter

    def gutter_width(self) -> int:
        digits = max(len(str(self.blockCount())), 2)
        return round(digits * QFontMetricsF(self.font()).horizontalAdvance("0")) + 2 * theme.px(GUTTER)

    @Slot()
    def _make_room(self, *_: int) -> None:
        self.setViewportMargins(self.gutter_width(), 0, 0, 0)

    @Slot(QRect, int)
    def _scroll_gutter(self, rect: QRect, dy: int) -> None:
        if dy:
            self._gutter.scroll(0, dy)
        else:
            self._gutter.update(0, rect.y(), self._gutter.width(), rect.height())

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        inside = self.contentsRect()
        self._gutter.setGeometry(QRect(inside.left(), inside.top(), self.gutter_width(), inside.height()))

    def changeEvent(self, event) -> None:
        super().changeEvent(event)
        if hasattr(self, "_gutter"):
            self._make_room()

    def paint_gutter(self, gutter: QWidget, event: QPaintEvent) -> None:
        painter = QPainter(gutter)
        painter.setFont(self.font())
        right = gutter.width() - theme.px(GUTTER)
        current = self.textCursor().blockNumber()
        block = self.firstVisibleBlock()
        shift = self.viewport().y() - gutter.y()
        while block.isValid():
            box = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if box.top() > event.rect().bottom():
                break
            number = block.blockNumber()
            wrong = number == self.error_line - 1
            painter.setPen(theme.color("alert" if wrong else "text" if number == current else "secondary"))
            line = QRectF(0, box.top() + shift, right, box.height())
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(number + 1))
            block = block.next()

    def _line_rect(self, line: int) -> QRectF:
        block = self.document().findBlockByNumber(line - 1)
        return self.blockBoundingGeometry(block).translated(self.contentOffset())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The error's sentence stands behind its line, as far as there is room."""
        super().paintEvent(event)
        if not self.error_line or self.error_line > self.blockCount():
            return
        painter = QPainter(self.viewport())
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("alert"))
        metrics = QFontMetricsF(self.font())
        text = self.document().findBlockByNumber(self.error_line - 1).text()
        line = self._line_rect(self.error_line)
        left = line.left() + metrics.horizontalAdvance(text.expandtabs(4)) + theme.px(24)
        room = QRectF(left, line.top(), self.viewport().width() - left - theme.px(8), line.height())
        if room.width() > theme.px(80):
            words = QFontMetricsF(painter.font()).elidedText(self.error, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)

    # ---- typing

    def show_text(self, text: str) -> None:
        """Put it in place of what stands there; undo brings that back."""
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text.rstrip("\n"))
        self.moveCursor(QTextCursor.MoveOperation.End)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = event.key(), event.modifiers() == Qt.KeyboardModifier.NoModifier
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self._indent(back=key == Qt.Key.Key_Backtab)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self._new_line()
        elif key == Qt.Key.Key_Backspace and plain and self._before_cursor().endswith(INDENT) and self._only_spaces():
            cursor = self.textCursor()
            cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(INDENT))
            cursor.removeSelectedText()
        else:
            super().keyPressEvent(event)

    def _before_cursor(self) -> str:
        cursor = self.textCursor()
        return "" if cursor.hasSelection() else cursor.block().text()[: cursor.positionInBlock()]

    def _only_spaces(self) -> bool:
        return not self._before_cursor().strip()

    def _new_line(self) -> None:
        before = self._before_cursor()
        indent = before[: len(before) - len(before.lstrip(" "))]
        self.insertPlainText("\n" + indent + (INDENT if before.rstrip().endswith(":") else ""))
        self.ensureCursorVisible()

    def _indent(self, back: bool) -> None:
        """The selected lines, or spaces up to the next stop."""
        cursor = self.textCursor()
        if not cursor.hasSelection() and not back:
            self.insertPlainText(" " * (len(INDENT) - cursor.positionInBlock() % len(INDENT)))
            return
        document = self.document()
        first = document.findBlock(cursor.selectionStart()).blockNumber()
        last = document.findBlock(max(cursor.selectionEnd() - 1, cursor.selectionStart())).blockNumber()
        cursor.beginEditBlock()
        for number in range(first, last + 1):
            line = QTextCursor(document.findBlockByNumber(number))
            if not back:
                line.insertText(INDENT)
                continue
            text = line.block().text()
            spaces = min(len(text) - len(text.lstrip(" ")), len(INDENT))
            line.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor, spaces)
            line.removeSelectedText()
        cursor.endEditBlock()
