"""Every kernel of the GPU compiles, without one, to the assembly of three generations: Turing, Ampere, Hopper."""

import importlib.util
from types import SimpleNamespace
from unittest.mock import patch

import pytest

from nbgrad import kernels
from nbgrad.placement import NOT_INSTALLED

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("numba_cuda") is None, reason=NOT_INSTALLED),
]
CAPABILITIES = [(7, 5), (8, 0), (9, 0)]


def _listed():
    """(kernel, signature) of all that are listed; nothing is imported where numba-cuda is missing."""
    if importlib.util.find_spec("numba_cuda") is None or kernels.cuda_driver.SIMULATOR:
        return []
    from gui.bench import gpu  # lists some of its own

    assert kernels.cuda.__all__ and gpu.nothing.signatures
    return [
        pytest.param(kernel, signature, id=f"{kernel.name} {signature}")
        for kernel in kernels.cuda_registry.KERNELS.values()
        for signature in kernel.signatures
    ]


def _ptx(function, signature, capability):
    """For functions that a kernel calls, numba asks the current device for its capability: one that has only that."""
    cuda, device = kernels.cuda_driver.cuda, SimpleNamespace(compute_capability=capability)
    with patch("numba.cuda.dispatcher.get_current_device", lambda: device):
        return cuda.compile_ptx(function, signature, cc=capability)[0]


@pytest.mark.parametrize("kernel, signature", _listed())
def test_compiles_without_a_gpu(kernel, signature):
    from numba.core import sigutils

    arguments, _ = sigutils.normalize_signature(signature)
    for capability in CAPABILITIES:
        assembly = _ptx(kernel.function, arguments, capability)
        assert f".target sm_{capability[0]}{capability[1]}" in assembly
        assert ".visible .entry" in assembly


def test_every_kernel_lists_what_it_is_started_with():
    assert kernels.cuda.__all__
    assert [kernel.name for kernel in kernels.cuda_registry.KERNELS.values() if not kernel.signatures] == []
