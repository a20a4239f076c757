"""Folding modules of a graph: what is seen stands for all of it, and nothing runs in a circle."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nbgrad
from gui.lab.folding import fold, groups_of
from gui.lab.graph_view import draw, pools_of
from gui.lab.layout import lay_out
from gui.lab.snapshot import GraphEdge, GraphNode, GraphView
from nbgrad.autograd.graph import trace
from nbgrad.nn import functional as F
from nbgrad.vision.models import LeNet, resnet18


def view_of(model, size, channels):
    loss = F.cross_entropy(model(nbgrad.zeros(2, channels, size, size)), nbgrad.tensor([3, 4]))
    return draw(trace(loss), {id(p): name for name, p in model.named_parameters()}, pools_of(model))


@pytest.fixture(scope="module")
def lenet():
    return view_of(LeNet(), 32, 1)


@pytest.fixture(scope="module")
def resnet():
    return view_of(resnet18(), 32, 3)


def check(graph, folded):
    """Every node has its stand-in, every edge its way, and no way leads back."""
    shown = {node.id: node for node in folded.graph.nodes}
    assert folded.seen.keys() == {node.id for node in graph.nodes} and set(folded.seen.values()) == set(shown)
    runs = {ends for carried in folded.carried.values() for ends in carried}
    hidden = {(e.source, e.target) for e in graph.edges if folded.seen[e.source] == folded.seen[e.target]}
    assert runs | hidden == {(e.source, e.target) for e in graph.edges}
    assert {(e.source, e.target) for e in folded.graph.edges} == set(folded.carried)
    assert all(shown[e.source].layer < shown[e.target].layer for e in folded.graph.edges)
    for node in folded.graph.nodes:
        stands_for = [each for each, by in folded.seen.items() if by == node.id]
        assert len(stands_for) == (node.members or 1)


def test_lenets_layers_fold(lenet):
    groups = groups_of(lenet)
    assert set(groups) == {"conv1", "conv2", "fc1", "fc2", "fc3"}
    assert {node.module for node in lenet.nodes if node.name.startswith("MaxPool")} == {"pool1", "pool2"}
    folded = fold(lenet, groups)
    check(lenet, folded)
    names = [node.name for node in sorted(folded.graph.nodes, key=lambda node: node.layer)]
    assert names == [
        "NllLossBackward0", "LogSoftmaxBackward0", "fc3", "fc2", "fc1", "ViewBackward0",
        "MaxPool2DWithIndicesBackward0", "conv2", "MaxPool2DWithIndicesBackward0", "conv1",
    ]  # fmt: skip
    assert {node.y for node in folded.graph.nodes} == {0}


def test_one_module_folds_and_the_rest_stays(lenet):
    folded = fold(lenet, ["fc1"])
    check(lenet, folded)
    box = next(node for node in folded.graph.nodes if node.members)
    assert (box.name, box.module, box.members) == ("fc1", "fc1", 5) and box.id < 0
    assert {node.id for node in folded.graph.nodes} - {box.id} <= {node.id for node in lenet.nodes}


def test_nothing_folded_is_the_graph_itself(lenet):
    assert fold(lenet, []).graph is lenet and fold(lenet, ["no such module"]).graph is lenet


def test_a_resnet_opens_level_by_level(resnet):
    groups = groups_of(resnet)
    assert {"layer1", "layer1.0", "layer4.1", "bn1", "fc"} <= set(groups) and "layer1.0.bn1" not in groups
    whole = fold(resnet, groups)
    check(resnet, whole)
    assert len(whole.graph.nodes) < 20 and {"layer1", "layer4"} <= {node.name for node in whole.graph.nodes}
    inner = fold(resnet, set(groups) - {"layer1"})
    check(resnet, inner)
    names = {node.name for node in inner.graph.nodes}
    assert {"layer1.0", "layer1.1", "layer2"} <= names and "layer1" not in names
    check(resnet, fold(resnet, ["layer1.0"]))


def test_ten_thousand_nodes_without_modules_open_folded():
    x = nbgrad.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(9_998):
        y = y * 0.5
    view = draw(trace(y), {id(x): "x"})
    assert len(view.nodes) == 9_999
    folded = fold(view, groups_of(view))
    check(view, folded)
    assert len(folded.graph.nodes) == 100 and folded.graph.nodes[0].name == "0–99"


@st.composite
def grouped(draw_):
    count = draw_(st.integers(1, 30))
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda pair: pair[0] != pair[1])
    edges = sorted({(min(pair), max(pair)) for pair in draw_(st.lists(pairs, max_size=50))})
    paths = st.sampled_from(["", "a", "a.b", "a.b.c", "a.d", "e", "e.f"])
    places = lay_out(count, edges).places
    nodes = tuple(
        GraphNode(i, "Node", None, None, (), place.layer, place.x, place.y, draw_(paths))
        for i, place in enumerate(places)
    )
    return GraphView(nodes, tuple(GraphEdge(*edge, ()) for edge in edges))


@settings(max_examples=200, deadline=None)
@given(grouped(), st.sets(st.sampled_from(["a", "a.b", "a.d", "e"])))
def test_whatever_lies_between_is_never_folded_into_a_circle(graph, closed):
    folded = fold(graph, closed)
    check(graph, folded)
    assert folded.closed <= closed


def test_a_group_around_another_one_stays_open():
    groups = ["a", "b", "a", "a"]
    nodes = tuple(GraphNode(i, "Node", None, None, (), i, i, 0, group) for i, group in enumerate(groups))
    graph = GraphView(nodes, tuple(GraphEdge(a, b, ()) for a, b in pairwise(range(4))))
    assert fold(graph, ["a"]).graph is graph
