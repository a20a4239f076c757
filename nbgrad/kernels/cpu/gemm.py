"""Matrix products: register tiles, on all threads.

A tile of c stays in registers while a column of `a` times a row of `b` is added k times. Both are read where they lie;
only what lies badly (a transposed `b`, columns far apart) is packed first, panel by panel. Few rows times a transposed
`b`, as in a linear layer of a small batch, are inner products instead: both are read along k. Which way a product goes
is decided in the kernel, so that a small one costs Python a single call.
"""

from functools import cache, lru_cache
from typing import Any

import numba
import numpy as np
from numba import types
from numba.np.unsafe.ndarray import to_fixed_tuple

from nbgrad.device import empty
from nbgrad.kernels.cpu.block import MANY_REGISTERS, ONE, TALL, TALL_NARROW, TALL_ROWS, TALL_WIDE, inlined, part
from nbgrad.kernels.cpu.launch import address_of, as_integers, call_address, run_shares
from nbgrad.kernels.cpu.simd import (
    FLOAT_LANES,
    add_inner,
    add_inner_part,
    add_outer_part,
    add_outer_within,
    add_within,
    aligned,
    fetch_tile,
    lanes,
    load_row,
    load_square,
    load_within,
    memory_of,
    store_lane_sums,
    store_tile,
    store_within,
    transpose_tile,
    zeros_tile,
)
from nbgrad.kernels.registry import kernel
from nbgrad.runtime import launch_lock

ROW = (0,) * 8  # vectors of a single row of c
INNER_ROWS, INNER_COLUMNS = (0,) * (4 if MANY_REGISTERS else 2), (0,) * 4  # a tile of inner products
INNER_ROW = (0,) * max(8, FLOAT_LANES)  # inner products of a single row

DEPTH = 224  # k is cut into parts of about this size: a panel of b stays near
ROWS = 512  # rows of a that stay in the second-level cache
BIG = 1 << 19  # numbers in a matrix that is packed to keep its rows together
FEW = 16  # rows of a for which b is not worth transposing
SERIAL_WORK = 1 << 20  # multiplications below which a launch costs more than a second thread brings


@kernel()
def matmul_twin(a, a_row, a_column, b, b_row, b_column, c, m, n, k):
    """c[m, n] += a[m, k] @ b[k, n], strides in elements, c contiguous."""
    for i in range(m):
        for j in range(n):
            for p in range(k):
                c[i * n + j] += a[i * a_row + p * a_column] * b[p * b_row + j * b_column]


@inlined
def multiply_panel(height, width, arrays, at):
    """c[m, n] = start + a @ b for the n columns of one tile.

    arrays: a, b, c, start. at: of a, index and steps between tiles, rows, columns; of b, index and step between rows;
    of c, index and step; of start, index, step and how many columns there are (zeros behind); m, n, k.
    """
    a, b, c, start = arrays
    a_index, a_tile, a_row, a_column, b_index, b_row, c_index, c_row, s_index, s_row, s_columns, m, n, k = at
    size, behind = len(height), len(width) * lanes(a) - n
    group = max(lanes(a), TALL_ROWS)
    # Whole vectors reach behind column n, into the next rows of b, but not behind the last row.
    whole = k - min(k, (behind + b_row - 1) // b_row if b_row > 0 else k) if behind > 0 else k
    for i in range(0, m, size):
        last = min(size, m - i) - 1
        tile = zeros_tile(height, width, a)
        fetch_tile(tile, c, c_index + i * c_row, c_row, last)
        left, right = a_index + i // group * a_tile + i % group * a_row, b_index
        for _ in range(whole):
            tile = add_outer_within(tile, a, left, a_row, last, b, right)
            left += a_column
            right += b_row
        for _ in range(whole, k):
            tile = add_outer_part(tile, a, left, a_row, last, b, right, n)
            left += a_column
            right += b_row
        if s_columns > 0:
            tile = add_within(tile, start, s_index + i * s_row, s_row, last, s_columns)
        store_within(tile, c, c_index + i * c_row, c_row, last, n)


@inlined
def multiply_inner(height, width, arrays, edge, at):
    """c[m, n] = start + a @ b for rows of a and columns of b that are contiguous: `lanes` steps of k at a time."""
    a, b, c, start = arrays
    a_index, a_row, b_index, b_column, c_index, c_row, s_index, s_row, s_columns, m, n, k = at
    step = lanes(a)
    for j in range(0, n, len(width)):
        right, b_last = b_index + j * b_column, min(len(width), n - j) - 1
        for i in range(0, m, len(height)):
            left, a_last = a_index + i * a_row, min(len(height), m - i) - 1
            tile = zeros_tile(height, width, a)
            for p in range(0, k // step * step, step):
                tile = add_inner(tile, a, left + p, a_row, a_last, b, right + p, b_column, b_last)
            if k % step:
                p = k // step * step
                tile = add_inner_part(tile, a, left + p, a_row, a_last, b, right + p, b_column, b_last, k - p)
            store_lane_sums(tile, edge, 0)
            for r in range(a_last + 1):
                for q in range(b_last + 1):
                    total = edge[r * len(width) + q]
                    if j + q < s_columns:
                        total += start[s_index + (i + r) * s_row + j + q]
                    c[c_index + (i + r) * c_row + j + q] = total


@inlined
def pack_rows(b, index, row, column, k, n, packed, to, packed_row):
    """packed[k, packed_row] = b[k, n], zeros behind column n up to whole vectors."""
    width = lanes(b)
    if column == 1:
        for p in range(k):
            for j in range(0, n, width):
                store_tile(load_within(b, index + p * row + j, n - j), packed, to + p * packed_row + j, 0)
        return
    whole_k, whole_n = k // width * width, n // width * width if row == 1 else 0
    for j in range(0, whole_n, width):
        for p in range(0, whole_k, width):
            tile = load_square(b, index + p + j * column, column)
            store_tile(transpose_tile(tile), packed, to + p * packed_row + j, packed_row)
    for p in range(k):
        for j in range(whole_n if p < whole_k else 0, packed_row):
            packed[to + p * packed_row + j] = b[index + p * row + j * column] if j < n else 0


@inlined
def multiply_tall(arrays, scratch, at):
    """c = start + a @ b in tiles of TALL_ROWS rows, panel by panel."""
    a, b, c, start = arrays
    (
        a_index, a_row, a_column, b_index, b_row, b_column, c_index, c_row, s_index, s_row, s_columns, m, n, k,
        pack_a, pack_b, one, two, three,
    ) = at  # fmt: skip
    width, wide, narrow = lanes(a), len(TALL_WIDE) * lanes(a), len(TALL_NARROW) * lanes(a)
    parts = max(1, (k + DEPTH - 1) // DEPTH)
    depth = (k + parts - 1) // parts
    packed_b = aligned(scratch, 0)
    packed_a = packed_b + depth * wide
    for p in range(0, max(k, 1), max(depth, 1)):
        deep = min(depth, k - p)
        for i in range(0, m, ROWS):
            rows = min(ROWS, m - i)
            left, left_index, left_tile, left_row, left_column = (
                a, a_index + i * a_row + p * a_column, max(width, TALL_ROWS) * a_row, a_row, a_column
            )  # fmt: skip
            if pack_a:
                tall = max(width, TALL_ROWS)
                for r in range(0, rows, tall):
                    pack_rows(a, left_index + r * a_row, a_column, a_row, deep, min(tall, rows - r), scratch, packed_a + r * deep, tall)
                left, left_index, left_tile, left_row, left_column = scratch, packed_a, tall * deep, 1, tall
            j = 0
            while j < n:
                vectors = (n - j + width - 1) // width
                columns = n - j if vectors == 1 else min(n - j, narrow if vectors == 2 or vectors == 4 else wide)
                right, right_index, right_row = b, b_index + p * b_row + j * b_column, b_row
                if pack_b:
                    right_row = (columns + width - 1) // width * width
                    pack_rows(b, right_index, b_row, b_column, deep, columns, scratch, packed_b, right_row)
                    right, right_index = scratch, packed_b
                first, first_index, first_row, first_columns = c, c_index + i * c_row + j, c_row, columns
                if p == 0:
                    first, first_index, first_row = start, s_index + i * s_row + j, s_row
                    first_columns = min(columns, s_columns - j)
                four = (left, right, c, first)
                panel = (
                    left_index, left_tile, left_row, left_column, right_index, right_row, c_index + i * c_row + j,
                    c_row, first_index, first_row, first_columns, rows, columns, deep,
                )  # fmt: skip
                call_address(one if vectors == 1 else two if columns <= narrow else three, (four, as_integers(panel)))
                j += columns


PANEL = "void(UniTuple(float32[::1], 4), UniTuple(int64, 14))"


@kernel(PANEL)
def multiply_one(arrays, at):
    multiply_panel(TALL, ONE, arrays, at)


@kernel(PANEL)
def multiply_two(arrays, at):
    multiply_panel(TALL, TALL_NARROW, arrays, at)


@kernel(PANEL)
def multiply_three(arrays, at):
    multiply_panel(TALL, TALL_WIDE, arrays, at)


@kernel("void(int64, UniTuple(float32[::1], 4), int64[::1])", twin=matmul_twin)
def multiply_share(share, arrays, numbers):
    """One rectangle of c[m, n] = start + a[m, k] @ b[k, n]; numbers: sizes, steps, and how the shares are cut."""
    a, b, c, start = arrays
    (
        m, n, k, a_row, a_column, b_row, b_column, s_row, s_columns, row_shares, column_shares, pack_a, pack_b, room, one, two, three,
    ) = to_fixed_tuple(numbers, 17)  # fmt: skip
    top, bottom = part(share // column_shares, row_shares, m, TALL_ROWS)
    left, right = part(share % column_shares, column_shares, n, lanes(a))
    rows, columns, s_columns = bottom - top, right - left, s_columns - left
    a_index, b_index, c_index, s_index = top * a_row, left * b_column, top * n + left, top * s_row + left
    if m == 1 and b_column == 1:
        for j in range(0, columns, len(ROW) * lanes(a)):
            width = min(len(ROW) * lanes(a), columns - j)
            at = (
                a_index, 0, a_row, a_column, b_index + j, b_row, c_index + j, n, s_index + j, s_row, s_columns - j, 1,
                width, k,
            )  # fmt: skip
            multiply_panel(ONE, ROW, arrays, at)
    elif rows <= FEW and b_row == 1 and a_column == 1:
        edge = np.empty(64, a.dtype)
        at = (a_index, a_row, b_index, b_column, c_index, n, s_index, s_row, s_columns, rows, columns, k)
        if m == 1:
            multiply_inner(ONE, INNER_ROW, arrays, edge, at)
        else:
            multiply_inner(INNER_ROWS, INNER_COLUMNS, arrays, edge, at)
    else:
        scratch = np.empty(room, a.dtype)
        at = (
            a_index, a_row, a_column, b_index, b_row, b_column, c_index, n, s_index, s_row, s_columns, rows, columns, k,
            pack_a, pack_b, one, two, three,
        )  # fmt: skip
        multiply_tall(arrays, scratch, at)


@kernel("void(float32[:,:], float32[:,:], float32[:,:], float32[:], int64, int64, int64[::1])", twin=matmul_twin)
def multiply(a, b, c, start, accumulate, shares, addresses):
    """c[m, n] = start[n] + a[m, k] @ b[k, n], or c + a @ b; an empty start is zeros. Any steps; c is contiguous.

    addresses: where `multiply_share`, the three panels and, for more than one share, `run_shares` begin.
    """
    (m, k), n = a.shape, b.shape[1]
    item = a.itemsize
    numbers = np.empty(17, np.int64)
    for panel in range(3):
        numbers[14 + panel] = addresses[1 + panel]
    numbers[0], numbers[1], numbers[2] = m, n, k
    numbers[3], numbers[4] = a.strides[0] // item, a.strides[1] // item
    numbers[5], numbers[6] = b.strides[0] // item, b.strides[1] // item
    if n == 1:
        numbers[6] = 1
    if k == 1:
        numbers[5] = n
    numbers[7], numbers[8] = 0, start.size
    numbers[9], numbers[10] = (shares, 1) if m > n else (1, shares)
    numbers[11] = m * k > (BIG // 4 if numbers[3] == 1 else BIG) and n > 2 * TALL_ROWS
    numbers[12] = numbers[6] != 1 or (m > FEW * 4 and n * k > BIG // 32)
    numbers[13] = 16
    if numbers[12]:
        numbers[13] += DEPTH * 4 * lanes(a)
    if numbers[11]:
        numbers[13] += DEPTH * (min(ROWS, m) + max(lanes(a), TALL_ROWS))
    flat_c = memory_of(c)
    first = memory_of(start)
    if accumulate:
        first, numbers[7], numbers[8] = flat_c, n, n
    arrays = (memory_of(a), memory_of(b), flat_c, first)
    if shares == 1:
        call_address(addresses[0], (0, arrays, numbers))
    else:
        call_address(addresses[4], (addresses[0], shares, arrays, numbers))


@cache
def _compiled(dtype: np.dtype, shared: bool) -> tuple[Any, np.ndarray, np.ndarray]:
    """`multiply` without numba's choice among signatures, the addresses it takes, and an empty start."""
    number, size = numba.from_dtype(dtype), types.int64
    matrix, four = types.Array(number, 2, "A"), types.UniTuple(number[::1], 4)
    kinds = (matrix, matrix, matrix, types.Array(number, 1, "A"), size, size, size[::1])
    multiply.compile(kinds)
    panels = [address_of(each, four, types.UniTuple(size, 14)) for each in (multiply_one, multiply_two, multiply_three)]
    share = address_of(multiply_share, size, four, size[::1])
    several = address_of(run_shares, size, size, four, size[::1]) if shared else 0
    return multiply.overloads[kinds].entry_point, np.array([share, *panels, several]), np.empty(0, dtype)


_serial: dict[str, tuple[Any, np.ndarray, np.ndarray]] = {}  # of float32 and float64, by their letters


def _multiply(a: np.ndarray, b: np.ndarray, c: np.ndarray, start: np.ndarray | None, accumulate: bool) -> None:
    """c = start + a @ b, or c + a @ b (accumulate), c contiguous."""
    (m, k), n = a.shape, b.shape[1]
    try:
        entry, addresses, nothing = _serial[a.dtype.char]
    except KeyError:
        if a.dtype.kind != "f" or a.dtype.itemsize < 4:
            _multiply_plainly(a, b, c, start, accumulate)
            return
        entry, addresses, nothing = _serial[a.dtype.char] = _compiled(a.dtype, False)
    if n == 1 < m:
        a, b, c = b.T, a.T, c.reshape(1, -1)
    if start is None:
        start = nothing
    if m * n * k <= SERIAL_WORK or (shares := numba.get_num_threads()) == 1:
        entry(a, b, c, start, accumulate, 1, addresses)
        return
    entry, addresses, nothing = _compiled(a.dtype, True)
    with launch_lock:
        entry(a, b, c, start, accumulate, shares, addresses)


def _multiply_plainly(a: np.ndarray, b: np.ndarray, c: np.ndarray, start: np.ndarray | None, accumulate: bool) -> None:
    """`_multiply` of numbers that no register tile takes."""
    (m, k), n = a.shape, b.shape[1]
    if not accumulate:
        c[...] = 0 if start is None else start
    a, b = np.require(a, None, ("C", "W")), np.require(b, None, ("C", "W"))
    matmul_twin(a.reshape(-1), k, 1, b.reshape(-1), n, 1, c.reshape(-1), m, n, k)


def matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a[m, k] @ b[k, n], whatever their steps."""
    out = empty((a.shape[0], b.shape[1]), a.dtype)
    _multiply(a, b, out, None, False)
    return out


def addmm(bias: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """bias + a[m, k] @ b[k, n], the bias broadcast to [m, n]."""
    m, n = a.shape[0], b.shape[1]
    out = empty((m, n), a.dtype)
    if bias.shape == (n,) and (n > 1 or m == 1):
        _multiply(a, b, out, bias, False)
    else:
        out[...] = bias
        _multiply(a, b, out, None, True)
    return out


@lru_cache(maxsize=64)
def _ones(count: int, dtype: np.dtype) -> np.ndarray:
    return np.ones((1, count), dtype)


def column_sums(a: np.ndarray) -> np.ndarray:
    """out[j] = Σ_i a[i, j], one row after the other: a row of ones times a."""
    return matmul(_ones(a.shape[0], a.dtype), a).reshape(-1)


def bmm(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a[i] @ b[i] for every i."""
    out = empty((a.shape[0], a.shape[1], b.shape[2]), a.dtype)
    for left, right, product in zip(a, b, out, strict=True):
        _multiply(left, right, product, None, False)
    return out
