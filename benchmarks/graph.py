"""Backward graphs: how long they take to lay out and to open, how many edges cross, how smoothly they are panned.

    python benchmarks/graph.py [--json]

LeNet, ResNet-18, a chain of 1,000 nodes with branches, one of 10,000. Times are medians of seven. `crossings` counts
edges as they are drawn, gap by gap between two layers; `opened` is from the engine's records to the first picture, big
graphs folded; `nodes seen` is what that shows; `unfolded` is the same with everything open. Frames are painted at
1920 x 1080 while the graph is dragged from end to end, and zoomed.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

import nbgrad
from gui.lab.graph_view import draw, pools_of
from gui.lab.layout import Layout, lay_out
from gui.theme import theme
from gui.views.graph_canvas import GraphCanvas
from nbgrad import nn
from nbgrad.autograd.graph import Graph, trace
from nbgrad.vision.models import LeNet, resnet18

GOALS = {"layout ms": 150, "frame p95 ms": 16}
Edges = list[tuple[int, int]]
Made = tuple[Graph, dict[int, str], list[str]]  # records, the names of the leaves, the pooling modules


def of_model(model: Any, size: tuple[int, ...]) -> Made:
    loss = nn.functional.cross_entropy(model(nbgrad.zeros(*size)), nbgrad.tensor([3] * size[0]))
    return trace(loss), {id(leaf): name for name, leaf in model.named_parameters()}, pools_of(model)


def chain_with_branches(count: int) -> Made:
    """Every third operation has a leaf of its own, every tenth a shortcut over six."""
    x = nbgrad.tensor(1.0, requires_grad=True)
    made, leaves, nodes = [x * 0.5], [x], 2
    while nodes < count:
        value = made[-1] * 0.5
        nodes += 1
        if nodes % 10 == 0 and len(made) > 6:
            value, nodes = value + made[-6], nodes + 1
        elif nodes % 3 == 0:
            leaves.append(nbgrad.tensor(0.1, requires_grad=True))
            value, nodes = value + leaves[-1], nodes + 2
        made.append(value)
    return trace(made[-1]), {id(leaf): f"w{i}" for i, leaf in enumerate(leaves)}, []


def crossings(layout: Layout, edges: Edges) -> int:
    """Pairs of lines that cross between two neighbouring layers."""
    gaps: dict[int, set[tuple[float, float]]] = {}
    for (source, target), lane in zip(edges, layout.lanes, strict=True):
        start, end = layout.places[source], layout.places[target]
        rows = [start.y, *[float(lane or 0)] * (end.layer - start.layer - 1), end.y]
        for layer, line in enumerate(pairwise(rows), start.layer):
            gaps.setdefault(layer, set()).add(line)
    return sum((a - c) * (b - d) < 0 for lines in gaps.values() for (a, b), (c, d) in combinations(lines, 2))


def milliseconds(work: Callable[[], Any], times: int = 7) -> float:
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds) * 1e3


def opened(view: Any, unfolded: bool) -> GraphCanvas:
    canvas = GraphCanvas(wrapping=True)
    canvas.resize(1920, 1080)
    canvas.show()
    QApplication.processEvents()  # exposed: it paints from now on
    canvas.show_graph(view)
    if unfolded and canvas.closed:
        canvas.fold_all()
    canvas.repaint()
    return canvas


def frames(canvas: GraphCanvas) -> np.ndarray:
    """Milliseconds of each frame of a drag over the whole graph, then of a zoom out and in."""
    times = []

    def frame() -> None:
        start = time.perf_counter()
        canvas.repaint()
        times.append((time.perf_counter() - start) * 1e3)

    bounds = canvas.bounds()
    for share in np.linspace(0, 1, 60):
        canvas.look_at(bounds.topLeft() + QPointF(bounds.width() * share, bounds.height() * share))
        frame()
    for factor in [1 / 1.2] * 8 + [1.2] * 12:
        canvas.zoom_at(QPointF(960, 540), factor)
        frame()
    return np.array(times)


def measure(make: Callable[[], Made]) -> dict[str, float]:
    graph, names, pools = make()
    edges = [(edge.source, edge.target) for edge in graph.edges]
    view = draw(graph, names, pools)
    canvas = opened(view, unfolded=False)
    painted = frames(canvas)
    found = {
        "nodes": len(graph.nodes),
        "layout ms": milliseconds(lambda: lay_out(len(graph.nodes), edges)),
        "crossings": crossings(lay_out(len(graph.nodes), edges), edges),
        "nodes seen": len(canvas.nodes),
        "opened ms": milliseconds(lambda: opened(draw(graph, names, pools), False).close(), 3),
        "frame p95 ms": float(np.percentile(painted, 95)),
        "frame max ms": float(painted.max()),
    }
    canvas.close()
    whole = opened(view, unfolded=True)
    painted = frames(whole)
    found |= {"unfolded p95 ms": float(np.percentile(painted, 95)), "unfolded max ms": float(painted.max())}
    whole.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    theme.start("dark", 1.0)
    works: dict[str, Callable[[], Made]] = {
        "LeNet": lambda: of_model(LeNet(), (1, 1, 32, 32)),
        "ResNet-18": lambda: of_model(resnet18(), (2, 3, 64, 64)),
        "chain of 1,000": lambda: chain_with_branches(1_000),
        "chain of 10,000": lambda: chain_with_branches(10_000),
    }
    found = {name: measure(make) for name, make in works.items()}
    app.processEvents()
    if arguments.json:
        print(json.dumps(found))
        return
    print(f"{'':18}" + "".join(f"{name:>17}" for name in found))
    for key in next(iter(found.values())):
        goal = f"   goal {GOALS[key]}" if key in GOALS else ""
        print(f"{key:18}" + "".join(f"{result[key]:17.1f}" for result in found.values()) + goal)


if __name__ == "__main__":
    main()
