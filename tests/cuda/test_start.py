"""What a kernel's start hands to the driver, seen without a GPU: numba compiles kernels, nbgrad starts them."""

import ctypes
import importlib.util
import struct
from types import SimpleNamespace

import numpy as np
import pytest

from nbgrad import kernels, runtime
from nbgrad.placement import NOT_INSTALLED

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("numba_cuda") is None, reason=NOT_INSTALLED),
]


class Dispatcher:
    """In the place of numba's: notes what it is asked to compile."""

    def __init__(self):
        self.asked = []

    def compile(self, types):
        self.asked.append([str(each) for each in types])
        return SimpleNamespace(_codelibrary=SimpleNamespace(get_cufunc=lambda: SimpleNamespace(handle=77)))


@pytest.fixture
def driver():
    if kernels.cuda_driver.SIMULATOR:
        pytest.skip("the simulator starts kernels itself")
    return kernels.cuda_driver


def test_every_argument_is_laid_down_as_numbas_code_reads_it(driver, monkeypatch):
    started, dispatcher = [], Dispatcher()

    def launch(function, *numbers):
        *place, at, extra = numbers
        words = [ctypes.string_at(each, 8) for each in (ctypes.c_void_p * 16).from_address(at)]
        started.append((function, place, extra, words))

    monkeypatch.setattr(driver, "api", SimpleNamespace(cuLaunchKernel=launch))
    monkeypatch.setattr(driver, "_here", lambda: None)
    monkeypatch.setattr(driver, "stream_handle", lambda: 5)
    window = driver.Window(driver.Block(None, 4096), 8, 3, np.dtype(np.float32))
    numbers = 5, 2.5, True, (7, -8), np.float32(0.5), np.uint8(9), np.float64(1.5), np.bool_(False)
    for grid, block in (((2, 3), 64), (4, (8, 2))):
        driver.start(dispatcher, grid, block, 16, (window, *numbers))
    words = [0, 0, 3, 4, 4104, 3, 4, 5, struct.pack("<d", 2.5), 1, 7, -8, struct.pack("<f4x", 0.5), 9,
             struct.pack("<d", 1.5), 0]  # fmt: skip
    words = [each if isinstance(each, bytes) else struct.pack("<q", each) for each in words]
    assert started == [(77, [2, 3, 1, 64, 1, 1, 16, 5], 0, words), (77, [4, 1, 1, 8, 2, 1, 16, 5], 0, words)]
    assert dispatcher.asked == [  # once: the types are the same
        ["array(float32, 1d, C)", "int64", "float64", "bool", "UniTuple(int64 x 2)", "float32",
         "uint8", "float64", "bool"]
    ]  # fmt: skip
    driver.start(dispatcher, 1, 1, 0, (window, 5.0, 2.5, True, (7, -8), *numbers[4:]))
    assert len(dispatcher.asked) == 2 and dispatcher.asked[1][1] == "float64"


def test_what_is_compiled_is_kept_for_these_sources(driver):
    def doubled(x):
        x[0] *= 2

    kept = driver.compiled(doubled)._cache.cache_path
    assert kept.startswith(str(runtime.cache_folder("cuda"))) and runtime.cache_folder("cuda") != runtime.cache_folder()
