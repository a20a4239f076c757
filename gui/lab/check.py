"""Is this gradient right? Backward's answer against finite differences of the loss, on a copy in float64."""

import copy
from typing import Any

import numpy as np

import nbgrad
from gui.lab import chain
from gui.lab.device import beside, host
from gui.lab.findings import CheckView

EPS = 1e-6
MOST = 25  # entries: one 5 x 5 kernel
ABSOLUTE, RELATIVE = 1e-8, 1e-4


def double_copy(model: Any) -> Any:
    """A copy of a network that counts in float64; the network itself stays as it is."""
    return copy.deepcopy(model).double()


def check(
    model: Any, network_input: np.ndarray, parameter: str, index: tuple[int, ...], digit: int, of: str = "loss"
) -> CheckView:
    """Check the gradient of up to 25 numbers of a parameter below `index` for one picture. model: a `double_copy`."""
    weight = dict(model.named_parameters())[parameter]
    picture = beside(model, network_input.astype(np.float64))

    def loss() -> Any:
        return chain.objective(chain.run(model, picture).logits, digit, of)

    with nbgrad.enable_grad():
        (gradient,) = nbgrad.autograd.grad(loss(), [weight])
    places = _places(tuple(weight.shape), index)
    numbers, gradient, analytic, numerical = weight.array, host(gradient), [], []
    with nbgrad.no_grad():
        for place in map(tuple, places.tolist()):
            analytic.append(float(gradient[place]))
            kept, ends = float(host(numbers[place])), []
            for step in (EPS, -EPS):
                numbers[place] = kept + step
                ends.append(loss().item())
            numbers[place] = kept
            numerical.append((ends[0] - ends[1]) / (2 * EPS))
    arrays = (places, np.array(analytic), np.array(numerical), ABSOLUTE + RELATIVE * np.abs(numerical))
    for array in arrays:
        array.flags.writeable = False
    return CheckView(parameter, *arrays, EPS)


def _places(shape: tuple[int, ...], index: tuple[int, ...]) -> np.ndarray:
    """Up to MOST places below `index`, evenly spread in memory's order.

    >>> _places((2, 3), (1,)).tolist()
    [[1, 0], [1, 1], [1, 2]]
    """
    rest = shape[len(index) :]
    size = int(np.prod(rest))
    chosen = np.unique(np.linspace(0, size - 1, min(size, MOST)).round().astype(np.int64))
    inner = np.stack(np.unravel_index(chosen, rest), 1) if rest else np.zeros((1, 0), np.int64)
    return np.hstack((np.tile(np.array(index, np.int64), (len(inner), 1)), inner.astype(np.int64)))
