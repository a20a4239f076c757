"""Opening files from the window."""

import numpy as np

import nbgrad
from nbgrad.vision.models import LeNet, resnet18


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
    nbgrad.save(resnet18().state_dict(), tmp_path / "large.pth")
    (tmp_path / "junk.pth").write_bytes(b"PK\x03\x04 and nothing else")
    for number, name in enumerate(("large.pth", "junk.pth"), 1):
        store.open(tmp_path / name)
        qtbot.waitUntil(lambda number=number: len(ear.failures) == number, timeout=20_000)
    assert "large.pth holds the weights of ResNet-18; the lab shows LeNet alone." in ear.failures[0]
    assert "junk.pth is not a sound PyTorch file: it is a damaged zip." in ear.failures[1]
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 2)
