"""The look in force: which colours, which zoom, whether things may move. One object that everything drawn asks."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from gui.theme.fonts import load_fonts, make_font
from gui.theme.sheet import style_sheet
from gui.theme.tokens import BODY, DARK, LIGHT, Colors

ZOOMS = (1.0, 1.1, 1.25, 1.5, 1.75, 2.0)


class Theme(QObject):
    """Colours, zoom and motion, with one signal for any change.

    `theme.colors.accent` is a colour, `theme.px(13)` a length at the present zoom, `theme.font(13)` a font.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.colors: Colors = DARK
        self.zoom = 1.0
        self.reduced_motion = False
        self._fonts_loaded = False
        self._worn: tuple[str, float, int] | None = None
        self._fonts: dict[tuple[float, int, bool, float], QFont] = {}

    def start(self, name: str | None = None, zoom: float = 1.0) -> None:
        """Dress the application; without a name the system's colour scheme decides."""
        if not self._fonts_loaded:
            load_fonts()
            self._fonts_loaded = True
        self.zoom = min(max(zoom, ZOOMS[0]), ZOOMS[-1])
        self.set_name(name or system_scheme())

    @property
    def dark(self) -> bool:
        return self.colors.name == "dark"

    def set_name(self, name: str) -> None:
        self.colors = LIGHT if name == "light" else DARK
        self._dress()

    def toggle(self) -> None:
        self.set_name("light" if self.dark else "dark")

    def set_zoom(self, zoom: float) -> None:
        self.zoom = min(max(zoom, ZOOMS[0]), ZOOMS[-1])
        self._dress()

    def zoom_by(self, steps: int) -> None:
        """To the next larger or smaller of the few good sizes."""
        nearest = min(range(len(ZOOMS)), key=lambda i: abs(ZOOMS[i] - self.zoom))
        self.set_zoom(ZOOMS[min(max(nearest + steps, 0), len(ZOOMS) - 1)])

    def set_reduced_motion(self, reduced: bool) -> None:
        self.reduced_motion = reduced
        self.changed.emit()

    # ---- what painters ask for

    def px(self, length: float) -> int:
        return round(length * self.zoom)

    def font(self, size: float = BODY, weight: int = 400, mono: bool = False) -> QFont:
        key = (size, weight, mono, self.zoom)
        if key not in self._fonts:
            self._fonts[key] = make_font(size * self.zoom, weight, mono)
        return self._fonts[key]

    def color(self, role: str, alpha: float = 1.0) -> QColor:
        color = QColor(getattr(self.colors, role))
        color.setAlphaF(alpha)
        return color

    # ---- dressing

    def _dress(self) -> None:
        app = QApplication.instance()
        if not isinstance(app, QApplication) or self._worn == (self.colors.name, self.zoom, id(app)):
            return
        self._worn = (self.colors.name, self.zoom, id(app))  # dressing every widget again takes its time
        if app.style().name().lower() != "fusion":
            app.setStyle(QStyleFactory.create("Fusion"))
        app.setPalette(palette(self.colors))
        app.setFont(self.font())
        app.setStyleSheet(style_sheet(self.colors, self.zoom))
        self.changed.emit()


def system_scheme() -> str:
    return "light" if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light else "dark"


def palette(colors: Colors) -> QPalette:
    """What the style sheet does not reach: selections, disabled text, plain backgrounds."""
    roles = QPalette.ColorRole
    result = QPalette(QColor(colors.control), QColor(colors.window))
    for role, color in (
        (roles.WindowText, colors.text),
        (roles.Text, colors.text),
        (roles.ButtonText, colors.text),
        (roles.Base, colors.card),
        (roles.AlternateBase, colors.panel),
        (roles.ToolTipBase, colors.card),
        (roles.ToolTipText, colors.text),
        (roles.Highlight, colors.accent),
        (roles.HighlightedText, colors.on_accent),
        (roles.PlaceholderText, colors.secondary),
        (roles.Link, colors.accent),
    ):
        result.setColor(role, QColor(color))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, role, QColor(colors.secondary))
    return result


theme = Theme()
