"""What one call does. `torch` is nbgrad or PyTorch itself: both run this same text on the same numbers.

Each function here prepares one piece of work on a device, "cpu" or "cuda", and returns it; `child` finds it by name.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gui.bench import networks

LEARNING_RATE = 1e-7  # so small that many thousand steps change nothing that matters
FIRST_RATE, RATE_FALLS, MOST_EPOCHS = 0.03, 0.7, 20  # of a training in earnest
MOST_COMPARED = 1 << 16  # numbers of an elementwise result whose error is taken
CHAIN = 2000


@dataclass
class Work:
    """One call and, per call: arithmetic operations, bytes that must move at least, largest relative error.

    waits: whether its time lasts until a GPU has done what the call has started. launches: kernels that it starts.
    note: what else is worth saying of it.
    """

    call: Callable[[], Any]
    flops: float = 0.0
    bytes: float = 0.0
    error: float | None = None
    waits: bool = True
    launches: int | None = None
    note: str = ""


def _random(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


def make_network(torch: Any, device: str, name: str) -> Any:
    torch.manual_seed(0)
    return getattr(networks, name)(torch).to(device)


def make_batch(torch: Any, device: str, name: str, batch: int) -> tuple[Any, Any]:
    shape, classes = {"lenet": ((1, 32, 32), 10), "resnet18": ((3, 64, 64), 1000)}[name]
    labels = np.random.default_rng(1).integers(0, classes, batch)
    return torch.from_numpy(_random(batch, *shape)).to(device), torch.from_numpy(labels).to(device)


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


def training_step(torch: Any, device: str, network: str, batch: int) -> Work:
    """zero_grad, forward, cross entropy, backward, SGD with momentum."""
    model, (pixels, labels) = make_network(torch, device, network), make_batch(torch, device, network, batch)
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


def forward_pass(torch: Any, device: str, network: str, batch: int) -> Work:
    """A prediction under no_grad, the network in evaluation mode."""
    model, (pixels, _) = make_network(torch, device, network).eval(), make_batch(torch, device, network, batch)

    def forward() -> Any:
        with torch.no_grad():
            return model(pixels)

    parameters = sum(parameter.numel() for parameter in model.parameters())
    return Work(forward, _arithmetic(torch, model, pixels)[0], 4.0 * (parameters + pixels.numel()))


def _digits(folder: str, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """(pictures (N, 1, 32, 32) from 0 to 1, labels) of the "train" or the "test" set."""
    pictures, labels = (np.load(Path(folder) / f"{kind}_{name}.npy") for name in ("pictures", "labels"))
    return np.pad(pictures, ((0, 0), (2, 2), (2, 2)))[:, None].astype(np.float32) / 255, labels


def epoch(torch: Any, device: str, folder: str, batch: int) -> Work:
    """One time through MNIST's training set, in random order, by the library's own loader."""
    data, model = torch.utils.data, make_network(torch, device, "lenet")
    pixels, labels = map(torch.from_numpy, _digits(folder, "train"))
    loader = data.DataLoader(data.TensorDataset(pixels, labels), batch_size=batch, shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=0.9)

    def run() -> None:
        for some, digits in loader:
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(some.to(device)), digits.to(device)).backward()
            optimizer.step()

    return Work(run)


def until_accurate(torch: Any, device: str, folder: str, batch: int, accuracy: float) -> Work:
    """LeNet from fresh weights until so much of the test set is right, which is asked after every epoch.

    All pictures lie on the device and are shuffled there. SGD with momentum; its rate falls from epoch to epoch.
    """
    pixels, labels, test_pixels, test_labels = (
        torch.from_numpy(array).to(device) for kind in ("train", "test") for array in _digits(folder, kind)
    )
    count = len(labels)

    def run() -> None:
        model, orders, right = make_network(torch, device, "lenet"), np.random.default_rng(0), 0.0
        optimizer = torch.optim.SGD(model.parameters(), lr=FIRST_RATE, momentum=0.9)
        for epoch in range(1, MOST_EPOCHS + 1):
            order = torch.from_numpy(orders.permutation(count)).to(device)
            shuffled, digits = pixels[order], labels[order]
            for start in range(0, count, batch):
                optimizer.zero_grad()
                scores = model(shuffled[start : start + batch])
                torch.nn.functional.cross_entropy(scores, digits[start : start + batch]).backward()
                optimizer.step()
            with torch.no_grad():
                right = (model(test_pixels).argmax(1) == test_labels).sum().item() / len(test_labels)
            work.note = f"{right:.2%} after {epoch} epochs"
            if right >= accuracy:
                return
            for group in optimizer.param_groups:
                group["lr"] *= RATE_FALLS
        raise RuntimeError(f"only {work.note}")

    work = Work(run)
    return work


def product(torch: Any, device: str, n: int, transposed: str) -> Work:
    """a @ b, n x n; transposed: "nn", "tn", "nt" or "tt", which of the two is a transposed view."""
    a, b = (torch.from_numpy(_random(n, n, seed=seed)).to(device) for seed in (0, 1))
    a, b = (each.t() if how == "t" else each for each, how in zip((a, b), transposed, strict=True))
    return Work(lambda: torch.mm(a, b), 2.0 * n**3, 12.0 * n * n)


def convolution(torch: Any, device: str, part: str, x: list[int], w: list[int], stride: int, padding: int) -> Work:
    """part: "forward", or "input gradient" or "weight gradient" of a graph that is kept."""
    pixels, weights = torch.from_numpy(_random(*x)).to(device), torch.from_numpy(_random(*w, seed=1)).to(device)
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
    gradient = torch.from_numpy(_random(*out.shape, seed=2)).to(device)
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


def function(torch: Any, device: str, name: str, count: int) -> Work:
    """A function of `count` numbers; softmax takes rows of a thousand, log and reductions take numbers above zero."""
    numbers = _random(count)
    if name in REDUCTIONS:
        numbers = np.abs(numbers)
    elif name == "log":
        numbers = np.exp(3 * numbers)
    elif name not in ("gelu", "softmax"):  # far out both lose digits by their very formula in float32
        numbers *= 3
    x = torch.from_numpy(numbers.reshape(-1, 1000) if name == "softmax" else numbers).to(device)
    if name == "gelu":
        calculate = torch.nn.functional.gelu
    elif name == "softmax":
        softmax = torch.softmax
        calculate = lambda x: softmax(x, -1)  # noqa: E731
    else:
        calculate = getattr(torch, name)
    found = np.asarray(calculate(x).cpu().numpy(), np.float64)
    some = numbers.reshape(x.shape).astype(np.float64)
    if name not in REDUCTIONS:
        found, some = found[:MOST_COMPARED], some[:MOST_COMPARED]
    exact = EXACT[name](some)
    error = float(np.max(np.abs(found - exact) / np.abs(exact)))
    return Work(lambda: calculate(x), bytes=4.0 * count * (1 if name in REDUCTIONS else 2), error=error)


def chain(torch: Any, device: str) -> Work:
    """Two thousand operations on one number, forward and backward."""
    x = torch.tensor(1.0001, device=device, requires_grad=True)

    def run() -> Any:
        y = x
        for _ in range(CHAIN // 4):
            y = -((y * x + 1.0) * 0.5)
        x.grad = None
        y.backward()
        return x.grad

    return Work(run)


def started_step(torch: Any, device: str, network: str, batch: int) -> Work:
    """A training step, until Python has started all of it."""
    work = training_step(torch, device, network, batch)
    work.call()  # makes what only the first step makes
    return Work(work.call, waits=False, launches=_launches(torch, work.call))


def small_sum(torch: Any, device: str) -> Work:
    """x + y of a number each, until Python has started it."""
    x, y = (torch.from_numpy(_random(1, seed=seed)).to(device) for seed in (0, 1))
    return Work(lambda: x + y, waits=False, launches=_launches(torch, lambda: x + y))


def empty_kernel(torch: Any, device: str, arrays: int) -> Work:
    """A kernel of nbgrad's that does nothing."""
    from gui.bench.gpu import start_nothing

    given = [torch.from_numpy(_random(1)).to(device).array for _ in range(arrays)]
    return Work(lambda: start_nothing(given), waits=False, launches=1)


def _launches(torch: Any, call: Callable[[], Any]) -> int | None:
    """Kernels that a call of nbgrad's starts; None of another library."""
    if torch.__name__ != "nbgrad":
        return None
    from gui.bench.gpu import launches_of

    return launches_of(call)
