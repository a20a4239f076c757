"""What may honestly be said of ten probabilities: a digit, unsure, or no digit."""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from nbgrad.serialization import SerializationError, load_safetensors

DIGIT, UNSURE, NO_DIGIT = "digit", "unsure", "no digit"
CLASS = "class"  # of a network whose classes are no digits: it names a number, and nobody here knows of what
SURE = 0.8  # below this the winner is not called a winner
METADATA = "verdict"


@dataclass(frozen=True)
class Rule:
    """no_digit: where the largest probability is below this, the drawing is no digit. refused: of the digits it was
    fitted on, the share it wrongly refuses."""

    no_digit: float
    refused: float

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def verdict(probabilities: np.ndarray, rule: Rule | None) -> str:
    """rule: None for a network that was never taught what no digit is; it can only be unsure.

    >>> chances = np.array([0.4, 0.3, 0.3])
    >>> verdict(chances, Rule(0.5, 0.01)), verdict(chances, None), verdict(np.array([0.9, 0.1]), None)
    ('no digit', 'unsure', 'digit')
    """
    best = float(probabilities.max())
    if rule is not None and best < rule.no_digit:
        return NO_DIGIT
    return DIGIT if best >= SURE else UNSURE


def fit(best: np.ndarray, refused: float) -> Rule:
    """The rule that refuses this share of true digits, from their largest probabilities (n,)."""
    return Rule(round(float(np.quantile(best, refused)), 4), refused)


@cache
def rule_of(weights: Path) -> Rule | None:
    """The rule written beside a network's weights; None where there is none."""
    try:
        _arrays, metadata = load_safetensors(weights)
        return Rule(**json.loads(metadata[METADATA]))
    except (KeyError, OSError, TypeError, ValueError, SerializationError):
        return None
