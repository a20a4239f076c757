"""Loops over plain arrays, a package for each device, imported when somebody first asks for it.

Importing numba takes longer than importing all of nbgrad, so it waits for the first kernel.
"""

import importlib
from typing import Any

_MODULES = {
    "cpu": "nbgrad.kernels.cpu", "cuda": "nbgrad.kernels.cuda", "cuda_driver": "nbgrad.kernels.cuda.driver",
    "cuda_registry": "nbgrad.kernels.cuda.registry",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(_MODULES[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
