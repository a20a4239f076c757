"""x[key] and x[key] = value, for keys of integers, slices, None, Ellipsis, integer arrays and masks."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import nbgrad
from tests.properties.strategies import RULES, assert_same, attempt, filled_shapes, numbered

integers = st.integers(-5, 5)
slices = st.builds(slice, st.none() | integers, st.none() | integers, st.none() | st.integers(1, 3))
simple = st.one_of(integers, slices, st.just(None), st.just(Ellipsis))
lists = st.lists(st.integers(-2, 2), min_size=1, max_size=3)
masks = st.lists(st.booleans(), min_size=1, max_size=4)
keys = st.lists(st.one_of(simple, lists, masks.map(np.array), lists.map(np.array)), min_size=1, max_size=4)


def as_key(t, parts):
    """A tuple of what the module takes: its own tensors for arrays."""
    return tuple(t.from_numpy(part) if isinstance(part, np.ndarray) else part for part in parts)


def usable(parts):
    """PyTorch takes one Ellipsis."""
    return sum(part is Ellipsis for part in parts) < 2


@RULES
@given(shape=filled_shapes, parts=st.lists(simple, min_size=1, max_size=5).filter(usable))
def test_basic_keys_read_as_torchs(torch, shape, parts):
    outcomes = [attempt(lambda t=t: t.from_numpy(numbered(shape))[tuple(parts)]) for t in (nbgrad, torch)]
    assert_same(*outcomes)


@RULES
@given(shape=filled_shapes, parts=keys.filter(usable))
def test_any_key_reads_as_torchs(torch, shape, parts):
    outcomes = [attempt(lambda t=t: t.from_numpy(numbered(shape))[as_key(t, parts)]) for t in (nbgrad, torch)]
    if isinstance(outcomes[1], tuple):
        assert isinstance(outcomes[0], tuple), outcomes
        assert outcomes[0][0] == outcomes[1][0]
    else:
        assert not isinstance(outcomes[0], tuple), outcomes
        np.testing.assert_array_equal(outcomes[0].numpy(), outcomes[1].numpy())


@RULES
@given(shape=filled_shapes, parts=keys.filter(usable), value=st.sampled_from([0, 2.5, "row"]))
def test_any_key_writes_as_torchs(torch, shape, parts, value):
    outcomes = []
    for t in (nbgrad, torch):
        x = t.from_numpy(numbered(shape))
        new = t.from_numpy(numbered(shape[-1:])) * 100 if value == "row" else value
        error = attempt(lambda t=t, x=x, new=new: x.__setitem__(as_key(t, parts), new))
        outcomes.append(error if isinstance(error, tuple) else x)
    if isinstance(outcomes[1], tuple):
        assert isinstance(outcomes[0], tuple), outcomes
    else:
        repeated = any(isinstance(part, list | np.ndarray) for part in parts) and value == "row"
        if not repeated:  # which of two writes to one place comes last is nobody's promise
            assert_same(*outcomes)


@RULES
@given(shape=filled_shapes, parts=keys.filter(usable))
def test_gradients_flow_to_the_chosen_places(torch, shape, parts):
    gradients = []
    for t in (nbgrad, torch):
        x = t.from_numpy(numbered(shape)).requires_grad_()
        chosen = attempt(lambda t=t, x=x: x[as_key(t, parts)])
        if not isinstance(chosen, tuple):
            (chosen * chosen).sum().backward()
            gradients.append(x.grad.numpy())
    if len(gradients) == 2:
        np.testing.assert_allclose(gradients[0], gradients[1])
