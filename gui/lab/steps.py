"""A walk through a training step as plain records: each operation, each node, each update. No engine, no Qt."""

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
class Operand:
    """What an operation of the forward pass took. source: id of the GraphNode it came from, None for a constant."""

    source: int | None
    name: str  # of what made it ("ReluBackward0"), of the parameter, or of the operand ("input")
    numbers: Numbers | None


@dataclass(frozen=True, eq=False)
class ForwardView:
    """What one operation of the forward pass did. number: its place in it; node: id of the GraphNode it left behind.

    outputs: its results, None where it was not seen. kept: what the node keeps for the backward pass, by PyTorch's
    names.
    """

    number: int
    node: int
    name: str  # "ConvolutionBackward0"
    operands: tuple[Operand, ...]
    outputs: tuple[Numbers | None, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Buffer:
    """What the optimizer remembers about a parameter: before (None: nothing yet) and after the step."""

    name: str  # "momentum_buffer"
    before: Numbers | None
    after: Numbers


@dataclass(frozen=True, eq=False)
class UpdateView:
    """What the optimizer did to one parameter. number: its place in the update; node: id of the parameter's leaf.

    settings: of the optimizer, as its constructor spells them. step: after - before.
    """

    number: int
    node: int
    name: str  # "conv1.weight"
    optimizer: str  # "SGD"
    settings: tuple[tuple[str, float | bool], ...]
    before: Numbers
    gradient: Numbers
    buffers: tuple[Buffer, ...]
    after: Numbers
    step: Numbers


@dataclass(frozen=True)
class Line:
    """One line of arithmetic: `name = formula = pattern, filled with figures = value`."""

    name: str  # "b"
    formula: str  # "μ·b + d"
    pattern: str  # "{} × {} + {}"
    figures: tuple[float, ...]
    value: float


@dataclass(frozen=True)
class WeightView:
    """The update written out for one weight. engine: the weight that the optimizer wrote; bound: of the rounding."""

    update: int
    place: tuple[int, ...]
    lines: tuple[Line, ...]
    engine: float
    bound: float

    @property
    def agrees(self) -> bool:
        return abs(self.lines[-1].value - self.engine) <= self.bound


Moment = ForwardView | StepView | UpdateView


@dataclass(frozen=True, eq=False)
class WalkView:
    """A walk through forward, loss, backward and update as it stands.

    of: whose loss, "drawing", "batch" or "snippet"; digit: the drawing's. loss: None where the tensor is no scalar.
    forward, steps, updates: the operations, nodes and
    updates made so far; operations, parameters: how many there are to make, the nodes' number being the graph's.
    zeroed: whether `.grad` was emptied first. over: why the walk is out of date ("drawing", "target", "network",
    "snippet"), "" while it is not. chain, weight: the arithmetic of a chosen element of a step, of an update. title:
    what a snippet calls its tensor; begins: what the pass begins with, "ones" or "given", "" for the 1 of a scalar.
    """

    graph: GraphView
    of: str
    digit: int | None
    loss: float | None
    zeroed: bool
    phase: str  # "forward", "loss", "backward" or "update"
    forward: tuple[ForwardView, ...]
    steps: tuple[StepView, ...]
    updates: tuple[UpdateView, ...]
    operations: int
    parameters: int
    chain: ChainView | None = None
    weight: WeightView | None = None
    over: str = ""
    title: str = ""
    begins: str = ""

    @property
    def current(self) -> Moment | None:
        """What was made last; None before everything, and at the loss."""
        made = {"forward": self.forward, "loss": (), "backward": self.steps, "update": self.updates}[self.phase]
        return made[-1] if made else None

    @property
    def finished(self) -> bool:
        """The backward pass is complete."""
        return len(self.steps) == len(self.graph.nodes)

    @property
    def ended(self) -> bool:
        return self.finished and len(self.updates) == self.parameters
