"""The code behind an operation: its line of PyTorch, its readable twin, the kernel that runs, and their times."""

import ast
import inspect
import statistics
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import nbgrad
from gui.lab import chain
from gui.lab.device import beside, host
from gui.lab.fields import Window
from gui.lab.findings import SourceView, Timing
from nbgrad import kernels
from nbgrad.kernels import cpu, formulas
from nbgrad.kernels.registry import KERNELS

BUDGET, MOST_CALLS = 0.15, 200  # seconds of timing for one of the three, and calls at most
CHOICE = "\n\n\n# ... or, where the shape leaves fewer lanes of the registers idle:\n\n"
ROOT = Path(nbgrad.__file__).resolve().parents[1]

Race = tuple[Callable[[], Any], ...]  # slow twin (or none), fast kernel, numpy
Weights = tuple[Any, Any]  # arrays of weight and bias, None where there is none


@dataclass(frozen=True)
class Card:
    """One operation. kernels: their names in the registry, of which the shape decides; formula: instead of a twin.

    cuda: file and function of what the GPU runs. race: of the kernels of a device, with the layer's weights and input
    there; on a GPU the fast kernel alone may be called.
    """

    title: str
    kernels: tuple[str, ...]
    cuda: tuple[str, str]
    pytorch: Callable[[str, Window], str]
    race: Callable[[Any, Weights, Any, Window], Race]
    formula: Any = None


def _conv_line(module: str, window: Window) -> str:
    return f"F.conv2d(x, {module}.weight, {module}.bias, stride={window.stride}, padding={window.padding})"


def _conv_gradient_line(module: str, window: Window) -> str:
    return f"torch.nn.grad.conv2d_weight(x, {module}.weight.shape, g, stride={window.stride}, padding={window.padding})"


def _windows(x: np.ndarray, window: Window) -> np.ndarray:
    """(N, C, high, wide, kh, kw): every window of x, zeros around."""
    (py, px), (sy, sx) = window.padding, window.stride
    padded = np.pad(x, ((0, 0), (0, 0), (py, py), (px, px)))
    return np.lib.stride_tricks.sliding_window_view(padded, window.kernel, (2, 3))[:, :, ::sy, ::sx]


def _conv_race(k: Any, weights: Weights, x: Any, window: Window) -> Race:
    weight, bias = weights
    geometry = (window.stride, window.padding, (1, 1), 1)
    out = np.empty(k.conv2d(x, weight, bias, *geometry).shape, x.dtype)

    def slow() -> np.ndarray:
        KERNELS["cpu.conv.geometry.conv2d_twin"].dispatcher(x, weight, bias, out, *geometry)
        return out

    def by_numpy() -> np.ndarray:
        product = np.tensordot(_windows(x, window), weight, ((1, 4, 5), (1, 2, 3)))
        return product.transpose(0, 3, 1, 2) + bias[:, None, None]

    return slow, lambda: k.conv2d(x, weight, bias, *geometry), by_numpy


def _conv_gradient_race(k: Any, weights: Weights, x: Any, window: Window) -> Race:
    weight, bias = weights
    geometry = (window.stride, window.padding, (1, 1), 1)
    g = k.conv2d(x, weight, bias, *geometry)

    def slow() -> np.ndarray:
        out = np.zeros(weight.shape, x.dtype)
        KERNELS["cpu.conv.geometry.conv2d_weight_gradient_twin"].dispatcher(x, g, out, *geometry)
        return out

    def by_numpy() -> np.ndarray:
        return np.tensordot(g, _windows(x, window), ((0, 2, 3), (0, 2, 3)))

    return slow, lambda: k.conv2d_weight_gradient(x, g, weight.shape, *geometry), by_numpy


def _linear_race(k: Any, weights: Weights, x: Any, window: Window) -> Race:
    weight, bias = weights
    rows = x.reshape(len(x), -1)
    (m, inner), n = rows.shape, len(weight)

    def slow() -> np.ndarray:
        out = np.tile(bias, (m, 1))
        flat = rows.reshape(-1), weight.reshape(-1)
        twin = KERNELS["cpu.gemm.tiles.matmul_twin"].dispatcher
        twin(flat[0], inner, 1, flat[1], 1, inner, out.reshape(-1), m, n, inner)
        return out

    return slow, lambda: k.addmm(bias, rows, weight.T), lambda: rows @ weight.T + bias


def _pool_race(k: Any, weights: Weights, x: Any, window: Window) -> Race:
    shape = (*window.kernel, *window.stride, *window.padding, 1, 1)
    out, kept = k.max_pool2d(x, window.kernel, window.stride, window.padding, (1, 1), False)
    indices = k.max_pool2d_indices(kept, x.shape)
    numbers = np.array((1, x.shape[0] * x.shape[1], *x.shape[2:], *out.shape[2:], *shape))

    def slow() -> np.ndarray:
        KERNELS["cpu.pool.max_pool2d_twin"].dispatcher(
            0, (x.reshape(-1), out.reshape(-1), out.reshape(-1), indices.reshape(-1)), numbers
        )
        return out

    def fast() -> np.ndarray:
        return k.max_pool2d(x, window.kernel, window.stride, window.padding, (1, 1), False)[0]

    return slow, fast, lambda: _windows(x, replace(window, padding=(0, 0))).max((4, 5))


def _pool_gradient_race(k: Any, weights: Weights, x: Any, window: Window) -> Race:
    settings = window.kernel, window.stride, window.padding, (1, 1), False
    out, kept = k.max_pool2d(x, *settings)
    indices = k.max_pool2d_indices(kept, x.shape)

    def by_numpy() -> np.ndarray:
        dx = np.zeros((x.shape[0] * x.shape[1], x.shape[2] * x.shape[3]), x.dtype)
        flat = indices.reshape(len(dx), -1)
        np.add.at(dx, (np.arange(len(dx))[:, None], flat), out.reshape(flat.shape))
        return dx.reshape(x.shape)

    return lambda: k.max_pool2d_gradient(out, kept, x.shape, settings), by_numpy


def _relu_race(k: Any, weights: Weights, x: Any, window: Window) -> Race:
    return lambda: k.relu(x), lambda: np.maximum(x, 0)


def _relu_gradient_race(k: Any, weights: Weights, x: Any, window: Window) -> Race:
    return lambda: k.threshold_gradient(x, x), lambda: np.where(x > 0, x, 0)


def _softmax_race(k: Any, weights: Weights, x: Any, window: Window) -> Race:
    rows = x.reshape(len(x), -1)

    def slow() -> np.ndarray:
        out = np.empty_like(rows)
        KERNELS["cpu.softmax._log_softmax_slow"].dispatcher(rows.reshape(-1), out.reshape(-1), rows.shape[1])
        return out

    def by_numpy() -> np.ndarray:
        shifted = rows - rows.max(1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))

    return slow, lambda: k.log_softmax(rows, 1), by_numpy


CARDS = {
    "conv": Card(
        "Convolution", ("cpu.conv.channels.convolve_channels", "cpu.conv.pixels.convolve_pixels"),
        ("conv_tiles", "convolve"), _conv_line, _conv_race,
    ),
    "conv gradient": Card(
        "Convolution, gradient of the weights",
        ("cpu.conv.channels.correlate_channels", "cpu.conv.pixels.correlate_pixels"), ("conv_tiles", "gradient"),
        _conv_gradient_line, _conv_gradient_race,
    ),
    "linear": Card(
        "Linear layer: a matrix product", ("cpu.gemm.blocks.multiply_blocks",), ("gemm", "multiply"),
        lambda module, _: f"F.linear(x, {module}.weight, {module}.bias)", _linear_race,
    ),
    "linear gradient": Card(
        "Linear layer, gradients: matrix products", ("cpu.gemm.blocks.multiply_blocks",), ("gemm", "multiply"),
        lambda module, _: f"g @ {module}.weight,  g.T @ x,  g.sum(0)", _linear_race,
    ),
    "max_pool": Card(
        "Max-pooling", ("cpu.pool.max_pool2d_halves",), ("pooling", "largest_of_windows"),
        lambda _, window: f"F.max_pool2d(x, {window.kernel}, {window.stride})", _pool_race,
    ),
    "max_pool gradient": Card(
        "Max-pooling, gradient", ("cpu.pool.scatter_halves",), ("pooling", "unpooled_windows"),
        lambda *_: "torch.zeros_like(x).flatten(2).scatter_add(2, indices.flatten(2), g.flatten(2)).view_as(x)",
        _pool_gradient_race,
    ),
    "relu": Card(
        "ReLU", ("cpu.elementwise.relu",), ("elementwise", "loop"), lambda *_: "F.relu(x)", _relu_race, formulas.relu,
    ),
    "relu gradient": Card(
        "ReLU, gradient", ("cpu.elementwise.threshold_gradient",), ("elementwise", "same"), lambda *_: "g * (x > 0)",
        _relu_gradient_race, formulas.threshold_gradient,
    ),
    "log_softmax": Card(
        "Log-softmax", ("cpu.softmax.log_softmax_short",), ("softmax", "log_softmax_lines"),
        lambda *_: "F.log_softmax(x, dim=1)", _softmax_race,
    ),
}  # fmt: skip

# The forward and backward nodes of autograd by the beginning of their names.
NODES = {
    "Convolution": "conv gradient", "Addmm": "linear gradient", "MaxPool2D": "max_pool gradient",
    "Relu": "relu gradient", "LogSoftmax": "log_softmax",
}  # fmt: skip


def key_of(kind: str, side: str, node: str = "") -> str | None:
    """Which card tells about a layer of this kind, forwards or ("gradients") backwards, or about an autograd node.

    >>> key_of("conv", "values"), key_of("conv", "gradients"), key_of("", "values", "ReluBackward0")
    ('conv', 'conv gradient', 'relu gradient')
    """
    if node:
        return next((key for start, key in NODES.items() if node.startswith(start)), None)
    key = f"{kind} gradient" if side == "gradients" else kind
    return key if key in CARDS else None


def source(key: str, module: str, window: Window) -> SourceView:
    """The code of one operation. module: "conv1", whose operation it is."""
    card = CARDS[key]
    twin = KERNELS[card.kernels[0]].twin
    readable = card.formula if card.formula is not None else getattr(twin, "py_func", twin)
    functions = [KERNELS[name].dispatcher.py_func for name in card.kernels]
    function = functions[0]
    where = Path(inspect.getsourcefile(function) or "").resolve().relative_to(ROOT).as_posix()
    return SourceView(
        key=key,
        title=f"{card.title} · {module}" if module else card.title,
        pytorch=card.pytorch(module or "layer", window),
        readable=inspect.cleandoc(inspect.getsource(readable)),
        fast=CHOICE.join(inspect.cleandoc(inspect.getsource(each)) for each in functions),
        where=where,
        cuda=cuda_code(*card.cuda),
    )


def cuda_code(file: str, function: str) -> str:
    """A kernel for the GPU as it is written; read from the file, since numba-cuda need not be installed."""
    path = ROOT / "nbgrad" / "kernels" / "cuda" / f"{file}.py"
    text = path.read_text(encoding="utf-8")
    found = next(
        node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef) and node.name == function
    )
    first = min(found.lineno, *[decorator.lineno for decorator in found.decorator_list])
    lines = text.splitlines()[first - 1 : found.end_lineno]
    return f"# {path.relative_to(ROOT).as_posix()}\n{textwrap.dedent(chr(10).join(lines))}"


def timed(view: SourceView, model: Any, network_input: np.ndarray, module: str) -> SourceView:
    """The same with the times of slow twin, fast kernel and numpy on what the layer is really given, and of the GPU's
    kernel where the model lies there.

    The first call of each is not counted: it may compile.
    """
    with nbgrad.no_grad():
        passage = chain.run(model, beside(model, network_input))
    place = next((i for i, layer in enumerate(passage.layers) if layer.module == module), len(passage.layers) - 1)
    after = view.key.startswith(("relu", "log_softmax"))
    given = (passage.before[place] if after else passage.after[place - 1]).detach().contiguous()
    owner, window = dict(model.named_modules()).get(module), passage.layers[place].window
    x, weights, race = host(given), _weights(owner), CARDS[view.key].race
    calls = race(cpu, (host(weights[0]), host(weights[1])), x, window)
    names = ["slow twin", "fast kernel", "numpy"][-len(calls) :]
    named = dict(zip(names, calls, strict=True))
    reference = named["fast kernel"]().astype(np.float64)
    if given.is_cuda:
        launch = race(kernels.cuda, weights, given.array, window)[-2]
        named["GPU kernel"] = lambda: (launch(), nbgrad.cuda.synchronize())[0]
    timings = []
    for name, call in named.items():
        difference = float(np.abs(host(call()) - reference).max(initial=0.0))
        timings.append(Timing(name, *_time(call), difference))
    shapes = " · ".join(["×".join(map(str, x.shape)), *(_weight_shape(owner))])
    return replace(view, timings=tuple(timings), shapes=shapes)


def _weights(owner: Any) -> Weights:
    """Arrays of a module's weight and bias, where they live; zeros for a bias it does without."""
    weight, bias = getattr(owner, "weight", None), getattr(owner, "bias", None)
    if weight is None:
        return None, None
    return weight.array, nbgrad.zeros(len(weight), device=weight.device).array if bias is None else bias.array


def _weight_shape(owner: Any) -> list[str]:
    weight = getattr(owner, "weight", None)
    return [] if weight is None else ["×".join(map(str, weight.shape))]


def _time(call: Callable[[], Any]) -> tuple[float, int]:
    """Median seconds, and of how many calls."""
    seconds, end = [], time.perf_counter() + BUDGET
    while len(seconds) < 5 or (time.perf_counter() < end and len(seconds) < MOST_CALLS):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), len(seconds)
