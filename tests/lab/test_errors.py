import pytest

from gui.lab.checkpoint import CheckpointError
from gui.lab.errors import explain
from gui.lab.experiment import ExperimentError
from nbgrad.vision.datasets import DatasetError


@pytest.mark.parametrize("kind", [CheckpointError, ExperimentError, DatasetError])
def test_our_own_sentences_are_kept(kind):
    assert explain(kind("Write this instead.")) == "Write this instead."


def test_memory_and_disk():
    assert "batch size" in explain(MemoryError())
    assert explain(PermissionError(13, "Permission denied", "folder/x")) == "folder/x: Permission denied."
    assert explain(OSError("The disk is full")) == "The disk is full."


def test_a_mistake_of_ours_has_no_sentence():
    assert explain(TypeError("x")) is None
