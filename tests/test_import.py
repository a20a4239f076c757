"""`import nbgrad` is quick because numba waits for the first kernel."""

import subprocess
import sys

CHECK = """
import sys
import nbgrad
assert not {"numba", "llvmlite", "nbgrad.vision"} & sys.modules.keys()
assert "vision" in nbgrad.__all__ and nbgrad.vision.models.LeNet
assert (nbgrad.ones(2) + 1).tolist() == [2, 2] and "numba" in sys.modules
"""

AT_ONCE = """
import sys, threading
import nbgrad
sys.setswitchinterval(1e-6)
start, sums = threading.Barrier(8), []

def add():
    start.wait()
    sums.append((nbgrad.ones(3) + nbgrad.arange(3)).sum().item())

threads = [threading.Thread(target=add) for _ in range(8)]
[thread.start() for thread in threads], [thread.join() for thread in threads]
assert sums == [6.0] * 8, sums
"""


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_numba_waits_for_the_first_kernel():
    run(CHECK)


def test_threads_may_meet_at_the_first_kernel():
    run(AT_ONCE)


def test_the_window_is_imported_without_the_engine():
    """It is seen while numba, which takes longer, is imported in the worker's thread."""
    code = "import sys, gui.main_window; assert not {'numba', 'nbgrad'} & sys.modules.keys()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
