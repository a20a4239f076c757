"""Stepping through a backward pass: bit by bit what `backward()` computes, in any order of pauses and rewinds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nbgrad
from nbgrad import nn
from nbgrad.autograd.graph import Stepper, terms, to_dot, trace
from nbgrad.vision.models import LeNet, resnet18
from tests.properties.strategies import RULES, expressions


def gradients(leaves):
    return [None if leaf.grad is None else leaf.grad.numpy().copy() for leaf in leaves]


def assert_same(these, those):
    for this, that in zip(these, those, strict=True):
        assert (this is None) == (that is None)
        if this is not None:
            np.testing.assert_array_equal(this, that)


@RULES
@given(expressions(), st.lists(st.integers(-6, 9), max_size=8))
def test_any_walk_ends_with_the_gradients_of_backward(build, moves):
    leaves, loss = build()
    loss.backward()
    again, loss = build()
    stepper = Stepper(loss)
    for move in moves:
        for _ in range(abs(move)):
            stepper.forward() if move > 0 else stepper.back()
    stepper.run()
    assert_same(gradients(again), gradients(leaves))
    stepper.rewind()
    assert all(leaf.grad is None for leaf in again)


@RULES
@given(expressions())
def test_what_arrives_is_the_sum_of_what_was_sent(build):
    _, loss = build()
    stepper = Stepper(loss)
    stepper.run()
    for step in stepper.steps:
        for arrived, parts in zip(step.arrived, step.contributions, strict=True):
            total = parts[0].gradient
            for part in parts[1:]:
                total = total + part.gradient
            np.testing.assert_array_equal(total, arrived)
            for part in parts:
                if part.step is not None:
                    assert stepper.steps[part.step].sent[part.number] is part.gradient


@RULES
@given(expressions(), st.integers(0, 10_000))
def test_terms_add_up_to_the_gradient_that_is_sent(build, seed):
    _, loss = build()
    stepper, rng = Stepper(loss), np.random.default_rng(seed)
    stepper.run()
    for step in stepper.steps:
        for number, sent in enumerate(step.sent):
            if sent is not None and sent.size:
                place = tuple(int(rng.integers(n)) for n in sent.shape)
                total = sum(term.product for term in terms(step, number, place))
                np.testing.assert_allclose(total, sent[place], rtol=1e-4, atol=1e-4 * np.abs(sent).max() + 1e-30)


def lenet_loss(batch=2):
    nbgrad.manual_seed(0)
    network = LeNet()
    digits = nbgrad.tensor(list(range(batch)))
    return network, nn.functional.cross_entropy(network(nbgrad.randn(batch, 1, 32, 32)), digits)


def perceptron():
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))


NETWORKS = {
    "LeNet": (LeNet, (2, 1, 32, 32)),
    "MLP": (perceptron, (2, 1, 8, 8)),
    "ResNet-18": (resnet18, (2, 3, 32, 32)),
}


def loss_of(name):
    make, size = NETWORKS[name]
    nbgrad.manual_seed(0)
    network = make()
    return network, nn.functional.cross_entropy(network(nbgrad.randn(*size)), nbgrad.tensor([3, 4]))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_walked_as_backward_walks_it(name):
    """In any order of pauses, steps back and rewinds; also where the gradients are added to those of a pass before."""
    network, loss = loss_of(name)
    loss.backward(retain_graph=True)
    once = gradients(network.parameters())
    loss.backward()
    again, loss = loss_of(name)
    stepper, rng = Stepper(loss), np.random.default_rng(1)
    for move in rng.integers(-9, 14, 40):
        for _ in range(abs(move)):
            stepper.forward() if move > 0 else stepper.back()
    stepper.rewind()
    assert all(leaf.grad is None for leaf in again.parameters())
    stepper.run(lambda step: step.number == len(trace(loss).nodes) // 2)
    stepper.run()
    assert len(stepper.steps) == len(trace(loss).nodes)
    assert_same(gradients(again.parameters()), once)
    Stepper(loss).run()  # without zero_grad
    assert_same(gradients(again.parameters()), gradients(network.parameters()))


def test_lenets_terms_add_up_in_every_layer():
    _, loss = lenet_loss(1)
    stepper, rng = Stepper(loss), np.random.default_rng(0)
    stepper.run()
    seen = set()
    for step in stepper.steps:
        for number, sent in enumerate(step.sent):
            if sent is not None:
                place = tuple(int(rng.integers(n)) for n in sent.shape)
                total = sum(term.product for term in terms(step, number, place))
                np.testing.assert_allclose(total, sent[place], rtol=1e-4, atol=1e-6)
                seen.add(step.name)
    assert {"ConvolutionBackward0", "MaxPool2DWithIndicesBackward0", "AddmmBackward0", "ReluBackward0"} <= seen


def test_accumulation_shows_what_was_there_before():
    x = nbgrad.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    stepper = Stepper((x * 3).sum())
    last = stepper.run()
    assert (last.before.tolist(), last.arrived[0].tolist(), last.after.tolist()) == ([2, 4], [3, 3], [5, 7])
    assert x.grad.tolist() == [5, 7]
    stepper.back()
    assert x.grad.tolist() == [2, 4]
    stepper.forward()
    assert x.grad.tolist() == [5, 7]


def test_stepping_keeps_the_graph_and_leaves_recording_as_it_was():
    x = nbgrad.tensor(2.0, requires_grad=True)
    y = x * x
    with nbgrad.no_grad():
        Stepper(y).run()
        assert not (x * 2).requires_grad
    assert (x * 2).requires_grad
    y.backward()  # the saved numbers are still there
    assert x.grad.item() == 8


def test_a_run_stops_where_it_is_told_to():
    x = nbgrad.tensor(2.0, requires_grad=True)
    stepper = Stepper((x * x).exp().sin())
    assert stepper.run(lambda step: step.name == "ExpBackward0").name == "ExpBackward0"
    assert x.grad is None
    assert stepper.run().name == "AccumulateGrad"
    assert stepper.forward() is None


@pytest.mark.parametrize("make", [lambda: nbgrad.ones(2), lambda: nbgrad.ones(2, requires_grad=True) * 2])
def test_what_backward_refuses_is_refused(make):
    with pytest.raises(RuntimeError, match=r"does not require grad|only for scalar outputs"):
        Stepper(make())


def test_dot_names_leaves_and_escapes():
    x = nbgrad.ones(2, requires_grad=True)
    text = to_dot((x * x).sum(), {'a "quoted" name': x})
    assert 'label="a \\"quoted\\" name\\n[2]"' in text
    assert text.count("->") == 3
    assert to_dot(nbgrad.ones(1)) == 'digraph {\n  node [shape=box, fontname="sans-serif"]\n}'


@pytest.mark.parametrize("images", [2, 32, 64])
def test_a_walk_through_lenet_ends_with_the_gradients_of_backward(images):
    """Where nobody looks, a convolution spreads the gradient of the pooling before it on its way; to the same bits."""
    nbgrad.manual_seed(0)
    net, x = LeNet(), nbgrad.randn(images, 1, 32, 32)
    leaves = list(net.parameters())
    net(x).square().sum().backward()
    wanted = gradients(leaves)
    net.zero_grad()
    stepper = Stepper(net(x).square().sum())
    stepper.run()
    assert_same(gradients(leaves), wanted)
    pools = [step for step in stepper.steps if step.name == "MaxPool2DWithIndicesBackward0"]
    assert all(step.saved["indices"].dtype == np.int64 for step in pools) and len(pools) == 2
    recorded = nbgrad.autograd.grad(net(x).square().sum(), leaves, create_graph=True)
    for gradient, other in zip(recorded, wanted, strict=True):
        np.testing.assert_allclose(gradient.detach().numpy(), other, rtol=1e-4, atol=1e-4 * np.abs(other).max())
