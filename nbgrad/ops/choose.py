"""`where`: with three arguments a choice, with one the places where a condition holds."""

from typing import Any

from nbgrad.ops import comparison
from nbgrad.ops.pick import nonzero


def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """out = input where the condition holds, else other; of a condition alone, its places as an index for each axis."""
    if input is None and other is None:
        return nonzero(condition, as_tuple=True)
    return comparison.where(condition, input, other)
