"""The 60-minute blitz with `import nbgrad as torch`: each statement shows what PyTorch showed, byte by byte.

The scripts are typed in order; expected.json holds PyTorch's answers (written by `python -m tests.tutorial.session`).
`from torchvision.models import resnet18` is written `from nbgrad.vision.models import resnet18` here. The trained
weights are a download: a random file in their place, the same on both sides, lies where a downloaded one would. A
hundred layers add up numbers in another order, so ResNet's numbers are compared as numbers, the rest byte by byte.
"""

import json
import re

import pytest

import nbgrad
from nbgrad.vision.models import ResNet18_Weights, resnet18
from tests.tutorial.session import EXPECTED, SCRIPTS, shown, statements

RECORDS = json.loads(EXPECTED.read_text("utf-8"))
NUMBER = re.compile(r"-?\d+\.\d*(?:e[+-]\d+)?")


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """What each script shows; in the weights' folder lies a file for "resnet"."""
    data = tmp_path_factory.mktemp("data")
    (data / "checkpoints").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBGRAD_DATA", str(data))
        nbgrad.manual_seed(18)
        nbgrad.save(resnet18().state_dict(), data / "checkpoints" / ResNet18_Weights.DEFAULT.value)
        return {name: shown(name, "nbgrad") for name in SCRIPTS}


def lines():
    for name in SCRIPTS:
        for i, statement in enumerate(statements(name)):
            yield pytest.param(name, i, statement, id=f"{name}-{i}-{statement.splitlines()[0][:60]}")


@pytest.mark.parametrize(("name", "i", "statement"), list(lines()))
def test_shows_what_pytorch_shows(ours, name, i, statement):
    recorded, expected = RECORDS[name][i]
    assert recorded == statement, "run python -m tests.tutorial.session again"
    if name == "resnet":
        assert NUMBER.sub("0.0", ours[name][i]) == NUMBER.sub("0.0", expected)
        numbers = [[float(each) for each in NUMBER.findall(text)] for text in (ours[name][i], expected)]
        assert numbers[0] == pytest.approx(numbers[1], rel=2e-3, abs=2e-4)
    else:
        assert ours[name][i] == expected
