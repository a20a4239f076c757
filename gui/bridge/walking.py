"""The walk through the backward pass as the window knows it: where it stands, at what speed it goes, where it stops."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gui.bridge import requests
from gui.lab.steps import StepView, WalkView

SPEEDS = (0.5, 1.0, 2.0, 4.0, 8.0)  # steps per second


class Walking(QObject):
    """Belongs to the store; the worker owns the walk itself. A move begins a walk where there is none in force."""

    changed = Signal(object)  # WalkView | None
    arrived = Signal(int)  # id of the node that has just worked, or whose work was last before it
    breakpoints_changed = Signal(object)  # frozenset of node ids
    playing_changed = Signal(bool)
    speed_changed = Signal(float)
    zeroed_changed = Signal(bool)

    def __init__(self, ask: Callable[[requests.Request], None], parent: QObject) -> None:
        super().__init__(parent)
        self._ask = ask
        self.view: WalkView | None = None
        self.breakpoints: frozenset[int] = frozenset()
        self.selected: int | None = None  # id of the node selected in the window
        self.zeroed = True
        self.speed = SPEEDS[1]
        self._waiting = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)

    @property
    def in_force(self) -> bool:
        return self.view is not None and not self.view.over

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    def step_of(self, node: int | None) -> StepView | None:
        """What a node did, where the walk has passed it."""
        steps = self.view.steps if self.view is not None else ()
        return next((step for step in steps if step.node == node), None)

    # ---- moves

    @Slot()
    def forward(self) -> None:
        self._stop()
        self._move("forward")

    @Slot()
    def back(self) -> None:
        self._stop()
        if self.in_force:
            self._move("back")

    @Slot()
    def rewind(self) -> None:
        self._stop()
        self._move("rewind")

    @Slot()
    def finish(self) -> None:
        """On to the end, breakpoints or not."""
        self._stop()
        self._move("run")

    @Slot()
    def run_to(self) -> None:
        """On to the selected node or the next breakpoint, whichever comes first; without either to the end."""
        self._stop()
        chosen = self.selected
        ahead = chosen is not None and (not self.in_force or self.step_of(chosen) is None)
        self._move("run", self.breakpoints | ({chosen} if chosen is not None and ahead else set()))

    def _move(self, move: str, stops: frozenset[int] = frozenset()) -> None:
        self._waiting = True
        self._ask(requests.WalkOn(move, stops, self.zeroed))

    # ---- slowly

    @Slot()
    def play(self) -> None:
        """Step by step at `speed` until the end, a breakpoint, or the next call; from the end once more."""
        if self.playing:
            self._stop()
            return
        self._move("rewind" if self.in_force and self.view is not None and self.view.finished else "forward")
        self._timer.start(round(1000 / self.speed))
        self.playing_changed.emit(True)

    def _stop(self) -> None:
        if self.playing:
            self._timer.stop()
            self.playing_changed.emit(False)

    @Slot()
    def _tick(self) -> None:
        if not self._waiting:
            self._move("forward")

    @Slot()
    def faster(self) -> None:
        self._set_speed(1)

    @Slot()
    def slower(self) -> None:
        self._set_speed(-1)

    def _set_speed(self, by: int) -> None:
        self.speed = SPEEDS[min(max(SPEEDS.index(self.speed) + by, 0), len(SPEEDS) - 1)]
        if self.playing:
            self._timer.start(round(1000 / self.speed))
        self.speed_changed.emit(self.speed)

    # ---- what it is about

    @Slot()
    def toggle_breakpoint(self) -> None:
        """At the selected node."""
        if self.selected is not None:
            self.breakpoints ^= {self.selected}
            self.breakpoints_changed.emit(self.breakpoints)

    @Slot()
    def toggle_zero(self) -> None:
        """Begin anew with `.grad` emptied by zero_grad(), or with what the last training step left there."""
        self.zeroed = not self.zeroed
        self.zeroed_changed.emit(self.zeroed)
        if self.view is not None:
            self.rewind()

    @Slot()
    def leave(self) -> None:
        """Put the walk away: the graph of the last training step is shown again."""
        self._stop()
        if self.view is not None:
            self._ask(requests.LeaveWalk())

    def look(self, node: int | None) -> None:
        """The window's selection is this node: the chain rule is shown for what it sent."""
        self.selected = node
        step = self.step_of(node)
        if step is None or not self.in_force or self.view is None:
            return
        if (self.view.chain is None or self.view.chain.step != step.number) and step.sent:
            self._ask(requests.ChooseElement(step.number, None, None))

    def choose(self, step: int, number: int, place: tuple[int, ...]) -> None:
        """Show the chain rule for this element of what a step sent to its input `number`."""
        if self.in_force:
            self._ask(requests.ChooseElement(step, number, place))

    # ---- what the worker answers

    @Slot(object)
    def take(self, view: WalkView | None) -> None:
        before = self.view.current if self.view is not None else None
        self._waiting = False
        self.view = view
        current = view.current if view is not None else None
        if view is None or view.over or view.finished or (current is not None and current.node in self.breakpoints):
            self._stop()
        if view is not None and view.graph.nodes and self.breakpoints:
            self._forget_strangers(len(view.graph.nodes))
        self.changed.emit(view)
        if current is not None and current is not before:
            self.arrived.emit(current.node)

    def _forget_strangers(self, count: int) -> None:
        known = frozenset(node for node in self.breakpoints if node < count)
        if known != self.breakpoints:
            self.breakpoints = known
            self.breakpoints_changed.emit(known)
