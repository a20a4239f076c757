"""The microscope: the terms of any number add up to what the engine computed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nbgrad
from gui.lab import chain
from gui.lab.findings import Spot
from gui.lab.terms import examine
from nbgrad import nn
from nbgrad.vision.models import LeNet

PICTURE = np.random.default_rng(5).normal(size=(1, 1, 32, 32)).astype(np.float32)


def _models():
    nbgrad.manual_seed(3)
    return {
        "LeNet": LeNet(),
        "MLP": nn.Sequential(nn.Flatten(), nn.Linear(1024, 24), nn.ReLU(), nn.Linear(24, 10)),
        "strided": nn.Sequential(
            nn.Conv2d(1, 4, (3, 5), stride=(2, 3), padding=(1, 2)), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
            nn.Conv2d(4, 5, 3), nn.Flatten(), nn.Linear(5 * 6 * 4, 10),
        ),
    }  # fmt: skip


MODELS = _models()


def shapes(model):
    with nbgrad.no_grad():
        return [tuple(tensor.shape[1:]) for tensor in chain.run(model, nbgrad.from_numpy(PICTURE)).after]


SHAPES = {name: shapes(model) for name, model in MODELS.items()}


@st.composite
def questions(draw):
    name = draw(st.sampled_from(sorted(MODELS)))
    layer = draw(st.integers(0, len(SHAPES[name]) - 1))
    index = tuple(draw(st.integers(0, size - 1)) for size in SHAPES[name][layer])
    spot = Spot(draw(st.sampled_from(("values", "gradients"))), layer, None, index)
    return name, spot, draw(st.none() | st.integers(0, 9)), draw(st.sampled_from(("loss", "logit")))


@given(questions())
@settings(max_examples=300, deadline=None)
def test_the_terms_of_any_cell_add_up_to_the_engines_number(question):
    name, spot, target, of = question
    view = examine(MODELS[name], PICTURE, spot, target, of)
    counted = view.products if view.counts is None else view.products[view.counts]
    total = counted.sum() + (view.bias or 0.0)
    if spot.side == "values" and view.relu is not None:
        total = max(total, 0.0)
    assert total == pytest.approx(view.total, abs=1e-12)
    assert abs(view.total - view.engine) <= view.bound
    assert view.agrees
    assert view.bound <= 1e-5 * max(np.abs(view.products).sum(), 1.0)


@st.composite
def weights(draw):
    name = draw(st.sampled_from(sorted(MODELS)))
    parameter, tensor = draw(st.sampled_from(list(MODELS[name].named_parameters())))
    index = tuple(draw(st.integers(0, size - 1)) for size in tensor.shape)
    return name, Spot("gradients", None, parameter, index), draw(st.none() | st.integers(0, 9))


@given(weights())
@settings(max_examples=150, deadline=None)
def test_the_terms_of_any_weight_add_up_to_its_gradient(question):
    name, spot, target = question
    model = MODELS[name]
    view = examine(model, PICTURE, spot, target)
    assert view.agrees
    with nbgrad.enable_grad():
        logits = model(nbgrad.from_numpy(PICTURE))
        digit = int(logits.detach().numpy().argmax()) if target is None else target
        loss = chain.objective(logits, digit, "loss")
        (gradient,) = nbgrad.autograd.grad(loss, [dict(model.named_parameters())[spot.parameter]])
    assert view.engine == pytest.approx(float(gradient.numpy()[spot.index]), rel=1e-4, abs=1e-7)


def test_the_gradient_is_the_slope_of_the_loss():
    """Finite differences of the loss itself know nothing of terms, ops or fields."""
    model = MODELS["LeNet"]
    exact = LeNet().double()
    exact.load_state_dict({name: tensor.double() for name, tensor in model.state_dict().items()})
    view = examine(model, PICTURE, Spot("gradients", None, "conv2.weight", (3, 2, 1, 4)), 4)
    weight, picture = exact.conv2.weight.detach().numpy(), nbgrad.from_numpy(PICTURE).double()
    ends = []
    with nbgrad.no_grad():
        for step in (1e-6, -1e-6):
            weight[3, 2, 1, 4] += step
            ends.append(chain.objective(exact(picture), 4, "loss").item())
            weight[3, 2, 1, 4] -= step
    assert (ends[0] - ends[1]) / 2e-6 == pytest.approx(view.total, rel=1e-4)


def test_each_term_names_the_cells_it_was_made_of():
    model = MODELS["LeNet"]
    view = examine(model, PICTURE, Spot("values", 3, None, (4, 5, 6)))
    assert view.name == "conv2[4, 5, 6]" and (view.left, view.right) == ("conv2.weight", "pool1")
    assert len(view.products) == 150 and view.patch == (6, 5, 5)
    with nbgrad.no_grad():
        passage = chain.run(model, nbgrad.from_numpy(PICTURE))
    below, weight = passage.after[2].numpy()[0], model.conv2.weight.detach().numpy()
    for term in (0, 31, 149):
        assert view.right_values[term] == below[tuple(view.right_at[term])]
        assert view.left_values[term] == weight[tuple(view.left_at[term])]


def test_a_pooled_cell_is_the_winner_and_only_the_winner_gets_the_gradient():
    view = examine(MODELS["LeNet"], PICTURE, Spot("values", 2, None, (1, 3, 4)))
    assert view.counts.sum() == 1 and view.total == view.right_values.max() == view.engine
    flowed = [
        examine(MODELS["LeNet"], PICTURE, Spot("gradients", 1, None, tuple(at))).counts.sum()
        for at in view.right_at.tolist()
    ]
    assert flowed == view.counts.astype(int).tolist()


def test_looking_leaves_gradients_and_weights_alone(fresh):
    trainer = fresh()
    trainer.step()
    before = [(p.detach().numpy().copy(), p.grad.numpy().copy()) for p in trainer.model.parameters()]
    examine(trainer.model, PICTURE, Spot("gradients", 1, None, (0, 3, 3)))
    examine(trainer.model, PICTURE, Spot("gradients", None, "fc1.weight", (0, 3)))
    for parameter, (value, grad) in zip(trainer.model.parameters(), before, strict=True):
        assert np.array_equal(parameter.detach().numpy(), value) and np.array_equal(parameter.grad.numpy(), grad)


def test_a_cell_that_is_not_there():
    with pytest.raises(IndexError, match="There is no cell"):
        examine(MODELS["LeNet"], PICTURE, Spot("values", 1, None, (6, 0, 0)))


def test_a_model_that_is_no_chain_is_refused():
    with pytest.raises(TypeError, match="chain of layers"):
        chain.layers_of(nn.Linear(2, 2))
