"""Where arrays live, and where their memory comes from."""

import re
import sys
from math import prod
from typing import Any

import numpy as np

from nbgrad.strided import DeviceArray

DEVICE_TYPES = (
    "cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia", "xla", "lazy",
    "vulkan", "mps", "meta", "hpu", "mtia", "privateuseone",
)  # fmt: skip


class device:
    """A place for tensors, by name and number.

    >>> device("cpu"), device("cuda:1").index
    (device(type='cpu'), 1)
    """

    __slots__ = ("index", "type")

    def __init__(self, type: "str | device", index: int | None = None) -> None:
        if isinstance(type, device):
            self.type: str = type.type
            self.index: int | None = type.index
            return
        if not isinstance(type, str):
            if isinstance(type, int):
                raise RuntimeError("Cannot access accelerator device when none is available.")
            given = type.__class__.__name__
            raise TypeError(f"device() received an invalid combination of arguments - got ({given})")
        self.type, self.index = _parse(type)
        if index is not None:
            if self.index is not None:
                raise RuntimeError(
                    f"type (string) must not include an index because index was passed explicitly: {type}"
                )
            if index < 0:
                raise RuntimeError("Device index must not be negative")
            self.index = index

    def __repr__(self) -> str:
        number = "" if self.index is None else f", index={self.index}"
        return f"device(type={self.type!r}{number})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __reduce__(self) -> Any:
        return device, (str(self),)


def _parse(text: str) -> tuple[str, int | None]:
    if not text:
        raise RuntimeError("Device string must not be empty")
    name, colon, number = text.partition(":")
    if not name or (colon and not re.fullmatch(r"0|[1-9][0-9]*", number)):
        raise RuntimeError(f"Invalid device string: '{text}'")
    if name not in DEVICE_TYPES:
        raise RuntimeError(f"Expected one of {', '.join(DEVICE_TYPES)} device type at start of device string: {name}")
    return name, int(number) if colon else None


CPU = device("cpu")

# Fresh pages from the operating system cost a fault each 4 KiB, more than most kernels: large blocks are used again.
# Smaller ones the C library keeps by itself, and hands out faster.
SMALLEST_POOLED = 1 << 16
POOL_LIMIT = 1 << 30
CACHE_LINE = 64  # bytes
ALWAYS_KEPT = 1 << 22  # bytes of blocks of one size that may wait, whatever the limit

_free_blocks: dict[int, list[Any]] = {}  # lists take and give in one step, whichever thread asks: no lock


class _Memory(np.ndarray):
    """Bytes the pool owns. A type of its own: numpy shortens chains of views only where the types agree."""

    __slots__ = ()


class _Block(np.ndarray):
    """Memory on loan from the pool: numpy keeps it as the `base` of every view, so it dies with the last of them.

    Each loan is a new one: Python calls `__del__` once in an object's life, so a block cannot be lent again itself.
    home: where its memory goes back to; a slice of a block has none.
    """

    __slots__ = ("home",)
    home: list[Any]

    def __del__(self) -> None:
        home = getattr(self, "home", None)
        if home is not None:
            memory: Any = self.base
            if memory.size * (len(home) + 1) <= ALWAYS_KEPT or bytes_waiting() + memory.size <= POOL_LIMIT:
                home.append(memory)


def bytes_waiting() -> int:
    """Bytes of the blocks that wait in the pool."""
    return sum(size * len(free) for size, free in list(_free_blocks.items()))


def empty(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """A C-contiguous array of undefined numbers; large ones come from the pool and return to it by themselves."""
    nbytes = prod(shape) * dtype.itemsize
    if nbytes < SMALLEST_POOLED:
        return np.empty(shape, dtype)
    # sizes come in steps of an eighth of a power of two, so that similar shapes share blocks
    step = 1 << (nbytes.bit_length() - 4)
    size = -(-nbytes // step) * step
    try:
        home = _free_blocks[size]
        memory = home.pop()
    except LookupError:
        home = _free_blocks.setdefault(size, [])
        memory = np.empty(size + CACHE_LINE, np.uint8).view(_Memory)
        skipped = -memory.ctypes.data % CACHE_LINE  # a vector that lies in one line is read and written faster
        memory = memory[skipped : skipped + size]
    block = memory.view(_Block)
    block.home = home
    return np.ndarray(shape, dtype, block)


def zeros(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Like `empty`, filled with zeros."""
    out = empty(shape, dtype)
    out.fill(0)
    return out


def is_exclusive(array: Any) -> bool:
    """Whether the memory of an array is held by nothing but this array object."""
    if type(array) is DeviceArray:
        return sys.getrefcount(array.storage) <= 2  # the array's and the call's
    while array.base is not None:
        base: Any = array.base
        if sys.getrefcount(base) > 3:  # the array's, ours and the call's
            return False
        if type(base) is _Block:
            return True
        if type(base) is not np.ndarray:
            return False
        array = base
        del base
    return True
