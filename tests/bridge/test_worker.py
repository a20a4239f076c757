import sys
import threading

import numpy as np
import pytest

import nbgrad
from gui.bridge import requests
from gui.bridge.pulse import Pulse
from gui.bridge.store import Store
from gui.bridge.worker import Worker
from gui.lab import checkpoint
from gui.lab.drawing import Drawing, Stroke
from gui.lab.experiment import Experiment
from gui.lab.home import earlier_run
from nbgrad.vision.models import LeNet

SEVEN = (Stroke(((0.3, 0.2), (0.7, 0.2), (0.45, 0.8)), 0.1),)


@pytest.fixture(autouse=True)
def _switch_interval():
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


def test_it_opens_with_a_network_and_no_gradients(lab):
    store, _ear = lab
    assert store.snapshot.step == 0 and not store.snapshot.running and len(store.snapshot.parameters) == 10


def test_a_drawing_is_classified_with_gradients(lab, qtbot):
    store, ear = lab
    store.draw(Drawing(0, SEVEN))
    qtbot.waitUntil(lambda: store.probe is not None)
    assert store.probe.drawing == store.drawing.number
    assert store.probe.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert len(store.probe.stages) == 5 and store.probe.layers[0].gradient is not None
    assert not ear.failures and not ear.faults


def test_an_empty_canvas_has_no_probe(lab, qtbot):
    store, ear = lab
    store.draw(Drawing(0, SEVEN))
    store.draw(Drawing(0))
    qtbot.waitUntil(lambda: ear.probes and ear.probes[-1] is None)


def test_the_target_digit_decides_the_loss(lab, qtbot):
    store, _ear = lab
    store.draw(Drawing(0, SEVEN))
    store.set_target(3)
    qtbot.waitUntil(lambda: store.probe is not None and store.probe.target == 3)
    assert store.probe.loss == pytest.approx(-np.log(store.probe.probabilities[3]), rel=1e-3)


def test_one_batch_then_all_the_numbers_are_there(lab, qtbot):
    store, _ear = lab
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 1)
    snapshot = store.snapshot
    assert snapshot.phase == "update" and snapshot.graph is not None and snapshot.loss > 0
    assert all(view.gradient is not None and view.update is not None for view in snapshot.parameters)


def test_run_and_pause(lab, qtbot):
    store, ear = lab
    pulse = Pulse(store)
    store.run()
    qtbot.waitUntil(lambda: store.snapshot.running and store.snapshot.step > 20, timeout=20_000)
    store.draw(Drawing(0, SEVEN))  # served while it trains
    qtbot.waitUntil(lambda: store.probe is not None and store.probe.drawing == store.drawing.number)
    store.pause()
    qtbot.waitUntil(lambda: not store.snapshot.running)
    step = store.snapshot.step
    qtbot.wait(100)
    assert store.snapshot.step == step and len(store.snapshot.curves.losses) == step
    assert not pulse._timer.isActive() and not ear.faults


def test_settings_change_while_it_runs(lab, qtbot):
    store, ear = lab
    store.run()
    store.configure(batch_size=16, optimizer="Adam", lr=0.001)
    store.pause()
    store.step()
    qtbot.waitUntil(lambda: not store.snapshot.running and store.snapshot.step > 0)
    assert not ear.failures and not ear.faults


def test_reset_gives_the_same_run(lab, qtbot):
    store, _ear = lab
    losses = []
    for _ in range(2):
        for _ in range(3):
            store.step()
        qtbot.waitUntil(lambda: store.snapshot.step == 3)
        losses.append(store.snapshot.curves.losses.tolist())
        store.reset()
        qtbot.waitUntil(lambda: store.snapshot.step == 0)
    assert losses[0] == losses[1]


def test_what_was_trained_is_kept_before_another_network_takes_its_place(lab, qtbot, tmp_path):
    store, ear = lab
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 1)
    kept = tmp_path / "not made yet" / "before.safetensors"
    store.requested.emit(requests.Reset("fresh", "MLP", kept))
    qtbot.waitUntil(lambda: store.snapshot.step == 0)
    store.open(kept)
    qtbot.waitUntil(lambda: store.snapshot.step == 1)
    assert store.experiment.model == "LeNet" and not ear.failures


def test_the_earlier_run_and_the_one_at_hand_change_places(lab, qtbot):
    store, ear = lab
    store.configure(lr=0.02)
    for _ in range(2):
        store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 2)
    losses = store.snapshot.curves.losses.tolist()
    store.choose_network("MLP")
    qtbot.waitUntil(lambda: store.snapshot.step == 0 and bool(ear.news))
    assert "Bring back the earlier run" in ear.news[0]
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 1)
    store.open_earlier()
    qtbot.waitUntil(lambda: store.snapshot.step == 2)
    assert (store.experiment.model, store.experiment.lr) == ("LeNet", 0.02)
    assert store.snapshot.curves.losses.tolist() == losses
    store.open_earlier()
    qtbot.waitUntil(lambda: store.snapshot.step == 1)
    assert store.experiment.model == "MLP" and not ear.failures and not ear.faults


def test_a_file_keeps_the_run_whose_place_it_takes(lab, qtbot, tmp_path):
    store, ear = lab
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 1)
    nbgrad.save(LeNet().state_dict(), tmp_path / "net.pth")
    store.open(tmp_path / "net.pth")
    qtbot.waitUntil(lambda: store.snapshot.step == 0)
    store.open_earlier()
    qtbot.waitUntil(lambda: store.snapshot.step == 1)
    assert not ear.failures


def test_closing_the_lab_keeps_its_run(lab, qtbot):
    store, ear = lab
    earlier_run().unlink(missing_ok=True)
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 1)
    ear.worker.stop()
    assert checkpoint.load(earlier_run()).steps == 1


def test_a_run_that_cannot_be_kept_is_not_given_up(lab, qtbot, tmp_path):
    store, ear = lab
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 1)
    (tmp_path / "file").write_text("in the way")
    store.requested.emit(requests.Reset("fresh", "MLP", tmp_path / "file" / "before.safetensors"))
    qtbot.waitUntil(lambda: bool(ear.failures))
    assert "file" in ear.failures[0] and not ear.faults
    assert store.snapshot.step == 1 and store.experiment.model == "LeNet"


def test_a_loss_that_is_not_a_number_pauses_with_a_notice(lab, qtbot):
    store, ear = lab
    pulse = Pulse(store)
    store.configure(lr=1e9)
    store.run()
    qtbot.waitUntil(lambda: store.snapshot.notice != "", timeout=20_000)
    assert "not finite" in store.snapshot.notice and not store.snapshot.running
    assert all(np.isfinite(view.value).all() for view in store.snapshot.parameters)
    store.configure(lr=0.01)
    store.reset()
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 1 and store.snapshot.notice == "")
    assert not ear.faults and pulse is not None


def test_the_test_set_with_strokes_in_between(lab, qtbot):
    store, ear = lab
    store.test()
    store.draw(Drawing(0, SEVEN))
    qtbot.waitUntil(lambda: store.snapshot.test is not None)
    assert store.snapshot.test.confusion.sum() == 300 and store.probe is not None
    progress = [(each.done, each.total) for each in ear.progress if "test set" in each.title]
    assert progress == [(250, 300), (300, 300)]
    assert store.snapshot.curves.test_steps.tolist() == [0]


def test_a_sample_is_drawn_and_classified(lab, qtbot):
    store, _ear = lab
    store.give_sample(4)
    qtbot.waitUntil(lambda: store.probe is not None)
    assert store.drawing.label == 4 and store.drawing.picture.shape == (28, 28)
    assert len(store.probe.stages) == 2


def test_save_and_open(lab, qtbot, tmp_path):
    store, ear = lab
    path = tmp_path / "run.safetensors"
    store.step()
    store.save(path)
    store.reset()
    store.open(path)
    qtbot.waitUntil(lambda: len(ear.news) == 3)
    assert store.snapshot.step == 1 and str(path) in ear.news[0] and "step 1" in ear.news[2]
    assert not ear.failures and not ear.faults


@pytest.mark.parametrize("ask", [
    lambda store, folder: store.open(folder / "none.safetensors"),
    lambda store, folder: store.save(folder / "no" / "such" / "folder.safetensors"),
    lambda store, folder: store.configure(lr="abc"),
])  # fmt: skip
def test_bad_input_is_one_sentence_and_nothing_is_lost(lab, qtbot, tmp_path, ask):
    store, ear = lab
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 1)
    ask(store, tmp_path)
    qtbot.waitUntil(lambda: bool(ear.failures))
    assert "\n" not in ear.failures[0] and not ear.faults
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 2)


def test_a_broken_file_is_refused(lab, qtbot, tmp_path):
    store, ear = lab
    path = tmp_path / "broken.safetensors"
    path.write_bytes(b"nothing of the kind")
    store.open(path)
    qtbot.waitUntil(lambda: bool(ear.failures))
    assert "broken.safetensors" in ear.failures[0] and not ear.faults


def test_data_that_are_not_there_leave_the_old_ones_in_force(lab, qtbot, monkeypatch, tmp_path):
    from nbgrad.vision.datasets import DatasetError

    def fail(_data):
        raise DatasetError("train-images is not there.")

    store, ear = lab
    monkeypatch.setattr("gui.bridge.desk.load_digits", fail)
    store.step()
    store.configure(data=str(tmp_path))
    assert store.experiment.data == str(tmp_path)
    qtbot.waitUntil(lambda: store.experiment.data == "procedural")
    qtbot.waitUntil(lambda: bool(ear.failures))
    assert ear.failures[-1] == "train-images is not there." and not ear.faults


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("surprise")])
def test_a_step_that_fails_pauses_the_run_and_the_thread_lives_on(lab, qtbot, monkeypatch, error):
    store, ear = lab

    def fail(_trainer):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("gui.lab.trainer.Trainer.step", fail)
        store.run()
        qtbot.waitUntil(lambda: bool(ear.failures or ear.faults))
    if isinstance(error, MemoryError):
        assert "not enough memory" in ear.failures[0]
    else:
        sentence, details = ear.faults[0]
        assert "surprise" in sentence and "Traceback" in details
    store.step()
    qtbot.waitUntil(lambda: store.snapshot.step == 1 and not store.snapshot.running)


def test_kernels_are_compiled_first_and_progress_is_shown(qtbot, monkeypatch, digits):
    from gui.lab import warmup

    monkeypatch.setattr("gui.bridge.desk.load_digits", lambda _data: digits)
    names = [name for name in warmup.KERNELS if name.startswith("gui.lab.summary.")]
    monkeypatch.setattr(warmup, "missing", lambda: names)
    store = Store(Experiment(weights="fresh"))
    seen = []
    store.progress_changed.connect(seen.append)
    worker = Worker(store)
    worker.start()
    store.step()  # waits for the end of the start-up
    qtbot.waitUntil(lambda: store.snapshot is not None and store.snapshot.step == 1, timeout=60_000)
    worker.stop()
    assert [(each.done, each.total) for each in seen if "Compiling" in each.title] == [(1, 2), (2, 2)]


def test_missing_weights_open_a_fresh_network(qtbot, monkeypatch, tmp_path, digits):
    monkeypatch.setattr("gui.lab.warmup.missing", list)
    monkeypatch.setattr("gui.bridge.desk.load_digits", lambda _data: digits)
    monkeypatch.setattr("gui.lab.trainer.TRAINED_WEIGHTS", tmp_path / "none.safetensors")
    store = Store(Experiment())
    failures = []
    store.failed.connect(failures.append)
    worker = Worker(store)
    worker.start()
    qtbot.waitUntil(lambda: store.snapshot is not None and bool(failures), timeout=60_000)
    worker.stop()
    assert "none.safetensors" in failures[0] and store.experiment.weights == "fresh"


def test_answers_arrive_in_the_windows_thread(lab, qtbot):
    store, _ear = lab
    threads = set()
    store.snapshot_changed.connect(lambda _snapshot: threads.add(threading.get_ident()))
    store.step()
    qtbot.waitUntil(lambda: bool(threads))
    assert threads == {threading.get_ident()}


def test_a_thread_that_trains_stops_within_a_step(lab, qtbot):
    store, _ear = lab
    pulse = Pulse(store)
    store.run()
    qtbot.waitUntil(lambda: store.snapshot.step > 3)
    assert pulse._timer.isActive()  # the fixture stops the worker while it trains


# ---- the drawing pad


def test_a_stage_left_out_changes_what_the_network_gets(lab, qtbot):
    store, ear = lab
    store.draw(Drawing(0, SEVEN))
    qtbot.waitUntil(lambda: store.probe is not None)
    whole = store.probe
    store.switch_stage("box")
    qtbot.waitUntil(lambda: not all(stage.on for stage in store.probe.stages))
    assert not np.array_equal(store.probe.layers[0].value, whole.layers[0].value)
    store.all_stages()
    qtbot.waitUntil(lambda: all(stage.on for stage in store.probe.stages))
    assert np.array_equal(store.probe.layers[0].value, whole.layers[0].value) and not ear.faults


@pytest.mark.parametrize("method", ["gradient", "gradient x input", "occlusion", "grad-cam"])
def test_the_drawing_is_explained_and_again_when_it_changes(lab, qtbot, method):
    store, ear = lab
    store.explain_by(method)
    store.draw(Drawing(0, SEVEN))
    qtbot.waitUntil(lambda: store.attribution is not None)
    assert store.attribution.method == method and store.attribution.digit == store.probe.target
    store.draw(Drawing(0, SEVEN[:1] * 2))
    qtbot.waitUntil(lambda: store.attribution is not None and store.attribution.drawing == store.drawing.number)
    store.draw(Drawing(0))
    qtbot.waitUntil(lambda: store.attribution is None)
    assert not ear.faults and not ear.failures


def test_a_picture_becomes_a_drawing(lab, qtbot):
    store, ear = lab
    grey = np.full((80, 60), 0.9, np.float32)
    grey[20:60, 28:34] = 0.2
    store.use_picture(grey)
    qtbot.waitUntil(lambda: store.drawing.ground is not None and store.probe is not None)
    assert [stage.name for stage in store.probe.stages][:2] == ["photo", "ink"]
    store.use_picture(np.full((80, 60), 0.9, np.float32))
    qtbot.waitUntil(lambda: bool(ear.failures))
    assert "no ink" in ear.failures[0] and store.drawing.ground is not None and not ear.faults


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("NBGRAD_HOME", str(tmp_path / "home"))


def test_teach_train_export_and_take_back(home, lab, qtbot, tmp_path):
    store, ear = lab
    store.draw(Drawing(0, SEVEN))
    store.teach(7)
    store.teach(-1)
    qtbot.waitUntil(lambda: sum(store.mine) == 2)
    assert store.mine[7] == store.mine[10] == 1 and "Kept as a 7." in ear.news[0]
    store.train_mine()
    qtbot.waitUntil(lambda: store.experiment.mine > 0 and store.snapshot.running)
    store.pause()
    qtbot.waitUntil(lambda: not store.snapshot.running)
    store.train_mine()
    qtbot.waitUntil(lambda: store.experiment.mine == 0)
    path = tmp_path / "out.safetensors"
    store.export_drawings(path)
    store.take_back()
    qtbot.waitUntil(lambda: sum(store.mine) == 1)
    store.import_drawings(path)
    qtbot.waitUntil(lambda: sum(store.mine) == 2)
    assert path.exists() and not ear.failures and not ear.faults


@pytest.mark.parametrize("ask", [
    lambda store, folder: store.train_mine(),
    lambda store, folder: store.take_back(),
    lambda store, folder: store.export_drawings(folder / "out.safetensors"),
    lambda store, folder: store.import_drawings(folder / "none.safetensors"),
])  # fmt: skip
def test_what_cannot_be_done_with_own_drawings_is_one_sentence(home, lab, qtbot, tmp_path, ask):
    store, ear = lab
    ask(store, tmp_path)
    qtbot.waitUntil(lambda: bool(ear.failures))
    assert "\n" not in ear.failures[0] and not ear.faults and not store.snapshot.running
