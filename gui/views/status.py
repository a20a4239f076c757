"""What the lab says in passing: progress of long work, a standing notice, and toasts."""

from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QProgressBar, QWidget

from gui.bridge.spoken import spoken
from gui.bridge.store import Progress, Store
from gui.lab.snapshot import Snapshot
from gui.theme import theme
from gui.theme.icons import icon
from gui.views.widgets import Button, add, column, hairline, label, row

TOAST_MS = 6000


class ProgressLine(QWidget):
    """A quiet line with a bar: what long work is going on, and how far it is."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Progress"))
        self.text = label("", "caption", self.tr("Progress"))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress"))
        line = row(self, spacing=16)
        line.addWidget(self.text)
        line.addWidget(self.bar, 1)

    def show_progress(self, progress: Progress) -> None:
        self.bar.setMaximum(max(progress.total, 1))
        self.bar.setValue(progress.done)
        text = progress.title
        if progress.total > 1:
            text = self.tr("{0}: {1} of {2}").format(progress.title, progress.done, progress.total)
        self.text.setText(text)
        self.setAccessibleDescription(text)


class NoticeBanner(QWidget):
    """One sentence about the run that stays until it is no longer true: the loss became NaN."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Notice"))
        self.sign = QLabel()
        self.sign.setAccessibleName(self.tr("Warning"))
        self.text = label("", "alert", self.tr("Notice"), wrap=True)
        self.again = Button(self.tr("Reset"), "reset")
        self.again.clicked.connect(store.reset)
        line = row(None, (16, 6, 16, 6), 12)
        add(line, self.sign)
        line.addWidget(self.text, 1)
        add(line, self.again)
        outer = column(self, spacing=0)
        add(outer, line, hairline())
        self.hide()
        store.snapshot_changed.connect(self._on_snapshot)
        theme.changed.connect(self._dress)
        self._dress()

    @Slot()
    def _dress(self) -> None:
        size = theme.px(18)
        self.sign.setPixmap(icon("alert", theme.colors.alert, size).pixmap(size, size))

    @Slot(object)
    def _on_snapshot(self, snapshot: Snapshot) -> None:
        notice = spoken(snapshot.notice)
        if notice != self.text.text():
            self.text.setText(notice)
            self.setVisible(bool(notice))


class Toast(QFrame):
    """A sentence at the lower edge of the window: good news in passing, or why something was refused."""

    def __init__(self, store: Store, window: QWidget) -> None:
        super().__init__(window)
        self.setProperty("role", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Message"))
        self.sign = QLabel()
        self.sign.setAccessibleName("")
        self.text = label("", "", self.tr("Message"), wrap=True)
        self.text.setMinimumWidth(theme.px(220))
        self.close_button = Button("", "clear", "quiet", self.tr("Close the message"), self.tr("Close the message"))
        self.close_button.clicked.connect(self.hide)
        line = row(self, (12, 8, 8, 8), 10)
        add(line, self.sign, self.text, self.close_button)
        self._timer = QTimer(self, singleShot=True, interval=TOAST_MS)
        self._timer.timeout.connect(self.hide)
        window.installEventFilter(self)
        self.hide()
        store.told.connect(self.tell)
        store.failed.connect(self.warn)

    @Slot(str)
    def tell(self, sentence: str) -> None:
        self._say(sentence, "check", theme.colors.healthy)

    @Slot(str)
    def warn(self, sentence: str) -> None:
        if QApplication.activePopupWidget() is None:  # an open editor says it itself
            self._say(sentence, "alert", theme.colors.alert)

    def _say(self, sentence: str, sign: str, color: str) -> None:
        size = theme.px(18)
        self.sign.setPixmap(icon(sign, color, size).pixmap(size, size))
        self.text.setText(sentence)
        width = self.text.fontMetrics().horizontalAdvance(sentence) + 4
        self.text.setFixedWidth(min(width, theme.px(460)))
        self._place()
        self.show()
        self.raise_()
        self._timer.start()

    def _place(self) -> None:
        self.layout().activate()
        self.adjustSize()
        window = self.parentWidget()
        self.move((window.width() - self.width()) // 2, window.height() - self.height() - theme.px(24))

    def eventFilter(self, watched, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False
