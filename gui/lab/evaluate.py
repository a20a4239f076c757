"""The test set, a slice at a time, so that a stroke can be served between two slices."""

from collections.abc import Generator
from typing import Any

import numpy as np

import nbgrad
from gui.lab.device import beside, host
from gui.lab.networks import forward, portion
from gui.lab.snapshot import TestView
from nbgrad.nn import functional as F
from nbgrad.vision.transforms import network_input

SLICE = 250
WORST = 24


def evaluate(
    model: Any, pictures: np.ndarray, labels: np.ndarray, step: int
) -> Generator[tuple[int, int], None, TestView]:
    """Classify pictures (N, 28, 28) uint8 with labels (N,); yields (done, N) after each slice, returns the result."""
    guesses = np.empty(len(pictures), np.int64)
    losses = np.empty(len(pictures), np.float32)
    size = portion(model, SLICE)
    for start in range(0, len(pictures), size):
        indices = np.arange(start, min(start + size, len(pictures)))
        with nbgrad.no_grad():
            logits = forward(model, beside(model, network_input(pictures, indices)))
            truth = beside(logits, labels[indices])
            losses[indices] = host(F.cross_entropy(logits, truth, reduction="none"))
        guesses[indices] = host(logits).argmax(axis=1)
        yield int(indices[-1]) + 1, len(pictures)
    return _view(pictures, labels, guesses, losses, step)


def _view(pictures: np.ndarray, labels: np.ndarray, guesses: np.ndarray, losses: np.ndarray, step: int) -> TestView:
    confusion = np.bincount(labels * 10 + guesses, minlength=100).reshape(10, 10).astype(np.int64)
    wrong = np.flatnonzero(labels != guesses)
    worst = wrong[np.argsort(-losses[wrong], kind="stable")[:WORST]]
    arrays = (confusion, pictures[worst], labels[worst], guesses[worst])
    for array in arrays:
        array.flags.writeable = False
    return TestView(step, confusion.trace() / max(len(labels), 1), *arrays)
