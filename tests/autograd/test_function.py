"""Operations of one's own: `autograd.Function`."""

import pytest

import nbgrad as torch


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * 3 * x**2


class Both(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.scale = scale
        return x * scale, x + scale

    @staticmethod
    def backward(ctx, first, second):
        return first * ctx.scale + second, None


def leaf(*values):
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def test_gradient_is_the_one_written_by_hand():
    x = leaf(1.0, 2.0)
    y = Cube.apply(x)
    assert y.grad_fn.name() == "CubeBackward"
    y.sum().backward()
    assert x.grad.tolist() == [3, 12]


def test_gradients_of_gradients_pass_through_the_backward():
    assert torch.autograd.gradcheck(Cube.apply, leaf(0.5, -1.5))
    assert torch.autograd.gradgradcheck(Cube.apply, leaf(0.5, -1.5))


def test_unused_outputs_arrive_as_zeros():
    x = leaf(1.0, 2.0)
    _, shifted = Both.apply(x, 10.0)
    shifted.sum().backward()
    assert x.grad.tolist() == [1, 1]


def test_second_pass_finds_nothing_saved():
    y = Cube.apply(leaf(1.0)).sum()
    y.backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        y.backward()


def test_wrong_number_of_gradients_is_said():
    class Short(Both):
        @staticmethod
        def backward(ctx, first, second):
            return first

    with pytest.raises(RuntimeError, match=r"returned an incorrect number of gradients \(expected 2, got 1\)"):
        Short.apply(leaf(1.0), 2.0)[0].backward()


def test_setup_context_apart_from_forward():
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(x):
            return x * x

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, grad):
            return grad * 2 * ctx.saved_tensors[0]

    x = leaf(3.0)
    Square.apply(x).backward()
    assert x.grad.item() == 6


def test_non_differentiable_outputs_need_no_gradient():
    class Rounded(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            out = x * 2
            ctx.mark_non_differentiable(out)
            return out

    assert not Rounded.apply(leaf(1.0)).requires_grad


def test_missing_methods_are_named():
    class Empty(torch.autograd.Function):
        pass

    with pytest.raises(NotImplementedError, match="You must implement the forward function"):
        Empty.apply(leaf(1.0))
