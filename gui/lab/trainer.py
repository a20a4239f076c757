"""One training run: model, optimizer, data, and the order of the batches, all decided by an Experiment.

The same experiment gives bitwise the same run: weights come from its seed, the order of pictures from seed and epoch,
augmentation from seed and step.
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
from gui.lab.digits import Digits, load_digits
from gui.lab.evaluate import evaluate
from gui.lab.experiment import Experiment, ExperimentError
from gui.lab.graph_view import GraphViews
from gui.lab.history import Histories
from gui.lab.mine import NONE
from gui.lab.observe import parameter_view
from gui.lab.snapshot import GraphView, Snapshot, TestView
from gui.lab.timeline import Timeline
from gui.lab.verdict import Rule, rule_of
from gui.lab.wording import translate
from nbgrad import optim
from nbgrad.autograd.graph import trace
from nbgrad.nn import functional as F
from nbgrad.serialization import load_safetensors
from nbgrad.vision.transforms import Augment, NetworkInput

TRAINED_WEIGHTS = Path(__file__).resolve().parents[2] / "assets" / "weights" / "lenet.safetensors"
SPEED_MEMORY = 0.95  # images per second are a mean over about the last 20 steps


@dataclass(frozen=True)
class LastStep:
    """What the last update began with, in the order of the parameters; settings: the optimizer's."""

    weights: list[np.ndarray]
    memory: list[dict[str, Any]]
    settings: dict[str, Any]


class Trainer:
    """Trains one batch per `step()`; everything else happens between steps. Used by one thread.

    model: a network of the experiment, filled from a file; without it the experiment decides how the weights begin.
    """

    def __init__(self, experiment: Experiment, digits: Digits | None = None, model: Any = None) -> None:
        self._digits = digits
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
        self.model = model
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
        they start at their epoch 0.
        """
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

    def forget_last_step(self) -> None:
        """No step to show: no gradient, no update, no graph."""
        self.phase = "idle"
        self.loss: float | None = None
        self._loss_tensor: Any = None
        self._before: list[np.ndarray] | None = None
        self.last: LastStep | None = None
        self._arrays = [parameter.detach().numpy() for parameter in self.model.parameters()]
        self.batch: tuple[Any, Any] | None = None  # pictures and labels of the last step
        self._graphs = GraphViews()
        self._drawn: GraphView | None = None
        self._histories = Histories()
        self._images, self._seconds = 0.0, 0.0
        self.optimizer.zero_grad()

    # ---- training

    def step(self) -> float:
        """Train on one batch and give its loss; raises NotFinite before a bad number reaches the weights."""
        start = time.perf_counter()
        networks.require_digits(self.model)
        self.batch = pictures, labels = self._next_batch()
        buffers = [(buffer, buffer.numpy().copy()) for buffer in self.model.buffers()]
        self.model.train()
        try:
            loss = self._learn(pictures, labels)
        except faults.NotFinite:
            for buffer, numbers in buffers:  # running statistics have seen what is not finite
                buffer.numpy()[...] = numbers
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
        """Move the weights; where one would overflow, all stay as they were."""
        before = [array.copy() for array in self._arrays]
        memory = [_copied(self.optimizer.state.get(parameter, {})) for parameter in self.model.parameters()]
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate
        self.optimizer.step()
        if name := faults.first_bad_parameter(self.model):
            for array, old in zip(self._arrays, before, strict=True):
                array[...] = old
            raise faults.explain_update(name, number)
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
        return nbgrad.from_numpy(batch), nbgrad.from_numpy(labels)

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
        change = numbers - self._arrays[place][index]
        self._arrays[place][index] = numbers
        if self._before is not None:
            self._before[place][index] += change
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
        named = list(self.model.named_parameters())
        before = self._before or [None] * len(named)
        views = [
            parameter_view(name, array, parameter.grad, old)
            for (name, parameter), array, old in zip(named, self._arrays, before, strict=True)
        ]
        self._histories.add(self.steps, views)
        return Snapshot(
            step=self.steps,
            epoch=self.epoch,
            phase=self.phase,
            running=running,
            loss=self.loss,
            images_per_second=self.images_per_second,
            curves=self.timeline.curves(),
            parameters=tuple(replace(view, history=self._histories.of(place)) for place, view in enumerate(views)),
            graph=self._graph(),
            test=self.tested,
            notice=notice,
        )

    def take_graph(self, network_input: np.ndarray, digit: int) -> bool:
        """While no step was taken, show the graph of a picture's loss; False where there is one to show already."""
        if self._loss_tensor is not None or self._drawn is not None:
            return False
        with nbgrad.enable_grad():
            logits = networks.forward(self.model, nbgrad.from_numpy(network_input))
            loss = F.cross_entropy(logits, nbgrad.from_numpy(np.full(1, digit)))
        self._drawn = self._graphs.view(trace(loss), self.model)
        return True

    def _graph(self) -> GraphView | None:
        if self._loss_tensor is None:
            return self._drawn
        return self._graphs.view(trace(self._loss_tensor), self.model)


def _copied(memory: dict[str, Any]) -> dict[str, Any]:
    return {key: value.numpy().copy() if hasattr(value, "numpy") else value for key, value in memory.items()}


def _settings(experiment: Experiment) -> dict[str, Any]:
    """The optimizer's own settings, as its constructor and its param_groups spell them."""
    settings: dict[str, Any] = {"lr": experiment.lr, "weight_decay": experiment.weight_decay}
    if experiment.optimizer == "SGD":
        settings |= {"momentum": experiment.momentum, "nesterov": experiment.nesterov}
    return settings


def _make_optimizer(experiment: Experiment, model: Any) -> Any:
    return getattr(optim, experiment.optimizer)(model.parameters(), **_settings(experiment))
