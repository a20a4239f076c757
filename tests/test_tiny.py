"""Read me first: the whole engine in toy tests, from a number to a trained network."""

import numpy as np

import nbgrad as torch
from nbgrad import nn
from nbgrad.nn import functional as F


def test_a_tensor_is_an_array_with_a_memory():
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = (x * x).sum()
    assert y.item() == 14
    assert y.grad_fn.name() == "SumBackward0"
    assert y.grad_fn.next_functions[0][0].name() == "MulBackward0"


def test_backward_fills_grad_and_adds_up():
    x = torch.tensor(3.0, requires_grad=True)
    (x * x).backward()
    assert x.grad.item() == 6
    (x * x).backward()
    assert x.grad.item() == 12  # gradients accumulate until they are cleared


def test_a_value_used_twice_collects_both_gradients():
    x = torch.tensor(2.0, requires_grad=True)
    y = x * 3
    (y * y + y).backward()
    assert x.grad.item() == 3 * (2 * 6 + 1)


def test_no_grad_leaves_no_trace():
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        y = x * 2
    assert y.grad_fn is None and not y.requires_grad


def test_numpy_shares_the_memory():
    array = np.zeros(3, np.float32)
    tensor = torch.from_numpy(array)
    tensor.add_(1)
    array[0] = 5
    assert tensor.tolist() == [5, 1, 1]


def test_second_derivatives():
    x = torch.tensor(2.0, requires_grad=True)
    (first,) = torch.autograd.grad(x**3, x, create_graph=True)
    (second,) = torch.autograd.grad(first, x)
    assert first.item() == 12 and second.item() == 12


def test_a_small_network_learns_exclusive_or():
    torch.manual_seed(0)
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    target = torch.tensor([0, 1, 1, 0])
    net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5, momentum=0.9)
    for _ in range(100):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), target)
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.01
    assert net(x).argmax(1).tolist() == target.tolist()


def test_a_convolution_finds_its_pattern():
    image = torch.zeros(1, 1, 5, 5)
    image[0, 0, 2] = 1.0  # a horizontal line
    edge = torch.tensor([[[[-1.0, -1.0], [1.0, 1.0]]]])
    found = F.conv2d(image, edge)
    assert found[0, 0, :, 0].tolist() == [0, 2, -2, 0]
    assert F.max_pool2d(F.relu(found), 4).item() == 2
