"""The only module that imports numba.cuda: the device, its memory and stream, and how a kernel is started.

`SIMULATOR` says that NUMBA_ENABLE_CUDASIM was set before numba was imported: kernels then run as Python on the host, a
Python thread for each of theirs, with the same code and no GPU.
"""

from functools import cache
from typing import Any

import numpy as np
from numba import cuda
from numba.core import config
from numba.core.typing.typeof import Purpose, typeof

SIMULATOR = bool(config.ENABLE_CUDASIM)

if SIMULATOR:
    from numba.cuda.simulator.cudadrv.devicearray import FakeCUDAArray
else:
    from numba.cuda import dispatcher
    from numba.cuda.cudadrv.devicearray import DeviceNDArray

    dispatcher.config.CUDA_LOW_OCCUPANCY_WARNINGS = 0  # work for few blocks is no mistake here

# Threads of a block over n numbers, and blocks: kernels step on by `cuda.gridsize(1)`, so few do for any n.
BLOCK = 2 if SIMULATOR else 256
BLOCKS_PER_PROCESSOR = 8

# By name: in which module they live changes with numba-cuda's version, and cuda.core brings one of its own.
FAULTS = {"CUDAError", "CudaDriverError", "CudaRuntimeError", "CudaSupportError"}


def why_not() -> str | None:
    """Why there is no GPU to compute on, in one line; None where there is one."""
    if SIMULATOR:
        return None
    try:
        if not cuda.is_available():
            from numba.cuda.cudadrv.driver import driver

            error = driver.initialization_error
            return f"no CUDA driver answers ({_line(error)})" if error else "no CUDA device answers"
        current_device()
    except Exception as error:  # whatever a broken driver raises, the lab goes on without it
        return f"the CUDA driver fails: {_line(error)}"
    return None


def is_fault(error: BaseException) -> bool:
    """Whether the driver, or numba's record of it, raised it: no memory left, a device that is lost."""
    return any(kind.__name__ in FAULTS for kind in type(error).__mro__)


def _line(error: Any) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def current_device() -> Any:
    """numba's record of the device in use."""
    return cuda.get_current_device()


def device_count() -> int:
    """How many GPUs the driver knows of; the simulator has one."""
    return 1 if SIMULATOR else len(cuda.gpus)


def device_name() -> str:
    """What the GPU calls itself."""
    if SIMULATOR:
        return "Numba's simulator"
    name = current_device().name
    return name.decode() if isinstance(name, bytes) else str(name)


def multiprocessors() -> int:
    """How many parts of the GPU run blocks at the same time."""
    return 1 if SIMULATOR else current_device().MULTIPROCESSOR_COUNT


def total_memory() -> int:
    """Bytes of memory the GPU has; 0 in the simulator."""
    return 0 if SIMULATOR else cuda.current_context().get_memory_info().total


def version() -> tuple[int, int]:
    """The newest CUDA that the driver knows, (13, 0)."""
    if SIMULATOR:
        return (0, 0)
    from numba.cuda.cudadrv.driver import get_version

    return get_version()


@cache
def stream() -> Any:
    """The one stream on which copies and kernels follow each other."""
    return 0 if SIMULATOR else cuda.stream()


def synchronize() -> None:
    """Wait until everything that was started has ended."""
    cuda.synchronize()


@cache
def most_blocks() -> int:
    """Blocks of a one-dimensional launch that fill the device."""
    return 2 if SIMULATOR else BLOCKS_PER_PROCESSOR * multiprocessors()


# ---- memory


def allocate(nbytes: int) -> Any:
    """A new block of the device's memory; raises what the driver says where there is none left."""
    return cuda.device_array(nbytes, np.uint8)


def window(block: Any, offset: int, count: int, dtype: np.dtype) -> Any:
    """`count` numbers of a block, from a byte on, as the (count,) array that kernels take."""
    stop = offset + count * dtype.itemsize
    if SIMULATOR:
        return FakeCUDAArray(block._ary[offset:stop].view(dtype))
    data = block.gpu_data.view(offset, stop)
    return DeviceNDArray((count,), (dtype.itemsize,), dtype, gpu_data=data)


def pinned(nbytes: int) -> np.ndarray:
    """Host memory (nbytes,) uint8 that the device reads and writes by itself."""
    return cuda.pinned_array(nbytes, np.uint8)


def upload(host: np.ndarray, target: Any) -> None:
    """Copy host numbers to the device, on the stream; pinned memory must stay as it is until then.

    Memory that is not pinned has been read when this returns.
    """
    target.copy_to_device(host, stream=stream())


def download(source: Any, host: np.ndarray) -> None:
    """Copy a window's numbers into a host array, and wait for them."""
    source.copy_to_host(host, stream=stream())
    if not SIMULATOR:
        stream().synchronize()


# ---- kernels


def compiled(function: Any, bounds: tuple[int, int] | None = None) -> Any:
    """The kernel as numba starts it; compiled for each new set of argument types."""
    if bounds is None or SIMULATOR:
        return cuda.jit(function, fastmath=False)
    return cuda.jit(function, fastmath=False, launch_bounds=bounds)


def device_function(formula: Any) -> Any:
    """A scalar formula as kernels can call it."""
    return cuda.jit(device=True)(formula)


def start(dispatcher: Any, grid: Any, block: Any, shared: int, arguments: tuple) -> None:
    """Start a compiled kernel on the stream and return at once."""
    dispatcher[grid, block, stream(), shared](*arguments)


def type_name(argument: Any) -> Any:
    """The type numba gives an argument of a kernel."""
    return typeof(argument, Purpose.argument)
