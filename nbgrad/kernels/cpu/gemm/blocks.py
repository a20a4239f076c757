"""Large products in blocks that stay in the caches, after Goto and van de Geijn, «Anatomy of High-Performance Matrix
Multiplication» (2008), and BLIS (Van Zee and van de Geijn, 2015).

    for each part of k, DEPTH deep
        for each COLUMNS columns of b: pack them into panels of three vectors
            for each ROWS rows of a (packed into strips of TALL_ROWS rows where they are not whole)
                for each panel, for each strip: a tile of c += strip @ panel

A block of a, ROWS x DEPTH, stays in the second-level cache while all panels go by; a panel is read from there, or from
the first, for every strip. Rows of a that are whole are read where they lie: packed, they were no faster.
"""

import numpy as np
from numba.np.unsafe.ndarray import to_fixed_tuple

from nbgrad.kernels.cpu.gemm.tiles import PANEL_VECTORS, TALL_ROWS, matmul_twin
from nbgrad.kernels.cpu.launch import as_integers, call_address, inlined, part
from nbgrad.kernels.cpu.simd import FLOAT_LANES, aligned, lanes
from nbgrad.kernels.registry import kernel

DEPTH = 32 * FLOAT_LANES  # numbers: with AVX-512 a panel has 96 KiB, a block of a 512 KiB
ROWS = 256
COLUMNS = 1024
BIG = 1 << 17  # numbers in an `a` that is worth packing, if its rows are not whole
MANY_ROWS = 64  # rows of a that repay packing a b whose rows are whole, if it is
DEEP = 160  # so deep that a panel read where it lies fills the first-level cache, or
CROWDED = 100  # so deep while its rows, a multiple of 512 bytes apart, compete for an eighth of that cache

SHARE = "void(int64, UniTuple(float32[::1], 4), int64[::1])"
NUMBERS = 10  # m, n, k, steps of a and b, columns of start, shares along rows and columns
CALLED = 5  # the addresses behind them: panels of one to three vectors, packing of b and of a


@inlined
def panel_columns(left, width):
    """How many of the columns that are left the next panel takes: three vectors, or two twice rather than one alone."""
    vectors = (left + width - 1) // width
    return min(left, (2 if vectors == 2 or vectors == 4 else PANEL_VECTORS) * width)


@kernel(SHARE, twin=matmul_twin)
def multiply_blocks(share, arrays, numbers):
    """One rectangle of c[m, n] = start[n] + a[m, k] @ b[k, n]; it calls panels and packing."""
    a, b, c, start = arrays
    m, n, k, a_row, a_column, b_row, b_column, s_columns, row_shares, column_shares = to_fixed_tuple(numbers, NUMBERS)
    panel_1, panel_2, panel_3, pack_panel, pack_strips = to_fixed_tuple(numbers[NUMBERS:], CALLED)
    width = lanes(a)
    top, bottom = part(share // column_shares, row_shares, m, TALL_ROWS)
    left, right = part(share % column_shares, column_shares, n, width)
    pack_a = a_column != 1 and m * k > BIG and n > 2 * TALL_ROWS
    pack_b = b_column != 1 or (m > MANY_ROWS and k > (CROWDED if b_row % (8 * width) == 0 else DEEP))
    parts = max(1, (k + DEPTH - 1) // DEPTH)
    depth = (k + parts - 1) // parts
    packed_columns = min(COLUMNS, (right - left + width - 1) // width * width) if pack_b else 0
    packed_rows = min(ROWS, (bottom - top + TALL_ROWS - 1) // TALL_ROWS * TALL_ROWS) if pack_a else 0
    scratch = np.empty((packed_columns + packed_rows) * depth + (PANEL_VECTORS * width + 1) * width, a.dtype)
    panels = aligned(scratch, 0)
    strips = panels + packed_columns * depth
    for p in range(0, max(k, 1), max(depth, 1)):
        deep = min(depth, k - p)
        for block in range(left, right, COLUMNS):
            stop = min(right, block + COLUMNS)
            if pack_b:  # rows of b in small groups, so that each is read from end to end
                group = width if b_column == 1 else max(deep, 1)
                for q in range(0, deep, group):
                    j = block
                    while j < stop:
                        columns = panel_columns(stop - j, width)
                        row = (columns + width - 1) // width * width
                        at = (
                            (p + q) * b_row + j * b_column, b_row, b_column, min(group, deep - q), columns,
                            panels + (j - block) * deep + q * row,
                        )  # fmt: skip
                        call_address(pack_panel, ((b, scratch), as_integers(at)))
                        j += columns
            for i in range(top, bottom, ROWS):
                rows = min(ROWS, bottom - i)
                source, a_index, a_tile, tile_row, tile_column = (
                    a, i * a_row + p * a_column, TALL_ROWS * a_row, a_row, a_column,
                )  # fmt: skip
                if pack_a:
                    at = a_index, a_row, a_column, rows, deep, strips
                    call_address(pack_strips, ((a, scratch), as_integers(at)))
                    source, a_index, a_tile, tile_row, tile_column = scratch, strips, TALL_ROWS * deep, 1, TALL_ROWS
                j = block
                while j < stop:
                    columns = panel_columns(stop - j, width)
                    vectors = (columns + width - 1) // width
                    other, b_index, panel_row = b, p * b_row + j * b_column, b_row
                    if pack_b:
                        other, b_index, panel_row = scratch, panels + (j - block) * deep, vectors * width
                    c_index = i * n + j
                    first, s_index, s_row, first_columns = c, c_index, n, columns
                    if p == 0:
                        first, s_index, s_row, first_columns = start, j, 0, min(columns, s_columns - j)
                    tiles = (
                        a_index, a_tile, tile_row, tile_column, b_index, panel_row, c_index, n, s_index, s_row,
                        first_columns, rows, columns, deep,
                    )  # fmt: skip
                    address = panel_1 if vectors == 1 else panel_2 if vectors == 2 else panel_3
                    call_address(address, ((source, other, c, first), as_integers(tiles)))
                    j += columns
