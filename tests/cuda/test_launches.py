"""A training step of LeNet on the GPU: how many kernels it starts, and that it never waits.

Nothing is computed here: starting a kernel and copying are replaced by notes of them, so that the real network runs at
its real batch size wherever numba-cuda is.
"""

import pytest

import nbgrad as torch
from nbgrad import kernels
from nbgrad.placement import why_no_gpu
from nbgrad.vision.models import LeNet

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(why_no_gpu() is not None, reason=str(why_no_gpu()))]


STEP = 39  # kernels of a step: a change that starts more of them should know it


@pytest.fixture
def noted(monkeypatch):
    """What the device is asked for from here on: names of kernels, copies and waits."""
    from nbgrad.kernels.cuda import faults

    notes, driver = [], kernels.cuda_driver

    def start(dispatcher, *_):
        found = next(each for each in kernels.cuda_registry.KERNELS.values() if each._dispatcher is dispatcher)
        notes.append(found.name)

    monkeypatch.setattr(driver, "start", start)
    monkeypatch.setattr(faults, "tell", lambda: None)  # nothing was computed
    for name in ("upload", "download", "synchronize"):
        monkeypatch.setattr(driver, name, lambda *_, name=name: notes.append(name))
    return notes


def test_a_training_step_starts_few_kernels_and_never_waits(noted):
    network = LeNet().to("cuda")
    optimizer = torch.optim.SGD(network.parameters(), 0.1, momentum=0.9)
    x, labels = torch.rand(64, 1, 32, 32).to("cuda"), torch.arange(64).to("cuda")
    for _ in range(3):
        noted.clear()
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(network(x), labels)
        loss.backward()
        optimizer.step()
    kernels_started = [name for name in noted if "." in name]
    assert len(kernels_started) == STEP, kernels_started
    # where the optimizer finds its arrays may be new; that is sent along, and nobody waits
    assert [name for name in noted if "." not in name] in ([], ["upload"])
    noted.clear()
    loss.detach().item()
    assert set(noted) == {"download"}
