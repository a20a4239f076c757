"""The left panel: draw, see what the network gets of it, see what it answers."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QWidget

from gui.bridge.commands import BY_ID
from gui.bridge.store import Store
from gui.theme import theme
from gui.views.drawing_canvas import DrawingCanvas
from gui.views.menus import MenuButton
from gui.views.prediction import Prediction
from gui.views.stages import Stages
from gui.views.teach import TeachButton
from gui.views.why import WhyButton, WhyCard
from gui.views.widgets import Button, add, column, row, section

PEN_WIDTHS = (0.05, 0.075, 0.1, 0.13)


class YouPanel(QWidget):
    """Canvas, its tools, what speaks for the digit, the preprocessing strip and the probabilities."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("You"))
        self.canvas = DrawingCanvas(store)
        self.stages = Stages(store)
        self.prediction = Prediction(store)
        self.teach, self.why, self.card = TeachButton(store), WhyButton(store), WhyCard(store)
        second = row()
        add(second, self.teach, None, self.why)
        layout = column(self, (16, 12, 16, 12), 8)
        add(layout, section(self.tr("Draw")), self.canvas, self._tools(), second, self.card)
        layout.addWidget(self.stages)
        layout.addWidget(self.prediction, 1)

    def resizeEvent(self, event) -> None:
        """The word on the samples button gives way where the panel is narrow."""
        word = self.tr("Samples")
        others = sum(button.sizeHint().width() + theme.px(6) for button in self.tools[:-1])
        wide = self.samples.fontMetrics().horizontalAdvance(word) + theme.px(24 + 20 + 2)
        text = word if others + wide <= self.width() - theme.px(32) else ""
        if text != self.samples.text():
            self.samples.setText(text)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(200), super().minimumSizeHint().height())

    def _tools(self):
        names = (self.tr("Fine pen"), self.tr("Medium pen"), self.tr("Broad pen"), self.tr("Very broad pen"))
        self.pen = MenuButton("", "pen", "icon", self.tr("Pen width"), self.tr("Pen width"))
        self.pen.set_choices(
            (name, "", lambda width=width: self.canvas.set_pen_width(width))
            for name, width in zip(names, PEN_WIDTHS, strict=True)
        )
        sample = BY_ID["sample"]
        self.eraser = self._tool("eraser", self.canvas.toggle_eraser)
        self.eraser.setCheckable(True)
        self.canvas.eraser_changed.connect(self.eraser.setChecked)
        self.undo, self.redo = self._tool("undo", self.canvas.undo), self._tool("redo", self.canvas.redo)
        self.clear = self._tool("clear", self.canvas.clear)
        self.canvas.history_changed.connect(self._on_history)
        self.samples = MenuButton(self.tr("Samples"), "sample", "", sample.hint, self.tr("Samples"))
        digits = [(self.tr("A {0}").format(digit), digit) for digit in range(10)]
        picture, paste = BY_ID["picture"], BY_ID["paste"]
        self.samples.set_choices(
            [(self.tr("Any digit"), sample.hint, self.store.give_sample), ("", "", self.store.give_sample)]
            + [(text, "", lambda digit=digit: self.store.give_sample(digit)) for text, digit in digits]
            + [("", "", self.store.give_sample)]
            + [(paste.title, paste.hint, self.canvas.paste), (picture.title, picture.hint, self.canvas.choose_picture)]
        )
        self.tools = (self.pen, self.eraser, self.undo, self.redo, self.clear, self.samples)
        tools = row(spacing=6)
        add(tools, *self.tools[:-1], None, self.samples)
        self._on_history()
        return tools

    def _tool(self, name: str, act) -> Button:
        command = BY_ID[name]
        button = Button("", name, "icon", command.hint, command.title)
        button.clicked.connect(act)
        return button

    @Slot()
    def _on_history(self) -> None:
        self.undo.setEnabled(self.canvas.can_undo)
        self.redo.setEnabled(self.canvas.can_redo)


if __name__ == "__main__":
    from gui.views.preview import show

    show(YouPanel, 268, 716)
