"""A run on disk: weights, optimizer, curves and experiment in one safetensors file, enough to go on exactly."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

import nbgrad
from gui.lab import networks
from gui.lab.device import host, why_not
from gui.lab.experiment import Experiment, ExperimentError
from gui.lab.snapshot import Curves
from gui.lab.timeline import Timeline
from gui.lab.trainer import Trainer
from gui.lab.wording import translate
from nbgrad.nn import Module
from nbgrad.serialization import load_safetensors, save_safetensors
from nbgrad.vision.models.known import NAMES, Known, recognise
from nbgrad.vision.models.weights import fill

OPTIMIZER, CURVE = "optimizer/", "curve/"
COUNTERS = ("steps", "epoch", "position")


class CheckpointError(ValueError):
    """One sentence that says what is wrong with a checkpoint file."""


def save(trainer: Trainer, path: Path) -> None:
    """Write a checkpoint, whole or not at all; weights keep their state_dict names, so that other tools read them.

    Raises SerializationError where it cannot be written.
    """
    save_safetensors(path, *pack(trainer))


def pack(trainer: Trainer) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """All that a run is, as arrays of the host by name, and the metadata of a checkpoint."""
    tensors: dict[str, Any] = dict(trainer.model.state_dict())
    numbers: dict[str, float] = {}
    for name, parameter in trainer.model.named_parameters():
        for key, value in trainer.optimizer.state.get(parameter, {}).items():
            if getattr(value, "ndim", 0):
                tensors[f"{OPTIMIZER}{name}/{key}"] = value
            else:
                numbers[f"{OPTIMIZER}{name}/{key}"] = float(value)
    tensors |= {CURVE + key: column for key, column in vars(trainer.timeline.curves()).items()}
    counters = {key: getattr(trainer, key) for key in COUNTERS}
    metadata = {
        "experiment": trainer.experiment.to_json(),
        "counters": json.dumps(counters),
        "numbers": json.dumps(numbers),
    }
    return {name: host(tensor) for name, tensor in tensors.items()}, metadata


def load(path: Path, device: str = "") -> Trainer:
    """The run that `save` wrote, ready for its next step; raises SerializationError or CheckpointError.

    device: where it goes on, "" for where it was saved; where there is no GPU, `instead` of the run says so.
    """
    arrays, metadata = load_safetensors(path)
    return unpack(arrays, metadata, path, device)


def unpack(arrays: Mapping[str, np.ndarray], metadata: Mapping[str, str], path: Path, device: str = "") -> Trainer:
    """The run that `pack` took apart; path: what a CheckpointError calls it. device: see `load`."""
    experiment, counters, numbers = _read_settings(path, metadata)
    reason = None if device else why_not(experiment.device)
    device = device or ("cpu" if reason else experiment.device)
    experiment = experiment.changed(device="cpu")
    model = networks.make(experiment)
    try:
        weights = {name: nbgrad.from_numpy(array) for name, array in arrays.items() if "/" not in name}
        model.load_state_dict(weights)
        trainer = Trainer(experiment, model=model)
        trainer.timeline = Timeline(Curves(**_under(CURVE, arrays)))
        _fill_optimizer(trainer, _under(OPTIMIZER, arrays), _under(OPTIMIZER, numbers))
    except (RuntimeError, TypeError, ValueError) as error:
        first = str(error).splitlines()[0]
        unfit = translate("lab", "{0} does not fit {1}: {2}").format(path, experiment.model, first)
        raise CheckpointError(unfit) from None
    for key, value in counters.items():
        setattr(trainer, key, value)
    trainer.configure(experiment.changed(device=device))
    if reason:
        trainer.instead = translate("lab", "It was saved on the GPU and goes on on the CPU: {0}.").format(reason)
    return trainer


def open_run(path: Path, experiment: Experiment) -> Trainer:
    """A run that `save` wrote, or a new one of this experiment with the network whose weights a file holds.

    Raises SerializationError or CheckpointError, one sentence, where the file is neither.
    """
    if path.suffix == ".safetensors" and "experiment" in load_safetensors(path)[1]:
        return load(path)
    known, model = open_weights(path)
    try:
        settings = networks.settings_of(known, model)
    except ExperimentError as error:
        unfit = translate("lab", "{0} holds an {1} that cannot read drawings: {2}.").format(
            path, known.name, error.args[0]
        )
        raise CheckpointError(unfit) from None
    return Trainer(experiment.changed(weights="opened", **settings), model=model)


def open_weights(path: Path) -> tuple[Known, Module]:
    """The network that a file of PyTorch's or of safetensors holds the weights of, filled with them.

    What else a checkpoint of the lab holds is left out. Raises SerializationError or CheckpointError, one sentence.
    """
    found = nbgrad.load(path, map_location="cpu")
    if not isinstance(found, dict) or not all(isinstance(tensor, nbgrad.Tensor) for tensor in found.values()):
        raise CheckpointError(translate("lab", "{0} does not hold weights by name, as a state_dict does.").format(path))
    state = {name: tensor for name, tensor in found.items() if "/" not in str(name)}
    recognised = recognise(state)
    if recognised is None:
        names = ", ".join(NAMES)
        none = translate("lab", "{0} holds the weights of none of the networks here ({1}).").format(path, names)
        raise CheckpointError(none)
    fill(recognised[1], state, path)
    return recognised


def _read_settings(path: Path, metadata: Mapping[str, str]) -> tuple[Experiment, dict[str, int], dict[str, Any]]:
    try:
        experiment = Experiment.from_json(metadata["experiment"])
        counters, numbers = json.loads(metadata["counters"]), dict(json.loads(metadata["numbers"]))
        return experiment, {key: _count(counters[key]) for key in COUNTERS}, numbers
    except (KeyError, TypeError, ValueError) as error:
        why = translate("lab", "It does not say where the run stopped.")
        if isinstance(error, ExperimentError):
            why = error.args[0]
        raise CheckpointError(translate("lab", "{0} is no checkpoint of a run. {1}").format(path, why)) from None


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError
    return value


def _under(prefix: str, items: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in items.items() if name.startswith(prefix)}


def _fill_optimizer(trainer: Trainer, arrays: dict[str, np.ndarray], numbers: dict[str, Any]) -> None:
    for name, parameter in trainer.model.named_parameters():
        state = {key: nbgrad.from_numpy(array) for key, array in _under(f"{name}/", arrays).items()}
        if any(tensor.shape != parameter.shape for tensor in state.values()):
            raise ValueError(f"the optimizer's numbers for {name} have another shape.")
        state |= _under(f"{name}/", numbers)
        if state:
            trainer.optimizer.state[parameter] = state
