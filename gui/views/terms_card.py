"""The microscope's card: one number of the network as the sum it came from, on top of the canvas."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from gui.bridge.store import Store
from gui.lab.findings import ChangeView, TermsView
from gui.theme import theme
from gui.views import change_text
from gui.views.calm import Calm
from gui.views.terms_list import TermsList
from gui.views.terms_text import equation, heading, spoken, story, summary, verdict
from gui.views.widgets import Button, add, column, hairline, label, paint_card, row, scroll, set_role

MOST_LINES = 10


class TermsCard(QFrame):
    """Shown while the store has a spot; Escape or the cross closes it, the arrows scroll it."""

    closed = Signal()
    changed = Signal()  # what it shows, and so perhaps its height; or it hides

    def __init__(self, store: Store, parent: QWidget) -> None:
        super().__init__(parent)
        self.store = store
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Microscope"))
        self.heading = label("", "section", self.tr("Microscope"))
        self.close_button = Button("", "clear", "quiet", self.tr("Close the microscope (Esc)"), self.tr("Close"))
        self.close_button.clicked.connect(self.close_card)
        self.equation = label("", "number", self.tr("The number"), wrap=True)
        self.story = label("", "caption", self.tr("How it comes about"), wrap=True)
        self.lines = [(label("", "caption"), label("", "mono")) for _ in range(MOST_LINES)]
        self.verdict = label("", "healthy", self.tr("Check"), wrap=True)
        self.list = TermsList()
        self._lay_out()
        self.calm = Calm(self._refresh, self)
        store.terms_changed.connect(self.calm.ask)
        store.spot_changed.connect(self._on_spot)
        theme.changed.connect(self._refresh)
        self.hide()

    def _lay_out(self) -> None:
        layout = column(self, (14, 10, 6, 10), 6)
        head = row(spacing=4)
        add(head, self.heading, None, self.close_button)
        layout.addLayout(head)
        content = QWidget()
        content.setAccessibleName(self.tr("Microscope"))
        inner = column(content, (0, 0, 8, 4), 6)
        add(inner, self.equation, self.story)
        box = QWidget()
        box.setAccessibleName(self.tr("From the terms to the total"))
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        for line, (what, value) in enumerate(self.lines):
            what.setWordWrap(True)
            grid.addWidget(what, line, 0)
            grid.addWidget(value, line, 1, Qt.AlignmentFlag.AlignRight)
        add(inner, box, self.verdict, hairline(), self.list, None)
        self.area = scroll(content, self.tr("Microscope"))
        layout.addWidget(self.area, 1)

    def hideEvent(self, event) -> None:
        super().hideEvent(event)
        self.changed.emit()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("window"))
        painter.end()
        paint_card(self)

    @Slot(object)
    def _on_spot(self, spot) -> None:
        if spot is None:
            self.hide()
        else:
            self.area.verticalScrollBar().setValue(0)

    @Slot()
    def _refresh(self, *_) -> None:
        view = self.store.terms
        if view is None:
            self.hide()
            return
        texts, (role, sentence) = self._tell(view)
        for (what, value), text in zip(self.lines, texts + [("", "")] * (MOST_LINES - len(texts)), strict=True):
            what.setText(text[0])
            value.setText(text[1])
            what.setVisible(bool(text[0]))
            value.setVisible(bool(text[0]))
        set_role(self.verdict, role)
        self.verdict.setText(sentence)
        self.verdict.setVisible(bool(sentence))
        self.show()
        self.raise_()
        self.changed.emit()

    def _tell(self, view: TermsView | ChangeView) -> tuple[list[tuple[str, str]], tuple[str, str]]:
        """Head and list; gives the lines between, and the verdict with its role."""
        changed = isinstance(view, ChangeView)
        title, first, how = (
            change_text.head(view) if changed else (heading(view), equation(view, self.store.of), story(view))
        )
        self.heading.setText(title.upper())
        self.equation.setText(first)
        self.story.setText(how)
        self.list.show_terms(None if changed else view)
        lines = change_text.lines(view) if changed else summary(view)
        last = change_text.verdict(view) if changed else verdict(view)
        said = [title, first, how, *(f"{what}: {value}" for what, value in lines), last[1]]
        self.setAccessibleDescription(". ".join(said) if changed else spoken(view, self.store.of))
        return lines, last

    def heightForWidth(self, width: int) -> int:
        """Tall enough for all of it."""
        content, margins = self.area.widget(), self.layout().contentsMargins()
        inside = width - margins.left() - margins.right() - self.area.verticalScrollBar().sizeHint().width()
        head = self.close_button.sizeHint().height() + self.layout().spacing()
        return content.layout().heightForWidth(inside) + head + margins.top() + margins.bottom() + theme.px(4)

    @Slot()
    def close_card(self) -> None:
        self.store.look_at(None)
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.area.verticalScrollBar()
        steps = {
            Qt.Key.Key_Down: bar.singleStep(), Qt.Key.Key_Up: -bar.singleStep(),
            Qt.Key.Key_PageDown: bar.pageStep(), Qt.Key.Key_PageUp: -bar.pageStep(),
        }  # fmt: skip
        if event.key() == Qt.Key.Key_Escape:
            self.close_card()
        elif Qt.Key(event.key()) in steps:
            bar.setValue(bar.value() + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)
