"""exp, log, log1p, sqrt as kernels call them: NaN and inf outside their domains, in the simulator too.

Python's own raise an error there, and give a double for a float32.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from nbgrad.kernels.cuda.driver import SIMULATOR


def _quiet(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def of_number(x: Any) -> Any:
        with np.errstate(all="ignore"):
            return function(x)

    return of_number


if SIMULATOR:
    exp, log, log1p, sqrt = _quiet(np.exp), _quiet(np.log), _quiet(np.log1p), _quiet(np.sqrt)
else:
    exp, log, log1p, sqrt = math.exp, math.log, math.log1p, math.sqrt
