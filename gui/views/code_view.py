"""Python code to read: one font, keywords and comments set apart, copy by keyboard, no editing."""

import keyword
import re

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit

from gui.theme import theme

WORD = re.compile(r"\b[A-Za-z_]\w*\b")
STRING = re.compile(r'"""|"[^"]*"')
COMMENT = re.compile(r"#.*$")


class _Painter(QSyntaxHighlighter):
    """Keywords in the accent, strings and comments quieter."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        theme.changed.connect(self.rehighlight)

    def highlightBlock(self, text: str) -> None:
        for match in WORD.finditer(text):
            if keyword.iskeyword(match.group()):
                self._color(match, "accent")
        inside, start = self.previousBlockState() == 1, 0
        for match in STRING.finditer(text):
            if match.group() != '"""':
                self._color(match, "secondary")
                continue
            if inside:
                self.setFormat(start, match.end() - start, self._format("secondary"))
            inside, start = not inside, match.start()
        if inside:
            self.setFormat(start, len(text) - start, self._format("secondary"))
        self.setCurrentBlockState(1 if inside else 0)
        comment = COMMENT.search(text)
        if comment and not inside:
            self._color(comment, "secondary")

    def _color(self, match: re.Match, role: str) -> None:
        self.setFormat(match.start(), match.end() - match.start(), self._format(role))

    def _format(self, role: str) -> QTextCharFormat:
        result = QTextCharFormat()
        result.setForeground(theme.color(role))
        return result


class CodeView(QPlainTextEdit):
    """Shows code as it is written; long lines scroll."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        self._painter = _Painter(self.document())

    def show_code(self, code: str) -> None:
        if code != self.toPlainText():
            self.setPlainText(code)
