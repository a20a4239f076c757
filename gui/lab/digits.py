"""The pictures an experiment trains and tests on."""

from dataclasses import dataclass

import numpy as np

from nbgrad.vision.datasets import MNIST, ProceduralDigits


@dataclass(frozen=True)
class Digits:
    """pictures: (N, 28, 28) uint8, labels: (N,) int64."""

    train_pictures: np.ndarray
    train_labels: np.ndarray
    test_pictures: np.ndarray
    test_labels: np.ndarray


def load_digits(data: str) -> Digits:
    """data: "procedural", or the folder with the four MNIST files; raises DatasetError with one sentence."""
    if data == "procedural":
        train, test = ProceduralDigits(train=True), ProceduralDigits(train=False)
    else:
        train, test = MNIST(data, train=True), MNIST(data, train=False)
    pictures = [np.require(each.pictures, requirements=["C", "W"]) for each in (train, test)]  # kernels take no others
    return Digits(pictures[0], train.labels, pictures[1], test.labels)
