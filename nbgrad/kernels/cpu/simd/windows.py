"""Windows of 2 x 2, as many side by side as a register has lanes, for max-pooling."""

from llvmlite import ir
from numba import types

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
