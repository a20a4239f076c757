"""The bottom left panel: curves, test, layer health, console and lessons, as tabs or two side by side."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from gui.bridge.store import Store
from gui.theme import theme
from gui.views.confusion import TestPanel
from gui.views.console import ConsolePanel
from gui.views.curves import CurvesPanel
from gui.views.health import HealthPanel
from gui.views.lesson import LessonPanel
from gui.views.widgets import Segments, add, column, hairline, row

ROOM_FOR_TWO = 760  # px at 100 %
ALONE, ROOM_ALONE = ("console", "lessons"), (500, 380)


class LearningPanel(QWidget):
    """Tabs above; with room for two, the curves stay and the tabs choose their neighbour."""

    room_changed = Signal()  # it wants more, or less

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._had_room = False
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Learning"))
        choices = [
            ("curves", self.tr("Curves"), self.tr("Loss and accuracy by step")),
            ("test", self.tr("Test"), self.tr("Confusion matrix and surest mistakes")),
            ("health", self.tr("Health"), self.tr("Size of gradients and updates")),
            ("console", self.tr("Console"), self.tr("Python with the engine as torch (Ctrl+4)")),
            ("lessons", self.tr("Lessons"), self.tr("Predict, then let the engine compute (Ctrl+5)")),
        ]
        self.tabs = Segments(choices, self.tr("Learning"), role="tab")
        self.console, self.lessons = ConsolePanel(store), LessonPanel(store)
        self.panels: dict[str, QWidget] = {
            "curves": CurvesPanel(store),
            "test": TestPanel(store),
            "health": HealthPanel(store),
            "console": self.console,
            "lessons": self.lessons,
        }
        head = row(None, (16, 8, 16, 0))
        add(head, self.tabs, None)
        self.line = hairline(vertical=True)
        body = row(spacing=0)
        body.addWidget(self.panels["curves"], 1)
        body.addWidget(self.line)
        body.addWidget(self.panels["test"], 1)
        body.addWidget(self.panels["health"], 1)
        body.addWidget(self.panels["console"], 1)
        body.addWidget(self.panels["lessons"], 1)
        layout = column(self, spacing=2)
        add(layout, head)
        layout.addLayout(body, 1)
        self.chosen = "curves"
        self.tabs.chosen.connect(self.show_panel)
        theme.changed.connect(self._share_room)
        self.show_panel("curves")

    @Slot(str)
    def show_panel(self, key: str) -> None:
        self.chosen = key
        self.tabs.choose(key)
        self._share_room()

    @Slot()
    def _share_room(self) -> None:
        shown, alone = {self.chosen}, self.chosen in ALONE
        if self.width() >= theme.px(ROOM_FOR_TWO) and not alone:
            shown |= {"curves"} if self.chosen != "curves" else {"test"}
        for key, panel in self.panels.items():
            panel.setVisible(key in shown)
        self.line.setVisible(len(shown) > 1)
        width, height = ROOM_ALONE if alone else (0, 0)
        self.setMinimumSize(min(theme.px(width), self.window().width() // 2), self._at_most(theme.px(height)))
        if alone != self._had_room:
            self._had_room = alone
            self.room_changed.emit()

    def _at_most(self, height: int) -> int:
        """It gives way to the network in a low window."""
        return min(height, round(0.45 * self.window().height()))

    def resizeEvent(self, event) -> None:
        self._share_room()


if __name__ == "__main__":
    from gui.views.preview import show

    show(LearningPanel, 900, 200)
