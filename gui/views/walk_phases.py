"""forward › loss › backward › update: where a walk stands; a click on a word, or arrows and Enter, goes there."""

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from gui.bridge.walking import Walking
from gui.theme import theme
from gui.views.phases import PHASES
from gui.views.widgets import Canvas

SIZE, HEIGHT, PAD, ARROW = 11, 22, 7, 10  # px at 100 %


class WalkPhases(Canvas):
    """Four words, those behind in the accent's outline, the present one filled."""

    def __init__(self, walking: Walking) -> None:
        super().__init__()
        self.walking = walking
        self.chosen = "loss"  # the word the keys stand on
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Phases of the step"))
        self.setToolTip(self.tr("Go to the forward pass, the loss, the backward pass or the update"))
        walking.changed.connect(self._on_walk)
        theme.changed.connect(self.updateGeometry)
        self._on_walk()

    @property
    def phase(self) -> str:
        return self.walking.view.phase if self.walking.view is not None else "loss"

    def words(self) -> dict[str, str]:
        texts = (self.tr("forward"), self.tr("loss"), self.tr("backward"), self.tr("update"))
        words: dict[str, str] = dict(zip(PHASES, texts, strict=True))
        view = self.walking.view
        if view is not None and not view.operations:
            del words["forward"]
        if view is not None and not view.parameters:
            del words["update"]
        return words

    @Slot()
    def _on_walk(self, *_) -> None:
        self.chosen = self.phase
        self.setAccessibleDescription(self.words().get(self.phase, ""))
        self.update()

    def sizeHint(self) -> QSize:
        rooms = self.rooms()
        return QSize(round(max(room.right() for room in rooms.values())) + 2, theme.px(HEIGHT) + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def rooms(self) -> dict[str, QRectF]:
        """Where each word stands."""
        metrics, x, rooms = QFontMetricsF(theme.font(SIZE, 600)), 1.0, {}
        for phase, word in self.words().items():
            width = metrics.horizontalAdvance(word) + 2 * theme.px(PAD)
            rooms[phase] = QRectF(x, 1, width, theme.px(HEIGHT))
            x += width + theme.px(ARROW)
        return rooms

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for phase, room in self.rooms().items():
            if room.contains(event.position()):
                self.walking.go_to(phase)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        words, step = list(self.words()), {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None:
            self.chosen = words[min(max(words.index(self.chosen) + step, 0), len(words) - 1)]
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.walking.go_to(self.chosen)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = PHASES.index(self.phase)
        words = self.words()
        for phase, room in self.rooms().items():
            current, behind = phase == self.phase, PHASES.index(phase) < now
            radius = room.height() / 2
            ring = self.ringed and phase == self.chosen
            painter.setPen(QPen(theme.color("text" if ring else "accent" if behind else "line"), 1.4))
            painter.setBrush(theme.color("accent" if current else "card"))
            painter.drawRoundedRect(room, radius, radius)
            painter.setPen(theme.color("on_accent" if current else "text" if behind else "secondary"))
            painter.setFont(theme.font(SIZE, 600 if current else 500))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words[phase])
            if phase != list(words)[-1]:
                painter.setPen(theme.color("secondary"))
                gap = QRectF(room.right(), room.y(), theme.px(ARROW), room.height())
                painter.drawText(gap, Qt.AlignmentFlag.AlignCenter, "›")
