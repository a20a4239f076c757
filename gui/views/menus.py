"""Drop-down buttons: a menu below a button, opened by click, Enter or the down arrow."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMenu

from gui.views.widgets import Button


def rounded(menu: QMenu) -> QMenu:
    """A menu without the square window behind its round corners."""
    menu.setWindowFlag(Qt.WindowType.FramelessWindowHint)
    menu.setWindowFlag(Qt.WindowType.NoDropShadowWindowHint)
    menu.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
    return menu


class MenuButton(Button):
    """A button that opens its menu below itself."""

    def __init__(self, text: str = "", icon_name: str = "", role: str = "", tip: str = "", name: str = "") -> None:
        super().__init__(text, icon_name, role, tip, name)
        self.popup = rounded(QMenu(self))
        self.popup.setAccessibleName(name or text)
        self.clicked.connect(self.open)

    def open(self) -> None:
        self.popup.popup(self.mapToGlobal(QPoint(0, self.height() + 4)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.open()
        else:
            super().keyPressEvent(event)

    def set_choices(self, choices: Iterable[tuple[str, str, Callable[[], object]]]) -> None:
        """choices: (text, tip, what it does); an empty text draws a line."""
        self.popup.clear()
        for text, tip, act in choices:
            if not text:
                self.popup.addSeparator()
                continue
            action = QAction(text, self.popup)
            action.setToolTip(tip)
            action.triggered.connect(lambda _checked=False, act=act: act())
            self.popup.addAction(action)
