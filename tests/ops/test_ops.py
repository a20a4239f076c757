"""Every op of the table: values and gradients against finite differences, second gradients, and PyTorch."""

import numpy as np
import pytest

import nbgrad
from nbgrad.autograd.record import OPS
from tests.ops.table import ROWS, arrays, label

DIFFERENTIABLE = [row for row in ROWS if not row.exact]


def _tensors(torch, row, dtype):
    return [torch.from_numpy(array).requires_grad_(not row.exact) for array in arrays(row, dtype)]


def test_every_op_has_a_row():
    named = {name for row in ROWS for name in row.ops.split()}
    assert named == set(OPS)


@pytest.mark.parametrize("row", DIFFERENTIABLE, ids=label)
def test_gradient_equals_finite_differences(row):
    assert nbgrad.autograd.gradcheck(lambda *inputs: row.call(nbgrad, *inputs), _tensors(nbgrad, row, np.float64))


@pytest.mark.parametrize("row", DIFFERENTIABLE, ids=label)
def test_second_gradient_equals_finite_differences(row):
    assert nbgrad.autograd.gradgradcheck(lambda *inputs: row.call(nbgrad, *inputs), _tensors(nbgrad, row, np.float64))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("row", ROWS, ids=label)
def test_equals_pytorch(row, dtype, torch):
    ours, theirs = _tensors(nbgrad, row, dtype), _tensors(torch, row, dtype)
    out, want = row.call(nbgrad, *ours), row.call(torch, *theirs)
    assert str(out.dtype) == str(want.dtype)
    assert tuple(out.shape) == tuple(want.shape)
    np.testing.assert_allclose(out.detach().numpy(), want.detach().numpy(), rtol=1e-5, atol=1e-6)
    if row.exact:
        return
    (out * 1.5).sum().backward()
    (want * 1.5).sum().backward()
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine.grad.numpy(), other.grad.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("row", DIFFERENTIABLE, ids=label)
def test_recording_changes_no_number(row):
    tensors = _tensors(nbgrad, row, np.float32)
    with nbgrad.no_grad():
        silent = row.call(nbgrad, *tensors)
    recorded = row.call(nbgrad, *tensors)
    assert silent.grad_fn is None and recorded.grad_fn is not None
    np.testing.assert_array_equal(silent.numpy(), recorded.detach().numpy())
