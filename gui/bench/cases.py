"""What is measured, and the goals: the rows of the table, each a list of cases."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

BATCHES = (1, 8, 64, 256)
FUNCTIONS = ("exp", "log", "tanh", "sigmoid", "gelu", "softmax", "sum", "mean", "max")
ERROR_GOAL = 3e-7


@dataclass(frozen=True)
class Case:
    """One pair of figures. make and given: the function of `works` that prepares it, and what it is given."""

    work: str
    make: str
    given: dict[str, Any] = field(default_factory=dict)
    goal: float | None = None  # of this case alone; None where the row's geometric mean has one
    peer: str = ""  # another than the one asked for
    threads: int | None = None  # another number than the one asked for
    share: float = 1.0  # of the time each case gets


@dataclass(frozen=True)
class Row:
    """A line of the table. goal: for the geometric mean of its cases, None where each case has its own."""

    name: str
    title: str
    cases: tuple[Case, ...]
    goal: float | None = None


def _training() -> Iterator[Case]:
    for batch in BATCHES:
        goal = 0.25 if batch < 64 else 0.20
        yield Case(f"batch {batch}", "training_step", {"network": "lenet", "batch": batch}, goal, share=4)


def _forward() -> Iterator[Case]:
    for batch in (1, 64):
        given = {"network": "lenet", "batch": batch}
        yield Case(f"batch {batch}", "forward_pass", given, 0.35, share=4)
        yield Case(f"batch {batch}", "forward_pass", given, 1.0, "onnxruntime", share=4)


def _products(threads: int) -> Iterator[Case]:
    for count in sorted({1, threads}):
        for n in (64, 128, 256, 512, 1024):
            for how in ("nn", "tn", "nt", "tt"):
                work = f"{n} {how}, {count} thread{'s'[: count > 1]}"
                yield Case(work, "product", {"n": n, "transposed": how}, 0.8, threads=count)


def _convolutions() -> Iterator[Case]:
    shapes = []
    for batch in (1, 64):
        shapes += [
            (f"LeNet 1, batch {batch}", [batch, 1, 32, 32], [6, 1, 5, 5], 1, 0),
            (f"LeNet 2, batch {batch}", [batch, 6, 14, 14], [16, 6, 5, 5], 1, 0),
        ]
    for batch in (1, 8):
        shapes.append((f"7x7/2 3-64, batch {batch}", [batch, 3, 64, 64], [64, 3, 7, 7], 2, 3))
        for channels, side in ((64, 16), (128, 8), (256, 4), (512, 2)):
            same = (f"3x3 {channels}, batch {batch}", [batch, channels, side, side], [channels, channels, 3, 3], 1, 1)
            shapes.append(same)
            if channels < 512:
                x, name = [batch, channels, side, side], f"{channels}-{2 * channels}, batch {batch}"
                shapes.append((f"3x3/2 {name}", x, [2 * channels, channels, 3, 3], 2, 1))
                shapes.append((f"1x1/2 {name}", x, [2 * channels, channels, 1, 1], 2, 0))
    for name, x, w, stride, padding in shapes:
        for part in ("forward", "input gradient", "weight gradient"):
            given = {"part": part, "x": x, "w": w, "stride": stride, "padding": padding}
            yield Case(f"{name}, {part}", "convolution", given)


def _residual() -> Iterator[Case]:
    for batch in (1, 8):
        for make, work in (("forward_pass", "forward"), ("training_step", "training step")):
            given = {"network": "resnet18", "batch": batch}
            yield Case(f"{batch}x3x64x64 {work}", make, given, 0.8, share=6)


def _functions() -> Iterator[Case]:
    for name in FUNCTIONS:
        for power in range(3, 8):
            yield Case(f"{name} 1e{power}", "function", {"name": name, "count": 10**power}, 1.0)


def rows(peer: str, threads: int, folder: str = "") -> list[Row]:
    """The whole table; folder: where pictures.npy and labels.npy of the epoch lie."""
    epoch = Case("batch 64, with the loader", "epoch", {"folder": folder, "batch": 64}, 0.25)
    chain = Case("2,000 operations, forward and backward", "chain", {}, 1.0, threads=1, share=4)
    startup = Case(f"import nbgrad, import {peer}", "import", {}, 0.2)
    return [
        Row("training", "LeNet, training step", tuple(_training())),
        Row("forward", "LeNet, forward under no_grad", tuple(_forward())),
        Row("epoch", "One MNIST epoch", (epoch,)),
        Row("gemm", "Matrix product, float32 n x n", tuple(_products(threads))),
        Row("conv", "conv2d", tuple(_convolutions()), 0.8),
        Row("resnet", "ResNet-18", tuple(_residual())),
        Row("functions", "Functions of many numbers", tuple(_functions())),
        Row("chain", "A chain on one number", (chain,)),
        Row("import", "Import", (startup,)),
    ]


NAMES = tuple(row.name for row in rows("", 1))
