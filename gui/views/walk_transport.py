"""The buttons of the walk through the backward pass, built from the command table."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from gui.bridge.commands import call
from gui.bridge.walk_commands import WALK_COMMANDS
from gui.bridge.walking import Walking
from gui.views.widgets import Button, add, label, number, row

ICONS = {
    "walk_rewind": "rewind",
    "walk_back": "previous",
    "walk_forward": "next",
    "walk_play": "run",
    "walk_to": "target",
    "walk_end": "end",
}


class WalkTransport(QWidget):
    """Rewind, back, next, slowly, to the selected node, to the end; the speed while it goes slowly."""

    def __init__(self, walking: Walking) -> None:
        super().__init__()
        self.walking = walking
        self.setAccessibleName(self.tr("Walk through the backward pass"))
        commands = {command.id: command for command in WALK_COMMANDS}
        layout = row(self, spacing=0)
        self.buttons: dict[str, Button] = {}
        for key, icon in ICONS.items():
            command = commands[key]
            button = Button("", icon, "quiet", command.hint, command.title)
            button.clicked.connect(call(command, walk=walking))
            self.buttons[key] = button
            layout.addWidget(button)
        self.speed = label("", "tiny", self.tr("Speed of the slow walk"))
        self.speed.setToolTip(self.tr("Nodes per second (Ctrl+Up, Ctrl+Down)"))
        add(layout, self.speed)
        walking.playing_changed.connect(self._on_playing)
        walking.speed_changed.connect(self._on_speed)
        walking.changed.connect(self._on_walk)
        self._on_speed(walking.speed)
        self._on_walk(walking.view)

    @Slot(bool)
    def _on_playing(self, playing: bool) -> None:
        self.buttons["walk_play"].set_icon("pause" if playing else "run")

    @Slot(float)
    def _on_speed(self, speed: float) -> None:
        self.speed.setText(self.tr("{0}/s").format(number(speed)))

    @Slot(object)
    def _on_walk(self, view) -> None:
        under_way = view is not None and not view.over and bool(view.forward or view.steps)
        self.buttons["walk_back"].setEnabled(under_way)
        self.buttons["walk_rewind"].setEnabled(under_way)
