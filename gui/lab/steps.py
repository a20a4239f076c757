"""A walk through the backward pass as plain records: what each node got, kept and passed on. No engine, no Qt."""

from dataclasses import dataclass

import numpy as np

from gui.lab.snapshot import GraphView, Summary


@dataclass(frozen=True, eq=False)
class Numbers:
    """A tensor at one moment: a private read-only copy, and its statistics."""

    values: np.ndarray
    summary: Summary

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape


@dataclass(frozen=True, eq=False)
class Part:
    """One gradient that came in. source: id of the GraphNode that sent it, None for the 1 the pass begins with."""

    source: int | None
    name: str  # of the source, as PyTorch spells it
    gradient: Numbers


@dataclass(frozen=True, eq=False)
class Arrival:
    """The gradient of the loss at one output of a node, and the parts it is the sum of, in the order they came."""

    gradient: Numbers | None
    parts: tuple[Part, ...]


@dataclass(frozen=True, eq=False)
class Saved:
    """What the forward pass kept for this node, by PyTorch's name: a tensor, or what is no tensor as text."""

    name: str
    numbers: Numbers | None
    text: str = ""


@dataclass(frozen=True, eq=False)
class Sent:
    """What a node passes on for its input `number` to node `target`; None where no gradient is needed."""

    number: int
    target: int | None
    name: str
    gradient: Numbers | None


@dataclass(frozen=True, eq=False)
class Filling:
    """What AccumulateGrad did to a parameter: `.grad` before (None: there was none), what was added, `.grad` after."""

    parameter: str
    before: Numbers | None
    added: Numbers
    after: Numbers


@dataclass(frozen=True, eq=False)
class StepView:
    """What one node did. number: its place in the walk; node: id of its GraphNode."""

    number: int
    node: int
    name: str  # "ConvolutionBackward0"
    arrived: tuple[Arrival, ...]
    saved: tuple[Saved, ...]
    sent: tuple[Sent, ...]
    filling: Filling | None


@dataclass(frozen=True)
class TermLine:
    """One product of the chain rule: the gradient at an element of an output, times the local derivative there."""

    output: int
    place: tuple[int, ...]
    gradient: float
    local: float

    @property
    def product(self) -> float:
        return self.gradient * self.local


@dataclass(frozen=True)
class ChainView:
    """grad_in = Σ grad_out · ∂out/∂in for one element of what step `step` sends to its input `number`.

    lines: the largest products, largest first; count: how many there are; total: the sum of all of them. engine: the
    number that backward computed.
    """

    step: int
    number: int
    place: tuple[int, ...]
    lines: tuple[TermLine, ...]
    count: int
    total: float
    scale: float  # the sum of the products' magnitudes, against which rounding is measured
    engine: float

    @property
    def agrees(self) -> bool:
        return abs(self.total - self.engine) <= 1e-4 * self.scale + 1e-12


@dataclass(frozen=True, eq=False)
class WalkView:
    """A walk as it stands. of: whose loss, "drawing" or "batch"; digit: the drawing's. steps: those made so far.

    zeroed: whether `.grad` was emptied first. over: why the walk is out of date ("drawing", "network"), "" while it is
    not.
    """

    graph: GraphView
    of: str
    digit: int | None
    loss: float
    zeroed: bool
    steps: tuple[StepView, ...]
    finished: bool
    chain: ChainView | None = None
    over: str = ""

    @property
    def current(self) -> StepView | None:
        return self.steps[-1] if self.steps else None
