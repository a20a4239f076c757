"""What this machine can do at most: multiply-adds in registers, and bytes between memory and registers.

Time of a piece of work >= max(operations / peak, bytes / bandwidth): its floor. Source: Williams, Waterman, Patterson
2009, «Roofline: an insightful visual performance model».
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from nbgrad.kernels.cpu.simd import FLOAT_LANES, add_outer, store_tile, zeros_tile
from nbgrad.kernels.registry import kernel

# 24 sums where there are 32 registers, 12 where there are 16: enough to hide a multiply-add's latency
HEIGHT, WIDTH = ((0,) * 8, (0,) * 3) if FLOAT_LANES == 16 else ((0,) * 4, (0,) * 3)
DEPTH = 64
ROUNDS = 20_000
FOOTPRINTS = tuple(1 << power for power in (15, 19, 23, 27))  # bytes read and written: from nearest cache to memory
COPIED = 1 << 27  # bytes for one measurement, in as many rounds as it takes
TRIES = 15


@kernel()
def multiply_in_registers(a, b, out, rounds):
    """out = rounds * a[depth, height].T @ b[depth, width]: two small panels that stay in the nearest cache."""
    tile = zeros_tile(HEIGHT, WIDTH, a)
    for _ in range(rounds):
        for p in range(DEPTH):
            tile = add_outer(tile, a, p * len(HEIGHT), 1, b, p * len(WIDTH) * FLOAT_LANES)
    store_tile(tile, out, 0, len(WIDTH) * FLOAT_LANES)


@kernel()
def copy_numbers(x, out, rounds):
    """out[i] = x[i], `rounds` times."""
    for turn in range(rounds):
        for i in range(x.size):
            out[i] = x[i]
        x[turn % x.size] += 1  # so that no round is the same as the one before


def _side_by_side(threads: int, call: Callable[[int], object]) -> float:
    """Least seconds in which `threads` Python threads each make one call; kernels release the interpreter's lock."""
    best = float("inf")
    for _ in range(TRIES):
        workers = [threading.Thread(target=call, args=(i,)) for i in range(threads)]
        start = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        best = min(best, time.perf_counter() - start)
    return best


def measure(threads: int) -> dict[str, Any]:
    """flops: operations a second; bytes: for each footprint, bytes a second. All threads together."""
    width = len(WIDTH) * FLOAT_LANES
    panels = [
        (np.zeros(DEPTH * len(HEIGHT), np.float32), np.zeros(DEPTH * width, np.float32),
         np.zeros(len(HEIGHT) * width, np.float32))
        for _ in range(threads)
    ]  # fmt: skip
    multiply_in_registers(*panels[0], 1)
    flops = 2.0 * len(HEIGHT) * width * DEPTH * ROUNDS * threads
    peak = flops / _side_by_side(threads, lambda i: multiply_in_registers(*panels[i], ROUNDS))
    return {"flops": peak, "bytes": {size: _bandwidth(size, threads) for size in FOOTPRINTS}}


def _bandwidth(footprint: int, threads: int) -> float:
    count = footprint // (8 * threads)
    pairs = [(np.zeros(count, np.float32), np.zeros(count, np.float32)) for _ in range(threads)]
    copy_numbers(*pairs[0], 1)
    rounds = max(1, COPIED // footprint)
    return rounds * footprint / _side_by_side(threads, lambda i: copy_numbers(*pairs[i], rounds))


def floor(flops: float, moved: float, roof: dict[str, Any]) -> float:
    """Least seconds for a piece of work; a footprint no larger than its own says how fast its bytes can move."""
    speeds = [speed for footprint, speed in roof["bytes"].items() if footprint <= moved]
    return max(flops / roof["flops"], moved / max(roof["bytes"].values()) if not speeds else moved / speeds[-1])
