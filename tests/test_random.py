"""The same seed gives PyTorch's numbers; without torch installed, a few of them are known by heart."""

import numpy as np
import pytest

from nbgrad import random
from nbgrad.kernels.cpu import random as kernels
from nbgrad.kernels.registry import KERNELS

SEEDS = [0, 1, 12345, 2**32 + 7, -3]


@pytest.fixture(params=SEEDS)
def both(request):
    torch = pytest.importorskip("torch", reason="compares with torch")
    torch.manual_seed(request.param)
    return torch, random.Generator().manual_seed(request.param)


@pytest.mark.parametrize("shape", [(1,), (7,), (4, 5), (1000,), (0,), ()])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_uniform_equals_torch(both, shape, dtype):
    torch, ours = both
    theirs = torch.rand(shape, dtype=getattr(torch, dtype)).numpy()
    np.testing.assert_array_equal(random.uniform(ours, shape, dtype, 0.0, 1.0), theirs)
    theirs = torch.empty(shape, dtype=getattr(torch, dtype)).uniform_(-0.3, 0.7).numpy()
    np.testing.assert_array_equal(random.uniform(ours, shape, dtype, -0.3, 0.7), theirs)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_normal_equals_torch(both, dtype):
    torch, ours = both
    for shape in [(3,), (15,), (2,), (16,), (17,), (7, 9), (1,), (1024,), (31,)]:
        for mean, std in ((0.0, 1.0), (0.5, 2.0), (-0.3, 1e-3)):
            theirs = torch.empty(shape, dtype=getattr(torch, dtype)).normal_(mean, std).numpy()
            np.testing.assert_array_equal(random.normal(ours, shape, dtype, mean, std), theirs)


@pytest.mark.parametrize(
    ("low", "high"), [(0, 10), (-5, 5), (0, 2), (0, 2**28 - 1), (3, 2**31), (0, 2**40), (-(2**62), 2**62)]
)
def test_randint_equals_torch(both, low, high):
    torch, ours = both
    np.testing.assert_array_equal(random.randint(ours, (5, 7), low, high), torch.randint(low, high, (5, 7)).numpy())


@pytest.mark.parametrize("n", [0, 1, 2, 10, 1000, 60_000])
def test_randperm_equals_torch(both, n):
    torch, ours = both
    np.testing.assert_array_equal(random.randperm(ours, n), torch.randperm(n).numpy())
    np.testing.assert_array_equal(random.randperm(ours, 3), torch.randperm(3).numpy())


def test_bernoulli_equals_torch(both):
    torch, ours = both
    np.testing.assert_array_equal(random.bernoulli(ours, (9, 11), 0.3), torch.empty(9, 11).bernoulli_(0.3).numpy())


def test_a_seeded_linear_layer_equals_torch(both):
    torch, ours = both
    layer = torch.nn.Linear(30, 20)
    bound = 1 / 30**0.5
    np.testing.assert_array_equal(
        random.uniform(ours, (20, 30), np.float32, -bound, bound), layer.weight.detach().numpy()
    )
    np.testing.assert_array_equal(random.uniform(ours, (20,), np.float32, -bound, bound), layer.bias.detach().numpy())


def test_word64_equals_torch(both):
    torch, ours = both
    assert ours.word64() % 2**63 == torch.empty((), dtype=torch.int64).random_().item()


def test_known_numbers():
    ours = random.Generator().manual_seed(0)
    np.testing.assert_allclose(random.uniform(ours, (3,), np.float32, 0, 1), [0.4962566, 0.7682218, 0.0884774], 1e-6)
    ours.manual_seed(0)
    np.testing.assert_allclose(random.normal(ours, (2,), np.float32, 0, 1), [1.5409961, -0.2934289], 1e-6)


def test_the_default_generator():
    assert random.manual_seed(3) is random.default_generator
    assert random.initial_seed() == 3
    first = random.uniform(random.default_generator, (4,), np.float32, 0, 1)
    random.manual_seed(3)
    np.testing.assert_array_equal(random.uniform(random.default_generator, (4,), np.float32, 0, 1), first)
    assert random.seed() == random.initial_seed() != random.seed()


def test_the_state_goes_on_where_it_was():
    ours = random.Generator().manual_seed(5)
    random.normal(ours, (3,), np.float32, 0, 1)  # leaves a cached normal number
    state = ours.get_state()
    first = random.normal(ours, (700,), np.float64, 0, 1)
    other = random.Generator().set_state(state)
    np.testing.assert_array_equal(random.normal(other, (700,), np.float64, 0, 1), first)
    assert other.initial_seed() == 5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda g: random.uniform(g, (2,), np.float32, 1, 0), r"\[from, to\) range"),
        (lambda g: random.uniform(g, (2,), np.float32, float("nan"), 1), r"\[from, to\) range"),
        (lambda g: random.normal(g, (2,), np.float32, 0, -1), "std >= 0.0"),
        (lambda g: random.randint(g, (2,), 3, 3), "from=3 >= to=3"),
        (lambda g: random.randperm(g, -1), "non-negative"),
        (lambda g: random.bernoulli(g, (2,), 1.5), "p=1.5"),
        (lambda g: g.manual_seed("a"), "expected a long, but got str"),
        (lambda g: g.set_state(np.zeros(3, np.uint8)), "wrong size"),
        (lambda g: g.set_state(np.full(random.STATE.size, 255, np.uint8)), "Invalid RNG state"),
        (lambda g: random.Generator("cuda"), "not on cuda"),
    ],
)
def test_wrong_arguments(call, message):
    with pytest.raises(RuntimeError, match=message):
        call(random.Generator())


def test_a_seed_has_64_bits():
    with pytest.raises(ValueError, match="Overflow when unpacking long long"):
        random.manual_seed(2**64)


def test_kernels_equal_their_twins():
    words = random.Generator().manual_seed(1).words(64)
    for name, arguments, count in [
        ("uniform_float32", (words, np.float32(-1), np.float32(3)), 64),
        ("uniform_float64", (words, -1.0, 3.0), 32),
        ("permute", (words[:19],), 20),
    ]:
        kind = {"uniform_float32": np.float32, "uniform_float64": np.float64}.get(name, np.int64)
        fast, slow = np.empty((2, count), kind)
        getattr(kernels, name)(*arguments, fast)
        KERNELS[f"cpu.random.{name}"].twin(*arguments, slow)
        np.testing.assert_allclose(fast, slow, rtol=1e-6, atol=1e-6)
    for kind in (np.float32, np.float64):
        fast = random.uniform(random.Generator(), (16,), kind, 0, 1)
        slow = fast.copy()
        getattr(kernels, f"normal_blocks_{kind.__name__}")(0, kind(1), kind(2), fast)
        KERNELS[f"cpu.random.normal_blocks_{kind.__name__}"].twin(0, kind(1), kind(2), slow)
        np.testing.assert_allclose(fast, slow, rtol=1e-5)
