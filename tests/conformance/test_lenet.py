"""The network we teach, beside PyTorch's: the same seed, the same weights, the same road downhill."""

import numpy as np
import pytest

import nbgrad
from nbgrad.vision.models import LeNet


def steps(module, network, optimizer, dtype, count=10):
    rng = np.random.default_rng(0)
    losses = []
    for _ in range(count):
        pixels = module.from_numpy(rng.standard_normal((16, 1, 32, 32)).astype(dtype))
        digits = module.from_numpy(rng.integers(0, 10, 16))
        optimizer.zero_grad()
        loss = module.nn.functional.cross_entropy(network(pixels), digits)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def test_a_seed_gives_the_same_weights(torch, torch_lenet):
    nbgrad.manual_seed(0)
    torch.manual_seed(0)
    ours, theirs = LeNet(), torch_lenet()
    for (name, mine), (other_name, other) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
        assert name == other_name
        np.testing.assert_array_equal(mine.detach().numpy(), other.detach().numpy())


@pytest.mark.parametrize(("optimizer", "settings"), [("SGD", {"lr": 0.05, "momentum": 0.9}), ("Adam", {"lr": 0.002})])
def test_ten_steps_follow_pytorch(torch, torch_lenet, optimizer, settings):
    nbgrad.manual_seed(0)
    torch.manual_seed(0)
    ours, theirs = LeNet(), torch_lenet()
    mine = steps(nbgrad, ours, getattr(nbgrad.optim, optimizer)(ours.parameters(), **settings), np.float32)
    other = steps(torch, theirs, getattr(torch.optim, optimizer)(theirs.parameters(), **settings), np.float32)
    np.testing.assert_allclose(mine, other, atol=1e-4)


def test_ten_steps_in_double_precision_are_pytorchs(torch, torch_lenet):
    nbgrad.manual_seed(0)
    torch.manual_seed(0)
    ours, theirs = LeNet().double(), torch_lenet().double()
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_array_equal(mine.detach().numpy(), other.detach().numpy())
    mine = steps(nbgrad, ours, nbgrad.optim.SGD(ours.parameters(), lr=0.05, momentum=0.9), np.float64)
    other = steps(torch, theirs, torch.optim.SGD(theirs.parameters(), lr=0.05, momentum=0.9), np.float64)
    np.testing.assert_allclose(mine, other, rtol=1e-10)
