"""A drawing becomes the network's input by MNIST's own steps, whatever the learner draws."""

import math
import time

import numpy as np
import pytest

from gui.lab.drawing import Drawing, Stroke, smooth
from gui.lab.preprocess import preprocess

EIGHT = tuple((0.5 + 0.2 * math.sin(2 * t), 0.5 - 0.35 * math.cos(t)) for t in np.linspace(0, 2 * math.pi, 200))


def pictures(drawing):
    prepared = preprocess(drawing)
    return prepared.network_input, {stage.name: stage.picture for stage in prepared.stages}


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
    plain, _ = pictures(Drawing(1, (Stroke(EIGHT, 0.08),)))
    other, _ = pictures(Drawing(2, (Stroke(moved(EIGHT, scale, dx, dy), 0.08 * scale),)))
    np.testing.assert_allclose(other, plain, atol=0.1)


def test_a_dot_is_a_full_round_spot():
    picture = pictures(Drawing(1, (Stroke(((0.3, 0.3),), 0.05),)))[1]["20 x 20"]
    np.testing.assert_allclose(picture, picture.T, atol=1e-4)
    assert abs(picture.sum() - math.pi * 100) < 3


@pytest.mark.parametrize("width", [0.0, -1.0, math.nan, 1e-9, 1e9, math.inf])
def test_a_silly_pen_width_still_makes_a_picture(width):
    network_input, _ = pictures(Drawing(1, (Stroke(EIGHT, width),)))
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
    expected, _ = pictures(Drawing(1, (inside,)))
    got, _ = pictures(Drawing(2, (beyond, elsewhere)))
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


# ---- stages left out, grounds, erasers

CORNER = tuple((0.08 + 0.2 * x, 0.1 + 0.2 * y) for x, y in EIGHT)  # small, in the top left corner


def ink_box(picture):
    rows, columns = np.flatnonzero((picture > 0.2).any(1)), np.flatnonzero((picture > 0.2).any(0))
    return columns[0], rows[0], columns[-1], rows[-1]


def test_without_box_and_size_the_digit_stays_where_and_as_small_as_it_was():
    drawing = Drawing(1, (Stroke(CORNER, 0.03),))
    prepared = preprocess(drawing, frozenset({"box", "20 x 20", "centre of mass"}))
    left, top, right, bottom = ink_box(prepared.picture / 255)
    assert right < 9 and bottom < 10 and left >= 2 and top >= 3
    assert [stage.on for stage in prepared.stages] == [True, False, False, False, True]
    assert prepared.window == pytest.approx((-2 / 28, -2 / 28, 32 / 28))
    centred = preprocess(drawing, frozenset({"box", "20 x 20"}))
    left, top, right, bottom = ink_box(centred.picture / 255)
    assert abs((left + right) / 2 - 13.5) <= 1 and abs((top + bottom) / 2 - 13.5) <= 1


def test_without_size_the_box_keeps_the_size_of_the_sheet():
    prepared = preprocess(Drawing(1, (Stroke(CORNER, 0.03),)), frozenset({"20 x 20"}))
    left, top, right, bottom = ink_box(prepared.picture / 255)
    assert max(right - left, bottom - top) < 7


def test_without_centring_the_box_is_in_the_middle():
    hook = (Stroke(((0.2, 0.1), (0.8, 0.1), (0.8, 0.9)), 0.1),)
    left, _top, right, _bottom = ink_box(preprocess(Drawing(1, hook), frozenset({"centre of mass"})).picture / 255)
    assert abs((left + right) / 2 - 13.5) <= 1
    left, _top, right, _bottom = ink_box(preprocess(Drawing(1, hook)).picture / 255)
    assert (left + right) / 2 < 13


def test_without_the_border_the_picture_fills_the_input():
    drawing = Drawing(1, (Stroke(EIGHT, 0.08),))
    with_border, without = preprocess(drawing), preprocess(drawing, frozenset({"32 x 32"}))
    assert without.stages[-1].picture.sum() > 1.2 * with_border.stages[-1].picture.sum()
    assert without.window[2] == pytest.approx(with_border.window[2] * 28 / 32)


def test_every_stage_but_the_first_says_what_is_lost_without_it():
    first, *others = preprocess(Drawing(1, (Stroke(EIGHT, 0.08),))).stages
    assert not first.without and all(stage.without and stage.on for stage in others)


def test_the_window_is_the_part_of_the_sheet_the_network_sees():
    """A dot of ink is found where the window says."""
    x, y = 0.83, 0.61
    drawing = Drawing(1, (Stroke(EIGHT, 0.08), Stroke(((x, y),), 0.08)))
    prepared = preprocess(drawing)
    left, top, side = prepared.window
    column, row = (x - left) / side * 32, (y - top) / side * 32
    assert prepared.stages[-1].picture[int(row), int(column)] > 0.8
    empty = prepared.stages[-1].picture[int(row) - 4, int(column)]
    assert empty < 0.1


def test_the_eraser_takes_ink_away_from_strokes_and_ground():
    whole = Drawing(1, (Stroke(((0.2, 0.5), (0.8, 0.5)), 0.1),))
    half = Drawing(2, (*whole.strokes, Stroke(((0.7, 0.3), (0.7, 0.7)), 0.4, erases=True)))
    stage = preprocess(half).stages[0].picture
    assert stage[56, 30] == 1 and stage[56, 80] == 0
    ground = np.zeros((100, 100), np.float32)
    ground[45:55, 20:80] = 1
    erased = preprocess(Drawing(3, half.strokes[1:], ground=ground)).stages[0].picture
    assert erased[56, 30] == 1 and erased[56, 80] == 0
    everything = Stroke(((0.0, 0.5), (1.0, 0.5)), 2.0, erases=True)
    assert preprocess(Drawing(4, (*whole.strokes, everything))) is None


def test_a_ground_goes_the_way_strokes_go():
    """The same shape as strokes and as a picture ends in about the same 28 x 28."""
    strokes = preprocess(Drawing(1, (Stroke(EIGHT, 0.08),)))
    picture = strokes.stages[0].picture
    ground = preprocess(Drawing(2, ground=np.ascontiguousarray(picture)))
    assert np.abs(ground.network_input - strokes.network_input).mean() < 0.08


def test_strokes_are_smooth_curves_and_keep_their_ends():
    sharp = np.array([[0.0, 0.0], [0.5, 0.0], [0.5, 0.5], [1.0, 0.5]])
    curve = smooth(sharp)
    assert curve[0].tolist() == [0.0, 0.0] and curve[-1].tolist() == [1.0, 0.5]
    turns = np.diff(curve, axis=0)
    angles = np.abs(np.diff(np.unwrap(np.arctan2(turns[:, 1], turns[:, 0]))))
    assert angles.max() < 0.6 < np.pi / 2
    assert np.isfinite(smooth(np.array([[0.0, np.nan], [0.1, 0.1], [0.2, 0.3], [np.inf, 1.0], [0.4, 0.2]]))).all()
    assert len(smooth(np.zeros((0, 2)))) == 0
