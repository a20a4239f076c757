"""What the window can ask of the compute worker: frozen records, handled in order of priority (lowest number first)."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from gui.lab.drawing import Drawing
from gui.lab.experiment import Experiment
from gui.lab.findings import Edit, Spot


@dataclass(frozen=True)
class Request:
    priority: ClassVar[int] = 1


@dataclass(frozen=True)
class ShowDrawing(Request):
    """Classify the drawing and make its ProbeView; only the newest drawing counts."""

    priority: ClassVar[int] = 0
    drawing: Drawing


@dataclass(frozen=True)
class SetTarget(Request):
    """The digit whose loss the drawing's gradients belong to; None: the predicted digit."""

    priority: ClassVar[int] = 0
    digit: int | None


@dataclass(frozen=True)
class SetStages(Request):
    """The stages of preprocessing to leave out, by name."""

    priority: ClassVar[int] = 0
    off: frozenset[str]


@dataclass(frozen=True)
class Attribute(Request):
    """Explain the drawing's digit by this method from now on; "" for none. Only the newest counts."""

    priority: ClassVar[int] = 0
    method: str


@dataclass(frozen=True)
class UsePicture(Request):
    """Make a drawing of a picture (h, w) of brightness in 0..1, and give it like a sample."""

    priority: ClassVar[int] = 0
    grey: np.ndarray


@dataclass(frozen=True)
class Teach(Request):
    """Keep the drawing as this digit, -1 for no digit, in the learner's own set."""

    priority: ClassVar[int] = 0
    label: int


@dataclass(frozen=True)
class TakeBack(Request):
    """Leave the last drawing out of the learner's own set."""


@dataclass(frozen=True)
class ImportDrawings(Request):
    """Add the drawings of a file to the learner's own set."""

    path: Path


@dataclass(frozen=True)
class ExportDrawings(Request):
    """Write the learner's own set to a file."""

    path: Path


@dataclass(frozen=True)
class TrainMine(Request):
    """Train on the data with the learner's own drawings among them, or without them again."""

    wanted: bool


@dataclass(frozen=True)
class SetObjective(Request):
    """What gradients are taken of: the target digit's "loss" or its "logit"."""

    priority: ClassVar[int] = 0
    of: str


@dataclass(frozen=True)
class SetSource(Request):
    """Whose layers are shown: the "drawing"'s, or also those of the last training "batch"."""

    priority: ClassVar[int] = 0
    source: str


@dataclass(frozen=True)
class LookAt(Request):
    """Say the terms of a number, now and whenever it changes; None: look at nothing."""

    priority: ClassVar[int] = 0
    spot: Spot | None


@dataclass(frozen=True)
class CheckGradient(Request):
    """Hold the gradient of a parameter, below `index`, against finite differences."""

    parameter: str
    index: tuple[int, ...]


@dataclass(frozen=True)
class ShowSource(Request):
    """The code behind a module ("values" or "gradients") or an autograd node; timed: and how long it takes here."""

    module: str
    side: str
    node: str = ""
    timed: bool = False


@dataclass(frozen=True)
class EditWeights(Request):
    """Change weights by hand."""

    edit: Edit


@dataclass(frozen=True)
class UndoEdit(Request):
    """Take the last edit back."""


@dataclass(frozen=True)
class WalkOn(Request):
    """Move the walk: "forward", "back", "rewind" (to the beginning of a phase), or "run" to one of the nodes `stops`.

    Begins one at the loss where there is none; zeroed: with every `.grad` empty.
    """

    priority: ClassVar[int] = 0
    move: str
    stops: frozenset[int] = frozenset()
    zeroed: bool = True


@dataclass(frozen=True)
class GoTo(Request):
    """Move the walk to the first moment of a phase: "forward", "loss", "backward" or "update"."""

    priority: ClassVar[int] = 0
    phase: str
    zeroed: bool = True


@dataclass(frozen=True)
class WalkToParameter(Request):
    """Walk from the loss to where the gradient of a parameter is there."""

    priority: ClassVar[int] = 0
    parameter: str
    zeroed: bool = True


@dataclass(frozen=True)
class ChooseElement(Request):
    """Show the chain rule for an element of what a step of the walk sent; None: where it is largest."""

    priority: ClassVar[int] = 0
    step: int
    number: int | None
    place: tuple[int, ...] | None


@dataclass(frozen=True)
class ChooseWeight(Request):
    """Write out what an update of the walk did to a weight; None: to the one that moved most."""

    priority: ClassVar[int] = 0
    update: int
    place: tuple[int, ...] | None


@dataclass(frozen=True)
class LeaveWalk(Request):
    """The walk is over."""

    priority: ClassVar[int] = 0


@dataclass(frozen=True)
class SaveDot(Request):
    """Write the backward graph in the DOT language."""

    path: Path


@dataclass(frozen=True)
class Publish(Request):
    """Answer with a Snapshot of the run as it stands (asked 30 times a second while running)."""


@dataclass(frozen=True)
class Run(Request):
    """Train until told to pause."""


@dataclass(frozen=True)
class Pause(Request):
    """Stop after the current step; nothing is lost."""


@dataclass(frozen=True)
class StepBatch(Request):
    """Train on one batch."""


@dataclass(frozen=True)
class Reset(Request):
    """Start again with the same seed. weights: where from; model: another network, of its usual size.

    keep: where what was trained is saved first, if not as the earlier run; where it cannot be, the run stays as it is.
    """

    weights: str
    model: str = ""
    keep: Path | None = None


@dataclass(frozen=True)
class Configure(Request):
    """Use these settings from the next step on; optimizer, lr and batch size change while it runs."""

    experiment: Experiment


@dataclass(frozen=True)
class Test(Request):
    """Classify the test set."""

    __test__ = False


@dataclass(frozen=True)
class Save(Request):
    """Write a checkpoint (safetensors), atomically."""

    path: Path


@dataclass(frozen=True)
class Open(Request):
    """Load a checkpoint that Save or `nbgrad train` wrote, once what was trained is saved as the earlier run."""

    path: Path


@dataclass(frozen=True)
class GiveSample(Request):
    """Answer with a random test picture as a Drawing."""

    priority: ClassVar[int] = 0
    digit: int | None
