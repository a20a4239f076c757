"""Copies of a block of a matrix in the order in which the tiles read it, from end to end.

A panel holds up to three vectors of columns of b, row after row; a strip holds TALL_ROWS rows of a, column by column.
A panel's copy may write up to a vector of rows more, which the scratch of the caller must bear.
"""

from nbgrad.kernels.cpu.gemm.tiles import ONE, TALL_ROWS
from nbgrad.kernels.cpu.simd import (
    copy_part,
    lanes,
    load_row_part,
    load_square,
    load_square_part,
    store_tile,
    transpose_tile,
)
from nbgrad.kernels.registry import kernel

PACK = "void(UniTuple(float32[::1], 2), UniTuple(int64, 6))"


@kernel()
def pack_panel_twin(arrays, at):
    """packed[k, n] = b[k, n] for any steps of b."""
    b, packed = arrays
    index, row, column, k, n, to = at
    for p in range(k):
        for j in range(n):
            packed[to + p * n + j] = b[index + p * row + j * column]


@kernel(PACK, twin=pack_panel_twin)
def pack_panel(arrays, at):
    """packed[k, n up to whole vectors] = b[k, n], zeros behind column n."""
    b, packed = arrays
    index, row, column, k, n, to = at
    width = lanes(b)
    packed_row = (n + width - 1) // width * width
    if column == 1:
        for p in range(k):
            for j in range(0, n, width):
                store_tile(load_row_part(ONE, b, index + p * row + j, n - j), packed, to + p * packed_row + j, 0)
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


@kernel()
def pack_strips_twin(arrays, at):
    """For each strip of a[m, k]: packed[k, TALL_ROWS], its transpose."""
    a, packed = arrays
    index, row, column, m, k, to = at
    for i in range(m):
        for p in range(k):
            strip, place = i // TALL_ROWS, i % TALL_ROWS
            packed[to + (strip * k + p) * TALL_ROWS + place] = a[index + i * row + p * column]


@kernel(PACK, twin=pack_strips_twin)
def pack_strips(arrays, at):
    """Strips of a[m, k], one after the other; what stands behind row m does not count."""
    a, packed = arrays
    index, row, column, m, k, to = at
    step = min(lanes(a), TALL_ROWS) if row == 1 else TALL_ROWS
    for p in range(k):
        for i in range(0, m, step):
            source, target = index + i * row + p * column, to + (i // TALL_ROWS * k + p) * TALL_ROWS + i % TALL_ROWS
            if row == 1:
                copy_part(a, source, packed, target, min(step, m - i))
            else:
                for r in range(min(step, m - i)):
                    packed[target + r] = a[source + r * row]
