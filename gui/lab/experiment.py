"""An experiment: everything that decides a training run, as a frozen record that goes to JSON and back."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, NoReturn

from gui.lab.schedule import SCHEDULES
from gui.lab.wording import Wording, translate

MODELS = ("LeNet", "MLP", "ResNet-18", "ResNet-34", "ResNet-50")
OPTIMIZERS = ("SGD", "Adam")
WEIGHTS = ("trained", "fresh", "opened")
DEVICES = ("cpu", "cuda")
SIDES = (28, 32)  # an MLP may read a drawing without its border, or with it
MOST_UNITS = 1 << 20


class ExperimentError(ValueError):
    """One sentence that says which setting is wrong and what to write instead."""


@dataclass(frozen=True)
class Experiment:
    """The settings of a run.

    model: one of MODELS. widths: of an MLP the numbers from the picture's 784 or 1024 to the classes', () for 784, 128,
    10; of a ResNet its classes, () for 10. names: what the layers of an MLP are called, () for fc1, fc2 ...

    weights: "trained" (LeNet's, that ship), "fresh" (drawn from `seed`) or "opened" (what a file held). data:
    "procedural" or a folder that holds the four MNIST files. `momentum` and `nesterov` serve SGD alone.

    schedule: bends the learning rate over a run of `epochs`; in an endless run (epochs 0) it stays as it is. augment:
    shift, turn and scale the training pictures.
    doodles: to each batch, so many drawings of no digit as a share of it; of them the network shall say 1/10 for each.
    mine: to each batch, so many of the learner's own drawings, likewise a share.
    device: where it computes, "cpu" or "cuda"; the numbers that a run begins with are the same on both.
    """

    model: str = "LeNet"
    weights: str = "trained"
    data: str = "procedural"
    optimizer: str = "SGD"
    lr: float = 0.02
    momentum: float = 0.9
    nesterov: bool = False
    weight_decay: float = 0.0
    batch_size: int = 64
    seed: int = 0
    epochs: int = 0
    schedule: str = "constant"
    augment: bool = False
    doodles: float = 0.0
    mine: float = 0.0
    widths: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    device: str = "cpu"

    def __post_init__(self) -> None:
        _require_one(translate("lab", "The model"), self.model, MODELS)
        self._require_layers()
        _require_one(translate("lab", "The start"), self.weights, WEIGHTS)
        _require_one(translate("lab", "The optimizer"), self.optimizer, OPTIMIZERS)
        _require_one(translate("lab", "The device"), self.device, DEVICES)
        _require_number(translate("lab", "The learning rate"), self.lr, above=0.0)
        _require_number(translate("lab", "The momentum"), self.momentum, least=0.0, below=1.0)
        _require_number(translate("lab", "The weight decay"), self.weight_decay, least=0.0)
        _require_number(translate("lab", "The share of doodles"), self.doodles, least=0.0, below=4.0)
        _require_number(translate("lab", "The share of your own drawings"), self.mine, least=0.0, below=4.0)
        _require_whole(translate("lab", "The batch size"), self.batch_size, 1, 4096)
        _require_whole(translate("lab", "The seed"), self.seed, 0, 2**32 - 1)
        _require_whole(translate("lab", "The number of epochs"), self.epochs, 0, 100_000)
        _require_one(translate("lab", "The schedule"), self.schedule, SCHEDULES)
        if self.nesterov and self.momentum == 0:
            raise ExperimentError(translate("lab", "Nesterov needs a momentum above 0."))

    def _require_layers(self) -> None:
        for field in ("widths", "names"):  # JSON has lists
            if isinstance(getattr(self, field), list):
                object.__setattr__(self, field, tuple(getattr(self, field)))
        if self.weights == "trained" and self.model != "LeNet":
            raise ExperimentError(
                translate("lab", "Trained weights ship for LeNet alone, not for {0}.").format(self.model)
            )
        widths, names, mlp = self.widths, self.names, self.model == "MLP"
        good = isinstance(widths, tuple) and all(type(width) is int and 0 < width <= MOST_UNITS for width in widths)
        if good and widths:
            sides = [side * side for side in SIDES]
            good = len(widths) > 1 and widths[0] in sides if mlp else len(widths) == 1 and self.model != "LeNet"
        if not good:
            _refuse(
                translate("lab", "The list of sizes"),
                translate("lab", "what {0} can have").format(self.model),
                widths,
            )
        good = isinstance(names, tuple) and all(type(name) is str and name for name in names)
        if not good or (names and not (mlp and len(names) == len(widths) - 1)):
            _refuse(translate("lab", "The list of names"), translate("lab", "one for each layer"), names)

    def changed(self, **settings: Any) -> "Experiment":
        """The same experiment with some settings replaced; raises ExperimentError where one is wrong."""
        return replace(self, **settings)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> "Experiment":
        """Read what `to_json` wrote; raises ExperimentError for anything else."""
        try:
            settings = json.loads(text)
        except ValueError as error:
            no_json = translate("lab", "This is not an experiment file: it is no JSON ({0}).").format(error)
            raise ExperimentError(no_json) from None
        if not isinstance(settings, dict):
            raise ExperimentError(translate("lab", "This is not an experiment file: it should hold one JSON object."))
        if unknown := sorted(set(settings) - {field.name for field in fields(cls)}):
            strange = translate("lab", "The experiment file has settings nbgrad does not know: {0}.")
            raise ExperimentError(strange.format(", ".join(unknown)))
        return cls(**settings)


def _require_number(
    what: Wording, value: Any, *, least: float = -math.inf, above: float = -math.inf, below: float = math.inf
) -> None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not good or value < least or value <= above or value >= below:
        if above > -math.inf:
            limit = translate("lab", "a number above {0}").format(f"{above:g}")
        elif below < math.inf:
            limit = translate("lab", "a number from {0}, below {1}").format(f"{least:g}", f"{below:g}")
        else:
            limit = translate("lab", "a number from {0}").format(f"{least:g}")
        _refuse(what, limit, value)


def _require_whole(what: Wording, value: Any, least: int, most: int) -> None:
    if type(value) is not int or not least <= value <= most:
        _refuse(what, translate("lab", "a whole number from {0} to {1}").format(least, most), value)


def _require_one(what: Wording, value: Any, names: Sequence[str]) -> None:
    if value not in names:
        limit: str = names[0]
        for name in names[1:]:
            limit = translate("lab", "{0} or {1}").format(limit, name)
        _refuse(what, limit, value)


def _refuse(what: Wording, limit: str, value: Any) -> NoReturn:
    raise ExperimentError(translate("lab", "{0} is {1}, not «{2}».").format(what, limit, value))
