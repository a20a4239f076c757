"""Products of few rows, as in a layer of a small batch: b is read once, as it lies."""

import numpy as np
from numba.np.unsafe.ndarray import to_fixed_tuple

from nbgrad.kernels.cpu.gemm.blocks import NUMBERS, SHARE
from nbgrad.kernels.cpu.gemm.tiles import ONE, matmul_twin, multiply_panel
from nbgrad.kernels.cpu.launch import inlined, part
from nbgrad.kernels.cpu.simd import (
    FLOAT_LANES,
    MANY_REGISTERS,
    add_inner,
    add_inner_part,
    add_outer,
    add_outer_part,
    lanes,
    store_lane_sums,
    store_tile,
    store_within,
    zeros_tile,
)
from nbgrad.kernels.registry import kernel

ROW = (0,) * 8  # vectors of a single row of c
RUN = (0,) * 4  # vectors of a row of c that are written at once
INNER_ROWS, INNER_COLUMNS = (0,) * (4 if MANY_REGISTERS else 2), (0,) * 4  # a tile of inner products
INNER_ROW = (0,) * max(8, FLOAT_LANES)  # inner products of a single row


@kernel(SHARE, twin=matmul_twin)
def multiply_row(share, arrays, numbers):
    """Some columns of c[1, n] = start[n] + a[1, k] @ b[k, n] for rows of b that are contiguous."""
    a = arrays[0]
    _, n, k, a_row, a_column, b_row, _, s_columns, _, shares = to_fixed_tuple(numbers, NUMBERS)
    left, right = part(share, shares, n, lanes(a))
    size = len(ROW) * lanes(a)
    for j in range(left, right, size):
        at = 0, 0, a_row, a_column, j, b_row, j, n, j, 0, s_columns - j, 1, min(size, right - j), k
        multiply_panel(ONE, ROW, arrays, at)


@kernel(SHARE, twin=matmul_twin)
def multiply_outer(share, arrays, numbers):
    """A rectangle of c[m, n] = a[m, 1] @ b[1, n] for a b that is contiguous, in the order in which c lies."""
    a, b, c, _ = arrays
    m, n, _, a_row, _, _, _, _, row_shares, column_shares = to_fixed_tuple(numbers, NUMBERS)
    top, bottom = part(share // column_shares, row_shares, m, 1)
    left, right = part(share % column_shares, column_shares, n, lanes(a))
    step = lanes(a)
    size = len(RUN) * step
    whole = left + (right - left) // size * size
    for i in range(top, bottom):
        for j in range(left, whole, size):
            store_tile(add_outer(zeros_tile(ONE, RUN, a), a, i * a_row, 0, b, j), c, i * n + j, 0)
        for j in range(whole, right, step):
            rest = add_outer_part(zeros_tile(ONE, ONE, a), a, i * a_row, 0, 0, b, j, right - j)
            store_within(rest, c, i * n + j, 0, 0, right - j)


@inlined
def multiply_inner(height, width, share, arrays, numbers):
    """A rectangle of c[m, n] = start[n] + a[m, k] @ b[k, n] for rows of a and columns of b that are contiguous.

    `lanes` steps of k at a time, into as many sums; they are added in the end.
    """
    a, b, c, start = arrays
    m, n, k, a_row, _, _, b_column, s_columns, row_shares, column_shares = to_fixed_tuple(numbers, NUMBERS)
    top, bottom = part(share // column_shares, row_shares, m, len(height))
    first, stop = part(share % column_shares, column_shares, n, len(width))
    step = lanes(a)
    sums = np.empty(max(len(height) * len(width), step) + step, a.dtype)
    for j in range(first, stop, len(width)):
        right, b_last = j * b_column, min(len(width), stop - j) - 1
        for i in range(top, bottom, len(height)):
            left, a_last = i * a_row, min(len(height), bottom - i) - 1
            tile = zeros_tile(height, width, a)
            for p in range(0, k // step * step, step):
                tile = add_inner(tile, a, left + p, a_row, a_last, b, right + p, b_column, b_last)
            if k % step:
                p = k // step * step
                tile = add_inner_part(tile, a, left + p, a_row, a_last, b, right + p, b_column, b_last, k - p)
            store_lane_sums(tile, sums, 0)
            for r in range(a_last + 1):
                for q in range(b_last + 1):
                    total = sums[r * len(width) + q]
                    if j + q < s_columns:
                        total += start[j + q]
                    c[(i + r) * n + j + q] = total


@kernel(SHARE, twin=matmul_twin)
def multiply_inner_row(share, arrays, numbers):
    """`multiply_inner` of one row."""
    multiply_inner(ONE, INNER_ROW, share, arrays, numbers)


@kernel(SHARE, twin=matmul_twin)
def multiply_inner_rows(share, arrays, numbers):
    """`multiply_inner` of several rows."""
    multiply_inner(INNER_ROWS, INNER_COLUMNS, share, arrays, numbers)
