"""How long backward graphs take to lay out, and how many edges cross: LeNet, ResNet-18, a chain of 1,000 with branches.

    python benchmarks/graph.py [--json]

The goal is 1,000 nodes within 150 ms. Time is the median of seven; crossings are counted between neighbouring layers,
edges over several layers as the straight lines they are drawn as.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from itertools import combinations
from typing import Any

import nbgrad
from gui.lab.layout import Place, lay_out
from nbgrad import nn
from nbgrad.autograd.graph import trace
from nbgrad.vision.models import LeNet, resnet18

GOAL = 0.150  # seconds for 1,000 nodes
Edges = list[tuple[int, int]]


def graph_of(loss: Any) -> tuple[int, Edges]:
    graph = trace(loss)
    return len(graph.nodes), [(edge.source, edge.target) for edge in graph.edges]


def lenet() -> tuple[int, Edges]:
    return graph_of(nn.functional.cross_entropy(LeNet()(nbgrad.zeros(1, 1, 32, 32)), nbgrad.tensor([3])))


def resnet() -> tuple[int, Edges]:
    return graph_of(nn.functional.cross_entropy(resnet18()(nbgrad.zeros(2, 3, 64, 64)), nbgrad.tensor([3, 4])))


def chain_with_branches(count: int = 1000) -> tuple[int, Edges]:
    """Every third node of a chain has a leaf, every tenth a shortcut over six nodes."""
    edges, node, last = [], 1, [0]
    while node < count:
        edges.append((last[-1], node))
        if len(last) % 10 == 0 and len(last) > 6:
            edges.append((last[-6], node))
        last.append(node)
        node += 1
        if len(last) % 3 == 0 and node < count:
            edges.append((last[-1], node))
            node += 1
    return count, edges


def crossings(places: list[Place], edges: Edges) -> int:
    """Pairs of edges whose straight lines cross; edges that share an end do not count."""
    lines = sorted({(min(e), max(e)) for e in edges}, key=lambda e: places[e[0]].x)
    spans = [(places[a].x, places[a].y, places[b].x, places[b].y, a, b) for a, b in lines]
    return sum(_cross(first, second) for first, second in combinations(spans, 2))


def _cross(first: tuple, second: tuple) -> bool:
    x0, y0, x1, y1, a, b = first
    u0, v0, u1, v1, c, d = second
    left, right = max(x0, u0), min(x1, u1)
    if left >= right or {a, b} & {c, d}:
        return False

    def apart(x: float) -> float:
        return (y0 + (y1 - y0) * (x - x0) / (x1 - x0)) - (v0 + (v1 - v0) * (x - u0) / (u1 - u0))

    return apart(left) * apart(right) < 0


def measure(make: Callable[[], tuple[int, Edges]]) -> dict[str, float]:
    count, edges = make()
    seconds = []
    for _ in range(7):
        start = time.perf_counter()
        places = lay_out(count, edges)
        seconds.append(time.perf_counter() - start)
    return {
        "nodes": count,
        "edges": len(edges),
        "milliseconds": round(statistics.median(seconds) * 1e3, 2),
        "crossings": crossings(places, edges),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    works = {"LeNet": lenet, "ResNet-18": resnet, "chain with branches": chain_with_branches}
    found = {name: measure(make) for name, make in works.items()}
    if arguments.json:
        print(json.dumps(found))
        return
    print(f"{'graph':22}{'nodes':>8}{'edges':>8}{'ms':>10}{'crossings':>11}   goal: 1,000 nodes in {GOAL * 1e3:.0f} ms")
    for name, result in found.items():
        print(f"{name:22}{result['nodes']:8}{result['edges']:8}{result['milliseconds']:10.2f}{result['crossings']:11}")


if __name__ == "__main__":
    main()
