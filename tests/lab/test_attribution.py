"""What speaks for the digit: each map is what its formula says."""

import numpy as np
import pytest

import nbgrad
from gui.lab.attribution import BLANK, METHODS, PATCH, attribute, on_input, squares
from gui.lab.drawing import Drawing, Stroke
from gui.lab.preprocess import preprocess

SEVEN = (Stroke(((0.3, 0.2), (0.7, 0.2), (0.45, 0.8)), 0.1),)
WINDOW = (0.0, 0.0, 1.0)


@pytest.fixture(scope="module")
def x():
    return preprocess(Drawing(1, SEVEN)).network_input


@pytest.fixture
def trainer(fresh):
    trainer = fresh()
    for _ in range(20):
        trainer.step()
    return trainer


def explain(trainer, method, x, digit=7):
    return attribute(method, trainer.model, x, digit, drawing=1, step=2, window=WINDOW)


def logits(trainer, batch):
    with nbgrad.no_grad():
        return trainer.model(nbgrad.from_numpy(np.ascontiguousarray(batch, np.float32))).numpy().copy()


@pytest.fixture(scope="module")
def rough(x):
    """Without ties in the pooling, where the slope is another to each side."""
    return x + np.random.default_rng(0).normal(0, 0.5, x.shape).astype(np.float32)


def test_the_gradient_is_the_slope_of_the_logit(trainer, rough):
    x = rough
    view = explain(trainer, "gradient", x)
    direction = view.map / np.linalg.norm(view.map)
    step = 0.01
    ahead, behind = logits(trainer, np.stack((x[0] + step * direction, x[0] - step * direction)))[:, 7]
    assert (ahead - behind) / (2 * step) == pytest.approx(np.linalg.norm(view.map), rel=0.03)
    assert (view.forwards, view.backwards) == (1, 1)


def test_single_pixels_have_the_slope_of_finite_differences(trainer, rough):
    x = rough
    view = explain(trainer, "gradient", x, 3)
    strongest = np.argsort(-np.abs(view.map).ravel())[:8]
    batch = np.repeat(x, 16, 0)
    for k, pixel in enumerate(strongest):
        batch[2 * k, 0].ravel()[pixel] += 0.01
        batch[2 * k + 1, 0].ravel()[pixel] -= 0.01
    z = logits(trainer, batch)[:, 3]
    slopes = (z[::2] - z[1::2]) / 0.02
    np.testing.assert_allclose(slopes, view.map.ravel()[strongest], rtol=0.1, atol=2e-3)


def test_gradient_times_input_gives_blank_paper_nothing(trainer, x):
    gradient, product = explain(trainer, "gradient", x), explain(trainer, "gradient x input", x)
    np.testing.assert_allclose(product.map, (x[0, 0] - BLANK) * gradient.map, rtol=1e-5, atol=1e-7)
    blank = np.isclose(x[0, 0], BLANK, atol=1e-6)
    assert blank.any() and np.abs(product.map[blank]).max() < 1e-6


def test_occlusion_is_what_the_network_says_without_a_patch(trainer, x):
    view = explain(trainer, "occlusion", x, 2)
    corners = [(i, j) for i in squares(32) for j in squares(32)]
    whole = logits(trainer, x)[0, 2]
    total, count = np.zeros((2, 32, 32))
    for i, j in corners:
        covered = x.copy()
        covered[0, 0, i : i + PATCH, j : j + PATCH] = BLANK
        total[i : i + PATCH, j : j + PATCH] += whole - logits(trainer, covered)[0, 2]
        count[i : i + PATCH, j : j + PATCH] += 1
    assert count.min() >= 1
    np.testing.assert_allclose(view.map, total / count, atol=1e-4)
    assert (view.forwards, view.backwards) == (1 + len(corners), 0)


def test_grad_cam_is_the_weighted_sum_of_the_maps(trainer, x):
    model, digit = trainer.model, 5
    relu, pool = nbgrad.nn.functional.relu, nbgrad.nn.functional.max_pool2d
    maps = relu(model.conv2(pool(relu(model.conv1(nbgrad.from_numpy(x))), 2))).detach().requires_grad_(True)
    hidden = relu(model.fc2(relu(model.fc1(pool(maps, 2).flatten(1)))))
    model.fc3(hidden)[0, digit].backward()
    weights, values = maps.grad.numpy()[0].mean((1, 2)), maps.detach().numpy()[0]
    coarse = np.maximum(sum(a * m for a, m in zip(weights, values, strict=True)), 0)
    view = explain(trainer, "grad-cam", x, digit)
    np.testing.assert_allclose(view.map, on_input(coarse, 32), atol=1e-5)
    assert view.map.min() >= 0


def test_a_cell_of_the_last_convolution_lies_in_the_middle_of_what_it_sees(trainer):
    coarse = np.zeros((10, 10))
    coarse[3, 8] = 1
    rows, columns = np.nonzero(on_input(coarse, 32))
    seen_rows, seen_columns = 2 * 3 + 6.5, 2 * 8 + 6.5  # a cell sees pixels 2 i .. 2 i + 13
    assert (rows.mean(), columns.mean()) == (seen_rows, seen_columns)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_leaves_the_run_alone_and_says_its_cost(fresh, x, method):
    quiet, watched = fresh(), fresh()
    for _ in range(3):
        quiet.step()
        watched.step()
        view = explain(watched, method, x)
    assert quiet.timeline.curves().losses.tolist() == watched.timeline.curves().losses.tolist()
    assert view.map.shape == (32, 32) and view.map.dtype == np.float32 and not view.map.flags.writeable
    assert view.milliseconds > 0 and view.formula and (view.drawing, view.step, view.digit) == (1, 2, 7)
    assert all(parameter.requires_grad for parameter in watched.model.parameters())
