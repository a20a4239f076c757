"""Windows side by side, as many as a register has lanes, for max-pooling.

Of windows of 2 x 2 a *corner* says where in the window the largest value is: 2 * row + column, and 4 more where that
value is not positive (nor NaN), so that a relu lets no gradient through. It is kept in the values' own dtype.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from nbgrad.kernels.cpu.simd.tile import Tile, Writer, tile_function
from nbgrad.kernels.cpu.simd.width import intrinsic


def _every_lane(tile: Tile, value: float) -> ir.Constant:
    return ir.Constant(tile.register, [ir.Constant(tile.scalar, value)] * tile.lanes)


@intrinsic
def store_largest_of_four(typing_context, values, corners, index, x, above, below):
    """For `lanes` windows side by side, from x[above ...] and x[below ...]: the largest value and its corner.

    A later value wins if larger, or NaN.
    """
    tile = Tile(1, 1, x.dtype)

    def write(writer, _values, _corners, index, _x, above, below):
        builder, count = writer.builder, tile.lanes
        best = corner = None
        for row, start in ((0, above), (1, below)):
            halves = [writer.load(3, writer.offset(start, i * count, None)) for i in (0, 1)]
            for column in (0, 1):
                value = writer.shuffle(*halves, list(range(column, 2 * count, 2)))
                here = _every_lane(tile, 2.0 * row + column)
                if best is None:
                    best, corner = value, here
                    continue
                is_nan = builder.fcmp_unordered("uno", value, value)
                wins = builder.or_(builder.fcmp_ordered(">", value, best), is_nan)
                best, corner = builder.select(wins, value, best), builder.select(wins, here, corner)
        is_closed = builder.fcmp_ordered("<=", best, _every_lane(tile, 0.0))
        corner = builder.select(is_closed, builder.fadd(corner, _every_lane(tile, 4.0)), corner)
        writer.store(0, index, best)
        writer.store(1, index, corner)

    size = types.intp
    return tile_function(tile, types.none, (values, corners, size, x, size, size), write)


def _at_corners(writer: Writer, value: Any, corner: Any, gated: Any) -> list[Any]:
    """For each corner the values that belong there, zeros elsewhere; gated: zeros for closed windows too."""
    builder, tile, four = writer.builder, writer.tile, _every_lane(writer.tile, 4.0)
    opened = builder.and_(
        builder.fcmp_ordered(">=", corner, four), writer.splat(builder.icmp_signed("==", gated, writer.integer(0)))
    )
    corner = builder.select(opened, builder.fsub(corner, four), corner)
    return [
        builder.select(builder.fcmp_ordered("==", corner, _every_lane(tile, float(i))), value, _every_lane(tile, 0.0))
        for i in range(4)
    ]


@intrinsic
def store_at_corners(typing_context, target, above, below, values, corners, index, gated):
    """For `lanes` windows side by side: values[index ...] at their corners of target[above ...] and target[below ...],
    zeros beside them; gated: zeros too where windows are closed.
    """
    tile = Tile(1, 1, target.dtype)

    def write(writer, _target, above, below, _values, _corners, index, gated):
        count = tile.lanes
        parts = _at_corners(writer, writer.load(3, index), writer.load(4, index), gated)
        for start, columns in ((above, parts[:2]), (below, parts[2:])):
            for half in (0, 1):
                order = [half * count // 2 + i // 2 + i % 2 * count for i in range(count)]
                writer.store(0, writer.offset(start, half * count, None), writer.shuffle(*columns, order))

    size = types.intp
    return tile_function(tile, types.none, (target, size, size, values, corners, size, size), write)


@intrinsic
def spread_to_corners(typing_context, target, above, below, values, value, corner, gated):
    """`store_at_corners` of one window of each of `lanes` images: values[value ...], whose corners are
    values[corner ...], at target[above ...] and the register behind it, and target[below ...] and the one behind it.
    """
    tile = Tile(1, 1, target.dtype)

    def write(writer, _target, above, below, _values, value, corner, gated):
        parts = _at_corners(writer, writer.load(3, value), writer.load(3, corner), gated)
        for i, part in enumerate(parts):
            writer.store(0, writer.offset(below if i > 1 else above, i % 2 * tile.lanes, None), part)

    size = types.intp
    return tile_function(tile, types.none, (target, size, size, values, size, size, size), write)


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
