"""Every way to make a tensor, spelled once and run on both sides: same text, dtype, warnings and error sentences."""

import json
import re
import warnings
from pathlib import Path

import numpy as np
import pytest

import nbgrad

STORED = Path(__file__).parent / "creation.json"  # written by `python -m tests.creation_store`

DATA = """
t.tensor([[1, 2], [3]])
t.tensor([[1, 2], 3])
t.tensor([1, [2, 3]])
t.tensor([1.0, [2]])
t.tensor([True, [2]])
t.tensor([[1, 2], [3, 4, 5], [1]])
t.tensor([[[1], [2]], [[1], [2, 3]]])
t.tensor('abc')
t.tensor(['a'])
t.tensor([None])
t.tensor([[1], None])
t.tensor(None)
t.tensor({})
t.tensor([{}])
t.tensor(set())
t.tensor(object())
t.tensor(iter([1]))
t.tensor([1, 2.5])
t.tensor([True, 2])
t.tensor([True, 2.0])
t.tensor([])
t.tensor([[], []])
t.tensor([[]])
t.tensor([[], [1]])
t.tensor([[1], []])
t.tensor(3)
t.tensor(-0.0)
t.tensor(True)
t.tensor(2**63)
t.tensor([2**63])
t.tensor([-(2**63) - 1])
t.tensor([-(2**63), 2**63 - 1])
t.tensor([300], dtype=t.uint8)
t.tensor([-1], dtype=t.uint8)
t.tensor([-256], dtype=t.uint8)
t.tensor(300, dtype=t.int8)
t.tensor(1e30, dtype=t.int64)
t.tensor([2**40], dtype=t.int16)
t.tensor([2.7, -2.7], dtype=t.int32)
t.tensor([float('nan')], dtype=t.int32)
t.tensor([float('inf')], dtype=t.int32)
t.tensor([1e40])
t.tensor([0.5, 0], dtype=t.bool)
t.tensor([1, 2], requires_grad=True)
t.tensor([1, 2], dtype=t.float32, requires_grad=True)
t.tensor(t.ones(2))
t.tensor(t.ones(2, 2).t())
t.tensor([t.tensor(1), t.tensor(2.5)])
t.tensor([t.tensor([1, 2]), t.tensor([2, 3])])
t.tensor([t.ones(2)])
t.tensor([t.ones(1, 1), 3])
t.tensor([np.float64(1.0)])
t.tensor([np.float32(1.0), 2])
t.tensor([np.int32(1)])
t.tensor(np.float64(1.0))
t.tensor(np.int32(1))
t.tensor(np.bool_(True))
t.tensor(np.arange(6).reshape(2, 3)[:, ::-1])
t.tensor(np.array([300]), dtype=t.uint8)
t.tensor(range(4))
t.tensor((1, 2))
t.tensor([(1, 2), [3, 4]])
t.tensor([1, 2], dtype=float)
t.tensor([1, 2], dtype='float32')
t.tensor([1, 2], dtype=int)
t.tensor([1, 2], dtype=np.float32)
t.tensor([1, 2], dtype=bool)
t.tensor([1, 2], device='cuda')
t.tensor([1, 2], device='foo')
t.tensor([1, 2], device=t.device('cpu'))
t.tensor([1, 2], device='cpu:0').device
t.from_numpy([1])
t.from_numpy(np.arange(6)[::-1])
t.from_numpy(np.arange(6)[::2])
t.from_numpy(np.arange(6).reshape(2, 3).T).stride()
t.from_numpy(np.array(3.0))
t.from_numpy(np.arange(6).astype('>i4'))
t.as_tensor([1, 2])
t.as_tensor(np.float32(2))
t.as_tensor([1.5], dtype=t.int64)
t.as_tensor(np.arange(3), dtype=t.float32)
"""

FILLED = """
t.zeros(2, 3)
t.zeros((2, 3))
t.zeros([2, 3])
t.zeros(t.Size([2]))
t.zeros(())
t.zeros()
t.zeros(size=(2,))
t.zeros(-1)
t.zeros(2, -3)
t.zeros(2.0)
t.zeros('a')
t.zeros((2, 'a'))
t.zeros(2, (3,))
t.zeros(np.int64(3))
t.zeros(t.tensor(3))
t.zeros((t.tensor(2), 3))
t.zeros(True)
t.zeros(2, device='cuda')
t.zeros(2, device='xpu')
t.zeros(2, dtype=t.int8)
t.ones(2, dtype=t.bool)
t.ones(2, dtype=t.int64, requires_grad=True)
t.ones(2, dtype=float)
t.ones(2, dtype='f')
t.ones(2, requires_grad=True)
t.ones(-2)
t.empty(-2)
t.empty(0, 3)
t.empty(2, 3).shape
t.full((2,), 1)
t.full((2,), 1.5)
t.full((2,), True)
t.full((2,), 1.5, dtype=t.int64)
t.full((2,), 300, dtype=t.uint8)
t.full((2,), -1, dtype=t.uint8)
t.full((2,), 256, dtype=t.int8)
t.full((2,), 2**40, dtype=t.int32)
t.full((2,), 2**40, dtype=t.int16)
t.full((2,), 2**63)
t.full((2,), 1e40)
t.full((2,), float('inf'))
t.full((2,), float('nan'), dtype=t.int64)
t.full((2,), 2.5, dtype=t.bool)
t.full((2,), t.tensor(3))
t.full((2,), t.tensor(3.5, requires_grad=True))
t.full(2, 1)
t.full((-2,), 1)
t.full((2,), 'a')
t.full((2,), [1])
t.full((2, 2), fill_value=7.)
t.full_like(t.ones(2), True)
t.full_like(t.ones(2, dtype=t.int64), 2.5)
t.full_like(t.ones(2, dtype=t.uint8), 300)
t.zeros_like([1])
t.ones_like(3)
t.zeros_like(t.ones(2, 3, dtype=t.int64))
t.zeros_like(t.ones(2, 3), dtype=t.bool)
t.ones_like(t.ones(2, requires_grad=True))
t.ones_like(t.ones(2), requires_grad=True)
t.empty_like(t.ones(2, 3), dtype=t.float64).dtype
t.ones(2).new_tensor([1, 2])
t.ones(2).new_tensor(t.ones(2))
t.ones(2).new_tensor([[1], 2])
t.ones(2).new_zeros(2, 3)
t.ones(2).new_zeros((2, 3), dtype=t.int64)
t.ones(2).new_zeros(-1)
t.ones(2, dtype=t.int64).new_ones(2)
t.ones(2).new_ones(2, requires_grad=True)
t.ones(2).new_full((2,), 3)
t.ones(2).new_full(2, 3)
t.ones(2, dtype=t.int64).new_full((2,), 3.5)
t.ones(2, dtype=t.int64).new_tensor([3.5])
t.tensor(3).new_tensor([True])
t.ones(2).new_empty(2).shape
t.ones(2).new_empty((-2,))
"""

COUNTED = """
t.arange(5)
t.arange(5.)
t.arange(1, 5)
t.arange(1, 2.5, 0.5)
t.arange(0, 1, 0.1)
t.arange(5, 0, -1)
t.arange(5, 0)
t.arange(0, 5, -1)
t.arange(0, 5, 0)
t.arange(0, float('inf'))
t.arange(float('nan'))
t.arange(True)
t.arange(5, dtype=t.bool)
t.arange('a')
t.arange(end=4)
t.arange(start=1, end=4)
t.arange(t.tensor(4))
t.arange(t.tensor(4.))
t.arange(0, 10, 3, dtype=t.float64)
t.arange(0.5, 4, dtype=t.int64)
t.arange(0.5, 4, dtype=t.int32)
t.arange(0, 300, 100, dtype=t.uint8)
t.arange(-5)
t.arange(1e20)
t.arange(3, requires_grad=True)
t.arange(3., requires_grad=True)
t.arange(3, device='cuda')
t.arange(1000) * 0.001
t.linspace(0, 1, 5)
t.linspace(0, 10, 4, dtype=t.int64)
t.linspace(10, 0, 4)
t.linspace(-1, 1, 7, dtype=t.float64)
t.linspace(0, 1, 1)
t.linspace(0, 1, 0)
t.linspace(0, 1, -1)
t.linspace(t.tensor(0.), t.tensor(2.), 3)
t.linspace(t.ones(2), 2, 3)
t.linspace(start=0, end=1, steps=3)
t.linspace(0, 1, 3, requires_grad=True)
t.logspace(0, 2, 3)
t.logspace(0, 2, 3, base=2)
t.logspace(0, 2, 3, 2, dtype=t.int64)
t.logspace(0, 1, -1)
t.eye(3)
t.eye(2, 3)
t.eye(3, 2)
t.eye(0)
t.eye(-1)
t.eye(2, -1)
t.eye(2, dtype=t.bool)
t.eye(2.5)
"""

RANDOM = """
t.rand(2, 3)
t.rand((2, 3), dtype=t.float64)
t.rand(2, requires_grad=True)
t.rand(3, generator=t.Generator().manual_seed(7))
t.rand(-1)
t.rand(2, dtype=t.int64)
t.rand(2.5)
t.randn(7)
t.randn(40)
t.randn(5, 5, dtype=t.float64)
t.randn(3, generator=t.Generator().manual_seed(7))
t.randn(2, dtype=t.int64)
t.randn(2, dtype=t.bool)
t.randint(10, (3, 4))
t.randint(3, 10, (3,))
t.randint(low=3, high=10, size=(2,))
t.randint(high=10, size=(2,))
t.randint(-5, 5, [7])
t.randint(3, 3, (2,))
t.randint(5, 3, (2,))
t.randint(0, (2,))
t.randint(-1, (2,))
t.randint(0, 10, (-2,))
t.randint(0, 300, (2,), dtype=t.uint8)
t.randint(-3, 3, (2,), dtype=t.uint8)
t.randint(0, 2, (9,), dtype=t.bool)
t.randint(0, 10, (5,), dtype=t.float32)
t.randint(0, 2**40, (5,))
t.randperm(10)
t.randperm(0)
t.randperm(5, generator=t.Generator().manual_seed(1))
t.randperm(-1)
t.randperm(3.5)
t.randperm(30, dtype=t.int32)
t.randperm(3, dtype=t.float32)
t.randperm(300, dtype=t.uint8)
t.randperm(300, dtype=t.bool)
t.rand_like(t.ones(2, 3))
t.rand_like(t.ones(2, dtype=t.int64))
t.rand_like(t.ones(2, dtype=t.int64), dtype=t.float64)
t.randn_like(t.ones(20))
t.randn_like(t.ones(2, dtype=t.int64))
t.randint_like(t.ones(6), 10)
t.randint_like(t.ones(6), -3, 3)
t.randint_like(t.ones(6, dtype=t.int32), 3)
t.randint_like(t.ones(2), 3, 3)
t.randint_like(t.ones(2), 0)
t.normal(0., 1., (2, 9))
t.normal(2, 3, (4,))
t.normal(0., -1., (2,))
t.normal(t.zeros(2), t.ones(3))
t.normal(t.zeros(2), -t.ones(2))
t.normal(t.zeros(2, dtype=t.int64), t.ones(2))
t.normal(t.zeros(2), t.ones(2, dtype=t.int64))
t.normal(t.zeros(2, 1), t.ones(30))
t.normal(2, t.ones(3))
t.normal(t.ones(3))
t.normal(t.ones(3), -2)
t.normal(mean=0.5, std=t.arange(1., 6.))
t.normal(t.zeros(3, requires_grad=True), t.ones(3))
t.normal(t.zeros(3), t.ones(3, requires_grad=True))
t.normal(t.zeros(3, requires_grad=True), 2.)
t.normal(1., t.ones(3, requires_grad=True))
t.bernoulli(t.tensor([0.5, 2.]))
t.bernoulli(t.full((20,), 0.3))
t.bernoulli(t.full((20,), 0.3, dtype=t.float64))
t.bernoulli(t.full((3,), 0.3, requires_grad=True))
t.bernoulli(t.tensor([1, 0]))
t.bernoulli(t.tensor([0.5]), 1.5)
t.bernoulli(t.ones(20), 0.5)
t.bernoulli(t.ones(5, dtype=t.int64), 0.5)
t.full((20,), 0.3).bernoulli()
t.ones(5).uniform_()
t.ones(5, dtype=t.float64).uniform_(-2, 3)
t.ones(5).uniform_(to=3)
t.ones(2).uniform_(1, 0)
t.ones(2).uniform_(0, 1e39)
t.ones(2).uniform_(float('nan'), 1)
t.ones(2, dtype=t.int64).uniform_()
t.ones(20).normal_(2, 0.5)
t.ones(4, 5).t().normal_()
t.ones(4, 5).t().uniform_()
t.ones(2, 3, 4).permute(2, 0, 1).bernoulli_(0.4)
t.ones(9, 3)[:, 1].random_(100)
t.ones(2, dtype=t.int64).normal_()
t.ones(2).normal_(0, -1)
t.ones(2, requires_grad=True).normal_()
t.ones(2, requires_grad=True).uniform_()
t.ones(5).random_(10)
t.ones(5).random_(-3, 10)
t.ones(5).random_()
t.ones(5, dtype=t.float64).random_()
t.ones(5, dtype=t.int64).random_()
t.ones(5, dtype=t.int32).random_()
t.ones(5, dtype=t.int16).random_()
t.ones(5, dtype=t.int8).random_()
t.ones(5, dtype=t.uint8).random_()
t.ones(9, dtype=t.bool).random_()
t.ones(2).random_(5, 3)
t.ones(2).random_(5, 5)
t.ones(2).random_(-1)
t.ones(2).random_(0)
t.ones(2, dtype=t.uint8).random_(0, 300)
t.ones(2, dtype=t.uint8).random_(300, 301)
t.ones(20).bernoulli_()
t.ones(20).bernoulli_(0.2)
t.ones(20, dtype=t.bool).bernoulli_(0.2)
t.ones(2).bernoulli_(1.5)
t.ones(3).bernoulli_(t.tensor([2., 0., 1.]))
t.ones(20).bernoulli_(t.full((20,), 0.5))
t.ones(3).bernoulli_(t.tensor([1, 0, 1]))
t.manual_seed(2.5) and None
t.manual_seed('a')
t.initial_seed()
"""

TYPES = """
t.device('cpu:0'), t.device('cpu'), t.device('cpu', 1), t.device(type='cpu'), t.device('cuda:1'), t.device('meta')
t.device('cpu:-1')
t.device('cpu:x')
t.device('cpu:')
t.device('')
t.device(':0')
t.device('CPU')
t.device('gpu')
t.device('cuda:01')
t.device('cuda', -1)
t.device(0)
t.device('cpu:0', 0)
str(t.device('cuda:1')), t.device('cpu') == 'cpu', t.device('cpu') == t.device('cpu:0'), t.device('cpu:0').index
t.zeros(2).to('cuda')
t.zeros(2).to('cpu')
t.set_default_dtype(t.int64)
t.set_default_dtype('float32')
t.set_default_dtype(float)
t.get_default_dtype()
t.finfo(t.float32), t.finfo(), t.finfo(t.float64), t.finfo(t.float32) == t.finfo()
t.finfo(t.int32)
t.finfo('float32')
[getattr(t.finfo(t.float64), name) for name in ('bits', 'dtype', 'eps', 'max', 'min', 'resolution', 'tiny')]
t.iinfo(t.int8), t.iinfo(t.uint8), t.iinfo(t.int64).max, t.iinfo(t.int16).bits
t.iinfo(t.float32)
t.iinfo(t.bool)
t.float32, t.float, t.double, t.half if False else t.long, t.int, t.short, t.bool, t.uint8
[(k.itemsize, k.is_signed, k.is_floating_point, k.is_complex) for k in (t.bool, t.uint8, t.int8, t.int64, t.float64)]
t.Size([2, 3]) + (4,), (4,) + t.Size([2]), t.Size([2, 3]) * 2, 2 * t.Size([2, 3]), t.Size([1, 2])[0:1], t.Size([5])[0]
t.Size([2, 3]) + [1]
t.Size(), t.Size([2, 3]).numel(), t.Size([2, 3]) == (2, 3), t.Size([2, 3]).count(2), hash(t.Size([2])) == hash((2,))
t.is_tensor(3), t.is_tensor(t.ones(1)), t.typename(t.ones(1)), t.typename(t.ones(1).long()), t.typename(3)
t.is_floating_point(t.ones(1)), t.numel(t.ones(2, 3)), t.is_nonzero(t.ones(1)), t.is_complex(t.ones(1))
t.is_floating_point(3)
t.is_nonzero(t.ones(2))
t.numel(3)
t.can_cast(t.float32, t.int64), t.can_cast(t.int64, t.float32), t.can_cast(t.int8, t.uint8), t.can_cast(t.bool, t.int8)
t.promote_types(t.float32, t.int64), t.promote_types(t.uint8, t.int8), t.promote_types(t.bool, t.uint8)
t.result_type(t.ones(2), 1), t.result_type(t.ones(2).long(), 1.0), t.result_type(t.ones(2).long(), t.tensor(1.0))
t.cuda.is_available(), t.cuda.device_count()
t.cuda.current_device()
t.ones(2, 3).size(), t.ones(2, 3).size(-1), t.ones(2, 3).shape[:1], t.ones(2, 3).shape.numel(), t.ones(()).shape
t.ones(2).device, str(t.ones(2).device), t.ones(2).dtype
"""

EXPRESSIONS = {
    name: text.strip().split("\n")
    for name, text in (("data", DATA), ("filled", FILLED), ("counted", COUNTED), ("random", RANDOM), ("types", TYPES))
}
ALL = [pytest.param(line, id=line) for lines in EXPRESSIONS.values() for line in lines]


def outcome(module, expression):
    """What the expression shows: its text or error, and its warning."""
    module.manual_seed(11)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            text = repr(eval(expression, {"t": module, "np": np}))
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
    return without_lists([text, *(str(each.message) for each in caught)])


def without_lists(texts):
    """Sentences that go on with what else would have been possible are compared up to there."""
    texts = [re.split(r", but expected one of|\. The only supported types", text)[0] for text in texts]
    return [re.sub(r"^TypeError: \w+\(\): argument 'device'", "TypeError: argument 'device'", text) for text in texts]


@pytest.mark.parametrize("expression", ALL)
def test_equals_torch(expression, torch):
    assert outcome(nbgrad, expression) == outcome(torch, expression)


def test_outcomes_known_by_heart():
    for expression, expected in json.loads(STORED.read_text("utf-8")).items():
        assert outcome(nbgrad, expression) == expected, expression


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int64"])
def test_counting_is_bit_equal(dtype, torch):
    draw = np.random.default_rng(5)
    for _ in range(60):
        start, end = draw.standard_normal(2) * 100
        steps = int(draw.integers(1, 90))
        kinds = {"dtype": getattr(nbgrad, dtype)}, {"dtype": getattr(torch, dtype)}
        ours, theirs = nbgrad.linspace(start, end, steps, **kinds[0]), torch.linspace(start, end, steps, **kinds[1])
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
        step = (end - start) / steps
        step = step if dtype.startswith("float") else int(np.sign(step)) * 3
        ours, theirs = nbgrad.arange(start, end, step, **kinds[0]), torch.arange(start, end, step, **kinds[1])
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=2e-7 if dtype == "float32" else 1e-15, atol=1e-5)


def test_from_numpy_and_numpy_share_memory_both_ways():
    array = np.zeros(3, np.float32)
    shared = nbgrad.from_numpy(array)
    shared.add_(1)
    assert array.tolist() == [1, 1, 1]
    array[0] = 7
    assert shared.tolist() == [7, 1, 1]
    assert nbgrad.as_tensor(array).numpy() is not None and nbgrad.as_tensor(shared) is shared
    copied = nbgrad.tensor(array)
    array[1] = 9
    assert copied.tolist() == [7, 1, 1]


def test_no_gradient_flows_into_a_distribution():
    mean, chances = nbgrad.zeros(3, requires_grad=True), nbgrad.full((3,), 0.5, requires_grad=True)
    (nbgrad.normal(mean, nbgrad.ones(3)).sum() + nbgrad.bernoulli(chances).sum()).backward()
    assert mean.grad.tolist() == chances.grad.tolist() == [0, 0, 0]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("count", [1, 7, 16, 40, 999, 3000])
@pytest.mark.parametrize("start, step", [(0, 0.1), (-1, 1 / 3), (0.7, -0.01), (-123.4, 0.618)])
def test_counting_rounds_as_pytorch_does(dtype, count, start, step, torch):
    ours, theirs = (
        t.arange(start, start + step * (count - 0.5), step, dtype=getattr(t, dtype)) for t in (nbgrad, torch)
    )
    assert ours.tolist() == theirs.tolist()
    ours, theirs = (t.linspace(start, start + step * count, count, dtype=getattr(t, dtype)) for t in (nbgrad, torch))
    assert ours.tolist() == theirs.tolist()


def test_a_count_goes_into_a_tensor_that_is_given():
    out = nbgrad.empty(4, dtype=nbgrad.int64)
    assert nbgrad.arange(4, out=out) is out and out.tolist() == [0, 1, 2, 3]
