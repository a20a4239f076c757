"""How well LeNet reads MNIST's test set: after three epochs, with the weights that ship, and from our own digits alone.

    python benchmarks/accuracy.py --data DIR [--json]

DIR holds the four MNIST files. A few minutes.
"""

import argparse
import json

from gui.lab.digits import load_digits
from gui.lab.experiment import Experiment
from gui.lab.trainer import Trainer

GOALS = {"3 epochs of MNIST": 0.988, "the weights that ship": 0.992, "3 epochs of procedural digits": 0.90}


def trained_on(data: str) -> Trainer:
    """The run of `nbgrad train --data DATA --epochs 3 --seed 0`."""
    trainer = Trainer(Experiment(weights="fresh", data=data, lr=0.05, seed=0, epochs=3, schedule="one-cycle"))
    while trainer.epoch < 3:
        trainer.step()
    return trainer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, metavar="DIR")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    mnist = load_digits(arguments.data)
    networks = {
        "3 epochs of MNIST": lambda: trained_on(arguments.data),
        "the weights that ship": lambda: Trainer(Experiment(weights="trained")),
        "3 epochs of procedural digits": lambda: trained_on("procedural"),
    }
    found = {}
    for name, make in networks.items():
        trainer = make()
        trainer.take_data(mnist)
        found[name] = trainer.test().accuracy
        if not arguments.json:
            print(f"{name:30} {found[name]:.2%}  goal {GOALS[name]:.1%}", flush=True)
    if arguments.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
