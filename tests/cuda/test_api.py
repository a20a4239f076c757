"""`torch.cuda` and `device=` as a program meets them, on a GPU or in the simulator."""

import copy
import gc
import pickle
import re
import weakref

import numpy as np
import pytest

import nbgrad as torch
from nbgrad.placement import why_no_gpu

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(why_no_gpu() is not None, reason=str(why_no_gpu()))]


def test_the_gpu_is_there():
    assert torch.cuda.is_available() and torch.cuda.device_count() >= 1 and torch.cuda.current_device() == 0
    assert isinstance(torch.cuda.get_device_name(), str)
    torch.cuda.synchronize()


def test_tensors_go_there_and_back():
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    there = x.cuda()
    assert (str(there.device), there.is_cuda, x.is_cuda) == ("cuda:0", True, False)
    assert there.to("cuda") is there and there.cuda() is there and x.cpu() is x
    assert torch.equal(there.cpu(), x) and torch.equal(there.t().cpu(), x.t())
    assert there.to("cpu", torch.float64).dtype is torch.float64
    assert there.t().to(x).device == x.device
    assert there.sum().item() == 10.0 and there.tolist() == x.tolist() and float(there[1, 1]) == 4.0


def test_it_prints_as_pytorch_does():
    x = torch.tensor([1.0, 2.0], device="cuda", requires_grad=True)
    assert repr(x) == "tensor([1., 2.], device='cuda:0', requires_grad=True)"
    assert repr(x * 2) == "tensor([2., 4.], device='cuda:0', grad_fn=<MulBackward0>)"
    whole = torch.tensor([1], dtype=torch.int32, device="cuda")
    assert repr(whole) == "tensor([1], device='cuda:0', dtype=torch.int32)"


@pytest.mark.parametrize(
    "make",
    [
        lambda **where: torch.zeros(2, 3, **where),
        lambda **where: torch.full((2,), 7, **where),
        lambda **where: torch.eye(3, **where),
        lambda **where: torch.arange(5, **where),
        lambda **where: torch.linspace(0, 1, 5, **where),
        lambda **where: torch.rand(20, **where),
        lambda **where: torch.randn(20, **where),
        lambda **where: torch.randint(9, (5,), **where),
        lambda **where: torch.randperm(9, **where),
        lambda **where: torch.as_tensor([1, 2], **where),
    ],
)
def test_every_creator_takes_a_device_and_the_seed_gives_the_same_numbers(make):
    torch.manual_seed(3)
    here = make()
    torch.manual_seed(3)
    there = make(device="cuda")
    assert there.device == torch.device("cuda", 0)
    assert torch.equal(there.cpu(), here)


def test_what_is_made_like_a_tensor_is_made_beside_it():
    x = torch.ones(2, device="cuda")
    made = torch.zeros_like(x), torch.rand_like(x), x.new_ones(3), x.new_tensor([1.0]), x.clone(), x.double()
    assert {str(each.device) for each in made} == {"cuda:0"}
    assert torch.zeros_like(x, device="cpu").device == torch.device("cpu")


def test_numpy_needs_the_host():
    x = torch.ones(2, device="cuda")
    message = re.escape(
        "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first."
    )
    with pytest.raises(TypeError, match=message):
        x.numpy()
    with pytest.raises(TypeError, match=message):
        np.asarray(x)
    with pytest.raises(TypeError, match=r"numpy\.median has no kernel on a GPU"):  # nothing slips to the host
        np.median(x.array)
    np.testing.assert_array_equal(x.numpy(force=True), [1, 1])


def test_views_share_memory_and_indices_read_and_write():
    host = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    x = torch.from_numpy(host.copy()).cuda()
    for key in [
        (0,), (slice(None), 1), (Ellipsis, slice(None, None, 2)), (None, 1), (1, [2, 0]), ([0, 1], slice(None), [3, 1]),
        (slice(None), [0, 2]), (torch.from_numpy(host > 7),), (torch.from_numpy(host > 7).cuda(),), ([-1],),
        (slice(0, 0),), ([],),
    ]:  # fmt: skip
        wanted = host[tuple(each.cpu().numpy() if isinstance(each, torch.Tensor) else each for each in key)]
        np.testing.assert_array_equal(x[key].cpu().numpy(), wanted)
        y, copied = x.clone(), torch.from_numpy(host.copy())
        y[key] = -1.0
        copied[tuple(each.cpu() if isinstance(each, torch.Tensor) else each for each in key)] = -1.0
        assert torch.equal(y.cpu(), copied)
    x[0].t()[1] = 9.0
    assert x[0, :, 1].tolist() == [9.0, 9.0, 9.0]
    with pytest.raises(IndexError):
        x[[5]]
    host[0].T[1] = 9.0
    assert x.permute(2, 0, 1).reshape(4, 6).tolist() == host.transpose(2, 0, 1).reshape(4, 6).tolist()
    assert x.view(6, 4).t().stride() == (1, 4)


def test_memory_is_counted_and_used_again():
    torch.cuda.empty_cache()
    before = torch.cuda.memory_allocated()
    x = torch.ones(1000, device="cuda")
    assert torch.cuda.memory_allocated() - before == 4096  # multiples of 512 bytes
    view, block = x[10:], x.array.storage.block
    del x
    assert torch.cuda.memory_allocated() > before  # the view holds it
    del view
    assert torch.cuda.memory_allocated() == before <= torch.cuda.max_memory_allocated()
    assert torch.cuda.memory_reserved() >= 4096
    assert torch.zeros(1000, device="cuda").array.storage.block is block
    torch.cuda.empty_cache()
    assert torch.cuda.memory_reserved() == torch.cuda.memory_allocated()


def test_memory_outlives_the_circle_of_references_in_which_its_tensor_dies():
    """The collector of garbage must not take the block, which the pool lends again, for garbage."""
    gc.collect()
    before, died = torch.cuda.memory_allocated(), []
    x = torch.ones(1000, device="cuda")
    block = id(x.array.storage.block)
    weakref.finalize(x.array.storage.block, died.append, block)
    circle = [x]
    circle.append(circle)
    del x, circle
    gc.collect()
    assert torch.cuda.memory_allocated() == before and died == []
    assert id(torch.zeros(1000, device="cuda").array.storage.block) == block


def _network():
    torch.manual_seed(0)
    first = torch.nn.Linear(3, 4, bias=False)  # a bias before normalisation has no gradient but rounding
    return torch.nn.Sequential(first, torch.nn.BatchNorm1d(4), torch.nn.ReLU(), torch.nn.Linear(4, 2))


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda p: torch.optim.SGD(p, 0.1, momentum=0.9),
        lambda p: torch.optim.Adam(p, 0.1),
        lambda p: torch.optim.AdamW(p, 0.1, amsgrad=True),
        lambda p: torch.optim.RMSprop(p, 0.1, momentum=0.5),
        lambda p: torch.optim.Adagrad(p, 0.1),
    ],
)
def test_training_steps_are_those_of_the_cpu(optimizer):
    pixels, labels = torch.from_numpy(np.float32([[1, 2, 3], [0, -1, 2], [2, 0, 1]])), torch.tensor([0, 1, 1])
    networks, losses = [], []
    for device in ("cpu", "cuda"):
        network = _network().to(device)
        assert {str(each.device)[:4] for each in (*network.parameters(), *network.buffers())} == {device[:4]}
        steps = optimizer(network.parameters())
        for _ in range(3):
            steps.zero_grad()
            loss = torch.nn.functional.cross_entropy(network(pixels.to(device)), labels.to(device))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            steps.step()
        losses.append(loss.item())
        networks.append(network)
        held = [each for state in steps.state.values() for name, each in state.items() if name != "step"]
        assert all(str(each.device).startswith(device) for each in held if isinstance(each, torch.Tensor))
    assert losses[0] == pytest.approx(losses[1], rel=1e-4, abs=1e-7)  # float32 knows log 1.000003 no better
    for here, there in zip(networks[0].parameters(), networks[1].parameters(), strict=True):
        np.testing.assert_allclose(there.detach().cpu().numpy(), here.detach().numpy(), rtol=1e-3, atol=1e-4)


def test_networks_and_tensors_are_copied_saved_and_loaded(tmp_path):
    network = _network().cuda()
    assert str(copy.deepcopy(network)[0].weight.device) == "cuda:0"
    x = network[0].weight.detach()
    again = pickle.loads(pickle.dumps(x))
    assert str(again.device) == "cuda:0" and torch.equal(again, x)
    torch.save(network.state_dict(), tmp_path / "weights.pth")
    here = torch.load(tmp_path / "weights.pth", map_location="cpu")
    assert here["0.weight"].device == torch.device("cpu") and torch.equal(here["0.weight"], x.cpu())
    for where in (None, "cuda"):
        assert str(torch.load(tmp_path / "weights.pth", map_location=where)["0.weight"].device) == "cuda:0"
    _network().load_state_dict(here)
    network.load_state_dict(here)
    assert str(network[0].weight.device) == "cuda:0"


def test_convolution_relu_and_pooling_give_the_gradients_of_the_cpu():
    """The pooling's gradient and relu's become one on the CPU; both devices must end at the same numbers."""
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten())
    x, gradients = torch.rand(2, 1, 6, 6), []
    for device in ("cpu", "cuda"):
        moved = copy.deepcopy(network).to(device)
        (moved(x.to(device)) ** 2).sum().backward()
        gradients.append([parameter.grad.cpu().numpy() for parameter in moved.parameters()])
    for here, there in zip(*gradients, strict=True):
        np.testing.assert_allclose(there, here, rtol=1e-4, atol=1e-6)


WAITS = [lambda loss: loss.sum().item(), lambda loss: loss.cpu(), lambda _: torch.cuda.synchronize()]


@pytest.mark.parametrize("wait", WAITS, ids=["item", "cpu", "synchronize"])
@pytest.mark.parametrize("wrong", [4, -1, 1 << 40])
@pytest.mark.parametrize("reduction", ["mean", "none"])
def test_a_wrong_target_is_told_once_somebody_waits(wait, wrong, reduction):
    """On the CPU the call itself raises; here nothing outside is read, and the next wait raises instead, once."""
    x = torch.zeros(3, 4, device="cuda", requires_grad=True)
    labels = torch.tensor([1, wrong, -100], device="cuda")
    loss = torch.nn.functional.cross_entropy(x, labels, reduction=reduction)
    loss.sum().backward()
    with pytest.raises(IndexError, match=rf"^Target {wrong} is out of bounds: a loss met it earlier"):
        wait(loss)
    assert loss.isnan().tolist() == ([False, True, False] if reduction == "none" else True)
    torch.cuda.synchronize()
    assert x.grad[0].tolist() != [0, 0, 0, 0] == x.grad[1].tolist()


@pytest.mark.parametrize("wrong", [4, -1])
def test_a_loss_that_looks_up_weights_tells_at_the_latest_in_its_backward_pass(wrong):
    x, weight = torch.zeros(2, 4, device="cuda", requires_grad=True), torch.ones(4, device="cuda")
    with pytest.raises(IndexError, match=f"(Target|index) {wrong} is out of bounds"):
        torch.nn.functional.cross_entropy(x, torch.tensor([1, wrong], device="cuda"), weight).backward()
    torch.cuda.synchronize()


def test_a_right_target_is_no_fault():
    x, labels = torch.zeros(3, 4, device="cuda"), torch.tensor([1, 3, -100], device="cuda")
    assert torch.nn.functional.cross_entropy(x, labels).item() == pytest.approx(np.log(4))
    assert torch.nn.functional.cross_entropy(x, torch.tensor([1, 3, 9], device="cuda"), ignore_index=9).item() > 0
