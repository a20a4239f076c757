import time
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nbgrad
from gui.lab.layout import Layout, lay_out
from nbgrad.autograd.graph import trace
from nbgrad.vision.models import resnet18

# The backward graph of two linear layers with a relu between: node names for reading, edges in order of inputs.
LOSS, ADDMM2, BIAS2, RELU, T2, WEIGHT2, ADDMM1, BIAS1, T1, WEIGHT1 = range(10)
TWO_LAYERS = [
    (LOSS, ADDMM2), (ADDMM2, BIAS2), (ADDMM2, RELU), (ADDMM2, T2), (T2, WEIGHT2),
    (RELU, ADDMM1), (ADDMM1, BIAS1), (ADDMM1, T1), (T1, WEIGHT1),
]  # fmt: skip


@st.composite
def dags(draw):
    count = draw(st.integers(1, 40))
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda pair: pair[0] != pair[1])
    numbering = draw(st.permutations(range(count)))
    edges = draw(st.lists(pairs, max_size=80))
    return count, [(numbering[min(pair)], numbering[max(pair)]) for pair in edges]


def check(count, edges):
    laid_out = lay_out(count, edges)
    places = laid_out.places
    taken = {(place.x, place.y) for place in places}
    for (source, target), lane in zip(edges, laid_out.lanes, strict=True):
        between = range(places[source].layer + 1, places[target].layer)
        assert (lane is None) == (not between)
        assert not any((layer, lane) in taken for layer in between)  # an edge runs over no node
    assert len({(place.x, place.y) for place in places}) == count  # whole numbers: different means 1 apart
    assert all(place.x == place.layer and place.y == round(place.y) for place in places)
    assert all(places[source].layer < places[target].layer for source, target in edges)
    return places


@settings(max_examples=200, deadline=None)
@given(dags())
def test_nodes_never_overlap_and_edges_point_to_higher_layers(dag):
    places = check(*dag)
    assert places == lay_out(*dag).places  # the same graph gives the same picture


@settings(max_examples=100, deadline=None)
@given(dags())
def test_a_layer_is_the_longest_path_from_a_root(dag):
    count, edges = dag
    places = lay_out(count, edges).places
    for node in range(count):
        above = [places[source].layer for source, target in edges if target == node]
        assert places[node].layer == max(above, default=-1) + 1


def test_the_main_chain_is_straight_and_parameters_hang_off():
    places = check(10, TWO_LAYERS)
    assert [places[node].y for node in (LOSS, ADDMM2, RELU, ADDMM1)] == [0, 0, 0, 0]
    assert places[BIAS2].y < 0 < places[T2].y == places[WEIGHT2].y
    assert all(abs(place.y) <= 1 for place in places)


def test_a_shortcut_runs_beside_the_chain():
    edges = [*pairwise(range(8)), (1, 5), (2, 8), (8, 9), (9, 5)]
    laid_out = lay_out(10, edges)
    assert {laid_out.places[node].y for node in range(7)} == {0}
    lane = laid_out.lanes[edges.index((1, 5))]
    assert lane not in (None, 0) and lane != laid_out.places[8].y


def crossings(count, edges):
    """Pairs of lines that cross, layer by layer."""
    laid_out, gaps = lay_out(count, edges), {}
    for (source, target), lane in zip(edges, laid_out.lanes, strict=True):
        start, end = laid_out.places[source], laid_out.places[target]
        rows = [start.y, *[lane] * (end.layer - start.layer - 1), end.y]
        for layer, line in enumerate(pairwise(rows), start.layer):
            gaps.setdefault(layer, set()).add(line)
    return sum((a - c) * (b - d) < 0 for lines in gaps.values() for (a, b), (c, d) in combinations(lines, 2))


def test_residual_blocks_cross_nothing():
    loss = nbgrad.nn.functional.cross_entropy(resnet18()(nbgrad.zeros(2, 3, 32, 32)), nbgrad.tensor([3, 4]))
    graph = trace(loss)
    edges = [(edge.source, edge.target) for edge in graph.edges]
    assert crossings(len(graph.nodes), edges) == 0 and crossings(10, TWO_LAYERS) == 0


def test_a_chain_is_one_row():
    assert {place.y for place in check(300, list(pairwise(range(300))))} == {0}


def test_repeated_edges_count_once():
    assert check(2, [(0, 1), (0, 1)])[1].layer == 1


def test_nothing_to_lay_out():
    assert lay_out(0, []) == Layout([], [])


def test_a_circle_is_refused():
    with pytest.raises(ValueError, match="circle"):
        lay_out(2, [(0, 1), (1, 0)])


def test_a_thousand_nodes_take_a_moment():
    edges = [(i, j) for i in range(1000) for j in (i + 1, i + 2 + i % 5) if j < 1000]
    start = time.perf_counter()
    lay_out(1000, edges)
    print(f"{(time.perf_counter() - start) * 1e3:.0f} ms")
    assert time.perf_counter() - start < 1.0  # 150 ms on a quiet machine
