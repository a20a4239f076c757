"""Register tiles for numba: `rows` x `vectors` SIMD registers held as one value.

A `Tile` is an LLVM aggregate, so a numba variable of this type lives in registers, and each function below unrolls over
it in Python while it writes the LLVM instructions. Shapes travel in types: `height` and `width` are tuples whose
*lengths* are the rows and vectors of the tile (what they hold is ignored), which lets one kernel serve many shapes.
Indices count elements of flat arrays; nothing checks them, callers pad their scratch.
"""

import platform
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from llvmlite import ir
from numba import extending, types
from numba.core import cgutils
from numba.extending import models, register_model
from numba.np.arrayobj import populate_array

from nbgrad.runtime import host_lanes

intrinsic: Any = extending.intrinsic  # what it makes is called inside kernels, with one argument fewer

FLOAT_LANES = host_lanes()
# A tile, a row of b and one value of a must fit in the registers: 32 of them with AVX-512 and NEON, otherwise 16.
MANY_REGISTERS = FLOAT_LANES == 16 or platform.machine().lower() in ("arm64", "aarch64")
ALIGNMENT = 64  # bytes: a cache line, and the widest register


def lanes_of(dtype: Any) -> int:
    """Values of `dtype` that one register holds."""
    return FLOAT_LANES * 4 // np.dtype(dtype).itemsize


class Tile(types.Type):
    """rows x vectors registers of float32 or float64."""

    def __init__(self, rows: int, vectors: int, dtype: types.Float) -> None:
        self.rows, self.vectors, self.dtype = rows, vectors, dtype
        self.lanes = FLOAT_LANES * 32 // dtype.bitwidth
        super().__init__(name=f"Tile({rows} x {vectors} x {self.lanes}, {dtype})")

    @property
    def scalar(self) -> ir.Type:
        return ir.FloatType() if self.dtype.bitwidth == 32 else ir.DoubleType()

    @property
    def register(self) -> ir.VectorType:
        return ir.VectorType(self.scalar, self.lanes)

    def cells(self) -> Iterator[tuple[int, int, int]]:
        """(place in the aggregate, row, vector) of every register."""
        return ((place, *divmod(place, self.vectors)) for place in range(self.rows * self.vectors))


@register_model(Tile)
class TileModel(models.PrimitiveModel):
    def __init__(self, manager: Any, tile: Tile) -> None:
        super().__init__(manager, tile, ir.ArrayType(tile.register, tile.rows * tile.vectors))


class _Writer:
    """The LLVM instructions that the functions below are made of, for one call of one of them."""

    def __init__(self, context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any, tile: Tile) -> None:
        self.builder, self.tile, self.arguments = builder, tile, arguments
        self.arrays = {
            place: context.make_array(kind)(context, builder, arguments[place]).data
            for place, kind in enumerate(signature.args)
            if isinstance(kind, types.Array)
        }

    def integer(self, value: int) -> ir.Constant:
        return ir.Constant(ir.IntType(64), value)

    def offset(self, index: Any, steps: int, stride: Any) -> Any:
        """index + steps * stride; a stride of None is one."""
        step = self.integer(steps) if stride is None else self.builder.mul(stride, self.integer(steps))
        return self.builder.add(index, step)

    def pointer(self, place: int, index: Any) -> Any:
        pointer = self.builder.gep(self.arrays[place], [index])
        return self.builder.bitcast(pointer, self.tile.register.as_pointer())

    def load(self, place: int, index: Any) -> Any:
        value = self.builder.load(self.pointer(place, index))
        value.align = self.tile.dtype.bitwidth // 8
        return value

    def store(self, place: int, index: Any, value: Any) -> None:
        self.builder.store(value, self.pointer(place, index)).align = self.tile.dtype.bitwidth // 8

    def load_part(self, place: int, index: Any, count: Any) -> Any:
        """The first `count` lanes, zeros behind; nothing behind them is read."""
        register, size = self.tile.register, self.tile.dtype.bitwidth
        mask = ir.VectorType(ir.IntType(1), self.tile.lanes)
        kind = ir.FunctionType(register, [register.as_pointer(), ir.IntType(32), mask, register])
        name = f"llvm.masked.load.v{self.tile.lanes}f{size}.p0"
        masked_load = cgutils.get_or_insert_function(self.builder.module, kind, name)
        zeros = ir.Constant(register, [0.0] * self.tile.lanes)
        alignment = ir.Constant(ir.IntType(32), size // 8)
        return self.builder.call(masked_load, [self.pointer(place, index), alignment, self.inside(count), zeros])

    def store_part(self, place: int, index: Any, value: Any, count: Any) -> None:
        """The first `count` lanes; nothing behind them is written."""
        register, size = self.tile.register, self.tile.dtype.bitwidth
        mask = ir.VectorType(ir.IntType(1), self.tile.lanes)
        kind = ir.FunctionType(ir.VoidType(), [register, register.as_pointer(), ir.IntType(32), mask])
        name = f"llvm.masked.store.v{self.tile.lanes}f{size}.p0"
        masked_store = cgutils.get_or_insert_function(self.builder.module, kind, name)
        alignment = ir.Constant(ir.IntType(32), size // 8)
        self.builder.call(masked_store, [value, self.pointer(place, index), alignment, self.inside(count)])

    def inside(self, count: Any) -> Any:
        """Which lanes come before `count`."""
        lane = ir.IntType(32)  # narrow lanes compare faster
        numbers = ir.Constant(ir.VectorType(lane, self.tile.lanes), list(range(self.tile.lanes)))
        return self.builder.icmp_signed("<", numbers, self.splat(self.builder.trunc(count, lane)))

    def scalar(self, place: int, index: Any) -> Any:
        return self.builder.load(self.builder.gep(self.arrays[place], [index]))

    def splat(self, value: Any) -> Any:
        kind = ir.VectorType(value.type, self.tile.lanes)
        undefined, zero = ir.Constant(kind, ir.Undefined), ir.Constant(ir.IntType(32), 0)
        first = self.builder.insert_element(undefined, value, zero)
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), self.tile.lanes), [0] * self.tile.lanes)
        return self.builder.shuffle_vector(first, undefined, zeros)

    def shuffle(self, a: Any, b: Any, order: list[int]) -> Any:
        return self.builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(ir.IntType(32), len(order)), order))

    def multiply_add(self, a: Any, b: Any, c: Any) -> Any:
        """a * b + c, fused where the machine can (`llvm.fma` would call the C library where it cannot)."""
        kind = ir.FunctionType(self.tile.register, [self.tile.register] * 3)
        name = f"llvm.fmuladd.v{self.tile.lanes}f{self.tile.dtype.bitwidth}"
        return self.builder.call(cgutils.get_or_insert_function(self.builder.module, kind, name), [a, b, c])

    def registers(self, aggregate: Any) -> list[Any]:
        return [self.builder.extract_value(aggregate, place) for place, _, _ in self.tile.cells()]

    def aggregate(self, registers: list[Any]) -> Any:
        value = ir.Constant(ir.ArrayType(self.tile.register, len(registers)), ir.Undefined)
        for place, register in enumerate(registers):
            value = self.builder.insert_value(value, register, place)
        return value


def _tile_function(tile: Tile, result: Any, arguments: tuple[Any, ...], write: Callable[..., Any]) -> Any:
    """What an intrinsic returns: its signature and its code. `write(writer, *values)` gives the result or None."""

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        value = write(_Writer(context, builder, signature, values, tile), *values)
        return context.get_dummy_value() if value is None else value

    return result(*arguments), codegen


@intrinsic
def lanes(typing_context, array):
    """Values that one register holds, a constant."""
    count = FLOAT_LANES * 32 // array.dtype.bitwidth
    return types.intp(array), lambda context, builder, signature, values: ir.Constant(ir.IntType(64), count)


@intrinsic
def full_width(typing_context):
    """Let LLVM make vectors as wide as the host's registers in this kernel; by itself it takes AVX-512's at half."""

    def codegen(context, builder, signature, values):
        set.add(builder.function.attributes, f'"prefer-vector-width"="{FLOAT_LANES * 32}"')
        return context.get_dummy_value()

    return types.none(), codegen


@intrinsic
def multiply_add(typing_context, a, b, c):
    """a * b + c of numbers, rounded once where the machine can."""

    def codegen(context, builder, signature, values):
        kind = values[0].type
        name = f"llvm.fmuladd.f{signature.return_type.bitwidth}"
        function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(kind, [kind] * 3), name)
        return builder.call(function, values)

    return a(a, a, a), codegen


def _extremum(name: str, number: types.Float) -> Any:
    def codegen(context, builder, signature, values):
        kind = values[0].type
        function = f"llvm.{name}.f{number.bitwidth}"
        return builder.call(
            cgutils.get_or_insert_function(builder.module, ir.FunctionType(kind, [kind] * 2), function), values
        )

    return number(number, number), codegen


@intrinsic
def maximum(typing_context, a, b):
    """The larger of two floating-point numbers; NaN if either is. Unlike a comparison, it is reduced in vectors."""
    return _extremum("maximum", a)


@intrinsic
def minimum(typing_context, a, b):
    """The smaller of two floating-point numbers; NaN if either is."""
    return _extremum("minimum", a)


@intrinsic
def as_bits(typing_context, x):
    """The bits of a float32 as an int32."""
    return types.int32(types.float32), lambda context, builder, signature, args: builder.bitcast(
        args[0], ir.IntType(32)
    )


@intrinsic
def from_bits(typing_context, bits):
    """The float32 of these 32 bits."""
    return types.float32(types.int32), lambda context, builder, signature, args: builder.bitcast(
        args[0], ir.FloatType()
    )


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
def zeros_tile(typing_context, height, width, array):
    """A tile of zeros with the dtype of `array`."""
    tile = Tile(len(height), len(width), array.dtype)

    def write(writer, *_):
        zero = ir.Constant(tile.register, [ir.Constant(tile.scalar, 0.0)] * tile.lanes)
        return writer.aggregate([zero for _ in tile.cells()])

    return _tile_function(tile, tile, (height, width, array), write)


@intrinsic
def load_row(typing_context, width, array, index):
    """A tile of one row: array[index + v * lanes ...]"""
    tile = Tile(1, len(width), array.dtype)

    def write(writer, _width, _array, index):
        starts = [writer.offset(index, vector * tile.lanes, None) for vector in range(tile.vectors)]
        return writer.aggregate([writer.load(1, start) for start in starts])

    return _tile_function(tile, tile, (width, array, types.intp), write)


@intrinsic
def load_square(typing_context, array, index, stride):
    """A tile of one vector in each of `lanes` rows."""
    tile = Tile(FLOAT_LANES * 32 // array.dtype.bitwidth, 1, array.dtype)

    def write(writer, _array, index, stride):
        return writer.aggregate([writer.load(0, writer.offset(index, row, stride)) for row in range(tile.rows)])

    return _tile_function(tile, tile, (array, types.intp, types.intp), write)


@intrinsic
def load_square_part(typing_context, array, index, stride, rows, columns):
    """`load_square` of the first rows and columns, zeros behind."""
    tile = Tile(FLOAT_LANES * 32 // array.dtype.bitwidth, 1, array.dtype)

    def write(writer, _array, index, stride, rows, columns):
        registers = []
        for row in range(tile.rows):
            is_row = writer.builder.icmp_signed("<", writer.integer(row), rows)
            count = writer.builder.select(is_row, columns, writer.integer(0))
            registers.append(writer.load_part(0, writer.offset(index, row, stride), count))
        return writer.aggregate(registers)

    return _tile_function(tile, tile, (array, *(types.intp,) * 4), write)


@intrinsic
def copy_part(typing_context, source, start, target, to, count):
    """target[to : to + count] = source[start : start + count] for a count below the lanes of a register."""
    tile = Tile(1, 1, source.dtype)

    def write(writer, _source, start, _target, to, count):
        writer.store_part(2, to, writer.load_part(0, start, count), count)

    return _tile_function(tile, types.none, (source, types.intp, target, types.intp, types.intp), write)


@intrinsic
def store_tile(typing_context, tile, array, index, stride):
    """array[index + r * stride + v * lanes ...] = tile[r][v]"""

    def write(writer, aggregate, _array, index, stride):
        registers = writer.registers(aggregate)
        for place, row, vector in tile.cells():
            start = writer.offset(index, row, stride)
            writer.store(1, writer.offset(start, vector * tile.lanes, None), registers[place])

    return _tile_function(tile, types.none, (tile, array, types.intp, types.intp), write)


@intrinsic
def store_tile_part(typing_context, tile, array, index, stride, rows, columns):
    """`store_tile` of the first rows and columns."""

    def write(writer, aggregate, _array, index, stride, rows, columns):
        registers = writer.registers(aggregate)
        for place, row, vector in tile.cells():
            is_row = writer.builder.icmp_signed("<", writer.integer(row), rows)
            width = writer.builder.select(is_row, columns, writer.integer(0))
            width = writer.builder.sub(width, writer.integer(vector * tile.lanes))
            start = writer.offset(writer.offset(index, row, stride), vector * tile.lanes, None)
            writer.store_part(1, start, registers[place], width)

    return _tile_function(tile, types.none, (tile, array, types.intp, types.intp, types.intp, types.intp), write)


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
            writer.store_part(1, start, registers[place_in_tile], count)

    size = types.intp
    return _tile_function(tile, types.none, (tile, array, size, size, size, places, size), write)


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

    return _tile_function(tile, tile, (tile, array, types.intp, types.intp), write)


@intrinsic
def add_column(typing_context, tile, array, index, stride):
    """tile[r][v] + array[index + r * stride], one value for a whole row."""

    def write(writer, aggregate, _array, index, stride):
        registers = writer.registers(aggregate)
        column = [writer.splat(writer.scalar(1, writer.offset(index, row, stride))) for row in range(tile.rows)]
        return writer.aggregate([writer.builder.fadd(registers[place], column[row]) for place, row, _ in tile.cells()])

    return _tile_function(tile, tile, (tile, array, types.intp, types.intp), write)


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

    return _tile_function(tile, tile, (tile, a, types.intp, types.intp, b, types.intp), write)


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
    return _tile_function(tile, tile, (tile, a, index, rows, index, columns, index, b, index), write)


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
    return _tile_function(tile, tile, (tile, a, index, b, index, starts, index, columns, index), write)


def _add_lanewise(tile: Tile, arguments: tuple[Any, ...]) -> Any:
    def write(writer, aggregate, _a, a_index, _rows, row, _b, b_index, _starts, first, count=None):
        def load(place, index):
            return writer.load(place, index) if count is None else writer.load_part(place, index, count)

        registers = writer.registers(aggregate)
        rows = [writer.scalar(3, writer.offset(row, r, None)) for r in range(tile.rows)]
        starts = [writer.scalar(7, writer.offset(first, v, None)) for v in range(tile.vectors)]
        left = [load(1, writer.builder.add(a_index, place)) for place in rows]
        right = [load(5, writer.builder.add(b_index, place)) for place in starts]
        return writer.aggregate(
            [writer.multiply_add(left[r], right[v], registers[place]) for place, r, v in tile.cells()]
        )

    return _tile_function(tile, tile, arguments, write)


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


@intrinsic
def store_sums(typing_context, tile, array, index):
    """array[index + r * vectors + v] = the sum of tile[r][v]'s lanes."""

    def write(writer, aggregate, _array, index):
        for place, vector in enumerate(writer.registers(aggregate)):
            width, total = tile.lanes, vector
            while width > 1:  # fold the upper half onto the lower one
                width //= 2
                low, high = (writer.shuffle(total, total, list(range(i, i + width))) for i in (0, width))
                total = writer.builder.fadd(low, high)
            total = writer.builder.extract_element(total, ir.Constant(ir.IntType(32), 0))
            writer.builder.store(total, writer.builder.gep(writer.arrays[1], [writer.offset(index, place, None)]))

    return _tile_function(tile, types.none, (tile, array, types.intp), write)


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


def _masks(writer: _Writer, columns: Any) -> list[Any]:
    """For each vector of a row, which of its lanes are among the first `columns`."""
    tile, lane = writer.tile, ir.VectorType(ir.IntType(64), writer.tile.lanes)
    starts = [ir.Constant(lane, [v * tile.lanes + i for i in range(tile.lanes)]) for v in range(tile.vectors)]
    return [writer.builder.icmp_signed("<", start, writer.splat(columns)) for start in starts]


def _masked(writer: _Writer, what: str, result: ir.Type, arguments: list[Any]) -> Any:
    kind = ir.FunctionType(result, [each.type for each in arguments])
    name = f"llvm.masked.{what}.v{writer.tile.lanes}f{writer.tile.dtype.bitwidth}.p0"
    return writer.builder.call(cgutils.get_or_insert_function(writer.builder.module, kind, name), arguments)


def _load_masked(writer: _Writer, place: int, index: Any, mask: Any) -> Any:
    """The lanes inside the mask, zeros elsewhere; memory outside is not touched."""
    tile = writer.tile
    size, zeros = ir.Constant(ir.IntType(32), tile.dtype.bitwidth // 8), ir.Constant(tile.register, [0.0] * tile.lanes)
    return _masked(writer, "load", tile.register, [writer.pointer(place, index), size, mask, zeros])


def _store_masked(writer: _Writer, place: int, index: Any, value: Any, mask: Any) -> None:
    size = ir.Constant(ir.IntType(32), writer.tile.dtype.bitwidth // 8)
    _masked(writer, "store", ir.VoidType(), [value, writer.pointer(place, index), size, mask])


def _rows_within(writer: _Writer, index: Any, stride: Any, last: Any, rows: int) -> list[Any]:
    """Where each row begins; those behind the last one are the last one once more."""
    builder, starts = writer.builder, []
    for row in range(rows):
        inside = builder.icmp_signed("<", writer.integer(row), last)
        starts.append(builder.add(index, builder.mul(builder.select(inside, writer.integer(row), last), stride)))
    return starts


@intrinsic
def load_within(typing_context, array, index, columns):
    """A vector of array[index ...], zeros from `columns` on."""
    tile, size = Tile(1, 1, array.dtype), types.intp

    def write(writer, _array, index, columns):
        return writer.aggregate([_load_masked(writer, 0, index, _masks(writer, columns)[0])])

    return _tile_function(tile, tile, (array, size, size), write)


@intrinsic
def add_within(typing_context, tile, array, index, stride, last, columns):
    """tile[r][v] + array[index + min(r, last) * stride + v * lanes ...], zeros from `columns` on."""

    def write(writer, aggregate, _array, index, stride, last, columns):
        rows, masks = _rows_within(writer, index, stride, last, tile.rows), _masks(writer, columns)
        registers = writer.registers(aggregate)
        for place, row, vector in tile.cells():
            start = writer.offset(rows[row], vector * tile.lanes, None)
            other = _load_masked(writer, 1, start, masks[vector])
            registers[place] = writer.builder.fadd(registers[place], other)
        return writer.aggregate(registers)

    size = types.intp
    return _tile_function(tile, tile, (tile, array, size, size, size, size), write)


@intrinsic
def fetch_tile(typing_context, tile, array, index, stride, last):
    """Ask for the memory of a tile that is soon to be written."""

    def write(writer, _aggregate, _array, index, stride, last):
        builder, byte, number = writer.builder, ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        fetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        for row in _rows_within(writer, index, stride, last, tile.rows):
            for vector in range(tile.vectors):
                pointer = builder.bitcast(writer.pointer(1, writer.offset(row, vector * tile.lanes, None)), byte)
                builder.call(fetch, [pointer, number(1), number(3), number(1)])  # to write, keep near, data

    size = types.intp
    return _tile_function(tile, types.none, (tile, array, size, size, size), write)


@intrinsic
def store_within(typing_context, tile, array, index, stride, last, columns):
    """array[index + min(r, last) * stride + v * lanes ...] = tile[r][v] up to `columns`; where rows meet, the last."""

    def write(writer, aggregate, _array, index, stride, last, columns):
        rows, masks = _rows_within(writer, index, stride, last, tile.rows), _masks(writer, columns)
        registers = writer.registers(aggregate)
        for place, row, vector in tile.cells():
            start = writer.offset(rows[row], vector * tile.lanes, None)
            _store_masked(writer, 1, start, registers[place], masks[vector])

    size = types.intp
    return _tile_function(tile, types.none, (tile, array, size, size, size, size), write)


def _add_outer_within(tile: Tile, arguments: tuple[Any, ...]) -> Any:
    def write(writer, aggregate, _a, a_index, a_stride, last, _b, b_index, columns=None):
        registers = writer.registers(aggregate)
        starts = [writer.offset(b_index, v * tile.lanes, None) for v in range(tile.vectors)]
        if columns is None:
            row_of_b = [writer.load(5, start) for start in starts]
        else:
            row_of_b = [_load_masked(writer, 5, *each) for each in zip(starts, _masks(writer, columns), strict=True)]
        column = [writer.splat(writer.scalar(1, i)) for i in _rows_within(writer, a_index, a_stride, last, tile.rows)]
        return writer.aggregate(
            [writer.multiply_add(column[r], row_of_b[v], registers[place]) for place, r, v in tile.cells()]
        )

    return _tile_function(tile, tile, arguments, write)


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


def _add_inner(tile: Tile, arguments: tuple[Any, ...]) -> Any:
    def write(writer, aggregate, _a, a_index, a_stride, a_last, _b, b_index, b_stride, b_last, count=None):
        registers = writer.registers(aggregate)
        mask = None if count is None else _masks(writer, count)[0]

        def load(place, index):
            return writer.load(place, index) if mask is None else _load_masked(writer, place, index, mask)

        left = [load(1, row) for row in _rows_within(writer, a_index, a_stride, a_last, tile.rows)]
        right = [load(5, row) for row in _rows_within(writer, b_index, b_stride, b_last, tile.vectors)]
        return writer.aggregate(
            [writer.multiply_add(left[r], right[v], registers[place]) for place, r, v in tile.cells()]
        )

    return _tile_function(tile, tile, arguments, write)


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


@intrinsic
def store_lane_sums(typing_context, tile, array, index):
    """array[index + r * vectors + v] = the sum of tile[r][v]'s lanes; whole registers are written.

    Two vectors are folded into one: the halves of the first meet in its lower half, those of the second in its upper
    one; then quarters, until each lane holds the sum of one vector.
    """

    def write(writer, aggregate, _array, index):
        registers, lanes = writer.registers(aggregate), tile.lanes
        for first in range(0, len(registers), lanes):
            group, half = registers[first : first + lanes], lanes // 2
            group += [group[-1]] * (lanes - len(group))
            while half:
                starts = range(0, lanes, 2 * half)
                low = [side + start + i for start in starts for side in (0, lanes) for i in range(half)]
                pairs = [(group[i], group[i + half]) for i in range(half)]
                group = [
                    writer.builder.fadd(
                        writer.shuffle(*pair, low), writer.shuffle(*pair, [lane + half for lane in low])
                    )
                    for pair in pairs
                ]
                half //= 2
            writer.store(1, writer.offset(index, first, None), group[0])

    return _tile_function(tile, types.none, (tile, array, types.intp), write)


@intrinsic
def transpose_tile(typing_context, tile):
    """The transpose of a `load_square`: log2(lanes) rounds, each swapping blocks between pairs of rows."""

    def write(writer, aggregate):
        rows, block = writer.registers(aggregate), tile.lanes // 2
        lane = range(tile.lanes)
        while block:
            upper = [i if not i & block else tile.lanes + i - block for i in lane]
            lower = [i + block if not i & block else tile.lanes + i for i in lane]
            for i in lane:
                if not i & block:
                    a, b = rows[i], rows[i + block]
                    rows[i], rows[i + block] = writer.shuffle(a, b, upper), writer.shuffle(a, b, lower)
            block //= 2
        return writer.aggregate(rows)

    return _tile_function(tile, tile, (tile,), write)


@intrinsic
def store_largest_of_four(typing_context, values, places, index, x, above, below, place, width):
    """For `lanes` windows of 2 x 2 side by side, from x[above ...] and x[below ...]: the largest value and its place.

    The first window is at `place` of its plane, whose rows are `width` wide. A later value wins if larger, or NaN.
    """
    tile = Tile(1, 1, x.dtype)

    def write(writer, _values, _places, index, _x, above, below, place, width):
        builder, count = writer.builder, tile.lanes
        lane = ir.VectorType(ir.IntType(64), count)
        first = builder.add(writer.splat(place), ir.Constant(lane, [2 * i for i in range(count)]))
        best = where = None
        for row, start in ((0, above), (1, below)):
            halves = [writer.load(3, writer.offset(start, i * count, None)) for i in (0, 1)]
            for column in (0, 1):
                value = writer.shuffle(*halves, list(range(column, 2 * count, 2)))
                here = builder.add(first, writer.splat(writer.offset(writer.integer(column), row, width)))
                if best is None:
                    best, where = value, here
                    continue
                is_nan = builder.fcmp_unordered("uno", value, value)
                wins = builder.or_(builder.fcmp_ordered(">", value, best), is_nan)
                best, where = builder.select(wins, value, best), builder.select(wins, here, where)
        writer.store(0, index, best)
        pointer = builder.bitcast(builder.gep(writer.arrays[1], [index]), lane.as_pointer())
        builder.store(where, pointer).align = 8

    size = types.intp
    return _tile_function(tile, types.none, (values, places, size, x, size, size, size, size), write)


@intrinsic
def store_at_one_of_four(
    typing_context, target, values, gate, places, index, above, below, place, width, gated
):  # fmt: skip
    """For `lanes` windows of 2 x 2 side by side: values[index ...] at their places of target[above ...] and
    target[below ...], zeros beside them; gated: zeros too where gate <= 0 at the same place.

    The first window is at `place` of its plane, whose rows are `width` wide.
    """
    tile = Tile(1, 1, target.dtype)

    def write(writer, _target, _values, _gate, _places, index, above, below, place, width, gated):
        builder, count = writer.builder, tile.lanes
        lane = ir.VectorType(ir.IntType(64), count)
        zeros = ir.Constant(tile.register, [0.0] * count)
        first = builder.add(writer.splat(place), ir.Constant(lane, [2 * i for i in range(count)]))
        pointer = builder.bitcast(builder.gep(writer.arrays[3], [index]), lane.as_pointer())
        where = builder.load(pointer)
        where.align = 8
        value, ungated = writer.load(1, index), builder.icmp_signed("==", gated, writer.integer(0))
        for row, start in ((0, above), (1, below)):
            columns = []
            for column in (0, 1):
                here = builder.add(first, writer.splat(writer.offset(writer.integer(column), row, width)))
                columns.append(builder.select(builder.icmp_signed("==", where, here), value, zeros))
            for half in (0, 1):
                order = [half * count // 2 + i // 2 + i % 2 * count for i in range(count)]
                part, at = writer.shuffle(*columns, order), writer.offset(start, half * count, None)
                is_open = builder.fcmp_unordered(">", writer.load(2, at), zeros)
                is_open = builder.or_(is_open, writer.splat(ungated))
                writer.store(0, at, builder.select(is_open, part, zeros))

    size = types.intp
    return _tile_function(tile, types.none, (target, values, gate, places, *(size,) * 6), write)
