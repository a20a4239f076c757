"""Networks as PyTorch scripts: our own source with PyTorch's imports, which is all it takes, and the weights."""

import inspect
import os
from pathlib import Path

from nbgrad.nn.module import Module
from nbgrad.serialization import save
from nbgrad.serialization.files import replace
from nbgrad.vision.models import mlp, resnet
from nbgrad.vision.models.known import Known

HEAD = '''"""{name} in PyTorch, with the weights in {weights}."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn import init

CLASSES = {classes}
'''

TAIL = '''

def load() -> nn.Module:
    """The network with its weights, in evaluation mode."""
    model = {make}
    model.load_state_dict(torch.load(Path(__file__).with_name("{weights}"), weights_only=True))
    return model.eval()


if __name__ == "__main__":
    model = load()
    print(model)
    with torch.no_grad():
        print(model(torch.zeros{shape}))
'''

RESNET = (resnet._conv3x3, resnet._conv1x1, resnet.BasicBlock, resnet.Bottleneck, resnet.ResNet)


def to_torch(known: Known, model: Module, path: str | os.PathLike) -> None:
    """Write `path`, a Python script that runs with PyTorch alone, and its weights beside it, `.pth` for `.py`.

    Raises SerializationError where a file cannot be written.
    """
    path = Path(path)
    weights = path.with_suffix(".pth")
    parts = RESNET if isinstance(model, resnet.ResNet) else (type(model),)
    classes = getattr(model.get_submodule(known.last), "out_features", 0)
    script = HEAD.format(name=known.name, weights=weights.name, classes=classes)
    script += "".join(f"\n\n{inspect.getsource(part)}" for part in parts)
    script += TAIL.format(make=_made(model), weights=weights.name, shape=(1, *known.input))
    save(model.state_dict(), weights)
    replace(path, lambda file: file.write(script.encode()))


def _made(model: Module) -> str:
    if isinstance(model, mlp.MLP):
        layers = [model.get_submodule(path).weight.shape for path in model.paths]
        return f"MLP({[layers[0][1], *(shape[0] for shape in layers)]}, {list(model.paths)})"
    if not isinstance(model, resnet.ResNet):
        return f"{type(model).__name__}()"
    rows = (model.layer1, model.layer2, model.layer3, model.layer4)
    return f"ResNet({type(model.layer1[0]).__name__}, {[len(row) for row in rows]})"
