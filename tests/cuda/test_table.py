"""The table of ops on the GPU: values and gradients against the CPU's, in float64 where the row allows it.

On a GPU: `python -m pytest -m gpu`. Without one, the simulator runs the same kernels:
`NUMBA_ENABLE_CUDASIM=1 python -m pytest -m gpu`.
"""

import numpy as np
import pytest

import nbgrad
from nbgrad import kernels
from nbgrad.autograd.record import OPS
from nbgrad.placement import why_no_gpu
from tests.cuda.test_without import MADE_ON_THE_HOST
from tests.ops.table import ROWS, arrays, label

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(why_no_gpu() is not None, reason=str(why_no_gpu()))]

OWN_DTYPE = ("draws", "cast.view_dtype")  # rows whose numbers depend on the dtype they are drawn or seen in


class OnDevice:
    """nbgrad whose new tensors are born on the GPU."""

    device = "cuda"

    def __getattr__(self, name):
        found = getattr(nbgrad, name)
        if name in ("tensor", "full", "zeros", "ones", "arange"):
            return lambda *args, **options: found(*args, device=self.device, **options)
        if name == "from_numpy":
            return lambda array: found(array).to(self.device)
        return found


def _run(row, torch, dtype):
    inputs = [torch.from_numpy(array).requires_grad_(not row.exact) for array in arrays(row, dtype)]
    out = row.call(torch, *inputs)
    if row.exact:
        return out, []
    (out * 1.5).sum().backward()
    return out, [tensor.grad for tensor in inputs]


@pytest.mark.parametrize("row", ROWS, ids=label)
def test_equals_the_cpu(row):
    wanted, wanted_gradients = _run(row, nbgrad, np.float32 if row.ops.startswith(OWN_DTYPE) else np.float64)
    found, gradients = _run(row, OnDevice(), np.float32)
    assert str(found.device) == "cuda:0" and tuple(found.shape) == tuple(wanted.shape)
    np.testing.assert_allclose(found.detach().cpu().numpy(), wanted.detach().numpy(), rtol=1e-4, atol=1e-5)
    for mine, other in zip(gradients, wanted_gradients, strict=True):
        assert str(mine.device) == "cuda:0"
        np.testing.assert_allclose(mine.cpu().numpy(), other.numpy(), rtol=1e-3, atol=1e-4)


def test_every_op_runs_here():
    """The rows cross every op, and every kernel of the CPU has its namesake."""
    assert {name for row in ROWS for name in row.ops.split()} == set(OPS)
    assert set(kernels.cpu.__all__) - set(kernels.cuda.__all__) == MADE_ON_THE_HOST
