"""The backward graph as plain records, for whoever wants to look at it."""

from dataclasses import dataclass, field
from typing import Any

from nbgrad.autograd.node import AccumulateGrad, Node, gradient_edge
from nbgrad.autograd.value import Value


@dataclass(frozen=True)
class GraphNode:
    """One node: its place in topological order, PyTorch's name, the leaf it fills, the shape that reaches it.

    node: the engine's own, which a Step of a walk names too.
    """

    id: int
    name: str
    variable: Value | None
    shape: tuple[int, ...] | None
    node: Node = field(repr=False, compare=False)


@dataclass(frozen=True)
class GraphEdge:
    """The gradient of input `number` of node `source` flows to node `target`."""

    source: int
    target: int
    number: int
    shape: tuple[int, ...] | None


@dataclass(frozen=True)
class Graph:
    """Nodes from the loss to the leaves, and the edges along which gradients flow."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]


def trace(tensor: Value) -> Graph:
    """The graph that `tensor.backward()` would walk, in the order it would walk it.

    >>> import nbgrad as torch
    >>> x = torch.ones(2, requires_grad=True)
    >>> [node.name for node in trace((x * 2).sum()).nodes]
    ['SumBackward0', 'MulBackward0', 'AccumulateGrad']
    """
    if not tensor._requires_grad:
        return Graph((), ())
    root, _ = gradient_edge(tensor)
    assert root is not None
    order = _topological(root)
    ids = {node: i for i, node in enumerate(order)}
    shapes: dict[Node, Any] = {root: tuple(tensor.array.shape)}
    edges = []
    for node in order:
        for number, following in enumerate(node.sources):
            if following is not None:
                shape = node.shape(number)
                shapes.setdefault(following, shape)
                edges.append(GraphEdge(ids[node], ids[following], number, shape))
    nodes = tuple(
        GraphNode(i, n.name(), n.variable if isinstance(n, AccumulateGrad) else None, shapes.get(n), n)
        for i, n in enumerate(order)
    )
    return Graph(nodes, tuple(edges))


def _topological(root: Node) -> list[Node]:
    """Later operations first: a node comes after everything that sends it a gradient; leaves by their first use."""
    seen, stack = {root}, [root]
    while stack:
        for node in stack.pop().sources:
            if node is not None and node not in seen:
                seen.add(node)
                stack.append(node)
    leaves = [node for node in seen if isinstance(node, AccumulateGrad)]
    inner = sorted((node for node in seen if not isinstance(node, AccumulateGrad)), key=lambda n: -n.sequence)
    reached: dict[Node, tuple[int, int]] = {}
    for i, node in enumerate(inner):
        for number, following in enumerate(node.sources):
            if isinstance(following, AccumulateGrad):
                reached.setdefault(following, (i, number))
    return inner + sorted(leaves, key=lambda n: reached.get(n, (0, 0)))
