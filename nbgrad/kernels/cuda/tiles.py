"""What the kernels of products share: a tile of the result in the registers of a block, fed from shared memory.

For each step along the sum the threads of a block bring a strip of the left and one of the right factor into shared
memory; each thread then adds outer products of a few numbers of both to its own part of the tile.
"""

from typing import Any, NamedTuple

from nbgrad.kernels.cuda.driver import SIMULATOR, cuda, device_function

ALIGNMENT = None if SIMULATOR else 16  # of shared memory: four float32 are read at once
STRIP = 8  # numbers along the sum in shared memory


class Tile(NamedTuple):
    """How a block divides a tile: each thread has `down` rows and `across` columns, in runs of neighbours.

    A run is one wide read from shared memory; a thread's runs lie `apart`. A line of a strip is longer than the tile,
    so that a column of it touches different banks.
    """

    threads: int
    along: int  # threads along a row of the tile
    down: int
    across: int
    row_run: int
    row_apart: int
    row_line: int
    column_run: int
    column_apart: int
    column_line: int


def tile_of(rows: int, columns: int, down: int, across: int) -> Tile:
    """The tile of rows x columns of which each thread has down x across."""
    along, row_run, column_run = columns // across, min(down, 4), min(across, 4)
    row_apart, column_apart = rows // (down // row_run), columns // (across // column_run)
    return Tile(
        rows // down * along, along, down, across, row_run, row_apart, rows + 4, column_run, column_apart, columns + 4
    )


def products_of(tile: Tile) -> Any:
    """The device function (lefts, rights, strip, row, column, sums): add what a strip gives to a thread's part."""
    _, _, down, across, row_run, row_apart, _, column_run, column_apart, _ = tile

    @device_function
    def add_products(lefts, rights, strip, row, column, sums):
        left, right = cuda.local.array(down, lefts.dtype), cuda.local.array(across, lefts.dtype)
        for depth in range(STRIP):
            for i in range(down):
                left[i] = lefts[strip, depth, i // row_run * row_apart + row * row_run + i % row_run]
            for j in range(across):
                right[j] = rights[strip, depth, j // column_run * column_apart + column * column_run + j % column_run]
            for i in range(down):
                for j in range(across):
                    sums[i, j] += left[i] * right[j]

    return add_products
