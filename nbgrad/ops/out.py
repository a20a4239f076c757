"""`out=`: a result goes into the memory of a tensor that exists already."""

from typing import Any

import numpy as np

from nbgrad.autograd.modes import mode
from nbgrad.autograd.value import Value, mark_changed

_CLONE = " Please clone() the tensor before performing the operation."


def deliver(name: str, result: Any, out: Any, *inputs: Any) -> Any:
    """The result; where `out` is given, in its memory (a new one where the shape differs)."""
    if out is None:
        return result
    operands = [each for each in inputs if isinstance(each, Value)]
    if mode.enabled and any(each._requires_grad for each in (*operands, out)):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the "
            "arguments requires grad."
        )
    target = out.array
    if any(step == 0 and extent > 1 for step, extent in zip(target.strides, target.shape, strict=True)):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location."
            + _CLONE
        )
    if any(np.shares_memory(target, each.array) for each in operands):
        raise RuntimeError(
            "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single "
            "memory location." + _CLONE
        )
    if target.shape != result.array.shape:
        out.array = result.array.astype(target.dtype)
    else:
        target[...] = result.array
    mark_changed(out)
    return out
