"""What other tools get: scripts that run with PyTorch alone, and ONNX files that give the same numbers."""

import os
import subprocess
import sys

import numpy as np
import pytest

import nbgrad
from gui.cli import main
from nbgrad import nn
from nbgrad.serialization import SerializationError, save_safetensors
from nbgrad.vision.export import to_torch
from nbgrad.vision.models import MLP, LeNet, resnet18, resnet50
from nbgrad.vision.models.known import recognise
from nbgrad.vision.onnx import to_onnx

BIG = pytest.param("ResNet-50", marks=pytest.mark.slow)
NETWORKS = {
    "LeNet": (LeNet, (1, 32, 32)),
    "ResNet-18": (lambda: resnet18(num_classes=10), (3, 64, 64)),
    "MLP": (lambda: MLP([32, 8, 8, 10], ["net.0", "net.2", "head"]), (1, 4, 8)),
    "ResNet-50": (resnet50, (3, 32, 32)),
}


def used(make, shape):
    """A network whose running statistics are no longer the first ones, and an input."""
    nbgrad.manual_seed(0)
    network = make()
    with nbgrad.no_grad():
        network(nbgrad.randn(2, *shape))
    return network.eval(), nbgrad.randn(3, *shape)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_recognised_by_its_weights(name):
    network = NETWORKS[name][0]()
    known, new = recognise(network.state_dict())
    assert known.name == name
    assert repr(new) == repr(network)


def test_other_weights_are_not():
    state = LeNet().state_dict()
    assert recognise({}) is None
    assert recognise(state | {"more": state["fc3.bias"]}) is None
    assert recognise({name: tensor for name, tensor in state.items() if name != "conv1.bias"}) is None
    assert recognise(state | {"fc3.bias": nbgrad.tensor(1.0)}) is None


def test_linear_layers_run_in_the_files_order_or_by_their_numbers():
    state = MLP([4, 4, 4], ["hidden", "answer"]).state_dict()
    assert recognise(state)[1].paths == ["hidden", "answer"]
    ordered = dict(sorted(MLP([4] * 12, [f"fc{i}" for i in range(11)]).state_dict().items()))
    assert recognise(ordered)[1].paths == [f"fc{i}" for i in range(11)]
    assert recognise({"forward.weight": nbgrad.zeros(2, 2), "forward.bias": nbgrad.zeros(2)}) is None
    assert recognise(state | {"answer.weight": nbgrad.zeros(5, 4)}) is None


@pytest.mark.parametrize("name", ["LeNet", "ResNet-18", "MLP", BIG])
def test_the_script_runs_with_pytorch_alone(torch, tmp_path, name):
    network, x = used(*NETWORKS[name])
    known, _ = recognise(network.state_dict())
    to_torch(known, network, tmp_path / "net.py")
    np.save(tmp_path / "x.npy", x.numpy())
    program = (
        "import sys, net, numpy, torch; sys.path.remove(''); assert 'nbgrad' not in sys.modules\n"
        "with torch.no_grad(): numpy.save('y.npy', net.load()(torch.from_numpy(numpy.load('x.npy'))).numpy())"
    )
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=without_us(), check=True)
    with nbgrad.no_grad():
        np.testing.assert_allclose(np.load(tmp_path / "y.npy"), network(x).numpy(), rtol=1e-4, atol=1e-4)


def without_us():
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def test_the_script_prints_the_network(torch, tmp_path):
    save_safetensors(tmp_path / "w.safetensors", LeNet().state_dict())
    assert main(["export", str(tmp_path / "w.safetensors"), "--to", "torch"]) == 0
    done = subprocess.run(
        [sys.executable, "w.py"], cwd=tmp_path, env=without_us(), check=True, capture_output=True, text=True
    )
    assert repr(LeNet()) in done.stdout
    assert done.stdout.count("tensor([[") == 1


@pytest.mark.parametrize("name", ["LeNet", "ResNet-18", BIG])
def test_onnx_gives_the_same_numbers(tmp_path, name):
    pytest.importorskip("onnx", reason="the extra onnx is not installed")
    runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed: nothing to run ONNX with")
    network, x = used(*NETWORKS[name])
    network.train()
    network.requires_grad_(False)
    to_onnx(network, tmp_path / "net.onnx", NETWORKS[name][1])
    assert network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    session = runtime.InferenceSession(tmp_path / "net.onnx", providers=["CPUExecutionProvider"])
    assert [(each.name, each.shape) for each in session.get_inputs()] == [("input", ["N", *NETWORKS[name][1]])]
    with nbgrad.no_grad():
        wanted = network.eval()(x).numpy()
    np.testing.assert_allclose(session.run(None, {"input": x.numpy()})[0], wanted, rtol=1e-3, atol=1e-3)


def test_onnx_keeps_the_names_of_parameters(tmp_path):
    onnx = pytest.importorskip("onnx", reason="the extra onnx is not installed")
    network = LeNet()
    to_onnx(network, tmp_path / "net.onnx", (1, 32, 32))
    graph = onnx.load(tmp_path / "net.onnx").graph
    assert {each.name for each in graph.initializer} == set(network.state_dict())
    assert [node.op_type for node in graph.node].count("Conv") == 2


class Odd(nn.Module):
    def __init__(self, ending):
        super().__init__()
        self.fc, self.ending = nn.Linear(2, 2), ending

    def forward(self, x):
        return self.ending(self.fc(x))


ODD = {
    "ErfBackward0 has no translation": nbgrad.erf,
    "Add has an operand of no layer": lambda x: x + 1,
    r"a view is more than flatten\(1\)": lambda x: x.reshape(-1),
}


@pytest.mark.parametrize("sentence", ODD)
def test_what_onnx_cannot_say(tmp_path, sentence):
    pytest.importorskip("onnx", reason="the extra onnx is not installed")
    with pytest.raises(SerializationError, match=f"Odd cannot be written as ONNX: {sentence}"):
        to_onnx(Odd(ODD[sentence]), tmp_path / "net.onnx", (2,))
    assert list(tmp_path.iterdir()) == []


def test_without_onnx_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(SerializationError, match=r'pip install "nbgrad\[onnx\]"'):
        to_onnx(LeNet(), tmp_path / "net.onnx", (1, 32, 32))


def test_the_command(tmp_path, capsys):
    pytest.importorskip("onnx", reason="the extra onnx is not installed")
    nbgrad.save(resnet18(num_classes=3).state_dict(), tmp_path / "w.pth")
    assert main(["export", str(tmp_path / "w.pth"), "--to", "onnx"]) == 0
    assert "ResNet-18: wrote" in capsys.readouterr().err
    assert (tmp_path / "w.onnx").stat().st_size > 44_000_000
    nbgrad.save({"a": nbgrad.ones(2)}, tmp_path / "w.pth")
    assert main(["export", str(tmp_path / "w.pth"), "--to", "onnx", "--out", str(tmp_path / "b.onnx")]) == 1
    assert "none of the networks here (LeNet, ResNet-18" in capsys.readouterr().err
    assert main(["export", str(tmp_path / "none.pth"), "--to", "torch"]) == 1
    assert "cannot be read" in capsys.readouterr().err
