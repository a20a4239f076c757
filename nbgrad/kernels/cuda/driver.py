"""The only module that imports numba.cuda: the device, its memory and stream, and how a kernel is started.

`SIMULATOR` says that NUMBA_ENABLE_CUDASIM was set before numba was imported: kernels then run as Python on the host, a
Python thread for each of theirs, with the same code and no GPU.
"""

import ctypes
import struct
import threading
from functools import cache
from typing import Any

import numpy as np
from numba import cuda, types
from numba.core import config
from numba.core.typing.typeof import Purpose, typeof
from numba.np.numpy_support import from_dtype

from nbgrad.runtime import cache_folder

SIMULATOR = bool(config.ENABLE_CUDASIM)

if SIMULATOR:
    from numba.cuda.simulator.cudadrv.devicearray import FakeCUDAArray
else:
    from numba.cuda import dispatcher
    from numba.cuda.cudadrv.driver import driver as api

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


@cache
def stream_handle() -> int:
    """What the driver calls it."""
    return int(stream().handle)


_thread = threading.local()


def _here() -> None:
    """Let this Python thread use the device."""
    if not hasattr(_thread, "context"):
        _thread.context = cuda.current_context()


def synchronize() -> None:
    """Wait until everything that was started has ended."""
    cuda.synchronize()


@cache
def most_blocks() -> int:
    """Blocks of a one-dimensional launch that fill the device."""
    return 2 if SIMULATOR else BLOCKS_PER_PROCESSOR * multiprocessors()


# ---- memory


class Block:
    """A piece of the device's memory and its address."""

    __slots__ = ("__weakref__", "address", "memory")

    def __init__(self, memory: Any, address: int) -> None:
        self.memory, self.address = memory, address


def allocate(nbytes: int) -> Block:
    """A new block of the device's memory; raises what the driver says where there is none left."""
    memory = cuda.device_array(nbytes, np.uint8)
    return Block(memory, memory._ary.ctypes.data if SIMULATOR else memory.device_ctypes_pointer.value)


class Window:
    """Numbers of a block, (count,): what a kernel takes.

    words: how numba's code wants an array: two words that are for the host alone, size, size of a number, address,
    shape and strides.
    """

    __slots__ = ("address", "block", "dtype", "nbytes", "words")

    def __init__(self, block: Block, offset: int, count: int, dtype: np.dtype) -> None:
        size = dtype.itemsize
        self.block, self.dtype, self.nbytes, self.address = block, dtype, count * size, block.address + offset
        self.words = (0, 0, count, size, self.address, count, size)


def _simulated_window(block: Block, offset: int, count: int, dtype: np.dtype) -> Any:
    return FakeCUDAArray(block.memory._ary[offset : offset + count * dtype.itemsize].view(dtype))


# window(block, offset, count, dtype): `count` numbers of a block, from a byte on, as kernels take them
window = _simulated_window if SIMULATOR else Window


def pinned(nbytes: int) -> np.ndarray:
    """Host memory (nbytes,) uint8 that the device reads and writes by itself."""
    return cuda.pinned_array(nbytes, np.uint8)


def upload(host: np.ndarray, target: Any) -> None:
    """Copy host numbers to the device, on the stream; the host array must stay as it is until then."""
    if SIMULATOR:
        target.copy_to_device(host)
    else:
        _here()
        api.cuMemcpyHtoDAsync(target.address, host.ctypes.data, target.nbytes, stream_handle())


def download(source: Any, host: np.ndarray) -> None:
    """Copy a window's numbers into a host array, and wait for them."""
    if SIMULATOR:
        source.copy_to_host(host)
    else:
        _here()
        api.cuMemcpyDtoHAsync(host.ctypes.data, source.address, source.nbytes, stream_handle())
        api.cuStreamSynchronize(stream_handle())


# ---- kernels


def compiled(function: Any, bounds: tuple[int, int] | None = None) -> Any:
    """The kernel as numba compiles it for each new set of argument types; kept for the next process."""
    if SIMULATOR:
        return cuda.jit(function, fastmath=False)
    options = {} if bounds is None else {"launch_bounds": bounds}
    users, config.CACHE_DIR = config.CACHE_DIR, str(cache_folder("cuda"))
    try:
        return cuda.jit(function, fastmath=False, cache=True, **options)
    finally:
        config.CACHE_DIR = users


def device_function(formula: Any) -> Any:
    """A scalar formula as kernels can call it."""
    return cuda.jit(device=True)(formula)


# how a number is laid down in a word of its own, by numba's name of its type
_WORDS = {
    "bool": "?7x", "int8": "b7x", "uint8": "B7x", "int16": "h6x", "int32": "i4x", "int64": "q", "uint64": "Q",
    "float16": "e6x", "float32": "f4x", "float64": "d",
}  # fmt: skip


class _Compiled:
    """A kernel for one set of types: its handle, and how its arguments are laid down for the driver, a word each.

    rooms: (memory for the words, their addresses in C's order, the address of these) that nobody uses just now.
    """

    def __init__(self, dispatcher: Any, arguments: tuple) -> None:
        types = tuple([type_name(each) for each in arguments])
        self.code = dispatcher.compile(types)._codelibrary.get_cufunc()
        parts = []
        for kind, argument in zip(types, arguments, strict=True):
            if type(argument) is Window:
                parts.append("7q")
            else:
                parts += [_WORDS[str(each)] for each in (kind if isinstance(argument, tuple) else (kind,))]
        self.layout = struct.Struct("<" + "".join(parts))
        self.rooms: list[tuple] = []

    def room(self) -> tuple:
        memory = ctypes.create_string_buffer(self.layout.size)
        first = ctypes.addressof(memory)
        places = (ctypes.c_void_p * (self.layout.size // 8))(*range(first, first + self.layout.size, 8))
        return memory, places, ctypes.addressof(places)


_compiled: dict[tuple, _Compiled] = {}


def start(dispatcher: Any, grid: Any, block: Any, shared: int, arguments: tuple) -> None:
    """Start a compiled kernel on the stream and return at once.

    numba compiles, but does not start it: for each start it would ask for the types of all arguments anew and make an
    object for every word, which takes several times as long as all else.
    """
    if SIMULATOR:
        dispatcher[grid, block, 0, shared](*arguments)
        return
    words: list[Any] = []
    kinds: list[Any] = [dispatcher]
    for each in arguments:
        kind = type(each)
        if kind is Window:
            kinds.append(each.dtype)
            words += each.words
        elif kind is tuple:
            kinds.append(tuple(map(type, each)))
            words += each
        else:
            kinds.append(kind)
            words.append(each)
    _here()
    found = _compiled.get(tuple(kinds))
    if found is None:
        found = _compiled[tuple(kinds)] = _Compiled(dispatcher, arguments)
    grid = (*grid, 1, 1)[:3] if isinstance(grid, tuple) else (grid, 1, 1)
    block = (*block, 1, 1)[:3] if isinstance(block, tuple) else (block, 1, 1)
    try:
        room = found.rooms.pop()
    except IndexError:  # the first start, or other threads are just there
        room = found.room()
    found.layout.pack_into(room[0], 0, *words)
    api.cuLaunchKernel(found.code.handle, *grid, *block, shared, stream_handle(), room[2], 0)
    found.rooms.append(room)


def type_name(argument: Any) -> Any:
    """The type numba gives an argument of a kernel."""
    if type(argument) is Window:
        return types.Array(from_dtype(argument.dtype), 1, "C")
    return typeof(argument, Purpose.argument)
