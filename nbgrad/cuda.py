"""`torch.cuda`: the GPU as a program asks about it."""

from typing import Any

from nbgrad import kernels
from nbgrad.device import device
from nbgrad.placement import usable, why_no_gpu
from nbgrad.random import default_generator


def is_available() -> bool:
    """Whether tensors can live on a GPU; `nbgrad info` says why not."""
    return why_no_gpu() is None


def device_count() -> int:
    """How many GPUs there are to compute on."""
    return kernels.cuda_driver.device_count() if is_available() else 0


def current_device() -> int:
    """The number of the GPU in use; raises AssertionError or RuntimeError where there is none."""
    usable("cuda")
    return 0


def get_device_name(device: Any = None) -> str:
    """What the GPU calls itself; raises AssertionError or RuntimeError where there is none."""
    usable("cuda" if device is None else device)
    return kernels.cuda_driver.device_name()


def get_device_capability(device: Any = None) -> tuple[int, int]:
    """Its compute capability, (9, 0); raises AssertionError or RuntimeError where there is none."""
    usable("cuda" if device is None else device)
    return tuple(kernels.cuda_driver.current_device().compute_capability)


def synchronize(device: Any = None) -> None:
    """Wait until everything that was started on the GPU has ended.

    A loss on the GPU does not wait to see whether its targets are classes: it gives NaN, and the first call that waits
    (this one, `item`, `cpu`) raises IndexError. Every other error is raised at once, as on the CPU.
    """
    usable("cuda" if device is None else device)
    kernels.cuda.synchronize()


def _books() -> Any:
    return kernels.cuda.pool if is_available() else None


def memory_allocated(device: Any = None) -> int:
    """Bytes that tensors hold."""
    books = _books()
    return books.allocated if books else 0


def max_memory_allocated(device: Any = None) -> int:
    """The most bytes that tensors held at one time, since `reset_peak_memory_stats`."""
    books = _books()
    return books.most_allocated if books else 0


def memory_reserved(device: Any = None) -> int:
    """Bytes taken from the driver: those that tensors hold, and those kept to be used again."""
    books = _books()
    return books.reserved if books else 0


def reset_peak_memory_stats(device: Any = None) -> None:
    """Count the most bytes from here on."""
    books = _books()
    if books:
        books.most_allocated = books.allocated


def empty_cache() -> None:
    """Give memory that no tensor holds back to the driver."""
    books = _books()
    if books:
        books.empty()


def manual_seed(seed: int) -> None:
    """Start the stream of random numbers that belongs to the seed: there is one, for both devices."""
    if is_available():
        default_generator.manual_seed(int(seed))


def manual_seed_all(seed: int) -> None:
    """`manual_seed` for every GPU."""
    manual_seed(seed)


__all__ = [
    "current_device", "device", "device_count", "empty_cache", "get_device_capability", "get_device_name",
    "is_available", "manual_seed", "manual_seed_all", "max_memory_allocated", "memory_allocated", "memory_reserved",
    "reset_peak_memory_stats", "synchronize",
]  # fmt: skip
