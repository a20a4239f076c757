"""What the worker does with the learner's own drawings: keep, take back, bring in, give out."""

from pathlib import Path

import numpy as np

from gui.bridge.answers import Answers
from gui.lab.drawing import Drawing
from gui.lab.mine import Drawings, DrawingsError, PersonalSet
from gui.lab.preprocess import preprocess

SHARE = 0.25  # to a batch, so many of the learner's own drawings where they are trained on
EMPTY = "There are no drawings of yours yet: teach the network one first."


class OwnDrawings:
    """The personal set, and what is said about it. Everything raises DrawingsError, one sentence."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._set = PersonalSet()

    def open(self) -> None:
        """Tell how many drawings there are."""
        self._answers.mine_changed.emit(self._set.load().counts)

    def needed(self) -> Drawings:
        """The drawings, to train on; there must be some."""
        drawings = self._set.load()
        if len(drawings) == 0:
            raise DrawingsError(EMPTY)
        return drawings

    def teach(self, drawing: Drawing, label: int) -> None:
        """Keep what the network would get of a drawing, every stage of preprocessing taken. label: -1 for no digit."""
        prepared = preprocess(drawing)
        if prepared is None:
            raise DrawingsError("There is nothing to teach yet: draw a digit first.")
        drawings = self._set.add(prepared.picture[None], np.array([label], np.int64))
        self._tell(drawings, "Kept as no digit." if label < 0 else f"Kept as a {label}.")

    def take_back(self) -> None:
        self._tell(self._set.take_back(), "Taken back.")

    def import_from(self, path: Path) -> None:
        before = len(self._set.load())
        drawings = self._set.import_from(path)
        self._tell(drawings, f"{len(drawings) - before} new from {path.name}.")

    def export_to(self, path: Path) -> None:
        self._set.export_to(path)
        self._answers.told.emit(f"Your drawings are in {path}.")

    def _tell(self, drawings: Drawings, sentence: str) -> None:
        self._answers.mine_changed.emit(drawings.counts)
        many = len(drawings)
        self._answers.told.emit(f"{sentence} You have {many} drawing{'' if many == 1 else 's'} of your own.")
