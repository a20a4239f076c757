"""Instructions for one number that become vector code in a loop."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from nbgrad.kernels.cpu.simd.width import intrinsic


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
