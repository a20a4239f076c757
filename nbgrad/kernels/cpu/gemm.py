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
from nbgrad.kernels.cpu.launch import (
    address_of,
    as_integers,
    awake,
    call_address,
    inlined,
    launched,
    part,
    run_shares,
)
from nbgrad.kernels.cpu.simd import (
    FLOAT_LANES,
    MANY_REGISTERS,
    add_inner,
    add_inner_part,
    add_outer_part,
    add_outer_within,
    add_within,
    aligned,
    fetch_tile,
    lanes,
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

ONE = (0,)
TALL = (0,) * (8 if MANY_REGISTERS else 4)
TALL_WIDE, TALL_NARROW = (0,) * 3, (0,) * 2
TALL_ROWS = len(TALL)
ROW = (0,) * 8  # vectors of a single row of c
INNER_ROWS, INNER_COLUMNS = (0,) * (4 if MANY_REGISTERS else 2), (0,) * 4  # a tile of inner products
INNER_ROW = (0,) * max(8, FLOAT_LANES)  # inner products of a single row

DEPTH = 224  # k is cut into parts of about this size: a panel of b stays near
ROWS = COLUMNS = 512  # rows of a and columns of b that stay in the second-level cache
BIG = 1 << 19  # numbers in a matrix that is packed to keep its rows together
FEW = 16  # rows of a for which b is not worth transposing
SERIAL_WORK = 1 << 20  # multiplications below which waking a second thread costs more than it brings
SERIAL_AWAKE = 1 << 15  # ... and below which one that is awake is not worth a launch


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
    a_index, a_row, b_index, b_column, c_index, c_row, s_index, s_columns, m, n, k = at
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
                        total += start[s_index + j + q]
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
def panel_columns(left, width):
    """How many of the columns that are left the next panel takes: three vectors, or two twice rather than one alone."""
    vectors = (left + width - 1) // width
    if vectors == 2 or vectors == 4:
        return min(left, len(TALL_NARROW) * width)
    return min(left, len(TALL_WIDE) * width)


@inlined
def multiply_tall(arrays, at):
    """c[m, n] = start + a @ b in tiles of TALL_ROWS rows, panel by panel."""
    a, b, c, start = arrays
    (
        a_index, a_row, a_column, b_index, b_row, b_column, c_index, c_row, s_index, s_columns, m, n, k, pack_a, pack_b,
        panel_1, panel_2, panel_3,
    ) = at  # fmt: skip
    width, tall = lanes(a), max(lanes(a), TALL_ROWS)
    parts = max(1, (k + DEPTH - 1) // DEPTH)
    depth = (k + parts - 1) // parts
    block_columns = min(COLUMNS, (n + width - 1) // width * width) if pack_b else 0
    block_rows = min(ROWS, (m + tall - 1) // tall * tall) if pack_a else 0
    scratch = np.empty((block_columns + block_rows) * depth + tall, a.dtype)
    packed_b = aligned(scratch, 0)
    packed_a = packed_b + block_columns * depth
    for p in range(0, max(k, 1), max(depth, 1)):
        deep = min(depth, k - p)
        for block in range(0, n, COLUMNS):
            stop = min(n, block + COLUMNS)
            if pack_b:  # rows of b in small groups, so that each is read from end to end
                group = width if b_column == 1 else deep
                for q in range(0, deep, group):
                    j = block
                    while j < stop:
                        columns = panel_columns(stop - j, width)
                        row = (columns + width - 1) // width * width
                        pack_rows(
                            b, b_index + (p + q) * b_row + j * b_column, b_row, b_column, min(group, deep - q), columns,
                            scratch, packed_b + (j - block) * deep + q * row, row,
                        )  # fmt: skip
                        j += columns
            for i in range(0, m, ROWS):
                rows = min(ROWS, m - i)
                left, left_index, left_tile, left_row, left_column = a, a_index + i * a_row + p * a_column, 0, 0, 0
                if pack_a:
                    for r in range(0, rows, tall):
                        pack_rows(
                            a, left_index + r * a_row, a_column, a_row, deep, min(tall, rows - r), scratch,
                            packed_a + r * deep, tall,
                        )  # fmt: skip
                    left, left_index, left_tile, left_row, left_column = scratch, packed_a, tall * deep, 1, tall
                else:
                    left_tile, left_row, left_column = tall * a_row, a_row, a_column
                j = block
                while j < stop:
                    columns = panel_columns(stop - j, width)
                    vectors = (columns + width - 1) // width
                    right, right_index, right_row = b, b_index + p * b_row + j * b_column, b_row
                    if pack_b:
                        right, right_index, right_row = scratch, packed_b + (j - block) * deep, vectors * width
                    here = c_index + i * c_row + j
                    first, first_index, first_row, first_columns = c, here, c_row, columns
                    if p == 0:
                        first, first_index, first_row, first_columns = (
                            start,
                            s_index + j,
                            0,
                            min(columns, s_columns - j),
                        )
                    panel = (
                        left_index, left_tile, left_row, left_column, right_index, right_row, here, c_row, first_index,
                        first_row, first_columns, rows, columns, deep,
                    )  # fmt: skip
                    address = panel_1 if vectors == 1 else panel_2 if vectors == 2 else panel_3
                    call_address(address, ((left, right, c, first), as_integers(panel)))
                    j += columns


PANEL = "void(UniTuple(float32[::1], 4), UniTuple(int64, 14))"


@kernel(PANEL)
def multiply_panel_1(arrays, at):
    """`multiply_panel` of one vector."""
    multiply_panel(TALL, ONE, arrays, at)


@kernel(PANEL)
def multiply_panel_2(arrays, at):
    """`multiply_panel` of two vectors."""
    multiply_panel(TALL, TALL_NARROW, arrays, at)


@kernel(PANEL)
def multiply_panel_3(arrays, at):
    """`multiply_panel` of three vectors."""
    multiply_panel(TALL, TALL_WIDE, arrays, at)


@kernel("void(int64, UniTuple(float32[::1], 4), int64[::1])", twin=matmul_twin)
def multiply_share(share, arrays, numbers):
    """One rectangle of c[m, n] = start[n] + a[m, k] @ b[k, n]; numbers: as `multiply` fills them in."""
    a = arrays[0]
    m, n, k, a_row, a_column, b_row, b_column, s_columns, row_shares, column_shares = to_fixed_tuple(numbers, 10)
    top, bottom = part(share // column_shares, row_shares, m, TALL_ROWS)
    left, right = part(share % column_shares, column_shares, n, lanes(a))
    rows, columns, s_columns = bottom - top, right - left, s_columns - left
    a_index, b_index, c_index = top * a_row, left * b_column, top * n + left
    if m == 1 and b_column == 1:
        for j in range(0, columns, len(ROW) * lanes(a)):
            width = min(len(ROW) * lanes(a), columns - j)
            at = (
                a_index,
                0,
                a_row,
                a_column,
                b_index + j,
                b_row,
                c_index + j,
                n,
                left + j,
                0,
                s_columns - j,
                1,
                width,
                k,
            )
            multiply_panel(ONE, ROW, arrays, at)
    elif m <= FEW and b_row == 1 and a_column == 1:  # not rows: a share must not change the numbers
        edge = np.empty(4 * len(INNER_ROW), a.dtype)
        at = a_index, a_row, b_index, b_column, c_index, n, left, s_columns, rows, columns, k
        if m == 1:
            multiply_inner(ONE, INNER_ROW, arrays, edge, at)
        else:
            multiply_inner(INNER_ROWS, INNER_COLUMNS, arrays, edge, at)
    else:
        panel_1, panel_2, panel_3 = to_fixed_tuple(numbers[10:], 3)
        pack_a = m * k > (BIG // 4 if a_row == 1 else BIG) and n > 2 * TALL_ROWS
        pack_b = b_column != 1 or (m > 4 * FEW and n * k > BIG // 32)
        at = (
            a_index, a_row, a_column, b_index, b_row, b_column, c_index, n, left, s_columns, rows, columns, k, pack_a,
            pack_b,
            panel_1, panel_2, panel_3,
        )  # fmt: skip
        multiply_tall(arrays, at)


@kernel("void(float32[:,:], float32[:,:], float32[:,:], float32[:], int64, int64[::1])", twin=matmul_twin)
def multiply(a, b, c, start, shares, addresses):
    """c[m, n] = start[n] + a[m, k] @ b[k, n]; an empty start is zeros. Any steps; c is contiguous.

    addresses: where the three panels, `multiply_share` and, for more than one share, `run_shares` begin.
    """
    (m, k), n, item = a.shape, b.shape[1], a.itemsize
    numbers = np.empty(13, np.int64)
    numbers[0], numbers[1], numbers[2] = m, n, k
    numbers[3], numbers[4] = a.strides[0] // item, a.strides[1] // item
    numbers[5], numbers[6] = b.strides[0] // item if k > 1 else n, b.strides[1] // item if n > 1 and k > 0 else 1
    numbers[7] = start.size
    numbers[8], numbers[9] = (shares, 1) if m > n else (1, shares)
    numbers[10], numbers[11], numbers[12] = addresses[0], addresses[1], addresses[2]
    arrays = (memory_of(a), memory_of(b), memory_of(c), memory_of(start))
    if shares == 1:
        call_address(addresses[3], (0, arrays, numbers))
    else:
        call_address(addresses[4], (addresses[3], shares, arrays, numbers))


@cache
def _compiled(dtype: np.dtype, shared: bool) -> tuple[Any, np.ndarray, np.ndarray]:
    """`multiply` without numba's choice among signatures, the addresses it takes, and an empty start."""
    number, size = numba.from_dtype(dtype), types.int64
    matrix, four = types.Array(number, 2, "A"), types.UniTuple(number[::1], 4)
    kinds = (matrix, matrix, matrix, types.Array(number, 1, "A"), size, size[::1])
    multiply.compile(kinds)
    panels = [
        address_of(each, four, types.UniTuple(size, 14))
        for each in (multiply_panel_1, multiply_panel_2, multiply_panel_3)
    ]
    share = address_of(multiply_share, size, four, size[::1])
    several = address_of(run_shares, size, size, four, size[::1]) if shared else 0
    return multiply.overloads[kinds].entry_point, np.array([*panels, share, several]), np.empty(0, dtype)


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
    if work <= SERIAL_AWAKE or (work <= SERIAL_WORK and not awake()) or (shares := numba.get_num_threads()) == 1:
        entry(a, b, c, start, 1, addresses)
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
