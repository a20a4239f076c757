"""exp, log, log1p, sqrt, floor ... as kernels call them: NaN and inf outside their domains, in the simulator too.

Python's own raise an error there, and give a double for a float32.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from nbgrad.kernels.cuda.driver import SIMULATOR, cuda


def _quiet(function: Callable[..., Any]) -> Callable[..., Any]:
    def of_numbers(*numbers: Any) -> Any:
        with np.errstate(all="ignore"):
            return function(*numbers)

    return of_numbers


if SIMULATOR:
    exp, log, log1p, sqrt = _quiet(np.exp), _quiet(np.log), _quiet(np.log1p), _quiet(np.sqrt)
else:
    exp, log, log1p, sqrt = math.exp, math.log, math.log1p, math.sqrt


# Whole numbers next to a number, and remainders. CUDA's own, of a double: of a float32 they are exact.
if SIMULATOR:
    floor, ceil, trunc, rint, fmod = np.floor, np.ceil, np.trunc, np.rint, _quiet(np.fmod)
else:
    libdevice = cuda.libdevice
    floor, ceil, trunc, rint, fmod = libdevice.floor, libdevice.ceil, libdevice.trunc, libdevice.rint, libdevice.fmod
