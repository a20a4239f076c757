"""The lab's sentences in the language of the window."""

from PySide6.QtCore import QCoreApplication

from gui.lab.wording import Wording


def spoken(text: str) -> str:
    """A Wording translated, with its values in; any other text as it is."""
    if not isinstance(text, Wording):
        return text
    translated = QCoreApplication.translate(text.context, text.template)
    return translated.format(*[spoken(value) for value in text.values]) if text.values else translated
