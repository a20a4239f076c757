"""The backward graph of every expression in expressions.txt and of whole networks: nodes and edges as PyTorch's."""

from collections import Counter
from pathlib import Path

import pytest

import nbgrad
from nbgrad.autograd.graph import trace
from nbgrad.vision.models import LeNet, resnet18

LINES = Path(__file__).with_name("expressions.txt").read_text("utf-8").splitlines()
EXPRESSIONS = [
    pytest.param(line.removeprefix("! "), marks=[pytest.mark.xfail(strict=True)] if line.startswith("!") else [])
    for line in LINES
    if line and not line.startswith("#")
]


def _changed(tensor, key, value):
    tensor[key] = value
    return tensor


def _part(tensor, change):
    """The tensor after a change of its first row."""
    change(tensor[0])
    return tensor


def _seen(tensor, change):
    """A row of a tensor after a change of all of it."""
    row = tensor[0]
    change(tensor)
    return row


def names(t):
    """What an expression may name; z is no leaf, and may be changed."""
    t.manual_seed(0)
    x, y = t.randn(3, 4, requires_grad=True), t.randn(3, 4, requires_grad=True)
    return {
        "torch": t, "nn": t.nn, "F": t.nn.functional, "x": x, "y": y, "z": x * 1,
        "pos": t.rand(3, 4).add_(1).requires_grad_(), "s": t.tensor(0.5, requires_grad=True),
        "v1": t.ones(1, requires_grad=True), "v3": t.randn(3, requires_grad=True),
        "v4": t.randn(4, requires_grad=True), "b": t.randn(2, 3, 4, requires_grad=True),
        "img": t.randn(2, 3, 8, 8, requires_grad=True), "kernel": t.randn(2, 3, 3, 3, requires_grad=True),
        "changed": _changed, "part": _part, "seen": _seen,
    }  # fmt: skip


def graph_text(node, seen=None):
    """Names and edges as text: `-` where no gradient is wanted, `#n` for a node met before."""
    seen = {} if seen is None else seen
    if node is None:
        return "-"
    if node in seen:
        return f"#{seen[node]}"
    seen[node] = len(seen)
    edges = ", ".join(graph_text(following, seen) for following, _ in node.next_functions)
    return node.name().rpartition("::")[2] + (f"({edges})" if edges else "")


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.filterwarnings("ignore")
def test_graph(expression, torch):
    ours, theirs = (eval(expression, names(t)) for t in (nbgrad, torch))
    assert graph_text(ours.grad_fn) == graph_text(theirs.grad_fn)
    assert tuple(ours.shape) == tuple(theirs.shape) and ours.stride() == theirs.stride()


# ---- whole networks


def perceptron(t):
    return t.nn.Sequential(t.nn.Flatten(), t.nn.Linear(192, 16), t.nn.ReLU(), t.nn.Linear(16, 10))


def networks(name, torch, torch_lenet):
    """A network of ours, PyTorch's of the same kind, and the size of its input."""
    if name == "LeNet":
        return LeNet(), torch_lenet(), (2, 1, 32, 32)
    if name == "ResNet-18":
        from tests.torchvision import models

        return resnet18(num_classes=10), models.resnet18(num_classes=10), (2, 3, 32, 32)
    return perceptron(nbgrad), perceptron(torch), (2, 3, 8, 8)


def reached(root):
    """All nodes of a graph, as a multiset of names, and its edges: (name, number of the input, name)."""
    nodes, edges, seen, stack = Counter(), Counter(), {root}, [root]
    while stack:
        node = stack.pop()
        name = node.name().rpartition("::")[2]
        nodes[name] += 1
        for number, (following, _) in enumerate(node.next_functions):
            if following is None:
                continue
            edges[name, number, following.name().rpartition("::")[2]] += 1
            if following not in seen:
                seen.add(following)
                stack.append(following)
    return nodes, edges


@pytest.mark.parametrize("name", ["LeNet", "MLP", "ResNet-18"])
def test_the_graph_of_a_network(name, torch, torch_lenet):
    our_model, their_model, size = networks(name, torch, torch_lenet)
    losses = [
        t.nn.functional.cross_entropy(model(t.zeros(*size)), t.tensor([3, 4]))
        for t, model in ((nbgrad, our_model), (torch, their_model))
    ]
    ours, theirs = losses
    assert graph_text(ours.grad_fn) == graph_text(theirs.grad_fn)  # node by node, in the order of the edges
    graph = trace(ours)
    names = {node.id: node.name for node in graph.nodes}
    nodes = Counter(names.values())
    edges = Counter((names[edge.source], edge.number, names[edge.target]) for edge in graph.edges)
    assert (nodes, edges) == reached(theirs.grad_fn)  # the records that a viewer draws
    assert nodes["AccumulateGrad"] == len(list(their_model.parameters()))
