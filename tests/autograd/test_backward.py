"""The backward pass: order, accumulation, freeing, hooks, versions, and the sentences a learner meets."""

import gc
import threading
import weakref

import numpy as np
import pytest

import nbgrad as torch


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


def test_gradient_argument_weighs_the_outputs():
    x = leaf(1.0, 2.0)
    (x * x).backward(gradient=torch.tensor([1.0, 10.0]))
    assert x.grad.tolist() == [2, 40]


def test_an_output_that_is_no_scalar_needs_a_gradient():
    with pytest.raises(RuntimeError, match="grad can be implicitly created only for scalar outputs"):
        (leaf(1.0, 2.0) * 2).backward()


def test_gradient_of_another_shape_is_refused():
    with pytest.raises(RuntimeError, match=r"Mismatch in shape: grad_output\[0\] has a shape of torch.Size\(\[3\]\)"):
        (leaf(1.0, 2.0) * 2).backward(torch.ones(3))


def test_a_constant_has_no_gradient():
    with pytest.raises(RuntimeError, match="element 0 of tensors does not require grad and does not have a grad_fn"):
        torch.ones(1).sum().backward()


def test_second_pass_needs_retain_graph():
    x = leaf(3.0)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 12
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        y.backward()


def test_a_failed_pass_leaves_grad_alone():
    x = leaf(3.0)
    y = (x * x).sum()
    y.backward()
    with pytest.raises(RuntimeError):
        y.backward()
    assert x.grad.item() == 6


def test_gradients_of_two_leaves_never_share_memory():
    a, b = leaf(1.0, 2.0), leaf(3.0, 4.0)
    (a + b).backward(torch.ones(2))
    a.grad.add_(5)
    assert b.grad.tolist() == [1, 1]


def test_the_given_gradient_is_not_taken_as_grad():
    x, given = leaf(1.0, 2.0), torch.ones(2)
    (x + 0).backward(given)
    x.grad.mul_(7)
    assert given.tolist() == [1, 1]


def test_million_operations_need_no_recursion():
    x = leaf(1.0)
    y = x
    for _ in range(1_000_000):
        y = y + 1.0
    y.sum().backward()
    assert x.grad.item() == 1
    node = weakref.ref(y.grad_fn)
    del y
    gc.collect()
    assert node() is None


def test_saved_values_are_guarded_by_their_version():
    x = leaf(1.0, 2.0)
    y = torch.exp(x)
    y.add_(1)
    with pytest.raises(RuntimeError, match=r"modified by an inplace operation: \[torch.FloatTensor \[2\]\]"):
        y.sum().backward()


def test_leaf_is_not_changed_in_place():
    x = leaf(1.0)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad is being used in an in-place operation"):
        x.add_(1)
    assert x.tolist() == [1]
    with torch.no_grad():
        x.add_(1)
    assert x.tolist() == [2]


def test_in_place_results_are_recorded():
    x = leaf(1.0, 2.0)
    y = x * 2
    y += x
    y.sum().backward()
    assert x.grad.tolist() == [3, 3]
    assert y.grad_fn.name() == "AddBackward0"


def test_only_floats_require_gradients():
    with pytest.raises(RuntimeError, match="nly Tensors of floating point"):
        torch.tensor([1, 2], requires_grad=True)


def test_numpy_of_a_tracked_tensor_is_refused():
    with pytest.raises(RuntimeError, match=r"Can't call numpy\(\) on Tensor that requires grad"):
        leaf(1.0).numpy()


def test_a_gradient_that_a_hook_gives_stays_its_own():
    x, given = torch.ones(3, requires_grad=True), torch.full((3,), 5.0)
    x.register_hook(lambda g: given)
    (x * 2).sum().backward()
    given.fill_(7.0)
    assert x.grad.tolist() == [5, 5, 5]


def test_hooks_see_and_replace_gradients():
    x, seen = leaf(1.0, 2.0), []
    y = x * 3
    handle = y.register_hook(lambda g: seen.append(g.tolist()) or g * 10)
    x.register_hook(lambda g: seen.append(g.tolist()))
    y.sum().backward(retain_graph=True)
    assert seen == [[1, 1], [30, 30]]
    handle.remove()
    y.sum().backward()
    assert x.grad.tolist() == [33, 33]


def test_retain_grad_keeps_the_gradient_of_an_inner_tensor():
    x = leaf(1.0, 2.0)
    y = x * 3
    y.retain_grad()
    (y * y).sum().backward()
    assert y.grad.tolist() == [6, 12]
    held = weakref.ref(y)
    del y
    assert held() is None  # no circle keeps it alive


def test_grad_returns_and_leaves_grad_alone():
    x, unused = leaf(1.0, 2.0), leaf(1.0)
    y = x * x
    (slope,) = torch.autograd.grad(y.sum(), x, retain_graph=True)
    assert slope.tolist() == [2, 4] and x.grad is None
    with pytest.raises(RuntimeError, match="appears to not have been used in the graph"):
        torch.autograd.grad(y.sum(), [x, unused])
    assert torch.autograd.grad((x * x).sum(), [x, unused], allow_unused=True)[1] is None


def test_grad_of_an_inner_tensor():
    x = leaf(2.0)
    y = x * x
    (slope,) = torch.autograd.grad((y * y).sum(), y)
    assert slope.tolist() == [8]


def test_results_are_freed_without_the_collector():
    gc.disable()
    try:
        x = leaf(1.0)
        y = torch.exp(x).relu().softmax(0)
        node = weakref.ref(y.grad_fn)
        del y
        assert node() is None
    finally:
        gc.enable()


def test_grad_mode_belongs_to_its_thread():
    states = []
    with torch.no_grad():
        thread = threading.Thread(target=lambda: states.append(torch.is_grad_enabled()))
        thread.start()
        thread.join()
        with torch.enable_grad():
            states.append(torch.is_grad_enabled())
        states.append(torch.is_grad_enabled())
    assert states == [True, True, False]


def test_no_grad_decorates():
    @torch.no_grad()
    def double(x):
        return x * 2

    assert not double(leaf(1.0)).requires_grad


def test_set_grad_enabled_acts_at_once_and_as_a_block():
    with torch.set_grad_enabled(False):
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()


def test_four_threads_get_the_right_gradients():
    wrong = []

    def work(seed):
        rng = np.random.default_rng(seed)
        for _ in range(20):
            array = rng.standard_normal((64, 32)).astype(np.float32)
            x = torch.from_numpy(array).requires_grad_()
            w = torch.from_numpy(rng.standard_normal((32, 16)).astype(np.float32))
            (x @ w).sum().backward()
            want = np.broadcast_to(w.numpy().sum(1), array.shape)
            if not np.allclose(x.grad.numpy(), want, atol=1e-4):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_gradcheck_finds_a_wrong_gradient():
    x = torch.tensor([0.3, 0.7], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(torch.exp, x)

    def wrong(value):  # the same number, but a gradient of zero for the second term
        return torch.exp(value) + value.detach() - value.detach() + value.detach() * 2

    assert not torch.autograd.gradcheck(wrong, x, raise_exception=False)
    with pytest.raises(RuntimeError, match="Jacobian mismatch for output 0 with respect to input 0"):
        torch.autograd.gradcheck(wrong, x)


def test_reading_the_gradient_of_no_leaf_warns_unless_it_is_kept():
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    with pytest.warns(UserWarning, match="not a leaf Tensor is being accessed"):
        assert y.grad is None
    y.retain_grad()
    assert y.grad is None  # silent: it will come
    y.sum().backward()
    assert y.grad.tolist() == [1.0, 1.0]
    assert torch.ones(2).grad is None


def test_a_saved_result_that_was_changed_is_named_by_its_operation():
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    y.add_(1)
    with pytest.raises(RuntimeError, match="which is output 0 of Exp, is at version 1"):
        y.sum().backward()


@pytest.mark.parametrize("size", [8, 7])
@pytest.mark.parametrize("window", [2, 3])
@pytest.mark.parametrize("use", [lambda z: 0.0, lambda z: z.sum(), lambda z: (z * z).sum()])
def test_what_a_pooling_leaves_to_the_relu_before_it(size, window, use):
    """The gradients are the same, bit by bit, whether somebody looks at the one between the two or not."""

    def gradients(look):
        torch.manual_seed(0)
        x = torch.randn(3, 2, size, size, requires_grad=True)
        with torch.no_grad():
            x[0, 0, :2, :2] = 0.0
            x[1, 1, 3, 3] = float("nan")
        z = torch.nn.functional.relu(x)
        seen = look(z)
        pooled = torch.nn.functional.max_pool2d(z, window)
        (use(z) + (pooled * torch.randn(*pooled.shape)).sum() + use(z)).backward()
        return x.grad.numpy(), seen

    def hooked(z):
        found = []
        z.register_hook(found.append)
        return found

    grad, _ = gradients(lambda z: None)
    other, found = gradients(hooked)
    np.testing.assert_array_equal(grad, other)
    kept, _ = gradients(lambda z: z.retain_grad())
    np.testing.assert_array_equal(grad, kept)
    assert len(found) == 1 and found[0].shape == (3, 2, size, size)
    assert np.isfinite(grad).sum() > grad.size / 2 and (grad[0, 0, :2, :2] == 0).all()
