"""Trained weights by name and by path: found, fetched, or refused in one sentence, and never half loaded."""

import hashlib

import numpy as np
import pytest

import nbgrad
from nbgrad.serialization import SerializationError, save_safetensors
from nbgrad.vision import models
from nbgrad.vision.models import LeNet, ResNet18_Weights, ResNet50_Weights, load_weights, resnet18, weights


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NBGRAD_DATA", str(tmp_path))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(weights, "SITE", "http://127.0.0.1:1/")
    (tmp_path / "checkpoints").mkdir()
    return tmp_path


def test_names(folder):
    assert repr(ResNet18_Weights.DEFAULT) == "ResNet18_Weights.IMAGENET1K_V1"
    assert ResNet50_Weights.DEFAULT is ResNet50_Weights.IMAGENET1K_V2
    assert ResNet18_Weights.DEFAULT.url.endswith("/resnet18-f37072fd.pth")
    for wrong in (ResNet50_Weights.DEFAULT, 3):
        with pytest.raises(TypeError, match="Invalid Weight class provided; expected ResNet18_Weights but received"):
            resnet18(weights=wrong)
    with pytest.raises(ValueError, match="'num_classes' expected value 1000 but got 10 instead"):
        resnet18(weights="DEFAULT", num_classes=10)


@pytest.mark.parametrize("spelling", ["IMAGENET1K_V1", "DEFAULT", "ResNet18_Weights.DEFAULT", ResNet18_Weights.DEFAULT])
@pytest.mark.parametrize("place", ["checkpoints", "torch/hub/checkpoints"])
def test_a_file_that_is_there_is_taken(folder, spelling, place):
    network = resnet18()
    (folder / place).mkdir(parents=True, exist_ok=True)
    nbgrad.save(network.state_dict(), folder / place / "resnet18-f37072fd.pth")
    assert nbgrad.equal(resnet18(weights=spelling).fc.weight, network.fc.weight)


def test_without_a_network_it_says_where_the_file_goes(folder):
    with pytest.raises(SerializationError, match=r"resnet18-f37072fd\.pth could not be .*: put the file into .*check"):
        resnet18(weights="DEFAULT")


def test_a_download_shows_itself_and_is_checked(folder, tmp_path, monkeypatch, capsys):
    site = tmp_path / "site"
    site.mkdir()
    state = LeNet().state_dict()
    nbgrad.save(state, site / "lenet")
    digest = hashlib.sha256((site / "lenet").read_bytes()).hexdigest()
    name = f"lenet-{digest[:8]}.pth"
    (site / "lenet").rename(site / name)
    monkeypatch.setattr(weights, "SITE", site.as_uri())
    found = weights._find(name, True)
    assert found == folder / "checkpoints" / name
    assert "100 % of 0.2 MB" in capsys.readouterr().err
    assert nbgrad.equal(nbgrad.load(found)["fc3.weight"], state["fc3.weight"])
    (site / "lenet-00000000.pth").write_bytes(b"x")
    with pytest.raises(SerializationError, match="checksum was wrong"):
        weights._find("lenet-00000000.pth", False)


def states():
    state = LeNet().state_dict()
    lacking, other, broken = dict(state), dict(state), dict(state)
    del lacking["fc3.bias"]
    other["fc3.weight"] = nbgrad.zeros(10, 83)
    broken["fc3.bias"] = nbgrad.tensor([float("nan")] * 10)
    return {
        "lacking": (lacking, r'does not fit LeNet: Missing key\(s\) in state_dict: "fc3.bias"\.'),
        "another shape": (other, "does not fit LeNet: size mismatch for fc3.weight"),
        "more": (state | {"fc4.bias": state["fc3.bias"]}, r'does not fit LeNet: Unexpected key\(s\) .* "fc4.bias"\.'),
        "not finite": (broken, r"not finite in fc3\.bias\."),
        "another model": (resnet18().state_dict(), "does not fit LeNet"),
        "no weights": ({"epoch": 3}, "does not hold weights by name"),
        "a tensor": (nbgrad.ones(2), "does not hold weights by name"),
    }


@pytest.mark.parametrize("kind", states())
def test_what_does_not_fit_changes_nothing(tmp_path, kind):
    state, sentence = states()[kind]
    nbgrad.save(state, tmp_path / "w.pth")
    network = LeNet()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    with pytest.raises(SerializationError, match=sentence) as caught:
        load_weights(network, tmp_path / "w.pth")
    assert "\n" not in str(caught.value)
    for name, tensor in network.state_dict().items():
        assert nbgrad.equal(tensor, before[name])


def test_safetensors_fill_a_network_too(tmp_path):
    source, network = LeNet(), LeNet()
    save_safetensors(tmp_path / "w.safetensors", source.state_dict())
    load_weights(network, tmp_path / "w.safetensors")
    np.testing.assert_array_equal(network.fc1.weight.detach().numpy(), source.fc1.weight.detach().numpy())


def test_zero_init_residual():
    for network in (models.resnet18(zero_init_residual=True), models.resnet50(zero_init_residual=True, num_classes=3)):
        last = network.layer1[0].bn3 if hasattr(network.layer1[0], "bn3") else network.layer1[0].bn2
        assert not last.weight.any()
        assert network.layer1[0].bn1.weight.all()
