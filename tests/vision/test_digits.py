"""The procedural digits: the same for a seed, like MNIST in form, and quick to write."""

import os
import time

import numpy as np
import pytest

import nbgrad as torch
from nbgrad.nn.functional import cross_entropy
from nbgrad.utils.data import DataLoader
from nbgrad.vision import glyphs, handwriting
from nbgrad.vision.datasets import MNIST, ProceduralDigits
from nbgrad.vision.models import LeNet
from nbgrad.vision.transforms import NetworkInput


@pytest.fixture(scope="module")
def digits():
    return ProceduralDigits(size=2000)


def test_the_same_seed_writes_the_same(digits):
    again, other, test = (
        ProceduralDigits(size=2000),
        ProceduralDigits(size=50, seed=1),
        ProceduralDigits(False, size=50),
    )
    np.testing.assert_array_equal(again.pictures, digits.pictures)
    assert (other.pictures != digits.pictures[:50]).any(axis=(1, 2)).all()
    assert (test.pictures != digits.pictures[:50]).any(axis=(1, 2)).all()


def test_a_smaller_set_begins_the_larger(digits):
    few = ProceduralDigits(size=123)
    np.testing.assert_array_equal(few.pictures, digits.pictures[:123])
    np.testing.assert_array_equal(few.labels, digits.labels[:123])


def test_every_digit_is_there_as_often(digits):
    assert np.bincount(digits.labels).tolist() == [200] * 10


def test_they_fill_mnists_box_and_balance_in_the_middle(digits):
    ink = digits.pictures.astype(float)
    grid = np.arange(28) + 0.5
    mass = ink.sum((1, 2))
    x, y = (ink.sum(1) * grid).sum(1) / mass, (ink.sum(2) * grid).sum(1) / mass
    assert np.abs(x - 14).max() < 1.5
    assert np.abs(y - 14).max() < 1.5
    sides = np.stack([(ink.max(axis) > 0).sum(1) for axis in (1, 2)])
    assert (sides.max(0) >= 19).all()
    assert (sides.max(0) <= 20).all()


def test_they_have_mnists_statistics(digits):
    assert 0.10 < digits.pictures.mean() / 255 < 0.16
    assert 0.28 < digits.pictures.std() / 255 < 0.34


def test_no_two_are_alike(digits):
    assert len(np.unique(digits.pictures.reshape(2000, -1), axis=0)) == 2000


def test_they_are_quick(digits):
    start = time.perf_counter()
    ProceduralDigits(size=2000)
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize("arguments", [{"size": -1}, {"seed": -1}])
def test_negative_arguments(arguments):
    with pytest.raises(ValueError, match="must not be negative"):
        ProceduralDigits(**arguments)


def test_an_empty_set():
    assert len(ProceduralDigits(size=0)) == 0


def test_variants_of_a_family_move_the_pen_alike():
    for digit, _, variants in glyphs._WRITTEN:
        assert len({glyphs.read_glyph(variant)[1] for variant in variants}) == 1, digit


def test_no_digit_runs_out_of_random_numbers():
    for family in glyphs.FAMILIES:
        dice = handwriting.Dice(handwriting.roll(0, 3)[:, 2:])
        handwriting._press(dice, 1, 1)
        handwriting._deform(dice, family, handwriting._blend(dice, family))
        assert dice.taken <= dice.numbers.shape[1]


def test_the_shares_of_a_digits_writers_sum_to_one():
    for digit in range(10):
        assert abs(sum(family.share for family in glyphs.FAMILIES if family.digit == digit) - 1) < 1e-6


def test_curves_pass_through_their_points_and_keep_corners():
    basis = handwriting._curve_basis(
        (glyphs.LIFT, glyphs.SMOOTH, glyphs.CORNER, glyphs.SMOOTH, glyphs.LIFT, glyphs.SMOOTH)
    )
    assert basis.shape == (4, 6, 6)  # no curve over the lift
    path = np.array([[0, 0], [1, 0], [2, 0], [2, 1], [5, 5], [6, 5]])
    curves = basis @ path
    np.testing.assert_allclose(curves[:, 0], path[[0, 1, 2, 4]], atol=1e-12)
    np.testing.assert_allclose(curves[:, -1], path[[1, 2, 3, 5]], atol=1e-12)
    np.testing.assert_allclose(curves[2, :, 0], 2, atol=1e-12)  # straight after the corner


@pytest.mark.slow
@pytest.mark.skipif("NBGRAD_DATA" not in os.environ, reason="tests on the real MNIST from NBGRAD_DATA")
def test_who_learned_them_reads_mnist():
    torch.manual_seed(0)
    model = LeNet()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for _ in range(3):
        for pictures, labels in DataLoader(ProceduralDigits(transform=NetworkInput()), 64, shuffle=True):
            optimizer.zero_grad()
            cross_entropy(model(pictures), labels).backward()
            optimizer.step()
    right = 0
    with torch.no_grad():
        for pictures, labels in DataLoader(MNIST(train=False, transform=NetworkInput()), 500):
            right += int((model(pictures).numpy().argmax(1) == labels.numpy()).sum())
    assert right >= 9_000
