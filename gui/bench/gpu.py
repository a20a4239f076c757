"""What the GPU is and can do at most: `roof` for it, and kernels that do nothing, to time their start."""

import math
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from typing import Any

import numpy as np

from nbgrad import cuda
from nbgrad.kernels.cuda import driver, memory
from nbgrad.kernels.cuda.driver import cuda as numba_cuda
from nbgrad.kernels.cuda.registry import Launches, kernel, launch_grid

CHAINS = 8  # sums of a thread that do not wait for each other
STEPS = 16  # multiply-adds between two looks at the loop's end
ROUNDS = 2 if driver.SIMULATOR else 10_000
THREADS = 2 if driver.SIMULATOR else 256  # of a block
TOGETHER = 4  # blocks for each multiprocessor: every generation can hold as many threads at once
# bytes read and written: from the cache that all share to memory
FOOTPRINTS = (1 << 10, 1 << 12) if driver.SIMULATOR else (1 << 22, 1 << 25, 1 << 29)
COPIED = 1 << 12 if driver.SIMULATOR else 1 << 34  # bytes for one measurement, in as many rounds as it takes
TRIES = 5


@kernel("void(float32[::1], float32, float32, int64)")
def multiply_in_registers(out, factor, addend, rounds):
    """out[thread] = the sum of CHAINS numbers that become factor x + addend, STEPS * rounds times."""
    sums = numba_cuda.local.array(CHAINS, np.float32)
    for i in range(CHAINS):
        sums[i] = np.float32(i)
    for _ in range(rounds):
        for _ in range(STEPS):
            for i in range(CHAINS):
                sums[i] = sums[i] * factor + addend
    total = np.float32(0)
    for i in range(CHAINS):
        total += sums[i]
    out[numba_cuda.grid(1)] = total


@kernel("void(float64[::1], float64[::1], int64)")
def copy_numbers(x, out, rounds):
    """out[i] = x[i], `rounds` times, each time by other blocks: what a multiprocessor has kept is no use to it."""
    blocks, threads = numba_cuda.gridDim.x, numba_cuda.blockDim.x
    step = blocks * threads
    for turn in range(rounds):
        block = (numba_cuda.blockIdx.x + turn * (blocks // 2 + 1)) % blocks
        i = block * threads + numba_cuda.threadIdx.x
        while i + 3 * step < out.size:  # four on their way at once
            a, b, c, d = x[i], x[i + step], x[i + 2 * step], x[i + 3 * step]
            out[i], out[i + step], out[i + 2 * step], out[i + 3 * step] = a, b, c, d
            i += 4 * step
        while i < out.size:
            out[i] = x[i]
            i += step


@kernel("void()")
def nothing():
    """Nothing."""


@kernel("void(float32[::1], float32[::1], float32[::1])")
def nothing_of_three(a, b, c):
    """Nothing, of three arrays."""


def _seconds(start: Callable[[], None]) -> float:
    """The least of a few times until the GPU has done what a call starts."""
    best = math.inf
    for _ in range(TRIES):
        driver.synchronize()
        begin = time.perf_counter()
        start()
        driver.synchronize()
        best = min(best, time.perf_counter() - begin)
    return best


def measure() -> dict[str, Any]:
    """flops: operations a second; bytes: for each footprint, bytes a second."""
    blocks = TOGETHER * driver.multiprocessors()
    out = memory.empty((blocks * THREADS,), np.dtype(np.float32))
    factor, addend = np.float32(0.5), np.float32(1)
    seconds = _seconds(lambda: launch_grid(multiply_in_registers, blocks, THREADS, out, factor, addend, ROUNDS))
    peak = 2.0 * CHAINS * STEPS * ROUNDS * out.size / seconds
    return {"flops": peak, "bytes": {footprint: _bandwidth(footprint, blocks) for footprint in FOOTPRINTS}}


def _bandwidth(footprint: int, blocks: int) -> float:
    x, out = (memory.to_device(np.zeros(footprint // 16)) for _ in range(2))
    rounds = max(1, COPIED // footprint)
    return rounds * footprint / _seconds(lambda: launch_grid(copy_numbers, blocks, THREADS, x, out, rounds))


def describe() -> dict[str, Any]:
    """name, capability, multiprocessors, memory in bytes, driver."""
    return {
        "name": cuda.get_device_name(),
        "capability": "{}.{}".format(*cuda.get_device_capability()),
        "multiprocessors": driver.multiprocessors(),
        "memory": driver.total_memory(),
        "driver": _driver(),
        "numba-cuda": metadata.version("numba-cuda"),
    }


def _driver() -> str:
    """NVIDIA's number of it where its own tool is at hand, and the newest CUDA that it knows."""
    speaks = "CUDA {}.{}".format(*driver.version())
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return speaks
    asked = [tool, "--query-gpu=driver_version", "--format=csv,noheader"]
    said = subprocess.run(asked, capture_output=True, text=True).stdout.split()
    return f"{said[0]} ({speaks})" if said else speaks


def start_nothing(arrays: Sequence[Any]) -> None:
    """Start an empty kernel, without arguments or of three arrays."""
    launch_grid(nothing_of_three if arrays else nothing, 1, 1, *arrays)


class _Counted:
    """Takes the place of the set that `Launches` fills."""

    def __init__(self) -> None:
        self.launches = 0

    def add(self, _: object) -> None:
        self.launches += 1


def launches_of(call: Callable[[], Any]) -> int:
    """How many kernels a call starts."""
    before, Launches.seen = Launches.seen, _Counted()
    try:
        call()
        return Launches.seen.launches
    finally:
        Launches.seen = before
