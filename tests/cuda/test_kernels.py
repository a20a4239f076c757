"""The GPU's kernels against the CPU's, at tiny shapes that cross the edges of tiles; and fast kernels against twins.

On a GPU: `python -m pytest -m gpu`. Without one the simulator runs the same kernels, a Python thread for each thread:
`NUMBA_ENABLE_CUDASIM=1 python -m pytest -m gpu`.
"""

import numpy as np
import pytest

from nbgrad import kernels
from nbgrad.placement import why_no_gpu
from tests.cuda.compare import close, same, up

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(why_no_gpu() is not None, reason=str(why_no_gpu())),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),  # the simulator computes NaN and inf with numpy's numbers
]
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@DTYPES
@pytest.mark.parametrize("m, n, k", [(1, 1, 1), (3, 5, 0), (33, 35, 9), (7, 5, 130)])
def test_matmul(rng, dtype, m, n, k):
    bias = rng.normal(size=n).astype(dtype)
    for left, right in ((False, False), (False, True), (True, False), (True, True)):
        a = rng.normal(size=(k, m) if left else (m, k)).astype(dtype)
        b = rng.normal(size=(n, k) if right else (k, n)).astype(dtype)
        x, y = up(a), up(b)
        found = kernels.cuda.matmul(x.T if left else x, y.T if right else y, up(bias))
        close(found, (a.T if left else a) @ (b.T if right else b) + bias)


@DTYPES
@pytest.mark.parametrize("m, n, k", [(1, 1, 1), (3, 5, 0), (33, 35, 9), (7, 5, 130)])
def test_matmul_and_sums(rng, dtype, m, n, k):
    for left, right in ((False, False), (True, True)):
        a = rng.normal(size=(k, m) if left else (m, k)).astype(dtype)
        b = rng.normal(size=(n, k) if right else (k, n)).astype(dtype)
        x, y = up(a), up(b)
        a, b = a.T if left else a, b.T if right else b
        found, sums = kernels.cuda.matmul_and_sums(x.T if left else x, y.T if right else y)
        close(found, a @ b)
        close(sums, a.sum(1))


@pytest.mark.parametrize("tile, m, n, k", [("_NARROW", 5, 34, 9), ("_MIDDLE", 66, 3, 7), ("_WIDE", 3, 130, 8)])
def test_tiles(rng, monkeypatch, tile, m, n, k):
    from nbgrad.kernels.cuda import gemm

    side = {"_NARROW": 32, "_MIDDLE": 64, "_WIDE": 128}[tile]
    blocks = 2 * -(-m // side) * -(-n // side)
    monkeypatch.setattr(gemm, "_design", lambda *sizes: (getattr(gemm, tile), blocks))
    monkeypatch.setattr(gemm, "_SMALL", 0)
    a, b = rng.normal(size=(2, m, k)).astype(np.float32), rng.normal(size=(2, k, n)).astype(np.float32)
    same("bmm", a, b)
    monkeypatch.setattr(gemm, "_design", lambda *sizes: (getattr(gemm, tile), blocks // 2))
    found, sums = kernels.cuda.matmul_and_sums(up(a[0]), up(b[0]))
    close(found, a[0] @ b[0])
    close(sums, a[0].sum(1))


@pytest.mark.parametrize("bias", [(), (1,), (2,), (4, 1), (1, 2), (4, 2)])
def test_addmm(rng, bias):
    numbers = [rng.normal(size=shape) for shape in (bias, (4, 5), (5, 2))]
    same("addmm", *[np.asarray(each) for each in numbers])


@pytest.mark.parametrize("dtype", [np.int64, np.uint8])
def test_whole_numbers(rng, dtype):
    same("matmul", rng.integers(0, 9, (4, 5)).astype(dtype), rng.integers(0, 9, (5, 3)).astype(dtype))


@pytest.mark.parametrize("shape", [(1, 3), (70, 34), (0, 3), (1030, 1)])
def test_column_sums(rng, shape):
    same("column_sums", rng.normal(size=shape))


@DTYPES
@pytest.mark.parametrize(
    "shape, axis", [((3, 5), 1), ((2, 40), 1), ((40, 2), 0), ((2, 35, 3), 1), ((), 0), ((0, 3), 1)]
)
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax(rng, dtype, shape, axis, name):
    x, g = np.asarray(rng.normal(size=shape) * 9, dtype), np.asarray(rng.normal(size=shape), dtype)
    if x.size > 40:
        x.reshape(-1)[3] = -np.inf
    same(name, x, axis)
    same(f"{name}_gradient", g, np.asarray(getattr(kernels.cpu, name)(x, axis)), axis)


CONVOLUTIONS = [
    ((2, 3, 6, 7), (4, 3, 3, 2), (1, 1), (0, 0), (1, 1), 1),
    ((1, 4, 7, 6), (6, 2, 3, 3), (2, 3), (1, 2), (1, 2), 2),
    ((2, 4, 5, 5), (4, 1, 3, 3), (2, 2), (1, 1), (1, 1), 4),
    ((1, 2, 9, 9), (3, 2, 2, 2), (3, 2), (2, 1), (2, 3), 1),
    ((0, 2, 3, 3), (5, 2, 3, 3), (1, 1), (2, 2), (1, 1), 1),
]


@DTYPES
@pytest.mark.parametrize("x, w, stride, padding, dilation, groups", CONVOLUTIONS)
@pytest.mark.parametrize("tiles", [False, True])
def test_convolution(rng, monkeypatch, tiles, dtype, x, w, stride, padding, dilation, groups):
    from nbgrad.kernels.cuda import conv

    monkeypatch.setattr(conv, "_LITTLE", 0 if tiles else 1 << 40)
    options = stride, padding, dilation, groups
    x, w, bias = (rng.normal(size=shape).astype(dtype) for shape in (x, w, w[:1]))
    same("conv2d", x, w, bias, *options)
    g = rng.normal(size=kernels.cpu.conv2d(x, w, None, *options).shape).astype(dtype)
    same("conv2d_input_gradient", g, w, x.shape, *options)
    same("conv2d_weight_gradient", x, g, w.shape, *options)
    same("conv2d_bias_gradient", g)
    found = kernels.cuda.conv2d_gradients(up(g), None, False, up(x), up(w), (x.shape, w.shape), True, *options)
    close(found[0], kernels.cpu.conv2d_input_gradient(g, w, x.shape, *options))
    close(found[2], kernels.cpu.conv2d_bias_gradient(g))


def test_convolution_with_many_outputs(rng, monkeypatch):
    """Large tiles, and pixels in parts."""
    from nbgrad.kernels.cuda import conv

    monkeypatch.setattr(conv, "_LITTLE", 0)
    monkeypatch.setattr(conv, "_SHARE", 8)
    options = (1, 1), (1, 1), (1, 1), 1
    x, w = rng.normal(size=(1, 2, 5, 4)).astype(np.float32), rng.normal(size=(34, 2, 2, 2)).astype(np.float32)
    same("conv2d", x, w, None, *options)
    g = rng.normal(size=(1, 34, 6, 5)).astype(np.float32)
    same("conv2d_weight_gradient", x, g, w.shape, *options)
    same("conv2d_input_gradient", g, w, x.shape, *options)


@DTYPES
@pytest.mark.parametrize(
    "options",
    [
        ((3, 2), (2, 1), (1, 1), (1, 1), False), ((3, 3), (2, 2), (1, 1), (1, 1), True),
        ((2, 2), (2, 2), (0, 0), (1, 1), False), ((2, 3), (1, 2), (1, 0), (2, 2), True),
    ],
)  # fmt: skip
def test_max_pool(rng, dtype, options):
    x = rng.normal(size=(2, 2, 7, 8)).astype(dtype)
    x[0, 0, 2, 3], x[1, 1, 0, 0], x[1] = np.nan, -np.inf, np.round(x[1])
    out, kept = kernels.cpu.max_pool2d(x, *options)
    indices = kernels.cpu.max_pool2d_indices(kept, x.shape)
    for found, wanted in zip(kernels.cuda.max_pool2d(up(x), *options), (out, indices), strict=True):
        np.testing.assert_array_equal(found.get(), wanted)
    g = rng.normal(size=out.shape).astype(dtype)
    same("max_pool2d_gather", x, indices)
    for gate in (None, np.abs(x)):
        wanted = kernels.cpu.max_pool2d_gradient(g, indices, x.shape, options, gate)
        found = kernels.cuda.max_pool2d_gradient(up(g), up(indices), x.shape, options, up(gate))
        assert (found.get() == wanted).all()  # the same order of sums


@pytest.mark.parametrize("windows", [((3, 2), (2, 1), (1, 1)), ((3, 3), (2, 2), (1, 1)), ((2, 2), (3, 3), (0, 0))])
@pytest.mark.parametrize("ceil_mode, padded, divisor", [(False, True, 0), (True, False, 0), (True, True, 5)])
def test_avg_pool(rng, windows, ceil_mode, padded, divisor):
    x = rng.normal(size=(1, 2, 7, 8))
    same("avg_pool2d", x, *windows, ceil_mode, padded, divisor)
    g = rng.normal(size=kernels.cpu.avg_pool2d(x, *windows, ceil_mode, padded, divisor).shape)
    same("avg_pool2d_gradient", g, x.shape, *windows, padded, divisor)


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (9, 2)])
def test_adaptive_avg_pool(rng, size):
    x = rng.normal(size=(1, 2, 7, 8))
    same("adaptive_avg_pool2d", x, size)
    same("adaptive_avg_pool2d_gradient", rng.normal(size=(1, 2, *size)), x.shape)


@DTYPES
@pytest.mark.parametrize(
    "shape, axes", [((3, 4), (1,)), ((2, 17, 1), (1,)), ((2, 3, 4), (0, 2)), ((0, 3), (0,)), ((), ())]
)
def test_moments(rng, dtype, shape, axes):
    x = np.asarray(rng.normal(size=shape), dtype)
    for corrupt in (False, True):
        if corrupt and x.size > 4:
            x.reshape(-1)[:3] = np.inf, 0, np.nan
        for correction in (1, 2.5):
            same("variance", x, axes, False, correction)
            same("deviation", x, axes, True, correction)
        same("logsumexp", x, axes, True)
        for order in (2.0, np.inf, -np.inf) if corrupt else (2.0, 1.0, 0.0, 3.0, np.inf):
            same("vector_norm", x, axes, False, order)


@DTYPES
@pytest.mark.parametrize("shape", [(3, 2, 4, 5), (4, 3), (1, 2)])
@pytest.mark.parametrize("training", [True, False])
def test_batch_norm(rng, dtype, shape, training):
    x, g = (rng.normal(size=shape).astype(dtype) + 3 for _ in range(2))
    weight, bias, mean, variance = (np.abs(rng.normal(size=shape[1])).astype(dtype) for _ in range(4))
    held = mean.copy(), variance.copy()
    own = tuple(map(up, held))
    wanted = kernels.cpu.batch_norm(x, weight, bias, held, training, 0.1, 1e-5)
    found = kernels.cuda.batch_norm(up(x), up(weight), up(bias), own, training, 0.1, 1e-5)
    for mine, other in zip((*found, *own), (*wanted, *held), strict=True):
        close(mine, other, 1e-4)
    for each in (weight, None):
        same("batch_norm_gradient", g, x, *wanted[1:], each, training, tolerance=1e-4)


@DTYPES
@pytest.mark.parametrize("rows, size", [(3, 5), (2, 17), (1, 1), (0, 4)])
def test_layer_norm(rng, dtype, rows, size):
    x, g = (rng.normal(size=(rows, size)).astype(dtype) for _ in range(2))
    weight, bias = (rng.normal(size=size).astype(dtype) for _ in range(2))
    for given in ((weight, bias), (None, None)):
        same("layer_norm", x, *given, size, 1e-5, tolerance=1e-4)
        _, mean, inverse = kernels.cpu.layer_norm(x, *given, size, 1e-5)
        same("layer_norm_gradient", g, x, mean, inverse, given[0], size, tolerance=1e-4)


@pytest.mark.parametrize(
    "kernel", ["channel_moments", "channel_products", "normalised_rows", "row_gradient", "column_gradients"]
)
def test_norm_twins(rng, kernel):
    """Each kernel leaves in its arrays what its twin does."""
    from nbgrad.kernels.cuda import norm

    rows, size = rng.normal(size=(2, 21)), 7
    columns, three = rng.normal(size=(4, size)), np.abs(rng.normal(size=(6, 3)))
    arguments, grid = {
        "channel_moments": ((rows[0, :12], *three[:4], (2, 3, 2), 1e-5, 0.1), 3),
        "channel_products": ((rows[0, :12], rows[1, :12], *three[:4], (2, 3, 2)), 3),
        "normalised_rows": ((rows[0], *columns[:2], np.empty(21), *three[:2], size, 1e-5), 3),
        "row_gradient": ((*rows, *three[:2], columns[0], np.empty(21), size), 3),
        "column_gradients": ((*rows, *three[:2], np.empty(28), size, 2), 2),
    }[kernel]
    arguments = [np.ascontiguousarray(each) if isinstance(each, np.ndarray) else each for each in arguments]
    found = getattr(norm, kernel)
    devices = [up(each) for each in arguments]
    kernels.cuda_registry.launch_grid(found, grid, 256 if kernel == "column_gradients" else norm.THREADS, *devices)
    found.twin(*arguments)
    for mine, other in zip(devices, arguments, strict=True):
        if isinstance(other, np.ndarray):
            close(mine, other)


@DTYPES
def test_losses(rng, dtype):
    a, b = rng.normal(size=(3, 4)).astype(dtype), rng.normal(size=4).astype(dtype)
    p, t = (rng.uniform(size=(3, 4)).astype(dtype) for _ in range(2))
    p[0, :2], a[0, 0] = (0, 1), np.nan
    same("smooth_l1", a, b, 0.3)
    same("huber", a, b, 0.3)
    same("binary_cross_entropy", p, t)
    same("binary_cross_entropy_with_logits", a * 50, t, None)
    same("binary_cross_entropy_with_logits", a, t, np.abs(b))


@DTYPES
@pytest.mark.parametrize("mean", [True, False])
def test_class_loss(rng, dtype, mean):
    x, target = rng.normal(size=(9, 4)).astype(dtype), np.array([0, 3, -100, 2, 1, 0, -100, 1, 0])
    for labels in (target, np.full(9, -100), target[:1].astype(np.uint8)):
        same("class_loss", x[: len(labels)], labels, -100, mean)
        same("class_loss_gradient", np.asarray(2.5, dtype), labels, 4, -100, mean)


STEPS = [
    ("sgd", 0, (None, True, 0.1, 0, 0, 0.01, False)),
    ("sgd", 1, (True, 0.1, 0.9, 0.3, 0.01, False)),
    ("sgd", 1, (False, 0.1, 0.9, 0.0, 0.01, True)),
    ("adam", 2, (3, 0.1, 0.9, 0.99, 1e-8, 0.01)),
    ("adamw", 3, (True, 2.0, 0.1, 0.9, 0.99, 1e-8, 0.01)),
    ("adamw", 2, (None, False, 2.0, 0.1, 0.9, 0.99, 1e-8, 0.01)),
    ("rmsprop", 3, (0.1, 0.9, 1e-8, 0.01, 0.5)),
    ("rmsprop", 1, (None, None, 0.1, 0.9, 1e-8, 0.01, 0)),
    ("adagrad", 1, (0.1, 1e-8, 0.01)),
]


@DTYPES
@pytest.mark.parametrize("name, states, settings", STEPS)
def test_steps(rng, monkeypatch, dtype, name, states, settings):
    """Parameters of several sizes take their step in one launch, and as on the CPU; one alone does so at once."""
    from nbgrad.kernels.cuda import optim

    def step(device, arrays):  # SGD moves lists of parameters
        getattr(device, name)(*([each] if name == "sgd" else each for each in arrays), *settings)

    launches = []
    start = optim.launch_grid
    monkeypatch.setattr(optim, "launch_grid", lambda *given: launches.append(given[0].name) or start(*given))
    pairs = []
    with kernels.cuda.together():
        for size in (5, 70, 1, 0, 17):
            hosts = [np.abs(rng.normal(size=size)).astype(dtype) + dtype(0.1) for _ in range(2 + states)]
            hosts[2:3] = [each + dtype(9) for each in hosts[2:3]]  # a mean square above the squared mean
            if size == 5:
                hosts[1] = hosts[1].astype(np.float64)
            pairs.append((hosts, [up(each) for each in hosts]))
            step(kernels.cpu, hosts)
            step(kernels.cuda, pairs[-1][1])
        assert launches == []
    assert len(launches) == 1
    hosts, devices = pairs[0]
    step(kernels.cpu, hosts)
    step(kernels.cuda, devices)
    assert len(launches) == 2
    for hosts, devices in pairs:
        for mine, other in zip(devices, hosts, strict=True):
            close(mine, other)
