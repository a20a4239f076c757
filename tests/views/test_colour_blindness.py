"""What the lab tells apart by colour, as people see it who lack one kind of cone.

Source: G. Machado, M. Oliveira, L. Fernandes, «A physiologically-based model for simulation of color vision
deficiency», 2009, its matrices for severity 1, which act on linear RGB; CIE 1976 L*a*b*, D65, and its distance ΔE.
"""

from itertools import combinations, pairwise

import numpy as np
import pytest

from gui.theme import DARK, LIGHT, signs

SIGHTS = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ.sum(1)

# ΔE of about 2.3 is just noticed between large patches; small marks need several times that.
APART, SURFACE, NEXT = 20.0, 25.0, 2.3

both_themes = pytest.mark.parametrize("colors", [DARK, LIGHT], ids=["dark", "light"])
every_sight = pytest.mark.parametrize("sight", SIGHTS)


def lab(rgb: np.ndarray, sight: str) -> np.ndarray:
    """RGB in 0..255 (..., 3) -> L*, a*, b* as this eye sees it."""
    share = np.asarray(rgb, np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ SIGHTS[sight].T, 0, 1)
    ratio = seen @ TO_XYZ.T / WHITE
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack((116 * y - 16, 500 * (x - y), 200 * (y - z)), -1)


def apart(one: str, other: str, sight: str) -> float:
    return float(np.linalg.norm(lab(signs.rgb(one), sight) - lab(signs.rgb(other), sight)))


def shades(amounts, colors):
    packed = signs.shades(np.asarray(amounts), 1.0, colors)
    return np.stack([(packed >> shift) & 255 for shift in (16, 8, 0)], -1)


def test_the_distance_is_cies():
    assert lab(np.array([255, 255, 255]), "usual") == pytest.approx([100, 0, 0], abs=0.02)
    assert lab(np.array([255, 0, 0]), "usual") == pytest.approx([53.24, 80.09, 67.2], abs=0.1)
    for sight in SIGHTS:  # grey looks grey to everybody
        assert lab(np.array([128, 128, 128]), sight) == pytest.approx([53.585, 0, 0], abs=0.05)


@both_themes
@every_sight
def test_plus_and_minus_are_told_apart_at_every_size(colors, sight):
    amounts = np.linspace(0.1, 1, 10)
    plus, minus = lab(shades(amounts, colors), sight), lab(shades(-amounts, colors), sight)
    distances = np.linalg.norm(plus - minus, axis=-1)
    assert distances.min() >= 20 and distances[-1] >= 60 and np.all(np.diff(distances) > -NEXT), distances.round()


@both_themes
@every_sight
def test_larger_numbers_look_larger(colors, sight):
    zero = lab(shades(np.zeros(1), colors), sight)[0]
    for sign in (1, -1):
        steps = lab(shades(sign * np.linspace(0, 1, 9), colors), sight)
        away = np.linalg.norm(steps - zero, axis=-1)
        assert np.all(np.diff(away) > -NEXT) and np.all(np.diff(away[:-1]) > NEXT), (sign, away.round(1))
        assert all(np.linalg.norm(after - before) > NEXT for before, after in pairwise(steps))


@both_themes
@every_sight
def test_what_a_colour_says_is_told_apart(colors, sight):
    """The current thing and the loss curve (accent), test results and health (healthy), trouble (alert), minus, NaN."""
    roles = {role: getattr(colors, role) for role in ("accent", "negative", "healthy", "alert")}
    close = {
        (one, other): round(apart(roles[one], roles[other], sight), 1)
        for one, other in combinations(roles, 2)
        if apart(roles[one], roles[other], sight) < APART
    }
    assert not close


@both_themes
@every_sight
def test_marks_and_words_stand_out_from_what_they_lie_on(colors, sight):
    for role in ("accent", "negative", "healthy", "alert", "text", "secondary"):
        for surface in ("window", "panel", "card", "control"):
            distance = apart(getattr(colors, role), getattr(colors, surface), sight)
            assert distance >= SURFACE, (role, surface, round(distance, 1))


@both_themes
@every_sight
def test_ink_on_the_accent_and_the_phase_at_hand_can_be_read(colors, sight):
    assert apart(colors.on_accent, colors.accent, sight) >= 2 * SURFACE
    assert apart(colors.text, colors.secondary, sight) >= APART  # the phase at hand, beside the others
