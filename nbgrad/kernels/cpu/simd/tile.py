"""`Tile`, rows x vectors of registers as one value, and the writer of the instructions that work on it."""

from collections.abc import Callable, Iterator
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import models, register_model

from nbgrad.kernels.cpu.simd.width import FLOAT_LANES


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


class Writer:
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

    def load(self, place: int, index: Any, mask: Any = None) -> Any:
        """A register; with a mask zeros outside of it, where memory is not touched."""
        pointer, register, size = self.pointer(place, index), self.tile.register, self.tile.dtype.bitwidth // 8
        if mask is None:
            value = self.builder.load(pointer)
            value.align = size
            return value
        zeros = ir.Constant(register, [0.0] * self.tile.lanes)
        arguments = [pointer, ir.Constant(ir.IntType(32), size), mask, zeros]
        return self.call("llvm.masked.load.{}.p0", register, arguments)

    def store(self, place: int, index: Any, value: Any, mask: Any = None) -> None:
        """A register, or its lanes inside the mask."""
        pointer, size = self.pointer(place, index), self.tile.dtype.bitwidth // 8
        if mask is None:
            self.builder.store(value, pointer).align = size
        else:
            arguments = [value, pointer, ir.Constant(ir.IntType(32), size), mask]
            self.call("llvm.masked.store.{}.p0", ir.VoidType(), arguments)

    def call(self, name: str, result: ir.Type, arguments: list[Any]) -> Any:
        """LLVM's function of this name, with the tile's kind of register for {}."""
        kind = ir.FunctionType(result, [each.type for each in arguments])
        name = name.format(f"v{self.tile.lanes}f{self.tile.dtype.bitwidth}")
        return self.builder.call(cgutils.get_or_insert_function(self.builder.module, kind, name), arguments)

    def inside(self, count: Any, vector: int = 0) -> Any:
        """Which lanes of a row's vector come before `count`."""
        lane, first = ir.IntType(32), vector * self.tile.lanes  # narrow lanes compare faster
        places = ir.Constant(ir.VectorType(lane, self.tile.lanes), list(range(first, first + self.tile.lanes)))
        return self.builder.icmp_signed("<", places, self.splat(self.builder.trunc(count, lane)))

    def masks(self, columns: Any) -> list[Any]:
        """For each vector of a row, which of its lanes are among the first `columns`."""
        return [self.inside(columns, vector) for vector in range(self.tile.vectors)]

    def rows_within(self, index: Any, stride: Any, last: Any, rows: int) -> list[Any]:
        """Where each row begins; those behind the last one are the last one once more."""
        builder, starts = self.builder, []
        for row in range(rows):
            inside = builder.icmp_signed("<", self.integer(row), last)
            starts.append(builder.add(index, builder.mul(builder.select(inside, self.integer(row), last), stride)))
        return starts

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
        return self.call("llvm.fmuladd.{}", self.tile.register, [a, b, c])

    def registers(self, aggregate: Any) -> list[Any]:
        return [self.builder.extract_value(aggregate, place) for place, _, _ in self.tile.cells()]

    def aggregate(self, registers: list[Any]) -> Any:
        value = ir.Constant(ir.ArrayType(self.tile.register, len(registers)), ir.Undefined)
        for place, register in enumerate(registers):
            value = self.builder.insert_value(value, register, place)
        return value


def tile_function(tile: Tile, result: Any, arguments: tuple[Any, ...], write: Callable[..., Any]) -> Any:
    """What an intrinsic returns: its signature and its code. `write(writer, *values)` gives the result or None."""

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        value = write(Writer(context, builder, signature, values, tile), *values)
        return context.get_dummy_value() if value is None else value

    return result(*arguments), codegen
