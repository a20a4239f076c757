"""Moving numbers to and from chosen places."""

import numpy as np

from nbgrad.device import empty, zeros
from nbgrad.dtypes import result_type
from nbgrad.kernels.registry import kernel


@kernel("void(float32[::1], int64[::1], float32[::1])")
def _scatter_add(source, positions, out):
    """out[positions[i]] += source[i]; places named twice receive both."""
    for i in range(positions.size):
        out[positions[i]] += source[i]


def positions_of(shape: tuple[int, ...], index: tuple) -> np.ndarray:
    """Flat positions (int64) of the elements that numpy's `x[index]` would take from an array of this shape."""
    return np.ascontiguousarray(np.arange(int(np.prod(shape)), dtype=np.int64).reshape(shape)[index])


def take(x: np.ndarray, index: tuple) -> np.ndarray:
    """A copy of x[index] for any mixture of slices, integer arrays and masks."""
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
