"""Is this gradient right? Compare it with finite differences of the function itself."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nbgrad.autograd import engine
from nbgrad.autograd.record import wrap
from nbgrad.autograd.value import Value


class GradcheckError(RuntimeError):
    """The analytic gradient differs from the numerical one; the message shows both."""


def gradcheck(
    func: Callable[..., Any], inputs: Value | Sequence[Any], eps: float = 1e-6, atol: float = 1e-5, rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:  # fmt: skip
    """Compare analytic gradients with central differences (f(x + ε) - f(x - ε)) / 2ε, for every output and input.

    Inputs that require a gradient should be float64. Raises GradcheckError where they differ by more than
    atol + rtol |numerical|, or returns False.
    """
    inputs = (inputs,) if isinstance(inputs, Value) else tuple(inputs)
    outputs = _outputs(func, inputs)
    for o, output in enumerate(outputs):
        if not output._requires_grad:
            continue
        for i, tensor in enumerate(inputs):
            if not isinstance(tensor, Value) or not tensor._requires_grad or tensor.array.size == 0:
                continue
            analytic = _analytic_jacobian(func, inputs, o, tensor)
            numerical = _numerical_jacobian(func, inputs, o, tensor, eps)
            if not np.allclose(analytic, numerical, rtol, atol):
                if not raise_exception:
                    return False
                raise GradcheckError(
                    f"Jacobian mismatch for output {o} with respect to input {i},\nnumerical:\n{numerical}\n"
                    f"analytical:\n{analytic}"
                )
    return True


def gradgradcheck(
    func: Callable[..., Any], inputs: Value | Sequence[Any], eps: float = 1e-6, atol: float = 1e-5, rtol: float = 1e-3
) -> bool:
    """`gradcheck` of the gradient itself: second derivatives against finite differences of the first."""
    inputs = (inputs,) if isinstance(inputs, Value) else tuple(inputs)
    outputs = [output for output in _outputs(func, inputs) if output._requires_grad]
    rng = np.random.default_rng(0)
    starts = tuple(type(out)(rng.standard_normal(out.array.shape).astype(out.array.dtype), True) for out in outputs)

    def first_derivatives(*values: Any) -> tuple:
        given, start = values[: len(inputs)], values[len(inputs) :]
        made = [output for output in _outputs(func, given) if output._requires_grad]
        wanted = [value for value in given if isinstance(value, Value) and value._requires_grad]
        found = engine.grad(made, wanted, start, True, True, True)
        return tuple(each for each in found if each is not None and each._requires_grad)

    return gradcheck(first_derivatives, (*inputs, *starts), eps, atol, rtol)


def _outputs(func: Callable[..., Any], inputs: Sequence[Any]) -> list[Value]:
    result = func(*inputs)
    return list(result) if isinstance(result, tuple | list) else [result]


def _analytic_jacobian(func: Callable[..., Any], inputs: Sequence[Any], o: int, tensor: Value) -> np.ndarray:
    """(inputs, outputs): one backward pass for each element of the output."""
    output = _outputs(func, inputs)[o]
    columns = []
    for j in range(output.array.size):
        start = np.zeros(output.array.shape, output.array.dtype)
        start.reshape(-1)[j] = 1
        (found,) = engine.grad([output], [tensor], [wrap(start)], True, False, True)
        columns.append(np.zeros(tensor.array.size) if found is None else found.array.ravel())
    return np.array(columns).reshape(output.array.size, tensor.array.size).T


def _numerical_jacobian(
    func: Callable[..., Any], inputs: Sequence[Any], o: int, tensor: Value, eps: float
) -> np.ndarray:
    rows, original = [], tensor.array
    try:
        for j in range(original.size):
            ends = []
            for step in (eps, -eps):
                moved = np.ascontiguousarray(original).copy().reshape(original.shape)
                moved.reshape(-1)[j] += step
                tensor.array = moved
                ends.append(_outputs(func, inputs)[o].array.astype(np.float64).ravel())
            rows.append((ends[0] - ends[1]) / (2 * eps))
    finally:
        tensor.array = original
    return np.array(rows).reshape(original.size, -1)
