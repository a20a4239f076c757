"""Where arrays live, and where their memory comes from."""

import math
import sys
from typing import Any

import numpy as np


class device:
    """A place for tensors; this version knows the CPU.

    >>> device("cpu")
    device(type='cpu')
    """

    __slots__ = ("type",)

    def __init__(self, type: "str | device") -> None:
        name = type.type if isinstance(type, device) else type
        if name != "cpu":
            raise RuntimeError(f"There is no device «{name}» in this version of nbgrad: use device='cpu'.")
        self.type: str = name

    def __repr__(self) -> str:
        return f"device(type={self.type!r})"

    def __str__(self) -> str:
        return self.type

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and self.type == other.type

    def __hash__(self) -> int:
        return hash(self.type)


CPU = device("cpu")

# Fresh pages from the operating system cost a fault each 4 KiB, more than most kernels: large blocks are used again.
SMALLEST_POOLED = 1 << 15
POOL_LIMIT = 1 << 30

_free_blocks: dict[int, list[np.ndarray]] = {}


class _PoolSize:
    held = 0


class _Memory(np.ndarray):
    """Bytes the pool owns. A type of its own: numpy shortens chains of views only where the types agree."""


class _Block(np.ndarray):
    """Memory on loan from the pool: numpy keeps it as the `base` of every view, so it dies with the last of them."""

    def __del__(self) -> None:
        memory = self.base
        if type(memory) is _Memory and _PoolSize.held + memory.size <= POOL_LIMIT:
            _PoolSize.held += memory.size
            _free_blocks.setdefault(memory.size, []).append(memory)


def _block_size(nbytes: int) -> int:
    """Sizes come in steps of an eighth of a power of two, so that similar shapes share blocks."""
    step = 1 << max(nbytes.bit_length() - 4, 6)
    return -(-nbytes // step) * step


def empty(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """A C-contiguous array of undefined numbers; large ones come from the pool and return to it by themselves."""
    nbytes = math.prod(shape) * dtype.itemsize
    if nbytes < SMALLEST_POOLED:
        return np.empty(shape, dtype)
    size = _block_size(nbytes)
    try:
        memory = _free_blocks[size].pop()
        _PoolSize.held -= size
    except (KeyError, IndexError):
        memory = np.empty(size, np.uint8).view(_Memory)
    return np.ndarray(shape, dtype, memory.view(_Block))


def zeros(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Like `empty`, filled with zeros."""
    out = empty(shape, dtype)
    out.fill(0)
    return out


def is_exclusive(array: np.ndarray) -> bool:
    """Whether the memory of a numpy array is held by nothing but this array object."""
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
