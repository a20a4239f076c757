import gzip
import json
import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from gui.cli import main, system
from gui.lab import checkpoint
from gui.lab.experiment import Experiment
from gui.lab.trainer import Trainer
from nbgrad import placement

PROJECT = Path(__file__).resolve().parents[1]


def write_idx(path, array):
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    path.write_bytes(gzip.compress(header + array.tobytes()))


@pytest.fixture(scope="module")
def mnist(tmp_path_factory):
    """The four files, with ten bars at ten heights for digits."""
    folder = tmp_path_factory.mktemp("mnist")
    random = np.random.default_rng(0)
    for kind, count in (("train", 640), ("t10k", 100)):
        labels = random.integers(0, 10, count).astype(np.uint8)
        pictures = random.integers(0, 60, (count, 28, 28)).astype(np.uint8)
        for picture, label in zip(pictures, labels, strict=True):
            picture[2 * label : 2 * label + 6, 4:24] = 255
        write_idx(folder / f"{kind}-images-idx3-ubyte.gz", pictures)
        write_idx(folder / f"{kind}-labels-idx1-ubyte.gz", labels)
    return folder


def train(mnist, tmp_path, *options):
    return main(["train", "--data", str(mnist), "--out", str(tmp_path / "run.safetensors"), *options])


def one_line(text):
    """The only line that is not progress."""
    lines = [line for line in text.replace("\r", "\n").splitlines() if line.startswith("nbgrad")]
    assert len(lines) == 1 and "Traceback" not in text
    return lines[0]


# ---- train


def test_training_prints_its_results_as_json(mnist, tmp_path, capsys):
    assert train(mnist, tmp_path, "--epochs", "2", "--batch-size", "32", "--json") == 0
    results = json.loads(capsys.readouterr().out)
    assert [epoch["epoch"] for epoch in results["epochs"]] == [1, 2] and results["steps"] == 40
    assert results["test_accuracy"] > 0.5 and not results["interrupted"]
    assert results["experiment"]["batch_size"] == 32 and results["epochs"][0]["images_per_second"] > 0
    assert checkpoint.load(Path(results["checkpoint"])).steps == 40


def test_each_epoch_is_said_on_the_terminal(mnist, tmp_path, capsys):
    assert train(mnist, tmp_path, "--epochs", "1", "--optimizer", "Adam", "--augment") == 0
    said = capsys.readouterr()
    assert "epoch 1: loss" in said.err and "test accuracy" in said.err and "images/s" in said.err and said.out == ""


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--lr", "abc"], "The learning rate is a number, not «abc»."),
        (["--lr", "-1"], "The learning rate is a number above 0, not «-1.0»."),
        (["--lr", "nan"], "The learning rate"),
        (["--batch-size", "2.5"], "The batch size is a whole number, not «2.5»."),
        (["--batch-size", "0"], "The batch size"),
        (["--epochs", "0"], "The number of epochs"),
        (["--optimizer", "Lion"], "Lion"),
        (["--seed", "-1"], "The seed"),
        (["--device", "tpu"], "tpu"),
        (["--what"], "--what"),
    ],
)
def test_wrong_usage_is_one_line_and_code_2(mnist, tmp_path, capsys, options, words):
    try:
        code = train(mnist, tmp_path, *options)
    except SystemExit as left:
        code = left.code
    assert code == 2 and words in one_line(capsys.readouterr().err)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_one_line(tmp_path, capsys):
    assert main(["train", "--data", str(tmp_path / "none"), "--out", str(tmp_path / "run.safetensors")]) == 1
    assert "train-images-idx3-ubyte.gz" in one_line(capsys.readouterr().err)


@pytest.mark.parametrize("damage", ["cut", "magic"])
def test_a_damaged_file_is_one_line(mnist, tmp_path, capsys, damage):
    folder = tmp_path / "data"
    folder.mkdir()
    for path in mnist.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    broken = folder / "t10k-images-idx3-ubyte.gz"
    broken.write_bytes(broken.read_bytes()[:-200] if damage == "cut" else gzip.compress(b"\x01\x02\x03\x04" * 40))
    assert main(["train", "--data", str(folder), "--out", str(tmp_path / "run.safetensors")]) == 1
    assert "t10k-images-idx3-ubyte.gz" in one_line(capsys.readouterr().err)


@pytest.mark.parametrize("out", ["no/such/folder/run.safetensors", "."])
def test_output_that_cannot_be_written_is_found_out_before_training(mnist, tmp_path, capsys, out):
    start = time.perf_counter()
    assert main(["train", "--data", str(mnist), "--epochs", "1000", "--out", str(tmp_path / out)]) == 1
    one_line(capsys.readouterr().err)
    assert time.perf_counter() - start < 5


def test_a_loss_that_is_not_a_number_saves_the_weights(mnist, tmp_path, capsys):
    assert train(mnist, tmp_path, "--lr", "1e12", "--epochs", "1", "--schedule", "constant") == 1
    assert "not finite" in one_line(capsys.readouterr().err)
    loaded = checkpoint.load(tmp_path / "run.safetensors")
    assert all(np.isfinite(parameter.detach().numpy()).all() for parameter in loaded.model.parameters())


def test_without_a_gpu_one_line_says_so(mnist, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(placement, "why_no_gpu", lambda: "no CUDA device answers")
    assert train(mnist, tmp_path, "--device", "cuda") == 1
    assert one_line(capsys.readouterr().err) == "nbgrad: The GPU cannot be used: no CUDA device answers."
    assert list(tmp_path.iterdir()) == []


def test_a_run_of_a_gpu_is_resumed_on_the_cpu_and_that_is_said(mnist, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(placement, "why_no_gpu", lambda: "no CUDA device answers")
    trainer = Trainer(Experiment(weights="fresh", data=str(mnist), epochs=1))
    trainer.step()
    trainer.experiment = trainer.experiment.changed(device="cuda")
    path = tmp_path / "run.safetensors"
    checkpoint.save(trainer, path)
    assert main(["train", "--resume", str(path)]) == 0
    said = capsys.readouterr().err
    assert said.count("It was saved on the GPU and goes on on the CPU: no CUDA device answers.") == 1
    assert checkpoint.load(path).experiment.device == "cpu" and checkpoint.load(path).epoch == 1
    assert main(["train", "--resume", str(path), "--device", "cuda"]) == 1
    assert "no CUDA device answers" in one_line(capsys.readouterr().err)


def test_resuming_what_is_no_checkpoint_is_one_line(tmp_path, capsys):
    path = tmp_path / "junk.safetensors"
    path.write_bytes(b"junk" * 10)
    assert main(["train", "--resume", str(path)]) == 1
    assert "junk.safetensors" in one_line(capsys.readouterr().err)


@pytest.mark.skipif(sys.platform == "win32", reason="a signal to one process alone is POSIX")
def test_ctrl_c_saves_says_so_and_resumes_to_the_bit(mnist, tmp_path, capsys):
    out = tmp_path / "run.safetensors"
    command = [sys.executable, "-m", "gui", "train", "--data", str(mnist), "--epochs", "40", "--out", str(out)]
    child = subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    said = ""
    while "epoch 1: loss" not in said:
        line = child.stderr.readline()
        assert line, said
        said += line
    child.send_signal(signal.SIGINT)
    rest = child.communicate(timeout=60)[1]
    assert child.returncode == 130 and "Saved to" in rest and "--resume" in rest and "Traceback" not in rest
    interrupted = checkpoint.load(out)
    assert 0 < interrupted.steps < 400
    straight = checkpoint.load(out)
    straight.reset(straight.experiment)
    while straight.steps < interrupted.steps + 3:
        last = straight.step()
    assert [interrupted.step() for _ in range(3)][-1] == last


def test_training_never_loads_qt(mnist, tmp_path):
    code = (
        "import sys; from gui.cli import main; "
        f"code = main(['train', '--data', {str(mnist)!r}, '--epochs', '1', '--out', {str(tmp_path / 'a')!r}]); "
        "sys.exit(code or any(name.startswith(('PySide6', 'pyqtgraph')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, stderr=subprocess.DEVNULL).returncode == 0


# ---- info, warmup, help


def test_info_names_what_nbgrad_runs_on(capsys):
    assert main(["info", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["float32 per vector"] in (4, 8, 16) and facts["threading layer"] in ("tbb", "omp", "workqueue")
    assert facts["devices"] == ["cpu"] and Path(facts["cache folder"]).is_dir() and facts["kernels"] > 10
    assert main(["info"]) == 0
    assert "threading layer" in capsys.readouterr().out


def test_a_second_warm_up_compiles_nothing(capsys):
    main(["warmup"])
    capsys.readouterr()
    assert main(["warmup", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["compilations"] == 0 and summary["compiled"] == []


@pytest.mark.parametrize("command", [[], ["train"], ["bench"], ["info"], ["warmup"], ["screenshot"]])
def test_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as left:
        main([*command, "--help"])
    assert left.value.code == 0 and "usage: nbgrad" in capsys.readouterr().out


def test_an_unexpected_error_names_the_log_with_the_traceback(monkeypatch, capsys, tmp_path):
    def fail(_arguments):
        raise TypeError("surprise")

    monkeypatch.setattr("gui.cli.log.tempfile.gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr("gui.cli.info.run", fail)
    assert main(["info"]) == 1
    assert "surprise" in one_line(capsys.readouterr().err)
    assert "Traceback" in (tmp_path / "nbgrad.log").read_text(encoding="utf-8")


# ---- the system's libraries


@pytest.fixture
def bare_linux(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(system, "_loads", lambda library: library not in ("libEGL.so.1", "libxcb-cursor.so.0"))
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


def test_missing_libraries_are_one_line_that_names_the_packages(bare_linux, monkeypatch, capsys):
    monkeypatch.setenv("DISPLAY", ":0")
    assert main([]) == 1
    assert one_line(capsys.readouterr().err).endswith("apt install libegl1 libxcb-cursor0.")


def test_offscreen_needs_no_x_window(bare_linux, monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert system.missing_packages() == ["libegl1"]


def test_no_screen_is_said(monkeypatch, bare_linux, capsys):
    monkeypatch.setattr(system, "_loads", lambda _library: True)
    assert main([]) == 1
    assert "no screen" in one_line(capsys.readouterr().err)


def test_other_systems_bring_their_own_libraries(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert system.missing_packages() == []


def test_this_machine(monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert isinstance(system.missing_packages(), list) and os.environ["QT_QPA_PLATFORM"] == "offscreen"
