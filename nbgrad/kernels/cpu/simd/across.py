"""Among the lanes of registers: their sums and extremes, and transposes."""

from collections.abc import Callable
from functools import partial
from typing import Any

from llvmlite import ir
from numba import types

from nbgrad.kernels.cpu.simd.tile import Tile, Writer, tile_function
from nbgrad.kernels.cpu.simd.width import intrinsic


def _folded(writer: Writer, register: Any, combine: Callable[[Any, Any], Any]) -> Any:
    """One number of all lanes: the upper half folded onto the lower one, until one lane is left."""
    width = writer.tile.lanes
    while width > 1:
        width //= 2
        register = combine(*(writer.shuffle(register, register, list(range(i, i + width))) for i in (0, width)))
    return writer.builder.extract_element(register, ir.Constant(ir.IntType(32), 0))


def _one_of_all(tile: Tile, combine: Callable[[Any, Any, Any], Any]) -> Any:
    """What an intrinsic returns that makes one number of a tile: of its registers in pairs, then of lanes."""

    def write(writer, aggregate):
        registers, step = writer.registers(aggregate), partial(combine, writer.builder)
        while len(registers) > 1:
            registers = [*map(step, registers[::2], registers[1::2]), *registers[len(registers) // 2 * 2 :]]
        return _folded(writer, registers[0], step)

    return tile_function(tile, tile.dtype, (tile,), write)


@intrinsic
def sum_of(typing_context, tile):
    """The sum of all numbers of a tile."""
    return _one_of_all(tile, lambda builder, a, b: builder.fadd(a, b))


@intrinsic
def largest_of(typing_context, tile):
    """The largest number of a tile; any of them where one is NaN."""
    return _one_of_all(tile, lambda builder, a, b: builder.select(builder.fcmp_ordered(">", a, b), a, b))


@intrinsic
def store_sums(typing_context, tile, array, index):
    """array[index + r * vectors + v] = the sum of tile[r][v]'s lanes."""

    def write(writer, aggregate, _array, index):
        for place, vector in enumerate(writer.registers(aggregate)):
            total = _folded(writer, vector, writer.builder.fadd)
            writer.builder.store(total, writer.builder.gep(writer.arrays[1], [writer.offset(index, place, None)]))

    return tile_function(tile, types.none, (tile, array, types.intp), write)


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

    return tile_function(tile, types.none, (tile, array, types.intp), write)


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

    return tile_function(tile, tile, (tile,), write)
