"""Tensors of the host and of the GPU in one call: PyTorch's sentences (of 2.13), and what it lets pass."""

import re

import pytest

import nbgrad as torch
from nbgrad.nn import functional as F
from nbgrad.placement import why_no_gpu

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(why_no_gpu() is not None, reason=str(why_no_gpu()))]

TWO = "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"
NUMBERS = {"index": [0, 1], "mask": [True, False], "scalar": 2.0}


def here(*shape):
    """Ones of a shape, or what `NUMBERS` gives a name, on the host."""
    return torch.tensor(NUMBERS[shape[0]]) if shape[0] in NUMBERS else torch.ones(*shape)


def there(*shape):
    """The same on the GPU."""
    return here(*shape).to("cuda")


def other(name, method):
    """What PyTorch says of a call whose first argument is on the GPU and whose argument `name` is not."""
    return (
        f"Expected all tensors to be on the same device, but got {name} is on cpu, different from other tensors on "
        f"cuda:0 (when checking argument in method wrapper_CUDA_{method})"
    )


CALLS = [
    (lambda a, b: a(2) + b(2), TWO),
    (lambda a, b: torch.lerp(a(2), b(2), a(2)), TWO),
    (lambda a, b: a(2).add_(b(2)), TWO),
    (lambda a, b: torch.where(a("mask"), a(2), b(2)), TWO),
    (lambda a, b: torch.where(b("mask"), a(2), a(2)), TWO),
    (lambda a, b: F.mse_loss(a(2), b(2)), TWO),
    (lambda a, b: torch.mm(a(2, 2), b(2, 2)), other("mat2", "mm")),
    (lambda a, b: a(2, 2) @ b(2, 2), other("mat2", "mm")),
    (lambda a, b: torch.bmm(a(1, 2, 2), b(1, 2, 2)), other("mat2", "bmm")),
    (lambda a, b: torch.dot(a(2), b(2)), other("tensor", "_dot")),
    (lambda a, b: torch.addmm(a(2), b(2, 2), b(2, 2)), other("mat1", "addmm")),
    (lambda a, b: torch.addmm(a(2), a(2, 2), b(2, 2)), other("mat2", "addmm")),
    (lambda a, b: torch.addmm(a(2), a(2, 2), b(2, 2), beta=2), other("mat2", "addmm")),
    (lambda a, b: F.linear(b(3, 2), a(2, 2), a(2)), other("mat1", "addmm")),
    (lambda a, b: F.linear(a(3, 2), b(2, 2), a(2)), other("mat2", "addmm")),
    (lambda a, b: F.linear(b(1, 3, 2), a(2, 2), a(2)), other("mat1", "addmm")),
    (lambda a, b: F.linear(a(3, 2), b(2, 2)), other("mat2", "mm")),
    (lambda a, b: torch.cat([a(2), b(2)]), other("tensors", "cat")),
    (lambda a, b: torch.stack([a(2), a(2), b(2)]), other("tensors", "cat")),
    (lambda a, b: torch.index_select(a(2), 0, b("index")), other("index", "_index_select")),
    (lambda a, b: F.embedding(b("index"), a(2, 3)), other("index", "_index_select")),
    (lambda a, b: torch.gather(a(2), 0, b("index")), other("index", "gather")),
    (lambda a, b: a(2).scatter(0, b("index"), a(2)), other("index", "scatter_src")),
    (lambda a, b: a(2).scatter(0, a("index"), b(2)), other("src", "scatter_src")),
    (lambda a, b: F.cross_entropy(a(2, 2), b("index")), other("target", "nll_loss_forward")),
    (lambda a, b: F.cross_entropy(a(2, 2), a("index"), b(2)), other("weight", "nll_loss_forward")),
    (lambda a, b: F.layer_norm(a(2, 2), (2,), b(2), b(2)), other("weight", "_native_layer_norm")),
]  # fmt: skip


@pytest.mark.parametrize("call, sentence", CALLS)
def test_the_first_argument_is_on_the_gpu(call, sentence):
    with pytest.raises(RuntimeError, match=f"^{re.escape(sentence)}$"):
        call(there, here)


@pytest.mark.parametrize("call, sentence", CALLS)
def test_the_first_argument_is_on_the_host(call, sentence):
    if sentence != TWO:
        sentence = re.sub("cpu(.*)cuda:0", r"cuda:0\1cpu", sentence)
    with pytest.raises(RuntimeError, match=f"^{re.escape(sentence)}$"):
        call(here, there)


def _differ(x, weight, rest="", name="weight"):
    return f"Input type (torch.{x}Tensor) and {name} type (torch.{weight}Tensor) should be the same{rest}"


MKLDNN = " or input should be a MKLDNN tensor and {} is a dense tensor"


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: F.conv2d(there(1, 1, 4, 4), here(1, 1, 3, 3)), _differ("cuda.Float", "Float")),
        (lambda: F.conv2d(there(1, 1, 4, 4), there(1, 1, 3, 3), here(1)), _differ("cuda.Float", "Float", "", "bias")),
        (
            lambda: F.conv2d(here(1, 1, 4, 4), there(1, 1, 3, 3)),
            _differ("Float", "cuda.Float", MKLDNN.format("weight")),
        ),
        (
            lambda: F.conv1d(here(1, 1, 4), here(1, 1, 3), there(1)),
            _differ("Float", "cuda.Float", MKLDNN.format("bias"), "bias"),
        ),
        (
            lambda: here(2)[there("index")],
            "indices should be either on cpu or on the same device as the indexed tensor (cpu)",
        ),
        (
            lambda: here(2).index_put((there("index"),), here(2)),
            "indices should be either on cpu or on the same device as the indexed tensor (cpu)",
        ),
        (
            lambda: there(2).masked_fill(here("mask"), 0),
            "expected self and mask to be on the same device, but got mask on cpu and self on cuda:0",
        ),
        (
            lambda: here(2).masked_fill(there("mask"), torch.tensor(0.0)),
            "expected self and mask to be on the same device, but got mask on cuda:0 and self on cpu",
        ),
    ],
)
def test_calls_with_a_sentence_of_their_own(call, sentence):
    with pytest.raises(RuntimeError, match=f"^{re.escape(sentence)}$"):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda number: there(2) * number,
        lambda number: number - there(2),
        lambda number: there(2).add_(number),
        lambda number: torch.maximum(there(2), number),
        lambda number: number / torch.tensor(3.0, device="cuda"),
        lambda number: there(2) == number,
        lambda number: torch.lerp(there(2), there(2), number),
        lambda number: torch.where(there("mask"), number, there(2)),
        lambda number: torch.where(number > 1, there(2), there(2) * 3),
        lambda number: there(2).clamp(number),
        lambda number: number ** there(2),
    ],
)
def test_a_host_tensor_without_axes_is_a_number(call):
    number = here("scalar")
    found = call(number)
    assert str(found.device) == "cuda:0"
    assert torch.equal(found.cpu(), call(number.to("cuda")).cpu())


def test_the_number_gets_its_gradient_on_the_host():
    number, x = here("scalar").requires_grad_(), there(3).requires_grad_()
    for times in (1, 2):
        (number * x).sum().backward()
        assert (str(number.grad.device), number.grad.item()) == ("cpu", 3.0 * times)
    assert x.grad.tolist() == [4.0, 4.0, 4.0]
    (gradient,) = torch.autograd.grad((there("scalar") * number.exp()).log(), number)
    assert (str(gradient.device), gradient.item()) == ("cpu", pytest.approx(1.0))


def test_a_number_of_the_gpu_does_not_meet_vectors_of_the_host():
    with pytest.raises(RuntimeError, match=f"^{TWO}$"):
        here(2) * there("scalar")


def test_indices_and_numbers_may_come_from_the_host():
    x = there(2)
    assert x[here("index")].tolist() == [1.0, 1.0]
    x[here("mask")] = here("scalar")
    x[1:] = torch.tensor([5.0])
    assert x.tolist() == [2.0, 5.0]
