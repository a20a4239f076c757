"""From the engine's records of a backward graph to the laid-out picture of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from gui.lab.layout import lay_out
from gui.lab.snapshot import GraphEdge, GraphNode, GraphView


class GraphViews:
    """Makes GraphViews; a graph that looks like the last one gets the same view."""

    def __init__(self) -> None:
        self._key: object = None
        self._view: GraphView | None = None

    def view(self, graph: Any, model: Any) -> GraphView:
        """graph: what `nbgrad.autograd.graph.trace` gave."""
        names = {id(parameter): name for name, parameter in model.named_parameters()}
        parameters = _parameters(graph, names)
        key = (
            [(node.name, node.shape, parameter) for node, parameter in zip(graph.nodes, parameters, strict=True)],
            [tuple(edge) for edge in _edges(graph)],
        )
        if key != self._key or self._view is None:
            self._key, self._view = key, _draw(graph, parameters)
        return self._view


def draw(graph: Any, names: Mapping[int, str]) -> GraphView:
    """The picture of one graph; names: what to call a leaf, by its id()."""
    return _draw(graph, _parameters(graph, names))


def _parameters(graph: Any, names: Mapping[int, str]) -> list[str | None]:
    return [names.get(id(node.variable)) for node in graph.nodes]


def _edges(graph: Any) -> list[tuple[int, int, tuple[int, ...] | None]]:
    """Edges between places in `graph.nodes`, those of a node in the order of its inputs."""
    place = {node.id: i for i, node in enumerate(graph.nodes)}
    ordered = sorted(graph.edges, key=lambda edge: (place[edge.source], edge.number))
    return [(place[edge.source], place[edge.target], edge.shape) for edge in ordered]


def _draw(graph: Any, parameters: Sequence[str | None]) -> GraphView:
    edges = _edges(graph)
    places = lay_out(len(graph.nodes), [(source, target) for source, target, _ in edges])
    modules = name_modules(parameters, [(source, target) for source, target, _ in edges])
    nodes = tuple(
        GraphNode(i, node.name, parameter, module, node.shape, place.layer, place.x, place.y)
        for i, (node, parameter, module, place) in enumerate(zip(graph.nodes, parameters, modules, places, strict=True))
    )
    return GraphView(nodes, tuple(GraphEdge(*edge) for edge in edges))


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
