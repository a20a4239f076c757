"""The console as the window knows it: its session in a child process, what it wrote, its variables and its walk."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

from gui.bridge import requests
from gui.bridge.spoken import spoken
from gui.bridge.walking import Walking
from gui.lab.console import records
from gui.lab.console.inputs import Inputs
from gui.lab.console.mirror import Mirror
from gui.lab.console.process import Process
from gui.lab.wording import translate

GRACE = 1000  # ms for a snippet to hear that it shall stop


class Console(QObject):
    """Belongs to the store. state: "off", "starting", "ready", "running" or "stopping".

    The session starts when it is first asked for. failed, told: where one sentence goes.
    """

    state_changed = Signal(str)
    begun = Signal(str)  # the source of a snippet
    written = Signal(object)  # Piece
    finished = Signal(object)  # Outcome
    ended = Signal(str)  # why there is no session any more
    looked = Signal()  # variables and roots are new
    _answered = Signal(int, object)  # number of a session and what it said, in the thread that listens to it

    def __init__(
        self, walking: Walking, failed: Callable[[str], None], told: Callable[[str], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._walking, self._failed, self._told = walking, failed, told
        self.state = "off"
        self.variables: tuple[records.VariableView, ...] = ()
        self.roots: tuple[records.Root, ...] = ()
        self.root = ""  # whose walk was begun last
        self.inputs = Inputs()
        self.startup = 0.0  # seconds the session took to start
        self._process: Process | None = None
        self._sessions = 0  # how many there have been
        self._waiting: str | None = None  # a snippet for when the session has started
        self._moves = 0  # of the walk, not answered yet
        self._mirror = Mirror()
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(GRACE)
        self._patience.timeout.connect(self._kill)
        self._answered.connect(self._take)
        if (app := QCoreApplication.instance()) is not None:
            app.aboutToQuit.connect(self.close)

    # ---- what views ask for

    @Slot()
    def start(self) -> None:
        """Start the session where there is none."""
        if self._process is not None:
            return
        self._set_state("starting")
        self._mirror = Mirror()
        try:
            self._sessions += 1
            self._process = Process(partial(self._answered.emit, self._sessions))
        except OSError as error:
            self._set_state("off")
            self._failed(translate("console", "The session cannot start: {0}.").format(error.strerror or str(error)))

    def run(self, source: str) -> None:
        """Run a snippet, as soon as the session has started; another one is not interrupted."""
        if not source.strip() or self.state in ("running", "stopping"):
            return
        self.inputs.add(source)
        self.begun.emit(source)
        self._waiting = source
        self.start()
        self._run_waiting()

    def _run_waiting(self) -> None:
        if self._waiting is not None and self.state == "ready" and self._process is not None:
            source, self._waiting = self._waiting, None
            self._set_state("running")
            self._process.ask(records.RunSnippet(source))

    @Slot()
    def stop(self) -> None:
        """Interrupt what runs; what does not listen loses its session."""
        self._waiting = None
        if self._process is None or not (self.state == "running" or self._moves):
            return
        if self.state == "running":
            self._set_state("stopping")
        self._process.ask(records.Interrupt())
        self._patience.start()

    @Slot()
    def reset(self) -> None:
        """A new session without any variable."""
        self.close()
        self.start()

    @Slot()
    def close(self) -> None:
        """End the session."""
        self._waiting = None
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()
            self._forget()

    @Slot()
    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def walk(self, name: str) -> None:
        """Begin the walk of a root, before its first node."""
        if self.state != "ready" or self._process is None:
            self._failed(self._busy())
            return
        self.root = name
        self._walking.turn_to(self.ask)
        self._send(records.MoveWalk(name, "rewind", zeroed=self._walking.zeroed, anew=True))

    def ask(self, request: requests.Request) -> None:
        """What the walking asks of whoever owns its walk."""
        if isinstance(request, requests.LeaveWalk):
            self._walking.turn_to(None)
            self._walking.show(None)
        if self._process is None or self.state != "ready":
            if not isinstance(request, requests.LeaveWalk):
                self._walking.show(self._walking.view)
                self._failed(self._busy())
        elif isinstance(request, requests.WalkOn):
            self._send(records.MoveWalk(self.root, request.move, request.stops, request.zeroed))
        elif isinstance(request, requests.GoTo):
            self._send(records.MoveWalk(self.root, "forward", zeroed=request.zeroed, phase=request.phase))
        elif isinstance(request, requests.WalkToParameter):
            self._send(records.MoveWalk(self.root, "run", zeroed=request.zeroed, parameter=request.parameter))
        elif isinstance(request, requests.ChooseElement):
            self._send(records.ChooseInWalk(request.step, request.number, request.place))
        elif isinstance(request, requests.SaveDot):
            self._send(records.SaveDot(request.path))
        elif isinstance(request, requests.LeaveWalk):
            self._send(records.LeaveWalk())

    def _send(self, request: Any) -> None:
        assert self._process is not None
        self._moves += 1
        self._process.ask(request)

    def _busy(self) -> str:
        if self.state in ("running", "stopping"):
            return translate("console", "A snippet is running: stop it first (Ctrl+.).")
        return translate("console", "There is no session to walk in: run the snippet first.")

    # ---- what the session answers

    @Slot(int, object)
    def _take(self, session: int, record: Any) -> None:
        if session != self._sessions or self._process is None:
            return  # of a session that was left
        if isinstance(record, records.Piece):
            self.written.emit(replace(record, text=spoken(record.text)))
        elif isinstance(record, records.Outcome):
            self._take_outcome(record)
        elif isinstance(record, records.Ready):
            self.startup = record.seconds
            self._set_state("ready")
            self._run_waiting()
        elif isinstance(record, records.Ended):
            self._take_end(record)
        else:
            self._take_walk(record)

    def _take_outcome(self, outcome: records.Outcome) -> None:
        self._patience.stop()
        self.variables, self.roots = outcome.variables, outcome.roots
        self._set_state("ready")
        self.looked.emit()
        self.finished.emit(outcome)
        if outcome.newest:
            self.walk(outcome.newest)

    def _take_walk(self, record: Any) -> None:
        self._moves = max(self._moves - 1, 0)
        if not self._moves and self.state == "ready":
            self._patience.stop()
        if isinstance(record, records.WalkPart):
            view = self._mirror.view(record)
            if self._walking.asks(self.ask) and view is not None:
                self._walking.show(view)
        elif isinstance(record, records.Saved):
            if record.error:
                self._failed(record.error)
            else:
                self._told(translate("lab", "Saved to {0}.").format(record.path))
        elif isinstance(record, records.NoWalk) and record.sentence:
            self._failed(record.sentence)
            if self._walking.asks(self.ask):
                self._walking.show(self._walking.view)

    def _take_end(self, end: records.Ended) -> None:
        starting, self._process = self.state == "starting", None
        if end.killed:
            sentence = translate("console", "The snippet did not listen, so its session was ended: variables are gone.")
        elif end.sentence:
            sentence = translate("console", "The session was ended: {0} Its variables are gone.").format(end.sentence)
        else:
            by_itself = translate("console", "The session ended by itself (exit code {0}): its variables are gone.")
            sentence = by_itself.format(end.code)
        self._waiting = None
        self._forget()
        self.ended.emit(spoken(sentence))
        if not starting:
            self.start()

    def _forget(self) -> None:
        self._patience.stop()
        self._moves, self.variables, self.roots = 0, (), ()
        view = self._walking.view
        if self._walking.asks(self.ask) and view is not None:
            self._walking.show(replace(view, over="snippet"))
        self._set_state("off")
        self.looked.emit()

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)
