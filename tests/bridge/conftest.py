import numpy as np
import pytest

from gui.bridge.store import Store
from gui.bridge.worker import Worker
from gui.lab import warmup
from gui.lab.digits import Digits
from gui.lab.experiment import Experiment


@pytest.fixture(scope="session", autouse=True)
def _warm():
    """Kernels are compiled as the lab does it, in child processes: once for all tests."""
    with warmup.WarmUp(warmup.missing()) as children:
        assert not [result.error for result in children if result.error]


@pytest.fixture(scope="session")
def digits():
    random = np.random.default_rng(0)
    labels = np.tile(np.arange(10), 64)
    pictures = random.integers(0, 60, (640, 28, 28)).astype(np.uint8)
    for picture, label in zip(pictures, labels, strict=True):
        picture[2 * label : 2 * label + 6, 4:24] = 255
    return Digits(pictures, labels, pictures[:300].copy(), labels[:300].copy())


class Ear:
    """Keeps what the store's signals say. worker: the worker behind it."""

    worker: Worker

    def __init__(self, store):
        self.snapshots, self.probes, self.failures, self.faults, self.news, self.progress = [], [], [], [], [], []
        self.experiments, self.drawings = [], []
        store.snapshot_changed.connect(self.snapshots.append)
        store.probe_changed.connect(self.probes.append)
        store.failed.connect(self.failures.append)
        store.faulted.connect(lambda *fault: self.faults.append(fault))
        store.told.connect(self.news.append)
        store.progress_changed.connect(self.progress.append)
        store.experiment_changed.connect(self.experiments.append)
        store.drawing_changed.connect(self.drawings.append)


@pytest.fixture
def lab(qtbot, monkeypatch, digits):
    """A store with a worker behind it, started; and an ear on the store."""
    monkeypatch.setattr("gui.bridge.desk.load_digits", lambda _data: digits)
    monkeypatch.setattr("gui.lab.warmup.missing", list)
    store = Store(Experiment(weights="fresh", lr=0.05))
    ear = Ear(store)
    ear.worker = worker = Worker(store)
    worker.start()
    qtbot.waitUntil(lambda: store.snapshot is not None, timeout=60_000)
    yield store, ear
    worker.stop()
    assert worker.isFinished()
