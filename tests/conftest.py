"""What every test shares: Qt draws offscreen, and `torch` is PyTorch where it is installed."""

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session")
def torch():
    """PyTorch, to compare with; the test is skipped, saying so, where it is not installed."""
    return pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")


def pytest_collection_modifyitems(items):
    for item in items:
        if "torch" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.pytorch)
