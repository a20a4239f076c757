"""Matrix products of arrays with any steps, on one thread or all.

Which way a product goes is decided in a kernel, so that a small one costs Python a single call.
"""

from functools import cache, lru_cache
from typing import Any

import numba
import numpy as np
from numba import types

from nbgrad.device import empty
from nbgrad.kernels.cpu.gemm.blocks import CALLED, NUMBERS, multiply_blocks
from nbgrad.kernels.cpu.gemm.few import multiply_inner_row, multiply_inner_rows, multiply_row
from nbgrad.kernels.cpu.gemm.pack import pack_panel, pack_strips
from nbgrad.kernels.cpu.gemm.tiles import matmul_twin, multiply_panel_1, multiply_panel_2, multiply_panel_3
from nbgrad.kernels.cpu.launch import address_of, call_address, launched, run_shares, stay_awake, thread_count
from nbgrad.kernels.cpu.simd import memory_of
from nbgrad.kernels.registry import kernel
from nbgrad.runtime import launch_lock

FEW = 16  # rows of a for which a transposed b is not worth packing
SERIAL_WORK = 1 << 20  # multiplications up to which a second thread, awake or not, costs more than it brings
FAR = 1 << 18  # ... unless a matrix has more numbers than this: two threads read and write far memory faster than one
BRIEF_WORK = 1 << 15  # ... and up to which none is expected to follow that it should stay awake for

WAYS = multiply_row, multiply_inner_row, multiply_inner_rows, multiply_blocks


@kernel("void(float32[:,:], float32[:,:], float32[:,:], float32[:], int64, int64[::1])", twin=matmul_twin)
def multiply(a, b, c, start, shares, addresses):
    """c[m, n] = start[n] + a[m, k] @ b[k, n]; an empty start is zeros. Any steps; c is contiguous.

    addresses: what `multiply_blocks` calls, the four ways, and, for more than one share, `run_shares`.
    """
    (m, k), n, item = a.shape, b.shape[1], a.itemsize
    numbers = np.empty(NUMBERS + CALLED, np.int64)
    numbers[0], numbers[1], numbers[2] = m, n, k
    numbers[3], numbers[4] = a.strides[0] // item, a.strides[1] // item
    numbers[5], numbers[6] = b.strides[0] // item if k > 1 else n, b.strides[1] // item if n > 1 and k > 0 else 1
    numbers[7] = start.size
    numbers[8], numbers[9] = (shares, 1) if m > n else (1, shares)
    for i in range(CALLED):
        numbers[NUMBERS + i] = addresses[i]
    way = addresses[CALLED + 3]
    if m == 1 and numbers[6] == 1:
        way = addresses[CALLED]
    elif m <= FEW and numbers[5] == 1 and numbers[4] == 1:  # the same for every share, or threads would show
        way = addresses[CALLED + 1 if m == 1 else CALLED + 2]
    arrays = (memory_of(a), memory_of(b), memory_of(c), memory_of(start))
    if shares == 1:
        call_address(way, (0, arrays, numbers))
    else:
        call_address(addresses[CALLED + 4], (way, shares, arrays, numbers))


@kernel(f"void({'float32[:,:], ' * 7}float32[:], int64[::1])", twin=matmul_twin)
def multiply_layer(ones, g, x, w, db, dx, dw, nothing, addresses):
    """db[1, n] = Σ_i g[i, n], dx[m, k] = g[m, n] @ w[n, k], dw[n, k] = gᵀ @ x[m, k], on one thread.

    addresses: those of `multiply`, and its own as the last.
    """
    multiply = addresses[-1]
    call_address(multiply, (ones, g, db, nothing, 1, addresses))
    call_address(multiply, (g, w, dx, nothing, 1, addresses))
    call_address(multiply, (g.T, x, dw, nothing, 1, addresses))


@cache
def _compiled(dtype: np.dtype, shared: bool) -> tuple[Any, np.ndarray, np.ndarray]:
    """`multiply` without numba's choice among signatures, the addresses it takes, and an empty start."""
    number, size = numba.from_dtype(dtype), types.int64
    matrix, two, four = types.Array(number, 2, "A"), types.UniTuple(number[::1], 2), types.UniTuple(number[::1], 4)
    kinds = (matrix, matrix, matrix, types.Array(number, 1, "A"), size, size[::1])
    multiply.compile(kinds)
    panels = multiply_panel_1, multiply_panel_2, multiply_panel_3
    addresses = [address_of(each, four, types.UniTuple(size, 14)) for each in panels]
    addresses += [address_of(each, two, types.UniTuple(size, 6)) for each in (pack_panel, pack_strips)]
    addresses += [address_of(each, size, four, size[::1]) for each in WAYS]
    addresses.append(address_of(run_shares, size, size, four, size[::1]) if shared else 0)
    return multiply.overloads[kinds].entry_point, np.array(addresses), np.empty(0, dtype)


@cache
def _compiled_layer(dtype: np.dtype) -> tuple[Any, np.ndarray, np.ndarray]:
    """`_compiled` for `multiply_layer`."""
    number, (_, addresses, nothing) = numba.from_dtype(dtype), _compiled(dtype, False)
    matrix, vector, size = types.Array(number, 2, "A"), types.Array(number, 1, "A"), types.int64
    kinds = (*[matrix] * 7, vector, size[::1])
    multiply_layer.compile(kinds)
    address = address_of(multiply, matrix, matrix, matrix, vector, size, size[::1])
    return multiply_layer.overloads[kinds].entry_point, np.append(addresses, address), nothing


_serial: dict[str, tuple[Any, np.ndarray, np.ndarray]] = {}  # of float32 and float64, by their letters


def matmul(a: np.ndarray, b: np.ndarray, start: np.ndarray | None = None, out: np.ndarray | None = None) -> np.ndarray:
    """start[n] + a[m, k] @ b[k, n], whatever their steps; into out[m, n], if given, which is contiguous."""
    m, n, dtype = a.shape[0], b.shape[1], a.dtype
    if out is None:
        out = empty((m, n), dtype)
    compiled = _serial.get(dtype.char)
    if compiled is None:
        if dtype.kind != "f" or dtype.itemsize < 4:
            return _multiply_plainly(a, b, start, out)
        compiled = _serial[dtype.char] = _compiled(dtype, False)
    entry, addresses, nothing = compiled
    if start is None:
        start = nothing
    c = out
    if n == 1 < m:
        a, b, c = b.T, a.T, out.reshape(1, -1)
    work = m * n * a.shape[1]
    near = work <= FAR or (work <= SERIAL_WORK and max(a.size, b.size, c.size) <= FAR)
    if near or (shares := thread_count()) == 1:
        entry(a, b, c, start, 1, addresses)
        if work > BRIEF_WORK:
            stay_awake()
    else:
        entry, addresses, _ = _compiled(dtype, True)
        with launch_lock:
            entry(a, b, c, start, shares, addresses)
        launched()
    return out


def _multiply_plainly(a: np.ndarray, b: np.ndarray, start: np.ndarray | None, out: np.ndarray) -> np.ndarray:
    """`matmul` of numbers that no register tile takes."""
    (m, k), n = a.shape, b.shape[1]
    out[...] = 0 if start is None else start
    a, b = np.require(a, None, ("C", "W")), np.require(b, None, ("C", "W"))
    matmul_twin(a.reshape(-1), k, 1, b.reshape(-1), n, 1, out.reshape(-1), m, n, k)
    return out


def addmm(bias: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """bias + a[m, k] @ b[k, n], the bias broadcast to [m, n]."""
    n = b.shape[1]
    if bias.shape == (n,) and n > 1:
        return matmul(a, b, bias)
    out = matmul(a, b)
    out += bias
    return out


@lru_cache(maxsize=64)
def _ones(count: int, dtype: np.dtype) -> np.ndarray:
    return np.ones((1, count), dtype)


def column_sums(a: np.ndarray) -> np.ndarray:
    """out[j] = Σ_i a[i, j], one row after the other: a row of ones times a."""
    if a.shape[0] == 1:
        return a.flatten()
    return matmul(_ones(a.shape[0], a.dtype), a).ravel()


def bmm(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a[i] @ b[i] for every i."""
    out = empty((a.shape[0], a.shape[1], b.shape[2]), a.dtype)
    for left, right, product in zip(a, b, out, strict=True):
        matmul(left, right, None, product)
    return out


def linear_gradients(g: np.ndarray, x: np.ndarray, w: np.ndarray | None) -> tuple[Any, Any, Any]:
    """Gradients of the bias, x and w of x @ wᵀ + bias, none of x without w: small ones cost Python one call."""
    (m, n), k, dtype = g.shape, x.shape[1], g.dtype
    if w is None or m * n * k > SERIAL_WORK or w.size > FAR or dtype.char not in "fd":
        return column_sums(g), None if w is None else matmul(g, w), matmul(g.T, x)
    entry, addresses, nothing = _compiled_layer(dtype)
    db, dx, dw = np.empty((1, n), dtype), empty((m, k), dtype), empty((n, k), dtype)
    entry(_ones(m, dtype), g, x, w, db, dx, dw, nothing, addresses)
    if m * n * k > BRIEF_WORK:
        stay_awake()
    return db[0], dx, dw
