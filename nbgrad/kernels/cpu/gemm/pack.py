"""Copies of a block of a matrix in the order in which the tiles read it, from end to end.

A strip holds TALL_ROWS rows of a, column after column; a panel holds up to three vectors of columns of b, row after
row. Where a copy ends within a vector, more than the block is written: up to a vector of columns of a strip, or of
rows of a panel, which the caller's scratch must bear.
"""

from nbgrad.kernels.cpu.gemm.tiles import ONE, TALL, TALL_ROWS
from nbgrad.kernels.cpu.simd import (
    add_within,
    by_columns,
    lanes,
    load_square,
    load_square_part,
    load_within,
    store_tile,
    transpose_tile,
    zeros_tile,
)
from nbgrad.kernels.registry import kernel

PACK = "void(UniTuple(float32[::1], 2), UniTuple(int64, 6))"


@kernel()
def pack_twin(arrays, at):
    """packed[k, n] = x[k, n] for any steps of x."""
    x, packed = arrays
    index, row, column, k, n, to = at
    for p in range(k):
        for j in range(n):
            packed[to + p * n + j] = x[index + p * row + j * column]


@kernel(PACK, twin=pack_twin)
def pack_panel(arrays, at):
    """packed[k, n up to whole vectors] = b[k, n], zeros behind column n."""
    b, packed = arrays
    index, row, column, k, n, to = at
    width = lanes(b)
    packed_row = (n + width - 1) // width * width
    if column == 1:
        for p in range(k):
            for j in range(0, n, width):
                store_tile(load_within(b, index + p * row + j, n - j), packed, to + p * packed_row + j, 0)
    elif row == 1:
        for j in range(0, n, width):
            for p in range(0, k, width):
                here = index + p + j * column
                if j + width <= n and p + width <= k:
                    square = load_square(b, here, column)
                else:
                    square = load_square_part(b, here, column, n - j, k - p)
                store_tile(transpose_tile(square), packed, to + p * packed_row + j, packed_row)
    else:
        for p in range(k):
            for j in range(packed_row):
                packed[to + p * packed_row + j] = b[index + p * row + j * column] if j < n else 0


@kernel(PACK, twin=pack_twin)
def pack_strip(arrays, at):
    """packed[k, TALL_ROWS] = the transpose of a[m, k]; what stands behind row m does not count."""
    a, packed = arrays
    index, row, column, m, k, to = at
    width = lanes(a)
    if row == 1:
        for p in range(k):
            for i in range(0, m, width):
                store_tile(load_within(a, index + p * column + i, m - i), packed, to + p * TALL_ROWS + i, 0)
    elif column == 1:
        for p in range(0, k, width):
            rows = add_within(zeros_tile(TALL, ONE, a), a, index + p, row, m - 1, k - p)
            store_tile(by_columns(rows), packed, to + p * TALL_ROWS, width)
    else:
        for p in range(k):
            for i in range(m):
                packed[to + p * TALL_ROWS + i] = a[index + i * row + p * column]
