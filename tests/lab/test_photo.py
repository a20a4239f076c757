"""Photos of digits, made up: paper, shadow, grain, specks; and what cannot be a digit."""

import numpy as np
import pytest

from gui.lab.photo import PictureError, from_photo, label_parts, otsu
from gui.lab.preprocess import preprocess


def photo(height=300, width=400, paper=0.8, ink=0.4, shadow=0.0, grain=0.0, cut=(0.3, 0.7)):
    """A thick L: a bar down and a foot to the right."""
    y, x = np.mgrid[:height, :width]
    y, x = y / height, x / width
    low, high = cut
    bar = (abs(x - 0.4) < 0.02) & (y > low) & (y < high)
    foot = (abs(y - high) < 0.03) & (x > 0.38) & (x < 0.6)
    values = paper - shadow * x + grain * np.random.default_rng(0).normal(size=x.shape)
    return np.where(bar | foot, ink * values / paper, values).astype(np.float32)


def shape_of(drawing):
    return preprocess(drawing).picture.astype(float) / 255


@pytest.fixture(scope="module")
def plain():
    return shape_of(from_photo(photo()))


@pytest.mark.parametrize(
    "settings",
    [{"shadow": 0.5}, {"grain": 0.02}, {"paper": 0.3, "ink": 0.1}, {"height": 600, "width": 800}, {"shadow": -0.15}],
)
def test_light_grain_and_size_make_no_difference(plain, settings):
    assert np.abs(shape_of(from_photo(photo(**settings))) - plain).mean() < 0.03


def test_white_on_black_is_the_same_as_black_on_white(plain):
    assert np.abs(shape_of(from_photo(1 - photo())) - plain).mean() < 0.02


def test_specks_and_a_dark_frame_are_dropped(plain):
    dirty = photo()
    dirty[40:43, 300:303] = 0.1
    dirty[200:202, 30:33] = 0.1
    dirty[:6], dirty[-6:], dirty[:, :6], dirty[:, -6:] = 0.1, 0.1, 0.1, 0.1
    assert np.abs(shape_of(from_photo(dirty)) - plain).mean() < 0.03


def test_the_photo_is_kept_and_lies_where_the_ink_lies():
    drawing = from_photo(photo())
    assert drawing.ground.shape == drawing.photo.shape == (336, 336)
    inked = drawing.ground > 0.5
    assert drawing.photo[inked].mean() < 0.45 and drawing.photo[drawing.ground == 0].mean() > 0.7


def test_leaving_the_cleaning_out_gives_the_network_the_paper():
    drawing = from_photo(photo())
    with_paper = preprocess(drawing, frozenset({"ink"}))
    assert with_paper.picture.mean() > 80 > 60 > preprocess(drawing).picture.mean()
    assert [stage.name for stage in with_paper.stages][:2] == ["photo", "ink"]


@pytest.mark.parametrize(
    "grey",
    [np.full((50, 50), 0.5), np.zeros((0, 5)), np.full((40, 30), np.nan), np.ones((1, 1)), np.zeros((3, 4, 3))],
)
def test_a_blank_picture_is_one_sentence(grey):
    with pytest.raises(PictureError) as refusal:
        from_photo(grey)
    assert "\n" not in str(refusal.value)


def test_parts_touch_by_side_or_corner():
    mask = np.array([[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 1]], np.uint8)
    parts = np.empty(mask.shape, np.int32)
    assert label_parts(mask, parts) == 3
    np.testing.assert_array_equal(parts, [[1, 0, 0, 2], [0, 1, 0, 0], [0, 0, 0, 3]])


def test_otsu_parts_two_heaps():
    values = np.concatenate((np.full(900, 0.1), np.full(100, 0.7)))
    assert 0.1 <= otsu(values) <= 0.7
