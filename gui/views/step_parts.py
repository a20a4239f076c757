"""The parts a card about a step is built of: headings, lines of text, pictures of tensors."""

from collections.abc import Callable

from PySide6.QtWidgets import QScrollArea, QVBoxLayout

from gui.bridge.commands import Command
from gui.lab.steps import Numbers
from gui.theme import signs, theme
from gui.views import step_text
from gui.views.step_picture import Place, StepPicture
from gui.views.widgets import Button, label, section


class Parts:
    """Fills a column below the heading of a card. pictures, lines: those in it, from top to bottom."""

    def __init__(self, area: QScrollArea, body: QVBoxLayout) -> None:
        self.area, self.body = area, body
        self.pictures: list[StepPicture] = []
        self.lines: list[str] = []

    def clear(self) -> None:
        _empty(self.body)
        self.pictures, self.lines = [], []

    def head(self, text: str) -> None:
        self.body.addSpacing(theme.px(8))
        self.body.addWidget(section(text))

    def line(self, text: str, role: str = "mono") -> None:
        self.body.addWidget(label(text, role, wrap=True))
        self.lines.append(text)

    def button(
        self, command: Command, icon: str, act: Callable[[], object], role: str = "", text: str = ""
    ) -> Button:  # fmt: skip
        """text: where it is not the command's own."""
        button = Button(text or command.title, icon, role, command.hint)
        button.clicked.connect(act)
        self.body.addSpacing(theme.px(4))
        self.body.addWidget(button)
        return button

    def picture(self, name: str, numbers: Numbers, batched: bool, place: Place | None = None) -> StepPicture:
        """batched: the first axis counts pictures of a batch, of which one is shown. place: the element to frame."""
        picture = StepPicture(name)
        picture.setFixedWidth(max(self.area.viewport().width() - theme.px(24), theme.px(150)))
        picture.show_tensor(numbers.values, signs.limit_of(numbers.values), batched, place)
        picture.setAccessibleDescription(step_text.figures(numbers))
        self.body.addWidget(picture)
        if picture.times:
            self.line(step_text.times(picture.times), "tiny")
        self.pictures.append(picture)
        return picture


def _empty(layout: QVBoxLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
