"""The backward graph of every expression in expressions.txt: node names and edges as PyTorch's."""

from pathlib import Path

import pytest

import nbgrad

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
