"""A training step of LeNet on the GPU: how many kernels it starts, and that it never waits.

Nothing is computed here: instead of being started, a kernel is noted, so that the network runs at its usual batch size
in the simulator too.
"""

import pytest

import nbgrad as torch
from nbgrad import kernels
from nbgrad.placement import why_no_gpu
from nbgrad.vision.models import LeNet

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(why_no_gpu() is not None, reason=str(why_no_gpu()))]


STEP = 32  # kernels of a step: a change that starts more of them should know it


@pytest.fixture
def noted(monkeypatch):
    """What the device is asked for from here on: names of kernels, which do not run, and copies and waits."""
    notes, driver = [], kernels.cuda_driver

    def noting(name):
        true = getattr(driver, name)
        return lambda *arguments: (notes.append(name), true(*arguments))[1]

    def start(dispatcher, *_):
        notes.append(
            next(each.name for each in kernels.cuda_registry.KERNELS.values() if each._dispatcher is dispatcher)
        )

    for name in ("upload", "download", "synchronize"):
        monkeypatch.setattr(driver, name, noting(name))
    monkeypatch.setattr(driver, "start", start)
    return notes


def test_a_training_step_starts_few_kernels_and_never_waits(noted):
    network = LeNet().to("cuda")
    optimizer = torch.optim.SGD(network.parameters(), 0.1, momentum=0.9)
    x, labels = torch.rand(64, 1, 32, 32).to("cuda"), (torch.arange(64) % 10).to("cuda")
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
