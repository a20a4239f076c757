"""Which pixels made the network say this digit: four answers, each with its formula and what it cost.

All of them explain the logit z_c of one class c for one input x (1, 1, 32, 32), whatever the network then makes of
it. x0 is blank paper.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import nbgrad
from gui.lab import chain
from gui.lab.device import beside, host
from gui.lab.networks import forward
from gui.lab.probe import constant_parameters
from gui.lab.snapshot import AttributionView
from gui.lab.wording import translate
from nbgrad.vision.transforms import normalize

METHODS = ("gradient", "gradient x input", "occlusion", "grad-cam")
FORMULAS = {
    "gradient": "∂z/∂x",
    "gradient x input": "(x − x₀) · ∂z/∂x",
    "occlusion": "z(x) − z(x, patch blank)",
    "grad-cam": "relu(Σₖ αₖ Aₖ), αₖ = mean(∂z/∂Aₖ)",
}
PATCH, STRIDE = 4, 2  # pixels of the square that occlusion blanks, and from one square to the next
# LeNet's last convolution: a cell of its maps sees 14 x 14 pixels; their middle is 2 i + 7 pixels from the edge.
CAM_LAYER, CAM_FIRST, CAM_STEP = "conv2", 7.0, 2.0
BLANK = float(normalize(np.zeros(1))[0])


class AttributionError(ValueError):
    """One sentence that says why a method cannot answer."""


@dataclass(frozen=True)
class Attribution:
    """map: (32, 32) float32, what each pixel of the input did for the logit; and how often the network ran."""

    map: np.ndarray
    forwards: int
    backwards: int


def attribute(
    method: str,
    model: Any,
    network_input: np.ndarray,
    digit: int,
    *,
    drawing: int,
    step: int,
    window: tuple[float, float, float],
) -> AttributionView:
    """Explain the digit's logit by one of METHODS; the parameters' gradients stay as training left them."""
    explain = _BY_NAME[method]
    with constant_parameters(model):
        if method not in _measured:  # the first call loads kernels: no part of the method's cost
            _measured.add(method)
            explain(model, network_input, digit)
        start = time.perf_counter()
        result = explain(model, network_input, digit)
        milliseconds = (time.perf_counter() - start) * 1e3
    result.map.flags.writeable = False
    return AttributionView(
        method=method,
        formula=FORMULAS[method],
        digit=digit,
        map=result.map,
        window=window,
        forwards=result.forwards,
        backwards=result.backwards,
        milliseconds=milliseconds,
        drawing=drawing,
        step=step,
    )


def input_gradient(model: Any, network_input: np.ndarray, digit: int) -> Attribution:
    """∂z_c/∂x: how fast the logit would rise if a pixel got brighter. One pass forwards, one backwards."""
    x = beside(model, network_input.copy()).requires_grad_(True)
    forward(model, x)[0, digit].backward()
    return Attribution(host(x.grad)[0, 0].copy(), 1, 1)


def gradient_times_input(model: Any, network_input: np.ndarray, digit: int) -> Attribution:
    """(x - x0) * ∂z_c/∂x: the linear estimate of what each pixel's ink adds to the logit; blank paper adds nothing."""
    gradient = input_gradient(model, network_input, digit)
    return Attribution((network_input[0, 0] - np.float32(BLANK)) * gradient.map, 1, 1)


def occlusion(model: Any, network_input: np.ndarray, digit: int) -> Attribution:
    """z_c(x) - z_c(x with a 4 x 4 square made paper), the mean over the squares that cover a pixel. No gradient.

    Source: M. Zeiler, R. Fergus, «Visualizing and understanding convolutional networks», 2014.
    """
    picture = network_input[0, 0]
    corners = [(i, j) for i in squares(len(picture)) for j in squares(len(picture))]
    batch = np.repeat(network_input, 1 + len(corners), 0)
    for covered, (i, j) in zip(batch[1:, 0], corners, strict=True):
        covered[i : i + PATCH, j : j + PATCH] = BLANK
    with nbgrad.no_grad():
        logits = host(forward(model, beside(model, batch)))[:, digit]
    total, count = np.zeros_like(picture), np.zeros_like(picture)
    for (i, j), logit in zip(corners, logits[1:], strict=True):
        total[i : i + PATCH, j : j + PATCH] += logits[0] - logit
        count[i : i + PATCH, j : j + PATCH] += 1
    return Attribution(total / count, len(batch), 0)


def squares(side: int) -> range:
    """Where the squares of occlusion begin along one side."""
    return range(0, side - PATCH + 1, STRIDE)


def grad_cam(model: Any, network_input: np.ndarray, digit: int) -> Attribution:
    """relu(sum_k a_k A_k) over the maps A_k of the last convolution, a_k the mean of ∂z_c/∂A_k over map k.

    The answer is laid where its cells look. Source: R. Selvaraju et al., «Grad-CAM», 2017. Raises AttributionError for
    a network without maps.
    """
    x = beside(model, network_input.copy()).requires_grad_(True)
    passage = chain.run(model, x)
    place = _last_maps(passage)
    maps = passage.after[place]
    maps.retain_grad()
    passage.logits[0, digit].backward()
    values, gradients = host(maps)[0], host(maps.grad)[0]
    coarse = np.maximum(np.einsum("k,kij->ij", gradients.mean((1, 2)), values), 0)
    side = network_input.shape[2]
    if passage.layers[place].module == CAM_LAYER:
        return Attribution(on_input(coarse, side), 1, 1)
    step = side / len(coarse)  # padded convolutions: the cells lie evenly over the picture
    return Attribution(on_input(coarse, side, step / 2, step), 1, 1)


def _last_maps(passage: chain.Passage) -> int:
    """The last convolution, or block of them, whose maps have more than one cell a side."""
    for place in reversed(range(1, len(passage.layers))):
        shape = passage.after[place].shape
        if passage.layers[place].window.kind in ("conv", "block") and len(shape) == 4 and min(shape[2:]) > 1:
            return place
    raise AttributionError(translate("lab", "Grad-CAM weighs the maps of a convolution: this network has none."))


def on_input(coarse: np.ndarray, side: int, first: float = CAM_FIRST, step: float = CAM_STEP) -> np.ndarray:
    """A map of the last convolution between the pixels its cells look at; 0 beyond the outermost cell's own area."""
    at = (np.arange(side) + 0.5 - first) / step
    inside = (at >= -0.5) & (at <= len(coarse) - 0.5)
    place = np.clip(at, 0, len(coarse) - 1)
    low = np.minimum(place.astype(int), len(coarse) - 2)
    share = place - low
    weights = np.zeros((side, len(coarse)))
    weights[np.arange(side), low] = (1 - share) * inside
    weights[np.arange(side), low + 1] = share * inside
    return (weights @ coarse @ weights.T).astype(np.float32)


_BY_NAME: dict[str, Callable[[Any, np.ndarray, int], Attribution]] = {
    "gradient": input_gradient,
    "gradient x input": gradient_times_input,
    "occlusion": occlusion,
    "grad-cam": grad_cam,
}
_measured: set[str] = set()
