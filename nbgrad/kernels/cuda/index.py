"""Moving numbers to and from chosen places. Places become flat positions, int64, on the device itself."""

import math
from typing import Any

import numpy as np

from nbgrad.dtypes import result_type
from nbgrad.kernels.cuda import faults, memory
from nbgrad.kernels.cuda.copy import cast, contiguous, copy_into, flat, merged, number, steps_of, zeros
from nbgrad.kernels.cuda.driver import cuda
from nbgrad.kernels.cuda.elementwise import repeated
from nbgrad.kernels.cuda.memory import empty
from nbgrad.kernels.cuda.registry import kernel, launch, launch_grid
from nbgrad.kernels.cuda.scan import cumsum
from nbgrad.shapes import broadcast_shapes
from nbgrad.strided import DeviceArray, DifferentDevices, contiguous_strides, is_basic

_INT64, _BOOL = np.dtype(np.int64), np.dtype(np.bool_)
_ATOMIC = (np.float32, np.float64, np.int32, np.int64)  # what the device adds in one go


@kernel("void(int64[::1], UniTuple(int64, 2), UniTuple(int64, 2), int64)", twin="take")
def _straight(out, shape, steps, start):
    """out[i] = start + i · steps for every index i of `shape`."""
    for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        rest, p = i, start
        for axis in range(len(shape) - 1, -1, -1):
            p += rest % shape[axis] * steps[axis]
            rest //= shape[axis]
        out[i] = p


@kernel("void(int64[::1], int64[::1], UniTuple(int64, 2), UniTuple(int64, 2), int64, int64)", twin="take")
def _add_places(index, out, shape, steps, extent, stride):
    """out[i] += stride * index[i · steps] for every index i of `shape`; negative places count from the end."""
    for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        rest, p = i, 0
        for axis in range(len(shape) - 1, -1, -1):
            p += rest % shape[axis] * steps[axis]
            rest //= shape[axis]
        place = index[p]
        out[i] += stride * (place + extent if place < 0 else place)


@kernel("void(float32[::1], int64[::1], float32[::1])", twin="take")
def _take(x, positions, out):
    """out[i] = x[positions[i]]; (n,)."""
    for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        out[i] = x[positions[i]]


@kernel("void(float32[::1], int64[::1], float32[::1])", twin="write")
def _put(source, positions, out):
    """out[positions[i]] = source[i]; of places named twice one stays. (n,)."""
    for i in range(cuda.grid(1), positions.size, cuda.gridsize(1)):
        out[positions[i]] = source[i]


def _serially(source, positions, out, scale):
    for i in range(positions.size):
        out[positions[i]] += source[i] * scale


add_serially = kernel("void(int8[::1], int64[::1], int8[::1], int8)", name="add_serially")(_serially)
add_serially.function.__doc__ = "out[positions[i]] += scale * source[i], one after the other, by a single thread."


@kernel(
    "void(float32[::1], int64[::1], float32[::1], float32)", "void(int64[::1], int64[::1], int64[::1], int64)",
    twin=add_serially,
)  # fmt: skip
def _add(source, positions, out, scale):
    """out[positions[i]] += scale * source[i]; places named twice receive both, in any order. (n,)."""
    for i in range(cuda.grid(1), positions.size, cuda.gridsize(1)):
        cuda.atomic.add(out, positions[i], source[i] * scale)


@kernel("void(int64[::1], int64, int64, int64[::1])", twin="first_outside")
def _outside(index, lowest, extent, first):
    """first[0] = the smallest i where index[i] is not in lowest .. extent - 1; left alone where all are."""
    for i in range(cuda.grid(1), index.size, cuda.gridsize(1)):
        if index[i] < lowest or index[i] >= extent:
            cuda.atomic.min(first, 0, i)


@kernel("void(boolean[::1], int64[::1], int64[::1])", twin="places_of")
def _compact(mask, before, out):
    """out[before[i] - 1] = i where the mask holds; before: how many do so up to there. mask, before: (n,)."""
    for i in range(cuda.grid(1), mask.size, cuda.gridsize(1)):
        if mask[i]:
            out[before[i] - 1] = i


@kernel("void(int64[::1], int64[::1], int64, int64)", twin="places_of")
def _along(flat_places, out, stride, extent):
    """out[i] = where along one axis a flat place lies; stride: numbers from one place of the axis to the next."""
    for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        out[i] = flat_places[i] // stride % extent


def outside_at(index: DeviceArray, lowest: int, extent: int) -> int | None:
    """The first number of `index` that is not in lowest .. extent - 1; None where all are. Waits for the device."""
    if index.size == 0:
        return None
    places = flat(cast(index, _INT64) if index.dtype != _INT64 else index)
    first = memory.to_device(np.array([index.size], np.int64))
    launch(_outside, index.size, places, lowest, extent, first)
    found = first.item()
    return None if found == index.size else int(places.ravel()[found].item())


def _true_places(mask: DeviceArray) -> DeviceArray:
    """The flat places where a mask holds, in order."""
    held = flat(mask).ravel()
    if held.size == 0:
        return empty((0,), _INT64)
    before = cumsum(held, 0)
    out = empty((before[-1].item(),), _INT64)
    launch(_compact, held.size, held, before, out)
    return out


def places_of(mask: DeviceArray) -> list[DeviceArray]:
    """For each axis: where along it the mask holds, in order."""
    held, found = _true_places(mask), []
    for extent, stride in zip(mask.shape, contiguous_strides(mask.shape, 1), strict=True):
        found.append(empty(held.shape, _INT64))
        launch(_along, held.size, held, found[-1], stride, extent)
    return found


def _on_device(part: Any) -> Any:
    """A part of an index: host arrays are sent over, masks stay, integers become int64."""
    if not isinstance(part, DeviceArray):
        part = memory.to_device(np.asarray(part))
    return part if part.dtype in (_BOOL, _INT64) else cast(part, _INT64)


def _parts(shape: tuple[int, ...], index: tuple) -> list[Any]:
    """The index with one slice or integer array for each axis, None for a new one."""
    given = [
        part if part is None or part is Ellipsis or isinstance(part, slice | int | np.integer) else _on_device(part)
        for part in index
    ]
    used = sum(
        0 if part is None or part is Ellipsis else part.ndim if isinstance(part, DeviceArray) and part.dtype == _BOOL
        else 1 for part in given
    )  # fmt: skip
    rest = [slice(None)] * (len(shape) - used)
    if Ellipsis in [part for part in given if not isinstance(part, DeviceArray)]:
        place = next(i for i, part in enumerate(given) if part is Ellipsis)
        given[place : place + 1] = rest
    else:
        given += rest
    spread: list[Any] = []
    for part in given:
        spread.extend(
            places_of(part) if isinstance(part, DeviceArray) and part.dtype == _BOOL and part.ndim else [part]
        )
    return spread


def positions_of(shape: tuple[int, ...], index: tuple) -> DeviceArray:
    """Flat positions (int64) of the elements that numpy's `x[index]` would take from a contiguous array of this shape.

    Raises IndexError where a place is outside.
    """
    steps, start, axis = contiguous_strides(shape, 1), 0, 0
    lines: list[tuple[int, int]] = []  # extent and step of each axis of the result that a slice makes
    pointers: list[tuple[DeviceArray, int, int]] = []  # places, extent and step of an axis
    front, torn, last = 0, False, -2
    parts = _parts(shape, index)
    has_arrays = any(isinstance(part, DeviceArray) for part in parts)
    for at, part in enumerate(parts):
        if part is None:
            lines.append((1, 0))
            continue
        extent, step = shape[axis], steps[axis]
        axis += 1
        if isinstance(part, slice):
            first, stop, by = part.indices(extent)
            lines.append((len(range(first, stop, by)), by * step))
            start += first * step
            continue
        if has_arrays:  # numpy counts a single number among the arrays
            torn = torn or last not in (-2, at - 1)
            front, last = (len(lines) if last == -2 else front), at
        if isinstance(part, DeviceArray):
            outside = outside_at(part, -extent, extent)
            if outside is not None:
                raise IndexError(f"index {outside} is out of bounds for dimension {axis - 1} with size {extent}")
            pointers.append((part, extent, step))
        else:
            start += int(part) % extent * step
    common: tuple[int, ...] = ()
    for part, _, _ in pointers:
        common = broadcast_shapes(common, part.shape)
    front = 0 if torn else front
    whole = (*[n for n, _ in lines[:front]], *common, *[n for n, _ in lines[front:]])
    straight = (*[step for _, step in lines[:front]], *[0] * len(common), *[step for _, step in lines[front:]])
    out = empty(whole, _INT64)
    extents, (straight,) = merged(whole, straight)
    launch(_straight, out.size, out, extents, straight, start)
    for part, extent, step in pointers:
        seen = repeated(flat(part), common)
        moves = (*[0] * front, *steps_of(seen), *[0] * (len(lines) - front))
        extents, (moves,) = merged(whole, moves)
        launch(_add_places, out.size, flat(part), out, extents, moves, extent, step)
    return out


def take_at(x: DeviceArray, positions: DeviceArray) -> DeviceArray:
    """The numbers of a contiguous array at flat positions; the result has their shape."""
    out = empty(positions.shape, x.dtype)
    launch(_take, out.size, x, positions, out)
    return out


def take(x: DeviceArray, index: tuple) -> DeviceArray:
    """A copy of x[index] for any mixture of slices, integer arrays and masks."""
    if is_basic(index):
        return contiguous(x[index])
    return take_at(flat(x), positions_of(x.shape, index))


def _fitted(source: Any, shape: tuple[int, ...], dtype: np.dtype) -> DeviceArray:
    """The source broadcast and cast, contiguous; numbers may come from the host."""
    out = empty(shape, dtype)
    if not isinstance(source, DeviceArray):
        source = cast(number(source, dtype), dtype)
    extra = source.ndim - len(shape)
    copy_into(out, source.reshape(source.shape[extra:]) if extra > 0 else source)
    return out


def add_at(out: DeviceArray, positions: DeviceArray, source: DeviceArray, scale: Any) -> None:
    """out += scale * source at flat positions, in place; all contiguous and of one type."""
    scale = number(scale, out.dtype)
    if out.dtype in _ATOMIC:
        launch(_add, positions.size, source, positions, out, scale)
    elif positions.size:
        launch_grid(add_serially, 1, 1, source, positions, out, scale)


def put_at(out: DeviceArray, positions: DeviceArray, source: DeviceArray) -> None:
    """out = source at flat positions, in place; all contiguous and of one type."""
    launch(_put, positions.size, source, positions, out)


def scatter_add(source: DeviceArray, index: tuple, shape: tuple[int, ...]) -> DeviceArray:
    """Zeros of `shape` with `source` added at [index]."""
    out, positions = zeros(shape, source.dtype), positions_of(shape, index)
    add_at(out, positions, _fitted(source, positions.shape, source.dtype), 1)
    return out


def put_add(x: DeviceArray, index: tuple, source: Any, scale: float) -> DeviceArray:
    """A copy of x with scale * source, broadcast, added at x[index]; places named twice receive both."""
    out, positions = contiguous(x), positions_of(x.shape, index)
    add_at(out, positions, _fitted(source, positions.shape, x.dtype), scale)
    return out


def put(x: DeviceArray, index: tuple, source: Any) -> None:
    """Write `source`, broadcast, at x[index], in place."""
    if is_basic(index):
        target = x[index]
        if isinstance(source, DeviceArray):
            copy_into(target, source)
        elif getattr(source, "ndim", 0):
            raise DifferentDevices
        else:
            target.fill(source)
        return
    out = x if x.flags.c_contiguous else contiguous(x)
    positions = positions_of(x.shape, index)
    put_at(out, positions, _fitted(source, positions.shape, x.dtype))
    if out is not x:
        copy_into(x, out)


def write(x: DeviceArray, index: tuple, source: Any) -> DeviceArray:
    """A copy of x with `source` at [index]."""
    out = contiguous(x)
    put(out, index, source)
    return out


def embed(source: DeviceArray, index: tuple, shape: tuple[int, ...]) -> DeviceArray:
    """Zeros of `shape` with `source` at [index], a basic index (slices and integers) that names each place once."""
    out = zeros(shape, source.dtype)
    copy_into(out[index], source)
    return out


def concatenate(parts: list[DeviceArray], axis: int) -> DeviceArray:
    """The arrays one after another along an existing axis."""
    shape, start = list(parts[0].shape), 0
    shape[axis] = sum(part.shape[axis] for part in parts)
    out = empty(tuple(shape), result_type(*parts))
    for part in parts:
        if not isinstance(part, DeviceArray):
            raise DifferentDevices
        stop = start + part.shape[axis]
        copy_into(out[(slice(None),) * axis + (slice(start, stop),)], part)
        start = stop
    return out


@kernel("void(float32[::1], int64[::1], float32[::1], int64[::1], int64, int64)", twin="pick")
def _pick(x, target, out, fault, classes, ignored):
    """out[n] = x[n, target[n]], 0 where the target is ignored, NaN where it is no class; x: (n, classes).

    fault: see `faults.word`.
    """
    for n in range(cuda.grid(1), target.size, cuda.gridsize(1)):
        label = target[n]
        if label == ignored:
            out[n] = 0
        elif 0 <= label < classes:
            out[n] = x[n * classes + label]
        else:
            out[n] = math.nan
            cuda.atomic.min(fault, 0, label)


@kernel("void(float32[::1], int64[::1], float32[::1], int64, int64)", twin="place")
def _place(values, target, out, classes, ignored):
    """out[n, target[n]] = values[n], zeros elsewhere; out: (n, classes)."""
    for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        n = i // classes
        out[i] = values[n] if target[n] != ignored and target[n] == i % classes else values.dtype.type(0)


def _int64(target: DeviceArray) -> DeviceArray:
    return flat(target if target.dtype == _INT64 else cast(target, _INT64))


def pick(x: DeviceArray, target: DeviceArray, ignored: int) -> DeviceArray:
    """x[n, target[n]] for each row; x: (n, classes), target: (n,) int64."""
    out = empty(target.shape, x.dtype)
    launch(_pick, out.size, flat(x), _int64(target), out, faults.word(), x.shape[1], ignored)
    return out


def place(values: DeviceArray, target: DeviceArray, classes: int, ignored: int) -> DeviceArray:
    """Zeros (n, classes) with values[n] in column target[n]; the gradient of `pick`."""
    out = empty((target.size, classes), values.dtype)
    launch(_place, out.size, flat(values), _int64(target), out, classes, ignored)
    return out
