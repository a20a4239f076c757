"""The graph as text in the DOT language, which Graphviz and many viewers draw."""

from collections.abc import Mapping

from nbgrad.autograd.graph.records import GraphNode, trace
from nbgrad.autograd.value import Value


def to_dot(tensor: Value, names: Mapping[str, Value] | None = None) -> str:
    """The graph that `tensor.backward()` would walk, in the DOT language: gradients flow along its arrows.

    names: what to call the leaves, such as `dict(model.named_parameters())`; the others are called by their shape.
    Source: the language, https://graphviz.org/doc/info/lang.html

    >>> import nbgrad as torch
    >>> x = torch.ones(2, requires_grad=True)
    >>> print(to_dot((x * 2).sum(), {"x": x}))
    digraph {
      node [shape=box, fontname="sans-serif"]
      n0 [label="SumBackward0\\n[]"]
      n1 [label="MulBackward0\\n[2]"]
      n2 [label="x\\n[2]", style=filled, fillcolor="#dddddd"]
      n0 -> n1 [label="[2]"]
      n1 -> n2 [label="[2]"]
    }
    """
    graph = trace(tensor)
    called = {id(leaf): name for name, leaf in (names or {}).items()}
    shapes = {graph.nodes[0].id: tuple(tensor.array.shape)} if graph.nodes else {}
    lines = ["digraph {", '  node [shape=box, fontname="sans-serif"]']
    for node in graph.nodes:
        shape = _text(node.shape if node.shape is not None else shapes.get(node.id))
        leaf = "" if node.variable is None else ', style=filled, fillcolor="#dddddd"'
        lines.append(f'  n{node.id} [label="{_escaped(_title(node, called))}\\n{shape}"{leaf}]')
    lines += [f'  n{edge.source} -> n{edge.target} [label="{_text(edge.shape)}"]' for edge in graph.edges]
    return "\n".join([*lines, "}"])


def _title(node: GraphNode, called: dict[int, str]) -> str:
    return node.name if node.variable is None else called.get(id(node.variable), node.name)


def _text(shape: tuple[int, ...] | None) -> str:
    return "" if shape is None else str(list(shape))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
