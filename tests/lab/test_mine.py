"""The learner's own drawings: nothing is lost, and a bad file is one sentence."""

import numpy as np
import pytest

from gui.lab.experiment import Experiment
from gui.lab.mine import NONE, DrawingsError, PersonalSet, read, save
from nbgrad.serialization import save_safetensors


@pytest.fixture
def own(tmp_path):
    return PersonalSet(tmp_path / "folder" / "drawings.safetensors")


def picture(value):
    return np.full((1, 28, 28), value, np.uint8)


def test_what_is_added_is_on_disk_in_order(own):
    assert len(own.load()) == 0
    own.add(picture(3), np.array([3]))
    own.add(picture(200), np.array([-1]))
    again = PersonalSet(own.path).load()
    assert again.labels.tolist() == [3, -1] and again.pictures[:, 0, 0].tolist() == [3, 200]
    assert again.counts == (0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1)
    assert [path.name for path in own.path.parent.iterdir()] == ["drawings.safetensors"]


def test_two_labs_do_not_overwrite_each_other(own):
    other = PersonalSet(own.path)
    own.add(picture(1), np.array([1]))
    other.add(picture(2), np.array([2]))
    assert own.load().labels.tolist() == [1, 2]


def test_the_last_one_can_be_taken_back_and_is_still_there(own):
    own.add(picture(1), np.array([1]))
    own.add(picture(2), np.array([2]))
    assert own.take_back().labels.tolist() == [1]
    assert read(own.path.with_name("drawings-before.safetensors")).labels.tolist() == [1, 2]
    assert len(own.take_back()) == 0 and len(own.load()) == 0
    with pytest.raises(DrawingsError, match="no drawing of yours to take back"):
        own.take_back()


def test_export_and_import_go_round(own, tmp_path):
    with pytest.raises(DrawingsError, match="no drawings of yours yet"):
        own.export_to(tmp_path / "out.safetensors")
    own.add(picture(1), np.array([1]))
    own.add(picture(2), np.array([2]))
    own.export_to(tmp_path / "out.safetensors")
    other = PersonalSet(tmp_path / "other.safetensors")
    other.add(picture(2), np.array([2]))
    other.add(picture(9), np.array([9]))
    assert other.import_from(tmp_path / "out.safetensors").labels.tolist() == [2, 9, 1]
    assert len(other.import_from(tmp_path / "out.safetensors")) == 3


def test_a_damaged_file_is_set_aside_not_overwritten(own):
    own.path.parent.mkdir()
    own.path.write_bytes(b"precious, but not ours")
    with pytest.raises(DrawingsError, match=r"drawings\.safetensors cannot be read"):
        own.load()
    assert own.add(picture(4), np.array([4])).labels.tolist() == [4]
    assert own.path.with_name("drawings-damaged-1.safetensors").read_bytes() == b"precious, but not ours"


def test_a_write_that_fails_leaves_the_old_file(own, monkeypatch):
    own.add(picture(4), np.array([4]))

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(RuntimeError, match="cannot be written"):
        own.add(picture(5), np.array([5]))
    assert own.load().labels.tolist() == [4]


WRONG = {
    "weights": ({"w": np.ones(3, np.float32)}, {}),
    "no labels": ({"pictures": picture(0)}, {"format": "nbgrad drawings"}),
    "shape": ({"pictures": picture(0)[:, :9], "labels": np.array([1])}, {"format": "nbgrad drawings"}),
    "count": ({"pictures": picture(0), "labels": np.array([1, 2])}, {"format": "nbgrad drawings"}),
    "label": ({"pictures": picture(0), "labels": np.array([12])}, {"format": "nbgrad drawings"}),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_file_of_something_else_is_one_sentence(own, tmp_path, case):
    path = tmp_path / "strange.safetensors"
    save_safetensors(path, *WRONG[case])
    own.add(picture(4), np.array([4]))
    with pytest.raises(DrawingsError, match=r"strange\.safetensors") as refusal:
        own.import_from(path)
    assert "\n" not in str(refusal.value) and own.load().labels.tolist() == [4]


def test_no_drawings_are_a_file_too(tmp_path):
    save(tmp_path / "none.safetensors", NONE)
    assert len(read(tmp_path / "none.safetensors")) == 0


def test_training_with_them_teaches_them(fresh):
    """A bar where no digit of the data has one, taught as a 3: without it the network says something else."""
    mine = np.zeros((1, 28, 28), np.uint8)
    mine[0, 4:24, 12:16] = 255
    trainer = fresh(mine=0.25)
    trainer.mine = type(NONE)(mine, np.array([3]))
    for _ in range(60):
        trainer.step()
    import nbgrad
    from nbgrad.vision.transforms import network_input

    with nbgrad.no_grad():
        assert int(trainer.model(nbgrad.from_numpy(network_input(mine))).numpy().argmax()) == 3


def test_an_empty_set_changes_nothing(fresh):
    plain, with_mine = fresh(), fresh(mine=0.25)
    for _ in range(3):
        plain.step()
        with_mine.step()
    assert plain.timeline.curves().losses.tolist() == with_mine.timeline.curves().losses.tolist()


@pytest.mark.parametrize("settings", [{"mine": -0.1}, {"doodles": float("nan")}, {"doodles": "many"}])
def test_shares_are_numbers(settings):
    with pytest.raises(ValueError, match="share of"):
        Experiment(**settings)
