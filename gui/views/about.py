"""What this program is, and the keys of the lab."""

import sys

import numpy
import pyqtgraph
import PySide6
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from gui.bridge.commands import COMMANDS
from gui.theme import theme
from gui.theme.icons import app_icon
from gui.views.widgets import Button, add, column, label, row, scroll, section
from gui.views.window_commands import WINDOW_COMMANDS

translate = QCoreApplication.translate


def make_about_dialog(parent: QWidget) -> QDialog:
    """Name, versions, licence, and every key of the lab."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(translate("about", "About nbgrad"))
    dialog.setAccessibleName(translate("about", "About nbgrad"))
    dialog.resize(theme.px(520), theme.px(560))
    picture = label("", "", "nbgrad")
    picture.setPixmap(app_icon().pixmap(theme.px(56), theme.px(56)))
    words = column(spacing=2)
    versions = f"Python {sys.version.split()[0]} · PySide6 {PySide6.__version__} · pyqtgraph {pyqtgraph.__version__}"
    purpose = translate("about", "Every number a network computes, forwards and backwards.")
    add(words, label("nbgrad lab", "name"), label(purpose, "", wrap=True))
    add(words, label(f"{versions} · NumPy {numpy.__version__}", "caption", wrap=True))
    licence = translate(
        "about", "MIT licence. Fonts: Inter, NanumGothic and JetBrains Mono, cut, under the SIL Open Font License."
    )
    add(words, label(licence, "caption", wrap=True))
    head = row(spacing=16)
    head.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
    head.addLayout(words, 1)
    close = Button(translate("about", "Close"), role="primary")
    close.clicked.connect(dialog.accept)
    buttons = row()
    add(buttons, None, close)
    layout = column(dialog, (20, 16, 20, 16), 12)
    add(layout, head, section(translate("about", "Keys")))
    layout.addWidget(scroll(_keys(), translate("about", "Keys")), 1)
    add(layout, buttons)
    return dialog


def _keys() -> QWidget:
    table = QWidget()
    table.setAccessibleName(translate("about", "Keys"))
    grid = QGridLayout(table)
    grid.setContentsMargins(0, 0, 12, 0)
    grid.setVerticalSpacing(6)
    grid.setHorizontalSpacing(20)
    grid.setColumnStretch(1, 1)
    for line, command in enumerate((*COMMANDS, *WINDOW_COMMANDS)):
        grid.addWidget(label(command.shortcut, "mono-quiet"), line, 0)
        grid.addWidget(label(command.title.replace("&", "")), line, 1)
    return table
