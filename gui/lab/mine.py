"""The learner's own drawings with what they are: kept in one file, to train on, to take along, to give away."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gui.lab.home import user_folder
from gui.lab.mixing import CLASSES, NOTHING
from gui.lab.wording import translate
from nbgrad.serialization import SerializationError, load_safetensors, save_safetensors
from nbgrad.vision.ink import PICTURE

FILE = "drawings.safetensors"
FORM = {"format": "nbgrad drawings"}
NO_DRAWINGS = translate("lab", "There are no drawings of yours yet: teach the network one first.")


class DrawingsError(ValueError):
    """One sentence that says what is wrong with a file of drawings."""


@dataclass(frozen=True)
class Drawings:
    """pictures: (N, 28, 28) uint8, boxed and centred as the network sees them; labels: (N,) int64, -1 for no digit."""

    pictures: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def counts(self) -> tuple[int, ...]:
        """How many there are of each digit, and of no digit."""
        return tuple(np.bincount(self.labels % (CLASSES + 1), minlength=CLASSES + 1).tolist())


NONE = Drawings(np.zeros((0, PICTURE, PICTURE), np.uint8), np.zeros(0, np.int64))


class PersonalSet:
    """The file of the learner's drawings. Every change is on disk, whole, before it counts."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or user_folder() / FILE

    def load(self) -> Drawings:
        """All drawings; none where there is no file yet. Raises DrawingsError."""
        return read(self.path) if self.path.exists() else NONE

    def add(self, pictures: np.ndarray, labels: np.ndarray) -> Drawings:
        """Append (n, 28, 28) uint8 with labels (n,), to whatever the file holds by now.

        A damaged file is set aside under another name, never overwritten.
        """
        try:
            before = self.load()
        except DrawingsError:
            self.path.replace(_free_name(self.path))
            before = NONE
        return self._write(
            Drawings(np.concatenate((before.pictures, pictures)), np.concatenate((before.labels, labels)))
        )

    def take_back(self) -> Drawings:
        """Leave the last drawing out again; it stays in `drawings-before.safetensors` until the next one goes."""
        before = self.load()
        if len(before) == 0:
            raise DrawingsError(translate("lab", "There is no drawing of yours to take back."))
        save(self.path.with_name(f"{self.path.stem}-before{self.path.suffix}"), before)
        return self._write(Drawings(before.pictures[:-1], before.labels[:-1]))

    def import_from(self, path: Path) -> Drawings:
        """Add the drawings of another file that are not here yet. Raises DrawingsError."""
        theirs, ours = read(path), self.load()
        known = {(picture.tobytes(), label) for picture, label in zip(ours.pictures, ours.labels.tolist(), strict=True)}
        new = [
            i
            for i, (picture, label) in enumerate(zip(theirs.pictures, theirs.labels.tolist(), strict=True))
            if (picture.tobytes(), label) not in known
        ]
        return self.add(theirs.pictures[new], theirs.labels[new])

    def export_to(self, path: Path) -> None:
        drawings = self.load()
        if len(drawings) == 0:
            raise DrawingsError(NO_DRAWINGS)
        save(path, drawings)

    def _write(self, drawings: Drawings) -> Drawings:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        save(self.path, drawings)
        return drawings


def save(path: Path, drawings: Drawings) -> None:
    """Write whole or not at all."""
    save_safetensors(path, {"pictures": drawings.pictures, "labels": drawings.labels}, FORM)


def read(path: Path) -> Drawings:
    """The drawings of a file that `save` wrote; raises DrawingsError, one sentence."""
    try:
        arrays, metadata = load_safetensors(path)
    except (OSError, SerializationError) as error:
        why = str(error).splitlines()[0]
        raise DrawingsError(translate("lab", "{0} cannot be read as drawings: {1}").format(path, why)) from None
    pictures, labels = arrays.get("pictures"), arrays.get("labels")
    if metadata.get("format") != FORM["format"] or pictures is None or labels is None:
        raise DrawingsError(
            translate("lab", "{0} holds no drawings: choose a file that «Export my drawings» wrote.").format(path)
        )
    good = pictures.dtype == np.uint8 and pictures.shape[1:] == (PICTURE, PICTURE) and labels.dtype == np.int64
    if not good or labels.shape != pictures.shape[:1]:
        raise DrawingsError(
            translate("lab", "{0} holds drawings of another form than 28 x 28 with a label each.").format(path)
        )
    if len(labels) and not NOTHING <= labels.min() <= labels.max() < CLASSES:
        raise DrawingsError(translate("lab", "{0} holds a label that is no digit from 0 to 9.").format(path))
    return Drawings(np.require(pictures, requirements=["C", "W"]), labels)


def _free_name(path: Path) -> Path:
    return next(
        candidate
        for number in range(1, 10_000)
        if not (candidate := path.with_name(f"{path.stem}-damaged-{number}{path.suffix}")).exists()
    )
