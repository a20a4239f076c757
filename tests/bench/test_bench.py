"""The measuring command, with nbgrad itself in PyTorch's place, so that it runs where PyTorch is missing."""

import json
import sys

import numpy as np
import pytest

from gui.bench import cases, report, roof, turns
from gui.cli import bench, main
from nbgrad import placement

FAKE = """
import sys, time, numba, nbgrad
nbgrad.set_num_threads = numba.set_num_threads
{more}
sys.modules["torch"] = nbgrad
"""


def put_in_pytorchs_place(folder, monkeypatch, more=""):
    """A module called torch, here and in every child, which is nbgrad."""
    (folder / "torch.py").write_text(FAKE.format(more=more), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "torch", raising=False)


@pytest.fixture
def fake(tmp_path, monkeypatch):
    put_in_pytorchs_place(tmp_path, monkeypatch)


@pytest.fixture(autouse=True)
def small_roofs(monkeypatch):
    monkeypatch.setattr(roof, "ROUNDS", 10)
    monkeypatch.setattr(roof, "COPIED", 1 << 20)
    monkeypatch.setattr(roof, "FOOTPRINTS", (1 << 15, 1 << 19))


def run(*options):
    return main(["bench", "--against", "torch", "--seconds", "0.002", *options])


def small_table(monkeypatch, **more):
    """Two rows: one with a goal for each case, one with a goal for the geometric mean."""
    step = cases.Case("batch 1", "training_step", {"network": "lenet", "batch": 1}, 0.25)
    given = {"x": [1, 2, 6, 6], "w": [3, 2, 3, 3], "stride": 1, "padding": 1}
    table = [
        cases.Row("training", "Steps", (step,)),
        cases.Row("conv", "conv2d", tuple(
            cases.Case(part, "convolution", {"part": part, **given})
            for part in ("forward", "input gradient", "weight gradient")
        ), 0.8),
    ]  # fmt: skip
    monkeypatch.setattr(cases, "rows", lambda *_: table)


def test_the_figures_as_json(fake, monkeypatch, capsys):
    small_table(monkeypatch)
    assert run("--json", "--threads", "1") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["machine"]["threads"] == 1 and found["machine"]["processor"]
    assert found["machine"]["versions"].keys() >= {"python", "numba", "numpy", "nbgrad", "torch"}
    assert found["roofs"]["1"]["flops"] > 0 and len(found["roofs"]["1"]["bytes"]) == 2
    training, conv = found["rows"]
    assert training["row"] == "training" and conv["goal"] == 0.8 and len(conv["cases"]) == 3
    for case in training["cases"] + conv["cases"]:
        assert case["ratio"] == case["seconds"] / case["peer_seconds"] > 0
        assert 0 < case["quartiles"][0] <= case["quartiles"][1] and case["turns"] >= 3
        assert case["flops"] > 0 and case["floor"] > 0 and case["peer"] == "torch"
    assert conv["cases"][0]["flops"] == 2 * 3 * 36 * 2 * 9  # outputs times taps, a product and a sum each
    assert np.isclose(conv["geometric_mean"], np.prod([case["ratio"] for case in conv["cases"]]) ** (1 / 3))


def test_the_table_for_a_person_and_for_a_document(fake, monkeypatch, capsys, tmp_path):
    small_table(monkeypatch)
    document = tmp_path / "performance.md"
    document.write_text(f"Before.\n{report.BEGIN}\nold\n{report.END}\nAfter.\n", encoding="utf-8")
    assert run("--only", "conv", "--into", str(document)) == 0
    said = capsys.readouterr().out
    assert "geometric mean" in said and "GFLOP/s" in said and "batch 1" not in said
    text = document.read_text(encoding="utf-8")
    assert text.startswith("Before.\n") and text.endswith("After.\n") and "old" not in text
    assert "| weight gradient |" in text and str(tmp_path) not in text


def test_every_row_can_be_prepared(fake, monkeypatch, tmp_path):
    """The first case of each kind of work, once, in both processes."""
    np.save(tmp_path / "train_pictures.npy", np.zeros((70, 28, 28), np.uint8))
    np.save(tmp_path / "train_labels.npy", np.zeros(70, np.int64))
    monkeypatch.setattr(turns, "TURNS", 1)
    seen = set()
    with turns.Contest("torch", 1, 1e-4) as contest:
        for row in cases.rows("torch", 1, str(tmp_path)):
            for case in row.cases:
                kind = (case.make, case.given.get("name"), case.given.get("part"))
                if kind not in seen and not case.peer and case.given.get("network") != "resnet18":
                    seen.add(kind)
                    figure = contest.measure(case)
                    assert figure.seconds > 0 and (figure.error is None or figure.error < 1e-3), case.work
    assert len(seen) == 3 + 1 + 3 + len(cases.FUNCTIONS) + 2


def test_different_results_are_not_timed(tmp_path, monkeypatch, capsys):
    put_in_pytorchs_place(tmp_path, monkeypatch, "nbgrad.nn.functional.cross_entropy = lambda x, y: x.sum()")
    small_table(monkeypatch)
    assert run("--only", "training") == 1
    assert "do not compute the same" in capsys.readouterr().err


def test_a_peer_that_fails_is_one_sentence(tmp_path, monkeypatch, capsys):
    put_in_pytorchs_place(tmp_path, monkeypatch, "nbgrad.nn.functional.cross_entropy = None")
    small_table(monkeypatch)
    assert run("--only", "training") == 1
    assert "nbgrad: batch 1: torch failed: TypeError" in capsys.readouterr().err.replace("\r", "\n")


def test_a_peer_that_dies_is_one_sentence(tmp_path, monkeypatch, capsys):
    put_in_pytorchs_place(tmp_path, monkeypatch, "sys.exit('no such instruction')")
    small_table(monkeypatch)
    assert run("--only", "training") == 1
    assert "nbgrad: batch 1: The process of torch ended early: no such instruction" in capsys.readouterr().err


def test_without_pytorch_one_sentence(monkeypatch, capsys):
    monkeypatch.setattr(bench.importlib.util, "find_spec", lambda _name: None)
    assert run() == 1
    assert capsys.readouterr().err == "nbgrad: PyTorch is not installed: there is nothing to compare with.\n"


def test_without_a_gpu_the_reason_is_one_line_and_code_2(monkeypatch, capsys):
    """The reason that `nbgrad info` gives."""
    monkeypatch.setattr(placement, "why_no_gpu", lambda: "no CUDA device answers")
    for options in ([], ["--against", "torch", "--json"]):
        assert main(["bench", "--device", "cuda", *options]) == 2
        said = capsys.readouterr()
        assert (said.out, said.err) == ("", "nbgrad: There is no GPU to measure on: no CUDA device answers.\n")


def test_on_the_cpu_somebody_to_compare_with_is_needed(capsys):
    assert main(["bench"]) == 2
    assert capsys.readouterr().err == "nbgrad: What to compare with is missing: --against torch.\n"


def figure(**more):
    given = {"peer_seconds": 2e-3, "ratio": 0.5, "quartiles": (0.4, 0.6), "turns": 7}
    return turns.Figure(**{"work": "work", "peer": "torch", "threads": 1, "goal": 0.7, "seconds": 1e-3} | given | more)


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({}, "| work | 1.00 ms | torch 2.00 ms | 0.50 (0.40–0.60) | 0.70 reached |  |"),
        ({"ratio": 0.8, "flops": 5e5}, "0.80 (0.40–0.60) | 0.70 missed | floor 500 µs, 50% of it reached |"),
        ({"error": 1e-7, "peer_error": 2e-7}, "| error 1.0e-07 (goal 3e-07), torch's 2.0e-07 |"),
        ({"launches": 40}, "| 40 launches, 25.0 µs each |"),
        ({"launches": 1}, "| 1 launch |"),
        ({"note": "99.1% after 3 epochs", "peer_note": "99.0% after 4"},
         "| 99.1% after 3 epochs; torch: 99.0% after 4 |"),
        ({"peer": "", "peer_seconds": None, "ratio": None, "quartiles": None, "error": 1e-7},
         "| work | 1.00 ms | – | – | 0.70 open | error 1.0e-07 (goal 3e-07) |"),
    ],
)  # fmt: skip
def test_a_line_of_the_table(more, line):
    row = cases.Row("training", "Steps", ())
    machine = report.machine(1, {"nbgrad": "0"})
    table = report.markdown(
        [report.Measured(row, [figure(**more)])], machine, {1: {"flops": 1e9, "bytes": {1: 1e9}}}, ""
    )
    assert line in table


def test_whether_goals_are_reached():
    row, with_goal = cases.Row("training", "Steps", ()), cases.Row("conv", "conv2d", (), 0.6)
    alone = figure(peer="", peer_seconds=None, ratio=None, quartiles=None)
    assert report.Measured(row, [figure()]).reached is True
    assert report.Measured(row, [figure(), figure(ratio=0.8)]).reached is False
    assert report.Measured(with_goal, [figure(), figure(ratio=0.9)]).reached is False
    assert report.Measured(row, [alone]).reached is None and report.Measured(row).reached is None
    assert report.Measured(row, [figure()], [], ["work: it failed"]).reached is False


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--only", "mnist"], "There is no row mnist for --device cpu, only: training, forward, epoch"),
        (["--only", "lenet5"], "invalid choice: 'lenet5'"),
        (["--threads", "0"], "The number of threads is a whole number from 1"),
        (["--threads", "two"], "The number of threads is a whole number, not «two»."),
        (["--seconds", "0"], "The time is a number of seconds above 0."),
        (["--seconds", "nan"], "The time is a number of seconds above 0."),
    ],
)
def test_wrong_usage_is_one_line_and_code_2(fake, capsys, options, words):
    try:
        code = run(*options)
    except SystemExit as left:
        code = left.code
    said = capsys.readouterr().err
    assert code == 2 and words in said and said.count("\n") == 1


def test_a_document_without_marks_is_found_out_before_the_measuring(fake, capsys, tmp_path):
    document = tmp_path / "notes.md"
    document.write_text("Nothing.", encoding="utf-8")
    assert run("--into", str(document)) == 1
    assert "lacks the marks" in capsys.readouterr().err


def test_a_floor_is_the_slower_of_arithmetic_and_memory():
    most = {"flops": 1e9, "bytes": {1000: 1e9, 100_000: 1e8}}
    assert roof.floor(1e6, 2000, most) == 1e-3
    assert roof.floor(0, 2000, most) == 2e-6
    assert roof.floor(0, 1_000_000, most) == 1e-2
    assert roof.floor(0, 100, most) == 1e-7
