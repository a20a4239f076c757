"""What one call does. `torch` is nbgrad or PyTorch itself: both run this same text on the same numbers.

Each function here prepares one piece of work and returns it; `child` finds it by its name.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gui.bench import networks

LEARNING_RATE = 1e-7  # so small that many thousand steps change nothing that matters
MOST_COMPARED = 1 << 16  # numbers of an elementwise result whose error is taken
CHAIN = 2000


@dataclass
class Work:
    """One call and, per call: arithmetic operations, bytes that must move at least, largest relative error."""

    call: Callable[[], Any]
    flops: float = 0.0
    bytes: float = 0.0
    error: float | None = None


def _random(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


def make_network(torch: Any, name: str) -> Any:
    torch.manual_seed(0)
    return getattr(networks, name)(torch)


def make_batch(torch: Any, name: str, batch: int) -> tuple[Any, Any]:
    shape, classes = {"lenet": ((1, 32, 32), 10), "resnet18": ((3, 64, 64), 1000)}[name]
    labels = np.random.default_rng(1).integers(0, classes, batch)
    return torch.from_numpy(_random(batch, *shape)), torch.from_numpy(labels)


def _arithmetic(torch: Any, network: Any, pixels: Any) -> tuple[float, float]:
    """Multiplications and additions of the convolutions and products: of a forward pass, and of its first layer."""
    each: list[float] = []

    def count(module: Any, _inputs: Any, output: Any) -> None:
        each.append(2.0 * output.numel() * module.weight.numel() / module.weight.shape[0])

    kinds = (torch.nn.Conv2d, torch.nn.Linear)
    hooks = [module.register_forward_hook(count) for module in network.modules() if isinstance(module, kinds)]
    with torch.no_grad():
        network(pixels)
    for hook in hooks:
        hook.remove()
    return sum(each), each[0]


def training_step(torch: Any, network: str, batch: int) -> Work:
    """zero_grad, forward, cross entropy, backward, SGD with momentum."""
    model, (pixels, labels) = make_network(torch, network), make_batch(torch, network, batch)
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=0.9)

    def step() -> Any:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(pixels), labels)
        loss.backward()
        optimizer.step()
        return loss

    forward, first = _arithmetic(torch, model, pixels)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    # weights read ahead and back, gradients written and read, momenta and weights read and written; pictures twice
    return Work(step, 3 * forward - first, 4.0 * (8 * parameters + 2 * pixels.numel()))


def forward_pass(torch: Any, network: str, batch: int) -> Work:
    """A prediction under no_grad, the network in evaluation mode."""
    model, (pixels, _) = make_network(torch, network).eval(), make_batch(torch, network, batch)

    def forward() -> Any:
        with torch.no_grad():
            return model(pixels)

    parameters = sum(parameter.numel() for parameter in model.parameters())
    return Work(forward, _arithmetic(torch, model, pixels)[0], 4.0 * (parameters + pixels.numel()))


def epoch(torch: Any, folder: str, batch: int) -> Work:
    """One time through MNIST's training set, in random order, by the library's own loader."""
    data, model = torch.utils.data, make_network(torch, "lenet")
    pictures, labels = (np.load(Path(folder) / f"{name}.npy") for name in ("pictures", "labels"))
    pixels = np.pad(pictures, ((0, 0), (2, 2), (2, 2)))[:, None].astype(np.float32) / 255
    loader = data.DataLoader(
        data.TensorDataset(torch.from_numpy(pixels), torch.from_numpy(labels)), batch_size=batch, shuffle=True
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=0.9)

    def run() -> None:
        for some, digits in loader:
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(some), digits).backward()
            optimizer.step()

    return Work(run)


def product(torch: Any, n: int, transposed: str) -> Work:
    """a @ b, n x n; transposed: "nn", "tn", "nt" or "tt", which of the two is a transposed view."""
    a, b = (torch.from_numpy(_random(n, n, seed=seed)) for seed in (0, 1))
    a, b = (each.t() if how == "t" else each for each, how in zip((a, b), transposed, strict=True))
    return Work(lambda: torch.mm(a, b), 2.0 * n**3, 12.0 * n * n)


def convolution(torch: Any, part: str, x: list[int], w: list[int], stride: int, padding: int) -> Work:
    """part: "forward", or "input gradient" or "weight gradient" of a graph that is kept."""
    pixels, weights = torch.from_numpy(_random(*x)), torch.from_numpy(_random(*w, seed=1))
    conv2d = torch.nn.functional.conv2d
    if part == "forward":
        wanted = None
    else:
        wanted = pixels if part == "input gradient" else weights
        wanted.requires_grad_()
    out = conv2d(pixels, weights, None, stride, padding)
    flops = 2.0 * out.numel() * w[1] * w[2] * w[3]
    moved = 4.0 * (out.numel() + math.prod(x) + math.prod(w))
    if wanted is None:
        return Work(lambda: conv2d(pixels, weights, None, stride, padding), flops, moved)
    gradient = torch.from_numpy(_random(*out.shape, seed=2))
    return Work(lambda: torch.autograd.grad(out, (wanted,), gradient, retain_graph=True)[0], flops, moved)


def _gelu(x: np.ndarray) -> np.ndarray:
    return 0.5 * x * np.array([math.erfc(value) for value in (-x / math.sqrt(2)).ravel()]).reshape(x.shape)


def _softmax(x: np.ndarray) -> np.ndarray:
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


EXACT: dict[str, Callable[[np.ndarray], Any]] = {
    "exp": np.exp, "log": np.log, "tanh": np.tanh, "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "gelu": _gelu,
    "softmax": _softmax, "sum": np.sum, "mean": np.mean, "max": np.max,
}  # fmt: skip
REDUCTIONS = ("sum", "mean", "max")


def function(torch: Any, name: str, count: int) -> Work:
    """A function of `count` numbers; softmax takes rows of a thousand, log and reductions take numbers above zero."""
    numbers = _random(count)
    if name in REDUCTIONS:
        numbers = np.abs(numbers)
    elif name == "log":
        numbers = np.exp(3 * numbers)
    elif name not in ("gelu", "softmax"):  # far out both lose digits by their very formula in float32
        numbers *= 3
    x = torch.from_numpy(numbers.reshape(-1, 1000) if name == "softmax" else numbers)
    if name == "gelu":
        calculate = torch.nn.functional.gelu
    elif name == "softmax":
        softmax = torch.softmax
        calculate = lambda x: softmax(x, -1)  # noqa: E731
    else:
        calculate = getattr(torch, name)
    found = np.asarray(calculate(x).numpy(), np.float64)
    some = numbers.reshape(x.shape).astype(np.float64)
    if name not in REDUCTIONS:
        found, some = found[:MOST_COMPARED], some[:MOST_COMPARED]
    exact = EXACT[name](some)
    error = float(np.max(np.abs(found - exact) / np.abs(exact)))
    return Work(lambda: calculate(x), bytes=4.0 * count * (1 if name in REDUCTIONS else 2), error=error)


def chain(torch: Any) -> Work:
    """Two thousand operations on one number, forward and backward."""
    x = torch.tensor(1.0001, requires_grad=True)

    def run() -> Any:
        y = x
        for _ in range(CHAIN // 4):
            y = -((y * x + 1.0) * 0.5)
        x.grad = None
        y.backward()
        return x.grad

    return Work(run)
