"""Calling compiled kernels through their addresses: shares of work on every thread, and tiles out of larger kernels.

Numba optimises a kernel once more inside every kernel that calls it, and inside every parallel loop, which takes
seconds. A call through an address costs a nanosecond and compiles nothing.
"""

from functools import cache
from time import perf_counter
from typing import Any

import numba
import numpy as np
from numba import extending, types
from numba.np.ufunc import parallel

from nbgrad.kernels.registry import kernel
from nbgrad.runtime import launch_lock

intrinsic: Any = extending.intrinsic  # what it makes is called inside kernels, with one argument fewer

_FLOAT32 = np.dtype(np.float32)
_FOUR = (_FLOAT32,) * 4

# Compiled as part of the kernels that call them: numba would optimise a called kernel again in every caller.
inlined = numba.njit(inline="always")


@inlined
def part(share, shares, count, step):
    """(start, stop) of one of `shares` even parts of range(count); parts begin at multiples of step."""
    steps = (count + step - 1) // step
    return min(count, steps * share // shares * step), min(count, steps * (share + 1) // shares * step)


@intrinsic
def call_address(typing_context, address, arguments):
    """Call the compiled kernel(*arguments) -> None that begins at `address`, compiled for just these types."""
    kinds = [types.unliteral(kind) for kind in arguments.types]

    def codegen(context, builder, signature, values):
        function = context.call_conv.get_function_type(types.none, kinds)
        pointer = builder.inttoptr(values[0], function.as_pointer())
        unpacked = [builder.extract_value(values[1], place) for place in range(len(kinds))]
        context.call_conv.call_function(builder, pointer, types.none, kinds, unpacked)
        return context.get_dummy_value()

    return types.none(types.int64, types.Tuple(kinds)), codegen


@intrinsic
def as_integers(typing_context, values):
    """A tuple of whole numbers as a UniTuple(int64, n), constants too."""
    result = types.UniTuple(types.int64, len(values))
    return result(values), lambda context, builder, signature, args: context.cast(builder, args[0], values, result)


def compiled(dispatcher: Any, *kinds: Any) -> Any:
    """What numba made of a kernel for these types; its `entry_point` is called without a choice among signatures."""
    dispatcher.compile(kinds)
    return dispatcher.overloads[kinds]


@cache
def address_of(dispatcher: Any, *kinds: Any) -> int:
    """Where the kernel compiled for these types begins."""
    made = compiled(dispatcher, *kinds)
    return made.library.get_pointer_to_function(made.fndesc.llvm_func_name)


@cache
def _launcher(dispatcher: Any, dtypes: tuple[np.dtype, ...]) -> tuple[Any, int]:
    """`run_shares` for arrays of these dtypes, without numba's choice among signatures, and where a share begins."""
    arrays, size = types.BaseTuple.from_types([numba.from_dtype(dtype)[::1] for dtype in dtypes]), types.int64
    entry = compiled(run_shares, size, size, arrays, size[::1]).entry_point
    return entry, address_of(dispatcher, size, arrays, size[::1])


@cache
def _flat_launcher(dispatcher: Any, operands: int, shares: int) -> tuple[Any, int, np.ndarray]:
    """`_launcher` for a kernel of so many flat arrays of float32, and the numbers of its shares."""
    share = _one_operand if operands == 2 else _two_operands
    numbers = np.array((address_of(dispatcher, *[types.float32[::1]] * operands), shares), np.int64)
    return *_launcher(share, _FOUR), numbers


@kernel(
    "void(int64, int64, UniTuple(float32[::1], 4), int64[::1])",
    "void(int64, int64, UniTuple(float32[::1], 5), int64[::1])",
    "void(int64, int64, UniTuple(float32[::1], 8), int64[::1])",
    "void(int64, int64, Tuple((float32[::1], float32[::1], float32[::1], int64[::1])), int64[::1])",
    parallel=True,
)
def run_shares(address, shares, arrays, numbers):
    """kernel(0, arrays, numbers), kernel(1, arrays, numbers), ... side by side."""
    for share in numba.prange(shares):
        call_address(address, (np.int64(share), arrays, numbers))


def thread_count() -> int:
    """How many threads share work: `numba.get_num_threads` without its locks, which cost half a microsecond."""
    ask = vars(parallel).get("_get_num_threads")  # there once threads have been started
    return ask() if ask else numba.get_num_threads()


class _Launches:
    last = 0.0  # when threads last worked side by side


AWAKE = 150e-6  # seconds for which they surely stay awake afterwards (`GOMP_SPINCOUNT`)


def awake() -> bool:
    """Whether the threads wait for work rather than sleep; only for work whose results no share of it changes."""
    return perf_counter() - _Launches.last < AWAKE


def launched() -> None:
    """Threads have just worked side by side."""
    _Launches.last = perf_counter()


@kernel("void(int64, UniTuple(float32[::1], 4), int64[::1])")
def _nothing(share, arrays, numbers):
    """No work."""


_NO_ARRAYS, _NO_INTEGERS = (np.empty(0, np.float32),) * 4, np.empty(0, np.int64)


def stay_awake() -> None:
    """Let threads that would soon sleep wait anew: a launch of nothing takes 2 µs, waking them 20 to 80."""
    if AWAKE / 4 < perf_counter() - _Launches.last < AWAKE:
        run, address = _launcher(_nothing, _FOUR)
        with launch_lock:
            run(address, thread_count(), _NO_ARRAYS, _NO_INTEGERS)
        launched()


def launch(dispatcher: Any, shares: int, arrays: tuple[np.ndarray, ...], numbers: np.ndarray) -> None:
    """Run `shares` shares of a kernel."""
    if shares == 1:
        dispatcher(0, arrays, numbers)
        return
    run, address = _launcher(dispatcher, tuple([x.dtype for x in arrays]))
    with launch_lock:
        run(address, shares, arrays, numbers)
    launched()


SPLIT = 1 << 16  # numbers from which a second thread is worth waking


@kernel("void(int64, UniTuple(float32[::1], 4), int64[::1])")
def _one_operand(share, arrays, numbers):
    """A share of kernel(x, out): numbers are the kernel's address and the number of shares."""
    x, out, _, _ = arrays
    start, stop = part(share, numbers[1], out.size, 1024)
    call_address(numbers[0], (x[start:stop], out[start:stop]))


@kernel("void(int64, UniTuple(float32[::1], 4), int64[::1])")
def _two_operands(share, arrays, numbers):
    """A share of kernel(a, b, out)."""
    a, b, out, _ = arrays
    start, stop = part(share, numbers[1], out.size, 1024)
    call_address(numbers[0], (a[start:stop], b[start:stop], out[start:stop]))


def run_flat(dispatcher: Any, *arrays: np.ndarray) -> None:
    """kernel(operands, out) over flat arrays of one size, on every thread where they are large."""
    out = arrays[-1]
    if out.size < SPLIT or (shares := thread_count()) == 1:
        dispatcher(*arrays)
        return
    for x in arrays:
        if x.dtype is not _FLOAT32 or x.size != out.size:
            dispatcher(*arrays)
            return
    run, address, numbers = _flat_launcher(dispatcher, len(arrays), shares)
    with launch_lock:
        run(address, shares, (*arrays, out, out)[:4], numbers)
    launched()
