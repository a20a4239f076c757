"""Data sets of digits: MNIST from its four files, and the procedural digits that need none."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from nbgrad.vision.digits import ProceduralDigits
from nbgrad.vision.download import Progress, fetch
from nbgrad.vision.idx import DatasetError, read_idx
from nbgrad.vision.ink import PICTURE
from nbgrad.vision.pictures import PictureDataset

__all__ = ["MNIST", "DatasetError", "PictureDataset", "ProceduralDigits", "data_folder"]

CLASSES = 10


def data_folder() -> Path:
    """Where data sets live when no root is named: $NBGRAD_DATA, else `.nbgrad/data` in the home folder."""
    named = os.environ.get("NBGRAD_DATA")
    if named:
        return Path(named)
    try:
        return Path.home() / ".nbgrad" / "data"
    except RuntimeError:
        raise DatasetError("There is no home folder: name the folder of the data in NBGRAD_DATA.") from None


class MNIST(PictureDataset):
    """The MNIST digits: 60,000 training or 10,000 test pictures, read from the standard IDX files.

    root: folder that holds the `*-ubyte.gz` files (or the unpacked ones), or `MNIST/raw` with them, as torchvision lays
    it out; `data_folder()` if None. download: fetch missing files into `root/MNIST/raw` first; progress is then called
    with (file name, bytes so far, bytes in all). Raises DatasetError, one sentence that names the file and what to do,
    where a file is missing, damaged, of another format, or does not go with the other.

    Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, «Gradient-based learning applied to document recognition», 1998.

    >>> MNIST("no/such/folder")
    Traceback (most recent call last):
        ...
    nbgrad.vision.idx.DatasetError: train-images-idx3-ubyte.gz is not in no/such/folder: put the four files of MNIST \
there, or ask for the download.
    """

    mirrors = (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    )
    checksums = {  # noqa: RUF012 - a table, never changed
        "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
        "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
        "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
    }

    def __init__(
        self,
        root: str | os.PathLike | None = None,
        train: bool = True,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        download: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self.root = data_folder() if root is None else Path(root)
        self.train = train
        if download:
            self.download(self.root, progress)
        kind = "train" if train else "t10k"
        picture_path = _find(self.root, f"{kind}-images-idx3-ubyte.gz")
        label_path = _find(self.root, f"{kind}-labels-idx1-ubyte.gz")
        pictures, labels = read_idx(picture_path, 3), read_idx(label_path, 1)
        _check(picture_path, pictures, label_path, labels)
        super().__init__(pictures, labels.astype(np.int64), transform, target_transform)

    @classmethod
    def download(cls, root: str | os.PathLike | None = None, progress: Progress | None = None) -> None:
        """Fetch into `root/MNIST/raw` whichever of the four files `root` does not hold; raises DatasetError."""
        folder = data_folder() if root is None else Path(root)
        for name, md5 in cls.checksums.items():
            if _look_for(folder, name) is None:
                fetch(folder / "MNIST" / "raw" / name, cls.mirrors, md5, progress)


def _look_for(root: Path, name: str) -> Path | None:
    plain = name.removesuffix(".gz")
    candidates = (folder / spelling for folder in (root, root / "MNIST" / "raw") for spelling in (name, plain))
    return next((path for path in candidates if os.path.lexists(path)), None)


def _find(root: Path, name: str) -> Path:
    path = _look_for(root, name)
    if path is None:
        raise DatasetError(
            f"{name} is not in {root.as_posix()}: put the four files of MNIST there, or ask for the download."
        )
    return path


def _check(picture_path: Path, pictures: np.ndarray, label_path: Path, labels: np.ndarray) -> None:
    if pictures.shape[1:] != (PICTURE, PICTURE):
        height, width = pictures.shape[1:]
        raise DatasetError(
            f"{picture_path} holds pictures of {height} x {width}, not 28 x 28: put MNIST's own file there."
        )
    if len(pictures) != len(labels):
        raise DatasetError(
            f"{label_path} holds {len(labels)} labels for the {len(pictures)} pictures of {picture_path.name}: "
            "download both again."
        )
    if len(labels) == 0:
        raise DatasetError(f"{picture_path} holds no pictures: download it again.")
    if labels.max() >= CLASSES:
        raise DatasetError(f"{label_path} holds the label {labels.max()}, but digits end at 9: download it again.")
