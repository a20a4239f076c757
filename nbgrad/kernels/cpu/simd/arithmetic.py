"""Sums and products added to a tile, from arrays."""

from typing import Any

from llvmlite import ir
from numba import types

from nbgrad.kernels.cpu.simd.tile import Tile, tile_function
from nbgrad.kernels.cpu.simd.width import intrinsic


@intrinsic
def zeros_tile(typing_context, height, width, array):
    """A tile of zeros with the dtype of `array`."""
    tile = Tile(len(height), len(width), array.dtype)

    def write(writer, *_):
        zero = ir.Constant(tile.register, [ir.Constant(tile.scalar, 0.0)] * tile.lanes)
        return writer.aggregate([zero for _ in tile.cells()])

    return tile_function(tile, tile, (height, width, array), write)


@intrinsic
def add_tile(typing_context, tile, array, index, stride):
    """tile[r][v] + array[index + r * stride + v * lanes ...]"""

    def write(writer, aggregate, _array, index, stride):
        registers = writer.registers(aggregate)
        rows = [writer.offset(index, row, stride) for row in range(tile.rows)]
        for place, row, vector in tile.cells():
            other = writer.load(1, writer.offset(rows[row], vector * tile.lanes, None))
            registers[place] = writer.builder.fadd(registers[place], other)
        return writer.aggregate(registers)

    return tile_function(tile, tile, (tile, array, types.intp, types.intp), write)


@intrinsic
def add_within(typing_context, tile, array, index, stride, last, columns):
    """tile[r][v] + array[index + min(r, last) * stride + v * lanes ...], zeros from `columns` on."""

    def write(writer, aggregate, _array, index, stride, last, columns):
        rows, masks = writer.rows_within(index, stride, last, tile.rows), writer.masks(columns)
        registers = writer.registers(aggregate)
        for place, row, vector in tile.cells():
            start = writer.offset(rows[row], vector * tile.lanes, None)
            other = writer.load(1, start, masks[vector])
            registers[place] = writer.builder.fadd(registers[place], other)
        return writer.aggregate(registers)

    size = types.intp
    return tile_function(tile, tile, (tile, array, size, size, size, size), write)


@intrinsic
def add_column(typing_context, tile, array, index, stride):
    """tile[r][v] + array[index + r * stride], one value for a whole row."""

    def write(writer, aggregate, _array, index, stride):
        registers = writer.registers(aggregate)
        column = [writer.splat(writer.scalar(1, writer.offset(index, row, stride))) for row in range(tile.rows)]
        return writer.aggregate([writer.builder.fadd(registers[place], column[row]) for place, row, _ in tile.cells()])

    return tile_function(tile, tile, (tile, array, types.intp, types.intp), write)


@intrinsic
def add_outer(typing_context, tile, a, a_index, a_stride, b, b_index):
    """tile[r][v] + a[a_index + r * a_stride] * b[b_index + v * lanes ...]: a column times a row."""

    def write(writer, aggregate, _a, a_index, a_stride, _b, b_index):
        registers = writer.registers(aggregate)
        row_of_b = [writer.load(4, writer.offset(b_index, v * tile.lanes, None)) for v in range(tile.vectors)]
        column = [writer.splat(writer.scalar(1, writer.offset(a_index, r, a_stride))) for r in range(tile.rows)]
        return writer.aggregate(
            [writer.multiply_add(column[r], row_of_b[v], registers[place]) for place, r, v in tile.cells()]
        )

    return tile_function(tile, tile, (tile, a, types.intp, types.intp, b, types.intp), write)


def _add_outer_within(tile: Tile, arguments: tuple[Any, ...]) -> Any:
    def write(writer, aggregate, _a, a_index, a_stride, last, _b, b_index, columns=None):
        registers = writer.registers(aggregate)
        starts = [writer.offset(b_index, v * tile.lanes, None) for v in range(tile.vectors)]
        masks = [None] * tile.vectors if columns is None else writer.masks(columns)
        row_of_b = [writer.load(5, *each) for each in zip(starts, masks, strict=True)]
        column = [writer.splat(writer.scalar(1, i)) for i in writer.rows_within(a_index, a_stride, last, tile.rows)]
        return writer.aggregate(
            [writer.multiply_add(column[r], row_of_b[v], registers[place]) for place, r, v in tile.cells()]
        )

    return tile_function(tile, tile, arguments, write)


@intrinsic
def add_outer_within(typing_context, tile, a, a_index, a_stride, last, b, b_index):
    """tile[r][v] + a[a_index + min(r, last) * a_stride] * b[b_index + v * lanes ...]: a column times a row."""
    size = types.intp
    return _add_outer_within(tile, (tile, a, size, size, size, b, size))


@intrinsic
def add_outer_part(typing_context, tile, a, a_index, a_stride, last, b, b_index, columns):
    """`add_outer_within` of the first columns; of b, nothing behind them is read."""
    size = types.intp
    return _add_outer_within(tile, (tile, a, size, size, size, b, size, size))


@intrinsic
def add_outer_spread(typing_context, tile, a, a_index, rows, row, columns, column, b, b_index):
    """tile[r][v] + a[a_index + rows[row + r] + columns[column]] * b[b_index + v * lanes ...]

    `add_outer` of a column whose numbers are anywhere.
    """

    def write(writer, aggregate, _a, a_index, _rows, row, _columns, column, _b, b_index):
        registers = writer.registers(aggregate)
        index = writer.builder.add(a_index, writer.scalar(5, column))
        places = [writer.scalar(3, writer.offset(row, r, None)) for r in range(tile.rows)]
        row_of_b = [writer.load(7, writer.offset(b_index, v * tile.lanes, None)) for v in range(tile.vectors)]
        left = [writer.splat(writer.scalar(1, writer.builder.add(index, place))) for place in places]
        return writer.aggregate(
            [writer.multiply_add(left[r], row_of_b[v], registers[place]) for place, r, v in tile.cells()]
        )

    index = types.intp
    return tile_function(tile, tile, (tile, a, index, rows, index, columns, index, b, index), write)


@intrinsic
def add_outer_scattered(typing_context, tile, a, a_index, b, b_index, starts, start, columns, column):
    """tile[r][v] + a[a_index + r] * b[b_index + starts[start + v] + columns[column] ...]

    `add_outer` of a row whose vectors are anywhere.
    """

    def write(writer, aggregate, _a, a_index, _b, b_index, _starts, start, _columns, column):
        registers = writer.registers(aggregate)
        index = writer.builder.add(b_index, writer.scalar(7, column))
        places = [writer.scalar(5, writer.offset(start, v, None)) for v in range(tile.vectors)]
        right = [writer.load(3, writer.builder.add(index, place)) for place in places]
        left = [writer.splat(writer.scalar(1, writer.offset(a_index, r, None))) for r in range(tile.rows)]
        return writer.aggregate(
            [writer.multiply_add(left[r], right[v], registers[place]) for place, r, v in tile.cells()]
        )

    index = types.intp
    return tile_function(tile, tile, (tile, a, index, b, index, starts, index, columns, index), write)


def _add_inner(tile: Tile, arguments: tuple[Any, ...]) -> Any:
    def write(writer, aggregate, _a, a_index, a_stride, a_last, _b, b_index, b_stride, b_last, count=None):
        registers = writer.registers(aggregate)
        mask = None if count is None else writer.inside(count)
        left = [writer.load(1, row, mask) for row in writer.rows_within(a_index, a_stride, a_last, tile.rows)]
        right = [writer.load(5, row, mask) for row in writer.rows_within(b_index, b_stride, b_last, tile.vectors)]
        return writer.aggregate(
            [writer.multiply_add(left[r], right[v], registers[place]) for place, r, v in tile.cells()]
        )

    return tile_function(tile, tile, arguments, write)


@intrinsic
def add_inner(typing_context, tile, a, a_index, a_stride, a_last, b, b_index, b_stride, b_last):
    """Adds a[a_index + min(r, a_last) * a_stride ...] * b[b_index + min(v, b_last) * b_stride ...] to tile[r][v]."""
    size = types.intp
    return _add_inner(tile, (tile, a, size, size, size, b, size, size, size))


@intrinsic
def add_inner_part(typing_context, tile, a, a_index, a_stride, a_last, b, b_index, b_stride, b_last, count):
    """`add_inner` of the first `count` lanes; nothing behind them is read."""
    size = types.intp
    return _add_inner(tile, (tile, a, size, size, size, b, size, size, size, size))


def _add_lanewise(tile: Tile, arguments: tuple[Any, ...]) -> Any:
    def write(writer, aggregate, _a, a_index, _rows, row, _b, b_index, _starts, first, count=None):
        registers, mask = writer.registers(aggregate), None if count is None else writer.inside(count)
        rows = [writer.scalar(3, writer.offset(row, r, None)) for r in range(tile.rows)]
        starts = [writer.scalar(7, writer.offset(first, v, None)) for v in range(tile.vectors)]
        left = [writer.load(1, writer.builder.add(a_index, place), mask) for place in rows]
        right = [writer.load(5, writer.builder.add(b_index, place), mask) for place in starts]
        return writer.aggregate(
            [writer.multiply_add(left[r], right[v], registers[place]) for place, r, v in tile.cells()]
        )

    return tile_function(tile, tile, arguments, write)


@intrinsic
def add_lanewise(typing_context, tile, a, a_index, rows, row, b, b_index, starts, first):
    """tile[r][v] + a[a_index + rows[row + r] ...] * b[b_index + starts[first + v] ...], lane by lane."""
    index = types.intp
    return _add_lanewise(tile, (tile, a, index, rows, index, b, index, starts, index))


@intrinsic
def add_lanewise_part(typing_context, tile, a, a_index, rows, row, b, b_index, starts, first, count):
    """`add_lanewise` of the first `count` lanes; what lies behind them is not read."""
    index = types.intp
    return _add_lanewise(tile, (tile, a, index, rows, index, b, index, starts, index, index))
