"""Modules: finding parameters, state, printing, and the same network as PyTorch's from the same seed."""

import numpy as np
import pytest

import nbgrad
from nbgrad import nn
from nbgrad.vision.models import LeNet


def test_parameters_are_found_by_name():
    names = [name for name, _ in LeNet().named_parameters()]
    assert names[:2] == ["conv1.weight", "conv1.bias"] and len(names) == 10


def test_shared_parameters_count_once():
    layer = nn.Linear(2, 2)
    assert len(list(nn.Sequential(layer, layer).parameters())) == 2


def test_module_prints_as_in_pytorch():
    net = nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.Sequential(nn.ReLU(), nn.Linear(3, 2, bias=False)))
    assert repr(net) == (
        "Sequential(\n"
        "  (0): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))\n"
        "  (1): Sequential(\n"
        "    (0): ReLU()\n"
        "    (1): Linear(in_features=3, out_features=2, bias=False)\n"
        "  )\n"
        ")"
    )


def test_assigning_before_init_says_so():
    class Forgetful(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(1, 1)

    with pytest.raises(AttributeError, match=r"cannot assign module before Module.__init__\(\) call"):
        Forgetful()


def test_missing_attribute_and_missing_forward():
    with pytest.raises(AttributeError, match="'Linear' object has no attribute 'wieght'"):
        _ = nn.Linear(1, 1).wieght
    with pytest.raises(NotImplementedError, match=r'Module \[Module\] is missing the required "forward" function'):
        nn.Module()(1)


def test_state_dict_goes_from_one_network_to_another():
    a, b = LeNet(), LeNet()
    b.load_state_dict({name: tensor.clone() for name, tensor in a.state_dict().items()})
    x = nbgrad.randn(1, 1, 32, 32)
    assert a(x).tolist() == b(x).tolist()


def test_state_that_does_not_fit_is_refused_whole():
    net = nn.Linear(3, 2)
    before = net.weight.tolist()
    state = {"weight": nbgrad.zeros(2, 2), "extra": nbgrad.zeros(1)}
    with pytest.raises(RuntimeError) as error:
        net.load_state_dict(state)
    text = str(error.value)
    assert 'Unexpected key(s) in state_dict: "extra"' in text
    assert 'Missing key(s) in state_dict: "bias"' in text
    assert "size mismatch for weight" in text
    assert net.weight.tolist() == before


def test_forward_hooks_see_inputs_and_outputs():
    net, seen = nn.Linear(2, 1), []
    handle = net.register_forward_hook(lambda module, inputs, output: seen.append((inputs[0].shape, output.shape)))
    net(nbgrad.ones(4, 2))
    handle.remove()
    net(nbgrad.ones(4, 2))
    assert seen == [((4, 2), (4, 1))]


def test_zero_grad_forgets():
    net = nn.Linear(2, 1)
    net(nbgrad.ones(1, 2)).sum().backward()
    net.zero_grad(set_to_none=False)
    assert net.weight.grad.tolist() == [[0, 0]]
    net.zero_grad()
    assert net.weight.grad is None


def test_double_changes_every_parameter():
    net = LeNet().double()
    assert net(nbgrad.randn(1, 1, 32, 32, dtype=nbgrad.float64)).dtype is nbgrad.float64


def test_wrong_channels_give_pytorchs_sentence():
    with pytest.raises(
        RuntimeError, match=r"Given groups=1, weight of size \[6, 1, 5, 5\], expected input\[1, 3, 8, 8\]"
    ):
        nn.Conv2d(1, 6, 5)(nbgrad.zeros(1, 3, 8, 8))


def test_a_seed_gives_pytorchs_network(torch):
    nbgrad.manual_seed(3)
    torch.manual_seed(3)
    for ours, theirs in ((nn.Conv2d(2, 3, 3), torch.nn.Conv2d(2, 3, 3)), (nn.Linear(7, 5), torch.nn.Linear(7, 5))):
        np.testing.assert_array_equal(ours.weight.detach().numpy(), theirs.weight.detach().numpy())
        np.testing.assert_array_equal(ours.bias.detach().numpy(), theirs.bias.detach().numpy())
