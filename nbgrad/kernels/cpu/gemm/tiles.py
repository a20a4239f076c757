"""The innermost loops: a tile of c stays in registers while a column of `a` times a row of `b` is added k times."""

from nbgrad.kernels.cpu.launch import inlined
from nbgrad.kernels.cpu.simd import (
    MANY_REGISTERS,
    add_outer_part,
    add_outer_within,
    add_within,
    lanes,
    store_within,
    zeros_tile,
)
from nbgrad.kernels.registry import kernel

ONE = (0,)
TALL = (0,) * (8 if MANY_REGISTERS else 4)  # rows of a tile
TALL_ROWS = len(TALL)
TWO, THREE = (0,) * 2, (0,) * 3  # vectors of a tile
PANEL_VECTORS = len(THREE)


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
    left, a_tile, a_row, a_column, right, b_row, c_index, c_row, s_index, s_row, s_columns, m, n, k = at
    size, behind = len(height), len(width) * lanes(a) - n
    # Whole vectors reach behind column n, into the next rows of b, but not behind the last row.
    whole = k - min(k, (behind + b_row - 1) // b_row if b_row > 0 else k) if behind > 0 else k
    for i in range(0, m, size):
        last = min(size, m - i) - 1
        tile = zeros_tile(height, width, a)
        a_index, b_index = left, right
        for _ in range(whole):
            tile = add_outer_within(tile, a, a_index, a_row, last, b, b_index)
            a_index += a_column
            b_index += b_row
        for _ in range(whole, k):
            tile = add_outer_part(tile, a, a_index, a_row, last, b, b_index, n)
            a_index += a_column
            b_index += b_row
        if s_columns > 0:
            tile = add_within(tile, start, s_index + i * s_row, s_row, last, s_columns)
        store_within(tile, c, c_index + i * c_row, c_row, last, n)
        left += a_tile


PANEL = "void(UniTuple(float32[::1], 4), UniTuple(int64, 14))"


@kernel(PANEL)
def multiply_panel_1(arrays, at):
    """`multiply_panel` of one vector."""
    multiply_panel(TALL, ONE, arrays, at)


@kernel(PANEL)
def multiply_panel_2(arrays, at):
    """`multiply_panel` of two vectors."""
    multiply_panel(TALL, TWO, arrays, at)


@kernel(PANEL)
def multiply_panel_3(arrays, at):
    """`multiply_panel` of three vectors."""
    multiply_panel(TALL, THREE, arrays, at)
