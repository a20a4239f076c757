"""A graph with some of its modules folded into one node each. No engine, no Qt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gui.lab.layout import lay_out
from gui.lab.snapshot import GraphEdge, GraphNode, GraphView

LEAST = 3  # nodes that are worth folding
OPEN = 200  # nodes of a graph that opens unfolded


@dataclass(frozen=True)
class Folded:
    """graph: what is seen. seen: for each node of the whole graph the one that stands for it. closed: what is folded.

    carried: for each edge that is seen those of the whole graph that run along it.
    """

    graph: GraphView
    seen: Mapping[int, int]
    closed: frozenset[str]
    carried: Mapping[tuple[int, int], list[tuple[int, int]]] = field(repr=False)


def groups_of(graph: GraphView) -> dict[str, list[int]]:
    """All that can be folded, outer groups before inner ones: its path, and its nodes.

    A group inside another one counts where it has groups itself: the blocks of a network, not each of their layers.
    """
    members: dict[str, list[int]] = {}
    for node in graph.nodes:
        for prefix in prefixes(node.group):
            members.setdefault(prefix, []).append(node.id)
    outer = {path.rpartition(".")[0] for path in members}
    kept = [path for path, nodes in members.items() if len(nodes) >= LEAST and ("." not in path or path in outer)]
    return {path: members[path] for path in sorted(kept, key=lambda path: (path.count("."), members[path][0]))}


def prefixes(group: str) -> list[str]:
    """
    >>> prefixes("layer1.0.conv1"), prefixes("")
    (['layer1', 'layer1.0', 'layer1.0.conv1'], [])
    """
    parts = group.split(".") if group else []
    return [".".join(parts[: i + 1]) for i in range(len(parts))]


def fold(graph: GraphView, closed: Iterable[str]) -> Folded:
    """The graph with these groups folded; one that lies on both sides of another stays open."""
    groups = groups_of(graph)
    wanted = {path for path in closed if path in groups}
    while True:
        seen, boxes = _boxes(graph, wanted)
        carried: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for edge in graph.edges:
            source, target = seen[edge.source], seen[edge.target]
            if source != target:
                carried.setdefault((source, target), []).append((edge.source, edge.target))
        circle = _in_circles(set(seen.values()), carried)
        bad = {path for path, box in boxes.items() if box in circle}
        if not bad:
            break
        wanted -= bad
    if not boxes:
        same = {node.id: node.id for node in graph.nodes}
        return Folded(graph, same, frozenset(), {(e.source, e.target): [(e.source, e.target)] for e in graph.edges})
    return Folded(_laid_out(graph, groups, seen, boxes, carried), seen, frozenset(wanted), carried)


def _boxes(graph: GraphView, closed: set[str]) -> tuple[dict[int, int], dict[str, int]]:
    """Who stands for whom, and the id of each box that is seen: negative, so that it is no node's."""
    seen: dict[int, int] = {}
    boxes: dict[str, int] = {}
    for node in graph.nodes:
        path = next((prefix for prefix in prefixes(node.group) if prefix in closed), None)
        seen[node.id] = node.id if path is None else boxes.setdefault(path, -1 - len(boxes))
    return seen, boxes


def _in_circles(nodes: set[int], edges: Iterable[tuple[int, int]]) -> set[int]:
    """Boxes from which a way leads back to themselves, or that lie between such; in a graph without any, none."""
    children: dict[int, set[int]] = {node: set() for node in nodes}
    parents: dict[int, set[int]] = {node: set() for node in nodes}
    for source, target in edges:
        children[source].add(target)
        parents[target].add(source)
    left = set(nodes)
    for forwards, backwards in ((children, parents), (parents, children)):
        waiting = {node: len(backwards[node] & left) for node in left}
        ready = [node for node in left if not waiting[node]]
        while ready:
            node = ready.pop()
            left.discard(node)
            for other in forwards[node] & left:
                waiting[other] -= 1
                if not waiting[other]:
                    ready.append(other)
    return {node for node in left if node < 0}


def _laid_out(
    graph: GraphView, groups: Mapping[str, Sequence[int]], seen: Mapping[int, int], boxes: Mapping[str, int],
    carried: Mapping[tuple[int, int], object],
) -> GraphView:  # fmt: skip
    by_id, paths = {node.id: node for node in graph.nodes}, {box: path for path, box in boxes.items()}
    order = list(dict.fromkeys(seen[node.id] for node in graph.nodes))
    place = {each: i for i, each in enumerate(order)}
    laid_out = lay_out(len(order), [(place[source], place[target]) for source, target in carried])
    shapes = {(edge.source, edge.target): edge.shape for edge in graph.edges}
    nodes = []
    for each, where in zip(order, laid_out.places, strict=True):
        at = where.layer, where.x, where.y
        if each in paths:
            path, first = paths[each], by_id[groups[paths[each]][0]]
            nodes.append(GraphNode(each, path, None, path, first.shape, *at, path, len(groups[path])))
        else:
            node = by_id[each]
            nodes.append(GraphNode(each, node.name, node.parameter, node.module, node.shape, *at, node.group))
    edges = tuple(GraphEdge(*ends, shapes.get(ends), lane) for ends, lane in zip(carried, laid_out.lanes, strict=True))
    return GraphView(tuple(nodes), edges)
