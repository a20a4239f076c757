"""What is compiled beforehand is what a call needs, and nothing compiles twice."""

import subprocess
import sys

import numpy as np
import pytest

from nbgrad.kernels import cpu
from nbgrad.kernels.cpu.launch import SPLIT

LENET = """
import numpy as np
from nbgrad.kernels.cpu import conv, gemm, launch, pool
from nbgrad.kernels.registry import KERNELS

mine = [k for k in KERNELS.values() if k.name.split(".")[1] in ("conv", "gemm", "launch", "pool") and k.signatures]
for kernel in mine:
    for signature in kernel.signatures:
        kernel.dispatcher.compile(signature)
before = {k.name: len(k.dispatcher.signatures) for k in mine}
how, halves = ((1, 1), (0, 0), (1, 1), 1), ((2, 2), (2, 2), (0, 0), (1, 1), False)
for batch in (1, 64):
    for x_shape, w_shape in (((batch, 1, 32, 32), (6, 1, 5, 5)), ((batch, 6, 14, 14), (16, 6, 5, 5))):
        x, w, bias = np.ones(x_shape, np.float32), np.ones(w_shape, np.float32), np.ones(w_shape[0], np.float32)
        out = conv.conv2d(x, w, bias, *how)
        conv.conv2d_weight_gradient(x, out, w.shape, *how)
        conv.conv2d_input_gradient(out, w, x.shape, *how)
        y, indices = pool.max_pool2d(out, *halves)
        pool.max_pool2d_gather(pool.max_pool2d_gradient(y, indices, out.shape, halves), indices)
    for outputs, inputs in ((120, 400), (84, 120), (10, 84)):
        x, w = np.ones((batch, inputs), np.float32), np.ones((outputs, inputs), np.float32)
        g = gemm.addmm(np.ones(outputs, np.float32), x, w.T)
        gemm.matmul(g, w), gemm.matmul(g.T, x)
after = {k.name: len(k.dispatcher.signatures) for k in KERNELS.values() if k.dispatcher.signatures}
assert after == before, set(after.items()) ^ set(before.items())
"""


def test_the_listed_signatures_are_those_of_lenet():
    done = subprocess.run([sys.executable, "-c", LENET], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("size", [SPLIT - 1, SPLIT, SPLIT + 1, 3 * SPLIT + 1023])
def test_large_arrays_are_split_without_a_seam(size):
    a, b = np.random.default_rng(0).normal(size=(2, size)).astype(np.float32)
    np.testing.assert_array_equal(cpu.relu(a), np.maximum(a, 0))
    np.testing.assert_array_equal(cpu.add(a, b), a + b)
    np.testing.assert_array_equal(cpu.mul(a[::2], b[::2]), a[::2] * b[::2])
