"""Moving numbers to and from chosen places."""

from functools import lru_cache

import numpy as np
from numba import types

from nbgrad.device import SMALLEST_POOLED, empty, zeros
from nbgrad.dtypes import result_type
from nbgrad.kernels.cpu.launch import address_of, awake, call_address, launch, part, thread_count
from nbgrad.kernels.cpu.simd import lanes, load_row_part, store_tile_part
from nbgrad.kernels.registry import kernel

SPLIT = 1 << 19  # numbers from which a second thread is worth waking
SPLIT_AWAKE = 1 << 16  # ... and from which those that are awake share the rows: they find their own in the next op
_ONE = (0,)  # register
_FLOAT32, _INT64 = np.dtype(np.float32), np.dtype(np.int64)


@kernel("void(float32[::1], int64[::1], float32[::1])")
def _scatter_add(source, positions, out):
    """out[positions[i]] += source[i]; places named twice receive both."""
    for i in range(positions.size):
        out[positions[i]] += source[i]


def positions_of(shape: tuple[int, ...], index: tuple) -> np.ndarray:
    """Flat positions (int64) of the elements that numpy's `x[index]` would take from an array of this shape."""
    return np.ascontiguousarray(np.arange(int(np.prod(shape)), dtype=np.int64).reshape(shape)[index])


@kernel()
def _take_rows_slow(x, rows, out, size):
    """out[r] = x[rows[r]], rows of `size` numbers."""
    for r in range(rows.size):
        for i in range(size):
            out[r * size + i] = x[rows[r] * size + i]


@kernel("void(float32[::1], int64[::1], float32[::1], int64)", twin=_take_rows_slow)
def _take_rows(x, rows, out, size):
    """out[r] = x[rows[r]], rows of `size` numbers; four side by side, since memory far away answers several at once."""
    last = rows.size - 1
    for r in range(0, rows.size, 4):
        s, t, u = min(r + 1, last), min(r + 2, last), min(r + 3, last)
        from_r, from_s, from_t, from_u = rows[r] * size, rows[s] * size, rows[t] * size, rows[u] * size
        for i in range(0, size, lanes(x)):
            rest = size - i
            store_tile_part(load_row_part(_ONE, x, from_r + i, rest), out, r * size + i, 0, 1, rest)
            store_tile_part(load_row_part(_ONE, x, from_s + i, rest), out, s * size + i, 0, 1, rest)
            store_tile_part(load_row_part(_ONE, x, from_t + i, rest), out, t * size + i, 0, 1, rest)
            store_tile_part(load_row_part(_ONE, x, from_u + i, rest), out, u * size + i, 0, 1, rest)


@kernel("void(int64, Tuple((float32[::1], float32[::1], float32[::1], int64[::1])), int64[::1])")
def _take_rows_share(share, arrays, numbers):
    """A share of `_take_rows`; numbers: its address, the number of shares, the size of a row."""
    x, out, _, rows = arrays
    size = numbers[2]
    start, stop = part(share, numbers[1], rows.size, 1)
    call_address(numbers[0], (x, rows[start:stop], out[start * size : stop * size], size))


@kernel("boolean(int64[::1], int64)")
def _all_inside(index, extent):
    """Whether every number is in 0 .. extent - 1; (n,)."""
    inside = True
    for i in range(index.size):
        inside &= 0 <= index[i] < extent
    return inside


@lru_cache(64)
def _row_numbers(shares: int, size: int) -> np.ndarray:
    """The numbers of `_take_rows_share`."""
    flat = types.float32[::1]
    return np.array((address_of(_take_rows, flat, types.int64[::1], flat, types.int64), shares, size), np.int64)


def _rows(x: np.ndarray, rows: np.ndarray) -> np.ndarray | None:
    """x[rows] where that is much to copy, by whole rows of float32; None where it is not, or where a row is outside."""
    size = x.size // (len(x) or 1)
    wanted = rows.size * size
    chosen = rows.reshape(-1)
    if wanted * 4 < SMALLEST_POOLED or not x.flags.carray or not _all_inside(chosen, len(x)):
        return None
    out = empty(rows.shape + x.shape[1:], _FLOAT32)
    flat, written = x.reshape(-1), out.reshape(-1)
    shares = thread_count() if wanted >= SPLIT or (wanted >= SPLIT_AWAKE and awake()) else 1
    if shares > 1:
        launch(_take_rows_share, shares, (flat, written, written, chosen), _row_numbers(shares, size))
    else:
        _take_rows(flat, chosen, written, size)
    return out


def take(x: np.ndarray, index: tuple) -> np.ndarray:
    """A copy of x[index] for any mixture of slices, integer arrays and masks."""
    if len(index) == 1 and x.dtype is _FLOAT32:
        (rows,) = index
        if type(rows) is np.ndarray and rows.dtype is _INT64 and rows.ndim and rows.flags.carray and x.ndim:
            found = _rows(x, rows)
            if found is not None:
                return found
    try:
        return np.asarray(x[index], order="C")
    except IndexError as error:
        raise IndexError(str(error).replace("axis", "dimension")) from None


def scatter_add(source: np.ndarray, index: tuple, shape: tuple[int, ...]) -> np.ndarray:
    """Zeros of `shape` with `source` added at [index]."""
    out = zeros(shape, source.dtype)
    _scatter_add(np.ascontiguousarray(source).ravel(), positions_of(shape, index).ravel(), out.ravel())
    return out


def write(x: np.ndarray, index: tuple, source: np.ndarray) -> np.ndarray:
    """A copy of x with `source` at [index]."""
    out = contiguous(x)
    out[index] = source
    return out


def places_of(mask: np.ndarray) -> list[np.ndarray]:
    """For each axis: where along it the mask holds, in order."""
    lines = [
        np.arange(extent).reshape([-1 if i == axis else 1 for i in range(mask.ndim)])
        for axis, extent in enumerate(mask.shape)
    ]
    return [np.ascontiguousarray(np.broadcast_to(line, mask.shape)[mask]) for line in lines]


def embed(source: np.ndarray, index: tuple, shape: tuple[int, ...]) -> np.ndarray:
    """Zeros of `shape` with `source` at [index], a basic index (slices and integers) that names each place once."""
    out = zeros(shape, source.dtype)
    out[index] = source
    return out


def concatenate(parts: list[np.ndarray], axis: int) -> np.ndarray:
    """The arrays one after another along an existing axis."""
    shape = list(parts[0].shape)
    shape[axis] = sum(part.shape[axis] for part in parts)
    out = empty(tuple(shape), result_type(*parts))
    np.concatenate(parts, axis, out, casting="unsafe")
    return out


def contiguous(x: np.ndarray) -> np.ndarray:
    """A C-contiguous copy in memory of its own."""
    out = empty(x.shape, x.dtype)
    out[...] = x
    return out


def cast(x: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """A copy with another element type."""
    out = empty(x.shape, dtype)
    with np.errstate(invalid="ignore"):  # NaN to an integer is undefined, as in PyTorch
        np.copyto(out, x, casting="unsafe")
    return out


def full(shape: tuple[int, ...], value: float, dtype: np.dtype) -> np.ndarray:
    """A new array with one number everywhere."""
    return np.full(shape, value, dtype)


def fill(x: np.ndarray, value: float) -> np.ndarray:
    """Write one number everywhere, in place."""
    x.fill(value)
    return x


@kernel("void(float32[::1], int64[::1], float32[::1], int64, int64)")
def _pick(x, target, out, classes, ignored):
    """out[n] = x[n, target[n]], 0 where the target is ignored; x: (n, classes)."""
    for n in range(target.size):
        out[n] = x[n * classes + target[n]] if target[n] != ignored else 0


@kernel("void(float32[::1], int64[::1], float32[::1], int64, int64)")
def _place(values, target, out, classes, ignored):
    """out[n, target[n]] = values[n], zeros elsewhere; out: (n, classes)."""
    for n in range(target.size):
        if target[n] != ignored:
            out[n * classes + target[n]] = values[n]


def pick(x: np.ndarray, target: np.ndarray, ignored: int) -> np.ndarray:
    """x[n, target[n]] for each row; x: (n, classes), target: (n,) int64."""
    out = empty(target.shape, x.dtype)
    _pick(np.ascontiguousarray(x).ravel(), np.ascontiguousarray(target, np.int64), out, x.shape[1], ignored)
    return out


def place(values: np.ndarray, target: np.ndarray, classes: int, ignored: int) -> np.ndarray:
    """Zeros (n, classes) with values[n] in column target[n]; the gradient of `pick`."""
    out = zeros((target.size, classes), values.dtype)
    _place(np.ascontiguousarray(values), np.ascontiguousarray(target, np.int64), out.ravel(), classes, ignored)
    return out
