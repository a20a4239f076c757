"""`torch.cuda` as a program meets it on a machine without one: nothing is available."""

from typing import Any


def is_available() -> bool:
    """Whether tensors can live on a GPU: not in this version."""
    return False


def device_count() -> int:
    """How many GPUs there are to compute on."""
    return 0


def current_device() -> int:
    """Raises AssertionError: there is none."""
    raise AssertionError("Torch not compiled with CUDA enabled")


def get_device_name(device: Any = None) -> str:
    """Raises AssertionError: there is none."""
    return str(current_device())


def manual_seed_all(seed: int) -> None:
    """Seeds the generators of all GPUs, of which there are none."""
