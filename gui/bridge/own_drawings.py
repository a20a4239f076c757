"""What the worker does with the learner's own drawings: keep, take back, bring in, give out."""

from pathlib import Path

import numpy as np

from gui.bridge.answers import Answers
from gui.lab.drawing import NOTHING_DRAWN, Drawing
from gui.lab.mine import NO_DRAWINGS, Drawings, DrawingsError, PersonalSet
from gui.lab.preprocess import preprocess
from gui.lab.wording import Wording, translate

SHARE = 0.25  # to a batch, so many of the learner's own drawings where they are trained on


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
            raise DrawingsError(NO_DRAWINGS)
        return drawings

    def teach(self, drawing: Drawing, label: int) -> None:
        """Keep what the network would get of a drawing, every stage of preprocessing taken. label: -1 for no digit."""
        prepared = preprocess(drawing)
        if prepared is None:
            raise DrawingsError(NOTHING_DRAWN)
        drawings = self._set.add(prepared.picture[None], np.array([label], np.int64))
        kept = translate("lab", "Kept as no digit.") if label < 0 else translate("lab", "Kept as a {0}.").format(label)
        self._tell(drawings, kept)

    def take_back(self) -> None:
        self._tell(self._set.take_back(), translate("lab", "Taken back."))

    def import_from(self, path: Path) -> None:
        before = len(self._set.load())
        drawings = self._set.import_from(path)
        new = len(drawings) - before
        self._tell(drawings, translate("lab", "{0} new from {1}.").format(new, path.name))

    def export_to(self, path: Path) -> None:
        self._set.export_to(path)
        self._answers.told.emit(translate("lab", "Your drawings are in {0}.").format(path))

    def _tell(self, drawings: Drawings, sentence: Wording) -> None:
        self._answers.mine_changed.emit(drawings.counts)
        now = translate("lab", "{0} Drawings of your own: {1}.").format(sentence, len(drawings))
        self._answers.told.emit(now)
