"""The fast picture loops say what their slow twins say."""

import numpy as np
import pytest

from nbgrad.kernels.cpu import image
from nbgrad.kernels.registry import KERNELS
from nbgrad.vision.ink import Sheet, draw_ink, stroke_segments
from nbgrad.vision.transforms import MEAN, STD, network_input


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def twin(name):
    return KERNELS[f"cpu.image.{name}"].twin


def test_draw_segments(rng):
    segments = rng.uniform(-5, 35, (20, 6)).astype(np.float32)
    segments[:, 4:] = rng.uniform(0.2, 3, (20, 2))
    segments[3, 2:4] = segments[3, :2]  # a dot
    fast, slow = np.ones((2, 30, 28), np.float32)
    image.draw_segments(segments, fast)
    twin("draw_segments")(segments, slow)
    np.testing.assert_allclose(fast, slow, atol=2e-5)


def test_shrink(rng):
    canvas = rng.random((80, 80), np.float32)
    fast, slow = np.empty((2, 20, 20), np.float32)
    image.shrink(canvas, fast)
    twin("shrink")(canvas, slow)
    np.testing.assert_allclose(fast, slow, atol=1e-6)


@pytest.mark.parametrize("window", [(0.0, 0.0, 1.0), (0.2, 0.5, 0.3), (-0.3, 0.6, 0.9), (0.1, 0.1, 0.02)])
def test_stretch(rng, window):
    source = rng.random((50, 50), np.float32)
    fast, slow = np.empty((2, 30, 30), np.float32)
    image.stretch(source, *window, fast)
    twin("stretch")(source, *window, slow)
    np.testing.assert_allclose(fast, slow, atol=1e-5)


def test_stretching_to_the_same_size_changes_nothing(rng):
    source, out = rng.random((40, 40), np.float32), np.empty((40, 40), np.float32)
    image.stretch(source, 0.0, 0.0, 1.0, out)
    np.testing.assert_allclose(out, source, atol=1e-6)


@pytest.mark.parametrize("corner", [(0, 0), (0, 15), (15, 8), (8, 8)])
def test_place_by_mass(rng, corner):
    small = np.zeros((20, 20), np.float32)
    small[corner[0] : corner[0] + 5, corner[1] : corner[1] + 5] = rng.random((5, 5))
    fast, slow = np.empty((2, 28, 28), np.uint8)
    image.place_by_mass(small, fast)
    twin("place_by_mass")(small, slow)
    np.testing.assert_array_equal(fast, slow)


def test_an_empty_square_has_no_mass_and_no_fault():
    picture = np.ones((28, 28), np.uint8)
    image.place_by_mass(np.zeros((20, 20), np.float32), picture)
    assert not picture.any()


def test_gather_padded(rng):
    pictures = rng.integers(0, 256, (9, 28, 28), np.uint8)
    indices = np.array([8, 0, 3, 3])
    slow = np.empty((4, 1, 32, 32), np.float32)
    twin("gather_padded")(pictures, indices, MEAN, STD, slow)
    np.testing.assert_allclose(network_input(pictures, indices), slow, atol=1e-5)


@pytest.mark.parametrize("indices", [[-1], [0, 9], [100]])
def test_network_input_refuses_an_index_outside(indices):
    with pytest.raises(IndexError, match=r"picture indices must be in 0\.\.8"):
        network_input(np.zeros((9, 28, 28), np.uint8), indices)


def test_no_ink():
    assert draw_ink(Sheet(None)) is None


def test_every_call_meets_a_listed_signature(rng):
    draw_ink(
        Sheet(
            rng.random((90, 90), np.float32), ((stroke_segments([(np.array([[0.2, 0.3], [0.5, 0.5]]), 0.1)]), False),)
        )
    )
    network_input(np.zeros((1, 28, 28), np.uint8))
    for name, kernel in KERNELS.items():
        if name.startswith("cpu.image."):
            assert len(kernel.dispatcher.signatures) <= len(kernel.signatures), name
