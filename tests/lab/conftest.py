import numpy as np
import pytest

from gui.lab import warmup
from gui.lab.digits import Digits
from gui.lab.experiment import Experiment
from gui.lab.trainer import Trainer


@pytest.fixture(scope="session", autouse=True)
def _warm():
    """Kernels are compiled as the lab does it, in child processes: once for all tests."""
    with warmup.WarmUp(warmup.missing()) as children:
        assert not [result.error for result in children if result.error]


@pytest.fixture(scope="session")
def digits():
    """Ten bars at ten heights: a data set that is learnt in a few steps."""
    random = np.random.default_rng(0)

    def draw(count):
        labels = random.integers(0, 10, count)
        pictures = random.integers(0, 60, (count, 28, 28)).astype(np.uint8)
        for picture, label in zip(pictures, labels, strict=True):
            picture[2 * label : 2 * label + 6, 4:24] = 255
        return pictures, labels

    return Digits(*draw(640), *draw(300))


@pytest.fixture
def fresh(digits):
    """A trainer with fresh weights, and settings of your choice."""

    def make(**settings):
        return Trainer(Experiment(weights="fresh", **{"lr": 0.05, **settings}), digits)

    return make
