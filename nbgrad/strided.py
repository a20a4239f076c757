"""Arrays in a GPU's memory: shape, strides and offset into a storage, with numpy's names for all that makes views.

Views are reckoned on the host: numpy itself computes their strides, on a ghost, an array with the same shape and
strides over an address that is never read. What touches numbers asks the kernels of the device, and nothing is ever
copied to the host in silence: `get` is the only way there.
"""

import math
from functools import lru_cache
from typing import Any

import numpy as np

DIFFERENT_DEVICES = "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"


class DifferentDevices(RuntimeError):
    """Arrays of the host and of the GPU met in one operation."""

    def __init__(self, sentence: str = DIFFERENT_DEVICES) -> None:
        super().__init__(sentence)


_ADDRESS = 1 << 40  # of ghosts
_VIEWS = {
    np.broadcast_to, np.expand_dims, np.moveaxis, np.ravel, np.reshape, np.squeeze, np.swapaxes, np.transpose,
}  # fmt: skip


class _Flags:
    __slots__ = ("c_contiguous",)

    def __init__(self, c_contiguous: bool) -> None:
        self.c_contiguous = c_contiguous


_CONTIGUOUS, _SCATTERED = _Flags(True), _Flags(False)


class _Ghost:
    """What numpy asks of an array whose memory it must not touch."""

    __slots__ = ("__array_interface__",)

    def __init__(self, array: "DeviceArray") -> None:
        self.__array_interface__ = {
            "shape": array.shape, "typestr": array.dtype.str, "strides": array.strides, "version": 3,
            "data": (_ADDRESS + array.offset, False),
        }  # fmt: skip


@lru_cache(maxsize=4096)
def contiguous_strides(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """Bytes from one element to the next along each axis, the last axis without gaps."""
    strides, step = [], itemsize
    for extent in reversed(shape):
        strides.append(step)
        step *= max(extent, 1)
    return tuple(reversed(strides))


class DeviceArray:
    """Numbers in the memory of a GPU.

    storage: who owns the memory (`nbgrad.kernels.cuda.memory.Storage`). strides, offset: in bytes. flags: as numpy's,
    `c_contiguous` alone.
    """

    __slots__ = ("_window", "dtype", "flags", "offset", "shape", "size", "storage", "strides")
    __array_ufunc__ = None  # numpy's operators leave the work to ours
    __hash__ = object.__hash__
    kernels: Any = None  # `nbgrad.kernels.cuda` puts itself here

    def __init__(
        self, storage: Any, shape: tuple[int, ...], dtype: np.dtype, strides: tuple[int, ...] | None = None,
        offset: int = 0,
    ) -> None:  # fmt: skip
        self.storage, self.shape, self.dtype, self.offset = storage, shape, dtype, offset
        self.size = math.prod(shape)
        self._window: Any = None
        if strides is None:
            self.strides, self.flags = contiguous_strides(shape, dtype.itemsize), _CONTIGUOUS
        else:
            self.strides = strides
            self.flags = _CONTIGUOUS if _is_contiguous(shape, strides, dtype.itemsize) else _SCATTERED

    # ---- what it is

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def itemsize(self) -> int:
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        return self.size * self.dtype.itemsize

    @property
    def base(self) -> None:
        """None: who owns the memory is `storage`."""
        return

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __repr__(self) -> str:
        return f"DeviceArray(shape={self.shape}, dtype={self.dtype})"

    def window(self) -> Any:
        """The numbers as the (n,) array a kernel takes; the array must be contiguous."""
        if self._window is None:
            if not self.flags.c_contiguous:
                raise ValueError("a kernel takes contiguous arrays: use kernels.contiguous first")
            self._window = self.storage.window(self.offset, self.size, self.dtype)
        return self._window

    # ---- views

    def ghost(self) -> np.ndarray:
        """A numpy array of this shape and these strides whose numbers nobody may read."""
        return np.asarray(_Ghost(self))

    def seen(self, ghost: np.ndarray) -> "DeviceArray":
        """This memory with the shape and strides that a view of the ghost has."""
        offset = ghost.__array_interface__["data"][0] - _ADDRESS if ghost.size else 0
        return DeviceArray(self.storage, ghost.shape, self.dtype, ghost.strides, offset)

    def reshape(self, *shape: Any) -> "DeviceArray":
        wanted = tuple(shape[0]) if len(shape) == 1 and not isinstance(shape[0], int) else shape
        if -1 in wanted:
            known = math.prod(extent for extent in wanted if extent != -1)
            wanted = tuple(self.size // max(known, 1) if extent == -1 else extent for extent in wanted)
        if math.prod(wanted) != self.size:
            raise ValueError(f"cannot reshape array of size {self.size} into shape {wanted}")
        if self.flags.c_contiguous:
            return DeviceArray(self.storage, wanted, self.dtype, None, self.offset)
        strides = _reshaped_strides(self.shape, self.strides, wanted, self.itemsize)
        if strides is None:
            return self.kernels.contiguous(self).reshape(wanted)
        return DeviceArray(self.storage, wanted, self.dtype, strides, self.offset)

    def ravel(self) -> "DeviceArray":
        return self.reshape(self.size)

    def transpose(self, *axes: Any) -> "DeviceArray":
        order = axes if len(axes) != 1 or isinstance(axes[0], int) else axes[0]
        if order is None or len(order) == 0:
            order = range(self.ndim - 1, -1, -1)
        order = [axis % self.ndim for axis in order]
        shape, strides = tuple([self.shape[i] for i in order]), tuple([self.strides[i] for i in order])
        return DeviceArray(self.storage, shape, self.dtype, strides, self.offset)

    @property
    def T(self) -> "DeviceArray":
        return DeviceArray(self.storage, self.shape[::-1], self.dtype, self.strides[::-1], self.offset)

    def swapaxes(self, a: int, b: int) -> "DeviceArray":
        return self.seen(self.ghost().swapaxes(a, b))

    def squeeze(self, axis: Any = None) -> "DeviceArray":
        return self.seen(self.ghost().squeeze(axis))

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> "DeviceArray":
        return self.seen(self.ghost().diagonal(offset, axis1, axis2))

    def view(self, dtype: Any = None) -> "DeviceArray":
        """The same bytes, as another element type."""
        if dtype is None:
            return self[...]
        seen = self.seen(self.ghost().view(dtype))
        seen.dtype = np.dtype(dtype)
        return DeviceArray(seen.storage, seen.shape, seen.dtype, seen.strides, seen.offset)

    def __getitem__(self, index: Any) -> "DeviceArray":
        if is_basic(index):
            index = index if isinstance(index, tuple) else (index,)
            return self.seen(self.ghost()[(*index, ...) if Ellipsis not in index else index])  # never a numpy scalar
        return self.kernels.take(self, index if isinstance(index, tuple) else (index,))

    # ---- numbers

    def __setitem__(self, index: Any, source: Any) -> None:
        self.kernels.put(self, index if isinstance(index, tuple) else (index,), source)

    def fill(self, value: Any) -> None:
        self.kernels.fill(self, value)

    def copy(self) -> "DeviceArray":
        return self.kernels.contiguous(self)

    def astype(self, dtype: Any, order: str = "K", copy: bool = True) -> "DeviceArray":
        if not copy and self.dtype == dtype:
            return self
        return self.kernels.cast(self, np.dtype(dtype))

    def get(self) -> np.ndarray:
        """The numbers on the host; waits until they are there."""
        return self.kernels.to_host(self)

    def all(self) -> "DeviceArray":
        return self.kernels.truth(self, tuple(range(self.ndim)), False, True)

    def any(self) -> "DeviceArray":
        return self.kernels.truth(self, tuple(range(self.ndim)), False, False)

    def min(self) -> "DeviceArray":
        return self.kernels.smallest(self, tuple(range(self.ndim)), False)[0]

    def max(self) -> "DeviceArray":
        return self.kernels.largest(self, tuple(range(self.ndim)), False)[0]

    def item(self) -> Any:
        return self.get().item()

    def tolist(self) -> Any:
        return self.get().tolist()

    # ---- numpy, as far as it makes views

    def __array_function__(self, function: Any, types: Any, args: tuple, options: dict) -> Any:
        if function in _VIEWS and isinstance(args[0], DeviceArray):
            x = args[0]
            if function in (np.reshape, np.ravel):
                return x.reshape(*args[1:]) if function is np.reshape else x.ravel()
            return x.seen(function(x.ghost(), *args[1:], **options))
        if function is np.shares_memory:
            return _share(*args)
        raise TypeError(f"numpy.{function.__name__} has no kernel on a GPU")

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise DifferentDevices

    @property
    def _numba_type_(self) -> Any:
        """What numba asks before a kernel of the CPU gets the array, which it must not."""
        raise DifferentDevices

    def __add__(self, other: Any) -> "DeviceArray":
        return self.kernels.add(self, other)

    def __sub__(self, other: Any) -> "DeviceArray":
        return self.kernels.sub(self, other)

    def __mul__(self, other: Any) -> "DeviceArray":
        return self.kernels.mul(self, other)

    def __truediv__(self, other: Any) -> "DeviceArray":
        return self.kernels.div(self, other)

    def __and__(self, other: Any) -> "DeviceArray":
        return self.kernels.bitwise_and(self, other)

    def __neg__(self) -> "DeviceArray":
        return self.kernels.neg(self)

    def __eq__(self, other: Any) -> "DeviceArray":  # type: ignore[override]
        return self.kernels.eq(self, other)

    def __ne__(self, other: Any) -> "DeviceArray":  # type: ignore[override]
        return self.kernels.ne(self, other)

    def __lt__(self, other: Any) -> "DeviceArray":
        return self.kernels.lt(self, other)

    def __le__(self, other: Any) -> "DeviceArray":
        return self.kernels.le(self, other)

    def __gt__(self, other: Any) -> "DeviceArray":
        return self.kernels.gt(self, other)

    def __ge__(self, other: Any) -> "DeviceArray":
        return self.kernels.ge(self, other)

    def __bool__(self) -> bool:
        return bool(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __float__(self) -> float:
        return float(self.item())


def is_basic(index: Any) -> bool:
    """Whether an index makes a view: whole numbers, slices, None and Ellipsis alone."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(
        part is None or part is Ellipsis or isinstance(part, slice | np.integer) or type(part) is int for part in parts
    )


@lru_cache(maxsize=4096)
def _is_contiguous(shape: tuple[int, ...], strides: tuple[int, ...], itemsize: int) -> bool:
    step = itemsize
    for extent, stride in zip(reversed(shape), reversed(strides), strict=True):
        if extent == 0:
            return True
        if extent != 1 and stride != step:
            return 0 in shape
        step *= extent
    return True


def _reshaped_strides(
    shape: tuple[int, ...], strides: tuple[int, ...], wanted: tuple[int, ...], itemsize: int
) -> tuple[int, ...] | None:
    """Strides that show an array in another shape where it lies; None where that takes a copy."""
    if math.prod(shape) == 0:
        return contiguous_strides(wanted, itemsize)
    old = [(extent, stride) for extent, stride in zip(shape, strides, strict=True) if extent != 1]
    found, i, j = [0] * len(wanted), 0, 0
    while i < len(old):
        while wanted[j] == 1:
            j += 1
        stop, extents, have, need = i + 1, j + 1, old[i][0], wanted[j]
        while have != need:  # a run of old axes holds as many numbers as a run of new ones
            if have < need:
                have, stop = have * old[stop][0], stop + 1
            else:
                need, extents = need * wanted[extents], extents + 1
        if any(old[k][1] != old[k + 1][0] * old[k + 1][1] for k in range(i, stop - 1)):
            return None
        step = old[stop - 1][1]
        for k in range(extents - 1, j - 1, -1):
            found[k] = step
            step *= wanted[k]
        i, j = stop, extents
    return tuple(found)


def _span(x: DeviceArray) -> tuple[int, int]:
    """The first byte of the storage that is seen, and the one after the last."""
    reach = [(extent - 1) * stride for extent, stride in zip(x.shape, x.strides, strict=True)]
    low, high = sum(min(each, 0) for each in reach), sum(max(each, 0) for each in reach)
    return x.offset + low, x.offset + high + x.itemsize


def _share(a: Any, b: Any) -> bool:
    if not (isinstance(a, DeviceArray) and isinstance(b, DeviceArray)) or a.storage is not b.storage:
        return False
    (a_low, a_high), (b_low, b_high) = _span(a), _span(b)
    return bool(a.size and b.size) and a_low < b_high and b_low < a_high


ARRAYS = (np.ndarray, DeviceArray)
