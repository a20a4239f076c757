"""A drawing becomes the network's input by MNIST's own steps, whatever the learner draws."""

import math
import time

import numpy as np
import pytest

from gui.lab.drawing import Drawing, Stroke
from gui.lab.preprocess import preprocess

EIGHT = tuple((0.5 + 0.2 * math.sin(2 * t), 0.5 - 0.35 * math.cos(t)) for t in np.linspace(0, 2 * math.pi, 200))


def pictures(drawing):
    network_input, stages = preprocess(drawing)
    return network_input, {stage.name: stage.picture for stage in stages}


def moved(points, scale, dx, dy):
    return tuple((scale * x + dx, scale * y + dy) for x, y in points)


def test_stages_of_a_stroke():
    network_input, by_name = pictures(Drawing(1, (Stroke(EIGHT, 0.08),)))
    assert list(by_name) == ["stroke", "box", "20 x 20", "centre of mass", "32 x 32"]
    assert by_name["stroke"].shape == (112, 112)
    assert max(by_name["box"].shape) == 60
    assert by_name["20 x 20"].shape == (20, 20)
    for picture in by_name.values():
        assert picture.dtype == np.float32
        assert 0 <= picture.min() < 0.01
        assert 0.5 < picture.max() <= 1
        assert not picture.flags.writeable
    assert network_input.shape == (1, 1, 32, 32)
    np.testing.assert_allclose(network_input[0, 0], (by_name["32 x 32"] - 0.1307) / 0.3081, atol=1e-5)
    np.testing.assert_array_equal(by_name["32 x 32"][2:30, 2:30], by_name["centre of mass"])


def test_the_box_touches_ink_on_every_side():
    picture = pictures(Drawing(1, (Stroke(EIGHT, 0.08),)))[1]["20 x 20"]
    assert picture[0].max() > 0.3
    assert picture[-1].max() > 0.3


def test_the_centre_of_mass_is_in_the_middle():
    hook = ((0.2, 0.1), (0.8, 0.1), (0.8, 0.9))  # its box is centred elsewhere than its ink
    picture = pictures(Drawing(1, (Stroke(hook, 0.1),)))[1]["centre of mass"]
    grid = np.arange(28) + 0.5
    assert abs((picture.sum(0) * grid).sum() / picture.sum() - 14) <= 0.51
    assert abs((picture.sum(1) * grid).sum() / picture.sum() - 14) <= 0.51


@pytest.mark.parametrize(("scale", "dx", "dy"), [(0.5, 0.4, 0.0), (0.03, 0.9, 0.02), (1.0, 0.1, -0.05)])
def test_place_and_size_do_not_matter(scale, dx, dy):
    plain, _ = preprocess(Drawing(1, (Stroke(EIGHT, 0.08),)))
    other, _ = preprocess(Drawing(2, (Stroke(moved(EIGHT, scale, dx, dy), 0.08 * scale),)))
    np.testing.assert_allclose(other, plain, atol=0.1)


def test_a_dot_is_a_full_round_spot():
    picture = pictures(Drawing(1, (Stroke(((0.3, 0.3),), 0.05),)))[1]["20 x 20"]
    np.testing.assert_allclose(picture, picture.T, atol=1e-4)
    assert abs(picture.sum() - math.pi * 100) < 3


@pytest.mark.parametrize("width", [0.0, -1.0, math.nan, 1e-9, 1e9, math.inf])
def test_a_silly_pen_width_still_makes_a_picture(width):
    network_input, _ = preprocess(Drawing(1, (Stroke(EIGHT, width),)))
    assert np.isfinite(network_input).all()


def test_nothing_to_see_is_none():
    assert preprocess(Drawing(1)) is None
    assert preprocess(Drawing(2, (Stroke((), 0.1),))) is None
    assert preprocess(Drawing(3, (Stroke(((1.5, 0.2), (1.9, 0.8)), 0.1),))) is None
    assert preprocess(Drawing(4, (Stroke(((math.nan, 0.2),), 0.1),))) is None


def test_what_lies_outside_the_square_is_cut_off():
    inside = Stroke(((0.5, 0.0), (0.5, 1.0)), 0.1)
    beyond = Stroke(((0.5, -1e30), (0.5, 7.0)), 0.1)
    elsewhere = Stroke(((-3.0, -3.0), (-2.0, 4.0)), 0.1)
    expected, _ = preprocess(Drawing(1, (inside,)))
    got, _ = preprocess(Drawing(2, (beyond, elsewhere)))
    np.testing.assert_allclose(got, expected, atol=1e-4)


def test_a_sample_passes_unchanged():
    sample = np.random.default_rng(0).integers(0, 256, (28, 28)).astype(np.float32) / 255
    network_input, by_name = pictures(Drawing(1, picture=sample, label=3))
    assert list(by_name) == ["sample", "32 x 32"]
    np.testing.assert_array_equal(by_name["sample"], sample)
    np.testing.assert_allclose(network_input[0, 0, 2:30, 2:30], (sample - 0.1307) / 0.3081, atol=1e-5)


def test_it_keeps_up_with_the_mouse():
    drawing = Drawing(1, (Stroke(EIGHT * 5, 0.08),))
    preprocess(drawing)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        preprocess(drawing)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.003
