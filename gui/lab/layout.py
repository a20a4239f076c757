"""A place for every node of a directed acyclic graph, and a lane for every edge that passes over layers.

Layers by longest path. The nodes are cut into paths, each along the longest way down that nobody has taken; a path lies
straight on one row, the main one on row 0. Edges over several layers are paths without nodes, so that a shortcut runs
beside the chain and not through it. Paths are put down one by one, short ones first, on the row nearest to what they
hang from where they cross least.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

TRIED = 8  # free rows that a path tries
PASSES = 2  # of looking for a better row for paths that cross others


@dataclass(frozen=True)
class Place:
    """layer counts from the roots (0); x, y in layout units: no two nodes are closer than 1 in both."""

    layer: int
    x: float
    y: float


@dataclass(frozen=True)
class Layout:
    """places: of the nodes. lanes: for each edge the row along which it passes over layers, None for a short one."""

    places: list[Place]
    lanes: list[int | None]


def lay_out(count: int, edges: Sequence[tuple[int, int]]) -> Layout:
    """Places for nodes 0..count-1. edges: (source, target); the order of a node's edges is the order of its inputs.

    Raises ValueError where the edges run in a circle.

    >>> [(place.x, place.y) for place in lay_out(3, [(0, 1), (1, 2), (0, 2)]).places]
    [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)]
    """
    children: list[list[int]] = [[] for _ in range(count)]
    parents: list[list[int]] = [[] for _ in range(count)]
    for source, target in dict.fromkeys(edges):
        children[source].append(target)
        parents[target].append(source)
    order = topological_order(children, parents)
    layer = _longest_paths(order, parents)
    paths, lanes = _paths(order, children, parents, layer)
    _Rows(paths, max(layer, default=0) + 1).settle()
    row = [0] * count
    for path in paths:
        for node in path.nodes:
            row[node] = path.row
    places = [Place(layer[node], float(layer[node]), float(row[node])) for node in range(count)]
    return Layout(places, [lanes[edge].row if edge in lanes else None for edge in edges])


def topological_order(children: Sequence[Sequence[int]], parents: Sequence[Sequence[int]]) -> list[int]:
    """Raises ValueError where the edges run in a circle."""
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


# ---- paths


@dataclass(eq=False)
class _Path:
    """Nodes and bends on one row, over layers first..last.

    links: (gap, left path, right path), a gap being called by the layer on its left. side: where it lies if nothing
    speaks against it, -1 above, 1 below. depth: of paths that hang from paths.
    """

    nodes: list[int]
    first: int
    last: int
    side: int
    depth: int = 0
    base: "_Path | None" = None
    row: int = 0
    placed: bool = False
    links: list[tuple[int, "_Path", "_Path"]] = field(default_factory=list)


def _paths(
    order: list[int], children: list[list[int]], parents: list[list[int]], layer: list[int]
) -> tuple[list[_Path], dict[tuple[int, int], _Path]]:
    """The paths, the main one first, and for each edge over several layers the path that it runs on."""
    height = _longest_paths(order[::-1], children)
    of: dict[int, _Path] = {}
    paths: list[_Path] = []
    lanes: dict[tuple[int, int], _Path] = {}
    joins: dict[tuple[int, int], _Path] = {}  # edges that a path begins or ends with

    def follow(node: int, main: bool) -> None:
        path = _Path([node], layer[node], layer[node], 1)
        paths.append(path)
        of[node] = path
        owner = max(parents[node], key=lambda other: layer[other], default=None)
        if owner is not None:
            path.base, path.depth, path.first = of[owner], of[owner].depth + 1, layer[owner] + 1
            path.side = _side(children[owner], node, of, of[owner])
            joins[owner, node] = path
        while children[node]:
            heir = max(children[node], key=height.__getitem__)
            if heir in of:
                path.last = layer[heir] - 1
                joins[node, heir] = path
                break
            if main and not children[heir] and len(children[node]) > 1:
                break  # the last leaves hang off
            if layer[heir] > layer[node] + 1:
                lanes[node, heir] = path
            path.nodes.append(heir)
            of[heir] = path
            node = heir
            path.last = layer[node]

    roots = [node for node in order if layer[node] == 0]
    if roots:
        follow(max(roots, key=height.__getitem__), True)
    for node in order:
        if node not in of:
            follow(node, False)
    for source in order:
        for target in children[source]:
            _link(source, target, of, layer, joins.get((source, target)), paths, lanes)
    return paths, lanes


def _side(siblings: list[int], node: int, of: dict[int, _Path], owner: _Path) -> int:
    """Inputs before the one that goes on lie above, the others below; on a branch everything lies outwards."""
    heir = next((i for i, each in enumerate(siblings) if of.get(each) is owner), len(siblings))
    return -1 if siblings.index(node) < heir < len(siblings) else 1


def _link(
    source: int, target: int, of: dict[int, _Path], layer: list[int], carrier: _Path | None, paths: list[_Path],
    lanes: dict[tuple[int, int], _Path],
) -> None:  # fmt: skip
    """Tell the paths of an edge's ends how it runs between their rows."""
    start, end = of[source], of[target]
    if start is end and (layer[target] == layer[source] + 1 or (source, target) in lanes):
        return  # along the path itself
    if layer[target] == layer[source] + 1:
        _tie(layer[source], start, end)
        return
    if carrier is None:
        carrier = _Path([], layer[source] + 1, layer[target] - 1, -1, max(start.depth, end.depth) + 1, start)
        paths.append(carrier)
    lanes[source, target] = carrier
    if carrier is not start:
        _tie(layer[source], start, carrier)
    if carrier is not end:
        _tie(layer[target] - 1, carrier, end)


def _tie(gap: int, left: _Path, right: _Path) -> None:
    for path in (left, right):
        path.links.append((gap, left, right))


# ---- rows


class _Rows:
    """Puts paths on rows."""

    def __init__(self, paths: list[_Path], layers: int) -> None:
        self._paths = paths
        self._taken: dict[int, int] = {}  # row -> layers that are occupied, as bits
        self._links: list[list[tuple[_Path, _Path]]] = [[] for _ in range(layers + 1)]  # by gap, both ends placed
        self._over: list[list[_Path]] = [[] for _ in range(layers + 1)]  # placed paths that go on over a gap

    def settle(self) -> None:
        if not self._paths:
            return
        main, *others = self._paths
        self._put(main, 0)
        others.sort(key=lambda path: (path.depth, path.last - path.first))
        for path in others:
            self._put(path, self._best(path))
        for _ in range(PASSES):
            crossing = [path for path in others if self._crossings(path, path.row)]
            for path in crossing:
                self._lift(path)
                self._put(path, self._best(path))

    def _best(self, path: _Path) -> int:
        """The nearest free row with the fewest crossings."""
        best, least = 0, -1
        for row in self._free(path):
            count = self._crossings(path, row)
            if least < 0 or count < least:
                best, least = row, count
            if not count:
                break
        return best

    def _free(self, path: _Path) -> Iterator[int]:
        """Rows with room for a path, by their distance from what it hangs from."""
        base = path.base.row if path.base is not None else 0
        side = path.side if base == 0 else (1 if base > 0 else -1)
        cells, found, distance = self._cells(path), 0, 0 if path.base is None else 1
        while found < TRIED:
            for row in dict.fromkeys((base + side * distance, base - side * distance)):
                if not self._taken.get(row, 0) & cells:
                    found += 1
                    yield row
            distance += 1

    @staticmethod
    def _cells(path: _Path) -> int:
        return ((1 << (path.last - path.first + 1)) - 1) << path.first

    def _put(self, path: _Path, row: int) -> None:
        path.row, path.placed = row, True
        self._taken[row] = self._taken.get(row, 0) | self._cells(path)
        for gap in range(path.first, path.last):
            self._over[gap].append(path)
        for gap, left, right in path.links:
            if left.placed and right.placed:
                self._links[gap].append((left, right))

    def _lift(self, path: _Path) -> None:
        self._taken[path.row] &= ~self._cells(path)
        for gap in range(path.first, path.last):
            self._over[gap].remove(path)
        for gap, left, right in path.links:
            if left.placed and right.placed:
                self._links[gap].remove((left, right))
        path.placed = False

    def _crossings(self, path: _Path, row: int) -> int:
        """How many lines a path on this row would cross."""
        held, path.row = path.row, row
        count = 0
        for gap in range(path.first, path.last):
            count += sum(_cross(left, right, path, path) for left, right in self._links[gap])
        for gap, left, right in path.links:
            if (left.placed or left is path) and (right.placed or right is path):
                count += sum(_cross(left, right, *other) for other in self._links[gap])
                count += sum(_cross(left, right, other, other) for other in self._over[gap])
        path.row = held
        return count


def _cross(left: _Path, right: _Path, other_left: _Path, other_right: _Path) -> bool:
    return (left.row - other_left.row) * (right.row - other_right.row) < 0
