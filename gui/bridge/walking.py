"""The walk through a training step as the window knows it: where it stands, at what speed it goes, where it stops."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gui.bridge import requests
from gui.lab.steps import Moment, StepView, UpdateView, WalkView

SPEEDS = (0.5, 1.0, 2.0, 4.0, 8.0)  # steps per second


class Walking(QObject):
    """Belongs to the store; the worker, or the console, owns the walk itself.

    A move begins a walk where there is none in force.
    """

    changed = Signal(object)  # WalkView | None
    arrived = Signal(object)  # id of the node that has just worked, or whose work was last before it; None: the loss
    breakpoints_changed = Signal(object)  # frozenset of node ids
    playing_changed = Signal(bool)
    speed_changed = Signal(float)
    zeroed_changed = Signal(bool)

    def __init__(self, ask: Callable[[requests.Request], None], parent: QObject) -> None:
        super().__init__(parent)
        self._ask_worker = ask
        self._ask_other: Callable[[requests.Request], None] | None = None  # the console, while its walk is shown
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

    def moment_of(self, node: int | None) -> Moment | None:
        """What a node did in this phase, where the walk has passed it; in the update, what it did before."""
        view = self.view
        if view is None:
            return None
        made = view.forward if view.phase == "forward" else (*view.updates, *view.steps)
        return next((moment for moment in made if moment.node == node), None)

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

    def go_to(self, phase: str) -> None:
        """To the first moment of "forward", "loss", "backward" or "update"."""
        self._stop()
        self._waiting = True
        self._ask(requests.GoTo(phase, self.zeroed))

    def run_to_parameter(self, name: str) -> None:
        """From the loss to where this parameter has its gradient: a leaf of the walk at hand, or the network's."""
        self._stop()
        known = self.view is not None and any(node.parameter == name for node in self.view.graph.nodes)
        if self._ask_other is not None and not known:
            self._ask(requests.LeaveWalk())
        self._waiting = True
        self._ask(requests.WalkToParameter(name, self.zeroed))

    @Slot()
    def finish(self) -> None:
        """On to the end of this phase, breakpoints or not."""
        self._stop()
        self._move("run")

    @Slot()
    def run_to(self) -> None:
        """On to the selected node or the next breakpoint, whichever comes first; without either to the end."""
        self._stop()
        ahead = {self.selected} if self.selected is not None and self._lies_ahead(self.selected) else set()
        self._move("run", self.breakpoints | ahead)

    def _lies_ahead(self, node: int) -> bool:
        """Has this phase, or the one that begins, not come to the node yet?"""
        view = self.view
        if view is None or view.over:
            return True
        backward = view.phase == "backward" and not view.finished
        made = view.forward if view.phase == "forward" else view.steps if backward else view.updates
        return all(moment.node != node for moment in made)

    def _move(self, move: str, stops: frozenset[int] = frozenset()) -> None:
        self._waiting = True
        self._ask(requests.WalkOn(move, stops, self.zeroed))

    # ---- slowly

    @Slot()
    def play(self) -> None:
        """Moment by moment at `speed` until the end, a breakpoint, or the next call; at the end from a phase before."""
        if self.playing:
            self._stop()
            return
        self._move("rewind" if self.in_force and self.view is not None and self.view.ended else "forward")
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
        made, view = self.moment_of(node), self.view
        if made is None or view is None or not self.in_force:
            return
        if isinstance(made, UpdateView):
            if view.weight is None or view.weight.update != made.number:
                self._ask(requests.ChooseWeight(made.number, None))
        elif isinstance(made, StepView) and made.sent and (view.chain is None or view.chain.step != made.number):
            self._ask(requests.ChooseElement(made.number, None, None))

    def choose(self, step: int, number: int, place: tuple[int, ...]) -> None:
        """Show the chain rule for this element of what a step sent to its input `number`."""
        if self.in_force:
            self._ask(requests.ChooseElement(step, number, place))

    def choose_weight(self, update: int, place: tuple[int, ...]) -> None:
        """Write out what an update did to this weight."""
        if self.in_force:
            self._ask(requests.ChooseWeight(update, place))

    # ---- whose walk it is

    def turn_to(self, other: Callable[[requests.Request], None] | None) -> None:
        """From now on moves are asked of someone else, who answers by `show`; None: of the worker again."""
        self._stop()
        if other is not None and self._ask_other is None and self.view is not None:
            self._ask_worker(requests.LeaveWalk())
        self._ask_other = other

    def asks(self, other: Callable[[requests.Request], None]) -> bool:
        return self._ask_other == other

    def save_dot(self, path: Path) -> None:
        self._ask(requests.SaveDot(path))

    def _ask(self, request: requests.Request) -> None:
        (self._ask_other or self._ask_worker)(request)

    @Slot(object)
    def take(self, view: WalkView | None) -> None:
        """The worker's walk. Where nothing has been walked yet, a walk on another digit's loss simply begins anew."""
        if self._ask_other is not None:
            return
        if view is not None and view.over == "target" and view.phase == "loss":
            self.go_to("loss")
            return
        self.show(view)

    def show(self, view: WalkView | None) -> None:
        before = self.view.current if self.view is not None else None
        self._waiting = False
        self.view = view
        current = view.current if view is not None else None
        if view is None or view.over or view.ended or (current is not None and current.node in self.breakpoints):
            self._stop()
        if view is not None and view.graph.nodes and self.breakpoints:
            self._forget_strangers(len(view.graph.nodes))
        self.changed.emit(view)
        if current is not before:
            self.arrived.emit(None if current is None else current.node)

    def _forget_strangers(self, count: int) -> None:
        known = frozenset(node for node in self.breakpoints if node < count)
        if known != self.breakpoints:
            self.breakpoints = known
            self.breakpoints_changed.emit(known)
