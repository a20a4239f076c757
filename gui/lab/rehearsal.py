"""The first step on a GPU, taken by a copy of the run: what compiles in it is there when the run itself comes."""

import copy
from collections.abc import Callable

import numpy as np

from gui.lab.digits import Digits
from gui.lab.experiment import SIDES
from gui.lab.networks import DIGITS, classes_of
from gui.lab.probe import probe
from gui.lab.trainer import Trainer
from nbgrad.vision.transforms import INPUT


def rehearsal(trainer: Trainer, device: str) -> Callable[[], None]:
    """A look at a drawing, a training step and a test on a device, to be called in a thread that keeps nobody waiting.

    The copy is made here and now, where the run belongs.
    """
    model = copy.deepcopy(trainer.model)
    experiment = trainer.experiment.changed(device=device, augment=False, doodles=0.0, mine=0.0)

    def act() -> None:
        count, side = experiment.batch_size, SIDES[0]
        blank = np.zeros((count, side, side), np.uint8), np.zeros(count, np.int64)
        run = Trainer(experiment, Digits(*blank, *blank), model)
        probe(run.model, np.zeros((1, 1, INPUT, INPUT), np.float32), (), drawing=0, step=0, target=None)
        if classes_of(run.model) == DIGITS:
            run.step()
            run.test()
        run.snapshot()

    return act
