"""What the lab shows: frozen records of plain numbers, made on the compute worker, read by views. No engine, no Qt.

Arrays in a record are private copies marked read-only: a view may keep them as long as it likes.
"""

from dataclasses import dataclass

import numpy as np

from gui.lab.fields import Window


@dataclass(frozen=True)
class Summary:
    """Statistics of one tensor: moments, range, L2 norm, share of exact zeros, and a histogram.

    counts: (32,) int64; edges: (33,) float64, symmetric about zero so that the sign is read at a glance.
    """

    mean: float
    std: float
    minimum: float
    maximum: float
    norm: float
    zeros: float
    counts: np.ndarray
    edges: np.ndarray


@dataclass(frozen=True)
class History:
    """Histograms of a parameter over the run: rows of (step, counts (32,), limit), values and gradients."""

    values: tuple[tuple[int, np.ndarray, float], ...]
    gradients: tuple[tuple[int, np.ndarray, float], ...]


@dataclass(frozen=True)
class ParameterView:
    """One parameter: its numbers, the gradient of the last step and the last update; None where not computed yet."""

    name: str  # "conv1.weight"
    shape: tuple[int, ...]
    dtype: str  # "float32"
    value: np.ndarray
    gradient: np.ndarray | None
    update: np.ndarray | None  # value now - value before the last step
    value_summary: Summary
    gradient_summary: Summary | None
    update_ratio: float | None  # norm(update) / norm(value)
    history: History | None = None
    update_by_filter: np.ndarray | None = None  # of many kernels (O, I, k, k): mean |update| over I, (O, k, k)


def block_of(parameter: str) -> str:
    """The column of the canvas that a parameter belongs to: its module, of a numbered module inside a row the latter.

    >>> [block_of(name) for name in ("conv1.weight", "net.0.bias", "layer1.0.downsample.1.weight", "2.weight")]
    ['conv1', 'net.0', 'layer1.0', '2']
    """
    first, *rest = parameter.split(".")[:-1] or [parameter]
    return f"{first}.{rest[0]}" if rest and rest[0].isdigit() else first


@dataclass(frozen=True)
class LayerView:
    """One column of the network canvas, for the current drawing.

    shape: (channels, height, width) or (features,). gradient: of the loss, or of a logit, with respect to `value`, None
    where not computed yet. module: the module that made it ("conv1"), "" for the input. window: how it looks at the
    layer before it; relu: whether what it computed went through one; skip: see `gui.lab.chain.Layer`.
    """

    name: str  # "conv1 + relu"
    module: str
    shape: tuple[int, ...]
    value: np.ndarray
    gradient: np.ndarray | None
    window: Window
    relu: bool
    skip: str = ""


@dataclass(frozen=True)
class Stage:
    """One step of preprocessing: what it is called, what it did in a sentence, and the picture (values 0 to 1).

    without: what happens where it is left out, "" for a stage that cannot be. on: whether it was taken.
    """

    name: str
    explanation: str
    picture: np.ndarray
    without: str = ""
    on: bool = True


@dataclass(frozen=True)
class ProbeView:
    """What the network makes of the current drawing.

    probabilities, logits: (classes,). target: the digit the gradients belong to, of: its "loss" or its "logit". stages:
    preprocessing, in order. batch: the layers for the last training batch, values averaged over its pictures and the
    gradients of its loss added up; empty unless asked for.
    """

    drawing: int  # number of the drawing this belongs to; a newer drawing has a larger one
    step: int  # training step of the weights used
    probabilities: np.ndarray
    logits: np.ndarray
    target: int
    loss: float
    stages: tuple[Stage, ...]
    layers: tuple[LayerView, ...]
    of: str = "loss"
    batch: tuple[LayerView, ...] = ()
    verdict: str = "digit"  # or "unsure", "no digit" or "class": see gui.lab.verdict
    window: tuple[float, float, float] = (0.0, 0.0, 1.0)  # left, top, side of the part of the sheet the network sees


@dataclass(frozen=True)
class AttributionView:
    """Which pixels of the network's input made it say a digit.

    map: (32, 32), positive where the pixel speaks for the digit. window: as in ProbeView.
    """

    method: str  # "gradient", "gradient x input", "occlusion" or "grad-cam"
    formula: str
    digit: int
    map: np.ndarray
    window: tuple[float, float, float]
    forwards: int  # how often the network ran forwards, and backwards
    backwards: int
    milliseconds: float
    drawing: int
    step: int


@dataclass(frozen=True)
class GraphNode:
    """A node of the backward graph. layer counts from the loss (0) outwards; x, y are its place in layout units.

    group: the dotted path of modules that it can be folded into, "" for none. members: how many nodes are folded into
    this one, which then has a negative id.
    """

    id: int
    name: str  # "ConvolutionBackward0"
    parameter: str | None  # "conv1.weight" for AccumulateGrad leaves
    module: str | None  # "conv1" where the node belongs to one
    shape: tuple[int, ...] | None  # of the gradient that reaches the node
    layer: int
    x: float
    y: float
    group: str = ""
    members: int = 0


@dataclass(frozen=True)
class GraphEdge:
    """The gradient flows from `source` to `target` (node ids); lane: the row along which it passes over layers."""

    source: int
    target: int
    shape: tuple[int, ...] | None
    lane: int | None = None


@dataclass(frozen=True)
class GraphView:
    """The backward graph of the current loss, laid out in layers."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]


@dataclass(frozen=True)
class Curves:
    """The run so far. steps, losses: (n,), one per training step; test_steps, test_accuracies: (m,), one per test."""

    steps: np.ndarray
    losses: np.ndarray
    test_steps: np.ndarray
    test_accuracies: np.ndarray


@dataclass(frozen=True)
class TestView:
    """Result on the test set. confusion: (10, 10) int64, row = true digit. worst: pictures (k, 28, 28) it got wrong."""

    __test__ = False  # pytest: not a test class

    step: int
    accuracy: float
    confusion: np.ndarray
    worst_pictures: np.ndarray
    worst_truths: np.ndarray
    worst_guesses: np.ndarray


@dataclass(frozen=True)
class Snapshot:
    """The state of the training run at one instant, between two steps."""

    step: int
    epoch: int
    phase: str  # "idle", "forward", "loss", "backward" or "update": the last thing done
    running: bool
    loss: float | None
    images_per_second: float | None
    curves: Curves
    parameters: tuple[ParameterView, ...]
    graph: GraphView | None
    test: TestView | None
    notice: str  # "" or one sentence for the learner: "The loss became NaN at step 12 ..."
