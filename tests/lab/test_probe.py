import numpy as np
import pytest

import nbgrad
from gui.lab.probe import batch_layers, probe
from nbgrad.nn import functional as F


@pytest.fixture
def picture():
    return np.random.default_rng(5).normal(size=(1, 1, 32, 32)).astype(np.float32)


def look(trainer, picture, **choices):
    return probe(trainer.model, picture, (), **{"drawing": 3, "step": 8, "target": None, **choices})


def test_the_columns_are_the_models_own_forward(fresh, picture):
    trainer = fresh()
    view = look(trainer, picture)
    with nbgrad.no_grad():
        logits = trainer.model(nbgrad.from_numpy(picture)).numpy()[0]
    np.testing.assert_allclose(view.logits, logits, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(view.probabilities, np.exp(logits) / np.exp(logits).sum(), rtol=1e-4)
    assert view.target == logits.argmax() and (view.drawing, view.step) == (3, 8)
    assert [(layer.name, layer.shape) for layer in view.layers] == [
        ("input", (1, 32, 32)), ("conv1 + relu", (6, 28, 28)), ("pool1", (6, 14, 14)), ("conv2 + relu", (16, 10, 10)),
        ("pool2", (16, 5, 5)), ("fc1 + relu", (120,)), ("fc2 + relu", (84,)), ("fc3", (10,)),
    ]  # fmt: skip


def test_the_gradient_of_the_logits_is_probability_minus_target(fresh, picture):
    view = look(fresh(), picture, target=4)
    expected = view.probabilities.copy()
    expected[4] -= 1
    np.testing.assert_allclose(view.layers[-1].gradient, expected, atol=1e-6)
    assert view.loss == pytest.approx(-np.log(view.probabilities[4]), rel=1e-4)


def test_the_gradient_of_the_input_is_the_slope_of_the_loss(fresh, picture):
    trainer = fresh()
    gradient = look(trainer, picture, target=2).layers[0].gradient
    direction = gradient / np.linalg.norm(gradient)
    step = 0.02
    ahead = look(trainer, picture + step * direction[None], target=2).loss
    behind = look(trainer, picture - step * direction[None], target=2).loss
    assert (ahead - behind) / (2 * step) == pytest.approx(np.linalg.norm(gradient), rel=0.05)


def test_the_parameters_gradients_are_left_alone(fresh, picture):
    trainer = fresh()
    trainer.step()
    before = [parameter.grad.numpy().copy() for parameter in trainer.model.parameters()]
    look(trainer, picture)
    for parameter, grad in zip(trainer.model.parameters(), before, strict=True):
        assert parameter.requires_grad and np.array_equal(parameter.grad.numpy(), grad)
    trainer.step()


def test_the_run_is_the_same_whether_looked_at_or_not(fresh, picture):
    quiet, watched = fresh(), fresh()
    for _ in range(4):
        quiet.step()
        look(watched, picture)
        watched.step()
    assert quiet.timeline.curves().losses.tolist() == watched.timeline.curves().losses.tolist()


def test_a_quick_look_computes_no_gradient(fresh, picture):
    view = look(fresh(), picture, gradients=False)
    assert all(layer.gradient is None for layer in view.layers)


def test_a_batch_is_shown_as_means_and_summed_gradients(fresh):
    trainer = fresh()
    assert trainer.batch is None
    trainer.step()
    pictures, labels = trainer.batch
    views = batch_layers(trainer.model, pictures, labels)
    assert [view.shape for view in views][:2] == [(1, 32, 32), (6, 28, 28)]
    np.testing.assert_allclose(views[0].value, pictures.numpy().mean(0), atol=1e-6)
    bias = trainer.model.fc3.bias
    loss = F.cross_entropy(trainer.model(pictures), labels)
    (gradient,) = nbgrad.autograd.grad(loss, [bias])
    np.testing.assert_allclose(views[-1].gradient, gradient.numpy(), atol=1e-5)


def test_views_are_private_copies(fresh, picture):
    view = look(fresh(), picture)
    with pytest.raises(ValueError, match="read-only"):
        view.layers[0].value[...] = 0
    assert not np.shares_memory(view.layers[0].value, picture)
