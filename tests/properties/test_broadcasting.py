"""Operations on two shapes: the same result, gradient, dtype or error sentence as PyTorch's."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import nbgrad
from tests.properties.strategies import RULES, assert_same, attempt, numbered, shapes

OPS = ["add", "sub", "mul", "div", "maximum", "minimum", "pow", "eq", "lt"]
DTYPES = ["float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"]
pairs = hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, min_side=0, max_side=4).map(
    lambda p: p.input_shapes
)


@RULES
@given(pair=pairs, name=st.sampled_from(["add", "sub", "mul", "div", "maximum"]))
def test_fitting_shapes_give_torchs_result_and_gradient(torch, pair, name):
    results = []
    for t in (nbgrad, torch):
        a, b = (t.from_numpy(np.asarray(numbered(shape) / 7)).requires_grad_() for shape in pair)
        out = getattr(t, name)(a, b)
        (out * out).sum().backward()
        results.append((out, a.grad, b.grad))
    for ours, theirs in zip(*results, strict=True):
        assert ours.shape == tuple(theirs.shape)
        np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-5, atol=1e-6)


@RULES
@given(first=shapes, second=shapes, name=st.sampled_from(OPS))
def test_any_shapes_give_torchs_result_or_sentence(torch, first, second, name):
    outcomes = [
        attempt(lambda t=t: getattr(t, name)(t.from_numpy(numbered(first)), t.from_numpy(numbered(second))))
        for t in (nbgrad, torch)
    ]
    if isinstance(outcomes[1], tuple):
        assert outcomes[0] == outcomes[1]
    else:
        assert repr(outcomes[0].shape) == repr(outcomes[1].shape)
        np.testing.assert_allclose(outcomes[0].numpy(), outcomes[1].numpy(), rtol=1e-5)


@RULES
@given(
    first=st.sampled_from(DTYPES), second=st.sampled_from(DTYPES), shape=st.sampled_from([(), (2, 3)]),
    other=st.sampled_from([(), (3,), 2, 2.5, True]), name=st.sampled_from(["add", "mul", "div", "eq"]),
)  # fmt: skip
def test_dtypes_are_promoted_as_torchs(torch, first, second, shape, other, name):
    outcomes = []
    for t in (nbgrad, torch):
        a = t.ones(shape, dtype=getattr(t, first))
        b = t.ones(other, dtype=getattr(t, second)) if isinstance(other, tuple) else other
        outcomes.append(attempt(lambda t=t, a=a, b=b: getattr(t, name)(a, b)))
    assert_same(*outcomes)


@RULES
@given(shape=shapes, other=shapes, name=st.sampled_from(["add_", "mul_", "sub_", "copy_"]))
def test_in_place_takes_what_torch_takes(torch, shape, other, name):
    outcomes = []
    for t in (nbgrad, torch):
        a, b = t.from_numpy(numbered(shape)), t.from_numpy(numbered(other))
        outcomes.append(attempt(lambda a=a, b=b: getattr(a, name)(b)))
    assert_same(*outcomes)
