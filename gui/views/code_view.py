"""Python code to read: one font, keywords and comments set apart, copy by keyboard, no editing."""

import keyword
import re

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit

from gui.theme import theme

WORD = re.compile(r"\b[A-Za-z_]\w*\b")
NUMBER = re.compile(
    r"(?<![\w.])(?:0[xob][\da-fA-F_]+|\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)j?\b|(?<=\d)\."
)
QUOTE = re.compile(r"\"\"\"|'''|\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?|#.*$")
CODE, IN_DOUBLE, IN_SINGLE = 0, 1, 2  # what a line ends in


class PythonColors(QSyntaxHighlighter):
    """Keywords in the accent, numbers in the other colour, strings and comments quieter."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        theme.changed.connect(self.rehighlight)

    def highlightBlock(self, text: str) -> None:
        for match in WORD.finditer(text):
            if keyword.iskeyword(match.group()):
                self._color(match.span(), "accent")
        for match in NUMBER.finditer(text):
            self._color(match.span(), "negative")
        place, state = 0, max(self.previousBlockState(), CODE)
        while place <= len(text):
            if state != CODE:  # inside a string of several lines
                quotes = '"""' if state == IN_DOUBLE else "'''"
                end = text.find(quotes, place)
                stop = len(text) if end < 0 else end + 3
                self._color((place, stop), "secondary")
                if end < 0:
                    break
                place, state = stop, CODE
            match = QUOTE.search(text, place)
            if match is None:
                break
            self._color(match.span(), "secondary")
            state = {'"""': IN_DOUBLE, "'''": IN_SINGLE}.get(match.group(), CODE)
            place = max(match.end(), place + 1)
        self.setCurrentBlockState(state)

    def _color(self, span: tuple[int, int], role: str) -> None:
        look = QTextCharFormat()
        look.setForeground(theme.color(role))
        self.setFormat(span[0], span[1] - span[0], look)


class CodeView(QPlainTextEdit):
    """Shows code as it is written; long lines scroll."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        self._colors = PythonColors(self.document())

    def show_code(self, code: str) -> None:
        if code != self.toPlainText():
            self.setPlainText(code)
