"""What is measured, and the goals: the rows of the table, each a list of cases."""

from collections.abc import Iterable, Iterator
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
    alone: bool = False  # no other library has such a thing


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


Shape = tuple[str, list[int], list[int], int, int]  # name, input, weight, stride, padding


def _lenet_shapes(batch: int) -> Iterator[Shape]:
    yield f"LeNet 1, batch {batch}", [batch, 1, 32, 32], [6, 1, 5, 5], 1, 0
    yield f"LeNet 2, batch {batch}", [batch, 6, 14, 14], [16, 6, 5, 5], 1, 0


def _resnet_shapes(batch: int, side: int, width: int = 64) -> Iterator[Shape]:
    """Every kind of convolution of ResNet-18 on pictures of side x side; its width is 64."""
    yield f"7x7/2 3-{width}, batch {batch}", [batch, 3, side, side], [width, 3, 7, 7], 2, 3
    for stage in range(4):
        channels, extent = width << stage, side // 4 >> stage
        x = [batch, channels, extent, extent]
        yield f"3x3 {channels}, batch {batch}", x, [channels, channels, 3, 3], 1, 1
        if stage < 3:
            name = f"{channels}-{2 * channels}, batch {batch}"
            yield f"3x3/2 {name}", x, [2 * channels, channels, 3, 3], 2, 1
            yield f"1x1/2 {name}", x, [2 * channels, channels, 1, 1], 2, 0


def _convolutions(shapes: Iterable[Shape], goal: float | None = None) -> Iterator[Case]:
    for name, x, w, stride, padding in shapes:
        for part in ("forward", "input gradient", "weight gradient"):
            given = {"part": part, "x": x, "w": w, "stride": stride, "padding": padding}
            yield Case(f"{name}, {part}", "convolution", given, goal)


def _residual() -> Iterator[Case]:
    for batch in (1, 8):
        for make, work in (("forward_pass", "forward"), ("training_step", "training step")):
            given = {"network": "resnet18", "batch": batch}
            yield Case(f"{batch}x3x64x64 {work}", make, given, 0.8, share=6)


def _functions(powers: Iterable[int], goal: float | None) -> Iterator[Case]:
    for name in FUNCTIONS:
        for power in powers:
            yield Case(f"{name} 1e{power}", "function", {"name": name, "count": 10**power}, goal)


def rows(peer: str, threads: int, folder: str = "") -> list[Row]:
    """The whole table; folder: where pictures.npy and labels.npy of the epoch lie."""
    epoch = Case("batch 64, with the loader", "epoch", {"folder": folder, "batch": 64}, 0.25)
    chain = Case("2,000 operations, forward and backward", "chain", {}, 1.0, threads=1, share=4)
    shapes = [shape for batch in (1, 64) for shape in _lenet_shapes(batch)]
    shapes += [shape for batch in (1, 8) for shape in _resnet_shapes(batch, side=64)]
    startup = Case(f"import nbgrad, import {peer}", "import", {}, 0.2)
    return [
        Row("training", "LeNet, training step", tuple(_training())),
        Row("forward", "LeNet, forward under no_grad", tuple(_forward())),
        Row("epoch", "One MNIST epoch", (epoch,)),
        Row("gemm", "Matrix product, float32 n x n", tuple(_products(threads))),
        Row("conv", "conv2d", tuple(_convolutions(shapes)), 0.8),
        Row("resnet", "ResNet-18", tuple(_residual())),
        Row("functions", "Functions of many numbers", tuple(_functions(range(3, 8), 1.0))),
        Row("chain", "A chain on one number", (chain,)),
        Row("import", "Import", (startup,)),
    ]


@dataclass(frozen=True)
class Sizes:
    """How large the work for a GPU is; tests make it small."""

    batches: tuple[int, ...] = (64, 1024)
    product: int = 4096
    images: int = 32
    side: int = 224
    width: int = 64
    powers: tuple[int, ...] = (3, 5, 7)
    accuracy: float = 0.99


def gpu_rows(folder: str = "", sizes: Sizes = Sizes()) -> list[Row]:
    """The whole table for a GPU; folder: where MNIST's pictures and labels lie as .npy files."""
    given = {"network": "lenet", "batch": sizes.batches[0]}
    training = [
        Case(f"batch {batch}", "training_step", {"network": "lenet", "batch": batch}, 0.7, share=4)
        for batch in sizes.batches
    ]
    product = Case(f"{sizes.product} nn", "product", {"n": sizes.product, "transposed": "nn"}, 1 / 0.6, share=2)
    shapes = _resnet_shapes(sizes.images, sizes.side, sizes.width)
    accurate = Case(
        f"batch 64, from fresh weights to {sizes.accuracy:.0%} of the test set", "until_accurate",
        {"folder": folder, "batch": 64, "accuracy": sizes.accuracy},
    )  # fmt: skip
    launches = [
        Case("an empty kernel without arguments", "empty_kernel", {"arrays": 0}, alone=True),
        Case("an empty kernel of three arrays", "empty_kernel", {"arrays": 3}, alone=True),
        Case("x + y, a number each", "small_sum", {}),
        Case(f"LeNet, training step, batch {sizes.batches[0]}", "started_step", given, share=4),
    ]
    return [
        Row("training", "LeNet, training step", tuple(training)),
        Row("gemm", "Matrix product, float32 n x n: 60 % of the peer's speed or more", (product,)),
        Row("conv", "conv2d of ResNet-18: 40 % of the peer's speed or more", tuple(_convolutions(shapes, 1 / 0.4))),
        Row("functions", "Functions of many numbers", tuple(_functions(sizes.powers, None))),
        Row("mnist", "MNIST", (accurate,)),
        Row("launch", "Python's time alone: until the work is started, not done", tuple(launches)),
    ]


NAMES = tuple(dict.fromkeys(row.name for row in (*rows("", 1), *gpu_rows())))  # of either device
