"""Matrix products, convolution and pooling against PyTorch, side by side: python benchmarks/kernels.py --threads 2

Each pair takes turns, so that both meet the same disturbances; medians of microseconds, and their ratio.
"""

import argparse
import json
from collections.abc import Callable, Iterator

import numba
import numpy as np

try:  # before nbgrad, which asks OpenMP's threads to sleep while they wait: PyTorch keeps its own habit
    import torch
except ImportError:
    raise SystemExit("PyTorch is not installed: nothing to compare with") from None
from turns import take_turns

from nbgrad.kernels.cpu import conv, gemm, pool

ONE, ZERO, TWO = (1, 1), (0, 0), (2, 2)
Case = tuple[str, Callable[[], object], Callable[[], object]]
rng = np.random.default_rng(0)


def random(*shape: int) -> tuple[np.ndarray, torch.Tensor]:
    array = rng.standard_normal(shape, np.float32)
    return array, torch.from_numpy(array)


def convolution(name: str, x_shape: tuple, w_shape: tuple, stride: tuple, padding: tuple) -> Iterator[Case]:
    (x, tx), (w, tw), (b, tb) = random(*x_shape), random(*w_shape), random(w_shape[0])
    how = (stride, padding, ONE)
    g, tg = random(*torch.nn.functional.conv2d(tx, tw, None, *how).shape)

    def backward(*wanted: bool) -> Callable[[], object]:
        rest = ([w_shape[0]], *how, False, [0, 0], 1, wanted)
        return lambda: torch.ops.aten.convolution_backward(tg, tx, tw, *rest)

    yield f"{name} forward", lambda: conv.conv2d(x, w, b, *how, 1), lambda: torch.conv2d(tx, tw, tb, *how)
    yield f"{name} dW", lambda: conv.conv2d_weight_gradient(x, g, w_shape, *how, 1), backward(False, True, False)
    yield f"{name} dx", lambda: conv.conv2d_input_gradient(g, w, x_shape, *how, 1), backward(True, False, False)


def linear(batch: int, outputs: int, inputs: int) -> Iterator[Case]:
    (x, tx), (w, tw), (b, tb), (g, tg) = (
        random(batch, inputs),
        random(outputs, inputs),
        random(outputs),
        random(batch, outputs),
    )
    name = f"linear {inputs}->{outputs} batch {batch}"
    yield f"{name} forward", lambda: gemm.addmm(b, x, w.T), lambda: torch.addmm(tb, tx, tw.T)
    yield f"{name} dx", lambda: gemm.matmul(g, w), lambda: tg @ tw
    yield f"{name} dW", lambda: gemm.matmul(g.T, x), lambda: tg.T @ tx


def pooling(shape: tuple) -> Iterator[Case]:
    x, tx = random(*shape)
    y, where = torch.nn.functional.max_pool2d(tx, 2, return_indices=True)
    g, indices, how = y.numpy().copy(), where.numpy(), (TWO, TWO, ZERO, ONE, False)
    backward = torch.ops.aten.max_pool2d_with_indices_backward
    name = f"max_pool2d {'x'.join(map(str, shape))}"
    yield (
        f"{name} forward",
        lambda: pool.max_pool2d(x, *how),
        lambda: (
            torch.max_pool2d_with_indices(tx, 2)
            if hasattr(torch, "max_pool2d_with_indices")
            else torch.nn.functional.max_pool2d(tx, 2, return_indices=True)
        ),
    )
    yield f"{name} dx", lambda: pool.max_pool2d_gradient(g, indices, shape), lambda: backward(y, tx, *how, where)


def square(n: int) -> Iterator[Case]:
    (a, ta), (b, tb) = random(n, n), random(n, n)
    yield f"{n} x {n} product", lambda: gemm.matmul(a, b), lambda: ta @ tb


def cases() -> Iterator[Case]:
    for batch in (1, 8, 64, 256):
        yield from convolution(f"conv1 batch {batch}", (batch, 1, 32, 32), (6, 1, 5, 5), ONE, ZERO)
        yield from convolution(f"conv2 batch {batch}", (batch, 6, 14, 14), (16, 6, 5, 5), ONE, ZERO)
        yield from pooling((batch, 6, 28, 28))
        yield from pooling((batch, 16, 10, 10))
        for outputs, inputs in ((120, 400), (84, 120), (10, 84)):
            yield from linear(batch, outputs, inputs)
    yield from convolution("7x7/2 3->64", (1, 3, 64, 64), (64, 3, 7, 7), TWO, (3, 3))
    for channels, side in ((64, 16), (128, 8), (256, 4), (512, 2)):
        yield from convolution(f"3x3 {channels}", (1, channels, side, side), (channels, channels, 3, 3), ONE, ONE)
    yield from convolution("3x3/2 64->128", (1, 64, 16, 16), (128, 64, 3, 3), TWO, ONE)
    yield from convolution("1x1/2 64->128", (1, 64, 16, 16), (128, 64, 1, 1), TWO, ZERO)
    for n in (128, 256, 512, 1024):
        yield from square(n)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=numba.config.NUMBA_NUM_THREADS)
    parser.add_argument("--seconds", type=float, default=0.3, help="time for each pair")
    parser.add_argument("--only", default="", help="run the cases whose name contains this")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    numba.set_num_threads(options.threads)
    torch.set_num_threads(options.threads)
    rows = []
    for name, ours, theirs in cases():
        if options.only in name:
            mine, other = take_turns(ours, theirs, options.seconds)
            rows.append({"case": name, "nbgrad_us": mine, "torch_us": other, "ratio": mine / other})
            if not options.json:
                print(f"{name:40} nbgrad {mine:9.1f}  torch {other:9.1f}  ratio {mine / other:5.2f}", flush=True)
    if options.json:
        print(json.dumps({"threads": options.threads, "torch": torch.__version__, "rows": rows}))


if __name__ == "__main__":
    main()
