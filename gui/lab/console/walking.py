"""A session's walk, moved by requests and answered in parts: a step is sent once, however often one goes back."""

from dataclasses import replace
from pathlib import Path

from gui.lab.console.records import ChooseInWalk, LeaveWalk, MoveWalk, NoWalk, Saved, SaveDot, WalkPart
from gui.lab.console.session import Session
from gui.lab.walk import TensorWalk


class SessionWalk:
    """At most one walk of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._walk: TensorWalk | None = None
        self._of: tuple[str, bool] = ("", True)
        self._number, self._sent, self._has_graph = 0, 0, False

    def answer(self, request: MoveWalk | ChooseInWalk | LeaveWalk | SaveDot) -> WalkPart | NoWalk | Saved:
        try:
            return self._answer(request)
        except Exception as error:  # of a hook or a backward of the learner's own
            return NoWalk(f"{type(error).__name__}: {error}")

    def _answer(self, request: MoveWalk | ChooseInWalk | LeaveWalk | SaveDot) -> WalkPart | NoWalk | Saved:
        if isinstance(request, MoveWalk):
            return self._move(request)
        if isinstance(request, ChooseInWalk) and self._walk is not None:
            self._walk.choose(request.step, request.number, request.place)
            return self._part(self._walk)
        if isinstance(request, SaveDot):
            return self._save(request.path)
        self._walk = None
        return NoWalk()

    def _move(self, request: MoveWalk) -> WalkPart | NoWalk:
        of = (request.name, request.zeroed)
        if self._walk is None or request.anew or self._of != of:
            self._walk = None
            try:
                self._walk = self._session.walk(*of)
            except (LookupError, RuntimeError) as error:
                return NoWalk(error.args[0] if error.args else str(error))
            self._of, self._sent, self._has_graph = of, 0, False
            self._number += 1
        if request.phase:
            self._walk.go_to(request.phase)
        elif request.parameter:
            self._walk.run_to_parameter(request.parameter)
        else:
            self._walk.move(request.move, request.stops)
        return self._part(self._walk)

    def _part(self, walk: TensorWalk) -> WalkPart:
        view = walk.view()
        new = walk.made[self._sent :]
        first, self._sent = self._sent, len(walk.made)
        bare = replace(view, steps=(), graph=None if self._has_graph else view.graph)
        self._has_graph = True
        return WalkPart(self._number, bare, first, new, len(view.steps))

    def _save(self, path: Path) -> Saved | NoWalk:
        if self._walk is None:
            return NoWalk()
        try:
            path.write_text(self._walk.dot() + "\n", encoding="utf-8")
        except OSError as error:
            return Saved(str(path), f"{path}: {error.strerror or error}.")
        return Saved(str(path))
