"""Made-up records and a store that holds them, so that a panel can be looked at without an engine.

python -m gui.views.NAME        shows that panel alone
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
from PySide6.QtWidgets import QApplication, QWidget

from gui.bridge.store import Store
from gui.lab.drawing import Drawing, Stroke
from gui.lab.experiment import Experiment
from gui.lab.fields import Window
from gui.lab.layout import lay_out
from gui.lab.snapshot import (
    Curves,
    GraphEdge,
    GraphNode,
    GraphView,
    LayerView,
    ParameterView,
    ProbeView,
    Snapshot,
    Stage,
    Summary,
    TestView,
)
from gui.theme import theme

SEVEN = ((0.28, 0.3), (0.45, 0.27), (0.68, 0.25), (0.6, 0.45), (0.52, 0.65), (0.48, 0.85))
CONV, POOL, LINEAR = Window("conv", (5, 5)), Window("max_pool", (2, 2), (2, 2)), Window("linear")
WINDOWS = (Window("input"), CONV, POOL, CONV, POOL, LINEAR, LINEAR, LINEAR)
SHAPES = {
    "conv1": ((6, 1, 5, 5), (6,)),
    "conv2": ((16, 6, 5, 5), (16,)),
    "fc1": ((120, 400), (120,)),
    "fc2": ((84, 120), (84,)),
    "fc3": ((10, 84), (10,)),
}


def rasterize(points: tuple[tuple[float, float], ...], size: int, width: float) -> np.ndarray:
    """Ink of a polyline in the unit square on a size x size picture."""
    ys, xs = (np.mgrid[:size, :size] + 0.5) / size
    nearest = np.full((size, size), np.inf)
    for (x0, y0), (x1, y1) in pairwise(points):
        length = (x1 - x0) ** 2 + (y1 - y0) ** 2 + 1e-12
        along = np.clip(((xs - x0) * (x1 - x0) + (ys - y0) * (y1 - y0)) / length, 0, 1)
        distance = np.hypot(xs - x0 - along * (x1 - x0), ys - y0 - along * (y1 - y0))
        nearest = np.minimum(nearest, distance)
    return np.clip((width / 2 - nearest) * size + 0.5, 0, 1).astype(np.float32)


def summary(values: np.ndarray) -> Summary:
    limit = float(np.abs(values).max()) or 1.0
    counts, edges = np.histogram(values, bins=32, range=(-limit, limit))
    low, high, norm = float(values.min()), float(values.max()), float(np.linalg.norm(values))
    zeros = float((values == 0).mean())
    return Summary(float(values.mean()), float(values.std()), low, high, norm, zeros, counts, edges)


def parameters(seed: int = 0, with_gradient: bool = True) -> tuple[ParameterView, ...]:
    random = np.random.default_rng(seed)
    result = []
    for module, (weight, bias) in SHAPES.items():
        for name, shape in ((f"{module}.weight", weight), (f"{module}.bias", bias)):
            value = random.normal(0, 1 / np.sqrt(np.prod(weight[1:])), shape).astype(np.float32)
            gradient = random.standard_t(4, shape).astype(np.float32) * 0.004 if with_gradient else None
            update = -0.02 * gradient if gradient is not None else None
            ratio = float(np.linalg.norm(update) / np.linalg.norm(value)) if update is not None else None
            gradient_summary = summary(gradient) if gradient is not None else None
            view = ParameterView(
                name, shape, "float32", value, gradient, update, summary(value), gradient_summary, ratio
            )
            result.append(view)
    return tuple(result)


def _convolve(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(x, (5, 5), axis=(1, 2))
    return np.einsum("chwij,ocij->ohw", windows, weight) + bias[:, None, None]


def _pool(x: np.ndarray) -> np.ndarray:
    c, h, w = x.shape
    return x.reshape(c, h // 2, 2, w // 2, 2).max((2, 4))


def layers(picture: np.ndarray, weights: dict[str, np.ndarray], with_gradient: bool = True) -> tuple[LayerView, ...]:
    """What each layer of a LeNet with these weights computes; the gradients are noise of a plausible shape."""
    x = [("input", "", (picture * 3.2 - 0.42)[None])]
    relu1 = np.maximum(_convolve(x[0][2], 2 * weights["conv1.weight"], weights["conv1.bias"]), 0)
    x += [("conv1 + relu", "conv1", relu1), ("pool1", "pool1", _pool(relu1))]
    relu2 = np.maximum(_convolve(x[2][2], weights["conv2.weight"], weights["conv2.bias"]), 0)
    x += [("conv2 + relu", "conv2", relu2), ("pool2", "pool2", _pool(relu2))]
    flat = x[-1][2].ravel()
    for module in ("fc1", "fc2", "fc3"):
        flat = weights[f"{module}.weight"] @ flat + weights[f"{module}.bias"]
        flat = np.maximum(flat, 0) if module != "fc3" else flat
        x.append((module if module == "fc3" else f"{module} + relu", module, flat))
    random = np.random.default_rng(3)
    result = []
    for (name, module, value), window in zip(x, WINDOWS, strict=True):
        noise = random.standard_t(3, value.shape).astype(np.float32) * 0.01 * (random.random(value.shape) < 0.4)
        gradient = noise if with_gradient else None
        result.append(LayerView(name, module, value.shape, value, gradient, window, "relu" in name))
    return tuple(result)


def probe(drawing: int = 1, with_gradient: bool = True) -> ProbeView:
    picture = rasterize(SEVEN, 32, 0.09)
    weights = {view.name: view.value for view in parameters()}
    logits = np.array([-2.1, 0.4, 1.8, 1.2, -1.6, -0.7, -4.0, 6.4, -0.4, 1.9])
    chances = np.exp(logits) / np.exp(logits).sum()
    stages = (
        Stage(
            "stroke", "What you drew: a round pen, darker where it covers more of a pixel.", rasterize(SEVEN, 56, 0.07)
        ),
        Stage("box", "Only the part that holds ink.", rasterize(SEVEN, 56, 0.07)[10:50, 13:42]),
        Stage("20 x 20", "Scaled until its longer side is 20 pixels.", rasterize(SEVEN, 20, 0.09)),
        Stage(
            "centre of mass", "Placed in 28 x 28 so that the ink balances in the middle.", rasterize(SEVEN, 28, 0.09)
        ),
        Stage("32 x 32", "A border of 2 pixels.", picture),
    )
    return ProbeView(drawing, 937, chances, logits, 7, 0.029, stages, layers(picture, weights, with_gradient))


def graph() -> GraphView:
    """The backward graph of LeNet, laid out from the loss (left) to the first convolution."""
    chain = [("NllLossBackward0", None, ()), ("LogSoftmaxBackward0", None, (64, 10))]
    for module, size in (("fc3", 10), ("fc2", 84), ("fc1", 120)):
        if module != "fc3":
            chain.append(("ReluBackward0", module, (64, size)))
        chain.append(("AddmmBackward0", module, (64, size)))
    chain.append(("ViewBackward0", None, (64, 400)))
    for module, channels, side in (("conv2", 16, 10), ("conv1", 6, 28)):
        chain.append(("MaxPool2DWithIndicesBackward0", None, (64, channels, side // 2, side // 2)))
        chain.append(("ReluBackward0", module, (64, channels, side, side)))
        chain.append(("ConvolutionBackward0", module, (64, channels, side, side)))
    names, edges = list(chain), [(i, i + 1) for i in range(len(chain) - 1)]
    parameters: dict[int, str] = {}
    for index, (name, module, _) in enumerate(chain):
        if name not in ("AddmmBackward0", "ConvolutionBackward0"):
            continue
        assert module is not None
        weight, bias = SHAPES[module]
        names.append(("AccumulateGrad", module, bias))
        parameters[len(names) - 1] = f"{module}.bias"
        edges.append((index, len(names) - 1))
        parent = index
        if name == "AddmmBackward0":
            names.append(("TBackward0", module, weight[::-1]))
            edges.append((parent, len(names) - 1))
            parent = len(names) - 1
        names.append(("AccumulateGrad", module, weight))
        parameters[len(names) - 1] = f"{module}.weight"
        edges.append((parent, len(names) - 1))
    places = lay_out(len(names), edges).places
    nodes = (
        GraphNode(i, name, parameters.get(i), module, shape, place.layer, place.x, place.y, module or "")
        for i, ((name, module, shape), place) in enumerate(zip(names, places, strict=True))
    )
    return GraphView(tuple(nodes), tuple(GraphEdge(a, b, names[b][2]) for a, b in edges))


def curves(steps: int = 937) -> Curves:
    random = np.random.default_rng(1)
    at = np.arange(1, steps + 1)
    losses = 2.3 * np.exp(-at / 90) + 0.12 + 0.05 * np.abs(random.normal(size=steps)) * (1 + 4 * np.exp(-at / 200))
    tests = at[99::100]
    return Curves(at, losses, tests, 1 - 0.5 * np.exp(-tests / 150) - 0.012)


def test_view() -> TestView:
    random = np.random.default_rng(2)
    confusion = random.poisson(1.2, (10, 10)) + np.diag(random.integers(880, 1100, 10))
    truths, guesses = random.integers(0, 10, 24), random.integers(0, 10, 24)
    pictures = np.stack([rasterize(SEVEN[: 3 + i % 4], 28, 0.06 + 0.004 * (i % 9)) for i in range(24)])
    accuracy = float(np.trace(confusion) / confusion.sum())
    return TestView(937, accuracy, confusion, pictures, truths, guesses)


def snapshot(step: int = 937, running: bool = False, seed: int = 0) -> Snapshot:
    started = step > 0
    return Snapshot(
        step, step // 938, "backward" if started else "idle", running, 0.029 if started else None,
        21800.0 if started else None, curves(step), parameters(seed, started), graph() if started else None,
        test_view() if started else None, "",
    )  # fmt: skip


def empty_store() -> Store:
    """A store at the very start: a network with weights, nothing drawn, nothing computed."""
    store = Store(Experiment())
    store.take_snapshot(snapshot(0))
    return store


def full_store() -> Store:
    """A store in the middle of a run, with a drawing."""
    store = Store(Experiment())
    store.take_snapshot(snapshot())
    store.draw(Drawing(0, (Stroke(SEVEN, 0.07),)))
    store.take_probe(replace(probe(), drawing=store.drawing.number))
    return store


def show(make: Callable[[Store], QWidget], width: int, height: int) -> None:
    """Show one panel with sample data until its window closes."""
    app = QApplication.instance() or QApplication(sys.argv)
    theme.start()
    widget = make(full_store())
    widget.setProperty("role", "window")
    widget.resize(width, height)
    widget.show()
    app.exec()
