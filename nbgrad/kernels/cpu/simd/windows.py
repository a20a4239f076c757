"""Windows side by side, as many as a register has lanes, for max-pooling."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from nbgrad.kernels.cpu.simd.tile import Tile, tile_function
from nbgrad.kernels.cpu.simd.width import intrinsic


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
    return tile_function(tile, types.none, (values, places, size, x, size, size, size, size), write)


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
    return tile_function(tile, types.none, (target, values, gate, places, *(size,) * 6), write)


def _whole(tile: Tile) -> ir.VectorType:
    """A register of whole numbers, as many and as wide as the tile's."""
    return ir.VectorType(ir.IntType(tile.dtype.bitwidth), tile.lanes)


def _narrow(builder: Any, value: Any, kind: ir.VectorType) -> Any:
    """A 64-bit whole number as one of a lane's."""
    return value if kind.element.width == 64 else builder.trunc(value, kind.element)


@intrinsic
def no_candidates(typing_context, x):
    """Two registers: for `lanes` windows side by side the largest value so far and its place, -1."""
    tile = Tile(1, 2, x.dtype)

    def write(writer, _x):
        zeros = ir.Constant(tile.register, [0.0] * tile.lanes)
        nowhere = ir.Constant(_whole(tile), [-1] * tile.lanes)
        return writer.aggregate([zeros, writer.builder.bitcast(nowhere, tile.register)])

    return tile_function(tile, tile, (x,), write)


@intrinsic
def add_candidates(typing_context, largest, apart, x, row, column, width, place):
    """`largest`, and of window i x[row + column + i * len(apart)], where that column is within 0 .. width - 1.

    A later value wins if larger, or NaN. place: where the row begins in its plane. One or two columns apart.
    """
    tile, step = largest, len(apart)

    def write(writer, aggregate, _apart, _x, row, column, width, place):
        builder, lane, (best, where) = writer.builder, _whole(tile), writer.registers(aggregate)
        start, inside, parts = builder.add(row, column), [], []
        for part in range(step):
            numbers = ir.Constant(lane, [part * tile.lanes + i for i in range(tile.lanes)])
            columns = builder.add(numbers, writer.splat(_narrow(builder, column, lane)))
            left = builder.icmp_signed(">=", columns, ir.Constant(lane, [0] * tile.lanes))
            right = builder.icmp_signed("<", columns, writer.splat(_narrow(builder, width, lane)))
            inside.append(builder.and_(left, right))
            parts.append(writer.load(2, writer.offset(start, part * tile.lanes, None), inside[-1]))
        every = list(range(0, step * tile.lanes, step))
        value = writer.shuffle(parts[0], parts[-1], every)
        first = writer.splat(_narrow(builder, builder.add(place, column), lane))
        here = builder.add(first, ir.Constant(lane, every))
        where = builder.bitcast(where, lane)
        larger = builder.or_(builder.fcmp_ordered(">", value, best), builder.fcmp_unordered("uno", value, value))
        wins = builder.or_(larger, builder.icmp_signed("<", where, ir.Constant(lane, [0] * tile.lanes)))
        wins = builder.and_(wins, writer.shuffle(inside[0], inside[-1], every))
        best, where = builder.select(wins, value, best), builder.select(wins, here, where)
        return writer.aggregate([best, builder.bitcast(where, tile.register)])

    size = types.intp
    return tile_function(tile, tile, (tile, apart, x, size, size, size, size), write)


@intrinsic
def store_candidates(typing_context, largest, values, places, index, count):
    """The first `count` lanes: values[index ...] and places[index ...], 64 bits wide."""
    tile = largest

    def write(writer, aggregate, _values, _places, index, count):
        builder, (best, where) = writer.builder, writer.registers(aggregate)
        where, mask = builder.bitcast(where, _whole(tile)), writer.inside(count)
        writer.store(1, index, best, mask)
        wide = ir.VectorType(ir.IntType(64), tile.lanes)
        if tile.dtype.bitwidth < 64:
            where = builder.sext(where, wide)
        pointer = builder.bitcast(builder.gep(writer.arrays[2], [index]), wide.as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [wide, pointer.type, ir.IntType(32), mask.type])
        name = f"llvm.masked.store.v{tile.lanes}i64.p0"
        store = cgutils.get_or_insert_function(builder.module, kind, name)
        builder.call(store, [where, pointer, ir.Constant(ir.IntType(32), 8), mask])

    return tile_function(tile, types.none, (tile, values, places, types.intp, types.intp), write)
