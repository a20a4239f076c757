"""Residual networks beside PyTorch's: the same draws, names and printed form, and the same numbers from one file."""

import warnings
from collections import Counter

import numpy as np
import pytest

import nbgrad
from nbgrad.autograd.graph import trace
from nbgrad.vision import models

NAMES = ("resnet18", "resnet34", "resnet50")
GRAPH = {"Convolution": 20, "NativeBatchNorm": 20, "Relu": 17, "Add": 8, "MaxPool2DWithIndices": 1, "Mean": 1,
         "View": 1, "T": 1, "Addmm": 1, "AccumulateGrad": 62}  # fmt: skip


@pytest.fixture(scope="module")
def theirs(torch):
    from tests.torchvision import models

    return models


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_gives_torchvisions_network(torch, theirs, name):
    nbgrad.manual_seed(3)
    torch.manual_seed(3)
    ours, other = getattr(models, name)(), getattr(theirs, name)()
    assert repr(ours) == repr(other)
    mine, wanted = ours.state_dict(), other.state_dict()
    assert list(mine) == list(wanted)
    for key, tensor in wanted.items():
        np.testing.assert_array_equal(mine[key].numpy(), tensor.numpy(), err_msg=key)
    assert nbgrad.rand(1).item() == torch.rand(1).item()


def test_counts():
    network = models.resnet18()
    assert len(list(network.parameters())) == 62
    assert sum(parameter.numel() for parameter in network.parameters()) == 11_689_512
    assert len(network.state_dict()) == 122
    nodes = Counter(node.name.removesuffix("0") for node in trace(network(nbgrad.rand(2, 3, 32, 32))).nodes)
    counted = {name.removesuffix("1").removesuffix("Backward"): count for name, count in nodes.items()}
    assert counted == GRAPH


@pytest.fixture(scope="module")
def random_weights(torch, theirs, tmp_path_factory):
    """A file that PyTorch wrote, with running statistics that a network really gathers."""
    torch.manual_seed(0)
    network = theirs.resnet18()
    for _ in range(3):
        network(torch.randn(4, 3, 64, 64))
    path = tmp_path_factory.mktemp("weights") / "resnet18.pth"
    torch.save(network.state_dict(), path)
    return path


def close(mine, wanted, name):
    """Within 1e-4 of the tensor's own size."""
    scale = max(1.0, float(np.abs(wanted).max()))
    np.testing.assert_allclose(mine / scale, wanted / scale, rtol=0, atol=1e-4, err_msg=name)


@pytest.mark.parametrize(
    ("size", "dtype"),
    [(64, np.float32), pytest.param(224, np.float64, marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("training", [True, False])
def test_logits_gradients_and_a_step(torch, theirs, random_weights, size, dtype, training):
    """Of two million ReLUs at 224 x 224 a few stand so near zero that float32 decides differently on their side: there
    gradients are compared in float64."""
    ours, other = models.resnet18(weights=random_weights).train(training), theirs.resnet18().train(training)
    other.load_state_dict(torch.load(random_weights, weights_only=True))
    if dtype is np.float64:
        ours, other = ours.double(), other.double()
    pixels = np.random.default_rng(1).standard_normal((1, 3, size, size)).astype(dtype)
    logits = []
    for module, network in ((nbgrad, ours), (torch, other)):
        optimizer = module.optim.SGD(network.parameters(), lr=1e-2, momentum=0.9)
        out = network(module.from_numpy(pixels))
        out.sum().backward()
        optimizer.step()
        logits.append(out.detach().numpy())
    close(*logits, "logits")
    pairs = list(zip(ours.named_parameters(), other.parameters(), strict=True))
    assert len(pairs) == 62
    for (name, mine), wanted in pairs:
        close(mine.grad.numpy(), wanted.grad.numpy(), f"gradient of {name}")
        close(mine.detach().numpy(), wanted.detach().numpy(), name)
    for (name, mine), wanted in zip(ours.named_buffers(), other.buffers(), strict=True):
        close(mine.numpy(), wanted.numpy(), name)


def test_pretrained_warns_as_torchvision_does(theirs, tmp_path, monkeypatch, random_weights):
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "resnet18-f37072fd.pth").write_bytes(random_weights.read_bytes())
    monkeypatch.setenv("NBGRAD_DATA", str(tmp_path))
    said = []
    for module in (models, theirs):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            module.resnet18(pretrained=True)
        said.append([(each.category, str(each.message)) for each in caught])
    assert said[0] == said[1]
    assert len(said[0]) == 2
