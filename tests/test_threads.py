"""Python threads that train, infer, save and read at once get the numbers of one after the other, and never abort."""

import importlib
import os
import subprocess
import sys

import pytest


def installed(module):
    try:
        importlib.import_module(f"numba.np.ufunc.{module}")
    except ImportError:  # its library is missing
        return False
    return True


LAYERS = [
    layer for layer, module in (("omp", "omppool"), ("tbb", "tbbpool"), ("workqueue", "workqueue")) if installed(module)
]

# Each thread has a network of its own and reads one that all of them share.
WORK = """
import hashlib, sys, tempfile, threading
from pathlib import Path
import numba, numpy as np
import nbgrad
from nbgrad import nn
from nbgrad.serialization import load_safetensors, save_safetensors
from nbgrad.vision.models import LeNet

ROUNDS, BATCH = {rounds}, {batch}
sys.setswitchinterval(1e-5)

def fresh(seed):
    nbgrad.manual_seed(seed)
    model = LeNet()
    random = np.random.default_rng(seed)
    pixels = nbgrad.from_numpy(random.standard_normal((BATCH, 1, 32, 32), np.float32))
    labels = nbgrad.from_numpy(random.integers(0, 10, BATCH))
    return model, nbgrad.optim.SGD(model.parameters(), lr=0.01, momentum=0.9), pixels, labels

def work(model, optimizer, pixels, labels, shared, folder, digests, place):
    seen = hashlib.sha256()
    for turn in range(ROUNDS):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(pixels), labels)
        loss.backward()
        optimizer.step()
        with nbgrad.no_grad():
            assert not nbgrad.is_grad_enabled()
            seen.update(model(pixels[:8]).numpy().tobytes())
        assert nbgrad.is_grad_enabled()
        path = folder / f"{{place}}.safetensors"
        save_safetensors(path, model.state_dict())
        seen.update(path.read_bytes())
        seen.update(load_safetensors(path)[0]["fc1.weight"].tobytes())
        for parameter in shared.parameters():
            seen.update(str(parameter.detach().abs().sum().item()).encode())
        seen.update(repr(shared.fc3.bias).encode() + str(loss.item()).encode())
    digests[place] = seen.hexdigest()

def run(at_once):
    with tempfile.TemporaryDirectory() as folder:
        shared, digests = fresh(99)[0], [None] * 4
        jobs = [threading.Thread(target=work, args=(*fresh(i), shared, Path(folder), digests, i)) for i in range(4)]
        for job in jobs:
            job.start()
            if not at_once:
                job.join()
        for job in jobs:
            job.join()
    return digests

alone = run(False)
assert None not in alone and len(set(alone)) == 4
for _ in range({repeats}):
    assert run(True) == alone
print(numba.threading_layer())
"""


def run_under(layer, **sizes):
    done = subprocess.run(
        [sys.executable, "-c", WORK.format(**sizes)],
        env={**os.environ, "NUMBA_THREADING_LAYER": layer, "NUMBA_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == layer


@pytest.mark.parametrize("layer", LAYERS)
def test_four_threads_at_once(layer):
    run_under(layer, rounds=3, batch=64, repeats=1)


@pytest.mark.slow
@pytest.mark.parametrize("layer", LAYERS)
def test_four_threads_for_longer(layer):
    run_under(layer, rounds=40, batch=64, repeats=3)
