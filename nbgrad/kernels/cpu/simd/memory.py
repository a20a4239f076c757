"""Between memory and registers: whole tiles, parts of them, and runs of memory."""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.np.arrayobj import populate_array

from nbgrad.kernels.cpu.simd.tile import Tile, tile_function
from nbgrad.kernels.cpu.simd.width import ALIGNMENT, FLOAT_LANES, intrinsic


@intrinsic
def memory_of(typing_context, array):
    """The memory of an array of any rank and steps, flat, from its first element on."""
    flat = types.Array(array.dtype, 1, "C")

    def codegen(context, builder, signature, values):
        given, result = (
            context.make_array(array)(context, builder, values[0]),
            context.make_array(flat)(context, builder),
        )
        size, item = ir.Constant(ir.IntType(64), 1 << 60), ir.Constant(ir.IntType(64), array.dtype.bitwidth // 8)
        populate_array(result, given.data, [size], [item], item, None)
        return result._getvalue()

    return flat(array), codegen


@intrinsic
def aligned(typing_context, array, index):
    """The first index from `index` on whose address is a multiple of a cache line."""

    def codegen(context, builder, signature, values):
        size = array.dtype.bitwidth // 8
        data = context.make_array(array)(context, builder, values[0]).data
        address = builder.ptrtoint(builder.gep(data, [values[1]]), ir.IntType(64))
        missing = builder.and_(builder.neg(address), ir.Constant(ir.IntType(64), ALIGNMENT - 1))
        return builder.add(values[1], builder.lshr(missing, ir.Constant(ir.IntType(64), size.bit_length() - 1)))

    return types.intp(array, types.intp), codegen


@intrinsic
def clear_run(typing_context, target, to, count):
    """target[to : to + count] = 0"""

    def codegen(context, builder, signature, values):
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        size = ir.Constant(ir.IntType(64), signature.args[0].dtype.bitwidth // 8)
        cgutils.memset(builder, builder.gep(data, [values[1]]), builder.mul(values[2], size), 0)
        return context.get_dummy_value()

    return types.none(target, types.intp, types.intp), codegen


@intrinsic
def copy_part(typing_context, source, start, target, to, count):
    """target[to : to + count] = source[start : start + count] for a count below the lanes of a register."""
    tile = Tile(1, 1, source.dtype)

    def write(writer, _source, start, _target, to, count):
        mask = writer.inside(count)
        writer.store(2, to, writer.load(0, start, mask), mask)

    return tile_function(tile, types.none, (source, types.intp, target, types.intp, types.intp), write)


@intrinsic
def load_row(typing_context, width, array, index):
    """A tile of one row: array[index + v * lanes ...]"""
    tile = Tile(1, len(width), array.dtype)

    def write(writer, _width, _array, index):
        starts = [writer.offset(index, vector * tile.lanes, None) for vector in range(tile.vectors)]
        return writer.aggregate([writer.load(1, start) for start in starts])

    return tile_function(tile, tile, (width, array, types.intp), write)


@intrinsic
def load_row_part(typing_context, width, array, index, columns):
    """`load_row` of the first columns, zeros behind; nothing behind them is read."""
    tile = Tile(1, len(width), array.dtype)

    def write(writer, _width, _array, index, columns):
        starts = [writer.offset(index, vector * tile.lanes, None) for vector in range(tile.vectors)]
        return writer.aggregate([writer.load(1, *each) for each in zip(starts, writer.masks(columns), strict=True)])

    return tile_function(tile, tile, (width, array, types.intp, types.intp), write)


@intrinsic
def load_square(typing_context, array, index, stride):
    """A tile of one vector in each of `lanes` rows."""
    tile = Tile(FLOAT_LANES * 32 // array.dtype.bitwidth, 1, array.dtype)

    def write(writer, _array, index, stride):
        return writer.aggregate([writer.load(0, writer.offset(index, row, stride)) for row in range(tile.rows)])

    return tile_function(tile, tile, (array, types.intp, types.intp), write)


@intrinsic
def load_square_part(typing_context, array, index, stride, rows, columns):
    """`load_square` of the first rows and columns, zeros behind."""
    tile = Tile(FLOAT_LANES * 32 // array.dtype.bitwidth, 1, array.dtype)

    def write(writer, _array, index, stride, rows, columns):
        registers = []
        for row in range(tile.rows):
            is_row = writer.builder.icmp_signed("<", writer.integer(row), rows)
            count = writer.builder.select(is_row, columns, writer.integer(0))
            registers.append(writer.load(0, writer.offset(index, row, stride), writer.inside(count)))
        return writer.aggregate(registers)

    return tile_function(tile, tile, (array, *(types.intp,) * 4), write)


@intrinsic
def store_tile(typing_context, tile, array, index, stride):
    """array[index + r * stride + v * lanes ...] = tile[r][v]"""

    def write(writer, aggregate, _array, index, stride):
        registers = writer.registers(aggregate)
        for place, row, vector in tile.cells():
            start = writer.offset(index, row, stride)
            writer.store(1, writer.offset(start, vector * tile.lanes, None), registers[place])

    return tile_function(tile, types.none, (tile, array, types.intp, types.intp), write)


@intrinsic
def store_tile_part(typing_context, tile, array, index, stride, rows, columns):
    """`store_tile` of the first rows and columns."""

    def write(writer, aggregate, _array, index, stride, rows, columns):
        registers = writer.registers(aggregate)
        for place, row, vector in tile.cells():
            is_row = writer.builder.icmp_signed("<", writer.integer(row), rows)
            width = writer.builder.select(is_row, columns, writer.integer(0))
            start = writer.offset(writer.offset(index, row, stride), vector * tile.lanes, None)
            writer.store(1, start, registers[place], writer.inside(width, vector))

    return tile_function(tile, types.none, (tile, array, types.intp, types.intp, types.intp, types.intp), write)


@intrinsic
def store_within(typing_context, tile, array, index, stride, last, columns):
    """array[index + min(r, last) * stride + v * lanes ...] = tile[r][v] up to `columns`; where rows meet, the last."""

    def write(writer, aggregate, _array, index, stride, last, columns):
        rows, masks = writer.rows_within(index, stride, last, tile.rows), writer.masks(columns)
        registers = writer.registers(aggregate)
        for place, row, vector in tile.cells():
            start = writer.offset(rows[row], vector * tile.lanes, None)
            writer.store(1, start, registers[place], masks[vector])

    size = types.intp
    return tile_function(tile, types.none, (tile, array, size, size, size, size), write)


@intrinsic
def store_scattered(typing_context, tile, array, index, stride, rows, places, place):
    """array[index + r * stride + places[place + v] ...] = tile[r][v], of the first `rows` rows.

    Of vector v, places[place + vectors + v] lanes are written.
    """

    def write(writer, aggregate, _array, index, stride, rows, _places, place):
        registers = writer.registers(aggregate)
        for place_in_tile, row, vector in tile.cells():
            to = writer.scalar(5, writer.offset(place, vector, None))
            count = writer.scalar(5, writer.offset(place, tile.vectors + vector, None))
            is_row = writer.builder.icmp_signed("<", writer.integer(row), rows)
            count = writer.builder.select(is_row, count, writer.integer(0))
            start = writer.builder.add(writer.offset(index, row, stride), to)
            writer.store(1, start, registers[place_in_tile], writer.inside(count))

    size = types.intp
    return tile_function(tile, types.none, (tile, array, size, size, size, places, size), write)


@intrinsic
def store_rows(typing_context, tile, array, index, places, place):
    """array[index + places[place + r] + v * lanes ...] = tile[r][v]"""

    def write(writer, aggregate, _array, index, _places, place):
        registers = writer.registers(aggregate)
        for place_in_tile, row, vector in tile.cells():
            to = writer.builder.add(index, writer.scalar(3, writer.offset(place, row, None)))
            writer.store(1, writer.offset(to, vector * tile.lanes, None), registers[place_in_tile])

    size = types.intp
    return tile_function(tile, types.none, (tile, array, size, places, size), write)
