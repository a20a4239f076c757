"""Questions about one thing: the terms of a number, a gradient check, the code of a kernel, a weight changed by hand.

Runs in the worker's thread, for the desk.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gui.bridge import requests
from gui.bridge.answers import Answers
from gui.bridge.jobs import Job, elsewhere
from gui.lab import check, sources
from gui.lab.changes import change
from gui.lab.fields import Window
from gui.lab.findings import Spot
from gui.lab.surgery import Surgery
from gui.lab.terms import examine
from gui.lab.trainer import Trainer
from gui.lab.wording import translate

CHECKING = translate("lab", "Checking the gradient (the first check compiles float64 kernels)")
TIMING = translate("lab", "Timing slow twin, fast kernel and numpy")


@dataclass(frozen=True)
class Sight:
    """What lies on the desk. network_input: of the drawing, None without one; digit: what gradients belong to."""

    trainer: Trainer
    network_input: np.ndarray | None
    digit: int | None
    of: str


class Bench:
    """sight: what lies on the desk; start: begin a job; refresh: show everything anew after weights have changed."""

    def __init__(
        self,
        answers: Answers,
        sight: Callable[[], Sight | None],
        start: Callable[[Job[None]], None],
        refresh: Callable[[], None],
    ) -> None:
        self._answers, self._sight, self._start, self._refresh = answers, sight, start, refresh
        self._surgery = Surgery()
        self._spot: Spot | None = None
        self.handlers: dict[type, Callable[[Any], None]] = {
            requests.LookAt: self._look_at,
            requests.CheckGradient: self._check_gradient,
            requests.ShowSource: self._show_source,
            requests.EditWeights: self._edit,
            requests.UndoEdit: self._undo,
        }

    # ---- the microscope

    def _look_at(self, request: requests.LookAt) -> None:
        self._spot = request.spot
        self.look()
        sight = self._sight()
        if request.spot is not None and request.spot.side == "update" and sight and sight.trainer.last is None:
            self._answers.told.emit(translate("lab", "No weight has changed yet: press Step."))

    def look(self) -> None:
        """Say the terms of what is looked at, as they are now."""
        if self._spot is None:
            return
        sight = self._sight()
        try:
            if sight is not None and self._spot.side == "update":
                self._answers.terms_found.emit(change(sight.trainer, self._spot))
                return
            if sight is None or sight.network_input is None:
                self._answers.terms_found.emit(None)
                return
            view = examine(sight.trainer.model, sight.network_input, self._spot, sight.digit, sight.of)
        except (IndexError, KeyError):  # another network has come since
            self._spot = view = None
        self._answers.terms_found.emit(view)

    # ---- gradient check and kernels

    def _check_gradient(self, request: requests.CheckGradient) -> None:
        sight = self._sight()
        if sight is None or sight.network_input is None or sight.digit is None:
            needed = translate("lab", "A gradient check needs a picture: draw a digit, or pick a sample.")
            self._answers.failed.emit(needed)
            return
        model = check.double_copy(sight.trainer.model)
        picture, digit, of = sight.network_input, sight.digit, sight.of

        def work() -> Any:
            return check.check(model, picture, request.parameter, request.index, digit, of)

        self._start(self._checking(work))

    def _checking(self, work: Callable[[], Any]) -> Job[None]:
        self._answers.check_made.emit((yield from elsewhere(work, CHECKING, self._answers)))

    def _show_source(self, request: requests.ShowSource) -> None:
        sight = self._sight()
        layers = sources.chain.layers_of(sight.trainer.model) if sight else ()
        layer = next((layer for layer in layers if layer.module == request.module), None)
        window = layer.window if layer else Window("other")
        key = sources.key_of(window.kind, request.side, request.node)
        view = sources.source(key, request.module, window) if key else None
        self._answers.source_found.emit(view)
        if view is None or not request.timed or sight is None:
            return
        if sight.network_input is None:
            needed = translate("lab", "Timing a kernel needs a picture: draw a digit, or pick a sample.")
            self._answers.failed.emit(needed)
            return
        model, picture, module = sight.trainer.model, sight.network_input, request.module
        self._start(self._timing(lambda: sources.timed(view, model, picture, module)))

    def _timing(self, work: Callable[[], Any]) -> Job[None]:
        self._answers.source_found.emit((yield from elsewhere(work, TIMING, self._answers)))

    # ---- surgery

    def _edit(self, request: requests.EditWeights) -> None:
        if (sight := self._sight()) is not None:
            view = self._surgery.apply(sight.trainer, request.edit, sight.network_input, sight.digit)
            self._answers.edit_made.emit(view)
            self._refresh()

    def _undo(self, _request: requests.UndoEdit) -> None:
        if (sight := self._sight()) is not None:
            self._answers.edit_made.emit(self._surgery.undo(sight.trainer, sight.network_input, sight.digit))
            self._refresh()
