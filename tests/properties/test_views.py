"""Views: the same strides as PyTorch's, memory shared with the base, changes through one seen in the other."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import nbgrad
from tests.properties.strategies import RULES, assert_same, attempt, chains, filled_shapes, numbered, shapes

CHANGES = {
    "add_": lambda t, x: x.add_(10),
    "mul_": lambda t, x: x.mul_(3),
    "zero_": lambda t, x: x.zero_(),
    "fill_": lambda t, x: x.fill_(7),
    "copy_": lambda t, x: x.copy_(t.tensor(5.0)),
    "+=": lambda t, x: x.__iadd__(x.clone()),
    "[...] =": lambda t, x: x.__setitem__(..., 2.0),
    "[0] =": lambda t, x: x.__setitem__(0, x[-1].clone() * 2),
}


def along(chain, x):
    for _, look in chain:
        x = look(x)
    return x


@RULES
@given(shape=shapes, chain=chains)
def test_views_equal_torchs(torch, shape, chain):
    ours, theirs = (t.from_numpy(numbered(shape)) for t in (nbgrad, torch))
    assert_same(attempt(lambda: along(chain, ours)), attempt(lambda: along(chain, theirs)))


@RULES
@given(shape=filled_shapes, chain=chains, change=st.sampled_from(list(CHANGES)))
def test_changes_through_a_view_reach_the_base(torch, shape, chain, change):
    bases, outcomes = [], []
    for t in (nbgrad, torch):
        base = t.from_numpy(numbered(shape))
        view = attempt(lambda base=base: along(chain, base))
        bases.append(base)
        if isinstance(view, tuple):
            outcomes.append(view)
            continue
        error = attempt(lambda t=t, view=view: CHANGES[change](t, view))
        outcomes.append(error if isinstance(error, tuple) else view)
    if isinstance(outcomes[1], tuple):
        assert isinstance(outcomes[0], tuple)
        return
    assert_same(*outcomes)
    assert_same(*bases)
    assert outcomes[0]._version == outcomes[1]._version
    assert bases[0]._version == bases[1]._version


@RULES
@given(shape=filled_shapes, chain=chains, change=st.sampled_from(["add_", "mul_", "zero_", "fill_", "copy_"]))
def test_gradients_know_of_changes_through_views(torch, shape, chain, change):
    gradients = []
    for t in (nbgrad, torch):
        leaf = t.from_numpy(numbered(shape)).requires_grad_()
        base = leaf * 2
        view = attempt(lambda base=base: along(chain, base))
        if isinstance(view, tuple) or isinstance(attempt(lambda t=t, view=view: CHANGES[change](t, view)), tuple):
            gradients.append(None)
            continue
        failed = attempt(lambda base=base: (base * base).sum().backward())
        gradients.append(None if isinstance(failed, tuple) else leaf.grad.numpy())
    if gradients[1] is not None:  # PyTorch cannot go back through zeros written to a repeated view
        np.testing.assert_allclose(gradients[0], gradients[1], rtol=1e-5)
