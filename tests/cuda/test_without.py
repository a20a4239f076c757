"""What a machine without a GPU says, and what holds there too: the kernels of both devices have the same names."""

import importlib.util
import subprocess
import sys

import pytest

import nbgrad
from nbgrad import kernels, placement

MADE_ON_THE_HOST = {"exact", "random", "sequence"}  # numbers of a stream or a count, made by the CPU and sent over

NAMES = """
import ast, pathlib
from nbgrad import kernels
exported = set(kernels.cpu.__all__)
tree = ast.parse(pathlib.Path({path!r}).read_text(encoding="utf-8"))
names = {{alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}}
print(sorted(exported - names - {host!r}))
"""


def _python(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_every_kernel_of_the_cpu_has_its_namesake():
    """Read from the source, so that it holds where numba-cuda is not installed."""
    path = importlib.util.find_spec("nbgrad").submodule_search_locations[0] + "/kernels/cuda/__init__.py"
    assert _python(NAMES.format(path=path, host=MADE_ON_THE_HOST)) == "[]"


def test_nbgrad_alone_imports_neither_numba_nor_cuda():
    names = "[name for name in sys.modules if name.startswith(('numba', 'nbgrad.kernels.cuda'))]"
    assert _python(f"import sys, nbgrad; nbgrad.ones(2); print({names})") == "[]"


@pytest.mark.parametrize(
    "reason, error, sentence",
    [
        (placement.NOT_INSTALLED, AssertionError, "Torch not compiled with CUDA enabled"),
        ("no CUDA driver answers", RuntimeError, "No CUDA GPUs are available: no CUDA driver answers"),
    ],
)
def test_without_a_gpu_one_sentence_says_so(monkeypatch, reason, error, sentence):
    monkeypatch.setattr(placement, "why_no_gpu", lambda: reason)
    for call in (
        lambda: nbgrad.zeros(2, device="cuda"),
        lambda: nbgrad.zeros(2).to("cuda:0"),
        lambda: nbgrad.zeros(2).cuda(),
        lambda: nbgrad.nn.Linear(2, 1).cuda(),
        nbgrad.cuda.current_device,
        nbgrad.cuda.get_device_name,
        nbgrad.cuda.synchronize,
    ):
        with pytest.raises(error, match=sentence):
            call()


@pytest.mark.slow  # in the lane that has numba-cuda
@pytest.mark.skipif(placement.why_no_gpu() is None, reason="there is a GPU, or the simulator")
def test_what_the_driver_raises_is_known_as_its_fault():
    pytest.importorskip("numba_cuda", reason="numba-cuda is not installed")
    driver = kernels.cuda_driver
    with pytest.raises(Exception) as raised:
        driver.allocate(8)
    assert driver.is_fault(raised.value) and not driver.is_fault(MemoryError())


@pytest.mark.skipif(placement.why_no_gpu() is None, reason="there is a GPU")
def test_without_a_gpu_nothing_is_counted():
    assert not nbgrad.cuda.is_available() and nbgrad.cuda.device_count() == 0
    assert nbgrad.cuda.memory_allocated() == nbgrad.cuda.max_memory_allocated() == nbgrad.cuda.memory_reserved() == 0
    nbgrad.cuda.empty_cache()
    nbgrad.cuda.manual_seed_all(0)
