"""Loops over plain arrays, a package for each device; `cpu` is imported when somebody first asks for it.

Importing numba takes longer than importing all of nbgrad, so it waits for the first kernel.
"""

import importlib
from typing import Any


def __getattr__(name: str) -> Any:
    if name == "cpu":
        return importlib.import_module("nbgrad.kernels.cpu")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
