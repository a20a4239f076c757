"""Running sums along one axis."""

import math

import numpy as np

from nbgrad.kernels.cuda.copy import flat
from nbgrad.kernels.cuda.driver import SIMULATOR, cuda
from nbgrad.kernels.cuda.memory import empty
from nbgrad.kernels.cuda.registry import kernel, launch, launch_grid
from nbgrad.strided import DeviceArray

THREADS = 4 if SIMULATOR else 256
_SHORT = 2 if SIMULATOR else 64  # numbers in a line that one thread takes
_SIGNATURES = tuple(
    f"void({x}[::1], {out}[::1], int64, int64)" for x, out in (("float32", "float32"), ("boolean", "int64"))
)


@kernel(*_SIGNATURES)
def cumsum_twin(x, out, count, inner):
    """out[o, c, i] = Σ_{d <= c} x[o, d, i], one thread for each line; x, out: (outer * count * inner,)."""
    for line in range(cuda.grid(1), x.size // count, cuda.gridsize(1)):
        base, total = line // inner * count * inner + line % inner, out.dtype.type(0)
        for c in range(count):
            total += out.dtype.type(x[base + c * inner])
            out[base + c * inner] = total


@kernel(*_SIGNATURES, twin=cumsum_twin)
def cumsum_lines(x, out, count, inner):
    """`cumsum_twin`, one block for each line: sums within a stretch in shared memory, what came before added."""
    room = cuda.shared.array(THREADS, out.dtype)
    here = cuda.threadIdx.x
    for line in range(cuda.blockIdx.x, x.size // count, cuda.gridDim.x):
        base, carried = line // inner * count * inner + line % inner, out.dtype.type(0)
        for start in range(0, count, THREADS):
            c = start + here
            room[here] = out.dtype.type(x[base + c * inner]) if c < count else out.dtype.type(0)
            cuda.syncthreads()
            step = 1
            while step < THREADS:  # each place takes what stands `step` places before it
                before = room[here - step] if here >= step else out.dtype.type(0)
                cuda.syncthreads()
                room[here] += before
                cuda.syncthreads()
                step *= 2
            if c < count:
                out[base + c * inner] = carried + room[here]
            carried += room[THREADS - 1]
            cuda.syncthreads()


def cumsum(x: DeviceArray, axis: int) -> DeviceArray:
    """Sums of the numbers up to each place of an axis; bools and integers sum to int64."""
    out = empty(x.shape, x.dtype if x.dtype.kind == "f" else np.dtype(np.int64))
    count, inner = (x.shape[axis], math.prod(x.shape[axis + 1 :])) if x.ndim else (1, 1)
    if out.size == 0:
        return out
    lines = out.size // count
    if count <= _SHORT:
        launch(cumsum_twin, lines, flat(x), out, count, inner)
    else:
        launch_grid(cumsum_lines, min(lines, 65535), THREADS, flat(x), out, count, inner)
    return out
