"""The switch between CPU and GPU through store and worker, without a GPU and with one that is pretended."""

from types import SimpleNamespace

import pytest

from gui.bridge.store import Store
from gui.lab import checkpoint
from gui.lab.experiment import Experiment
from gui.lab.findings import GpuView
from gui.lab.trainer import Trainer
from nbgrad import kernels, placement


class CudaDriverError(Exception):
    """Called as the driver's own."""


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setattr(placement, "why_no_gpu", lambda: placement.NOT_INSTALLED)


@pytest.fixture
def pretended(monkeypatch):
    """Everything stays on the CPU, whatever device is asked for."""
    monkeypatch.setattr(placement, "why_no_gpu", lambda: None)
    monkeypatch.setattr(placement, "usable", lambda _wanted: False)
    monkeypatch.setattr("nbgrad.cuda.get_device_name", lambda: "A card")
    driver = SimpleNamespace(is_fault=lambda error: isinstance(error, CudaDriverError))
    monkeypatch.setattr(kernels, "cuda_driver", driver, raising=False)


def test_without_a_gpu_the_store_refuses_at_once(qapp):
    store, asked, failures = Store(Experiment()), [], []
    store.requested.connect(asked.append)
    store.failed.connect(failures.append)
    store.take_gpu(GpuView("", "no CUDA device answers"))
    store.compute_on("cuda")
    assert failures == ["The GPU cannot be used: no CUDA device answers."] and not asked
    assert store.experiment.device == "cpu"
    store.compute_on("cpu")
    assert not asked  # it is there already


def test_the_worker_says_what_it_found(no_gpu, lab, qtbot):
    store, ear = lab
    qtbot.waitUntil(lambda: store.gpu is not None)
    assert store.gpu == GpuView("", placement.NOT_INSTALLED) and not ear.faults


def test_a_worker_without_a_gpu_refuses_too(no_gpu, lab, qtbot):
    store, ear = lab
    store.configure(device="cuda")
    qtbot.waitUntil(lambda: bool(ear.failures))
    assert ear.failures == [f"The GPU cannot be used: {placement.NOT_INSTALLED}."] and not ear.faults
    qtbot.waitUntil(lambda: store.experiment.device == "cpu")


def test_it_goes_on_training_on_the_other_device(pretended, lab, qtbot):
    store, ear = lab
    qtbot.waitUntil(lambda: store.gpu == GpuView("A card", ""))
    store.run()
    store.compute_on("cuda")
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step > 0 and not store.snapshot.running)
    assert store.experiment.device == "cuda" and not ear.failures and not ear.faults
    assert any("GPU" in progress.title for progress in ear.progress)  # its kernels were compiled
    assert len(store.snapshot.curves.losses) == store.snapshot.step
    step, told = store.snapshot.step, len(ear.progress)
    store.compute_on("cpu")
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == step + 1)
    store.compute_on("cuda")
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == step + 2)
    assert len(ear.progress) == told  # once is enough


def test_a_gpu_that_fails_leaves_the_run_on_the_cpu(pretended, lab, qtbot, monkeypatch):
    store, ear = lab
    store.compute_on("cuda")
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 1)
    update = Trainer._update

    def fail(trainer, number):
        if trainer.experiment.device == "cuda":
            raise CudaDriverError("[700] an illegal address was encountered")
        update(trainer, number)

    monkeypatch.setattr(Trainer, "_update", fail)
    store.step()
    qtbot.waitUntil(lambda: bool(ear.failures))
    assert ear.failures == [
        "The GPU failed ([700] an illegal address was encountered): the run is on the CPU now, nothing is lost."
    ]
    qtbot.waitUntil(lambda: store.experiment.device == "cpu")
    assert store.snapshot.step == 1 and not ear.faults
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 2)


def test_a_run_of_a_gpu_opens_on_the_cpu_and_says_so(no_gpu, lab, qtbot, tmp_path, digits):
    store, ear = lab
    trainer, path = Trainer(Experiment(weights="fresh"), digits), tmp_path / "run.safetensors"
    trainer.step()
    trainer.experiment = trainer.experiment.changed(device="cuda")
    checkpoint.save(trainer, path)
    store.open(path)
    qtbot.waitUntil(lambda: bool(ear.news))
    assert ear.news == [
        f"Opened {path}: step 1. It was saved on the GPU and goes on on the CPU: {placement.NOT_INSTALLED}."
    ]
    assert store.experiment.device == "cpu" and store.snapshot.step == 1 and not ear.failures


def test_a_run_of_a_gpu_goes_back_to_one(pretended, lab, qtbot, tmp_path, digits):
    store, ear = lab
    trainer, path = Trainer(Experiment(weights="fresh", device="cuda"), digits), tmp_path / "run.safetensors"
    trainer.step()
    checkpoint.save(trainer, path)
    store.open(path)
    qtbot.waitUntil(lambda: bool(ear.news) and store.experiment.device == "cuda")
    assert store.snapshot.step == 1 and not ear.failures
