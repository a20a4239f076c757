"""What the lab answers when it is asked about one thing: frozen records of plain numbers and text. No engine, no Qt."""

from dataclasses import dataclass

import numpy as np

from gui.lab.steps import Line
from gui.lab.wording import Wording, translate


@dataclass(frozen=True)
class GpuView:
    """The GPU's name, or the reason, in one line, why nothing can be computed on one; the other is ""."""

    name: str
    reason: str

    @property
    def refusal(self) -> Wording:
        """What is said to who asks for it all the same."""
        return translate("lab", "The GPU cannot be used: {0}.").format(self.reason)


@dataclass(frozen=True)
class Spot:
    """What is looked at: a cell of a layer, or one number of a parameter.

    side: its "values" or "gradients"; of a parameter also its "update".
    """

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


@dataclass(frozen=True)
class ChangeView:
    """How the optimizer's last step made a weight what it is. before, gradient: what it began with.

    lines: the arithmetic in float64, from the gradient to the new weight; engine: the weight that the optimizer wrote;
    bound: how far float32 rounding can put the two apart.
    """

    spot: Spot
    optimizer: str
    before: float
    gradient: float
    lines: tuple[Line, ...]
    engine: float
    bound: float

    @property
    def difference(self) -> float:
        return abs(self.lines[-1].value - self.engine)

    @property
    def agrees(self) -> bool:
        return self.difference <= self.bound


@dataclass(frozen=True)
class CheckView:
    """A gradient held against finite differences, entry by entry, in float64.

    parameter: what was checked, of its numbers those at `places` (n, axes). analytic, numerical: (n,) ∂loss / ∂w by
    backward, and (loss(w + eps) - loss(w - eps)) / 2 eps. tolerances: (n,) how far the two may lie apart.
    """

    parameter: str
    places: np.ndarray
    analytic: np.ndarray
    numerical: np.ndarray
    tolerances: np.ndarray
    eps: float

    @property
    def agrees(self) -> bool:
        return bool((np.abs(self.analytic - self.numerical) <= self.tolerances).all())


@dataclass(frozen=True)
class Timing:
    """seconds: the median of `calls` calls. difference: the largest from the fast kernel's numbers."""

    name: str  # "slow twin", "fast kernel", "numpy" or "GPU kernel"
    seconds: float
    calls: int
    difference: float


@dataclass(frozen=True)
class SourceView:
    """An operation as code. readable, fast: the slow twin (or the formula) and the kernel that runs; pytorch: its line;
    cuda: the kernel for NVIDIA GPUs.

    shapes: what it is timed on; timings: empty until asked for.
    """

    key: str  # "conv2d"
    title: str  # "Convolution of conv1"
    pytorch: str
    readable: str
    fast: str
    where: str  # "nbgrad/kernels/cpu/conv.py"
    cuda: str
    shapes: str = ""
    timings: tuple[Timing, ...] = ()


@dataclass(frozen=True)
class Edit:
    """A change made by hand to all numbers of a parameter below `index`, () for all: "set", "scale" or "add"."""

    parameter: str
    index: tuple[int, ...]
    how: str
    amount: float


@dataclass(frozen=True)
class Effect:
    """What an edit did to one loss: before, after, and what the gradient had promised, grad * delta."""

    before: float
    after: float
    predicted: float


@dataclass(frozen=True)
class EditView:
    """The answer to an edit. picture: the drawing's loss, None without one; test: over `count` test digits.

    logits: of the drawing, before and after, (2, 10). left: how many edits can be undone. edit: None after an undo.
    """

    edit: Edit | None
    picture: Effect | None
    test: Effect | None
    accuracies: tuple[float, float] | None
    count: int
    logits: np.ndarray | None
    digit: int | None
    left: int
