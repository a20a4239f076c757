"""Where device arrays live: blocks of memory that are used again, and copies to and from the host."""

import threading
from functools import cache
from typing import Any, ClassVar

import numpy as np

from nbgrad.kernels.cuda import driver, faults
from nbgrad.strided import DeviceArray


class Pool:
    """Free blocks by their size, and the books: bytes in use, the most there ever were, bytes taken from the driver.

    One stream runs everything, so a block may be used again as soon as its last array is gone: what still reads it was
    started earlier and ends earlier. Blocks on loan are held here too: where an array dies within a circle of
    references, the collector of garbage tells all it found there that they die, before `Storage` can give back its
    block, whose memory numba would free.
    """

    def __init__(self) -> None:
        self.free: dict[int, list[Any]] = {}
        self.lent: dict[int, Any] = {}
        self.lock = threading.RLock()  # the collector of garbage may bring blocks back while it is held
        self.allocated = self.most_allocated = self.reserved = self.most_reserved = 0

    def take(self, size: int) -> Any:
        with self.lock:
            blocks = self.free.get(size)
            block = blocks.pop() if blocks else None
            if block is None:
                block = self._new(size)
                self.reserved += size
                self.most_reserved = max(self.most_reserved, self.reserved)
            self.lent[id(block)] = block
            self.allocated += size
            self.most_allocated = max(self.most_allocated, self.allocated)
        return block

    def _new(self, size: int) -> Any:
        try:
            return driver.allocate(size)
        except Exception:  # out of memory: what is kept for later is given back, once
            if not self.free:
                raise
            self.empty()
            return driver.allocate(size)

    def give(self, size: int, block: Any) -> None:
        with self.lock:
            self.allocated -= size
            del self.lent[id(block)]
            self.free.setdefault(size, []).append(block)

    def empty(self) -> None:
        """Give what is free back to the driver."""
        with self.lock:
            driver.synchronize()
            self.reserved -= sum(size * len(blocks) for size, blocks in self.free.items())
            self.free.clear()


pool = Pool()

SMALL = 1 << 20


def rounded(nbytes: int) -> int:
    """The size of the block for so many bytes: multiples of 512, above 1 MiB of 2 MiB, so that similar shapes share."""
    step = 512 if nbytes <= SMALL else 2 * SMALL
    return -(-max(nbytes, 1) // step) * step


class Storage:
    """A block on loan from the pool; it goes back with the last array that sees it."""

    __slots__ = ("block", "pool", "size")

    def __init__(self, nbytes: int) -> None:
        self.pool, self.size = pool, rounded(nbytes)
        self.block = pool.take(self.size)

    def window(self, offset: int, count: int, dtype: np.dtype) -> Any:
        return driver.window(self.block, offset, count, dtype)

    def __del__(self) -> None:
        block = getattr(self, "block", None)
        if block is not None:
            self.pool.give(self.size, block)


class Share:
    """A piece of a block, for an array of its own; the block goes back with its last piece."""

    __slots__ = ("size", "start", "storage")

    def __init__(self, storage: Any, start: int, size: int) -> None:
        self.storage, self.start, self.size = storage, start, size

    def window(self, offset: int, count: int, dtype: np.dtype) -> Any:
        return self.storage.window(self.start + offset, count, dtype)


def divided(x: DeviceArray, *shapes: tuple[int, ...]) -> list[DeviceArray]:
    """The numbers of a contiguous array, in order, as arrays that share no memory; x itself must be used no more."""
    arrays, start = [], x.offset
    for shape in shapes:
        array = DeviceArray(None, shape, x.dtype)
        array.storage = Share(x.storage, start, array.nbytes)
        arrays.append(array)
        start += array.nbytes
    return arrays


def empty(shape: tuple[int, ...], dtype: np.dtype) -> DeviceArray:
    """A contiguous array of undefined numbers."""
    array = DeviceArray(None, tuple(shape), dtype)
    array.storage = Storage(array.nbytes)
    return array


@cache
def nothing(dtype: np.dtype) -> DeviceArray:
    """The array without numbers that a kernel is given where it has nothing to read; one for all."""
    return empty((0,), dtype)


class _Staging:
    """Host memory between a caller's arrays and the device.

    Pinned memory, grown as needed, serves large arrays and all that comes back: one copy at a time, which ends before
    the lock is free. Of little arrays, copies are kept until the device is known to have read them: nobody waits.
    """

    lock = threading.Lock()
    memory: Any = None
    sent: ClassVar[list[np.ndarray]] = []

    @classmethod
    def of(cls, nbytes: int) -> np.ndarray:
        if cls.memory is None or cls.memory.size < nbytes:
            cls.memory = driver.pinned(max(nbytes, 1 << 16))
        return cls.memory[:nbytes]


LITTLE = 1 << 16  # bytes
_MOST_SENT = 256


def to_device(host: np.ndarray) -> DeviceArray:
    """A copy of the host's numbers on the device; of little arrays, without a wait."""
    host = np.asarray(host)
    out = empty(host.shape, host.dtype)
    if not out.size:
        return out
    with _Staging.lock:
        if out.nbytes <= LITTLE and len(_Staging.sent) < _MOST_SENT:
            _Staging.sent.append(np.array(host, order="C").reshape(-1))
            driver.upload(_Staging.sent[-1], out.window())
            return out
        staged = _Staging.of(out.nbytes).view(host.dtype)
        np.copyto(staged.reshape(host.shape), host)
        driver.upload(staged, out.window())
        driver.synchronize()  # before the staging memory is written again
        _Staging.sent.clear()
    return out


def to_host(x: DeviceArray) -> np.ndarray:
    """A copy of the device's numbers on the host; waits for everything that makes them, and tells its `faults`."""
    out = np.empty(x.shape, x.dtype)
    if x.size:
        source = x if x.flags.c_contiguous else x.kernels.contiguous(x)
        with _Staging.lock:
            staged = _Staging.of(out.nbytes).view(x.dtype)
            driver.download(source.window(), staged)
            np.copyto(out, staged.reshape(x.shape))
            _Staging.sent.clear()
    faults.tell()
    return out


def synchronize() -> None:
    """Wait until everything that was started has ended; raises IndexError where it met a target that is no class."""
    driver.synchronize()
    faults.tell()
