"""`@kernel` for the GPU: a function in Python that every thread runs, listed with its signatures; `launch`."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from nbgrad.kernels.cuda import driver
from nbgrad.strided import DeviceArray, DifferentDevices


class Kernel:
    """A kernel: its name, its function, the signatures it is started with, and its slow, obvious twin."""

    __slots__ = ("_dispatcher", "bounds", "function", "name", "signatures", "twin")

    def __init__(self, name: str, function: Any, signatures: tuple[str, ...], twin: Any, bounds: Any) -> None:
        self.name, self.function, self.signatures, self.twin = name, function, signatures, twin
        self.bounds = bounds
        self._dispatcher: Any = None

    @property
    def dispatcher(self) -> Any:
        """Numba's, made at the first start."""
        if self._dispatcher is None:
            self._dispatcher = driver.compiled(self.function, self.bounds)
        return self._dispatcher


KERNELS: dict[str, Kernel] = {}


class Launches:
    """For tests: while `seen` is a set, every start notes (kernel, types of its arguments) in it."""

    seen: Any = None


def kernel(
    *signatures: str, name: str | None = None, twin: Any = None, bounds: tuple[int, int] | None = None
) -> Callable[[Any], Kernel]:
    """List a function as a kernel of the GPU; numba compiles it at its first start.

    signatures: as numba spells them, `"void(float32[::1], float32[::1])"`; tests compile each for three generations.
    Other dtypes compile when they are first met. name: for kernels made by a factory. twin: a slow kernel, or a
    function on numpy arrays, that says the same; or, for what is started by a function alike on both devices, its name
    in `kernels.cpu`; none for a twin itself. bounds: (threads of a block, blocks that one multiprocessor must be
    able to hold), which limits the registers of a thread.
    """

    def listed(function: Any) -> Kernel:
        title = f"{function.__module__.removeprefix('nbgrad.kernels.')}.{name or function.__name__}"
        if title in KERNELS:
            raise ValueError(f"two kernels are called {title}")
        KERNELS[title] = Kernel(title, function, signatures, twin, bounds)
        return KERNELS[title]

    return listed


def launch(kernel: Kernel, n: int, *arguments: Any) -> None:
    """Start enough threads for n numbers; the kernel steps on: `for i in range(cuda.grid(1), n, cuda.gridsize(1))`.

    Arrays must be contiguous and reach the kernel flat, (size,); numbers as numba types them (int64, float64, boolean).
    Nothing is started where n is 0.
    """
    if n:
        blocks = min(-(-n // driver.BLOCK), driver.most_blocks())
        launch_grid(kernel, blocks, driver.BLOCK, *arguments)


def launch_grid(kernel: Kernel, grid: Any, block: Any, *arguments: Any, shared: int = 0) -> None:
    """Start grid x block threads (each a number or a tuple), with `shared` bytes of dynamic shared memory."""
    if math.prod(grid if isinstance(grid, tuple) else (grid,)) == 0:
        return
    plain = tuple([each.window() if type(each) is DeviceArray else _checked(each) for each in arguments])
    if Launches.seen is not None:
        Launches.seen.add((kernel.name, tuple(driver.type_name(each) for each in plain)))
    driver.start(kernel.dispatcher, grid, block, shared, plain)


def _checked(argument: Any) -> Any:
    if isinstance(argument, np.ndarray):  # of the host
        raise DifferentDevices
    return argument
