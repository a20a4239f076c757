"""The networks of the lab: how each is made, and how it gets to see a drawing.

Everything in the lab passes pictures as LeNet reads them, (N, 1, 32, 32) and normalised; `see` makes of them what
another network reads, with operations of the engine, so that gradients flow back to the drawing itself.
"""

from typing import Any

import numpy as np

import nbgrad
from gui.lab.device import beside, host
from gui.lab.experiment import Experiment, ExperimentError
from gui.lab.snapshot import Stage
from gui.lab.wording import translate
from nbgrad.vision.models import MLP, LeNet
from nbgrad.vision.models.known import KNOWN, Known
from nbgrad.vision.models.resnet import ResNet
from nbgrad.vision.transforms import INPUT, MEAN, STD

DIGITS = 10
DEFAULT_WIDTHS = (784, 128, DIGITS)
CROPPED = 28  # an MLP of 784 numbers reads the picture without its border
ZOOM = 2  # a ResNet reads every pixel as a square of so many
# Mean and spread of ImageNet's pictures, red, green, blue: what pretrained ResNets are used to.
IMAGENET = np.array(((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)), np.float64)
TWO_D = (3, 1, 1)
LIGHT = 1_000_000  # parameters; beyond, pictures go through in smaller portions

WITHOUT_BORDER = translate("stages", "The border is cut off again: this network reads 28 × 28.")
COLOURED = translate(
    "stages",
    "3 × 64 × 64: every pixel doubled, the grey copied to red, green and blue, in the range of ImageNet's photographs, "
    "for which this network was built.",
)


def make(experiment: Experiment) -> Any:
    """The experiment's network with weights drawn from its seed, in evaluation mode."""
    nbgrad.manual_seed(experiment.seed)
    if experiment.model == "MLP":
        return MLP(list(experiment.widths or DEFAULT_WIDTHS), list(experiment.names)).eval()
    known = next(known for known in KNOWN if known.name == experiment.model)
    return known.make(experiment.widths[0] if experiment.widths else DIGITS).eval()


def settings_of(known: Known, model: Any) -> dict[str, Any]:
    """An experiment's settings that make such a network; raises ExperimentError where the lab cannot show it."""
    if not isinstance(model, MLP):
        return {"model": known.name, "widths": () if isinstance(model, LeNet) else (classes_of(model),), "names": ()}
    shapes = [model.get_submodule(path).weight.shape for path in model.paths]
    widths = (shapes[0][1], *(shape[0] for shape in shapes))
    if widths[0] not in (CROPPED**2, INPUT**2):
        reads = translate("lab", "its first layer reads {0} numbers, a drawing has 784 (28 × 28) or 1024 (32 × 32)")
        raise ExperimentError(reads.format(widths[0]))
    return {"model": "MLP", "widths": widths, "names": tuple(model.paths)}


def classes_of(model: Any) -> int:
    """How many answers a network has."""
    linear = [module for module in model.modules() if isinstance(module, nbgrad.nn.Linear)]
    return linear[-1].out_features


def require_digits(model: Any) -> None:
    """Training and testing need one class for each digit; raises ExperimentError."""
    classes = classes_of(model)
    if classes != DIGITS:
        refusal = translate(
            "lab", "This network has {0} classes and the data ten digits: it can be looked at, not trained or tested."
        )
        raise ExperimentError(refusal.format(classes))


def see(model: Any, pictures: Any) -> Any:
    """(N, 1, 32, 32) normalised -> what the network reads; pictures in colour stay as they are."""
    if isinstance(model, MLP):
        if model.get_submodule(model.paths[0]).in_features == CROPPED**2:
            border = (INPUT - CROPPED) // 2
            return pictures[:, :, border:-border, border:-border]
        return pictures
    if not isinstance(model, ResNet) or pictures.shape[1] != 1:
        return pictures
    count, _, height, width = pictures.shape
    spread = pictures.reshape(count, 1, height, 1, width, 1).expand(count, 3, height, ZOOM, width, ZOOM)
    mean, std = IMAGENET.reshape(2, *TWO_D)
    scale, shift = (beside(pictures, part.astype(pictures.array.dtype)) for part in (STD / std, (MEAN - mean) / std))
    return spread.reshape(count, 3, ZOOM * height, ZOOM * width) * scale + shift


def forward(model: Any, pictures: Any) -> Any:
    """The logits (N, classes) of pictures (N, 1, 32, 32)."""
    return model(see(model, pictures))


def last_stage(model: Any, padded: np.ndarray) -> Stage | None:
    """What `see` does, for the strip of stages; None where it does nothing. padded: (32, 32), values 0 to 1."""
    if isinstance(model, ResNet):
        picture = np.kron(padded, np.ones((ZOOM, ZOOM), padded.dtype))
        return _stage("colour", COLOURED, picture)
    seen = host(see(model, nbgrad.from_numpy(padded[None, None])))[0, 0]
    return None if seen.shape == padded.shape else _stage("no border", WITHOUT_BORDER, seen.copy())


def _stage(name: str, explanation: str, picture: np.ndarray) -> Stage:
    picture.flags.writeable = False
    return Stage(name, explanation, picture)


def portion(model: Any, count: int) -> int:
    """How many of `count` pictures go through a network at once, so that a stroke never waits long."""
    return count if sum(parameter.numel() for parameter in model.parameters()) < LIGHT else max(1, count // 10)
