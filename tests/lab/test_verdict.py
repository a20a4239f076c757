"""Digit, unsure, no digit: the shipped network and its rule."""

import numpy as np
import pytest

from gui.lab.drawing import Drawing, Stroke
from gui.lab.experiment import Experiment
from gui.lab.preprocess import preprocess
from gui.lab.probe import probe
from gui.lab.trainer import TRAINED_WEIGHTS, Trainer
from gui.lab.verdict import DIGIT, NO_DIGIT, UNSURE, Rule, fit, rule_of, verdict

STAR = Stroke(((0.5, 0.1), (0.75, 0.88), (0.1, 0.4), (0.9, 0.4), (0.25, 0.88), (0.5, 0.1)), 0.06)
HASH = (
    Stroke(((0.35, 0.1), (0.3, 0.9)), 0.07), Stroke(((0.7, 0.1), (0.65, 0.9)), 0.07),
    Stroke(((0.1, 0.35), (0.9, 0.35)), 0.07), Stroke(((0.1, 0.65), (0.9, 0.65)), 0.07),
)  # fmt: skip
RING = Stroke(tuple((0.5 + 0.25 * np.cos(t), 0.5 + 0.38 * np.sin(t)) for t in np.linspace(0, 6.3, 40)), 0.08)
ONE = Stroke(((0.52, 0.1), (0.48, 0.9)), 0.08)
SEVEN = (Stroke(((0.25, 0.2), (0.5, 0.19), (0.75, 0.2)), 0.08), Stroke(((0.75, 0.2), (0.6, 0.5), (0.45, 0.88)), 0.08))


@pytest.fixture(scope="module")
def shipped():
    return Trainer(Experiment())


def look(trainer, *strokes):
    prepared = preprocess(Drawing(1, strokes))
    return probe(
        trainer.model, prepared.network_input, prepared.stages,
        drawing=1, step=0, target=None, gradients=False, rule=trainer.rule, window=prepared.window,
    )  # fmt: skip


@pytest.mark.parametrize(("strokes", "digit"), [((RING,), 0), ((ONE,), 1), (SEVEN, 7)])
def test_digits_are_named(shipped, strokes, digit):
    view = look(shipped, *strokes)
    assert view.verdict == DIGIT and view.probabilities.argmax() == digit


@pytest.mark.parametrize("strokes", [(STAR,), HASH, (Stroke(((0.1, 0.5), (0.9, 0.52)), 0.07),)])
def test_scribbles_are_no_digit(shipped, strokes):
    assert look(shipped, *strokes).verdict == NO_DIGIT


def test_a_fresh_network_never_learnt_what_no_digit_is():
    trainer = Trainer(Experiment(weights="fresh"))
    assert trainer.rule is None and look(trainer, STAR).verdict == UNSURE


def test_the_rule_lies_beside_the_weights_and_survives_training(shipped, tmp_path):
    rule = rule_of(TRAINED_WEIGHTS)
    assert rule is not None and 0.2 < rule.no_digit < 0.8 and shipped.rule == rule
    assert rule_of(tmp_path / "none.safetensors") is None


def test_between_the_two_thresholds_it_is_unsure():
    rule = Rule(0.4, 0.01)
    chances = np.array([0.6, 0.3, 0.1])
    assert verdict(chances, rule) == UNSURE
    assert verdict(chances / 2, rule) == NO_DIGIT
    assert verdict(np.array([0.4, 0.6]), rule) == UNSURE


def test_fitting_refuses_the_asked_share():
    best = np.linspace(0, 1, 1001)
    assert (best < fit(best, 0.02).no_digit).mean() == pytest.approx(0.02, abs=0.001)
