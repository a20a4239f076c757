"""Bringing arrays to the device that a tensor is asked for on: the CPU, or the GPU where there is one."""

import importlib.util
from functools import cache
from typing import Any

import numpy as np

from nbgrad import kernels
from nbgrad.device import CPU, device
from nbgrad.strided import DeviceArray

GPU = device("cuda", 0)

NOT_INSTALLED = 'numba-cuda is not installed; `pip install "nbgrad[cuda]"` brings it'


@cache
def why_no_gpu() -> str | None:
    """Why nothing can be computed on a GPU, in one line; None where it can."""
    if importlib.util.find_spec("numba_cuda") is None:
        return NOT_INSTALLED
    try:
        driver = kernels.cuda_driver
    except Exception as error:  # a broken installation must not take the CPU away
        return f"numba-cuda cannot be imported: {' '.join(str(error).split())}"
    return driver.why_not()


def usable(wanted: Any) -> bool:
    """Whether tensors are wanted on the GPU, not on the CPU.

    Raises AssertionError or RuntimeError, with PyTorch's sentence, where they cannot live on the device.
    """
    if not isinstance(wanted, str | device | int) or isinstance(wanted, bool):
        raise TypeError(f"argument 'device' must be torch.device, not {wanted.__class__.__name__}")
    if isinstance(wanted, int) and why_no_gpu() is None:
        wanted = device("cuda", wanted)
    place = device(wanted)  # type: ignore[arg-type]
    if place.type == "cpu":
        return False
    reason = why_no_gpu() if place.type == "cuda" else NOT_INSTALLED
    if reason == NOT_INSTALLED:
        raise AssertionError(f"Torch not compiled with {place.type.upper()} enabled")
    if reason is not None:
        raise RuntimeError(f"No CUDA GPUs are available: {reason}")
    if place.index:
        raise RuntimeError(f"CUDA error: invalid device ordinal: this version computes on {GPU}, not on {place}")
    return True


def placed(array: Any, wanted: Any) -> Any:
    """The array on a device; itself where it is there already."""
    if not usable(wanted):
        return array.get() if type(array) is DeviceArray else array
    return kernels.cuda.to_device(array) if isinstance(array, np.ndarray) else array


def beside(array: np.ndarray, other: Any) -> Any:
    """An array of the host on the device of another one."""
    return kernels.cuda.to_device(array) if type(other) is DeviceArray else array


def device_of(array: Any) -> device:
    """Where an array lives."""
    return GPU if type(array) is DeviceArray else CPU
