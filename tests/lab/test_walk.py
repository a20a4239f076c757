"""Records of a walk through the backward pass: each number is the engine's."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nbgrad
from gui.lab.walk import TensorWalk, Walk
from nbgrad import nn, optim
from nbgrad.autograd.graph import Recording, Stepper
from nbgrad.nn import functional as F
from nbgrad.vision.models import LeNet, resnet18
from tests.properties.strategies import RULES, expressions

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


# ---- the whole step: forward, loss, backward, update

OPTIMIZERS = {
    "SGD": {"lr": 0.05},
    "momentum": {"lr": 0.05, "momentum": 0.9},
    "nesterov": {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    "dampened": {"lr": 0.05, "momentum": 0.9, "dampening": 0.5},
    "Adam": {"lr": 0.01, "weight_decay": 0.01},
    "AdamW": {"lr": 0.01},
    "RMSprop": {"lr": 0.01},
}


def optimizer_of(kind, model):
    return getattr(optim, kind if hasattr(optim, kind) else "SGD")(model.parameters(), **OPTIMIZERS[kind])


def train(model, optimizer):
    optimizer.zero_grad()
    F.cross_entropy(model(PICTURES), LABELS).backward()
    optimizer.step()


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("steps_before", [0, 2])
def test_the_update_is_what_the_optimizer_does(model, kind, steps_before):
    optimizer = optimizer_of(kind, model)
    for _ in range(steps_before):
        train(model, optimizer)
    walk = Walk(model, PICTURES, LABELS, optimizer=optimizer)
    for _ in range(3):
        walk.run()  # backward, update, and no further
    view = walk.view()
    assert view.ended and view.phase == "update" and len(view.updates) == 10
    old = {name: (p.detach().numpy().copy(), dict(optimizer.state[p])) for name, p in model.named_parameters()}
    held = {name: {key: value.numpy().copy() for key, value in state.items()} for name, (_, state) in old.items()}
    train(model, optimizer)
    parameters = dict(model.named_parameters())
    assert [update.name for update in view.updates] == list(parameters)
    for update in view.updates:
        parameter = parameters[update.name]
        np.testing.assert_array_equal(update.before.values, old[update.name][0])
        np.testing.assert_array_equal(update.gradient.values, parameter.grad.numpy())
        np.testing.assert_array_equal(update.after.values, parameter.detach().numpy())
        np.testing.assert_array_equal(update.step.values, update.after.values - update.before.values)
        assert view.graph.nodes[update.node].parameter == update.name
        assert {buffer.name for buffer in update.buffers} == optimizer.state[parameter].keys()
        for buffer in update.buffers:
            np.testing.assert_array_equal(buffer.after.values, optimizer.state[parameter][buffer.name].numpy())
            assert (buffer.before is None) == (buffer.name not in held[update.name])
            if buffer.before is not None:
                np.testing.assert_array_equal(buffer.before.values, held[update.name][buffer.name])


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("steps_before", [0, 3])
def test_the_update_is_written_out_for_every_weight_one_chooses(model, kind, steps_before):
    optimizer = optimizer_of(kind, model)
    for _ in range(steps_before):
        train(model, optimizer)
    walk, rng = Walk(model, PICTURES, LABELS, optimizer=optimizer), np.random.default_rng(0)
    walk.run()
    walk.run()
    for update in walk.view().updates:
        for place in (None, *(tuple(int(rng.integers(n)) for n in update.after.shape) for _ in range(20))):
            walk.choose_weight(update.number, place)
            weight = walk.view().weight
            if kind == "RMSprop":
                assert weight is None
                continue
            assert weight.agrees and weight.engine == update.after.values[weight.place]
            assert place in (None, weight.place)
            by_name = {line.name: line for line in weight.lines}
            if "momentum" in OPTIMIZERS[kind]:
                np.testing.assert_allclose(by_name["b"].value, update.buffers[0].after.values[weight.place], rtol=1e-5)
            for line in weight.lines:
                assert line.pattern.count("{}") == len(line.figures)


def test_the_learning_rate_of_the_moment_counts(model):
    walk = Walk(model, PICTURES, LABELS, optimizer=optimizer_of("SGD", model), rate=0.5)
    walk.run()
    walk.run()
    update = walk.view().updates[0]
    np.testing.assert_allclose(update.step.values, -0.5 * update.gradient.values, rtol=1e-3, atol=1e-6)


def test_after_the_update_every_step_can_still_be_looked_at(model):
    walk = Walk(model, PICTURES, LABELS, optimizer=optimizer_of("momentum", model))
    walk.run()
    walk.run()
    walk.rewind()
    assert walk.view().phase == "backward" and walk.view().finished and not walk.view().updates
    for step in walk.view().steps:
        walk.choose(step.number)
        assert walk.view().chain is None or walk.view().chain.agrees
    walk.forward()
    assert walk.view().updates[0].name == "conv1.weight" and walk.view().current is walk.view().updates[0]


def test_the_forward_pass_is_walked_operation_by_operation(model):
    walk = Walk(model, PICTURES, LABELS)
    assert walk.view().phase == "loss" and walk.view().current is None
    walk.rewind()
    assert walk.view().phase == "forward" and not walk.view().forward and walk.view().current is None
    values, names = {}, []
    while walk.view().phase == "forward":
        walk.forward()
        made = walk.view().current
        if made is None:
            break
        names.append(made.name.removesuffix("Backward0"))
        for operand in made.operands:
            if operand.source is not None and operand.source in values:
                np.testing.assert_array_equal(operand.numbers.values, values[operand.source])
        values[made.node] = made.outputs[0].values
    assert names[:4] == ["Convolution", "Relu", "MaxPool2DWithIndices", "Convolution"]
    assert names[-2:] == ["LogSoftmax", "NllLoss"] and walk.view().phase == "loss"
    first, *_, scores, _, last = walk.view().forward
    np.testing.assert_array_equal(first.operands[0].numbers.values, PICTURES.numpy())
    assert [operand.name for operand in first.operands] == ["input", "conv1.weight", "conv1.bias"]
    np.testing.assert_array_equal(scores.outputs[0].values, model(PICTURES).detach().numpy())
    assert last.outputs[0].values == np.float32(walk.view().loss) and first.kept == ("input",)


def test_any_way_through_the_phases_shows_the_same(model):
    walk, rng = Walk(model, PICTURES, LABELS, optimizer=optimizer_of("Adam", model)), np.random.default_rng(3)
    walk.run()
    walk.run()
    whole = walk.view()
    moves = [walk.forward, walk.back, walk.rewind, walk.run]
    moves += [lambda phase=phase: walk.go_to(phase) for phase in ("forward", "loss", "backward", "update")]
    for move in rng.integers(0, len(moves), 60):
        moves[move]()
        view = walk.view()
        for made in ("forward", "steps", "updates"):
            shown = getattr(view, made)
            assert shown == getattr(whole, made)[: len(shown)]
        assert view.ended or not view.updates or view.finished
        left = [p.grad is None for p in walk.model.parameters()]
        assert left.count(False) == sum(step.filling is not None for step in view.steps)


# ---- every number shown is the engine's


def assert_engines(shown, engine):
    assert (shown is None) == (engine is None)
    if shown is not None:
        np.testing.assert_array_equal(shown.values, engine)
        assert shown.values.dtype == np.asarray(engine).dtype and shown.values.shape == np.shape(engine)


def check_records(view, stepper, operations):
    """The records of a finished walk against the engine's, of the same loss made once more."""
    stepper.run()
    for record, step in zip(view.steps, stepper.steps, strict=True):
        assert record.name == step.name
        for arrival, gradient, parts in zip(record.arrived, step.arrived, step.contributions, strict=True):
            assert_engines(arrival.gradient, gradient)
            for part, contribution in zip(arrival.parts, parts, strict=True):
                assert_engines(part.gradient, contribution.gradient)
        for sent, gradient in zip(record.sent, step.sent, strict=True):
            assert_engines(sent.gradient, gradient)
        for saved in record.saved:
            if saved.numbers is not None:
                assert_engines(saved.numbers, step.saved[saved.name])
        if record.filling is not None:
            assert_engines(record.filling.before, step.before)
            assert_engines(record.filling.added, step.arrived[0])
            assert_engines(record.filling.after, step.after)
    for record, made in zip(view.forward, operations, strict=True):
        for shown, output in zip(record.outputs, made.outputs, strict=True):
            assert_engines(shown, output)
        taken = [operand.numbers for operand in record.operands if operand.source is not None]
        for shown, array in zip(taken, [each for each in made.inputs if each is not None], strict=True):
            assert_engines(shown, array)


NETWORKS = {
    "LeNet": (LeNet, (2, 1, 32, 32)),
    "MLP": (lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10)), (2, 1, 8, 8)),
    "ResNet-18": (resnet18, (2, 3, 32, 32)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_numbers_of_a_networks_walk_are_the_engines(name):
    make, size = NETWORKS[name]
    nbgrad.manual_seed(0)
    model, labels = make(), nbgrad.tensor([3, 4])
    pictures, again = nbgrad.randn(*size), copy.deepcopy(model)
    with Recording() as recording:
        loss = F.cross_entropy(again(pictures), labels)
    walk = Walk(model, pictures, labels)
    walk.run()
    check_records(walk.view(), Stepper(loss), recording.operations(loss))
    assert walk.view().loss == loss.item()


@RULES
@given(expressions(), st.lists(st.sampled_from(["forward", "back", "rewind", "run"]), max_size=8))
def test_the_numbers_of_any_expressions_walk_are_the_engines(build, moves):
    with Recording() as recording:
        leaves, loss = build()
    names = {f"leaf {i}": leaf for i, leaf in enumerate(leaves)}
    walk = TensorWalk(loss, names, recording=recording)
    for move in moves:
        walk.move(move)
    walk.go_to("backward")
    walk.run()
    with Recording() as again:
        _, same = build()
    view = walk.view()
    check_records(view, Stepper(same), again.operations(same))
    assert view.finished and not view.parameters
    for step in view.steps:
        walk.choose(step.number)
        chain = walk.view().chain
        if chain is not None:
            assert chain.engine == step.sent[chain.number].gradient.values[chain.place]
