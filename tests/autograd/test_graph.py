"""The graph a loss leaves behind: PyTorch's names, in the order the gradients walk."""

import numpy as np

import nbgrad
from nbgrad.autograd import graph
from nbgrad.vision.models import LeNet


def names_of(grad_fn):
    """The graph depth first, as (name, names of the next nodes)."""
    stack, seen, found = [grad_fn], set(), []
    while stack:
        node = stack.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        following = [n for n, _ in node.next_functions]
        found.append((node.name().split("::")[-1], [n.name().split("::")[-1] if n else None for n in following]))
        stack += following
    return found


def test_lenet_has_pytorchs_nodes(torch, torch_lenet):

    def loss_of(module, network, pixels, digits):
        return module.nn.functional.cross_entropy(network(pixels), digits)

    pixels, digits = np.zeros((2, 1, 32, 32), np.float32), np.array([1, 2])
    ours = loss_of(nbgrad, LeNet(), nbgrad.from_numpy(pixels), nbgrad.from_numpy(digits))
    theirs = loss_of(torch, torch_lenet(), torch.from_numpy(pixels), torch.from_numpy(digits))
    ours_named = [(name, [n for n in following if n]) for name, following in names_of(ours.grad_fn)]
    theirs_named = [(name, [n for n in following if n]) for name, following in names_of(theirs.grad_fn)]
    assert ours_named == theirs_named


def test_trace_gives_plain_records():
    a = nbgrad.ones(2, 3, requires_grad=True)
    b = nbgrad.ones(3, requires_grad=True)
    traced = graph.trace((a * b + b).sum())
    assert [node.name for node in traced.nodes][:3] == ["SumBackward0", "AddBackward0", "MulBackward0"]
    leaves = {node.id: node for node in traced.nodes if node.variable is not None}
    assert {id(node.variable) for node in leaves.values()} == {id(a), id(b)}
    into_b = [edge for edge in traced.edges if edge.target in leaves and leaves[edge.target].variable is b]
    assert len(into_b) == 2 and all(edge.shape == (3,) for edge in into_b)
    assert all(edge.source < edge.target for edge in traced.edges)


def test_a_constant_has_an_empty_graph():
    assert graph.trace(nbgrad.ones(2)) == graph.Graph((), ())


def test_leaves_come_in_the_order_of_their_first_use():
    for _ in range(20):  # whatever addresses they happen to have
        leaves = [nbgrad.ones(1, requires_grad=True) for _ in range(6)]
        used = leaves[::-1]
        nodes = graph.trace(nbgrad.cat(used)).nodes
        found = [node.variable for node in nodes if node.variable is not None]
        assert all(one is other for one, other in zip(found, used, strict=True))
