"""The state the window shows, and the one door through which views ask for anything.

Views connect to the `*_changed` signals and call the methods; they never talk to each other or to the worker.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from gui.bridge import requests
from gui.bridge.console import Console
from gui.bridge.lessons import Lessons
from gui.bridge.spoken import spoken
from gui.bridge.walking import Walking
from gui.lab.drawing import NOTHING_DRAWN, Drawing
from gui.lab.experiment import Experiment, ExperimentError
from gui.lab.findings import ChangeView, CheckView, Edit, EditView, GpuView, SourceView, Spot, TermsView
from gui.lab.home import earlier_run, run_before_lesson
from gui.lab.snapshot import AttributionView, ProbeView, Snapshot


@dataclass(frozen=True)
class Selection:
    """What the learner is looking at, everywhere at once; None where the selection does not say."""

    module: str | None = None  # "conv1"
    parameter: str | None = None  # "conv1.weight"
    node: int | None = None  # id of a GraphNode
    channel: int | None = None  # a map of the layer, or a filter of the parameter


@dataclass(frozen=True)
class Progress:
    """Long work: what it is, how much of it is done (done == total: finished)."""

    title: str
    done: int
    total: int


class Store(QObject):
    """Snapshot, probe, selection, experiment and view mode, each with its signal; requests leave by `requested`."""

    snapshot_changed = Signal(object)  # Snapshot
    probe_changed = Signal(object)  # ProbeView | None
    attribution_changed = Signal(object)  # AttributionView | None
    method_changed = Signal(str)  # of attribution, "" for none
    stages_changed = Signal(object)  # frozenset of the names of stages left out
    mine_changed = Signal(object)  # tuple: how many drawings of the learner's own of each digit, and of none
    selection_changed = Signal(object)  # Selection
    experiment_changed = Signal(object)  # Experiment
    gpu_changed = Signal(object)  # GpuView: what is known about the GPU
    drawing_changed = Signal(object)  # Drawing: the canvas shows it
    mode_changed = Signal(str)  # "values", "gradients" or "update"
    objective_changed = Signal(str)  # "loss" or "logit"
    source_of_layers_changed = Signal(str)  # "drawing" or "batch"
    spot_changed = Signal(object)  # Spot | None: what the microscope looks at
    terms_changed = Signal(object)  # TermsView | ChangeView | None
    check_changed = Signal(object)  # CheckView
    source_changed = Signal(object)  # SourceView | None
    edit_changed = Signal(object)  # EditView
    progress_changed = Signal(object)  # Progress
    failed = Signal(str)  # one sentence for the learner
    faulted = Signal(str, str)  # nbgrad's own mistake: one sentence, and the details to copy into a report
    told = Signal(str)  # one sentence of good news: "Saved to digits.safetensors."
    requested = Signal(object)  # Request, for the worker

    def __init__(self, experiment: Experiment, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.experiment = experiment
        self.gpu: GpuView | None = None  # until the worker has looked
        self.snapshot: Snapshot | None = None
        self.probe: ProbeView | None = None
        self.selection = Selection()
        self.drawing = Drawing(0)
        self.mode = "values"
        self.target: int | None = None
        self.attribution: AttributionView | None = None
        self.method = ""
        self.stages_off: frozenset[str] = frozenset()
        self.mine: tuple[int, ...] = (0,) * 11
        self.of = "loss"
        self.source_of_layers = "drawing"
        self.spot: Spot | None = None
        self.terms: TermsView | ChangeView | None = None
        self.walking = Walking(self.requested.emit, self)
        self.console = Console(self.walking, self.take_failure, self.take_news, self)
        session = Console(self.walking, self.take_failure, self.take_news, self)
        self.lessons = Lessons(session, self.take_failure, self.try_settings, self)

    # ---- what views ask for

    @Slot()
    def run(self) -> None:
        self.requested.emit(requests.Run())

    @Slot()
    def pause(self) -> None:
        self.requested.emit(requests.Pause())

    @Slot()
    def toggle_run(self) -> None:
        self.pause() if self.snapshot is not None and self.snapshot.running else self.run()

    @Slot()
    def step(self) -> None:
        self.requested.emit(requests.StepBatch())

    @Slot()
    def reset(self) -> None:
        """Back to step 0 of the same experiment, with the same seed."""
        self.requested.emit(requests.Reset(self.experiment.weights))

    @Slot()
    def load_trained(self) -> None:
        """LeNet with the weights that ship."""
        self._start_from("trained", "" if self.experiment.model == "LeNet" else "LeNet")

    @Slot()
    def start_fresh(self) -> None:
        self._start_from("fresh")

    def choose_network(self, model: str) -> None:
        """A fresh network of the usual size."""
        self._start_from("fresh", model)

    def _start_from(self, weights: str, model: str = "", keep: Path | None = None) -> None:
        other = {"model": model, "widths": (), "names": ()} if model else {}
        self._take_experiment(self.experiment.changed(weights=weights, **other))
        self.requested.emit(requests.Reset(weights, model, keep))

    @Slot()
    def test(self) -> None:
        self.requested.emit(requests.Test())

    def save(self, path: Path) -> None:
        self.requested.emit(requests.Save(path))

    def open(self, path: Path) -> None:
        self.requested.emit(requests.Open(path))

    @Slot()
    def open_earlier(self) -> None:
        """The run that was there before; the one at hand takes its place on disk."""
        if earlier_run().exists():
            self.open(earlier_run())
        else:
            self.failed.emit(self.tr("There is no earlier run yet: one is kept when another takes its place."))

    def try_settings(self, settings: Mapping[str, Any], keep: bool) -> None:
        """Change settings, and begin anew with them where they say from which weights, or which network.

        keep: what was trained so far is saved first, to be opened again.
        """
        start = {key: value for key, value in settings.items() if key in ("weights", "model")}
        self.configure(**{key: value for key, value in settings.items() if key not in start})
        if not start:
            return
        model = start.get("model", self.experiment.model)
        weights = start.get("weights", "fresh")
        try:
            kept = run_before_lesson() if keep else None
            self._start_from(weights, "" if model == self.experiment.model else model, kept)
        except ExperimentError as error:
            self.failed.emit(spoken(error.args[0]))

    def configure(self, **settings: object) -> None:
        """Change settings of the experiment; a wrong one is refused with a sentence and nothing changes."""
        try:
            experiment = self.experiment.changed(**settings)
        except ExperimentError as error:
            self.failed.emit(spoken(error.args[0]))
            self.experiment_changed.emit(self.experiment)  # editors show the setting in force again
            return
        self._take_experiment(experiment)
        self.requested.emit(requests.Configure(experiment))

    def compute_on(self, device: str) -> None:
        """Go on with everything on the "cpu" or on "cuda"; refused in one sentence where there is no GPU."""
        if device == "cuda" and self.gpu is not None and self.gpu.reason:
            self.failed.emit(spoken(self.gpu.refusal))
            self.experiment_changed.emit(self.experiment)  # switches show the device in force again
        elif device != self.experiment.device:
            self.configure(device=device)

    def _take_experiment(self, experiment: Experiment) -> None:
        other = (experiment.model, experiment.widths) != (self.experiment.model, self.experiment.widths)
        self.experiment = experiment
        if other and self.target is not None:  # another network may not have that class
            self.set_target(None)
        self.experiment_changed.emit(experiment)

    def draw(self, drawing: Drawing) -> None:
        """Show a drawing; its number is given here."""
        self.drawing = replace(drawing, number=self.drawing.number + 1)
        self.drawing_changed.emit(self.drawing)
        self.requested.emit(requests.ShowDrawing(self.drawing))

    @Slot()
    def give_sample(self, digit: int | None = None) -> None:
        self.requested.emit(requests.GiveSample(digit))

    def set_target(self, digit: int | None) -> None:
        self.target = digit
        self.requested.emit(requests.SetTarget(digit))

    def switch_stage(self, name: str) -> None:
        """Leave a stage of preprocessing out, or take it in again."""
        self._set_stages(self.stages_off ^ {name})

    @Slot()
    def all_stages(self) -> None:
        self._set_stages(frozenset())

    def _set_stages(self, off: frozenset[str]) -> None:
        if off != self.stages_off:
            self.stages_off = off
            self.stages_changed.emit(off)
            self.requested.emit(requests.SetStages(off))

    def explain_by(self, method: str) -> None:
        """Show which pixels speak for the digit, by a method of gui.lab.attribution; "": no more."""
        if method == self.method:
            return
        self.method = method
        self.take_attribution(None)
        self.method_changed.emit(method)
        self.requested.emit(requests.Attribute(method))

    def use_picture(self, grey: np.ndarray) -> None:
        """A picture (h, w) of brightness in 0..1, pasted or dropped; its ink becomes the drawing."""
        self.requested.emit(requests.UsePicture(grey))

    def teach(self, label: int | str) -> None:
        """Keep the drawing in the learner's own set; -1: it is no digit."""
        if self.drawing.empty:
            self.failed.emit(spoken(NOTHING_DRAWN))
            return
        self.requested.emit(requests.Teach(int(label)))

    @Slot()
    def take_back(self) -> None:
        self.requested.emit(requests.TakeBack())

    def import_drawings(self, path: Path) -> None:
        self.requested.emit(requests.ImportDrawings(path))

    def export_drawings(self, path: Path) -> None:
        self.requested.emit(requests.ExportDrawings(path))

    @Slot()
    def train_mine(self) -> None:
        """Train with the learner's own drawings among the data; if that is so, without them."""
        self.requested.emit(requests.TrainMine(not self.experiment.mine))

    def select(self, selection: Selection) -> None:
        if selection != self.selection:
            self.selection = selection
            self.walking.look(selection.node)
            self.selection_changed.emit(selection)

    def set_mode(self, mode: str) -> None:
        if mode != self.mode:
            self.mode = mode
            self.mode_changed.emit(mode)
            self._turn_spot(mode)

    def _turn_spot(self, mode: str) -> None:
        """Keep under the microscope what is there, seen from the side of the mode; cells do not change by updates."""
        if self.spot is not None and self.spot.layer is not None:
            self.look_at(None if mode == "update" else replace(self.spot, side=mode))
        elif self.spot is not None:
            self.look_at(replace(self.spot, side="update" if mode == "update" else "gradients"))

    def set_objective(self, of: str) -> None:
        """What gradients are taken of: the target digit's "loss" or its "logit"."""
        if of != self.of:
            self.of = of
            self.objective_changed.emit(of)
            self.requested.emit(requests.SetObjective(of))

    @Slot()
    def toggle_objective(self) -> None:
        self.set_objective("logit" if self.of == "loss" else "loss")

    @Slot()
    def toggle_source(self) -> None:
        self.set_source("batch" if self.source_of_layers == "drawing" else "drawing")

    def set_source(self, source: str) -> None:
        """Show the layers for the "drawing", or for the last training "batch"; the microscope reads the drawing's."""
        if source != self.source_of_layers:
            self.source_of_layers = source
            if self.spot is not None and self.spot.layer is not None:
                self.look_at(None)
            self.source_of_layers_changed.emit(source)
            self.requested.emit(requests.SetSource(source))

    def look_at(self, spot: Spot | None) -> None:
        """Put a number under the microscope, or with None nothing."""
        if spot != self.spot:
            self.spot, self.terms = spot, None
            self.spot_changed.emit(spot)
            self.requested.emit(requests.LookAt(spot))

    def check_gradient(self, parameter: str, index: tuple[int, ...] = ()) -> None:
        self.requested.emit(requests.CheckGradient(parameter, index))

    def show_source(self, module: str, side: str, node: str = "", timed: bool = False) -> None:
        self.requested.emit(requests.ShowSource(module, side, node, timed))

    def edit_weights(self, edit: Edit) -> None:
        self.requested.emit(requests.EditWeights(edit))

    @Slot()
    def undo_edit(self) -> None:
        self.requested.emit(requests.UndoEdit())

    # ---- what the worker answers

    @Slot(object)
    def take_snapshot(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.snapshot_changed.emit(snapshot)

    @Slot(object)
    def take_probe(self, probe: ProbeView | None) -> None:
        """Probes come in the order of their drawings; while the pen moves they are a few points behind it."""
        self.probe = probe
        self.probe_changed.emit(probe)

    @Slot(object)
    def take_attribution(self, view: AttributionView | None) -> None:
        if view is None or view.method == self.method:
            self.attribution = view
            self.attribution_changed.emit(view)

    @Slot(object)
    def take_mine(self, counts: tuple[int, ...]) -> None:
        self.mine = counts
        self.mine_changed.emit(counts)

    @Slot(object)
    def take_terms(self, terms: TermsView | ChangeView | None) -> None:
        """An answer to a question that is no longer asked is dropped."""
        if terms is None or terms.spot == self.spot:
            self.terms = terms
            self.terms_changed.emit(terms)

    @Slot(object)
    def take_check(self, check: CheckView) -> None:
        self.check_changed.emit(check)

    @Slot(object)
    def take_source(self, source: SourceView | None) -> None:
        self.source_changed.emit(source)

    @Slot(object)
    def take_edit(self, edit: EditView) -> None:
        self.edit_changed.emit(edit)

    @Slot(object)
    def take_sample(self, drawing: Drawing) -> None:
        self.draw(drawing)

    @Slot(object)
    def take_experiment(self, experiment: Experiment) -> None:
        self._take_experiment(experiment)

    @Slot(object)
    def take_gpu(self, gpu: GpuView) -> None:
        self.gpu = gpu
        self.gpu_changed.emit(gpu)

    @Slot(object)
    def take_progress(self, progress: Progress) -> None:
        self.progress_changed.emit(replace(progress, title=spoken(progress.title)))

    @Slot(object)
    def take_failure(self, sentence: str) -> None:
        self.failed.emit(spoken(sentence))

    @Slot(object, str)
    def take_fault(self, sentence: str, details: str) -> None:
        self.faulted.emit(spoken(sentence), details)

    @Slot(object)
    def take_news(self, sentence: str) -> None:
        self.told.emit(spoken(sentence))
