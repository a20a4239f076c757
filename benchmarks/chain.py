"""A chain of 2,000 operations on one number, forward and backward, against PyTorch: what a call costs.

    python -m pip install torch==2.13.0
    python benchmarks/chain.py [--rounds 40]

The two take turns in one thread; the medians are of processor time. A ratio below 1 means that nbgrad is faster.
"""

import argparse
import statistics
import time
from typing import Any

try:  # before nbgrad, as in lenet.py
    import torch
except ImportError:
    raise SystemExit("PyTorch is not installed: nothing to compare with") from None

import nbgrad

OPS = 2000


def forward(x: Any) -> Any:
    y = x
    for _ in range(OPS // 4):
        y = -((y * x + 1.0) * 0.5)
    return y


def microseconds(module: Any) -> tuple[float, float]:
    """Processor time per operation, forward and backward."""
    x = module.tensor(1.0001, requires_grad=True)
    start = time.thread_time()
    y = forward(x)
    middle = time.thread_time()
    y.backward()
    return (middle - start) * 1e6 / OPS, (time.thread_time() - middle) * 1e6 / OPS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)
    for module in (nbgrad, torch):
        microseconds(module)
    times = [(microseconds(nbgrad), microseconds(torch)) for _ in range(rounds)]
    totals = []
    for name, column in (("nbgrad", 0), ("PyTorch", 1)):
        ahead, back = (statistics.median(each[column][part] for each in times) for part in (0, 1))
        totals.append(statistics.median(sum(each[column]) for each in times))
        print(f"{name:8} {ahead:5.2f} us forward, {back:5.2f} us backward, {totals[-1]:5.2f} us an operation")
    print(f"ratio {totals[0] / totals[1]:.2f}")


if __name__ == "__main__":
    main()
