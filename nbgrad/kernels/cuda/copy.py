"""Copies through strides: contiguous, cast, broadcast, written into a view; and filling with one number."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nbgrad.kernels.cuda import memory
from nbgrad.kernels.cuda.driver import cuda
from nbgrad.kernels.cuda.registry import kernel, launch
from nbgrad.strided import DeviceArray, DifferentDevices

_STEPS = "UniTuple(int64, {0}), UniTuple(int64, {0}), int64, UniTuple(int64, {0}), int64"


def _copy_twin(source, target, shape, source_steps, source_start, target_steps, target_start):
    """The same of host arrays, index by index."""
    for index in np.ndindex(*shape):
        p = source_start + sum(i * step for i, step in zip(index, source_steps, strict=True))
        target[target_start + sum(i * step for i, step in zip(index, target_steps, strict=True))] = source[p]


@kernel(*[f"void(float32[::1], float32[::1], {_STEPS.format(rank)})" for rank in (1, 2, 3, 4)], twin=_copy_twin)
def copy(source, target, shape, source_steps, source_start, target_steps, target_start):
    """target[target_start + i · target_steps] = source[source_start + i · source_steps] for every index i of `shape`.

    source, target: whole storages, flat; steps and starts in elements.
    """
    n = 1
    for extent in shape:
        n *= extent
    for i in range(cuda.grid(1), n, cuda.gridsize(1)):
        rest, p, q = i, source_start, target_start
        for axis in range(len(shape) - 1, -1, -1):
            place = rest % shape[axis]
            rest //= shape[axis]
            p += place * source_steps[axis]
            q += place * target_steps[axis]
        target[q] = source[p]


@kernel("void(float32[::1], float32)", twin=lambda out, value: out.fill(value))
def fill_flat(out, value):
    """out[i] = value; (n,)."""
    for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        out[i] = value


def merged(shape: Sequence[int], *strides: Sequence[int]) -> tuple[tuple[int, ...], list[tuple[int, ...]]]:
    """Axes that can be walked as one are one, so that kernels see few; at least one is left."""
    axes: list[list[int]] = []  # extent, stride in each array
    for extent, *steps in zip(shape, *strides, strict=True):
        if extent == 1:
            continue
        if axes and all(have == step * extent for have, step in zip(axes[-1][1:], steps, strict=True)):
            axes[-1] = [axes[-1][0] * extent, *steps]
        else:
            axes.append([extent, *steps])
    axes = axes or [[1] + [0] * len(strides)]
    extents, *steps = zip(*axes, strict=True)
    return tuple(extents), [tuple(each) for each in steps]


def whole(x: DeviceArray) -> Any:
    """All of the storage that an array sees, as the flat array a kernel takes."""
    return x.storage.window(0, x.storage.size // x.itemsize, x.dtype)


def steps_of(x: DeviceArray) -> tuple[int, ...]:
    """Strides in elements."""
    return tuple([stride // x.dtype.itemsize for stride in x.strides])


def copy_into(target: DeviceArray, source: DeviceArray) -> None:
    """Write the source, broadcast and cast, into what the target sees."""
    if source.shape != target.shape:
        source = source.seen(np.broadcast_to(source.ghost(), target.shape))
    if target.size == 0:
        return
    shape, (source_steps, target_steps) = merged(target.shape, steps_of(source), steps_of(target))
    launch(
        copy, target.size, whole(source), whole(target), shape, source_steps, source.offset // source.itemsize,
        target_steps, target.offset // target.itemsize,
    )  # fmt: skip


def contiguous(x: DeviceArray) -> DeviceArray:
    """A C-contiguous copy in memory of its own."""
    return cast(x, x.dtype)


def cast(x: Any, dtype: np.dtype) -> DeviceArray:
    """A copy with another element type; of an array of the host too, which is what copying into a tensor means."""
    if type(x) is not DeviceArray:
        return memory.to_device(np.asarray(x, dtype)) if getattr(x, "ndim", 0) else full((), number(x, dtype), dtype)
    out = memory.empty(x.shape, np.dtype(dtype))
    copy_into(out, x)
    return out


def flat(x: DeviceArray) -> DeviceArray:
    """The array itself where a kernel can take it as it is, else a contiguous copy."""
    if type(x) is not DeviceArray:
        raise DifferentDevices
    return x if x.flags.c_contiguous else contiguous(x)


def number(value: Any, dtype: np.dtype) -> Any:
    """A number, or a host array without axes, as numpy's scalar of this type; too large ones wrap."""
    if getattr(value, "ndim", 0):
        raise DifferentDevices
    try:
        return np.asarray(value, dtype)[()]
    except OverflowError:
        return np.asarray(np.asarray(value), np.int64).astype(dtype)[()]


def full(shape: tuple[int, ...], value: Any, dtype: np.dtype) -> DeviceArray:
    """A new array with one number everywhere."""
    return fill(memory.empty(shape, dtype), value)


def zeros(shape: tuple[int, ...], dtype: np.dtype) -> DeviceArray:
    """A new array of zeros."""
    return full(shape, 0, dtype)


def fill(x: DeviceArray, value: Any) -> DeviceArray:
    """Write one number everywhere, in place; it may be an array of the device without axes."""
    if type(value) is DeviceArray:
        copy_into(x, value)
        return x
    value = number(value, x.dtype)
    if x.flags.c_contiguous:
        launch(fill_flat, x.size, x, value)
    else:
        copy_into(x, full((), value, x.dtype))
    return x
