"""How wide the host's registers are."""

import platform
from typing import Any

import numpy as np
from llvmlite import ir
from numba import extending, types

from nbgrad.runtime import host_lanes

intrinsic: Any = extending.intrinsic  # what it makes is called inside kernels, with one argument fewer

FLOAT_LANES = host_lanes()
# A tile, a row of b and one value of a must fit in the registers: 32 of them with AVX-512 and NEON, otherwise 16.
MANY_REGISTERS = FLOAT_LANES == 16 or platform.machine().lower() in ("arm64", "aarch64")
ALIGNMENT = 64  # bytes: a cache line, and the widest register
FUSED = FLOAT_LANES > 4 or MANY_REGISTERS  # AVX2, AVX-512 and NEON round a product and a sum once


def lanes_of(dtype: Any) -> int:
    """Values of `dtype` that one register holds."""
    return FLOAT_LANES * 4 // np.dtype(dtype).itemsize


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
