"""Trained weights by name, as torchvision publishes them, and by path."""

import os
import sys
import warnings
from collections import OrderedDict
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from nbgrad.nn.module import Module
from nbgrad.serialization import SerializationError, load
from nbgrad.tensor import Tensor
from nbgrad.vision.datasets import data_folder
from nbgrad.vision.download import Progress, fetch
from nbgrad.vision.idx import DatasetError

SITE = "https://download.pytorch.org/models/"
DIGITS = 8  # of the SHA-256 that the name of a file ends with


class WeightsEnum(Enum):
    """The trained weights of a model by name; the value is the name of the file."""

    @property
    def url(self) -> str:
        return SITE + self.value

    def get_state_dict(self, progress: bool = True) -> OrderedDict[str, Tensor]:
        """The weights, downloaded first unless they are here; raises SerializationError.

        progress: write a download's to stderr.
        """
        return load(_find(self.value, progress))

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"

    __str__ = __repr__


class ResNet18_Weights(WeightsEnum):
    """ResNet-18's."""

    IMAGENET1K_V1 = "resnet18-f37072fd.pth"
    DEFAULT = IMAGENET1K_V1


class ResNet34_Weights(WeightsEnum):
    """ResNet-34's."""

    IMAGENET1K_V1 = "resnet34-b627a593.pth"
    DEFAULT = IMAGENET1K_V1


class ResNet50_Weights(WeightsEnum):
    """ResNet-50's, of the paper's recipe and of a later one."""

    IMAGENET1K_V1 = "resnet50-0676ba61.pth"
    IMAGENET1K_V2 = "resnet50-11ad3fa6.pth"
    DEFAULT = IMAGENET1K_V2


def weights_folder() -> Path:
    """Where downloaded weights live: `checkpoints` in the folder of data sets."""
    return data_folder() / "checkpoints"


def _find(name: str, progress: bool) -> Path:
    """The file of this name: in our folder, or where PyTorch keeps its own; downloaded where it is in neither."""
    try:
        path = weights_folder() / name
        for found in (path, _pytorch_folder() / name):
            if found.exists():
                return found
        fetch(path, [SITE], name.rpartition("-")[2][:DIGITS], _shown() if progress else None, "sha256")
    except DatasetError as error:
        raise SerializationError(str(error)) from None
    return path


def _pytorch_folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME", os.path.join("~", ".cache"))
    home = os.environ.get("TORCH_HOME", os.path.join(cache, "torch"))
    return Path(os.path.expanduser(home)) / "hub" / "checkpoints"


def _shown() -> Progress:
    """Write how far a download is, once for each percent."""
    last = -1

    def show(name: str, done: int, total: int) -> None:
        nonlocal last
        percent = 100 * done // total if total else 0
        if percent != last:
            last = percent
            end = "\n" if done == total else ""
            sys.stderr.write(f"\rDownloading {name}: {percent:3d} % of {total / 2**20:.1f} MB{end}")
            sys.stderr.flush()

    return show


def choose(known: type[WeightsEnum], weights: Any, settings: dict[str, Any]) -> WeightsEnum | Path | None:
    """Which weights `weights=`, or the old `pretrained=` in settings, means; raises as torchvision does.

    A text is the name of weights of this model (`"DEFAULT"`, `"ResNet18_Weights.DEFAULT"`), or else a path.
    """
    if "pretrained" in settings:
        weights = bool(settings.pop("pretrained"))
        warnings.warn(
            "The parameter 'pretrained' is deprecated since 0.13 and may be removed in the future, please use "
            "'weights' instead.",
            stacklevel=4,
        )
    if isinstance(weights, bool):
        weights = next(iter(known)) if weights else None
        sentence = (
            "Arguments other than a weight enum or `None` for 'weights' are deprecated since 0.13 and may be removed "
            f"in the future. The current behavior is equivalent to passing `weights={weights}`."
        )
        if weights is not None:
            sentence += f" You can also use `weights={known.__name__}.DEFAULT` to get the most up-to-date weights."
        warnings.warn(sentence, stacklevel=4)
    if isinstance(weights, str):
        name = weights.removeprefix(f"{known.__name__}.")
        return known[name] if name in known.__members__ else Path(weights)
    if weights is None or isinstance(weights, known | Path):
        return weights
    raise TypeError(f"Invalid Weight class provided; expected {known.__name__} but received {type(weights).__name__}.")


def load_weights(model: Module, weights: WeightsEnum | str | os.PathLike, progress: bool = True) -> None:
    """Fill a model with trained weights, all of them or none.

    weights: their name in an enum, or the path of a file of PyTorch's or of safetensors. Raises SerializationError, one
    sentence, where the file cannot be had, does not fit the model, or holds numbers that are not finite.
    """
    path = _find(weights.value, progress) if isinstance(weights, WeightsEnum) else Path(weights)
    fill(model, load(path, map_location="cpu"), path)


def fill(model: Module, state: Any, path: Path) -> None:
    """Give a model the weights that were found in a file; raises SerializationError as `load_weights` does."""
    kind = type(model).__name__
    if not isinstance(state, dict) or not all(isinstance(tensor, Tensor) for tensor in state.values()):
        raise SerializationError(f"{path} does not hold weights by name, as the state_dict of {kind} does.")
    for name, own in model.state_dict().items():
        found = state.get(name, own)
        if found.shape == own.shape and not np.isfinite(found.array).all():
            raise SerializationError(f"{path} holds numbers that are not finite in {name}.")
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        why = " ".join(str(error).split("\n\t")[1].split())
        raise SerializationError(f"{path} does not fit {kind}: {why[:200].rstrip('.')}.") from None
