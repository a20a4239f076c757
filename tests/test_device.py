"""Memory: the pool's books are right, whoever borrows, and training neither grows nor takes more than PyTorch."""

import importlib
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

device = importlib.import_module("nbgrad.device")  # nbgrad.device itself is the class


def test_blocks_come_back_whoever_borrows_them():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def borrow(seed):
        random = np.random.default_rng(seed)
        kept = []
        for count in random.integers(10_000, 60_000, 400).tolist():
            array = device.empty((count,), np.dtype(np.float32))
            array[:] = count
            kept.append(array[1:])
            if len(kept) > 5:
                first = kept.pop(int(random.integers(0, 5)))
                assert (first == len(first) + 1).all()  # nobody else wrote into it

    try:
        threads = [threading.Thread(target=borrow, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    waiting = [block for blocks in device._free_blocks.values() for block in blocks]
    assert sum(block.nbytes for block in waiting) == device.bytes_waiting() > 0
    assert len({id(block) for block in waiting}) == len(waiting)  # none came back twice


def test_a_full_pool_lets_blocks_go(monkeypatch):
    monkeypatch.setattr(device, "POOL_LIMIT", device.bytes_waiting())
    before = device.bytes_waiting()
    device.empty((1 << 21,), np.dtype(np.float32))
    assert device.bytes_waiting() <= before


TRAIN = """
import numpy as np
import {library} as torch
{start}
from gui.bench.networks import lenet

batch, steps, threads = {batch}, {steps}, 1
{set_threads}
torch.manual_seed(0)
model, random = lenet(torch), np.random.default_rng(0)
optimizer = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=0.9)
pixels = torch.from_numpy(random.standard_normal((batch, 1, 32, 32), np.float32))
labels = torch.from_numpy(random.integers(0, 10, batch))
for step in range(steps):
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(model(pixels), labels).backward()
    optimizer.step()
    if step in {looks}:
        print(resident())
"""
PEAK = "import resource\nresident = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss"
CURRENT = "resident = lambda: int(open('/proc/self/statm').read().split()[1])"
SET_THREADS = {"torch": "torch.set_num_threads(threads)", "nbgrad": "import numba; numba.set_num_threads(threads)"}


def residents(library, start, batch, steps, looks):
    code = TRAIN.format(
        library=library, start=start, batch=batch, steps=steps, looks=looks, set_threads=SET_THREADS[library]
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [int(line) for line in done.stdout.split()]


def test_a_block_comes_back_every_time():
    kind = np.dtype(np.float32)
    lent = [device.empty((1 << 15,), kind) for _ in range(3)]
    homes = {each.ctypes.data for each in lent}
    for _ in range(4):
        before = device.bytes_waiting()
        del lent
        assert device.bytes_waiting() == before + 3 * (1 << 17)
        lent = [device.empty((1 << 8, 1 << 7), kind) for _ in range(3)]
        assert {each.ctypes.data for each in lent} == homes


def test_blocks_begin_at_a_cache_line():
    sizes = range(20_000, 120_000, 7_000)
    lent = [device.empty((size,), np.dtype(np.float32)) for size in sizes]
    assert all(each.ctypes.data % 64 == 0 and each.size == size for each, size in zip(lent, sizes, strict=True))


def test_a_slice_of_a_block_is_not_taken_for_one():
    lent = device.empty((1 << 15,), np.dtype(np.float32))
    blocks = device.bytes_waiting()
    part, whole = lent.base[:128], lent.base[:]
    del part, whole
    assert device.bytes_waiting() == blocks


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell a process its peak the way POSIX does")
def test_the_peak_of_a_training_run_is_no_higher_than_pytorchs(torch):
    ours, theirs = (residents(library, PEAK, 256, 60, (59,))[0] for library in ("nbgrad", "torch"))
    assert ours <= theirs


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="only Linux tells what is resident now")
def test_memory_does_not_grow_over_fifty_thousand_steps():
    """Between the thousandth and the last step the pages in memory may grow by one percent."""
    early, late = residents("nbgrad", CURRENT, 1, 50_000, (1_000, 49_999))
    assert late <= 1.01 * early
