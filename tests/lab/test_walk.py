"""Records of a walk through the backward pass: each number is the engine's."""

import numpy as np
import pytest

import nbgrad
from gui.lab.walk import Walk
from nbgrad.nn import functional as F
from nbgrad.vision.models import LeNet

PICTURES = nbgrad.from_numpy(np.random.default_rng(5).normal(size=(3, 1, 32, 32)).astype(np.float32))
LABELS = nbgrad.tensor([3, 1, 4])


@pytest.fixture
def model():
    nbgrad.manual_seed(1)
    return LeNet()


def gradients_of_backward(model, times=1):
    model.zero_grad()
    for _ in range(times):
        F.cross_entropy(model(PICTURES), LABELS).backward()
    return {name: parameter.grad.numpy().copy() for name, parameter in model.named_parameters()}


def filled(view):
    return {step.filling.parameter: step.filling.after.values for step in view.steps if step.filling}


def assert_same(these, those):
    assert these.keys() == those.keys()
    for name, numbers in these.items():
        np.testing.assert_array_equal(numbers, those[name])


def test_the_walk_ends_with_the_gradients_of_backward(model):
    walk = Walk(model, PICTURES, LABELS)
    for move in (walk.forward, walk.forward, walk.back, walk.forward, walk.run, walk.rewind, walk.forward, walk.run):
        move()
    view = walk.view()
    assert view.finished and len(view.steps) == len(view.graph.nodes)
    assert_same(filled(view), gradients_of_backward(model))


def test_the_network_itself_stays_as_it_was(model):
    before = gradients_of_backward(model)
    walk = Walk(model, PICTURES, LABELS)
    walk.run()
    assert_same({name: parameter.grad.numpy() for name, parameter in model.named_parameters()}, before)


def test_without_zero_grad_the_gradient_is_added_to_the_last_one(model):
    once = gradients_of_backward(model)
    walk = Walk(model, PICTURES, LABELS, zeroed=False)
    walk.run()
    for step in walk.view().steps:
        if step.filling:
            filling = step.filling
            np.testing.assert_array_equal(filling.before.values, once[filling.parameter])
            np.testing.assert_array_equal(filling.before.values + filling.added.values, filling.after.values)
    assert_same(filled(walk.view()), gradients_of_backward(model, times=2))


def test_what_arrives_was_sent_by_a_node_before_along_an_edge(model):
    walk = Walk(model, PICTURES, LABELS)
    walk.run()
    view = walk.view()
    edges = {(edge.source, edge.target) for edge in view.graph.edges}
    by_node = {step.node: step for step in view.steps}
    for step in view.steps:
        assert step.name == view.graph.nodes[step.node].name
        for arrival in step.arrived:
            for part in arrival.parts:
                if part.source is not None:
                    assert (part.source, step.node) in edges and by_node[part.source].number < step.number
                    assert any(part.gradient is sent.gradient for sent in by_node[part.source].sent)
        for sent in step.sent:
            if sent.gradient is not None:
                assert (step.node, sent.target) in edges and not sent.gradient.values.flags.writeable


def test_where_branches_meet_old_and_new_make_the_sum():
    x = nbgrad.nn.Linear(4, 3)
    model = nbgrad.nn.Sequential(x, Twice(), nbgrad.nn.Linear(3, 2))
    walk = Walk(model, nbgrad.ones(2, 4), nbgrad.tensor([0, 1]))
    walk.run()
    met = [arrival for step in walk.view().steps for arrival in step.arrived if len(arrival.parts) > 1]
    assert met
    for arrival in met:
        old, new = (part.gradient.values for part in arrival.parts)
        np.testing.assert_array_equal(old + new, arrival.gradient.values)


class Twice(nbgrad.nn.Module):
    def forward(self, x):
        y = nbgrad.tanh(x)
        return y * 2 + nbgrad.sin(y)


@pytest.mark.parametrize("target", [3, LABELS])
def test_the_chain_rule_is_shown_for_every_node_and_agrees(model, target):
    walk = Walk(model, PICTURES[:1] if isinstance(target, int) else PICTURES, target)
    seen = set()
    while not walk.view().finished:
        walk.forward()
        view = walk.view()
        if view.chain is not None:
            chain = view.chain
            assert chain.agrees and chain.step == view.current.number
            assert chain.engine == view.current.sent[chain.number].gradient.values[chain.place]
            if view.current.name == "AddmmBackward0":  # the way on, not the bias
                assert view.current.sent[chain.number].name in ("ReluBackward0", "ViewBackward0")
            assert chain.count >= len(chain.lines) > 0
            seen.add(view.current.name)
    assert {"ConvolutionBackward0", "MaxPool2DWithIndicesBackward0", "AddmmBackward0", "ReluBackward0"} <= seen


def test_an_element_of_ones_own_choice(model):
    walk = Walk(model, PICTURES[:1], 3)
    pool = next(node.id for node in walk.graph.nodes if node.name.startswith("MaxPool"))
    walk.run(frozenset({pool}))
    step = walk.view().current
    assert step.node == pool
    sent = step.sent[0].gradient.values
    silent = tuple(int(i) for i in np.argwhere(sent == 0)[0])
    walk.choose(step.number, 0, silent)
    assert walk.view().chain.engine == 0 and walk.view().chain.place == silent and walk.view().chain.agrees
    walk.choose(step.number + 5)
    assert walk.view().chain is None


def test_saved_tensors_carry_pytorchs_names(model):
    walk = Walk(model, PICTURES, LABELS)
    walk.run()
    saved = {step.name: [each.name for each in step.saved] for step in walk.view().steps}
    assert saved["ConvolutionBackward0"] == ["input", "weight"] and saved["AddmmBackward0"] == ["mat1", "mat2"]
    assert "result" in saved["ReluBackward0"]


def test_the_graph_as_dot_names_the_parameters(model):
    assert 'label="conv1.weight\\n[6, 1, 5, 5]"' in Walk(model, PICTURES, LABELS).dot()
