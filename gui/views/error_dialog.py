"""The dialog for an error nobody expected: the whole text, to be copied into a report."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QPlainTextEdit, QWidget

from gui.theme import theme
from gui.views.widgets import Button, add, column, label, row

translate = QCoreApplication.translate


def make_error_dialog(title: str, text: str, parent: QWidget | None = None) -> QDialog:
    """A dialog with the whole text, a button to copy it and one to close."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(translate("error", "nbgrad: an error"))
    dialog.setAccessibleName(title)
    dialog.resize(theme.px(640), theme.px(420))
    body = QPlainTextEdit(text)
    body.setReadOnly(True)
    body.setAccessibleName(translate("error", "Error text"))
    body.setTabChangesFocus(True)
    copy, close = Button(translate("error", "Copy"), "copy"), Button(translate("error", "Close"), role="primary")
    copy.clicked.connect(lambda *_: QGuiApplication.clipboard().setText(f"{title}\n\n{text}"))
    close.clicked.connect(dialog.accept)
    buttons = row()
    add(buttons, None, copy, close)
    layout = column(dialog, (20, 16, 20, 16), 12)
    hint = translate("error", "Nothing you made was lost. Copy the text below into a report.")
    add(layout, label(title, "name", wrap=True), label(hint, "caption", wrap=True), body, buttons)
    return dialog


def show_error(title: str, text: str) -> None:
    """Show an error over the window at hand; without a window, wait until it was read."""
    window = QApplication.activeWindow()
    dialog = make_error_dialog(title, text, window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if window is None:
        dialog.exec()
    else:
        dialog.open()
