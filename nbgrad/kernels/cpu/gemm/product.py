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
from nbgrad.kernels.cpu.gemm.few import multiply_inner_row, multiply_inner_rows, multiply_outer, multiply_row
from nbgrad.kernels.cpu.gemm.pack import pack_panel, pack_strips
from nbgrad.kernels.cpu.gemm.tiles import matmul_twin, multiply_panel_1, multiply_panel_2, multiply_panel_3
from nbgrad.kernels.cpu.launch import (
    address_of,
    call_address,
    compiled,
    inlined,
    launched,
    run_shares,
    stay_awake,
    thread_count,
)
from nbgrad.kernels.cpu.simd import memory_of
from nbgrad.kernels.registry import kernel
from nbgrad.runtime import launch_lock

FEW = 16  # rows of a for which a transposed b is not worth packing
SERIAL_WORK = 1 << 20  # multiplications up to which a second thread, awake or not, costs more than it brings
FAR = 1 << 18  # ... unless a matrix has more numbers than this: two threads read and write far memory faster than one
BRIEF_WORK = 1 << 15  # ... and up to which none is expected to follow that it should stay awake for

WAYS = multiply_row, multiply_outer, multiply_inner_row, multiply_inner_rows, multiply_blocks
LAUNCH = CALLED + len(WAYS)  # place of the address of `run_shares`


@inlined
def lay_out(numbers, m, n, k, a, b, starts, rows_first, shares, addresses):
    """Write down, for the ways, a product c[m, n] of a and b, pairs of their steps; returns the address of its way."""
    numbers[0], numbers[1], numbers[2] = m, n, k
    numbers[3], numbers[4] = a
    numbers[5], numbers[6] = b[0] if k > 1 else n, b[1] if n > 1 and k > 0 else 1
    numbers[7] = starts
    numbers[8], numbers[9] = (shares, 1) if rows_first else (1, shares)
    for i in range(CALLED):
        numbers[NUMBERS + i] = addresses[i]
    if m == 1 and numbers[6] == 1:
        return addresses[CALLED]
    if k == 1 and numbers[6] == 1 and starts == 0:
        return addresses[CALLED + 1]
    if m <= FEW and numbers[5] == 1 and numbers[4] == 1:  # the same for every share, or threads would show
        return addresses[CALLED + 2 if m == 1 else CALLED + 3]
    return addresses[CALLED + 4]


@kernel("void(float32[:,:], float32[:,:], float32[:,:], float32[:], int64, int64[::1])", twin=matmul_twin)
def multiply(a, b, c, start, shares, addresses):
    """c[m, n] = start[n] + a[m, k] @ b[k, n]; an empty start is zeros. Any steps; c is contiguous.

    addresses: what `multiply_blocks` calls, the ways, and, for more than one share, `run_shares`.
    """
    (m, k), n, item = a.shape, b.shape[1], a.itemsize
    a_steps, b_steps = (a.strides[0] // item, a.strides[1] // item), (b.strides[0] // item, b.strides[1] // item)
    arrays = (memory_of(a), memory_of(b), memory_of(c), memory_of(start))
    if n == 1 and m > 1 and start.size == 0:  # a row, not a column
        m, n, a_steps, b_steps = 1, m, (b_steps[1], b_steps[0]), (a_steps[1], a_steps[0])
        arrays = (memory_of(b), memory_of(a), memory_of(c), memory_of(start))
    numbers = np.empty(NUMBERS + CALLED, np.int64)
    way = lay_out(numbers, m, n, k, a_steps, b_steps, start.size, m > n, shares, addresses)
    if shares == 1:
        call_address(way, (0, arrays, numbers))
    else:
        call_address(addresses[LAUNCH], (way, shares, arrays, numbers))


@kernel("void(int64, UniTuple(float32[::1], 8), int64[::1])", twin=matmul_twin)
def multiply_layer_share(share, arrays, numbers):
    """A share of the three products of `multiply_layer`; numbers: for each its own, and the address of its way."""
    g, x, w, db, dx, dw, one, nothing = arrays
    size = NUMBERS + CALLED + 1
    first, second, third = numbers[:size], numbers[size : 2 * size], numbers[2 * size :]
    call_address(first[-1], (share, (one, g, db, nothing), first))
    if second[0] > 0:
        call_address(second[-1], (share, (g, w, dx, nothing), second))
    call_address(third[-1], (share, (g, x, dw, nothing), third))


@kernel(f"void({'float32[:,:], ' * 3}float32[:], {'float32[:,:], ' * 2}int64, int64[::1])", twin=matmul_twin)
def multiply_layer(g, x, w, db, dx, dw, shares, addresses):
    """db[n] = Σ_i g[i, n], dx[m, k] = g[m, n] @ w[n, k], dw[n, k] = gᵀ @ x[m, k]; no dx where it is empty.

    addresses: those of `multiply`, but of `run_shares` for eight arrays, and `multiply_layer_share`.
    """
    (m, n), k, item, size = g.shape, x.shape[1], g.itemsize, NUMBERS + CALLED + 1
    g_row, g_column = g.strides[0] // item, g.strides[1] // item
    x_steps, w_steps = (x.strides[0] // item, x.strides[1] // item), (w.strides[0] // item, w.strides[1] // item)
    numbers = np.empty(3 * size, np.int64)
    first, second, third = numbers[:size], numbers[size : 2 * size], numbers[2 * size :]
    first[-1] = lay_out(first, 1, n, m, (0, 0), (g_row, g_column), 0, False, shares, addresses)
    second[-1] = lay_out(second, dx.shape[0], k, n, (g_row, g_column), w_steps, 0, m > k, shares, addresses)
    third[-1] = lay_out(third, n, k, m, (g_column, g_row), x_steps, 0, n > k, shares, addresses)
    one = np.ones(1, g.dtype)  # as often as g has rows; it also stands for no start
    arrays = (memory_of(g), memory_of(x), memory_of(w), memory_of(db), memory_of(dx), memory_of(dw), one, one)
    if shares == 1:
        call_address(addresses[-1], (0, arrays, numbers))
    else:
        call_address(addresses[LAUNCH], (addresses[-1], shares, arrays, numbers))


@cache
def _compiled(dtype: np.dtype, shared: bool) -> tuple[Any, np.ndarray, np.ndarray]:
    """`multiply` without numba's choice among signatures, the addresses it takes, and an empty start."""
    number, size = numba.from_dtype(dtype), types.int64
    matrix, two, four = types.Array(number, 2, "A"), types.UniTuple(number[::1], 2), types.UniTuple(number[::1], 4)
    made = compiled(multiply, matrix, matrix, matrix, types.Array(number, 1, "A"), size, size[::1])
    panels = multiply_panel_1, multiply_panel_2, multiply_panel_3
    addresses = [address_of(each, four, types.UniTuple(size, 14)) for each in panels]
    addresses += [address_of(each, two, types.UniTuple(size, 6)) for each in (pack_panel, pack_strips)]
    addresses += [address_of(each, size, four, size[::1]) for each in WAYS]
    addresses.append(address_of(run_shares, size, size, four, size[::1]) if shared else 0)
    return made.entry_point, np.array(addresses), np.empty(0, dtype)


@cache
def _compiled_layer(dtype: np.dtype, shared: bool) -> tuple[Any, np.ndarray, np.ndarray]:
    """`_compiled` for `multiply_layer`; in place of an empty start, an empty matrix."""
    number, addresses, size = numba.from_dtype(dtype), _compiled(dtype, False)[1].copy(), types.int64
    matrix, eight = types.Array(number, 2, "A"), types.UniTuple(number[::1], 8)
    kinds = matrix, matrix, matrix, types.Array(number, 1, "A"), matrix, matrix, size, size[::1]
    if shared:
        addresses[-1] = address_of(run_shares, size, size, eight, size[::1])
    addresses = np.append(addresses, address_of(multiply_layer_share, size, eight, size[::1]))
    return compiled(multiply_layer, *kinds).entry_point, addresses, np.empty((0, 0), dtype)


_alone: dict[str, tuple[Any, np.ndarray, np.ndarray]] = {}  # `_compiled` of float32 and float64, by their letters
_layer_alone: dict[str, tuple[Any, np.ndarray, np.ndarray]] = {}


def matmul(a: np.ndarray, b: np.ndarray, start: np.ndarray | None = None, out: np.ndarray | None = None) -> np.ndarray:
    """start[n] + a[m, k] @ b[k, n], whatever their steps; into out[m, n], if given, which is contiguous."""
    (m, k), n, dtype = a.shape, b.shape[1], a.dtype
    if out is None:
        out = empty((m, n), dtype)
    ready = _alone.get(dtype.char)
    if ready is None:
        if dtype.kind != "f" or dtype.itemsize < 4:
            return _multiply_plainly(a, b, start, out)
        ready = _alone[dtype.char] = _compiled(dtype, False)
    entry, addresses, nothing = ready
    if start is None:
        start = nothing
    work = m * n * k
    near = work <= FAR or (work <= SERIAL_WORK and max(a.size, b.size, out.size) <= FAR)
    if near or (shares := thread_count()) == 1:
        entry(a, b, out, start, 1, addresses)
        if work > BRIEF_WORK:
            stay_awake()
    else:
        entry, addresses, _ = _compiled(dtype, True)
        with launch_lock:
            entry(a, b, out, start, shares, addresses)
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
    """Gradients of the bias, x and w of x @ wᵀ + bias, none of x without w; they cost Python one call."""
    (m, n), k, dtype = g.shape, x.shape[1], g.dtype
    ready = _layer_alone.get(dtype.char)
    if ready is None:
        if dtype.char not in "fd":
            return column_sums(g), None if w is None else matmul(g, w), matmul(g.T, x)
        ready = _layer_alone[dtype.char] = _compiled_layer(dtype, False)
    entry, addresses, nothing = ready
    db, dx, dw, work = np.empty(n, dtype), None, empty((n, k), dtype), m * n * k
    w, into = (nothing, nothing) if w is None else (w, dx := empty((m, k), dtype))
    if (work <= SERIAL_WORK and dw.size <= FAR) or (shares := thread_count()) == 1:
        entry(g, x, w, db, into, dw, 1, addresses)
        if work > BRIEF_WORK:
            stay_awake()
    else:
        entry, addresses, _ = _compiled_layer(dtype, True)
        with launch_lock:
            entry(g, x, w, db, into, dw, shares, addresses)
        launched()
    return db, dx, dw
