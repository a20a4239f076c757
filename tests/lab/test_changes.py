"""The arithmetic of an update against the weight that the optimizer wrote."""

import numpy as np
import pytest

from gui.lab.changes import change
from gui.lab.findings import Edit, Spot
from gui.lab.surgery import Surgery

SETTINGS = {
    "plain": {"momentum": 0.0},
    "momentum": {"momentum": 0.9},
    "nesterov with decay": {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    "adam": {"optimizer": "Adam", "lr": 0.003},
    "adam with decay": {"optimizer": "Adam", "lr": 0.003, "weight_decay": 0.01},
}


def weights(trainer, name):
    return dict(trainer.model.named_parameters())[name].detach().numpy()


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_the_lines_give_the_engines_weight(fresh, settings):
    trainer, random = fresh(**settings), np.random.default_rng(0)
    names = [name for name, _ in trainer.model.named_parameters()]
    for _ in range(3):
        before = {name: weights(trainer, name).copy() for name in names}
        trainer.step()
        for name in names:
            index = tuple(int(random.integers(size)) for size in before[name].shape)
            view = change(trainer, Spot("update", None, name, index))
            assert view is not None and view.agrees, (name, index, view)
            assert view.before == before[name][index] and view.engine == weights(trainer, name)[index]
            assert view.bound <= 1e-5 * max(abs(view.before), 0.05)
            assert abs(view.lines[-1].value - np.float64(view.engine)) <= view.bound


def test_the_first_step_with_momentum_has_no_buffer_and_the_next_has(fresh):
    trainer = fresh(momentum=0.9)
    spot = Spot("update", None, "fc3.bias", (3,))
    trainer.step()
    assert [line.formula for line in change(trainer, spot).lines] == ["g", "−lr·b", "w + Δw"]
    buffer = change(trainer, spot).lines[0].value
    trainer.step()
    lines = change(trainer, spot).lines
    assert lines[0].formula == "μ·b + g" and lines[0].figures[:2] == pytest.approx((0.9, buffer), rel=1e-6)


def test_there_is_nothing_to_say_before_a_step_and_after_a_reset(fresh):
    trainer, spot = fresh(), Spot("update", None, "fc3.bias", (3,))
    assert change(trainer, spot) is None
    trainer.step()
    assert change(trainer, spot) is not None
    trainer.reset(trainer.experiment)
    assert change(trainer, spot) is None


def test_another_networks_weight_is_refused(fresh):
    trainer = fresh()
    trainer.step()
    with pytest.raises(KeyError):
        change(trainer, Spot("update", None, "fc9.bias", (0,)))
    for index in ((99,), (0, 0)):
        with pytest.raises(IndexError):
            change(trainer, Spot("update", None, "fc3.bias", index))


def test_a_weight_edited_by_hand_keeps_the_update_of_its_step(fresh):
    trainer = fresh(momentum=0.9)
    trainer.step()
    spot = Spot("update", None, "fc3.bias", (3,))
    step = change(trainer, spot).lines[-2].value
    Surgery().apply(trainer, Edit("fc3.bias", (3,), "add", 0.5), None, None)
    assert change(trainer, spot).agrees and change(trainer, spot).lines[-2].value == step
