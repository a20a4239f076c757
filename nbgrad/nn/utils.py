"""Helpers of training: gradients kept small, parameters as one vector."""

import math
from collections.abc import Iterable
from typing import Any

from nbgrad.autograd.modes import no_grad
from nbgrad.autograd.record import BACKENDS
from nbgrad.autograd.value import mark_changed
from nbgrad.creation import tensor as make_tensor
from nbgrad.ops.join import cat, stack
from nbgrad.ops.moments import norm
from nbgrad.ops.shape import reshape
from nbgrad.tensor import Tensor


def _gradients(parameters: Any) -> list[Tensor]:
    given = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    return [parameter.grad for parameter in given if parameter.grad is not None]


def get_total_norm(
    tensors: Iterable[Tensor], norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: bool | None = None
) -> Tensor:
    """The norm of all numbers of the tensors together."""
    held = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    if not held:
        return make_tensor(0.0)
    with no_grad():
        total = norm(stack([norm(each, float(norm_type)) for each in held]), float(norm_type))
    if error_if_nonfinite and not math.isfinite(total.item()):
        raise RuntimeError(
            f"The total norm of order {float(norm_type)} for gradients from `parameters` is non-finite, so it cannot "
            "be clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
            "`error_if_nonfinite=False`"
        )
    return total


def clip_grad_norm_(
    parameters: Any, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:  # fmt: skip
    """Scale all gradients together so that their norm is at most `max_norm`; gives the norm they had."""
    held = _gradients(parameters)
    total = get_total_norm(held, norm_type, error_if_nonfinite)
    with no_grad():
        factor = (float(max_norm) / (total + 1e-6)).clamp(max=1.0)
        for gradient in held:
            gradient.mul_(factor)
    return total


def clip_grad_value_(parameters: Any, clip_value: float, foreach: bool | None = None) -> None:
    """Bring every number of every gradient into ±clip_value."""
    limit = float(clip_value)
    for gradient in _gradients(parameters):
        kernels = BACKENDS[type(gradient.array)]
        gradient.array[...] = kernels.maximum(
            kernels.minimum(gradient.array, gradient.array.dtype.type(limit)), gradient.array.dtype.type(-limit)
        )
        mark_changed(gradient)


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All numbers of the parameters, one after another."""
    return cat([reshape(parameter, (-1,)) for parameter in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Put the numbers of a vector back into the parameters."""
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {type(vec)}")
    start = 0
    for parameter in parameters:
        stop = start + parameter.numel()
        parameter.data = reshape(vec[start:stop], tuple(parameter.shape)).detach()
        start = stop
