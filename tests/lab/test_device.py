"""Where a run computes, on a machine without a GPU: what is refused and how; and what a GPU that fails leaves behind.

For the latter a GPU is pretended: everything stays on the CPU, whatever device is asked for.
"""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import gui.lab
from gui.lab import checkpoint, device, errors
from gui.lab.device import DeviceError
from gui.lab.experiment import Experiment, ExperimentError
from gui.lab.rehearsal import rehearsal
from gui.lab.rescue import Rescue
from gui.lab.trainer import Trainer
from nbgrad import kernels, placement


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setattr(placement, "why_no_gpu", lambda: placement.NOT_INSTALLED)


class CudaDriverError(Exception):
    """Called as the driver's own."""


@pytest.fixture
def pretended(monkeypatch):
    monkeypatch.setattr(placement, "why_no_gpu", lambda: None)
    monkeypatch.setattr(placement, "usable", lambda _wanted: False)
    driver = SimpleNamespace(is_fault=lambda error: isinstance(error, CudaDriverError))
    monkeypatch.setattr(kernels, "cuda_driver", driver, raising=False)
    monkeypatch.setattr(checkpoint, "host", lambda numbers: np.array(device.host(numbers)))


def failing(trainer, monkeypatch, said):
    """The next step fails after the weights have moved."""
    step = trainer.optimizer.step

    def fail():
        step()
        monkeypatch.setattr(trainer.optimizer, "step", step)
        raise CudaDriverError(said)

    monkeypatch.setattr(trainer.optimizer, "step", fail)


# ---- without a GPU


def test_a_device_is_one_of_two():
    assert Experiment().device == "cpu"
    with pytest.raises(ExperimentError, match=r"^The device is cpu or cuda, not «tpu»\.$"):
        Experiment(device="tpu")
    assert Experiment.from_json(Experiment(device="cuda").to_json()).device == "cuda"


def test_the_reasons_are_those_of_the_engine():
    sources = [Path(placement.__file__), Path(placement.__file__).parent / "kernels" / "cuda" / "driver.py"]
    text = "".join(source.read_text(encoding="utf-8") for source in sources)
    assert all(str(reason) in text for reason in device.REASONS)


@pytest.mark.parametrize(
    "reason, said",
    [
        (placement.NOT_INSTALLED, placement.NOT_INSTALLED),
        ("no CUDA driver answers (35)", "no CUDA driver answers (35)"),
        ("something new", "something new"),
    ],
)
def test_without_a_gpu_one_sentence_says_so(fresh, monkeypatch, reason, said):
    monkeypatch.setattr(placement, "why_no_gpu", lambda: reason)
    assert device.why_not("cpu") is None and device.why_not("cuda") == said
    assert device.look().reason == said and device.look().name == ""
    with pytest.raises(DeviceError) as raised:
        fresh(device="cuda")
    assert errors.explain(raised.value) == f"The GPU cannot be used: {said}."


def test_what_is_refused_changes_nothing(fresh, no_gpu):
    trainer, other = fresh(), fresh()
    trainer.step(), other.step()
    with pytest.raises(DeviceError):
        trainer.configure(trainer.experiment.changed(device="cuda", lr=0.5))
    assert trainer.experiment == other.experiment
    assert [trainer.step() for _ in range(3)] == [other.step() for _ in range(3)]


def test_a_run_saved_on_the_gpu_opens_on_the_cpu_and_says_so(fresh, no_gpu, tmp_path, digits):
    trainer, path = fresh(optimizer="Adam", lr=0.003), tmp_path / "run.safetensors"
    trainer.step()
    trainer.experiment = trainer.experiment.changed(device="cuda")
    checkpoint.save(trainer, path)
    opened = checkpoint.load(path)
    assert opened.experiment.device == "cpu"
    assert opened.instead == f"It was saved on the GPU and goes on on the CPU: {placement.NOT_INSTALLED}."
    opened.take_data(digits)
    trainer.experiment = trainer.experiment.changed(device="cpu")
    assert [opened.step() for _ in range(3)] == [trainer.step() for _ in range(3)]
    with pytest.raises(DeviceError):
        checkpoint.load(path, "cuda")
    assert not checkpoint.load(path, "cpu").instead


def test_one_place_alone_brings_numbers_to_the_host():
    for file in Path(gui.lab.__path__[0]).rglob("*.py"):
        if file.name != "device.py":
            assert ".numpy(" not in file.read_text(encoding="utf-8"), file


# ---- a GPU that fails


def test_switching_keeps_the_run(fresh, pretended):
    trainer, other = fresh(optimizer="Adam", lr=0.003), fresh(optimizer="Adam", lr=0.003)
    losses = [trainer.step()]
    before = trainer.snapshot()
    for place in ("cuda", "cpu", "cuda"):
        trainer.configure(trainer.experiment.changed(device=place))
        losses.append(trainer.step())
    assert losses == [other.step() for _ in range(4)]
    after = trainer.snapshot()
    assert after.step == 4 and after.curves.losses.tolist() == losses and before.graph == after.graph


@pytest.mark.parametrize("settings", [{}, {"model": "MLP", "doodles": 0.5}, {"model": "MLP", "widths": (784, 3)}])
def test_a_rehearsal_leaves_the_run_alone(fresh, pretended, settings):
    trainer, other = fresh(**settings), fresh(**settings)
    rehearsal(trainer, "cuda")()
    before, after = (list(run.model.parameters()) for run in (other, trainer))
    assert all(map(np.array_equal, map(device.host, before), map(device.host, after)))
    assert trainer.steps == 0 and trainer.snapshot().graph is None and trainer.experiment == other.experiment


def test_too_little_memory_in_the_middle_of_a_step_loses_nothing(fresh, pretended, monkeypatch):
    trainer, other = fresh(optimizer="Adam", lr=0.003, device="cuda"), fresh(optimizer="Adam", lr=0.003)
    losses = [trainer.step() for _ in range(2)]
    failing(trainer, monkeypatch, "[2] Call to cuMemAlloc results in CUDA_ERROR_OUT_OF_MEMORY")
    with pytest.raises(CudaDriverError) as raised:
        trainer.step()
    said = device.fault(raised.value)
    assert said == ""
    back, sentence = Rescue().bring_back(trainer, said)
    assert back is trainer and back.experiment.device == "cpu"
    assert sentence == "The GPU has too little memory for this: the run is on the CPU now, nothing is lost."
    assert losses + [back.step() for _ in range(3)] == [other.step() for _ in range(5)]


def test_a_device_that_is_lost_takes_the_last_seconds_with_it(fresh, pretended, monkeypatch, digits):
    trainer, other, rescue = fresh(device="cuda"), fresh(), Rescue()
    for _ in range(2):
        trainer.step()
    rescue.keep(trainer)
    trainer.step()
    rescue.keep(trainer)  # too soon to be copied again
    monkeypatch.setattr(trainer, "_carry", lambda _device: (_ for _ in ()).throw(CudaDriverError("gone")))
    back, sentence = rescue.bring_back(trainer, "the device is lost")
    assert sentence == (
        "The GPU failed (the device is lost): the run is on the CPU now, at step 2, the last that was kept."
    )
    assert back.experiment == trainer.experiment.changed(device="cpu") and back.digits is digits
    losses = [other.step() for _ in range(5)]
    assert back.timeline.curves().losses.tolist() == losses[:2] and [back.step() for _ in range(3)] == losses[2:]


def test_a_gpu_that_cannot_take_the_run_leaves_it_on_the_cpu(fresh, pretended, monkeypatch):
    trainer, other = fresh(), fresh()
    trainer.step(), other.step()
    carry = Trainer._carry

    def fail(self, place):
        if place == "cuda":
            raise CudaDriverError("CUDA_ERROR_OUT_OF_MEMORY")
        carry(self, place)

    monkeypatch.setattr(Trainer, "_carry", fail)
    with pytest.raises(CudaDriverError):
        trainer.configure(trainer.experiment.changed(device="cuda"))
    assert trainer.experiment.device == "cpu" and trainer.step() == other.step()


def test_other_errors_are_no_faults_of_the_device(pretended):
    assert device.fault(MemoryError()) is None and device.fault(CudaDriverError("700")) == "700"


def test_a_look_at_all_parameters_rests_while_it_costs_much(fresh, monkeypatch):
    trainer = fresh()
    trainer.step()
    first = trainer.snapshot(running=True).parameters
    monkeypatch.setattr(trainer._observer, "_rests_until", float("inf"))
    trainer.step()
    assert trainer.snapshot(running=True).parameters is first
    latest = trainer.snapshot().parameters  # paused, everything is up to date
    assert not np.array_equal(latest[0].value, first[0].value)
