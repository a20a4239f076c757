"""The drawing in front of the model: what preprocessing and the network make of it; samples and pictures.

Runs in the worker's thread, for the desk.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from gui.bridge import requests
from gui.bridge.answers import Answers
from gui.bridge.bench import Sight
from gui.bridge.mailbox import Mailbox
from gui.lab import networks
from gui.lab.attribution import attribute
from gui.lab.drawing import Drawing
from gui.lab.photo import from_photo
from gui.lab.preprocess import Prepared, preprocess
from gui.lab.probe import batch_layers, probe
from gui.lab.snapshot import LayerView, Stage
from gui.lab.trainer import Trainer


class Pad:
    """run: the run at hand, None until there is one; shown: called after each look, with whether its graph is new.

    gradients: whether the kernels of the backward pass are compiled. source: whose layers are shown, "drawing" or
    "batch".
    """

    def __init__(
        self,
        answers: Answers,
        mailbox: Mailbox,
        run: Callable[[], Trainer | None],
        shown: Callable[[bool], None],
        seed: int,
    ) -> None:
        self._answers, self._mailbox, self._run, self._shown = answers, mailbox, run, shown
        self.drawing = Drawing(0)
        self.gradients = False
        self.source = "drawing"
        self._off: frozenset[str] = frozenset()  # stages of preprocessing left out
        self._seen: tuple[Any, Prepared | None] = (None, None)  # the last drawing and what preprocessing made of it
        self._method = ""  # of attribution
        self._of = "loss"
        self._target: int | None = None
        self._digit: int | None = None  # whose loss that was
        self._early: list[requests.Request] = []  # samples asked for before there were any
        self._chance = random.Random(seed)
        self.handlers: dict[type, Callable[[Any], None]] = {
            requests.SetObjective: self._set_objective,
            requests.SetSource: self._set_source,
            requests.ShowDrawing: self._show_drawing,
            requests.SetTarget: self._set_target,
            requests.GiveSample: self._give_sample,
            requests.SetStages: self._set_stages,
            requests.Attribute: self._attribute,
            requests.UsePicture: self._use_picture,
        }

    def sight(self) -> Sight | None:
        """What questions are about; None until there is a model."""
        run = self._run()
        if run is None or not self.gradients:
            return None
        seen = self._seen[1]
        return Sight(run, None if seen is None else seen.network_input, self._digit, self._of)

    # ---- what is shown

    def _set_source(self, request: requests.SetSource) -> None:
        self.source = request.source
        self.refresh()

    def _set_objective(self, request: requests.SetObjective) -> None:
        self._of = request.of
        self.refresh()

    def _show_drawing(self, request: requests.ShowDrawing) -> None:
        self.drawing = request.drawing
        self.refresh()

    def _set_target(self, request: requests.SetTarget) -> None:
        self._target = request.digit
        self.refresh()

    def _set_stages(self, request: requests.SetStages) -> None:
        self._off = request.off
        self.refresh()

    def refresh(self) -> None:
        """Classify the drawing anew, as soon as there is a model."""
        run = self._run()
        if run is None:
            return
        prepared = self._prepared()
        if prepared is None:
            self._answers.probe_made.emit(None)
            self._answers.attribution_made.emit(None)
            self._shown(False)
            return
        view = probe(
            run.model,
            prepared.network_input,
            _stages(run, prepared),
            drawing=self.drawing.number,
            step=run.steps,
            target=self._target,
            of=self._of,
            gradients=self.gradients,
            rule=run.rule,
            window=prepared.window,
        )
        self._digit = view.target
        view = replace(view, batch=self._batch(run))
        self._mailbox.say_window_busy(True)
        self._answers.probe_made.emit(view)
        self._shown(self.gradients and run.take_graph(prepared.network_input, view.target))
        if self._method:
            self._mailbox.put(requests.Attribute(self._method))  # after newer strokes, if there are any

    def _batch(self, run: Trainer) -> tuple[LayerView, ...]:
        """The layers for the last training batch, where they are shown and there was one."""
        if self.source != "batch" or run.batch is None:
            return ()
        return batch_layers(run.model, *run.batch)

    def _prepared(self) -> Prepared | None:
        """What preprocessing makes of the drawing, worked out once."""
        key = (self.drawing.number, self._off)
        if self._seen[0] != key:
            self._seen = (key, preprocess(self.drawing, self._off))
        return self._seen[1]

    def _attribute(self, request: requests.Attribute) -> None:
        self._method = request.method
        prepared, run = self._prepared(), self._run()
        wanted = bool(self._method) and self.gradients
        if not wanted or prepared is None or run is None or self._digit is None:
            self._answers.attribution_made.emit(None)
            return
        view = attribute(
            self._method,
            run.model,
            prepared.network_input,
            self._digit,
            drawing=self.drawing.number,
            step=run.steps,
            window=prepared.window,
        )
        self._answers.attribution_made.emit(view)

    # ---- what is drawn by others

    def _use_picture(self, request: requests.UsePicture) -> None:
        self._answers.sample_given.emit(from_photo(request.grey))

    def _give_sample(self, request: requests.GiveSample) -> None:
        """A picture of the test set; of this digit, where one is asked for."""
        run = self._run()
        if run is None or not run.has_data:
            self._early.append(request)
            return
        digits = run.digits
        wanted = digits.test_labels == request.digit if request.digit is not None else digits.test_labels >= 0
        index = self._chance.choice(np.flatnonzero(wanted))
        picture = digits.test_pictures[index] / np.float32(255)
        picture.flags.writeable = False
        self._answers.sample_given.emit(Drawing(0, picture=picture, label=int(digits.test_labels[index])))

    def give_early_samples(self) -> None:
        """Those that were asked for before the data were there."""
        early, self._early = self._early, []
        for request in early:
            self._mailbox.put(request)


def _stages(run: Trainer, prepared: Prepared) -> tuple[Stage, ...]:
    """Preprocessing, and what the network at hand makes of it."""
    last = networks.last_stage(run.model, prepared.stages[-1].picture)
    return prepared.stages if last is None else (*prepared.stages, last)
