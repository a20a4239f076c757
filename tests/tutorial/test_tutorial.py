"""The 60-minute blitz with `import nbgrad as torch`: each statement shows what PyTorch showed, byte by byte.

The scripts tensors.txt, autograd.txt and network.txt are typed in order; expected.json holds PyTorch's answers
(written by `python -m tests.tutorial.session`). ResNet's part of the tutorial is left out: it needs torchvision's
models and weights, which are an issue of their own.
"""

import json

import pytest

from tests.tutorial.session import EXPECTED, SCRIPTS, shown, statements

RECORDS = json.loads(EXPECTED.read_text("utf-8"))


@pytest.fixture(scope="module")
def ours():
    return {name: shown(name, "nbgrad") for name in SCRIPTS}


def lines():
    for name in SCRIPTS:
        for i, statement in enumerate(statements(name)):
            yield pytest.param(name, i, statement, id=f"{name}-{i}-{statement.splitlines()[0][:60]}")


@pytest.mark.parametrize(("name", "i", "statement"), list(lines()))
def test_shows_what_pytorch_shows(ours, name, i, statement):
    recorded, expected = RECORDS[name][i]
    assert recorded == statement, "run python -m tests.tutorial.session again"
    assert ours[name][i] == expected
