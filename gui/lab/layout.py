"""A place for every node of a directed acyclic graph: layers by longest path, rows by barycentre.

The main chain (from a root along the longest way down) lies straight on row 0; what hangs off it lies above and below.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

SWEEPS = 3


@dataclass(frozen=True)
class Place:
    """layer counts from the roots (0); x, y in layout units: no two nodes are closer than 1 in both."""

    layer: int
    x: float
    y: float


def lay_out(count: int, edges: Sequence[tuple[int, int]]) -> list[Place]:
    """Places for nodes 0..count-1. edges: (source, target); the order of a node's edges is the order of its inputs.

    Raises ValueError where the edges run in a circle.

    >>> lay_out(3, [(0, 1), (1, 2)])
    [Place(layer=0, x=0.0, y=0.0), Place(layer=1, x=1.0, y=0.0), Place(layer=2, x=2.0, y=0.0)]
    """
    children: list[list[int]] = [[] for _ in range(count)]
    parents: list[list[int]] = [[] for _ in range(count)]
    for source, target in dict.fromkeys(edges):
        children[source].append(target)
        parents[target].append(source)
    order = _topological_order(children, parents)
    layer = _longest_paths(order, parents)
    rows = _rows(layer, children, parents, _main_chain(order, children, layer))
    return [Place(layer[node], float(layer[node]), float(rows[node])) for node in range(count)]


def _topological_order(children: list[list[int]], parents: list[list[int]]) -> list[int]:
    waiting = [len(sources) for sources in parents]
    ready = deque(node for node, number in enumerate(waiting) if number == 0)
    order = []
    while ready:
        node = ready.popleft()
        order.append(node)
        for child in children[node]:
            waiting[child] -= 1
            if waiting[child] == 0:
                ready.append(child)
    if len(order) < len(children):
        raise ValueError("the edges run in a circle: this graph has no layers")
    return order


def _longest_paths(order: list[int], neighbours: list[list[int]]) -> list[int]:
    """Length of the longest path that ends at each node, over neighbours that come before it in `order`."""
    length = [0] * len(order)
    for node in order:
        length[node] = max((length[other] + 1 for other in neighbours[node]), default=0)
    return length


def _main_chain(order: list[int], children: list[list[int]], layer: list[int]) -> set[int]:
    """From the root that reaches deepest, always to the child that reaches deepest; the last leaf hangs off."""
    if not order:
        return set()
    height = _longest_paths(order[::-1], children)
    node = max((node for node in order if layer[node] == 0), key=height.__getitem__)
    chain = {node}
    while children[node]:
        node = max(children[node], key=height.__getitem__)
        if not children[node]:
            break
        chain.add(node)
    return chain


def _rows(layer: list[int], children: list[list[int]], parents: list[list[int]], chain: set[int]) -> list[int]:
    """Sweep forwards and backwards, each time drawing the nodes of a layer towards the mean row of their neighbours."""
    layers: list[list[int]] = [[] for _ in range(max(layer, default=-1) + 1)]
    for node, number in enumerate(layer):
        layers[number].append(node)
    # Nodes with equal neighbours keep the order of the inputs they stand for.
    rank = [0.0] * len(layer)
    for source in range(len(layer)):
        for number, child in enumerate(children[source]):
            rank[child] = max(rank[child], number)
    rows = [0] * len(layer)
    for sweep in range(SWEEPS):
        for members in layers:
            _settle(members, parents, rows, rank, chain)
        if sweep < SWEEPS - 1:
            for members in reversed(layers):
                _settle(members, children, rows, rank, chain)
    return rows


def _settle(
    members: list[int], neighbours: list[list[int]], rows: list[int], rank: list[float], chain: set[int]
) -> None:
    """Give one layer its rows: whole numbers, all different, the chain's node on row 0."""
    wish = {
        node: sum(rows[other] for other in neighbours[node]) / len(neighbours[node]) if neighbours[node] else rows[node]
        for node in members
    }
    for node in members:
        if node in chain:
            wish[node] = 0.0
    ordered = sorted(members, key=lambda node: (wish[node], rank[node], node))
    middle = next((i for i, node in enumerate(ordered) if node in chain), None)
    if middle is None:
        _stack(ordered, wish, rows)
        return
    rows[ordered[middle]] = 0
    for i in range(middle + 1, len(ordered)):
        rows[ordered[i]] = max(rows[ordered[i - 1]] + 1, _nearest(wish[ordered[i]]))
    for i in range(middle - 1, -1, -1):
        rows[ordered[i]] = min(rows[ordered[i + 1]] - 1, _nearest(wish[ordered[i]]))


def _stack(ordered: list[int], wish: dict[int, float], rows: list[int]) -> None:
    """Each as near to its wish as the one before allows, then all moved together until wishes are met on average."""
    row = _nearest(wish[ordered[0]]) - 1
    for node in ordered:
        row = rows[node] = max(row + 1, _nearest(wish[node]))
    shift = _nearest(sum(wish[node] - rows[node] for node in ordered) / len(ordered))
    for node in ordered:
        rows[node] += shift


def _nearest(value: float) -> int:
    return int(value + 0.5) if value >= 0 else -int(0.5 - value)
