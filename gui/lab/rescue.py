"""What becomes of a run whose GPU fails in the middle of something: it goes on on the CPU."""

import time
from pathlib import Path
from typing import Any

from gui.lab import checkpoint
from gui.lab.trainer import Trainer
from gui.lab.wording import Wording, translate

EVERY = 5.0  # seconds of training that a device that is lost can take with it

NO_MEMORY = translate("lab", "The GPU has too little memory for this: the run is on the CPU now, nothing is lost.")
FAILED = translate("lab", "The GPU failed ({0}): the run is on the CPU now, nothing is lost.")
LOST = translate("lab", "The GPU failed ({0}): the run is on the CPU now, at step {1}, the last that was kept.")


class Rescue:
    """Keeps a copy on the host of a run that computes on the GPU, and brings such a run to the CPU."""

    def __init__(self) -> None:
        self._kept: tuple[Any, Any] | None = None
        self._of: Any = None  # the network that the copy is of
        self._at = 0.0

    def keep(self, trainer: Trainer) -> None:
        """To be called between steps: copies the run now and then."""
        if trainer.experiment.device == "cpu":
            self._kept = self._of = None
        elif self._of is not trainer.model or time.monotonic() > self._at + EVERY:
            self._kept, self._of, self._at = checkpoint.pack(trainer), trainer.model, time.monotonic()

    def bring_back(self, trainer: Trainer, said: str) -> tuple[Trainer, Wording]:
        """The run on the CPU, from the GPU if that still answers, else as it was kept; and a sentence about it.

        said: what the driver says, "" for too little memory (`gui.lab.device.fault`).
        """
        try:
            trainer.configure(trainer.experiment.changed(device="cpu"))
        except Exception:  # whatever a lost device raises
            if self._kept is None:
                raise
            kept = checkpoint.unpack(*self._kept, Path(), "cpu")
            kept.take_over(trainer)
            return kept, LOST.format(said, kept.steps)
        return trainer, FAILED.format(said) if said else NO_MEMORY
