"""How many threads the engine may use beside a window."""

import numba


def leave_one_core_free() -> None:
    """In the calling thread, let kernels run on every core but one: that one belongs to the window.

    With all cores taken a kernel waits for its slowest thread, the one the window pushed aside, and both stutter.
    """
    numba.set_num_threads(max(1, numba.get_num_threads() - 1))
