"""Make the file that ships out of a checkpoint: the weights alone, and the rule for «no digit» fitted beside them.

    python assets/weights/finish.py CHECKPOINT DIR lenet.safetensors

DIR holds MNIST's four files. The rule is fitted on training digits alone: 10,000 of them, distorted anew, of which it
may refuse 1 %. No drawing that is no digit has a say in it.
"""

import sys
from pathlib import Path

import numpy as np

import nbgrad
from gui.lab.checkpoint import load
from gui.lab.verdict import METADATA, fit
from nbgrad.nn import functional as F
from nbgrad.serialization import save_safetensors
from nbgrad.vision.datasets import MNIST
from nbgrad.vision.transforms import Augment

FITTED_ON, REFUSED, SEED = 10_000, 0.01, 20_000


def main(checkpoint: str, data: str, out: str) -> None:
    model = load(Path(checkpoint)).model
    augment = Augment(generator=nbgrad.Generator().manual_seed(SEED))
    pictures, best = MNIST(data, train=True).pictures, []
    with nbgrad.no_grad():
        for start in range(0, FITTED_ON, 250):
            batch = nbgrad.from_numpy(augment.batch(pictures, np.arange(start, start + 250)))
            best.append(F.softmax(model(batch), 1).numpy().max(1))
    rule = fit(np.concatenate(best), REFUSED)
    save_safetensors(out, dict(model.state_dict()), {METADATA: rule.to_json()})
    print(rule)


if __name__ == "__main__":
    main(*sys.argv[1:])
