"""The left panel: draw, see what the network gets of it, see what it answers."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QWidget

from gui.bridge.commands import BY_ID
from gui.bridge.store import Store
from gui.theme import theme
from gui.views.drawing_canvas import DrawingCanvas
from gui.views.menus import MenuButton
from gui.views.prediction import Prediction
from gui.views.stages import StageStrip
from gui.views.widgets import Button, add, column, row, section

PEN_WIDTHS = (0.05, 0.075, 0.1, 0.13)


class YouPanel(QWidget):
    """Canvas, its tools, the preprocessing strip and the probabilities."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("You"))
        self.canvas = DrawingCanvas(store)
        self.strip = StageStrip(store)
        self.prediction = Prediction(store)
        layout = column(self, (16, 12, 16, 12), 8)
        add(layout, section(self.tr("Draw")), self.canvas, self._tools())
        layout.addSpacing(4)
        add(layout, section(self.tr("What the network gets")), self.strip)
        layout.addSpacing(4)
        layout.addWidget(self.prediction, 1)

    def resizeEvent(self, event) -> None:
        """The word on the samples button gives way where the panel is narrow."""
        others = sum(button.sizeHint().width() + theme.px(8) for button in (self.pen, self.undo, self.clear))
        self.samples.setText(self.tr("Samples"))
        if others + self.samples.sizeHint().width() > self.width() - theme.px(32):
            self.samples.setText("")

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(200), super().minimumSizeHint().height())

    def _tools(self):
        names = (self.tr("Fine pen"), self.tr("Medium pen"), self.tr("Broad pen"), self.tr("Very broad pen"))
        self.pen = MenuButton("", "pen", "icon", self.tr("Pen width"), self.tr("Pen width"))
        self.pen.set_choices(
            (name, "", lambda width=width: self.canvas.set_pen_width(width))
            for name, width in zip(names, PEN_WIDTHS, strict=True)
        )
        undo, clear, sample = BY_ID["undo"], BY_ID["clear"], BY_ID["sample"]
        self.undo = Button("", "undo", "icon", undo.hint, undo.title)
        self.undo.clicked.connect(self.canvas.undo)
        self.clear = Button("", "clear", "icon", clear.hint, clear.title)
        self.clear.clicked.connect(self.canvas.clear)
        self.samples = MenuButton(self.tr("Samples"), "sample", "", sample.hint, self.tr("Samples"))
        digits = [(self.tr("A {0}").format(digit), digit) for digit in range(10)]
        self.samples.set_choices(
            [(self.tr("Any digit"), sample.hint, self.store.give_sample), ("", "", self.store.give_sample)]
            + [(text, "", lambda digit=digit: self.store.give_sample(digit)) for text, digit in digits]
        )
        tools = row()
        add(tools, self.pen, self.undo, self.clear, None, self.samples)
        return tools


if __name__ == "__main__":
    from gui.views.preview import show

    show(YouPanel, 268, 716)
