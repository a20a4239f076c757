"""What every test shares: Qt draws offscreen, and `torch` is PyTorch where it is installed."""

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session", autouse=True)
def _home(tmp_path_factory):
    """No test reads or writes what belongs to the user."""
    os.environ["NBGRAD_HOME"] = str(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def torch():
    """PyTorch, to compare with; the test is skipped, saying so, where it is not installed."""
    return pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")


@pytest.fixture(scope="session")
def torch_lenet(torch):
    """The network we teach, as a class of PyTorch's."""

    class TorchLeNet(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2 = torch.nn.Conv2d(1, 6, 5), torch.nn.Conv2d(6, 16, 5)
            self.fc1, self.fc2, self.fc3 = torch.nn.Linear(400, 120), torch.nn.Linear(120, 84), torch.nn.Linear(84, 10)

        def forward(self, x):
            pool, relu = torch.nn.functional.max_pool2d, torch.nn.functional.relu
            x = pool(relu(self.conv2(pool(relu(self.conv1(x)), 2))), 2).flatten(1)
            return self.fc3(relu(self.fc2(relu(self.fc1(x)))))

    return TorchLeNet


def pytest_collection_modifyitems(items):
    for item in items:
        if "torch" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.pytorch)
