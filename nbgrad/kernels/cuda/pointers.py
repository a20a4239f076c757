"""Arrays by their addresses, so that one kernel can work on many: `address_of` on the host, `array_at` in kernels."""

import ctypes
from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from nbgrad.kernels.cuda.driver import SIMULATOR
from nbgrad.strided import DeviceArray


def address_of(x: DeviceArray) -> int:
    """Where the numbers of a contiguous array begin, in the device's memory (in the host's, simulated)."""
    window = x.window()
    return window._ary.ctypes.data if SIMULATOR else window.address


def _simulated(address: int, count: int, like: Any) -> np.ndarray:
    memory = (ctypes.c_char * (int(count) * like.dtype.itemsize)).from_address(int(address))
    return np.frombuffer(memory, like.dtype)


@intrinsic
def _compiled(typing_context, address, count, like):
    result = types.Array(like.dtype, 1, "C")

    def codegen(context, builder, signature, arguments):
        array = context.make_array(result)(context, builder)
        element = context.get_data_type(result.dtype)
        size = context.get_constant(types.intp, context.get_abi_sizeof(element))
        array.data = builder.inttoptr(arguments[0], element.as_pointer())
        array.shape = cgutils.pack_array(builder, [arguments[1]])
        array.strides = cgutils.pack_array(builder, [size])
        array.itemsize, array.nitems = size, arguments[1]
        return array._getvalue()

    return result(types.int64, types.int64, like), codegen


# array_at(address, count, like) -> the `count` numbers from an address on, as an array with the dtype of another
array_at = _simulated if SIMULATOR else _compiled
