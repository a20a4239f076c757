"""The command palette: type a few letters, Enter does it."""

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui.theme import theme
from gui.views.widgets import column, paint_card

KEYS = Qt.ItemDataRole.UserRole + 1


class WithKeys(QStyledItemDelegate):
    """An entry with its shortcut at the right edge."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        painter.setFont(theme.font(12, mono=True))
        painter.setPen(theme.color("secondary"))
        room = option.rect.adjusted(0, 0, -theme.px(12), 0)  # pyright: ignore[reportAttributeAccessIssue]
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, index.data(KEYS))


class CommandPalette(QDialog):
    """Every action with its key, narrowed by what is typed."""

    def __init__(self, actions: list[QAction], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.actions_offered = actions
        self.setAccessibleName(self.tr("Command palette"))
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("What would you like to do?"))
        self.field.setAccessibleName(self.tr("Command"))
        self.found = QListWidget()
        self.found.setAccessibleName(self.tr("Commands"))
        self.found.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.found.setItemDelegate(WithKeys(self))
        layout = column(self, (12, 12, 12, 12), 8)
        layout.addWidget(self.field)
        layout.addWidget(self.found)
        self.field.textChanged.connect(self._narrow)
        self.field.returnPressed.connect(self._do)
        self.found.itemClicked.connect(self._do)
        self.field.installEventFilter(self)
        self._narrow("")

    def paintEvent(self, event) -> None:
        paint_card(self)

    def open_above(self, window: QWidget) -> None:
        self.resize(theme.px(460), theme.px(380))
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - self.width()) // 2, corner.y() + theme.px(96))
        self.field.clear()
        self.show()
        self.field.setFocus()

    @Slot(str)
    def _narrow(self, typed: str) -> None:
        self.found.clear()
        words = typed.lower().split()
        for action in self.actions_offered:
            title, keys = action.text().replace("&", ""), action.shortcut().toString()
            text = f"{title} {action.toolTip()}".lower()
            if all(word in text for word in words):
                item = QListWidgetItem(title)
                item.setData(KEYS, keys)
                item.setToolTip(action.toolTip())
                item.setData(Qt.ItemDataRole.UserRole, action)
                self.found.addItem(item)
        self.found.setCurrentRow(0)

    @Slot()
    def _do(self, *_) -> None:
        item = self.found.currentItem()
        if item is not None:
            self.hide()
            item.data(Qt.ItemDataRole.UserRole).trigger()

    def eventFilter(self, watched, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down)
        ):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self.found.setCurrentRow(min(max(self.found.currentRow() + step, 0), self.found.count() - 1))
            return True
        return False
