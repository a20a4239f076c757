"""What the properties are drawn from, and how both sides are compared."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

import nbgrad

RULES = settings(max_examples=80, deadline=None, derandomize=True, database=None)

LOOKS = [
    "transpose", "permute", "select", "narrow", "unsqueeze", "squeeze", "slice", "t", "flatten", "expand", "view",
    "reshape", "diagonal", "unbind", "chunk",
]  # fmt: skip

shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)
filled_shapes = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)


def numbered(shape, dtype=np.float32):
    """Numbers that are all different, so that every wrong place shows."""
    return np.arange(1, 1 + int(np.prod(shape)), dtype=dtype).reshape(shape)


def attempt(call):
    """The result, or the type and sentence of the error."""
    try:
        return call()
    except (RuntimeError, IndexError, ValueError, TypeError) as error:
        return type(error).__name__, str(error)


def assert_same(ours, theirs):
    """Same error, or same shape, dtype, numbers, contiguity, and strides (of the axes along which one can step)."""
    if isinstance(theirs, tuple):
        assert ours == theirs
        return
    assert not isinstance(ours, tuple), ours
    assert (repr(ours.shape), repr(ours.dtype)) == (repr(theirs.shape), repr(theirs.dtype))
    if theirs.numel():
        steps = [[s for s, n in zip(x.stride(), x.shape, strict=True) if n > 1] for x in (ours, theirs)]
        assert (steps[0], ours.is_contiguous()) == (steps[1], theirs.is_contiguous())
    np.testing.assert_array_equal(ours.detach().numpy(), theirs.detach().numpy())


@st.composite
def looks(draw, rank=4):
    """A way to look at a tensor, as a function of it and its text; it may not fit."""
    dim, other = st.integers(-rank, rank - 1), st.integers(-1, 4)
    kind = draw(st.sampled_from(LOOKS))
    if kind == "permute":
        order = tuple(draw(st.permutations(range(draw(st.integers(0, 4))))))
        return f"permute{order}", lambda x: x.permute(order)
    if kind == "slice":
        first, step = draw(st.integers(-5, 5)), draw(st.integers(1, 3))
        return f"[..., {first}::{step}]", lambda x: x[..., first::step]
    if kind in ("t", "squeeze", "flatten"):
        return kind, lambda x: getattr(x, kind)()
    if kind == "expand":
        count = draw(st.integers(1, 3))
        return f"expand({count}, ...)", lambda x: x.expand(count, *x.shape)
    if kind in ("view", "reshape"):
        size = tuple(draw(st.lists(other, min_size=1, max_size=3)))
        return f"{kind}{size}", lambda x: getattr(x, kind)(size)
    if kind in ("unbind", "chunk"):
        along, pick = draw(dim), draw(st.integers(0, 1))
        if kind == "unbind":
            return f"unbind({along})[{pick}]", lambda x: (x.unbind(along) + x.unbind(along))[pick]
        return f"chunk(2, {along})[0]", lambda x: x.chunk(2, along)[0]
    places = [draw(dim) for _ in range({"unsqueeze": 1, "select": 1, "narrow": 1}.get(kind, 2))]
    numbers = [draw(other) for _ in range({"select": 1, "narrow": 2}.get(kind, 0))]
    if kind == "diagonal":
        numbers, places = [0], places
        return f"diagonal(0, {places})", lambda x: x.diagonal(0, *places)
    return f"{kind}({places + numbers})", lambda x: getattr(x, kind)(*places, *numbers)


chains = st.lists(looks(), min_size=1, max_size=4)


UNARY = ("exp", "tanh", "sigmoid", "relu", "sin", "neg", "abs")
BINARY = ("add", "mul", "sub", "maximum")


@st.composite
def expressions(draw):
    """A scalar made of three leaves by up to a dozen operations, whose parts may be used again and again."""
    seed, size = draw(st.integers(0, 10_000)), draw(st.sampled_from([(), (3,), (2, 3)]))
    script = draw(
        st.lists(st.tuples(st.sampled_from(UNARY + BINARY), st.integers(0, 99), st.integers(0, 99)), max_size=12)
    )

    def build():
        rng = np.random.default_rng(seed)
        leaves = [
            nbgrad.tensor(rng.normal(size=shape).astype(np.float32), requires_grad=True) for shape in (size, size, ())
        ]
        parts = list(leaves)
        for name, first, second in script:
            a, b = parts[first % len(parts)], parts[second % len(parts)]
            parts.append(getattr(nbgrad, name)(*((a, b) if name in BINARY else (a,))))
        return leaves, (parts[-1] * parts[len(parts) // 2]).sum() * 0.25

    return build
