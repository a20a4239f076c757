"""The colour code for sign."""

import numpy as np
import pytest

from gui.theme import DARK, LIGHT, signs

both_themes = pytest.mark.parametrize("colors", [DARK, LIGHT], ids=["dark", "light"])


def distance(color, other):
    return np.abs(signs.rgb(color.name()) - signs.rgb(other)).sum()


@both_themes
def test_zero_is_the_surface(colors):
    assert signs.color_of(0.0, 1.0, colors).name() == colors.card
    assert signs.color_of(0.0, 0.0, colors).name() == colors.card


@both_themes
def test_the_ends_are_the_accent_and_blue(colors):
    assert signs.color_of(2.0, 2.0, colors).name() == colors.accent
    assert signs.color_of(-2.0, 2.0, colors).name() == colors.negative
    assert signs.color_of(9.0, 2.0, colors).name() == colors.accent


@both_themes
def test_colour_leaves_the_surface_steadily_and_equally_on_both_sides(colors):
    amounts = np.linspace(0.01, 1, 60)
    for end in (colors.accent, colors.negative):
        sign = 1 if end == colors.accent else -1
        away = [distance(signs.color_of(sign * a, 1.0, colors), colors.card) for a in amounts]
        assert np.all(np.diff(away) >= 0)
        share = np.array(away) / distance(signs.QColor(end), colors.card)
        assert share == pytest.approx(amounts**0.7, abs=0.02)


@both_themes
def test_small_numbers_are_visible(colors):
    assert distance(signs.color_of(0.03, 1.0, colors), colors.card) > 10


@both_themes
def test_nan_has_a_colour_of_its_own(colors):
    assert signs.color_of(float("nan"), 1.0, colors).name() == colors.alert
    assert signs.limit_of(np.array([np.nan, -3.0, np.inf, 2.0])) == 3.0


def test_an_image_owns_its_pixels():
    values = np.array([[1.0, 0.0], [-1.0, 0.5]])
    image = signs.image(signs.shades(values, 1.0, DARK))
    assert (image.width(), image.height()) == (2, 2)
    assert image.pixelColor(0, 0).name() == DARK.accent
    assert image.pixelColor(0, 1).name() == DARK.negative
