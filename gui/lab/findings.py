"""What the lab answers when it is asked about one thing: frozen records of plain numbers and text. No engine, no Qt."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Spot:
    """What is looked at: a cell of a layer, or one number of a parameter. side: its "values" or "gradients"."""

    side: str
    layer: int | None = None
    parameter: str | None = None
    index: tuple[int, ...] = ()


@dataclass(frozen=True)
class TermsView:
    """One number as a sum of products.

    kind: how it came about ("conv", "max_pool", "linear", "input", "loss", "logit", "weight", "bias", "other").
    left, right: names of the two factors, "" where there is one alone. left_at (n, a), right_at (n, b): where each
    factor lies. left_values, right_values, products: (n,) float64. counts: (n,) whether a term takes part: a pooling
    window's winner, a relu that is open; None where all do. total = sum(products) + bias, through the relu where there
    is one. bound: how far float32 rounding can put the engine's number from it.
    """

    spot: Spot
    name: str  # "conv2[4, 5, 5]"
    kind: str
    left: str
    right: str
    left_at: np.ndarray
    right_at: np.ndarray
    left_values: np.ndarray
    right_values: np.ndarray
    products: np.ndarray
    counts: np.ndarray | None
    bias: float | None
    sum: float
    relu: bool | None  # whether the cell's own relu is open; None where it has none
    total: float
    engine: float
    bound: float
    patch: tuple[int, ...] = ()  # the products as a picture (maps, rows, columns), where they are one
    before: float | None = None  # in "gradients": the cell's value before its relu, for the gate's reason

    @property
    def agrees(self) -> bool:
        """Whether the terms add up to the engine's number within float32 rounding."""
        return abs(self.total - self.engine) <= self.bound or (self.total != self.total and self.engine != self.engine)
