"""Train a network without a window: a progress bar, the test accuracy of every epoch, a checkpoint at the end.

Ctrl-C finishes the step at hand, saves the checkpoint and exits with code 130; `--resume` goes on from it, bitwise the
same as if nothing had happened.
"""

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gui.lab.experiment import DEVICES, MODELS, OPTIMIZERS, Experiment, ExperimentError
from gui.lab.schedule import SCHEDULES

LEARNING_RATES = {"SGD": 0.05, "Adam": 0.003}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--model",
        choices=MODELS,
        default="LeNet",
        help="default: LeNet; a ResNet reads drawings as 3 x 64 x 64, slowly",
    )
    add(
        "--data",
        default="procedural",
        metavar="DIR",
        help="folder with the four MNIST files, or «procedural» (default)",
    )
    add("--epochs", type=number(int, "The number of epochs"), default=3, help="times through the data (default: 3)")
    add("--batch-size", type=number(int, "The batch size"), default=64, help="pictures per step (default: 64)")
    add("--optimizer", choices=OPTIMIZERS, default="SGD", help="default: SGD")
    add("--lr", type=number(float, "The learning rate"), help="its peak (default: 0.05 for SGD, 0.003 for Adam)")
    add("--momentum", type=number(float, "The momentum"), default=0.9, help="for SGD (default: 0.9)")
    add("--schedule", choices=SCHEDULES, default="one-cycle", help="of the learning rate (default: one-cycle)")
    add("--augment", action="store_true", help="shift, turn, scale and bend the pictures at random")
    add("--doodles", type=number(float, "The share of doodles"), default=0.0, metavar="SHARE",
        help="add drawings of no digit, as a share of each batch, so that it learns to doubt")  # fmt: skip
    add("--seed", type=number(int, "The seed"), default=0, help="the same seed gives the same run (default: 0)")
    add("--device", choices=DEVICES, help="where it computes (default: cpu; with --resume the checkpoint's)")
    add(
        "--out",
        type=Path,
        metavar="FILE",
        help="the checkpoint to write (default: the model's name, lenet.safetensors)",
    )
    add("--resume", type=Path, metavar="FILE", help="go on with this checkpoint; its settings are used")
    add("--json", action="store_true", help="print the results as JSON")


def number(kind: type, what: str) -> Callable[[str], Any]:
    """For argparse: reads a number, or says in one sentence what it should have been."""

    def read(text: str) -> Any:
        try:
            return kind(text)
        except ValueError:
            whole = "whole number" if kind is int else "number"
            raise argparse.ArgumentTypeError(f"{what} is a {whole}, not «{text}».") from None

    return read


@dataclass(frozen=True)
class Epoch:
    """What one time through the data came to."""

    epoch: int
    loss: float  # mean of its steps
    test_accuracy: float
    images_per_second: float
    seconds: float


class Interrupt:
    """Ctrl-C asks to stop after the step at hand; a second Ctrl-C stops at once."""

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> "Interrupt":
        self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _ask(self, *_: object) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


def run(arguments: argparse.Namespace) -> int:
    out = arguments.out or arguments.resume or Path(f"{arguments.model.lower()}.safetensors")
    experiment = _experiment(arguments)
    require_writable(out)
    from gui.cli.warmup import compile_missing
    from gui.lab import checkpoint, device
    from gui.lab.faults import NotFinite
    from gui.lab.rescue import Rescue
    from gui.lab.trainer import Trainer

    resume = arguments.resume
    trainer = checkpoint.load(resume, arguments.device or "") if resume else Trainer(experiment)
    if trainer.instead:
        _say(trainer.instead)
    pictures = len(trainer.digits.train_labels)
    compile_missing()
    if trainer.experiment.device != "cpu":
        _say("The GPU's kernels compile in the first step.")
    rescue, fault, done = Rescue(), None, []
    with Interrupt() as interrupt:
        try:
            while trainer.epoch < trainer.experiment.epochs and not interrupt.asked:
                if (epoch := _train_epoch(trainer, pictures, interrupt, rescue)) is not None:
                    done.append(epoch)
                    _say(f"epoch {epoch.epoch}: loss {epoch.loss:.4f}, test accuracy {epoch.test_accuracy:.2%}, "
                         f"{epoch.images_per_second:,.0f} images/s, {epoch.seconds:.1f} s")  # fmt: skip
        except NotFinite as met:
            fault = f"{met} They are in {out}."
        except Exception as error:
            if (said := device.fault(error)) is None:
                raise
            trainer, sentence = rescue.bring_back(trainer, said)
            fault = f"{sentence} It is saved in {out}: go on with --resume {out}."
        checkpoint.save(trainer, out)
    if arguments.json:
        print(json.dumps(_results(trainer, done, out, interrupt.asked), indent=2))
    if fault is not None:
        _say(f"nbgrad: {fault}")
        return 1
    if interrupt.asked:
        _say(f"Interrupted at step {trainer.steps}. Saved to {out}; go on with: nbgrad train --resume {out}")
        return 130
    _say(f"Saved to {out}.")
    return 0


def _experiment(arguments: argparse.Namespace) -> Experiment:
    if arguments.epochs == 0:
        raise ExperimentError("The number of epochs is a whole number from 1.")
    return Experiment(
        model=arguments.model,
        weights="fresh",
        data=arguments.data,
        optimizer=arguments.optimizer,
        lr=LEARNING_RATES[arguments.optimizer] if arguments.lr is None else arguments.lr,
        momentum=arguments.momentum,
        batch_size=arguments.batch_size,
        seed=arguments.seed,
        epochs=arguments.epochs,
        schedule=arguments.schedule,
        augment=arguments.augment,
        doodles=arguments.doodles,
        device=arguments.device or "cpu",
    )


def require_writable(path: Path) -> None:
    """Raises OSError where a file cannot be written at `path`, before hours of work go into it."""
    if path.is_dir():
        raise IsADirectoryError(21, "This is a folder, not a file to write", str(path))
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise type(error)(error.errno, f"Cannot write here ({error.strerror})", str(path)) from None


def _train_epoch(trainer: Any, pictures: int, interrupt: Interrupt, rescue: Any) -> Epoch | None:
    """Train to the end of the epoch and test; None where interrupted before. rescue: keeps the run now and then."""
    from tqdm import tqdm

    number, start, first = trainer.epoch, time.perf_counter(), trainer.position
    losses: list[float] = []
    bar = tqdm(total=pictures, initial=first, desc=f"epoch {number + 1}", unit=" images", unit_scale=True, leave=False)
    with bar:
        while trainer.epoch == number:
            if interrupt.asked:
                return None
            before = trainer.position
            rescue.keep(trainer)
            losses.append(trainer.step())
            bar.set_postfix(loss=f"{losses[-1]:.4f}", refresh=False)
            bar.update((trainer.position or pictures) - before)
    seconds = time.perf_counter() - start
    accuracy = trainer.test().accuracy
    return Epoch(number + 1, sum(losses) / len(losses), accuracy, (pictures - first) / seconds, seconds)


def _results(trainer: Any, epochs: list[Epoch], out: Path, interrupted: bool) -> dict[str, Any]:
    return {
        "experiment": asdict(trainer.experiment),
        "epochs": [asdict(epoch) for epoch in epochs],
        "steps": trainer.steps,
        "test_accuracy": epochs[-1].test_accuracy if epochs else None,
        "checkpoint": str(out),
        "interrupted": interrupted,
    }


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
