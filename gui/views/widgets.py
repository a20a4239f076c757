"""The few building blocks every panel is made of: layouts that follow the zoom, buttons, segments, labels."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui.theme import theme
from gui.theme.icons import icon

Margins = tuple[int, int, int, int]
BY_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


def column(parent: QWidget | None = None, margins: Margins = (0, 0, 0, 0), spacing: int = 8) -> QVBoxLayout:
    """A vertical layout whose margins and spacing grow with the zoom."""
    return _scaled(QVBoxLayout(parent) if parent else QVBoxLayout(), margins, spacing)


def row(parent: QWidget | None = None, margins: Margins = (0, 0, 0, 0), spacing: int = 8) -> QHBoxLayout:
    """A horizontal layout whose margins and spacing grow with the zoom."""
    return _scaled(QHBoxLayout(parent) if parent else QHBoxLayout(), margins, spacing)


def _scaled(layout, margins: Margins, spacing: int):
    layout.setProperty("lengths", [*margins, spacing])
    scale_layout(layout)
    return layout


def scale_layout(layout: QLayout) -> None:
    lengths = layout.property("lengths")
    if lengths is not None:
        layout.setContentsMargins(*(theme.px(length) for length in lengths[:4]))
        layout.setSpacing(theme.px(lengths[4]))


def scale_layouts(root: QWidget) -> None:
    """Give every layout below `root` its lengths at the present zoom."""
    for layout in root.findChildren(QLayout):
        scale_layout(layout)


def add(layout: QBoxLayout, *items: QWidget | QLayout | None) -> None:
    """Append widgets and layouts; None is the place that stretches."""
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addWidget(item)


def set_role(widget: QWidget, role: str) -> None:
    """Choose a look of the style sheet, also after the widget was shown."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def label(text: str = "", role: str = "", name: str = "", wrap: bool = False) -> QLabel:
    """A label in one of the roles of the sheet; `name` is what a screen reader says."""
    result = QLabel(text)
    result.setProperty("role", role)
    result.setAccessibleName(name or text)
    result.setTextFormat(Qt.TextFormat.PlainText)
    result.setWordWrap(wrap)
    return result


def section(text: str) -> QLabel:
    """The small upper-case heading of a part of a panel."""
    return label(text.upper(), "section", text)


def hairline(vertical: bool = False) -> QFrame:
    line = QFrame()
    line.setProperty("role", "hairline")
    line.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    line.setFixedWidth(1) if vertical else line.setFixedHeight(1)
    line.setAccessibleName("")
    return line


class Button(QPushButton):
    """A push button that Enter presses too (Space belongs to Run), with an icon of ours."""

    def __init__(self, text: str = "", icon_name: str = "", role: str = "", tip: str = "", name: str = "") -> None:
        super().__init__(text)
        self._icon_name = icon_name
        self.setProperty("role", role or ("icon" if icon_name and not text else ""))
        self.setToolTip(tip)
        self.setAccessibleName(name or text or tip)
        self.setAccessibleDescription(tip)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._paint_icon)
        theme.changed.connect(self._paint_icon)
        self._paint_icon()

    def set_icon(self, name: str) -> None:
        if name != self._icon_name:
            self._icon_name = name
            self._paint_icon()

    def set_look(self, role: str) -> None:
        set_role(self, role)
        self._paint_icon()

    def _paint_icon(self) -> None:
        if not self._icon_name:
            return
        role, colors = self.property("role"), theme.colors
        color = colors.on_accent if role == "primary" else colors.secondary if role == "quiet" else colors.text
        if role == "quiet" and self.isChecked():
            color = colors.accent
        size = theme.px(16 if role == "quiet" else 17)
        self.setIcon(icon(self._icon_name, color, size))
        self.setIconSize(QSize(size, size))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class Canvas(QWidget):
    """A painted widget that takes the keyboard; `ringed` while it has it by Tab or a key, not by a mere click."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ringed = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.ringed = event.reason() in BY_KEYBOARD
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.ringed = False
        super().focusOutEvent(event)
        self.update()


class Segments(QFrame):
    """A row of exclusive choices in one rounded box; arrow keys walk it."""

    chosen = Signal(str)

    def __init__(self, choices: list[tuple[str, str, str]], name: str, role: str = "segment") -> None:
        """choices: (key, text, tip)."""
        super().__init__()
        self.setProperty("role", "segments" if role == "segment" else "")
        self.setAccessibleName(name)
        layout = row(self, (2, 2, 2, 2) if role == "segment" else (0, 0, 0, 0), 2 if role == "segment" else 16)
        self.buttons: dict[str, Button] = {}
        group = QButtonGroup(self)
        for key, text, tip in choices:
            button = Button(text.upper() if role == "tab" else text, role=role, tip=tip, name=text)
            button.setCheckable(True)
            button.setProperty("key", key)
            group.addButton(button)
            layout.addWidget(button)
            self.buttons[key] = button
        group.buttonClicked.connect(self._report)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def _report(self, button: QPushButton) -> None:
        self.chosen.emit(button.property("key"))

    def choose(self, key: str) -> None:
        self.buttons[key].setChecked(True)


class EmptyState(QWidget):
    """What a panel says while it has nothing to show, with the button that changes that."""

    def __init__(self, text: str, button: str = "", action: Callable[[], object] | None = None) -> None:
        """button: its text, "" for none; action: what a click on it does, where nobody else listens."""
        super().__init__()
        layout = column(self, (12, 8, 12, 8), 12)
        self.text = label(text, "empty", wrap=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName(text)
        add(layout, None, self.text)
        if button:
            self.button = Button(button)
            if action is not None:
                self.button.clicked.connect(action)
            layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)


def scroll(content: QWidget, name: str) -> QScrollArea:
    """A vertical scroll area without a frame that keeps its content as wide as itself."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(content)
    area.setAccessibleName(name)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


def paint_card(widget: QWidget) -> None:
    """The rounded surface of a popup that has no window frame."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme.color("line"))
    painter.setBrush(theme.color("card"))
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(10), theme.px(10))


def number(value: float, digits: int = 3) -> str:
    """A number as a learner reads it: few digits, a true minus, exponent only where it is needed.

    >>> number(0.0214), number(-1234567.0), number(0.0), number(float("nan"))
    ('0.0214', '−1.23e6', '0', 'NaN')
    """
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "∞" if value > 0 else "−∞"
    text = f"{value:.{digits}g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        text = f"{mantissa}e{int(exponent)}"
    return text.replace("-", "−")


def shape_text(shape: tuple[int, ...] | None) -> str:
    """(6, 28, 28) as 6×28×28; a scalar as «scalar», an unknown shape as «?»."""
    if shape is None:
        return "?"
    return "×".join(map(str, shape)) or QCoreApplication.translate("widgets", "scalar")
