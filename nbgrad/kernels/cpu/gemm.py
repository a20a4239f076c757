"""Matrix products: register tiles over packed blocks, on all threads.

`multiply_block` is the heart, for convolutions too: tiles of c stay in registers while a column of `a` times a row of
`b` is added k times. Where the rows of `b` begin is read from a table, so they may overlap, as windows of an image do.
"""

import platform
from functools import cache, lru_cache

import numba
import numpy as np
from numba import types
from numba.np.unsafe.ndarray import to_fixed_tuple

from nbgrad.device import empty
from nbgrad.kernels.cpu.launch import address_of, as_integers, call_address, launch
from nbgrad.kernels.cpu.simd import (
    FLOAT_LANES,
    add_column,
    add_outer,
    add_tile,
    aligned,
    clear_run,
    copy_run,
    lanes,
    lanes_of,
    load_row,
    load_square,
    store_tile,
    store_tile_part,
    transpose_tile,
    zeros_tile,
)
from nbgrad.kernels.registry import kernel

# A tile, a row of b and one value of a must fit in the registers: 32 of them with AVX-512 and NEON, otherwise 16.
MANY_REGISTERS = FLOAT_LANES == 16 or platform.machine().lower() in ("arm64", "aarch64")
TALL = (0,) * (8 if MANY_REGISTERS else 4)
TALL_WIDE, TALL_NARROW = (0,) * 3, (0,) * 2
TALL_ROWS = len(TALL)
ONE = (0,)
SIX = (0,) * 6
SIX_WIDE, SIX_NARROW = ((0,) * 4, (0,) * 3) if MANY_REGISTERS else ((0,) * 2, (0,) * 1)
EDGE = 512  # values of the largest tile, a multiple of every alignment

# Compiled as part of the kernels that call them: numba would optimise a called kernel again in every caller.
inlined = numba.njit(inline="always")

DEPTH = 256  # rows of b packed at a time: with COLUMNS of them, half a megabyte
COLUMNS = 512
ROWS = 512
SERIAL_WORK = 1 << 16  # multiplications below which a launch costs more than a second thread brings


@kernel()
def matmul_twin(a, a_row, a_column, b, b_row, b_column, c, m, n, k):
    """c[m, n] += a[m, k] @ b[k, n], strides in elements, c contiguous."""
    for i in range(m):
        for j in range(n):
            for p in range(k):
                c[i * n + j] += a[i * a_row + p * a_column] * b[p * b_row + j * b_column]


@inlined
def multiply_panel(height, width, j, arrays, at):
    """`multiply_block` of the columns j, j + 1, ... of one tile."""
    a, b, b_rows, c, start, edge = arrays
    a_index, a_block, a_row, a_column, b_index, c_index, c_row, m, n, k, start_index, start_step, fresh = at
    size, columns = len(height), len(width) * lanes(a)
    for i in range(0, m, size):
        tile = zeros_tile(height, width, a)
        here, there = a_index + i // size * a_block, c_index + i * c_row + j
        for p in range(k):
            tile = add_outer(tile, a, here, a_row, b, b_index + b_rows[p] + j)
            here += a_column
        if fresh:
            tile = add_column(tile, start, start_index + i * start_step, start_step)
        if m - i >= size and n - j >= columns:
            if not fresh:
                tile = add_tile(tile, c, there, c_row)
            store_tile(tile, c, there, c_row)
        elif fresh:
            store_tile_part(tile, c, there, c_row, m - i, n - j)
        else:
            store_tile(tile, edge, 0, columns)
            for r in range(min(size, m - i)):
                row = c[there + r * c_row : there + r * c_row + min(columns, n - j)]
                for q in range(row.size):
                    row[q] += edge[r * columns + q]


@inlined
def multiply_block(height, wide, narrow, arrays, at):
    """c[m, n] = a @ b + start (fresh) or c + a @ b, for arrays (a, b, b_rows, c, start, edge).

    at: of a, index and steps between tiles of rows, between rows, between columns; index of b; of c, index and step
    between rows; m, n, k; of start, one value for each row of c, index and step; fresh. Row p of b begins at
    index + b_rows[p]. `a` and `start` must be readable up to a whole tile of rows, `b` up to a whole tile of columns;
    `edge` holds one tile.
    """
    width, j, n = lanes(arrays[0]), 0, at[8]
    while j < n:
        # narrow is one vector less than wide, so both together cover (almost) every width without waste
        vectors = (n - j + width - 1) // width
        narrow_ones = -vectors % len(wide)
        if vectors <= len(narrow) or 0 < narrow_ones * len(narrow) <= vectors:
            multiply_panel(height, narrow, j, arrays, at)
            j += len(narrow) * width
        else:
            multiply_panel(height, wide, j, arrays, at)
            j += len(wide) * width


NUMBERS = "float32[::1]"
BLOCK = f"void(Tuple(({NUMBERS}, {NUMBERS}, int64[::1], {NUMBERS}, {NUMBERS}, {NUMBERS})), UniTuple(int64, 13))"


@kernel(BLOCK)
def multiply_tall(arrays, at):
    """`multiply_block` in tiles of 8 rows (4 where registers are few)."""
    multiply_block(TALL, TALL_WIDE, TALL_NARROW, arrays, at)


@kernel(BLOCK)
def multiply_six(arrays, at):
    """`multiply_block` in tiles of 6 rows, the channels of LeNet's first layer."""
    multiply_block(SIX, SIX_WIDE, SIX_NARROW, arrays, at)


@cache
def block_address(dispatcher, dtype: np.dtype) -> int:
    """Where `multiply_tall` or `multiply_six` begins."""
    numbers, rows = numba.from_dtype(dtype)[::1], types.int64[::1]
    return address_of(
        dispatcher, types.Tuple((numbers, numbers, rows, numbers, numbers, numbers)), types.UniTuple(types.int64, 13)
    )


@inlined
def pack_columns(a, index, row, column, m, k, height, packed, to):
    """packed[tile of rows][k][height] = a[m, k], with zeros below the last row."""
    for i in range(0, m, height):
        rows = min(height, m - i)
        if rows < height:
            clear_run(packed, to, height * k)
        if row == 1:
            for p in range(k):
                copy_run(a, index + i + p * column, packed, to + p * height, rows)
            to += height * k
            continue
        for r in range(rows):
            here = index + (i + r) * row
            source, target = a[here : here + (k - 1) * column + 1], packed[to + r : to + height * k]
            for p in range(k):
                target[p * height] = source[p * column]
        to += height * k


@inlined
def pack_rows(b, index, row, column, k, n, packed, to, packed_row):
    """packed[k, packed_row] = b[k, n]; what lies behind column n is left as it was."""
    width = lanes(b)
    whole_k, whole_n = k // width * width, n // width * width
    if column == 1:
        for p in range(k):
            here, there = index + p * row, to + p * packed_row
            for j in range(0, whole_n, width):
                store_tile(load_row(ONE, b, here + j), packed, there + j, 0)
            copy_run(b, here + whole_n, packed, there + whole_n, n - whole_n)
        return
    for j in range(0, whole_n, width):
        for p in range(0, whole_k, width):
            tile = load_square(b, index + p * row + j * column, column)
            store_tile(transpose_tile(tile), packed, to + p * packed_row + j, packed_row)
    for j in range(n):
        for p in range(whole_k if j < whole_n else 0, k):
            packed[to + p * packed_row + j] = b[index + p * row + j * column]


@inlined
def part(share, shares, count, step):
    """(start, stop) of one of `shares` even parts of range(count); parts begin at multiples of step."""
    steps = (count + step - 1) // step
    return min(count, steps * share // shares * step), min(count, steps * (share + 1) // shares * step)


@kernel("void(int64, UniTuple(float32[::1], 4), int64[::1])", twin=matmul_twin)
def multiply_share(share, arrays, numbers):
    """One rectangle of c[m, n] = a[m, k] @ b[k, n] (fresh) or c + a @ b; steps: between rows, between columns."""
    a, b, c, scratch = arrays
    m, n, k, a_row, a_column, b_row, b_column, fresh, row_shares, column_shares, room, block = to_fixed_tuple(
        numbers, 12
    )
    top, bottom = part(share // column_shares, row_shares, m, TALL_ROWS)
    left, right = part(share % column_shares, column_shares, n, lanes(a))
    packed_b = aligned(scratch, share * room)
    packed_row = (-(-min(COLUMNS, right - left) // lanes(a)) | 1) * lanes(a)
    packed_a = packed_b + min(k, DEPTH) * packed_row + COLUMNS
    edge, b_rows = np.empty(EDGE, a.dtype), np.empty(min(k, DEPTH), np.int64)
    nothing = edge[EDGE - TALL_ROWS :]
    clear_run(nothing, 0, TALL_ROWS)
    for p in range(min(k, DEPTH)):
        b_rows[p] = p * packed_row
    for p in range(0, k, DEPTH):
        depth = min(DEPTH, k - p)
        for j in range(left, right, COLUMNS):
            columns = min(COLUMNS, right - j)
            pack_rows(b, p * b_row + j * b_column, b_row, b_column, depth, columns, scratch, packed_b, packed_row)
            for i in range(top, bottom, ROWS):
                rows = min(ROWS, bottom - i)
                pack_columns(a, i * a_row + p * a_column, a_row, a_column, rows, depth, TALL_ROWS, scratch, packed_a)
                at = (
                    packed_a, TALL_ROWS * depth, 1, TALL_ROWS, packed_b, i * n + j, n, rows, columns, depth, 0, 0,
                    np.int64(fresh == 1 and p == 0),
                )  # fmt: skip
                call_address(block, ((scratch, scratch, b_rows, c, nothing, edge), as_integers(at)))


@kernel("void(float32[::1], float32[::1], int64, int64, float32[::1], UniTuple(int64, 3), boolean)", twin=matmul_twin)
def multiply_rows(a, b, b_row, b_column, c, sizes, fresh):
    """c[m, n] = a[m, k] @ b[k, n] (fresh) or c + a @ b for few rows: nothing is packed, b is read as it lies."""
    m, n, k = sizes
    for i in range(m):
        row, left = c[i * n : i * n + n], a[i * k : i * k + k]
        if fresh:
            clear_run(row, 0, n)
        if b_row == 1:
            for j in range(n):
                column, total = b[j * b_column : j * b_column + k], row[j]
                for p in range(k):
                    total += left[p] * column[p]
                row[j] = total
            continue
        for p in range(0, k - 3, 4):
            b0, b1 = b[p * b_row : p * b_row + n], b[(p + 1) * b_row : (p + 1) * b_row + n]
            b2, b3 = b[(p + 2) * b_row : (p + 2) * b_row + n], b[(p + 3) * b_row : (p + 3) * b_row + n]
            for j in range(n):
                row[j] += left[p] * b0[j] + left[p + 1] * b1[j] + left[p + 2] * b2[j] + left[p + 3] * b3[j]
        for p in range(k // 4 * 4, k):
            b0 = b[p * b_row : p * b_row + n]
            for j in range(n):
                row[j] += left[p] * b0[j]


def _flat(a: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """The memory of a matrix as it lies, and its steps; a copy where neither rows nor columns are contiguous."""
    if a.flags.c_contiguous:
        steps = (a.shape[1], 1)
    elif a.flags.f_contiguous:
        a, steps = a.T, (1, a.shape[0])
    else:
        a, steps = np.ascontiguousarray(a), (a.shape[1], 1)
    if not a.flags.writeable:  # numba would compile everything once more for arrays that are read-only
        a = a.copy()
    return a.reshape(-1), steps


def _multiply(a: np.ndarray, b: np.ndarray, c: np.ndarray, fresh: bool) -> None:
    """c = a @ b (fresh) or c + a @ b, c contiguous."""
    (m, k), n = a.shape, b.shape[1]
    if a.dtype.kind != "f" or a.dtype.itemsize < 4:
        if fresh:
            c[...] = 0
        (flat_a, (a_row, a_column)), (flat_b, (b_row, b_column)) = _flat(a), _flat(b)
        matmul_twin(flat_a, a_row, a_column, flat_b, b_row, b_column, c.reshape(-1), m, n, k)
        return
    if n == 1 < m:
        a, b, m, n = b.T, a.T, n, m
    flat_b, b_steps = _flat(b)
    if m <= 3 or k <= 1:
        flat_a = np.ascontiguousarray(a).reshape(-1)
        multiply_rows(flat_a, flat_b, *b_steps, c.reshape(-1), (m, n, k), fresh)
        return
    flat_a, a_steps = _flat(a)
    shares = numba.get_num_threads() if m * n * k > SERIAL_WORK else 1
    numbers, room = _plan(m, n, k, *a_steps, *b_steps, fresh, shares, a.dtype)
    launch(multiply_share, shares, (flat_a, flat_b, c.reshape(-1), empty((shares * room,), a.dtype)), numbers)


@lru_cache(maxsize=1024)
def _plan(m, n, k, a_row, a_column, b_row, b_column, fresh, shares, dtype):
    """What `multiply_share` must know, and the scratch each share needs."""
    row_shares, column_shares = (shares, 1) if m > n else (1, shares)
    lanes, depth = lanes_of(dtype), min(k, DEPTH)
    width = (-(-min(COLUMNS, n) // lanes) | 1) * lanes
    room = depth * (width + min(m, ROWS) + TALL_ROWS) + COLUMNS + EDGE
    steps = (a_row, a_column, b_row, b_column)
    block = block_address(multiply_tall, dtype)
    return np.array((m, n, k, *steps, fresh, row_shares, column_shares, room, block), np.int64), room


def matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a[m, k] @ b[k, n]; transposed views are read where they lie."""
    out = empty((a.shape[0], b.shape[1]), a.dtype)
    _multiply(a, b, out, True)
    return out


def addmm(bias: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """bias + a[m, k] @ b[k, n], the bias broadcast to [m, n]."""
    out = empty((a.shape[0], b.shape[1]), a.dtype)
    out[...] = bias
    _multiply(a, b, out, False)
    return out


def bmm(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a[i] @ b[i] for every i."""
    out = empty((a.shape[0], a.shape[1], b.shape[2]), a.dtype)
    for left, right, product in zip(a, b, out, strict=True):
        _multiply(left, right, product, True)
    return out
