"""The device a run computes on: whether it can be chosen, numbers brought back from it, what it says when it fails.

Nothing else in the lab knows where numbers live: `host` brings them to numpy, `beside` sends an array to where it is
needed.
"""

from typing import Any

import numpy as np

import nbgrad
from gui.lab.findings import GpuView
from gui.lab.wording import translate
from nbgrad import kernels, placement
from nbgrad.strided import DeviceArray

# How the engine's reasons begin; details of the driver's may follow.
REASONS = (
    translate("lab", 'numba-cuda is not installed; `pip install "nbgrad[cuda]"` brings it'),
    translate("lab", "numba-cuda cannot be imported"),
    translate("lab", "no CUDA driver answers"),
    translate("lab", "no CUDA device answers"),
    translate("lab", "the CUDA driver fails"),
)


class DeviceError(RuntimeError):
    """One sentence that says why a device cannot be used."""


def look() -> GpuView:
    """The GPU's name, or why there is none: what `nbgrad info` says."""
    reason = why_not("cuda")
    return GpuView("" if reason else nbgrad.cuda.get_device_name(), reason or "")


def why_not(device: str) -> str | None:
    """Why nothing can be computed there, in one line; None where it can."""
    reason = placement.why_no_gpu() if device == "cuda" else None
    known = next((known for known in REASONS if reason and reason.startswith(known)), None)
    return translate("lab", "{0}{1}").format(known, reason[len(known) :]) if reason and known else reason


def require(device: str) -> None:
    """Raises DeviceError where a run cannot compute there."""
    if reason := why_not(device):
        raise DeviceError(GpuView("", reason).refusal)


def fault(error: BaseException) -> str | None:
    """What the GPU's driver says where the error is one of its own, "" for too little memory; None for others."""
    if placement.why_no_gpu() is not None or not kernels.cuda_driver.is_fault(error):
        return None
    said = " ".join(str(error).split())
    return "" if "OUT_OF_MEMORY" in said.upper() else said


# ---- numbers here and there


def host(numbers: Any) -> Any:
    """The numbers of a tensor or an array for numpy: on the CPU their own memory, from the GPU a copy."""
    array = numbers.array if isinstance(numbers, nbgrad.Tensor) else numbers
    return array.get() if type(array) is DeviceArray else array


def is_array(value: Any) -> bool:
    """Whether it is an array, on either device."""
    return isinstance(value, np.ndarray | DeviceArray)


def beside(other: Any, array: np.ndarray) -> Any:
    """An array of the host as a tensor on the device of another tensor, or of a model's parameters."""
    tensor = other if isinstance(other, nbgrad.Tensor) else next(other.parameters())
    return nbgrad.from_numpy(array).to(tensor.device)


def write(target: Any, index: tuple[int, ...], numbers: np.ndarray) -> None:
    """Write numbers of the host into an array on either device, below an index."""
    target[index] = placement.beside(np.asarray(numbers, target.dtype), target)
