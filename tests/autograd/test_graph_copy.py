"""A copy of a graph is walked after the original was freed or changed, and leaves the original alone."""

import numpy as np
import pytest

import nbgrad
from nbgrad.autograd.graph import GraphCopy, Stepper


@pytest.fixture
def leaf():
    return nbgrad.tensor([1.0, 2.0], requires_grad=True)


def test_it_outlives_the_graph_and_changes_in_place(leaf):
    y = leaf.exp()
    loss = (y * y + leaf).sum()
    kept = GraphCopy(loss)
    loss.backward(retain_graph=True)
    with nbgrad.no_grad():
        y.zero_()
    stepper = Stepper(kept.root(loss))
    stepper.run()
    np.testing.assert_array_equal(kept.leaves[leaf].grad.numpy(), leaf.grad.numpy())
    stepper.rewind()
    assert kept.leaves[leaf].grad is None and kept.holds(y) and not kept.holds(leaf * 2)


def test_leaves_begin_with_their_gradient_or_without(leaf):
    (leaf * 3).sum().backward()
    kept = GraphCopy(loss := (leaf * leaf).sum())
    for zeroed, expected in ((False, [5, 7]), (True, [2, 4]), (False, [5, 7])):
        kept.restart(zeroed)
        kept.root(loss).backward(retain_graph=True)
        np.testing.assert_array_equal(kept.leaves[leaf].grad.numpy(), expected)
    np.testing.assert_array_equal(leaf.grad.numpy(), [3, 3])


def test_what_cannot_be_walked_cannot_be_copied(leaf):
    loss = (leaf * leaf).sum()
    assert GraphCopy.size_of(loss) == 16
    loss.backward()
    with pytest.raises(RuntimeError, match="a second time"):
        GraphCopy(loss)
    y = leaf.exp()
    loss = (y * y).sum()
    with nbgrad.no_grad():
        y.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        GraphCopy(loss)


def test_hooks_and_functions_of_ones_own_are_part_of_it(leaf):
    class Double(nbgrad.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * 2

        @staticmethod
        def backward(ctx, gradient):
            (x,) = ctx.saved_tensors
            return gradient * 2 + 0 * x

    leaf.register_hook(lambda gradient: gradient * 10)
    loss = Double.apply(leaf).sum()
    kept = GraphCopy(loss)
    loss.backward()
    kept.root(loss).backward()
    np.testing.assert_array_equal(leaf.grad.numpy(), [20, 20])
    np.testing.assert_array_equal(kept.leaves[leaf].grad.numpy(), [20, 20])


def test_a_long_chain_is_no_recursion(leaf):
    x = leaf
    for _ in range(20_000):
        x = x + 1
    kept = GraphCopy(loss := x.sum())
    kept.root(loss).backward()
    np.testing.assert_array_equal(kept.leaves[leaf].grad.numpy(), [1, 1])
