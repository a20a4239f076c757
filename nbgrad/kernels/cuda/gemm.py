"""Matrix products: a tile of c for each block (`tiles`), and sums of columns.

Larger tiles read each number fewer times but leave fewer blocks: small products take small tiles.
"""

from typing import Any

import numpy as np

from nbgrad.kernels.cuda.copy import flat, steps_of, zeros
from nbgrad.kernels.cuda.driver import cuda
from nbgrad.kernels.cuda.memory import empty, nothing
from nbgrad.kernels.cuda.registry import kernel, launch, launch_grid
from nbgrad.kernels.cuda.tiles import ALIGNMENT, STRIP, products_of, tile_of
from nbgrad.strided import DeviceArray, DifferentDevices

_PRODUCT = "void({0}[::1], {0}[::1], {0}[::1], {0}[::1], UniTuple(int64, 11))"
_SIGNATURES = tuple(_PRODUCT.format(kind) for kind in ("float32", "float64"))


@kernel(*_SIGNATURES)
def matmul_twin(a, b, start, c, at):
    """c[i, m, n] = start[m, n] + Σ_k a[i, m, k] b[i, k, n], one thread for each number; also of whole numbers.

    at: m, n, k; the steps of `a` between matrices, rows, columns; those of `b`; of `start` between rows, columns.
    An empty start is zeros; c is contiguous.
    """
    m, n, k, a_matrix, a_row, a_column, b_matrix, b_row, b_column, start_row, start_column = at
    for place in range(cuda.grid(1), c.size, cuda.gridsize(1)):
        matrix, row, column = place // (m * n), place // n % m, place % n
        left, right, total = matrix * a_matrix + row * a_row, matrix * b_matrix + column * b_column, c.dtype.type(0)
        for p in range(k):
            total += c.dtype.type(a[left + p * a_column] * b[right + p * b_row])
        if start.size > 0:
            total += start[row * start_row + column * start_column]
        c[place] = total


@kernel(*_SIGNATURES)
def sums_twin(a, b, sums, c, at):
    """`matmul_twin` of one matrix without a start; and sums[m] = Σ_k a[m, k], by the threads of the first column."""
    _, n, k, _, a_row, a_column, _, b_row, b_column, _, _ = at
    for place in range(cuda.grid(1), c.size, cuda.gridsize(1)):
        row, column, total, line = place // n, place % n, c.dtype.type(0), c.dtype.type(0)
        for p in range(k):
            total += a[row * a_row + p * a_column] * b[column * b_column + p * b_row]
            line += a[row * a_row + p * a_column]
        c[place] = total
        if column == 0:
            sums[row] = line


def _tiles(
    name: str, tile: int, part: int, blocks_together: int, signatures: tuple[str, ...], summing: bool = False
) -> Any:  # fmt: skip
    """`matmul_twin` in tiles of tile x tile, each thread part x part of it; or, `summing`, `sums_twin`."""
    shape = tile_of(tile, tile, part, part)
    threads, across, run, apart, line = shape.threads, shape.along, shape.row_run, shape.row_apart, shape.row_line
    loads = tile * STRIP // threads  # numbers of each strip a thread brings
    add_products = products_of(shape)

    @kernel(*signatures, name=name, twin=sums_twin if summing else matmul_twin, bounds=(threads, blocks_together))
    def multiply(a, b, start, c, at):
        m, n, k, a_matrix, a_row, a_column, b_matrix, b_row, b_column, start_row, start_column = at
        lefts = cuda.shared.array((2, STRIP, line), c.dtype, ALIGNMENT)
        rights = cuda.shared.array((2, STRIP, line), c.dtype, ALIGNMENT)
        sums = cuda.local.array((part, part), c.dtype)
        next_left, next_right = cuda.local.array(loads, c.dtype), cuda.local.array(loads, c.dtype)
        zero = c.dtype.type(0)
        here = cuda.threadIdx.x & 1023
        down, along = here // across, here % across
        tiles_along = (n + tile - 1) // tile
        tiles = (m + tile - 1) // tile * tiles_along
        block = cuda.blockIdx.x & 0x7FFFFFFF
        matrix, top, edge = block // tiles, block % tiles // tiles_along * tile, block % tiles_along * tile
        # neighbouring threads read neighbours in memory, whichever way a matrix lies
        row, p, row_step, p_step = here // STRIP, here % STRIP, threads // STRIP, 0
        if a_column != 1:
            row, p, row_step, p_step = here % tile, here // tile, threads % tile, threads // tile
        column, q, column_step, q_step = here // STRIP, here % STRIP, threads // STRIP, 0
        if b_column == 1:
            column, q, column_step, q_step = here % tile, here // tile, threads % tile, threads // tile
        a_place, a_step = matrix * a_matrix + (top + row) * a_row + p * a_column, row_step * a_row + p_step * a_column
        b_place, b_step = (
            matrix * b_matrix + (edge + column) * b_column + q * b_row,
            column_step * b_column + q_step * b_row,
        )
        rows, columns, a_rest, b_rest = m - top - row, n - edge - column, k - p, k - q
        for i in range(part):
            for j in range(part):
                sums[i, j] = zero
        strip, line_sum = 0, zero
        for first in range(-STRIP, k, STRIP):
            more = first + STRIP < k
            if more:  # what the next strip needs is on its way while this one is used
                for i in range(loads):
                    next_left[i] = zero
                    next_right[i] = zero
                    if i * row_step < rows and i * p_step < a_rest:
                        next_left[i] = a[np.uint64(a_place + i * a_step)]
                    if i * column_step < columns and i * q_step < b_rest:
                        next_right[i] = b[np.uint64(b_place + i * b_step)]
                a_place += STRIP * a_column
                b_place += STRIP * b_row
                a_rest -= STRIP
                b_rest -= STRIP
            if first >= 0:
                add_products(lefts, rights, strip & 1, down, along, sums)
                if summing and edge == 0 and here < tile:
                    for depth in range(STRIP):
                        line_sum += lefts[strip & 1, depth, here]
            if more:
                strip ^= 1
                for i in range(loads):
                    lefts[strip & 1, p + i * p_step, row + i * row_step] = next_left[i]
                    rights[strip & 1, q + i * q_step, column + i * column_step] = next_right[i]
            cuda.syncthreads()
        for i in range(part):
            row = top + i // run * apart + down * run + i % run
            for j in range(part):
                column = edge + j // run * apart + along * run + j % run
                if row < m and column < n:
                    total = sums[i, j]
                    if not summing and start.size > 0:
                        total += start[row * start_row + column * start_column]
                    c[(matrix * m + row) * n + column] = total
        if summing and edge == 0 and here < tile and top + here < m:
            start[top + here] = line_sum

    return multiply


_WIDE = _tiles("multiply_wide", 128, 8, 2, _SIGNATURES[:1])  # float64 does not fit the registers
_MIDDLE = _tiles("multiply_middle", 64, 4, 2, _SIGNATURES)
_NARROW = _tiles("multiply_narrow", 32, 2, 4, _SIGNATURES)
_SUMMING = {
    _WIDE: _tiles("sums_wide", 128, 8, 2, _SIGNATURES[:1], True),
    _MIDDLE: _tiles("sums_middle", 64, 4, 2, _SIGNATURES, True),
    _NARROW: _tiles("sums_narrow", 32, 2, 4, _SIGNATURES, True),
}
_THREADS = 256
_BUSY = 48  # blocks from which a GPU has enough to do
_SMALL = 1 << 12  # multiplications that are done before a strip is in shared memory


def _design(m: int, n: int, matrices: int, dtype: np.dtype) -> tuple[Any, int]:
    """(kernel, blocks): the largest tiles that leave enough blocks."""
    for design, tile in ((_WIDE, 128), (_MIDDLE, 64)):
        blocks = -(-m // tile) * -(-n // tile) * matrices
        if blocks >= _BUSY and (tile == 64 or dtype.itemsize == 4):
            return design, blocks
    return _NARROW, -(-m // 32) * -(-n // 32) * matrices


def _seen(x: DeviceArray) -> DeviceArray:
    """What a kernel takes of an array that may have gaps: its numbers and what lies between, flat."""
    if type(x) is not DeviceArray:
        raise DifferentDevices
    if x.flags.c_contiguous:
        return x
    reach = 1 + sum((extent - 1) * step for extent, step in zip(x.shape, steps_of(x), strict=True))
    return DeviceArray(x.storage, (reach,), x.dtype, None, x.offset)


def _multiply(
    sizes: tuple[int, int, int, int], a: DeviceArray, b: DeviceArray, start: DeviceArray | None, out: DeviceArray
) -> None:
    """out[i] = start + a[i] @ b[i], the start broadcast to a matrix; sizes: matrices, m, n, k.

    a, b: of three axes, or of two where there is one matrix.
    """
    matrices, m, n, k = sizes
    if out.size == 0:
        return
    start_steps = (0, 0)
    if start is not None:
        sides, walk = (1, 1, *start.shape)[-2:], (0, 0, *steps_of(start))[-2:]
        start_steps = tuple([0 if side == 1 else step for side, step in zip(sides, walk, strict=True)])
    at = (m, n, k, *(0, *steps_of(a))[-3:], *(0, *steps_of(b))[-3:], *start_steps)
    arrays = (
        _seen(a) if k else out,
        _seen(b) if k else out,
        nothing(out.dtype) if start is None else _seen(start),
        out,
    )
    if out.dtype.kind != "f" or out.size * k <= _SMALL:
        launch(matmul_twin, out.size, *arrays, at)
    else:
        design, blocks = _design(m, n, matrices, out.dtype)
        launch_grid(design, blocks, _THREADS, *arrays, at)


def matmul(a: Any, b: Any, start: Any = None, out: Any = None) -> Any:
    """start[n] + a[m, k] @ b[k, n], whatever their steps; into out[m, n], if given, which is contiguous."""
    (m, k), n = a.shape, b.shape[1]
    if out is None:
        out = empty((m, n), a.dtype)
    _multiply((1, m, n, k), a, b, start, out)
    return out


def matmul_and_sums(a: DeviceArray, b: DeviceArray) -> tuple[DeviceArray, DeviceArray]:
    """(a[m, k] @ b[k, n], Σ_k a[m, k]), floating-point: the gradients of a linear layer's weights and bias."""
    (m, k), n = a.shape, b.shape[1]
    if m * n * k == 0:
        return zeros((m, n), a.dtype), zeros((m,), a.dtype)
    out, sums = empty((m, n), a.dtype), empty((m,), a.dtype)
    at = (m, n, k, 0, *steps_of(a), 0, *steps_of(b), 0, 0)
    if out.size * k <= _SMALL:
        launch(sums_twin, out.size, _seen(a), _seen(b), sums, out, at)
    else:
        design, blocks = _design(m, n, 1, out.dtype)
        launch_grid(_SUMMING[design], blocks, _THREADS, _seen(a), _seen(b), sums, out, at)
    return out, sums


def addmm(bias: Any, a: Any, b: Any) -> Any:
    """bias + a[m, k] @ b[k, n], the bias broadcast to [m, n]."""
    return matmul(a, b, bias)


def bmm(a: Any, b: Any) -> Any:
    """a[i] @ b[i] for every i."""
    (matrices, m, k), n = a.shape, b.shape[2]
    out = empty((matrices, m, n), a.dtype)
    _multiply((matrices, m, n, k), a, b, None, out)
    return out


_LANES, _GROUPS = 32, 8  # neighbouring columns of a block, and groups of its rows


@kernel("void(float32[::1], float32[::1], int64, int64, int64)")
def sum_columns_twin(a, out, rows, columns, parts):
    """out[part, j] = Σ a[i, j] over the rows i = part, part + parts, ..., one thread for each number."""
    for place in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        total = out.dtype.type(0)
        for i in range(place // columns, rows, parts):
            total += a[i * columns + place % columns]
        out[place] = total


@kernel("void(float32[::1], float32[::1], int64, int64, int64)", twin=sum_columns_twin)
def sum_columns(a, out, rows, columns, parts):
    """`sum_columns_twin` by blocks of 32 columns, whose rows 8 groups of threads share."""
    sums = cuda.shared.array((_GROUPS, _LANES), out.dtype)
    lane, group = cuda.threadIdx.x % _LANES, cuda.threadIdx.x // _LANES
    blocks = (columns + _LANES - 1) // _LANES
    part, column = cuda.blockIdx.x // blocks, cuda.blockIdx.x % blocks * _LANES + lane
    total = out.dtype.type(0)
    if column < columns:
        for i in range(part + group * parts, rows, _GROUPS * parts):
            total += a[i * columns + column]
    sums[group, lane] = total
    cuda.syncthreads()
    if group == 0 and column < columns:
        for other in range(1, _GROUPS):
            total += sums[other, lane]
        out[part * columns + column] = total


_ROWS = 512  # that one block adds up


def column_sums(a: Any) -> Any:
    """out[j] = Σ_i a[i, j], in an order that depends on the shape alone."""
    rows, columns = a.shape
    parts = max(1, min(-(-rows // _ROWS), _ROWS))
    a, out = flat(a), empty((parts, columns), a.dtype)
    if out.size:
        blocks = parts * -(-columns // _LANES)
        launch_grid(sum_columns, blocks, _LANES * _GROUPS, a, out, rows, columns, parts)
    return out.reshape(columns) if parts == 1 else column_sums(out)


def linear_gradients(g: DeviceArray, x: DeviceArray, w: DeviceArray | None) -> tuple[Any, Any, Any]:
    """Gradients of the bias, x and w of x @ wᵀ + bias; none of x without w."""
    dw, db = matmul_and_sums(g.T, x)
    return db, None if w is None else matmul(g, w), dw
