"""The measuring command on a GPU or in the simulator: its whole path, on work so small that the figures mean nothing.

nbgrad itself takes PyTorch's place, and a network of forty numbers LeNet's, in every process.
"""

import json

import numpy as np
import pytest

import nbgrad
from gui.bench import cases, turns
from gui.cli import main
from gui.lab import digits
from nbgrad.placement import why_no_gpu
from tests.bench.test_bench import put_in_pytorchs_place

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(why_no_gpu() is not None, reason=str(why_no_gpu()))]

SMALL = cases.Sizes(batches=(1,), product=4, images=1, side=32, width=1, powers=(3,), accuracy=0.0)
LENET = """
from gui.bench import networks

def lenet(torch):
    nn = torch.nn
    return nn.Sequential(nn.MaxPool2d(16), nn.Flatten(), nn.Linear(4, 10, bias=False))

networks.lenet = lenet
"""


@pytest.fixture
def small(tmp_path, monkeypatch):
    put_in_pytorchs_place(tmp_path, monkeypatch)
    (tmp_path / "sitecustomize.py").write_text(LENET, encoding="utf-8")  # Python runs it when a process starts
    monkeypatch.setattr(turns, "TURNS", 1)
    monkeypatch.delenv("NBGRAD_DATA", raising=False)  # all of MNIST would take the simulator days
    rows = cases.gpu_rows
    monkeypatch.setattr(cases, "gpu_rows", lambda folder: [_first(row) for row in rows(folder, SMALL)])


def _first(row):
    """One case of each kind, the 7x7 convolutions left out: they take the simulator long."""
    kinds = {}
    for case in row.cases:
        if not case.work.startswith("7x7"):
            kinds.setdefault((case.make, *(case.given.get(key) for key in ("part", "name", "arrays"))), case)
    return cases.Row(row.name, row.title, tuple(kinds.values()), row.goal)


def run(*options):
    return main(["bench", "--device", "cuda", "--seconds", "0.0001", *options])


def test_the_whole_table(small, monkeypatch, capsys):
    pictures, labels = np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.int64)
    monkeypatch.setattr(digits, "load_digits", lambda _: digits.Digits(pictures, labels, pictures, labels))
    assert run("--against", "torch", "--data", "anywhere", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["machine"]["gpu"]["name"] == nbgrad.cuda.get_device_name() and found["machine"]["alone"] == ""
    (most,) = found["roofs"].values()
    assert most["flops"] > 0 and len(most["bytes"]) >= 2 and min(most["bytes"].values()) > 0
    rows = {row["row"]: row["cases"] for row in found["rows"]}
    assert list(rows) == ["training", "gemm", "conv", "functions", "mnist", "launch"]
    assert [case["goal"] for case in (*rows["training"], *rows["gemm"], *rows["conv"])] == [0.7, 1 / 0.6, *[2.5] * 3]
    for name, each in rows.items():
        for case in each:
            alone = name == "launch" and "empty" in case["work"]
            assert (case["ratio"] is None) == alone and case["seconds"] > 0 and case["threads"] >= 1
    assert all(case["flops"] > 0 and case["floor"] > 0 for case in (*rows["training"], *rows["gemm"], *rows["conv"]))
    assert [case["work"].split()[0] for case in rows["functions"]] == list(cases.FUNCTIONS)
    assert max(case["error"] for case in rows["functions"]) < 1e-5
    assert rows["mnist"][0]["note"] == rows["mnist"][0]["peer_note"] != ""
    assert [case["launches"] for case in rows["launch"][:3]] == [1, 1, 1] and rows["launch"][3]["launches"] > 5


def test_without_pytorchs_gpu_nbgrad_is_measured_alone(small, monkeypatch, capsys, tmp_path):
    put_in_pytorchs_place(tmp_path, monkeypatch, "nbgrad.cuda.is_available = lambda: False")
    assert run("--against", "torch", "--only", "gemm", "mnist") == 0
    said = capsys.readouterr().out
    assert "nbgrad was measured alone: this PyTorch (0.1.0) finds no GPU." in said
    assert "1.67 open" in said and "it needs the four files of MNIST, --data DIR." in said


def test_what_fails_is_said_and_the_rest_is_measured(small, monkeypatch, capsys, tmp_path):
    put_in_pytorchs_place(tmp_path, monkeypatch, "nbgrad.mm = None")
    assert run("--against", "torch", "--only", "gemm", "functions", "--json") == 1
    said = capsys.readouterr()
    assert "nbgrad: 4 nn: torch failed: TypeError" in said.err
    gemm, functions = json.loads(said.out)["rows"]
    assert gemm["reached"] is False and len(gemm["failed"]) == 1 and not gemm["cases"]
    assert len(functions["cases"]) == len(cases.FUNCTIONS) and not functions["failed"]


def test_a_row_of_the_cpu_is_wrong_usage(capsys):
    assert run("--only", "chain") == 2
    assert "There is no row chain for --device cuda, only: training, gemm" in capsys.readouterr().err
