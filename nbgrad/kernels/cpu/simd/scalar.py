"""Instructions for one number that become vector code in a loop."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from nbgrad.kernels.cpu.simd.width import intrinsic


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
