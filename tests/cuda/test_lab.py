"""The lab's runs and views on the GPU beside the CPU's: the same numbers, and a switch that keeps them all."""

import copy

import numpy as np
import pytest

import nbgrad
from gui.lab import chain, check, checkpoint, device, sources
from gui.lab.attribution import attribute
from gui.lab.changes import change
from gui.lab.console.session import Session
from gui.lab.device import host
from gui.lab.digits import Digits
from gui.lab.experiment import Experiment
from gui.lab.faults import NotFinite
from gui.lab.findings import Edit, Spot
from gui.lab.probe import batch_layers, probe
from gui.lab.surgery import Surgery
from gui.lab.terms import examine
from gui.lab.trainer import Trainer
from gui.lab.walk import Walk
from nbgrad import nn
from nbgrad.placement import why_no_gpu

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(why_no_gpu() is not None, reason=str(why_no_gpu()))]

CLOSE = {"rtol": 1e-3, "atol": 1e-5}
random = np.random.default_rng(0)
DIGITS = Digits(
    *(part for count in (6, 2) for part in (
        random.integers(0, 255, (count, 28, 28)).astype(np.uint8), random.integers(0, 10, count)
    ))
)  # fmt: skip
PICTURE = random.normal(size=(1, 1, 32, 32)).astype(np.float32)


def tiny():
    """A network with every kind of layer of LeNet, small enough for the simulator."""
    nbgrad.manual_seed(0)
    layers = nn.MaxPool2d(4), nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(18, 10)
    return nn.Sequential(*layers)


def _run(place, optimizer="Adam"):
    experiment = Experiment(weights="opened", batch_size=2, optimizer=optimizer, lr=0.01, device=place)
    return Trainer(experiment, DIGITS, tiny())


@pytest.fixture(scope="module")
def runs():
    """Two steps on either device."""
    both = _run("cpu"), _run("cuda")
    for run in both:
        run.step(), run.step()
    return both


def _state(run):
    """Bits of all that a step leaves: weights, what the optimizer remembers, the step before."""
    arrays, metadata = checkpoint.pack(run)
    last = [host(array) for array in (*run.last.weights, *run.batch)]
    return {name: np.array(array).tobytes() for name, array in arrays.items()}, [each.tobytes() for each in last], {
        key: text for key, text in metadata.items() if key != "experiment"
    }  # fmt: skip


def _move(run, place):
    run.configure(run.experiment.changed(device=place))


@pytest.mark.parametrize("model", ["LeNet", "MLP"])
def test_the_seed_gives_the_same_weights_to_the_bit(model):
    here, there = (Trainer(Experiment(model, "fresh", seed=5, device=place), DIGITS) for place in ("cpu", "cuda"))
    for mine, other in zip(here.model.parameters(), there.model.parameters(), strict=True):
        assert str(other.device) == "cuda:0" and np.array_equal(host(mine), host(other))


def test_a_run_is_that_of_the_cpu(runs):
    here, there = runs
    assert there.timeline.curves().losses == pytest.approx(here.timeline.curves().losses, rel=1e-4)
    for mine, other in zip(here.snapshot().parameters, there.snapshot().parameters, strict=True):
        for name in ("value", "gradient", "update"):
            np.testing.assert_allclose(getattr(other, name), getattr(mine, name), **CLOSE)
        assert other.value_summary.norm == pytest.approx(mine.value_summary.norm, rel=1e-3)
    assert there.snapshot().graph == here.snapshot().graph
    assert there.test().accuracy == here.test().accuracy


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_switching_between_steps_keeps_everything_to_the_bit(optimizer):
    switching, staying = _run("cpu", optimizer), _run("cuda", optimizer)
    for place in ("cuda", "cpu"):
        before = switching.step(), _state(switching)
        _move(switching, place)
        assert _state(switching) == before[1] and str(next(switching.model.parameters()).device)[:4] == place[:4]
        staying.step()
    assert switching.timeline.curves().losses == pytest.approx(staying.timeline.curves().losses, rel=1e-4)
    assert change(switching, Spot("update", None, "5.bias", (1,))).engine


def test_running_statistics_move_and_stay():
    nbgrad.manual_seed(0)
    model = nn.Sequential(nn.MaxPool2d(8), nn.BatchNorm2d(1), nn.Flatten(), nn.Linear(16, 10))
    run = Trainer(Experiment(weights="opened", batch_size=2), DIGITS, model)
    run.step()
    before = [host(buffer).copy() for buffer in run.model.buffers()]
    _move(run, "cuda")
    batch_layers(run.model, *run.batch)  # goes by the batch, and leaves no trace
    assert len(before) == 3 and all(map(np.array_equal, before, map(host, run.model.buffers())))
    run.step()
    assert host(run.model[1].num_batches_tracked) == 2


def test_the_views_of_a_drawing_are_those_of_the_cpu(runs):
    views = [probe(run.model, PICTURE, (), drawing=1, step=2, target=3) for run in runs]
    for mine, other in zip(views[0].layers, views[1].layers, strict=True):
        np.testing.assert_allclose(other.value, mine.value, **CLOSE)
        np.testing.assert_allclose(other.gradient, mine.gradient, **CLOSE)
    for mine, other in zip(*(batch_layers(run.model, *run.batch) for run in runs), strict=True):
        np.testing.assert_allclose(other.gradient, mine.gradient, **CLOSE)
    about = {"digit": 3, "drawing": 1, "step": 2, "window": (0.0, 0.0, 1.0)}
    for method in ("gradient x input", "grad-cam"):
        maps = [attribute(method, run.model, PICTURE, **about).map for run in runs]
        np.testing.assert_allclose(maps[1], maps[0], **CLOSE)


@pytest.mark.parametrize(
    "spot",
    [
        Spot("values", 2, None, (1, 2, 3)),
        Spot("values", 3, None, (1, 1, 1)),
        Spot("gradients", 2, None, (1, 2, 3)),
        Spot("gradients", None, "1.weight", (1, 0, 2, 1)),
    ],
)
def test_the_microscope_agrees_with_the_engine(runs, spot):
    view = examine(runs[1].model, PICTURE, spot, 3)
    assert abs(view.total - view.engine) <= view.bound
    assert view.engine == pytest.approx(examine(runs[0].model, PICTURE, spot, 3).engine, rel=1e-3, abs=1e-6)


def test_a_whole_step_can_be_walked(runs):
    views = []
    for run in runs:
        walk = Walk(run.model, device.beside(run.model, PICTURE), 3, optimizer=run.optimizer, rate=0.01)
        walk.go_to("forward")
        for _ in range(3):
            walk.run()
        views.append(walk.view())
        for step in walk.made:
            walk.choose(step.number)
            if (rule := walk.view().chain) is not None:
                assert rule.total == pytest.approx(rule.engine, rel=1e-3, abs=1e-6)
    here, there = views
    assert there.phase == "update" and len(there.updates) == 4 and there.weight is not None
    for mine, other in zip(here.forward, there.forward, strict=True):
        assert (other.name, other.kept) == (mine.name, mine.kept)
        assert [each.name for each in other.operands] == [each.name for each in mine.operands]
        np.testing.assert_allclose(other.outputs[0].values, mine.outputs[0].values, **CLOSE)
    for mine, other in zip(here.steps, there.steps, strict=True):
        assert [each.name for each in other.saved] == [each.name for each in mine.saved]
    for mine, other in zip(here.updates, there.updates, strict=True):
        np.testing.assert_allclose(other.after.values, mine.after.values, **CLOSE)


@pytest.mark.parametrize(
    ("key", "module"),
    [("conv", "1"), ("conv gradient", "1"), ("max_pool gradient", "3"), ("linear", "5"), ("relu", "1")],
)
def test_the_kernel_that_runs_is_timed_beside_the_others(runs, monkeypatch, key, module):
    monkeypatch.setattr(sources, "BUDGET", 0.0)
    model = runs[1].model
    window = next(layer.window for layer in chain.layers_of(model) if layer.module == module)
    timings = sources.timed(sources.source(key, module, window), model, PICTURE, module).timings
    assert [timing.name for timing in timings][-3:] == ["fast kernel", "numpy", "GPU kernel"]
    assert all(timing.difference < 1e-4 and timing.seconds > 0 for timing in timings)


def test_gradients_are_checked_and_weights_edited(runs):
    view = check.check(check.double_copy(runs[1].model), PICTURE, "5.weight", (0, 3), 3)
    assert abs(view.analytic - view.numerical).max() < 1e-7
    edits = []
    for run in runs:
        surgery = Surgery()
        edits.append(surgery.apply(run, Edit("5.bias", (2,), "add", 0.5), PICTURE, 3))
        surgery.undo(run, PICTURE, 3)
    np.testing.assert_allclose(edits[1].logits, edits[0].logits, **CLOSE)
    assert edits[1].picture.predicted == pytest.approx(edits[0].picture.predicted, rel=1e-3)


def test_a_run_of_one_device_opens_on_the_other(runs, tmp_path):
    path = tmp_path / "run.safetensors"
    run = Trainer(Experiment("MLP", "fresh", device="cuda", optimizer="Adam", batch_size=2), DIGITS)
    checkpoint.save(run, path)
    for place in ("cpu", "cuda", ""):
        opened = checkpoint.load(path, place)
        assert opened.experiment.device == (place or "cuda") and not opened.instead
        assert all(map(np.array_equal, map(host, run.model.parameters()), map(host, opened.model.parameters())))


def test_what_is_not_finite_is_named_and_kept_from_the_weights(runs):
    run = runs[1]
    before = [host(parameter).copy() for parameter in run.model.parameters()]
    broken = copy.deepcopy(run.model)
    device.write(next(broken.parameters()).array, (0, 0, 1, 1), np.float32("nan"))
    kept, run.model = run.model, broken
    try:
        with pytest.raises(NotFinite, match=r"the parameter 1\.weight holds the first"):
            run.step()
    finally:
        run.model = kept
    assert all(map(np.array_equal, before, map(host, run.model.parameters())))


def test_a_snippet_may_use_the_gpu():
    session = Session(lambda piece: None)
    outcome = session.run("x = torch.ones(3, device='cuda', requires_grad=True)\nloss = (x * 2).sum()")
    assert outcome.fault is None
    assert {view.name: view.values for view in outcome.variables} == {"x": (1.0, 1.0, 1.0), "loss": (6.0,)}
    walk = session.walk("loss")
    walk.run()
    assert walk.view().steps[-1].filling.after.values.tolist() == [2.0, 2.0, 2.0]
