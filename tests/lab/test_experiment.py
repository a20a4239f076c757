import pytest

from gui.lab.experiment import Experiment, ExperimentError


def test_json_and_back():
    experiment = Experiment(
        optimizer="Adam", lr=0.001, batch_size=8, seed=7, epochs=3, schedule="one-cycle", augment=True
    )
    assert Experiment.from_json(experiment.to_json()) == experiment


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"model": "ResNet"}, "The model is LeNet or MLP or ResNet-18 or ResNet-34 or ResNet-50, not «ResNet»"),
        ({"model": "MLP", "weights": "trained"}, "Trained weights ship for LeNet alone, not for MLP"),
        ({"weights": "fresh", "widths": (10,)}, "The list of sizes is what LeNet can have"),
        ({"model": "MLP", "weights": "fresh", "widths": (100, 10)}, "The list of sizes is what MLP can have"),
        (
            {"model": "MLP", "weights": "fresh", "widths": (784, 10), "names": ("a", "b")},
            "The list of names is one for each layer",
        ),
        ({"model": "ResNet-18", "weights": "fresh", "widths": [0]}, "The list of sizes is what ResNet-18 can have"),
        ({"weights": "old"}, "The start is trained or fresh or opened, not «old»"),
        ({"optimizer": "sgd"}, "The optimizer is SGD or Adam, not «sgd»"),
        ({"lr": "abc"}, "learning rate is a number above 0, not «abc»"),
        ({"lr": float("nan")}, "learning rate"),
        ({"lr": 0}, "learning rate"),
        ({"lr": True}, "learning rate"),
        ({"momentum": 1.0}, "momentum is a number from 0, below 1"),
        ({"weight_decay": -1}, "weight decay"),
        ({"batch_size": 0}, "batch size"),
        ({"batch_size": 2.5}, "batch size"),
        ({"seed": -1}, "seed"),
        ({"epochs": -1}, "epochs"),
        ({"schedule": "wild"}, "The schedule is constant or one-cycle, not «wild»"),
        ({"nesterov": True, "momentum": 0}, "Nesterov"),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(settings, words):
    with pytest.raises(ExperimentError, match=words) as caught:
        Experiment().changed(**settings)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"speed": 3}', '{"lr": "fast"}'])
def test_a_file_that_is_no_experiment(text):
    with pytest.raises(ExperimentError):
        Experiment.from_json(text)
