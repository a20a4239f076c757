"""Batches as PyTorch makes them, in PyTorch's order, and gathered at once where the samples lie in arrays."""

from collections import namedtuple

import numpy as np
import pytest

import nbgrad as torch
from nbgrad import random
from nbgrad.kernels import cpu
from nbgrad.kernels.registry import KERNELS
from nbgrad.utils.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    RandomSampler,
    Subset,
    TensorDataset,
    default_collate,
    random_split,
)
from nbgrad.vision.datasets import ProceduralDigits
from nbgrad.vision.transforms import NetworkInput


class Squares(Dataset):
    """Sample by sample, as learners write it."""

    def __len__(self):
        return 10

    def __getitem__(self, index):
        return torch.tensor([float(index), float(index**2)]), index


def seeded(seed):
    return random.Generator().manual_seed(seed)


def test_batches_in_order():
    batches = list(DataLoader(Squares(), batch_size=4))
    assert [labels.tolist() for _, labels in batches] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert batches[2][0].tolist() == [[8.0, 64.0], [9.0, 81.0]]


def test_drop_last():
    loader = DataLoader(Squares(), batch_size=4, drop_last=True)
    assert len(loader) == len(list(loader)) == 2
    assert len(DataLoader(Squares(), batch_size=4)) == 3
    assert len(list(DataLoader(Squares(), batch_size=20, drop_last=True))) == 0


def test_shuffling_visits_every_sample_once_and_anew():
    loader = DataLoader(Squares(), batch_size=3, shuffle=True, generator=seeded(0))
    passes = [[label for _, labels in loader for label in labels.tolist()] for _ in range(2)]
    assert sorted(passes[0]) == sorted(passes[1]) == list(range(10))
    assert passes[0] != passes[1]


def test_the_same_generator_gives_the_same_order():
    orders = [[labels.tolist() for _, labels in DataLoader(Squares(), 3, True, generator=seeded(5))] for _ in range(2)]
    assert orders[0] == orders[1]


@pytest.mark.parametrize("with_generator", [True, False])
def test_the_order_is_pytorchs(with_generator):
    pytorch = pytest.importorskip("torch", reason="compares with torch")
    theirs = pytorch.Generator().manual_seed(3) if with_generator else None
    ours = seeded(3) if with_generator else None
    pytorch.manual_seed(3)
    random.manual_seed(3)
    data = range(57)
    for _ in range(3):
        want = [batch.tolist() for batch in pytorch.utils.data.DataLoader(data, 8, shuffle=True, generator=theirs)]
        assert [batch.tolist() for batch in DataLoader(data, 8, shuffle=True, generator=ours)] == want


def test_a_sampler_of_ones_own():
    assert [b.tolist() for b in DataLoader(range(10), 2, sampler=[7, 1, 1])] == [[7, 1], [1]]
    assert [b.tolist() for b in DataLoader(range(10), batch_sampler=[[3], [4, 5]])] == [[3], [4, 5]]


def test_collate_fn():
    loader = DataLoader(Squares(), 5, collate_fn=lambda samples: [label for _, label in samples])
    assert list(loader) == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
    digits = ProceduralDigits(size=4)
    assert [len(batch) for batch in DataLoader(digits, 3, collate_fn=list)] == [3, 1]


def test_getitems_as_in_pytorch():
    class Many:
        def __len__(self):
            return 4

        def __getitems__(self, indices):
            return [10 * index for index in indices]

    assert [batch.tolist() for batch in DataLoader(Many(), 2)] == [[0, 10], [20, 30]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "batch_size should be a positive integer"),
        ({"batch_size": 2.5}, "batch_size should be a positive integer"),
        ({"batch_size": True}, "batch_size should be a positive integer"),
        ({"drop_last": 1}, "drop_last should be a boolean"),
        ({"num_workers": -1}, "num_workers option should be non-negative"),
        ({"sampler": [1], "shuffle": True}, "sampler option is mutually exclusive"),
        ({"batch_sampler": [[1]], "batch_size": 2}, "batch_sampler option is mutually exclusive"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        DataLoader(Squares(), **arguments)


def test_a_shuffled_empty_set():
    assert list(DataLoader([], 3, shuffle=True)) == []


def test_tensors_are_gathered_and_keep_their_gradients():
    rows = torch.tensor([[1.0], [2.0], [3.0]], requires_grad=True)
    (batch,) = next(iter(DataLoader(TensorDataset(rows), 2)))
    batch.sum().backward()
    assert rows.grad.tolist() == [[1.0], [1.0], [0.0]]
    with pytest.raises(ValueError, match="Size mismatch"):
        TensorDataset(torch.zeros(3), torch.zeros(2))


def test_pictures_are_gathered_without_visiting_samples(monkeypatch):
    digits = ProceduralDigits(size=10, transform=NetworkInput())
    slow = [digits[i] for i in range(10)]
    monkeypatch.delattr("nbgrad.vision.pictures.PictureDataset.__getitem__")
    pictures, labels = next(iter(DataLoader(digits, 10)))
    assert pictures.shape == (10, 1, 32, 32)
    assert (pictures.dtype, labels.dtype) == (torch.float32, torch.int64)
    np.testing.assert_array_equal(pictures.numpy(), np.stack([picture.numpy() for picture, _ in slow]))
    assert labels.tolist() == [label for _, label in slow]


def test_pictures_without_transform_stay_bytes():
    pictures, _ = next(iter(DataLoader(ProceduralDigits(size=10), 5)))
    assert (pictures.shape, pictures.dtype) == ((5, 28, 28), torch.uint8)


def test_a_transform_of_ones_own_is_applied_sample_by_sample():
    digits = ProceduralDigits(size=4, transform=lambda picture: float(picture.mean()), target_transform=lambda t: -t)
    means, labels = next(iter(DataLoader(digits, 4)))
    np.testing.assert_allclose(means.numpy(), digits.pictures.mean((1, 2)))
    assert labels.tolist() == (-digits.labels).tolist()


def test_subsets_gather_too(monkeypatch):
    digits = ProceduralDigits(size=10, transform=NetworkInput())
    part = Subset(Subset(digits, [9, 8, 7, 6]), [3, 0])
    monkeypatch.delattr("nbgrad.vision.pictures.PictureDataset.__getitem__")
    _, labels = next(iter(DataLoader(part, 2)))
    assert labels.tolist() == digits.labels[[6, 9]].tolist()
    assert [b.tolist() for b in DataLoader(Subset(range(5), [4, 2]), 2)] == [[4, 2]]


def test_random_split():
    pytorch = pytest.importorskip("torch", reason="compares with torch")
    for lengths in ([7, 3], [0.5, 0.25, 0.25]):
        ours = random_split(range(10), lengths, seeded(0))
        theirs = pytorch.utils.data.random_split(range(10), lengths, pytorch.Generator().manual_seed(0))
        assert [list(part.indices) for part in ours] == [list(part.indices) for part in theirs]
    with pytest.raises(ValueError, match="Sum of input lengths"):
        random_split(range(10), [7, 4])


def test_collate():
    Pair = namedtuple("Pair", "x y")
    batch = default_collate([Pair(1.5, {"a": np.ones(2)}), Pair(2.5, {"a": np.zeros(2)})])
    assert isinstance(batch, Pair)
    assert batch.x.dtype == torch.float64
    assert batch.y["a"].tolist() == [[1.0, 1.0], [0.0, 0.0]]
    assert default_collate(["a", "b"]) == ["a", "b"]
    assert default_collate([np.float32(1), np.float32(2)]).dtype == torch.float32
    with pytest.raises(RuntimeError, match="equal size"):
        default_collate([(1, 2), (1,)])
    with pytest.raises(TypeError, match="must contain tensors"):
        default_collate([object()])


def test_samplers_have_lengths():
    assert len(RandomSampler(range(7))) == 7
    assert len(BatchSampler(range(7), 3, True)) == 2


class Doubled(TensorDataset):
    """A sample of its own making, as learners write it."""

    def __getitem__(self, index):
        return self.tensors[0][index] * 2


def test_a_subclass_says_what_its_samples_are():
    batches = list(DataLoader(Doubled(torch.arange(5)), batch_size=2))
    assert [batch.tolist() for batch in batches] == [[0, 2], [4, 6], [8]]
    (batch,) = DataLoader(Subset(Doubled(torch.arange(5)), [4, 1]), batch_size=2)
    assert batch.tolist() == [8, 2]


@pytest.mark.parametrize("count", [64, 65, 67])
def test_large_rows_are_the_samples(count):
    """Rows that a kernel copies, also from the end, and of a matrix that lies in memory column by column."""
    rows = torch.randn(100, 1037)
    order = [*range(99, 99 - count + 1, -1), -1]
    for each in (rows, rows.t().contiguous().t()):
        for chosen in (order, order[:-1]):
            (batch,) = next(iter(DataLoader(TensorDataset(each), sampler=chosen, batch_size=count)))
            np.testing.assert_array_equal(batch.numpy(), rows.numpy()[chosen])


@pytest.mark.parametrize("shape", [(5,), (3, 2)])
def test_rows_on_every_thread_are_those_on_one(shape):
    x = np.random.default_rng(0).random((40, 1 << 17), np.float32)
    rows = np.random.default_rng(1).integers(0, 40, shape)
    np.testing.assert_array_equal(cpu.take(x, (rows,)), x[rows])
    slow = np.empty(rows.size << 17, np.float32)
    KERNELS["cpu.index._take_rows"].twin(x.ravel(), rows.ravel(), slow, 1 << 17)
    np.testing.assert_array_equal(slow, x[rows].ravel())
    with pytest.raises(IndexError, match="index 40 is out of bounds for dimension 0 with size 40"):
        cpu.take(x, (rows * 0 + 40,))
