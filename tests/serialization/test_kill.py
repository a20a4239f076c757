"""A process killed while it saves leaves the old file or the new one, whole."""

import os
import signal
import subprocess
import sys
import time
from random import Random

import pytest

import nbgrad
from nbgrad.serialization import load, load_safetensors

ROUNDS = 200

# Forks a child for each line it reads, which saves one file after the other until it is killed.
WRITER = """
import os, sys
import nbgrad
from nbgrad.serialization import save_safetensors
states = [{"a": nbgrad.full((200_000,), float(i)), "i": i} for i in range(4)]
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        i = int(line)
        while True:
            i = (i + 1) % 4
            nbgrad.save(states[i], "w.pt")
            save_safetensors("w.safetensors", {"a": states[i]["a"]})
    print(child, flush=True)
    os.waitpid(child, 0)
    print("dead", flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no kill -9 to survive without POSIX")
@pytest.mark.parametrize("rounds", [5, pytest.param(ROUNDS, marks=pytest.mark.slow)])
def test_kill_in_a_loop(tmp_path, rounds):
    random = Random(0)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", WRITER],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path, env=environment, text=True,
    ) as writer:  # fmt: skip
        try:
            seen, interrupted = set(), 0
            for i in range(rounds):
                print(i, file=writer.stdin, flush=True)
                child = int(writer.stdout.readline())
                while i == 0 and not (tmp_path / "w.safetensors").exists():
                    time.sleep(0.01)
                time.sleep(random.uniform(0, 0.04))
                os.kill(child, signal.SIGKILL)
                assert writer.stdout.readline() == "dead\n"
                state = load(tmp_path / "w.pt")
                assert (state["a"] == state["i"]).all()
                numbers = load_safetensors(tmp_path / "w.safetensors")[0]["a"]
                assert (numbers == numbers[0]).all()
                seen.add(state["i"])
                for left in tmp_path.glob(".*.part"):
                    left.unlink()
                    interrupted += 1
        finally:
            writer.stdin.close()
    assert len(seen) > 1
    print(f"{rounds} kills, {interrupted} of them in the middle of writing")
    assert interrupted > rounds / 10


def test_what_a_killed_process_left_goes_with_a_later_save(tmp_path):
    abandoned, fresh, other = (tmp_path / name for name in (".w[1].pt.a.part", ".w[1].pt.b.part", ".w1.pt.c.part"))
    for part in (abandoned, fresh, other):
        part.write_bytes(b"half")
    for part in (abandoned, other):
        os.utime(part, (0, 0))
    nbgrad.save({"a": 1}, tmp_path / "w[1].pt")
    assert not abandoned.exists() and fresh.exists() and other.exists()
    assert load(tmp_path / "w[1].pt") == {"a": 1}
