"""The window's requests served on the GPU by the worker's desk, in this thread: the simulator is too slow for two."""

import time

import numpy as np
import pytest

from gui.bridge import desk, requests
from gui.bridge.answers import Answers
from gui.bridge.mailbox import Mailbox
from gui.bridge.store import Store
from gui.lab import warmup
from gui.lab.drawing import Drawing, Stroke
from gui.lab.experiment import Experiment
from gui.lab.findings import Edit, Spot
from gui.lab.trainer import Trainer
from nbgrad.placement import why_no_gpu
from tests.cuda.test_lab import DIGITS, tiny

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(why_no_gpu() is not None, reason=str(why_no_gpu()))]

SEVEN = Drawing(0, (Stroke(((0.3, 0.2), (0.7, 0.2), (0.45, 0.8)), 0.1),))


class CudaDriverError(Exception):
    """Called as the driver's own."""


class Lab:
    """A store, the desk that serves it, and what was said."""

    def __init__(self):
        self.store = Store(Experiment(weights="opened", batch_size=2, optimizer="Adam", lr=0.01))
        self.failures, self.faults = [], []
        self.store.failed.connect(self.failures.append)
        self.store.faulted.connect(lambda *fault: self.faults.append(fault))
        self.mailbox = Mailbox()
        self.desk = desk.Desk(Answers(self.store), self.mailbox, self.store.experiment)
        self.store.requested.connect(self.mailbox.put)

    def serve(self):
        """Everything that was asked for."""
        while (busy := self.desk._job is not None) or not self.mailbox.closed:
            request = self.mailbox.take(least_urgent=desk.URGENT if busy else 9)
            if request is not None:
                self.desk._guard(lambda request=request: self.desk._serve(request))
            elif not busy:
                break
            else:
                self.desk._guard(self.desk._go_on)
                time.sleep(self.desk._leisure)
        assert not self.faults

    def heard(self, signal, *asked):
        """What a signal says in answer to requests."""
        said = []
        signal.connect(said.append)
        for ask in asked:
            ask()
        self.serve()
        signal.disconnect(said.append)
        return said


@pytest.fixture
def lab(qapp, monkeypatch):
    monkeypatch.setattr(desk, "load_digits", lambda _data: DIGITS)
    monkeypatch.setattr(warmup, "missing", list)
    monkeypatch.setattr(desk, "Trainer", lambda experiment: Trainer(experiment, DIGITS, tiny()))
    lab = Lab()
    lab.store.draw(SEVEN)
    lab.store.step()
    lab.serve()
    assert lab.store.gpu is not None and not lab.store.gpu.reason
    return lab


def test_every_question_is_answered_there_and_the_run_comes_back(lab, monkeypatch):
    store = lab.store
    before = [view.value.copy() for view in store.snapshot.parameters]
    store.compute_on("cuda")
    lab.serve()
    assert store.experiment.device == "cuda" and lab.desk._trainer.model[1].weight.is_cuda
    assert all(map(np.array_equal, before, (view.value for view in store.snapshot.parameters)))
    assert store.snapshot.step == 1 and store.snapshot.graph is not None
    store.step()
    lab.serve()
    assert store.snapshot.step == 2 and store.probe.step == 2
    assert lab.heard(store.attribution_changed, lambda: store.explain_by("gradient"))[-1].map.any()
    store.explain_by("")
    about = lab.heard(store.terms_changed, lambda: store.look_at(Spot("values", 4, None, (3,))))[-1]
    assert abs(about.total - about.engine) <= about.bound
    assert lab.heard(store.terms_changed, lambda: store.look_at(Spot("update", None, "5.bias", (1,))))[-1].lines
    store.look_at(None)
    edits = lab.heard(
        store.edit_changed, lambda: store.edit_weights(Edit("5.bias", (1,), "add", 0.5)), lambda: store.undo_edit()
    )
    assert [edit.left for edit in edits] == [1, 0]
    store.set_source("batch")
    store.walking.go_to("loss")
    store.walking.finish()
    lab.serve()
    assert store.probe.batch and store.walking.view.phase == "backward"
    store.compute_on("cpu")  # the walk goes on where it is
    store.walking.finish()
    lab.serve()
    assert store.walking.view.phase == "update" and len(store.walking.view.updates) == 4
    assert not lab.failures and not lab.desk._trainer.model[1].weight.is_cuda

    store.compute_on("cuda")
    lab.serve()
    update = Trainer._update

    def fail(trainer, number):
        monkeypatch.setattr(Trainer, "_update", update)
        raise CudaDriverError("CUDA_ERROR_OUT_OF_MEMORY")

    monkeypatch.setattr(Trainer, "_update", fail)
    lab.mailbox.put(requests.StepBatch())
    lab.serve()
    assert lab.failures == ["The GPU has too little memory for this: the run is on the CPU now, nothing is lost."]
    assert store.experiment.device == "cpu" and store.snapshot.step == 2
    store.step()
    lab.serve()
    assert store.snapshot.step == 3
