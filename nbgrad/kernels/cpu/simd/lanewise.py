"""Tiles with tiles, lane by lane."""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types

from nbgrad.kernels.cpu.simd.tile import Tile, tile_function
from nbgrad.kernels.cpu.simd.width import intrinsic


@intrinsic
def spread(typing_context, array, value):
    """One register, `value` in every lane."""
    tile = Tile(1, 1, array.dtype)
    return tile_function(
        tile, tile, (array, array.dtype), lambda writer, _array, value: writer.aggregate([writer.splat(value)])
    )


def _lane_by_lane(tile: Tile, count: int, operation: Callable[..., Any]) -> Any:
    """An operation on the registers of `count` tiles of one shape."""

    def write(writer, *aggregates):
        registers = [writer.registers(aggregate) for aggregate in aggregates]
        return writer.aggregate([operation(writer, *each) for each in zip(*registers, strict=True)])

    return tile_function(tile, tile, (tile,) * count, write)


@intrinsic
def add_tiles(typing_context, a, b):
    """a + b, lane by lane."""
    return _lane_by_lane(a, 2, lambda writer, a, b: writer.builder.fadd(a, b))


@intrinsic
def sub_tiles(typing_context, a, b):
    """a - b, lane by lane."""
    return _lane_by_lane(a, 2, lambda writer, a, b: writer.builder.fsub(a, b))


@intrinsic
def multiply_tiles(typing_context, a, b, c):
    """a * b + c, lane by lane."""
    return _lane_by_lane(a, 3, lambda writer, a, b, c: writer.multiply_add(a, b, c))


@intrinsic
def first_lanes(typing_context, tile, count):
    """The first `count` lanes of each row, zeros behind."""

    def write(writer, aggregate, count):
        masks, zeros = writer.masks(count), ir.Constant(tile.register, [0.0] * tile.lanes)
        registers = writer.registers(aggregate)
        return writer.aggregate(
            [writer.builder.select(masks[vector], registers[place], zeros) for place, _, vector in tile.cells()]
        )

    return tile_function(tile, tile, (tile, types.intp), write)
