"""Products of register tiles whose right-hand rows may overlap, as windows of an image do: the heart of convolution.

Tiles of c stay in registers while a column of `a` times a row of `b` is added k times. Where the rows of `b` begin is
read from a table.
"""

import platform
from functools import cache

import numba
import numpy as np
from numba import types

from nbgrad.kernels.cpu.launch import address_of
from nbgrad.kernels.cpu.simd import (
    FLOAT_LANES,
    add_column,
    add_outer,
    add_tile,
    lanes,
    store_tile,
    store_tile_part,
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
def part(share, shares, count, step):
    """(start, stop) of one of `shares` even parts of range(count); parts begin at multiples of step."""
    steps = (count + step - 1) // step
    return min(count, steps * share // shares * step), min(count, steps * (share + 1) // shares * step)
