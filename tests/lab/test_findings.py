"""Gradient checks, kernel sources with times, and weights changed by hand."""

import numpy as np
import pytest

import nbgrad
from gui.lab import sources
from gui.lab.chain import layers_of, objective, run
from gui.lab.check import check, double_copy
from gui.lab.fields import Window
from gui.lab.findings import Edit
from gui.lab.surgery import EditError, Surgery
from nbgrad.vision.models import LeNet

PICTURE = np.random.default_rng(5).normal(size=(1, 1, 32, 32)).astype(np.float32)


# ---- gradient check


@pytest.mark.parametrize(("parameter", "index"), [("conv1.weight", (2,)), ("fc2.weight", ()), ("fc3.bias", (4,))])
def test_a_gradient_agrees_with_finite_differences(parameter, index):
    view = check(double_copy(LeNet()), PICTURE, parameter, index, 3)
    assert view.agrees and 1 <= len(view.places) <= 25
    assert all(tuple(place)[: len(index)] == index for place in view.places.tolist())


def test_a_wrong_gradient_is_found(monkeypatch):
    true = nbgrad.autograd.grad
    monkeypatch.setattr(nbgrad.autograd, "grad", lambda *args: [each * 1.01 for each in true(*args)])
    assert not check(double_copy(LeNet()), PICTURE, "conv1.weight", (2,), 3).agrees


def test_checking_leaves_the_network_alone():
    model = LeNet()
    before = [parameter.detach().numpy().copy() for parameter in model.parameters()]
    check(double_copy(model), PICTURE, "conv1.weight", (), 3)
    for parameter, kept in zip(model.parameters(), before, strict=True):
        assert parameter.detach().numpy().dtype == np.float32
        assert np.array_equal(parameter.detach().numpy(), kept)


# ---- sources


@pytest.mark.parametrize("key", sources.CARDS)
def test_the_three_ways_to_compute_agree_and_are_timed(key):
    model = LeNet()
    module = {"conv": "conv2", "line": "fc1", "max_": "pool1", "relu": "conv1"}.get(key[:4], "fc3")
    layer = next(layer for layer in layers_of(model) if layer.module == module)
    view = sources.source(key, module, layer.window)
    assert "def " in view.fast and view.where.startswith("nbgrad/kernels/") and view.pytorch
    timed = sources.timed(view, model, PICTURE, module)
    assert [timing.name for timing in timed.timings][-2:] == ["fast kernel", "numpy"]
    for timing in timed.timings:
        assert 0 < timing.seconds < 1 and timing.calls >= 5
        assert timing.difference < 1e-3


def test_the_readable_twin_is_shown_where_there_is_one():
    assert "def conv2d_twin" in sources.source("conv", "conv1", Window("conv", (5, 5))).readable
    assert "def relu" in sources.source("relu", "conv1", Window("conv")).readable
    assert "def scatter_planes_twin" in sources.source("max_pool gradient", "pool1", Window("max_pool")).readable
    both = sources.source("conv", "conv1", Window("conv", (5, 5))).fast
    assert "def convolve_channels" in both and "def convolve_pixels" in both


def test_what_has_no_card():
    assert sources.key_of("other", "values") is None
    assert sources.key_of("", "values", "AccumulateGrad") is None


# ---- surgery


def picture_loss(trainer, digit):
    with nbgrad.no_grad():
        return objective(run(trainer.model, nbgrad.from_numpy(PICTURE)).logits, digit, "loss").item()


def test_a_small_edit_does_what_the_gradient_promised(fresh):
    trainer = fresh()
    before = picture_loss(trainer, 3)
    view = Surgery().apply(trainer, Edit("fc3.weight", (3,), "add", 1e-3), PICTURE, 3)
    assert view.picture.before == pytest.approx(before)
    assert view.picture.after == pytest.approx(picture_loss(trainer, 3))
    assert view.picture.after - view.picture.before == pytest.approx(view.picture.predicted, rel=0.05)
    assert view.test.after - view.test.before == pytest.approx(view.test.predicted, rel=0.1)
    assert view.count == 300 and view.logits.shape == (2, 10) and view.left == 1


@pytest.mark.parametrize(("how", "amount"), [("set", 0.0), ("scale", -2.0), ("add", 0.5)])
def test_edits_and_their_undo(fresh, how, amount):
    trainer, surgery = fresh(), Surgery()
    weight = trainer.model.conv1.weight.detach().numpy()
    kept = weight.copy()
    surgery.apply(trainer, Edit("conv1.weight", (2,), how, amount), None, None)
    wanted = {"set": np.full((1, 5, 5), amount), "scale": kept[2] * amount, "add": kept[2] + amount}[how]
    np.testing.assert_allclose(weight[2], wanted, rtol=1e-6)
    assert np.array_equal(weight[[0, 1, 3, 4, 5]], kept[[0, 1, 3, 4, 5]])
    surgery.apply(trainer, Edit("conv1.weight", (2, 0, 1, 1), "set", 3.0), None, None)
    assert surgery.undo(trainer, None, None).left == 1
    surgery.undo(trainer, None, None)
    assert np.array_equal(weight, kept)
    with pytest.raises(EditError, match="no edit to undo"):
        surgery.undo(trainer, None, None)


def test_the_last_update_stays_what_it_was(fresh):
    trainer = fresh()
    trainer.step()
    trainer.test()
    before = trainer.snapshot().parameters[0].update
    Surgery().apply(trainer, Edit("conv1.weight", (), "scale", 3.0), PICTURE, 1)
    np.testing.assert_allclose(trainer.snapshot().parameters[0].update, before, atol=1e-6)
    assert trainer.snapshot().test is None


def test_a_step_makes_edits_final(fresh):
    trainer, surgery = fresh(), Surgery()
    surgery.apply(trainer, Edit("conv1.weight", (), "scale", 0.5), None, None)
    trainer.step()
    assert surgery.left(trainer) == 0


@pytest.mark.parametrize("amount", [float("nan"), 3e38])
def test_an_edit_that_would_break_the_network_is_refused(fresh, amount):
    trainer = fresh()
    kept = trainer.model.fc1.weight.detach().numpy().copy()
    with pytest.raises(EditError):
        Surgery().apply(trainer, Edit("fc1.weight", (), "scale", amount * 1e3), PICTURE, 1)
    assert np.array_equal(trainer.model.fc1.weight.detach().numpy(), kept)


@pytest.mark.parametrize("key", sources.CARDS)
def test_every_card_shows_the_kernel_of_the_gpu(key):
    where, *code = sources.source(key, "conv1", Window("conv", (5, 5))).cuda.splitlines()
    assert where.startswith("# nbgrad/kernels/cuda/") and code[0].startswith("@kernel")
    compile("\n".join(code), where, "exec")
