"""`@kernel`: a loop over plain arrays, compiled by numba on first use, listed so that it can be compiled beforehand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numba
import numba.core.config

from nbgrad import runtime

settings: Any = numba.core.config

# Every fastmath flag but `nnan` and `ninf`: NaN and inf keep their meaning.
FASTMATH = {"reassoc", "contract", "nsz", "arcp", "afn"}


@dataclass(frozen=True)
class Kernel:
    """A compiled loop: its name, numba's dispatcher, the signatures the lab needs, and its slow, obvious twin."""

    name: str
    dispatcher: Any
    signatures: tuple[str, ...]
    twin: Any


KERNELS: dict[str, Kernel] = {}


def kernel(
    *signatures: str, name: str | None = None, twin: Any = None, parallel: bool = False, exact: bool = False
) -> Callable[[Any], Any]:
    """Compile a function with nbgrad's options and list it in `KERNELS`.

    signatures: what `nbgrad warmup` compiles, as numba spells it, `"void(float32[::1], float32[::1])"`; other dtypes
    compile when they are first met. name: for kernels made by a factory. twin: the slow kernel that says the same.
    exact: every operation rounds as it is written, for numbers that must equal PyTorch's bit by bit.
    """

    def compile_lazily(function: Any) -> Any:
        users, settings.CACHE_DIR = settings.CACHE_DIR, str(runtime.cache_folder())
        try:
            dispatcher = numba.njit(
                nogil=True, error_model="numpy", fastmath=not exact and FASTMATH, cache=True, parallel=parallel
            )(function)
        finally:
            settings.CACHE_DIR = users
        title = f"{function.__module__.removeprefix('nbgrad.kernels.')}.{name or function.__name__}"
        if title in KERNELS:
            raise ValueError(f"two kernels are called {title}")
        KERNELS[title] = Kernel(title, dispatcher, signatures, twin)
        return dispatcher

    return compile_lazily
