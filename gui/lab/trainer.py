"""One training run: model, optimizer, data, and the order of the batches, all decided by an Experiment.

The same experiment gives bitwise the same run: weights come from its seed, the order of pictures from seed and epoch,
augmentation from seed and step. On either device they are the same numbers: all of them are drawn on the host.
"""

import math
import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import nbgrad
from gui.lab import faults, mixing, networks, schedule
from gui.lab.device import beside, host, require, write
from gui.lab.digits import Digits, load_digits
from gui.lab.evaluate import evaluate
from gui.lab.experiment import Experiment, ExperimentError
from gui.lab.graph_view import GraphViews
from gui.lab.mine import NONE
from gui.lab.observe import Observer
from gui.lab.snapshot import GraphView, Snapshot, TestView
from gui.lab.timeline import Timeline
from gui.lab.verdict import Rule, rule_of
from gui.lab.wording import translate
from nbgrad import optim
from nbgrad.autograd.graph import trace
from nbgrad.nn import functional as F
from nbgrad.placement import placed
from nbgrad.serialization import load_safetensors
from nbgrad.vision.transforms import Augment, NetworkInput

TRAINED_WEIGHTS = Path(__file__).resolve().parents[2] / "assets" / "weights" / "lenet.safetensors"
SPEED_MEMORY = 0.95  # images per second are a mean over about the last 20 steps


@dataclass(frozen=True)
class LastStep:
    """What the last update began with, in the order of the parameters, where they live; settings: the optimizer's."""

    weights: list[Any]
    memory: list[dict[str, Any]]
    settings: dict[str, Any]


class Trainer:
    """Trains one batch per `step()`; everything else happens between steps. Used by one thread.

    model: a network of the experiment, filled from a file; without it the experiment decides how the weights begin.
    Raises DeviceError where the experiment's device cannot be used.
    """

    def __init__(self, experiment: Experiment, digits: Digits | None = None, model: Any = None) -> None:
        require(experiment.device)
        self._digits = digits
        self.instead = ""  # a sentence, where a file asked for a GPU and there is none
        self.mine = NONE  # the learner's own drawings, for an experiment that trains on them
        self._opened = None if model is None else {name: each.clone() for name, each in model.state_dict().items()}
        self._begin(experiment, self._make_model(experiment) if model is None else model.eval())

    # ---- what decides the run

    def reset(self, experiment: Experiment) -> None:
        """Step 0: weights, optimizer and order of pictures anew; the data stay loaded where they are the same."""
        model = self._make_model(experiment)
        if self.experiment.data != experiment.data:
            self._digits = None
        self._begin(experiment, model)

    def _make_model(self, experiment: Experiment) -> Any:
        if experiment.weights == "opened" and self._opened is None:
            raise ExperimentError(translate("lab", "No file was opened whose weights the run could begin with."))
        model = networks.make(experiment)
        if experiment.weights == "opened":
            model.load_state_dict(self._opened)
        elif experiment.weights == "trained":
            found, _metadata = load_safetensors(TRAINED_WEIGHTS)
            model.load_state_dict({name: nbgrad.from_numpy(array) for name, array in found.items() if "/" not in name})
        return model

    def _begin(self, experiment: Experiment, model: Any) -> None:
        self.experiment = experiment
        self.model = model.to(experiment.device)
        self.optimizer = _make_optimizer(experiment, model)
        self.timeline = Timeline()
        self.steps = 0
        self.epoch = 0
        self.position = 0  # pictures of this epoch that were trained on
        self.tested: TestView | None = None
        self.forget_last_step()

    def configure(self, experiment: Experiment, digits: Digits | None = None) -> None:
        """Use these settings from the next step on. Weights stay; momentum stays where the optimizer does.

        Seed and weights count from the next reset on. digits: the experiment's data, where it names others than before;
        they start at their epoch 0. Another device gets everything that was there. Raises DeviceError where it cannot
        be used, and nothing changes.
        """
        if experiment.device != self.experiment.device:
            require(experiment.device)
            self._move(experiment.device)
            self.experiment = self.experiment.changed(device=experiment.device)
            if experiment.device == "cpu":
                nbgrad.cuda.empty_cache()
        if experiment.data != self.experiment.data:
            self._digits = digits
            self.epoch, self.position, self.tested = 0, 0, None
        if experiment.optimizer != self.experiment.optimizer:
            self.optimizer = _make_optimizer(experiment, self.model)
        else:
            for group in self.optimizer.param_groups:
                group.update(_settings(experiment))
        self.experiment = experiment

    @property
    def digits(self) -> Digits:
        """The data, loaded when first needed; raises DatasetError."""
        if self._digits is None:
            self._digits = load_digits(self.experiment.data)
        return self._digits

    @property
    def has_data(self) -> bool:
        return self._digits is not None

    def take_data(self, digits: Digits) -> None:
        """The experiment's data, loaded by someone else."""
        self._digits = digits

    def take_over(self, other: "Trainer") -> None:
        """From another run: its data where they are the same, the learner's drawings, what a file held."""
        self.mine, self._opened = other.mine, other._opened
        if other.experiment.data == self.experiment.data:
            self._digits = other._digits

    def forget_last_step(self) -> None:
        """No step to show: no gradient, no update, no graph."""
        self.phase = "idle"
        self.loss: float | None = None
        self._loss_tensor: Any = None
        self._before: list[Any] | None = None
        self.last: LastStep | None = None
        self._arrays = [parameter.array for parameter in self.model.parameters()]
        self.batch: tuple[Any, Any] | None = None  # pictures and labels of the last step
        self._graphs = GraphViews()
        self._drawn: GraphView | None = None
        self._observer = Observer()
        self._images, self._seconds = 0.0, 0.0
        self.optimizer.zero_grad()

    # ---- where it computes

    def _move(self, device: str) -> None:
        """Everything to a device; where that fails everything is back, as far as the device it came from answers."""
        try:
            self._carry(device)
        except Exception:
            self._carry(self.experiment.device)
            raise

    def _carry(self, device: str) -> None:
        self._drawn, self._loss_tensor = self._graph(), None  # the picture stays; its graph lies where it was made
        self.model.to(device)
        self._arrays = [parameter.array for parameter in self.model.parameters()]
        for state in self.optimizer.state.values():
            for key, value in state.items():
                if isinstance(value, nbgrad.Tensor) and value.ndim:  # an optimizer counts its steps on the host
                    state[key] = value.to(device)
        if self.last is not None:
            weights = [placed(array, device) for array in self.last.weights]
            memory = [
                {key: placed(value, device) if getattr(value, "ndim", 0) else value for key, value in each.items()}
                for each in self.last.memory
            ]
            self._before, self.last = weights, replace(self.last, weights=weights, memory=memory)
        if self.batch is not None:
            self.batch = self.batch[0].to(device), self.batch[1].to(device)
        self._images, self._seconds = 0.0, 0.0  # each device has its own speed

    # ---- training

    def step(self) -> float:
        """Train on one batch and give its loss; raises NotFinite before a bad number reaches the weights."""
        start = time.perf_counter()
        networks.require_digits(self.model)
        self.batch = pictures, labels = self._next_batch()
        buffers = [(buffer.array, buffer.array.copy()) for buffer in self.model.buffers()]
        self.model.train()
        try:
            loss = self._learn(pictures, labels)
        except Exception:
            for buffer, numbers in buffers:  # running statistics have seen a batch that does not count
                buffer[...] = numbers
            raise
        finally:
            self.model.eval()
        self._advance()
        self.timeline.add_loss(self.steps, loss)
        self._images = SPEED_MEMORY * self._images + len(labels)
        self._seconds = SPEED_MEMORY * self._seconds + time.perf_counter() - start
        return loss

    def _learn(self, pictures: Any, labels: Any) -> float:
        """Forward, loss, backward, update."""
        self.optimizer.zero_grad()
        seen = networks.see(self.model, pictures)
        tensor = F.cross_entropy(self.model(seen), labels)
        loss, number = tensor.item(), self.steps + 1
        self._loss_tensor, self.loss, self.phase = tensor, loss, "loss"
        if not math.isfinite(loss):
            raise faults.explain_loss(self.model, seen, loss, number)
        tensor.backward()
        self.phase = "backward"
        if name := faults.first_bad_gradient(self.model):
            raise faults.explain_gradient(name, number)
        self._update(number)
        return loss

    def _update(self, number: int) -> None:
        """Move the weights; where one would overflow, or the device fails, all stay as they were."""
        before = [array.copy() for array in self._arrays]
        memory = [_copied(self.optimizer.state.get(parameter, {})) for parameter in self.model.parameters()]
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate
        try:
            self.optimizer.step()
            if name := faults.first_bad_parameter(self.model):
                raise faults.explain_update(name, number)
        except Exception:
            for array, old in zip(self._arrays, before, strict=True):
                array[...] = old
            for parameter, held in zip(self.model.parameters(), memory, strict=True):
                _restore(self.optimizer.state.get(parameter, {}), held)
            raise
        self._before, self.phase = before, "update"
        self.last = LastStep(before, memory, dict(self.optimizer.param_groups[0]))

    def _next_batch(self) -> tuple[Any, Any]:
        """The batch at `position` of the epoch's order: pictures (B, 1, 32, 32), labels (B,) or chances (B, 10)."""
        digits, experiment = self.digits, self.experiment
        order = self._order(len(digits.train_labels))
        indices = order[self.position : self.position + experiment.batch_size]
        generator, transform = self._chance(), NetworkInput()
        if experiment.augment:
            transform = Augment(generator=generator)
        batch, labels = transform.batch(digits.train_pictures, indices), digits.train_labels[indices]
        if others := self._others(len(indices), generator):
            batch, labels = mixing.mixed(batch, labels, others, transform)
        return beside(self.model, batch), beside(self.model, labels)

    def _chance(self) -> nbgrad.Generator:
        """This step's own stream. PyTorch's seeding reads 32 bits, so seed and step are mixed into as many."""
        mixed = np.random.SeedSequence((self.experiment.seed, self.steps)).generate_state(1)
        return nbgrad.Generator().manual_seed(int(mixed[0]))

    def _others(self, size: int, generator: nbgrad.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
        """What joins a batch of this size."""
        others = []
        if share := self.experiment.doodles:
            pool = mixing.doodles()
            others.append(mixing.draw(pool, np.full(len(pool), mixing.NOTHING), share, size, generator))
        if (share := self.experiment.mine) and len(self.mine):
            others.append(mixing.draw(self.mine.pictures, self.mine.labels, share, size, generator))
        return others

    def _order(self, count: int) -> np.ndarray:
        """How this epoch goes through the pictures."""
        key = (self.experiment.seed, self.epoch, count)
        if getattr(self, "_order_key", None) != key:
            self._order_key = key
            self._order_now = np.random.default_rng(key[:2]).permutation(count)
        return self._order_now

    def _advance(self) -> None:
        self.steps += 1
        self.position += self.experiment.batch_size
        if self.position >= len(self.digits.train_labels):
            self.epoch += 1
            self.position = 0

    @property
    def learning_rate(self) -> float:
        """The experiment's, bent by its schedule."""
        experiment = self.experiment
        if not experiment.epochs:
            return experiment.lr
        done = self.epoch + self.position / len(self.digits.train_labels)
        return experiment.lr * schedule.factor(experiment.schedule, done / experiment.epochs)

    def write(self, parameter: str, index: tuple[int, ...], numbers: np.ndarray) -> None:
        """Change weights by hand, all below `index`. The last step's update stays; the test is out of date."""
        names = [name for name, _ in self.model.named_parameters()]
        place = names.index(parameter)
        change = numbers - host(self._arrays[place][index])
        write(self._arrays[place], index, numbers)
        if self._before is not None:
            write(self._before[place], index, host(self._before[place][index]) + change)
        self.tested = None

    # ---- testing and showing

    @property
    def rule(self) -> Rule | None:
        """What this network calls no digit; None where it started without having learnt that."""
        return rule_of(TRAINED_WEIGHTS) if self.experiment.weights == "trained" else None

    def testing(self) -> Generator[tuple[int, int], None, TestView]:
        """Classify the test set slice by slice; yields (done, total)."""
        networks.require_digits(self.model)
        digits = self.digits
        self.tested = yield from evaluate(self.model, digits.test_pictures, digits.test_labels, self.steps)
        self.timeline.add_test(self.steps, self.tested.accuracy)
        return self.tested

    def test(self) -> TestView:
        """Classify the test set."""
        for _ in self.testing():
            pass
        assert self.tested
        return self.tested

    @property
    def images_per_second(self) -> float | None:
        return self._images / self._seconds if self._seconds else None

    def snapshot(self, *, running: bool = False, notice: str = "") -> Snapshot:
        """The state of the run between two steps, as private copies."""
        return Snapshot(
            step=self.steps,
            epoch=self.epoch,
            phase=self.phase,
            running=running,
            loss=self.loss,
            images_per_second=self.images_per_second,
            curves=self.timeline.curves(),
            parameters=self._observer.look(self.steps, self.model, self._before, hurry=running),
            graph=self._graph(),
            test=self.tested,
            notice=notice,
        )

    def take_graph(self, network_input: np.ndarray, digit: int) -> bool:
        """While no step was taken, show the graph of a picture's loss; False where there is one to show already."""
        if self._loss_tensor is not None or self._drawn is not None:
            return False
        with nbgrad.enable_grad():
            logits = networks.forward(self.model, beside(self.model, network_input))
            loss = F.cross_entropy(logits, beside(logits, np.full(1, digit)))
        self._drawn = self._graphs.view(trace(loss), self.model)
        return True

    def _graph(self) -> GraphView | None:
        if self._loss_tensor is None:
            return self._drawn
        return self._graphs.view(trace(self._loss_tensor), self.model)


def _copied(memory: dict[str, Any]) -> dict[str, Any]:
    """What an optimizer remembers of a parameter, as arrays where they live, and numbers."""
    return {key: value.array.copy() if isinstance(value, nbgrad.Tensor) else value for key, value in memory.items()}


def _restore(memory: dict[str, Any], held: dict[str, Any]) -> None:
    """Make what an optimizer remembers what `_copied` kept of it."""
    for key, value in list(memory.items()):
        if key not in held:
            del memory[key]
        elif isinstance(value, nbgrad.Tensor):
            value.array[...] = held[key]
        else:
            memory[key] = held[key]


def _settings(experiment: Experiment) -> dict[str, Any]:
    """The optimizer's own settings, as its constructor and its param_groups spell them."""
    settings: dict[str, Any] = {"lr": experiment.lr, "weight_decay": experiment.weight_decay}
    if experiment.optimizer == "SGD":
        settings |= {"momentum": experiment.momentum, "nesterov": experiment.nesterov}
    return settings


def _make_optimizer(experiment: Experiment, model: Any) -> Any:
    return getattr(optim, experiment.optimizer)(model.parameters(), **_settings(experiment))
