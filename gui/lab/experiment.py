"""An experiment: everything that decides a training run, as a frozen record that goes to JSON and back."""

import json
import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from gui.lab.schedule import SCHEDULES

OPTIMIZERS = ("SGD", "Adam")
WEIGHTS = ("trained", "fresh")


class ExperimentError(ValueError):
    """One sentence that says which setting is wrong and what to write instead."""


@dataclass(frozen=True)
class Experiment:
    """The settings of a run.

    weights: "trained" (the weights that ship) or "fresh" (drawn from `seed`). data: "procedural" or a folder that
    holds the four MNIST files. `momentum` and `nesterov` serve SGD alone. `schedule` bends the learning rate over a run
    of `epochs`; in an endless run (epochs 0) it stays as it is. augment: shift, turn and scale the training pictures.
    doodles: to each batch, so many drawings of no digit as a share of it; of them the network shall say 1/10 for each.
    mine: to each batch, so many of the learner's own drawings, likewise a share.
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

    def __post_init__(self) -> None:
        if self.model != "LeNet":
            raise ExperimentError(f"There is no model «{self.model}»: write LeNet.")
        if self.weights not in WEIGHTS:
            raise ExperimentError(f"Weights are {' or '.join(WEIGHTS)}, not «{self.weights}».")
        if self.optimizer not in OPTIMIZERS:
            raise ExperimentError(f"There is no optimizer «{self.optimizer}»: write {' or '.join(OPTIMIZERS)}.")
        _require_number("The learning rate", self.lr, above=0.0)
        _require_number("The momentum", self.momentum, least=0.0, below=1.0)
        _require_number("The weight decay", self.weight_decay, least=0.0)
        _require_number("The share of doodles", self.doodles, least=0.0, below=4.0)
        _require_number("The share of your own drawings", self.mine, least=0.0, below=4.0)
        if type(self.batch_size) is not int or not 1 <= self.batch_size <= 4096:
            raise ExperimentError(f"The batch size is a whole number from 1 to 4096, not «{self.batch_size}».")
        if type(self.seed) is not int or not 0 <= self.seed < 2**32:
            raise ExperimentError(f"The seed is a whole number from 0 to 4294967295, not «{self.seed}».")
        if type(self.epochs) is not int or not 0 <= self.epochs <= 100_000:
            raise ExperimentError(f"The number of epochs is a whole number from 0 to 100000, not «{self.epochs}».")
        if self.schedule not in SCHEDULES:
            raise ExperimentError(f"There is no schedule «{self.schedule}»: write {' or '.join(SCHEDULES)}.")
        if self.nesterov and self.momentum == 0:
            raise ExperimentError("Nesterov needs a momentum above 0.")

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
            raise ExperimentError(f"This is not an experiment file: it is no JSON ({error}).") from None
        if not isinstance(settings, dict):
            raise ExperimentError("This is not an experiment file: it should hold one JSON object.")
        if unknown := sorted(set(settings) - {field.name for field in fields(cls)}):
            raise ExperimentError(f"The experiment file has settings nbgrad does not know: {', '.join(unknown)}.")
        return cls(**settings)


def _require_number(
    what: str, value: Any, *, least: float = -math.inf, above: float = -math.inf, below: float = math.inf
) -> None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not good or value < least or value <= above or value >= below:
        limit = f"a number above {above:g}" if above > -math.inf else f"a number from {least:g}"
        limit += f", below {below:g}" if below < math.inf else ""
        raise ExperimentError(f"{what} is {limit}, not «{value}».")
