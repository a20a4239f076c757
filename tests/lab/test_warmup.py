import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from gui.lab import warmup
from nbgrad.kernels.registry import KERNELS

SMALL = [name for name in KERNELS if name.startswith("gui.lab.summary.")]


def in_fresh_cache(tmp_path, code):
    """Run code in a Python of its own whose kernel cache is empty at first; gives what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, timeout=300,
        env={**os.environ, "NBGRAD_CACHE": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


WARM_TWO = """
from gui.lab import warmup
names = [n for n in warmup.missing() if n.startswith("gui.lab.summary.")]
with warmup.WarmUp(names) as children:
    results = list(children)
import numpy as np
from gui.lab.summary import summarize
with warmup.CompilationCount() as count:
    summarize(np.ones(3))
print(len(names), sum(r.compilations for r in results), sum(bool(r.error) for r in results), len(count.names))
"""


def test_children_compile_and_the_parent_loads(tmp_path):
    assert in_fresh_cache(tmp_path, WARM_TWO).split() == ["2", "2", "0", "0"]
    assert in_fresh_cache(tmp_path, WARM_TWO).split() == ["0", "0", "0", "0"]  # a second start has nothing to do


def test_a_child_answers_each_name_with_a_line():
    out = io.StringIO()
    warmup.serve([SMALL[0] + "\n"], out)
    answer = json.loads(out.getvalue())
    assert answer["kernel"] == SMALL[0] and answer["error"] == ""


def test_kernels_of_one_function_go_to_one_child():
    units = warmup._by_source(KERNELS)
    assert sorted(name for unit in units for name in unit) == sorted(KERNELS)
    files = [{KERNELS[name].dispatcher._cache._cache_file._index_name for name in unit} for unit in units]
    together = [index for names in files for index in names]
    assert len(together) == len(set(together))


def test_a_child_that_dies_is_an_error_not_a_hang(monkeypatch):
    dead = [sys.executable, "-c", "import sys; sys.exit(3)"]
    start = subprocess.Popen
    monkeypatch.setattr(warmup.subprocess, "Popen", lambda _command, **how: start(dead, **how))
    with warmup.WarmUp(SMALL) as children:
        results = list(children)
    assert sorted(result.kernel for result in results) == sorted(SMALL)
    assert all("ended early" in result.error for result in results)


def test_a_kernel_that_does_not_compile_is_named(monkeypatch):
    broken = KERNELS[SMALL[0]]
    monkeypatch.setitem(KERNELS, "broken", type(broken)("broken", broken.dispatcher, ("void(int8)",), None))
    result = warmup.compile_kernel("broken")
    assert result.error.startswith("The kernel broken does not compile") and "\n" not in result.error


def test_what_a_prediction_needs_comes_first(monkeypatch):
    monkeypatch.setattr(warmup, "is_cached", lambda _kernel: False)
    order = [warmup.serves_prediction(name) for name in warmup.missing()]
    assert order == sorted(order, reverse=True)


def test_counting_compilations():
    from numba import njit

    @njit
    def double(x):
        return 2 * x

    with warmup.CompilationCount() as count:
        double(np.float32(1))
        double(np.float32(2))
    assert len(count.names) == 1 and "double" in count.names[0]


@pytest.mark.slow
def test_after_the_warm_up_predicting_and_training_compile_nothing(tmp_path):
    in_fresh_cache(tmp_path, "from gui.cli import main; raise SystemExit(main(['warmup']))")
    code = """
from gui.lab import warmup
from gui.lab.drawing import Drawing, Stroke
from gui.lab.experiment import Experiment
from gui.lab.preprocess import preprocess
from gui.lab.probe import probe
from gui.lab.trainer import Trainer
with warmup.CompilationCount() as count:
    for settings in ({}, {"optimizer": "Adam"}, {"nesterov": True}, {"weight_decay": 0.1}, {"augment": True}):
        trainer = Trainer(Experiment(weights="fresh", **settings))
        trainer.step()
        trainer.snapshot()
    trainer.test()
    given = preprocess(Drawing(1, (Stroke(((0.5, 0.1), (0.5, 0.9)), 0.1),)))
    probe(trainer.model, given.network_input, given.stages, drawing=1, step=0, target=None)
print(count.names)
"""
    assert in_fresh_cache(tmp_path, code).strip() == "[]"
