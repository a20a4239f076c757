"""Opening files from the window."""

from contextlib import contextmanager

import numba
import numpy as np

import nbgrad
from gui.lab.drawing import Drawing, Stroke
from gui.lab.threads import leave_one_core_free
from nbgrad.vision.models import MLP, LeNet, resnet18

BAR = Drawing(0, (Stroke(((0.5, 0.1), (0.5, 0.9)), 0.1),))


def test_pytorchs_file_of_lenet_is_shown(lab, qtbot, tmp_path):
    store, ear = lab
    network = LeNet()
    nbgrad.save(network.state_dict(), tmp_path / "net.pth")
    store.open(tmp_path / "net.pth")
    qtbot.waitUntil(lambda: bool(ear.news))
    assert "net.pth: step 0" in ear.news[0] and not ear.failures
    shown = next(view for view in store.snapshot.parameters if view.name == "fc3.weight")
    np.testing.assert_array_equal(shown.value, network.fc3.weight.detach().numpy())
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 1)


def test_a_file_that_does_not_fit_is_said_so_and_changes_nothing(lab, qtbot, tmp_path):
    store, ear = lab
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 1)
    nbgrad.save({"weight": nbgrad.zeros(2, 3), "odd": nbgrad.zeros(4)}, tmp_path / "large.pth")
    nbgrad.save(MLP([100, 10]).state_dict(), tmp_path / "small.pth")
    (tmp_path / "junk.pth").write_bytes(b"PK\x03\x04 and nothing else")
    for number, name in enumerate(("large.pth", "junk.pth", "small.pth"), 1):
        store.open(tmp_path / name)
        qtbot.waitUntil(lambda number=number: len(ear.failures) == number, timeout=20_000)
    assert "large.pth holds the weights of none of the networks here (LeNet, ResNet-18" in ear.failures[0]
    assert "junk.pth is not a sound PyTorch file: it is a damaged zip." in ear.failures[1]
    assert "small.pth holds an MLP that cannot read drawings: its first layer reads 100 numbers" in ear.failures[2]
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 2)


def shown(store):
    return [layer.name for layer in store.probe.layers]


def test_an_mlp_of_any_names_is_shown_trained_and_reset(lab, qtbot, tmp_path):
    store, ear = lab
    store.draw(BAR)
    qtbot.waitUntil(lambda: store.probe is not None)
    network = MLP([784, 20, 10], ["net.0", "net.2"])
    nbgrad.save(network.state_dict(), tmp_path / "mlp.pth")
    store.open(tmp_path / "mlp.pth")
    qtbot.waitUntil(lambda: bool(ear.news))
    qtbot.waitUntil(lambda: shown(store) == ["input", "net.0 + relu", "net.2"])
    assert "a ReLU between its layers and classes 0 to 9 are taken for granted" in ear.news[0]
    assert store.experiment.model == "MLP" and store.experiment.widths == (784, 20, 10)
    assert store.probe.layers[0].shape == (1, 28, 28) and store.probe.stages[-1].picture.shape == (28, 28)
    with nbgrad.no_grad():
        seen = nbgrad.from_numpy(store.probe.layers[0].value[None].copy())
        np.testing.assert_array_equal(store.probe.logits, network(seen).numpy()[0])
    qtbot.waitUntil(lambda: store.snapshot.graph is not None)
    assert {node.parameter for node in store.snapshot.graph.nodes} >= {"net.0.weight", "net.2.bias"}
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 1)
    store.reset()
    qtbot.waitUntil(lambda: store.snapshot.step == 0)
    np.testing.assert_array_equal(
        store.snapshot.parameters[0].value, network.net.get_submodule("0").weight.numpy(force=True)
    )
    assert not ear.failures and not ear.faults


@contextmanager
def threads_of_the_lab():
    """As many threads as the worker has: parts of a sum are as many, and so its rounding is the same."""
    before = numba.get_num_threads()
    leave_one_core_free()
    try:
        yield
    finally:
        numba.set_num_threads(before)


def test_a_resnet_is_shown_as_blocks_and_trained(lab, qtbot, tmp_path):
    store, ear = lab
    store.draw(BAR)
    qtbot.waitUntil(lambda: store.probe is not None)
    network = resnet18(num_classes=10)
    nbgrad.save(network.state_dict(), tmp_path / "net.pth")
    store.open(tmp_path / "net.pth")
    qtbot.waitUntil(lambda: bool(ear.news), timeout=30_000)
    qtbot.waitUntil(lambda: len(store.probe.layers) == 14, timeout=30_000)
    shapes = {layer.module: layer.shape for layer in store.probe.layers}
    assert shapes[""] == (3, 64, 64) and shapes["layer4.1"] == (512, 2, 2) and shapes["fc"] == (10,)
    assert [layer.skip for layer in store.probe.layers if layer.skip] == ["x", "x"] + 3 * ["conv 1×1", "x"]
    assert len(store.snapshot.parameters) == 62
    with nbgrad.no_grad(), threads_of_the_lab():
        seen = nbgrad.from_numpy(store.probe.layers[0].value[None].copy())
        np.testing.assert_array_equal(store.probe.logits, network.eval()(seen).numpy()[0])
    qtbot.waitUntil(lambda: store.snapshot.graph is not None, timeout=30_000)
    assert len({node.parameter for node in store.snapshot.graph.nodes}) == 63
    store.configure(batch_size=4)
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 1, timeout=60_000)
    large = next(view for view in store.snapshot.parameters if view.name == "layer4.1.conv2.weight")
    np.testing.assert_array_equal(large.update_by_filter, np.abs(large.update).mean(1))
    assert not ear.failures and not ear.faults


def test_a_network_of_other_classes_is_looked_at_and_not_trained(lab, qtbot, tmp_path):
    store, ear = lab
    store.draw(BAR)
    qtbot.waitUntil(lambda: store.probe is not None)
    nbgrad.save(MLP([1024, 12]).state_dict(), tmp_path / "net.pth")
    store.set_target(3)
    store.open(tmp_path / "net.pth")
    qtbot.waitUntil(lambda: bool(ear.news) and len(store.probe.logits) == 12)
    assert store.target is None and store.probe.verdict == "class"
    assert "12 classes the file does not name" in ear.news[0]
    store.step()
    qtbot.waitUntil(lambda: bool(ear.failures))
    assert "This network has 12 classes and the data ten digits" in ear.failures[0]
    store.test()
    qtbot.waitUntil(lambda: len(ear.failures) == 2)
    assert store.snapshot.step == 0 and not ear.faults


def test_the_usual_networks_are_chosen_and_lenet_comes_back_trained(lab, qtbot):
    store, ear = lab
    store.draw(BAR)
    qtbot.waitUntil(lambda: store.probe is not None)
    store.choose_network("MLP")
    qtbot.waitUntil(lambda: len(store.probe.layers) == 3)
    assert len(store.snapshot.parameters) == 4
    store.explain_by("grad-cam")
    qtbot.waitUntil(lambda: bool(ear.failures))
    assert ear.failures == ["Grad-CAM weighs the maps of a convolution: this network has none."]
    store.load_trained()
    qtbot.waitUntil(lambda: len(store.probe.layers) == 8)
    assert store.experiment.model == "LeNet" and store.experiment.weights == "trained" and not ear.faults
