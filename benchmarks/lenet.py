"""LeNet against PyTorch: training step and forward pass, same inputs, same threads, alternating in one process.

    python -m pip install torch==2.13.0
    python benchmarks/lenet.py [--threads 2] [--batches 1 8 64 256] [--json]

Prints medians and the ratio nbgrad / PyTorch (below 1: nbgrad is faster).
"""

import argparse
import json
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

try:  # before nbgrad, which asks OpenMP's threads to sleep while they wait: PyTorch keeps its own habit
    import torch
except ImportError:
    raise SystemExit("PyTorch is not installed: nothing to compare with") from None
from turns import take_turns

import nbgrad
from nbgrad.vision.models import LeNet


class TorchLeNet(torch.nn.Module):
    """The same network in PyTorch."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = torch.nn.Conv2d(1, 6, 5), torch.nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = torch.nn.Linear(400, 120), torch.nn.Linear(120, 84), torch.nn.Linear(84, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pool, relu = torch.nn.functional.max_pool2d, torch.nn.functional.relu
        x = pool(relu(self.conv2(pool(relu(self.conv1(x)), 2))), 2).flatten(1)
        return self.fc3(relu(self.fc2(relu(self.fc1(x)))))


def training_step(module: Any, network: Any, pixels: Any, digits: Any) -> Callable[[], Any]:
    optimizer = module.optim.SGD(network.parameters(), lr=1e-4, momentum=0.9)

    def step() -> None:
        optimizer.zero_grad()
        module.nn.functional.cross_entropy(network(pixels), digits).backward()
        optimizer.step()

    return step


def forward_pass(module: Any, network: Any, pixels: Any, _digits: Any) -> Callable[[], Any]:
    def forward() -> None:
        with module.no_grad():
            network(pixels)

    return forward


def compare(work: str, batch: int) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    pixels = rng.standard_normal((batch, 1, 32, 32)).astype(np.float32)
    digits = rng.integers(0, 10, batch)
    make = {"training step": training_step, "forward": forward_pass}[work]
    ours = make(nbgrad, LeNet(), nbgrad.from_numpy(pixels), nbgrad.from_numpy(digits))
    theirs = make(torch, TorchLeNet(), torch.from_numpy(pixels), torch.from_numpy(digits))
    mine, other = (microseconds / 1e3 for microseconds in take_turns(ours, theirs, seconds=4.0))
    return {"work": work, "batch": batch, "nbgrad_ms": mine, "torch_ms": other, "ratio": mine / other}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=numba.config.NUMBA_NUM_THREADS)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8, 64, 256])
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    numba.set_num_threads(arguments.threads)
    torch.set_num_threads(arguments.threads)
    rows = [compare(work, batch) for work in ("training step", "forward") for batch in arguments.batches]
    if arguments.json:
        print(json.dumps({"threads": arguments.threads, "torch": torch.__version__, "rows": rows}, indent=2))
        return
    print(f"LeNet, {arguments.threads} threads, PyTorch {torch.__version__}")
    for row in rows:
        print(
            f"{row['work']:14} batch {row['batch']:4}: nbgrad {row['nbgrad_ms']:8.3f} ms, "
            f"PyTorch {row['torch_ms']:8.3f} ms, ratio {row['ratio']:.2f}"
        )


if __name__ == "__main__":
    main()
