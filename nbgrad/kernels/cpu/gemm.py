"""Matrix products: register tiles over packed blocks, on all threads.

`multiply_block` is the heart, for convolutions too: tiles of c stay in registers while a column of `a` times a row of
`b` is added k times. Where the rows of `b` begin is read from a table, so they may overlap, as windows of an image do.
"""

import platform

import numba
import numpy as np

from nbgrad.device import empty
from nbgrad.kernels.cpu.simd import (
    FLOAT_LANES,
    add_column,
    add_outer,
    add_tile,
    aligned,
    lanes,
    lanes_of,
    load_square,
    store_tile,
    transpose_tile,
    zeros_tile,
)
from nbgrad.kernels.registry import kernel
from nbgrad.runtime import launch_lock

# A tile, a row of b and one value of a must fit in the registers: 32 of them with AVX-512 and NEON, otherwise 16.
MANY_REGISTERS = FLOAT_LANES == 16 or platform.machine().lower() in ("arm64", "aarch64")
TALL = (0,) * (8 if MANY_REGISTERS else 4)
TALL_WIDE, TALL_NARROW = (0,) * 3, (0,) * 2
TALL_ROWS = len(TALL)
EDGE = 512  # values of the largest tile, a multiple of every alignment

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


@kernel()
def multiply_panel(height, width, a, a_at, b, b_index, b_rows, c, c_at, m, n, k, start, start_at, fresh, edge):
    """c[:m, :n] = a @ b + start (fresh) or c + a @ b, for n <= one tile's columns."""
    size = len(height)
    a_index, a_block, a_row, a_column = a_at
    c_index, c_row = c_at
    start_index, start_step = start_at
    columns = len(width) * lanes(a)
    for i in range(0, m, size):
        tile = zeros_tile(height, width, a)
        here, there = a_index + i // size * a_block, c_index + i * c_row
        for p in range(k):
            tile = add_outer(tile, a, here, a_row, b, b_index + b_rows[p])
            here += a_column
        if m - i >= size and n >= columns:
            if fresh:
                tile = add_column(tile, start, start_index + i * start_step, start_step)
            else:
                tile = add_tile(tile, c, there, c_row)
            store_tile(tile, c, there, c_row)
            continue
        store_tile(tile, edge, 0, columns)
        for r in range(min(size, m - i)):
            for j in range(min(n, columns)):
                old = start[start_index + (i + r) * start_step] if fresh else c[there + r * c_row + j]
                c[there + r * c_row + j] = old + edge[r * columns + j]


@kernel()
def multiply_block(height, wide, narrow, a, a_at, b, b_index, b_rows, c, c_at, m, n, k, start, start_at, fresh, edge):
    """c[m, n] = a @ b + start (fresh) or c + a @ b.

    a_at: (index, step between tiles of rows, between rows, between columns), c_at: (index, step between rows).
    Row p of b begins at b_index + b_rows[p]. start: a value for each row, at (index, step). `a` must be readable up to
    a whole tile of rows, `b` up to a whole tile of columns; `edge` holds one tile.
    """
    width, j = lanes(a), 0
    while j < n:
        # narrow is one vector less than wide, so both together cover (almost) every width without waste
        vectors = (n - j + width - 1) // width
        narrow_ones = -vectors % len(wide)
        here, there = b_index + j, (c_at[0] + j, c_at[1])
        if vectors <= len(narrow) or 0 < narrow_ones * len(narrow) <= vectors:
            multiply_panel(
                height, narrow, a, a_at, b, here, b_rows, c, there, m, n - j, k, start, start_at, fresh, edge
            )
            j += len(narrow) * width
        else:
            multiply_panel(height, wide, a, a_at, b, here, b_rows, c, there, m, n - j, k, start, start_at, fresh, edge)
            j += len(wide) * width


@kernel()
def pack_columns(a, index, row, column, m, k, height, packed, to):
    """packed[tile of rows][k][height] = a[m, k], with zeros below the last row."""
    for i in range(0, m, height):
        rows = min(height, m - i)
        for p in range(k):
            here = index + i * row + p * column
            for r in range(rows):
                packed[to + r] = a[here + r * row]
            for r in range(rows, height):
                packed[to + r] = 0
            to += height


@kernel()
def pack_rows(b, index, row, column, k, n, packed, to, packed_row):
    """packed[k, packed_row] = b[k, n]; what lies behind column n is left as it was."""
    width = lanes(b)
    if column == 1:
        for p in range(k):
            here, there = index + p * row, to + p * packed_row
            for j in range(n):
                packed[there + j] = b[here + j]
        return
    whole_k, whole_n = k // width * width, n // width * width
    for j in range(0, whole_n, width):
        for p in range(0, whole_k, width):
            tile = load_square(b, index + p * row + j * column, column)
            store_tile(transpose_tile(tile), packed, to + p * packed_row + j, packed_row)
    for j in range(n):
        for p in range(whole_k if j < whole_n else 0, k):
            packed[to + p * packed_row + j] = b[index + p * row + j * column]


@kernel()
def part(share, shares, count, step):
    """(start, stop) of one of `shares` even parts of range(count); parts begin at multiples of step."""
    steps = (count + step - 1) // step
    return min(count, steps * share // shares * step), min(count, steps * (share + 1) // shares * step)


@kernel()
def multiply_share(share, row_shares, column_shares, a, a_steps, b, b_steps, c, sizes, fresh, scratch):
    """One rectangle of c[m, n] = a[m, k] @ b[k, n] (fresh) or c + a @ b; steps: between rows, between columns."""
    m, n, k, scratch_size = sizes
    top, bottom = part(share // column_shares, row_shares, m, TALL_ROWS)
    left, right = part(share % column_shares, column_shares, n, lanes(a))
    a_row, a_column = a_steps
    b_row, b_column = b_steps
    packed_b = aligned(scratch, share * scratch_size)
    packed_row = (-(-min(COLUMNS, right - left) // lanes(a)) | 1) * lanes(a)
    packed_a = packed_b + min(k, DEPTH) * packed_row + COLUMNS
    edge, nothing = np.empty(EDGE, a.dtype), np.zeros(1, a.dtype)
    b_rows = np.arange(min(k, DEPTH)) * packed_row
    for p in range(0, k, DEPTH):
        depth = min(DEPTH, k - p)
        for j in range(left, right, COLUMNS):
            columns = min(COLUMNS, right - j)
            pack_rows(b, p * b_row + j * b_column, b_row, b_column, depth, columns, scratch, packed_b, packed_row)
            for i in range(top, bottom, ROWS):
                rows = min(ROWS, bottom - i)
                pack_columns(a, i * a_row + p * a_column, a_row, a_column, rows, depth, TALL_ROWS, scratch, packed_a)
                multiply_block(
                    TALL, TALL_WIDE, TALL_NARROW, scratch, (packed_a, TALL_ROWS * depth, 1, TALL_ROWS),
                    scratch, packed_b, b_rows, c, (i * n + j, n), rows, columns, depth, nothing, (0, 0),
                    fresh and p == 0, edge,
                )  # fmt: skip


@kernel(parallel=True)
def multiply_shares(row_shares, column_shares, a, a_steps, b, b_steps, c, sizes, fresh, scratch):
    """`multiply_share` of every share, each on its thread."""
    for share in numba.prange(row_shares * column_shares):
        multiply_share(
            np.int64(share), row_shares, column_shares, a, a_steps, b, b_steps, c, sizes, fresh, scratch
        )


@kernel(twin=matmul_twin)
def multiply_rows(a, b, b_row, b_column, c, sizes, fresh):
    """c[m, n] = a[m, k] @ b[k, n] (fresh) or c + a @ b for few rows: nothing is packed, b is read as it lies."""
    m, n, k = sizes
    for i in range(m):
        row, here = i * n, i * k
        if fresh:
            c[row : row + n] = 0
        if b_row == 1:
            for j in range(n):
                total = c[row + j]
                for p in range(k):
                    total += a[here + p] * b[j * b_column + p]
                c[row + j] = total
            continue
        for p in range(k // 4 * 4, k):
            for j in range(n):
                c[row + j] += a[here + p] * b[p * b_row + j]
        for p in range(0, k // 4 * 4, 4):
            a0, a1, a2, a3 = a[here + p], a[here + p + 1], a[here + p + 2], a[here + p + 3]
            b0, b1, b2, b3 = p * b_row, (p + 1) * b_row, (p + 2) * b_row, (p + 3) * b_row
            for j in range(n):
                c[row + j] += a0 * b[b0 + j] + a1 * b[b1 + j] + a2 * b[b2 + j] + a3 * b[b3 + j]


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
    row_shares, column_shares = (shares, 1) if m > n else (1, shares)
    lanes = lanes_of(a.dtype)
    depth, width = min(k, DEPTH), (-(-min(COLUMNS, n) // lanes) | 1) * lanes
    scratch_size = depth * (width + min(m, ROWS) + TALL_ROWS) + COLUMNS + EDGE
    scratch = empty((shares * scratch_size,), a.dtype)
    rest = (row_shares, column_shares, flat_a, a_steps, flat_b, b_steps, c.reshape(-1), (m, n, k, scratch_size), fresh)
    if shares == 1:
        multiply_share(0, *rest, scratch)
    else:
        with launch_lock:
            multiply_shares(*rest, scratch)


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
