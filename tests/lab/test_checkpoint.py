import numpy as np
import pytest

import nbgrad
from gui.lab import checkpoint
from gui.lab.checkpoint import CheckpointError
from nbgrad.serialization import SerializationError, load_safetensors, save_safetensors
from nbgrad.vision.models import MLP, LeNet


@pytest.fixture(autouse=True)
def _small_data(monkeypatch, digits):
    monkeypatch.setattr("gui.lab.trainer.load_digits", lambda _data: digits)


@pytest.mark.parametrize(
    "settings", [{}, {"optimizer": "Adam", "lr": 0.003}, {"momentum": 0.0}, {"epochs": 2, "schedule": "one-cycle"}]
)
def test_a_run_goes_on_to_the_bit(fresh, tmp_path, settings):
    trainer = fresh(**settings)
    for _ in range(7):
        trainer.step()
    trainer.test()
    path = tmp_path / "run.safetensors"
    checkpoint.save(trainer, path)
    loaded = checkpoint.load(path)
    assert loaded.experiment == trainer.experiment and loaded.steps == 7
    assert loaded.timeline.curves().losses.tolist() == trainer.timeline.curves().losses.tolist()
    assert loaded.timeline.curves().test_accuracies.tolist() == trainer.timeline.curves().test_accuracies.tolist()
    assert [loaded.step() for _ in range(8)] == [trainer.step() for _ in range(8)]
    for ours, theirs in zip(loaded.model.parameters(), trainer.model.parameters(), strict=True):
        assert np.array_equal(ours.detach().numpy(), theirs.detach().numpy())


def test_weights_keep_their_names_in_the_file(fresh, tmp_path):
    trainer = fresh()
    checkpoint.save(trainer, tmp_path / "run.safetensors")
    assert set(trainer.model.state_dict()) <= set(load_safetensors(tmp_path / "run.safetensors")[0])


@pytest.mark.parametrize("content", [b"", b"not a checkpoint at all", b"\xff" * 64])
def test_a_file_that_is_no_checkpoint_is_named(tmp_path, content):
    path = tmp_path / "bad.safetensors"
    path.write_bytes(content)
    with pytest.raises(SerializationError, match=r"bad\.safetensors"):
        checkpoint.load(path)


def test_a_cut_off_file_is_named(fresh, tmp_path):
    path = tmp_path / "cut.safetensors"
    checkpoint.save(fresh(), path)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(SerializationError, match=r"cut\.safetensors"):
        checkpoint.load(path)


def test_weights_alone_are_no_run(fresh, tmp_path):
    path = tmp_path / "weights.safetensors"
    save_safetensors(path, fresh().model.state_dict())
    with pytest.raises(CheckpointError, match="no checkpoint of a run"):
        checkpoint.load(path)


@pytest.mark.parametrize("name", ["w.pth", "w.safetensors", "old.pt"])
def test_weights_alone_open_as_a_new_run(fresh, tmp_path, name):
    source, path = fresh(seed=5), tmp_path / name
    state = source.model.state_dict()
    if path.suffix == ".safetensors":
        save_safetensors(path, state)
    else:
        nbgrad.save(state, path, _use_new_zipfile_serialization=name != "old.pt")
    opened = checkpoint.open_run(path, fresh(lr=0.07).experiment)
    assert opened.steps == 0 and opened.experiment.lr == 0.07
    for ours, theirs in zip(opened.model.parameters(), source.model.parameters(), strict=True):
        assert np.array_equal(ours.detach().numpy(), theirs.detach().numpy())
    opened.step()


def test_a_run_opens_as_it_was(fresh, tmp_path):
    trainer = fresh(lr=0.01)
    trainer.step()
    checkpoint.save(trainer, tmp_path / "run.safetensors")
    opened = checkpoint.open_run(tmp_path / "run.safetensors", fresh().experiment)
    assert opened.steps == 1 and opened.experiment == trainer.experiment


def unfit():
    state = LeNet().state_dict()
    return {
        "another network": (
            MLP([100, 10]).state_dict(),
            r"holds an MLP that cannot read drawings: its first layer reads 100 numbers",
        ),
        "a part": ({"conv1.weight": state["conv1.weight"]}, "of none of the networks here"),
        "not finite": (state | {"fc3.bias": nbgrad.full((10,), float("nan"))}, r"not finite in fc3\.bias"),
        "no tensors": ({"epoch": 3}, "does not hold weights by name"),
        "numbers for names": ({3: nbgrad.ones(2)}, "of none of the networks here"),
    }


@pytest.mark.parametrize("kind", unfit())
def test_weights_that_do_not_fit_are_said_so_in_one_sentence(fresh, tmp_path, kind):
    state, sentence = unfit()[kind]
    nbgrad.save(state, tmp_path / "w.pth")
    with pytest.raises((CheckpointError, SerializationError), match=sentence) as caught:
        checkpoint.open_run(tmp_path / "w.pth", fresh().experiment)
    assert str(tmp_path / "w.pth") in str(caught.value) and "\n" not in str(caught.value)


def test_another_networks_weights_do_not_fit(fresh, tmp_path):
    path = tmp_path / "other.safetensors"
    trainer = fresh()
    checkpoint.save(trainer, path)
    tensors, metadata = load_safetensors(path)
    del tensors["fc3.bias"]
    save_safetensors(path, tensors, metadata)
    with pytest.raises(CheckpointError, match="does not fit LeNet"):
        checkpoint.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SerializationError, match=r"none\.safetensors"):
        checkpoint.load(tmp_path / "none.safetensors")


def test_a_folder_that_is_not_there_is_said_and_nothing_is_written(fresh, tmp_path):
    with pytest.raises(SerializationError, match="cannot be written"):
        checkpoint.save(fresh(), tmp_path / "no" / "run.safetensors")
    assert list(tmp_path.iterdir()) == []
