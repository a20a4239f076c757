"""Learning rates follow PyTorch's, epoch by epoch, also after their state went into another scheduler."""

import numpy as np
import pytest

import nbgrad

SCHEDULES = [
    ("LambdaLR", {"lr_lambda": lambda epoch: 0.9**epoch}),
    ("StepLR", {"step_size": 3, "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [2, 5, 5]}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("CosineAnnealingLR", {"T_max": 4, "eta_min": 0.01}),
]
MEASURES = [1.0, 0.9, 0.95, 0.91, 0.92, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]


def make(module, name, settings):
    w, v = module.zeros(1, requires_grad=True), module.zeros(1, requires_grad=True)
    optimizer = module.optim.SGD([{"params": [w]}, {"params": [v], "lr": 0.5}], lr=0.1)
    return optimizer, getattr(module.optim.lr_scheduler, name)(optimizer, **settings)


def rates(module, name, settings, epochs=11):
    optimizer, scheduler = make(module, name, settings)
    seen = []
    for epoch in range(epochs):
        optimizer.step()
        scheduler.step(MEASURES[epoch]) if name == "ReduceLROnPlateau" else scheduler.step()
        seen.append([*scheduler.get_last_lr(), *(group["lr"] for group in optimizer.param_groups)])
    return seen, scheduler.state_dict()


PLATEAUS = [
    ("ReduceLROnPlateau", {"patience": 1, "factor": 0.5}),
    ("ReduceLROnPlateau", {"mode": "max", "patience": 0, "cooldown": 1, "min_lr": [0.02, 0.1]}),
    ("ReduceLROnPlateau", {"patience": 2, "threshold": 0.2, "threshold_mode": "abs"}),
]


@pytest.mark.parametrize(("name", "settings"), SCHEDULES + PLATEAUS)
def test_follows_pytorch(name, settings, torch):
    (ours, mine), (theirs, other) = (rates(module, name, settings) for module in (nbgrad, torch))
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    assert mine.keys() == other.keys()
    np.testing.assert_allclose(mine.pop("_last_lr"), other.pop("_last_lr"))
    assert mine == other


@pytest.mark.parametrize(("name", "settings"), SCHEDULES)
def test_state_goes_into_another_scheduler(name, settings):
    optimizer, scheduler = make(nbgrad, name, settings)
    for _ in range(3):
        optimizer.step()
        scheduler.step()
    again, second = make(nbgrad, name, settings)
    again.load_state_dict(optimizer.state_dict())
    second.load_state_dict(scheduler.state_dict())
    again.step()
    for each in (scheduler, second):
        each.step()
    assert second.get_last_lr() == scheduler.get_last_lr()


def test_a_step_before_the_optimizers_warns():
    _optimizer, scheduler = make(nbgrad, "StepLR", {"step_size": 1})
    with pytest.warns(UserWarning, match="Detected call of `lr_scheduler.step\\(\\)` before `optimizer.step"):
        scheduler.step()
