"""Distortions leave a digit a digit: drawn from the generator alone, and the fast loops say what their twins say."""

import time

import numpy as np
import pytest

import nbgrad as torch
from nbgrad import random
from nbgrad.kernels.cpu import warp
from nbgrad.kernels.registry import KERNELS
from nbgrad.vision.datasets import ProceduralDigits
from nbgrad.vision.transforms import MEAN, STD, Augment, Compose, NetworkInput, Normalize, ToTensor, network_input


@pytest.fixture(scope="module")
def digits():
    return ProceduralDigits(size=64).pictures


ALL = np.arange(64)
NONE = {"rotation": 0, "scale": 0, "shear": 0, "shift": 0, "elastic": 0, "thickness": 0}


def seeded(seed=0):
    return random.Generator().manual_seed(seed)


def test_no_distortion_is_the_plain_input(digits):
    np.testing.assert_allclose(Augment(**NONE).batch(digits, ALL), network_input(digits), atol=1e-5)


def test_the_same_seed_distorts_alike(digits):
    first, again, other = (Augment(generator=seeded(s)).batch(digits, ALL) for s in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any(axis=(1, 2, 3)).all()


def test_the_default_generator_is_used(digits):
    random.manual_seed(0)
    first = Augment().batch(digits, ALL)
    random.manual_seed(0)
    np.testing.assert_array_equal(Augment().batch(digits, ALL), first)


def test_a_picture_is_distorted_anew_each_time(digits):
    augment = Augment(generator=seeded())
    copies = augment.batch(digits, np.zeros(8, np.int64))
    assert len(np.unique(copies.reshape(8, -1), axis=0)) == 8


def test_values_stay_within_ink_and_paper(digits):
    ink = Augment(generator=seeded()).batch(digits, ALL) * STD + MEAN
    assert ink.min() > -1e-5
    assert ink.max() < 1 + 1e-5
    assert 0.7 < ink.mean() / (network_input(digits) * STD + MEAN).mean() < 1.3


def test_thickness_changes_the_ink(digits):
    settings = NONE | {"thickness": 0.5}
    ink = (Augment(**settings, generator=seeded()).batch(digits, ALL) * STD + MEAN).sum((1, 2, 3))
    plain = (network_input(digits) * STD + MEAN).sum((1, 2, 3))
    assert (ink > 1.1 * plain).sum() > 10
    assert (ink < 0.9 * plain).sum() > 10


@pytest.mark.parametrize("pen", [-0.5, 0.0, 0.8])
def test_kernels_equal_their_twins(digits, pen):
    augment = Augment(generator=seeded(), rotation=40, shift=5, elastic=4)  # far enough to leave the picture
    matrices, shifts, waves, _ = augment._draw(augment.generator, 5)
    pens, indices = np.full(5, pen, np.float32), np.array([3, 60, 3, 0, 9])
    fast, slow = np.empty((2, 5, 32, 32), np.float32)
    warp.warp(digits, indices, matrices, shifts, waves, fast)
    KERNELS["cpu.warp.warp"].twin(digits, indices, matrices, shifts, waves, slow)
    np.testing.assert_allclose(fast, slow, atol=2e-4)
    fast_batch, slow_batch = np.empty((2, 5, 1, 32, 32), np.float32)
    warp.thicken(slow, pens, np.float32(MEAN), np.float32(STD), fast_batch)
    KERNELS["cpu.warp.thicken"].twin(slow, pens, MEAN, STD, slow_batch)
    np.testing.assert_allclose(fast_batch, slow_batch, atol=1e-5)


def test_it_keeps_up_with_training(digits):
    augment = Augment(generator=seeded())
    augment.batch(digits, ALL)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        augment.batch(digits, ALL)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.002


def test_negative_or_missing_deviations_are_refused():
    for value in (-1, float("nan")):
        with pytest.raises(ValueError, match="must not be negative"):
            Augment(shift=value)


def test_an_index_outside_is_refused(digits):
    with pytest.raises(IndexError, match=r"must be in 0\.\.63, got 0\.\.64"):
        Augment().batch(digits, [0, 64])
    assert Augment().batch(digits, []).shape == (0, 1, 32, 32)


def test_layouts_that_kernels_do_not_know_are_copied(digits):
    frozen = digits.copy()
    frozen.flags.writeable = False
    for pictures in (frozen, digits.transpose(0, 2, 1), digits[::2]):
        np.testing.assert_array_equal(network_input(pictures), network_input(np.array(pictures, order="C")))


def test_composed_as_in_torchvision(digits):
    transform = Compose([ToTensor(), Normalize(MEAN, STD)])
    picture = transform(digits[5])
    assert (picture.shape, picture.dtype) == ((1, 28, 28), torch.float32)
    np.testing.assert_allclose(picture.numpy(), NetworkInput()(digits[5]).numpy()[:, 2:30, 2:30], atol=1e-5)
    with pytest.raises(ValueError, match="division by zero"):
        Normalize(0.5, 0)


def test_every_call_met_a_listed_signature(digits):
    Augment().batch(digits, ALL)
    for name in ("cpu.warp.warp", "cpu.warp.thicken", "cpu.image.gather_padded"):
        assert len(KERNELS[name].dispatcher.signatures) == len(KERNELS[name].signatures), name
