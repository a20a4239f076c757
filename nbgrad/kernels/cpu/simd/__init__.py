"""Register tiles for numba: `rows` x `vectors` SIMD registers held as one value.

A `Tile` is an LLVM aggregate, so a numba variable of this type lives in registers, and each function here unrolls over
it in Python while it writes the LLVM instructions. Shapes travel in types: `height` and `width` are tuples whose
*lengths* are the rows and vectors of the tile (what they hold is ignored), which lets one kernel serve many shapes.
Indices count elements of flat arrays; nothing checks them, callers pad their scratch.
"""

from nbgrad.kernels.cpu.simd.across import (
    largest_of,
    store_lane_sums,
    store_sums,
    sum_of,
    transpose_tile,
)
from nbgrad.kernels.cpu.simd.arithmetic import (
    add_column,
    add_inner,
    add_inner_part,
    add_lanewise,
    add_lanewise_part,
    add_outer,
    add_outer_part,
    add_outer_scattered,
    add_outer_spread,
    add_outer_within,
    add_tile,
    add_within,
    zeros_tile,
)
from nbgrad.kernels.cpu.simd.lanewise import (
    TO_INTEGER,
    TO_POWER,
    at_least,
    at_most,
    exponent_and_rest,
    magnitude,
    multiply_add,
    power_of_two,
    quotient,
    spread,
    times_power_of_two,
    where_inside,
    where_less,
    with_sign_of,
)
from nbgrad.kernels.cpu.simd.memory import (
    aligned,
    clear_run,
    copy_part,
    load_row,
    load_row_part,
    load_square,
    load_square_part,
    memory_of,
    store_rows,
    store_scattered,
    store_tile,
    store_tile_part,
    store_within,
)
from nbgrad.kernels.cpu.simd.scalar import maximum, minimum
from nbgrad.kernels.cpu.simd.tile import Tile
from nbgrad.kernels.cpu.simd.width import ALIGNMENT, FLOAT_LANES, FUSED, MANY_REGISTERS, full_width, lanes, lanes_of
from nbgrad.kernels.cpu.simd.windows import (
    add_candidates,
    no_candidates,
    spread_to_corners,
    store_at_corners,
    store_candidates,
    store_largest_of_four,
)

__all__ = [
    "ALIGNMENT", "FLOAT_LANES", "FUSED", "MANY_REGISTERS", "TO_INTEGER", "TO_POWER", "Tile", "add_candidates",
    "add_column", "add_inner", "add_inner_part", "add_lanewise", "add_lanewise_part", "add_outer", "add_outer_part",
    "add_outer_scattered", "add_outer_spread", "add_outer_within", "add_tile", "add_within", "aligned",
    "at_least", "at_most", "clear_run", "copy_part", "exponent_and_rest", "full_width",
    "lanes", "lanes_of", "largest_of", "load_row", "load_row_part", "load_square", "load_square_part",
    "magnitude", "maximum", "memory_of", "minimum", "multiply_add", "no_candidates", "power_of_two",
    "quotient", "spread", "spread_to_corners", "store_at_corners", "store_candidates", "store_lane_sums",
    "store_largest_of_four", "store_rows", "store_scattered", "store_sums", "store_tile", "store_tile_part",
    "store_within", "sum_of", "times_power_of_two", "transpose_tile", "where_inside",
    "where_less", "with_sign_of", "zeros_tile",
]  # fmt: skip
