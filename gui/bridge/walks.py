"""The worker's side of a walk through a training step: begins it, moves it, says when it is out of date.

Runs in the worker's thread, for the desk.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from gui.bridge import requests
from gui.bridge.answers import Answers
from gui.bridge.bench import Sight
from gui.lab.device import beside
from gui.lab.walk import Walk
from gui.lab.wording import translate

# What makes another loss of it, and why.
OTHER_DRAWING: tuple[type[requests.Request], ...] = (requests.ShowDrawing, requests.SetStages, requests.SetSource)
OTHER_TARGET: tuple[type[requests.Request], ...] = (requests.SetTarget, requests.SetObjective)
OTHER_NETWORK: tuple[type[requests.Request], ...] = (
    requests.Run, requests.StepBatch, requests.Reset, requests.Open, requests.EditWeights, requests.UndoEdit,
    requests.TrainMine,
)  # fmt: skip
ENDS = {
    **dict.fromkeys(OTHER_DRAWING, "drawing"),
    **dict.fromkeys(OTHER_TARGET, "target"),
    **dict.fromkeys(OTHER_NETWORK, "network"),
}


class Walks:
    """sight: what lies on the desk; source: whose loss is wanted, "drawing" or "batch"; pause: stop training."""

    def __init__(
        self, answers: Answers, sight: Callable[[], Sight | None], source: Callable[[], str], pause: Callable[[], None]
    ) -> None:
        self._answers, self._sight, self._source, self._pause = answers, sight, source, pause
        self._walk: Walk | None = None
        self.handlers: dict[type, Callable[[Any], None]] = {
            requests.WalkOn: self._walk_on,
            requests.GoTo: self._go_to,
            requests.WalkToParameter: self._walk_to_parameter,
            requests.ChooseElement: self._choose,
            requests.ChooseWeight: self._choose_weight,
            requests.LeaveWalk: self._leave,
            requests.SaveDot: self._save_dot,
        }

    def before(self, request: requests.Request) -> None:
        """A walk ends when something else is asked for that changes its loss."""
        if self._walk is not None and (why := ENDS.get(type(request))):
            view = self._walk.view()
            self._walk = None
            self._answers.walk_made.emit(replace(view, over=why))

    def drop(self) -> None:
        """It is over, without another word: its numbers lay on a device that failed."""
        if self._walk is not None:
            self._walk = None
            self._answers.walk_made.emit(None)

    def _walk_on(self, request: requests.WalkOn) -> None:
        begun = self._ready(request.zeroed)
        if self._walk is None:
            self._answers.walk_made.emit(None)
            return
        if begun or request.move != "rewind":
            self._walk.move(request.move, request.stops)
        self._answers.walk_made.emit(self._walk.view())

    def _go_to(self, request: requests.GoTo) -> None:
        self._ready(request.zeroed)
        if self._walk is not None:
            self._walk.go_to(request.phase)
        self._answers.walk_made.emit(None if self._walk is None else self._walk.view())

    def _walk_to_parameter(self, request: requests.WalkToParameter) -> None:
        self._ready(request.zeroed)
        if self._walk is not None:
            self._walk.run_to_parameter(request.parameter)
        self._answers.walk_made.emit(None if self._walk is None else self._walk.view())

    def _ready(self, zeroed: bool) -> bool:
        """Begin a walk where there is none of this kind; whether there was one."""
        begun = self._walk is not None and self._walk.zeroed == zeroed
        if not begun:
            self._pause()
            self._walk = self._begin(zeroed)
        return begun

    def _begin(self, zeroed: bool) -> Walk | None:
        """A walk from the loss that is looked at, where there is one."""
        sight = self._sight()
        if sight is None:
            soon = translate("lab", "The backward pass can be walked once its kernels are compiled.")
            self._answers.failed.emit(soon)
            return None
        trainer = sight.trainer
        model, batch, optimizer = trainer.model, trainer.batch, trainer.optimizer
        rate = trainer.learning_rate if trainer.has_data else None
        drawn = sight.network_input is not None and sight.digit is not None
        if batch is not None and (self._source() == "batch" or not drawn):
            return Walk(model, *batch, zeroed=zeroed, optimizer=optimizer, rate=rate)
        if sight.network_input is None or sight.digit is None:
            none = translate("lab", "There is no loss to walk back from yet: draw a digit, or take a training step.")
            self._answers.failed.emit(none)
            return None
        picture = beside(model, sight.network_input)
        return Walk(model, picture, sight.digit, zeroed=zeroed, objective=sight.of, optimizer=optimizer, rate=rate)

    def _choose(self, request: requests.ChooseElement) -> None:
        if self._walk is not None:
            self._walk.choose(request.step, request.number, request.place)
            self._answers.walk_made.emit(self._walk.view())

    def _choose_weight(self, request: requests.ChooseWeight) -> None:
        if self._walk is not None:
            self._walk.choose_weight(request.update, request.place)
            self._answers.walk_made.emit(self._walk.view())

    def _leave(self, _request: requests.LeaveWalk) -> None:
        self._walk = None
        self._answers.walk_made.emit(None)

    def _save_dot(self, request: requests.SaveDot) -> None:
        walk = self._walk or self._begin(True)
        if walk is not None:
            Path(request.path).write_text(walk.dot() + "\n", encoding="utf-8")
            self._answers.told.emit(translate("lab", "Saved to {0}.").format(request.path))
