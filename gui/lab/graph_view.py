"""From the engine's records of a backward graph to the laid-out picture of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from gui.lab.folding import OPEN
from gui.lab.layout import lay_out
from gui.lab.snapshot import GraphEdge, GraphNode, GraphView

POOLS = ("MaxPool2DWithIndicesBackward0", "AvgPool2DBackward0")


class GraphViews:
    """Makes GraphViews; a graph that looks like the last one gets the same view."""

    def __init__(self) -> None:
        self._key: object = None
        self._view: GraphView | None = None

    def view(self, graph: Any, model: Any) -> GraphView:
        """graph: what `nbgrad.autograd.graph.trace` gave."""
        names = {id(parameter): name for name, parameter in model.named_parameters()}
        key = (
            [(node.name, node.shape, names.get(id(node.variable))) for node in graph.nodes],
            [tuple(edge) for edge in _edges(graph)],
        )
        if key != self._key or self._view is None:
            self._key, self._view = key, draw(graph, names, pools_of(model))
        return self._view


def pools_of(model: Any) -> list[str]:
    """The paths of a model's pooling modules."""
    return [path for path, module in model.named_modules() if type(module).__name__ in ("MaxPool2d", "AvgPool2d")]


def draw(graph: Any, names: Mapping[int, str], pools: Sequence[str] = ()) -> GraphView:
    """The picture of one graph; names: what to call a leaf, by its id(); pools: the pooling modules on the way."""
    edges = _edges(graph)
    ends = [(source, target) for source, target, _ in edges]
    laid_out = lay_out(len(graph.nodes), ends)
    parameters = [names.get(id(node.variable)) for node in graph.nodes]
    modules = name_modules(parameters, ends)
    if any(modules):
        modules = name_pools([node.name for node in graph.nodes], modules, ends, pools)
    groups = group(modules, len(graph.nodes))
    nodes = tuple(
        GraphNode(i, node.name, parameters[i], modules[i], node.shape, place.layer, place.x, place.y, groups[i])
        for i, (node, place) in enumerate(zip(graph.nodes, laid_out.places, strict=True))
    )
    return GraphView(nodes, tuple(GraphEdge(*edge, lane) for edge, lane in zip(edges, laid_out.lanes, strict=True)))


def _edges(graph: Any) -> list[tuple[int, int, tuple[int, ...] | None]]:
    """Edges between places in `graph.nodes`, those of a node in the order of its inputs."""
    place = {node.id: i for i, node in enumerate(graph.nodes)}
    ordered = sorted(graph.edges, key=lambda edge: (place[edge.source], edge.number))
    return [(place[edge.source], place[edge.target], edge.shape) for edge in ordered]


def name_modules(parameters: Sequence[str | None], edges: Sequence[tuple[int, int]]) -> list[str | None]:
    """The module of each node, nodes in topological order from the loss.

    A node belongs to the module whose parameters are the nearest below it, as long as some module lies above it: the
    relu and pooling after conv1 belong to conv1, the loss to none.

    >>> name_modules([None, None, "fc.bias", None, "conv.bias"], [(0, 1), (1, 2), (1, 3), (3, 4)])
    [None, 'fc', 'fc', 'conv', 'conv']
    """
    children: list[list[int]] = [[] for _ in parameters]
    for source, target in edges:
        children[source].append(target)
    modules: list[str | None] = [(name or "").rpartition(".")[0] or None for name in parameters]
    distance = [0 if name else len(parameters) for name in parameters]
    for node in reversed(range(len(parameters))):
        for child in children[node]:
            if distance[child] + 1 < distance[node]:
                distance[node], modules[node] = distance[child] + 1, modules[child]
    below = [False] * len(parameters)  # does a node with parameters of its own lie at or above this one?
    for node in range(len(parameters)):
        below[node] |= bool(parameters[node]) or any(parameters[child] for child in children[node])
        for child in children[node]:
            below[child] |= below[node]
    return [module if inside else None for module, inside in zip(modules, below, strict=True)]


def name_pools(
    names: Sequence[str], modules: Sequence[str | None], edges: Sequence[tuple[int, int]], pools: Sequence[str]
) -> list[str | None]:
    """Give pooling a name of its own: that of its module, else "pool1" for the first of the forward pass, and so on.

    What only changes the shape behind a pooling belongs to it.

    >>> name_pools(["AddmmBackward0", "ViewBackward0", POOLS[0]], ["fc1", "conv2", "conv2"], [(0, 1), (1, 2)], [])
    ['fc1', 'pool1', 'pool1']
    """
    found = [node for node in reversed(range(len(names))) if names[node] in POOLS and modules[node]]
    called = pools if len(pools) == len(found) else [f"pool{number}" for number in range(1, len(found) + 1)]
    result = list(modules)
    children: dict[int, list[int]] = {}
    for source, target in edges:
        children.setdefault(source, []).append(target)
    pooled = set(found)
    for node, name in zip(found, called, strict=True):
        result[node] = name
    for node in reversed(range(len(names))):
        below = children.get(node, [])
        if names[node] == "ViewBackward0" and len(below) == 1 and below[0] in pooled:
            result[node] = result[below[0]]
    return result


def group(modules: Sequence[str | None], count: int) -> list[str]:
    """What each node can be folded into: its module, the loss; without modules stretches of the way, in a big graph.

    >>> group([None, "fc", "fc"], 3), group([None, None], 2)
    (['loss', 'fc', 'fc'], ['', ''])
    """
    if any(modules):
        return [module or "loss" for module in modules]
    if count <= OPEN:
        return [""] * count
    length = round(count**0.5)  # as many stretches as nodes in each
    return [f"{i // length * length}–{min(i // length * length + length, count) - 1}" for i in range(count)]
