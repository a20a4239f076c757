"""How the shipped classifier fares with drawings that are not as tidy as MNIST's, and with drawings that are no digit.

    python benchmarks/robustness.py --data DIR [--digits N] [--weights FILE] [--json]

DIR holds the four MNIST files. MNIST's test digits (written by people none of whom wrote the training digits) are laid
on a sheet of 336 x 336 as someone might draw them, and pass through the lab's own preprocessing. Drawings that are no
digit come from our own generator (`nbgrad.vision.doodles`), in a hand that neither training nor the threshold has seen.
About three minutes for all 10,000 digits.
"""

import argparse
import json
from pathlib import Path

import numpy as np

import nbgrad
from gui.lab.drawing import Drawing
from gui.lab.preprocess import preprocess
from gui.lab.trainer import TRAINED_WEIGHTS
from gui.lab.verdict import DIGIT, NO_DIGIT, UNSURE, rule_of, verdict
from nbgrad.kernels.cpu.warp import warp
from nbgrad.nn.functional import softmax
from nbgrad.serialization import load_safetensors
from nbgrad.vision.datasets import MNIST
from nbgrad.vision.doodles import Doodles
from nbgrad.vision.models import LeNet
from nbgrad.vision.transforms import network_input

SHEET = 336
FINE = 112  # a digit is drawn this large, four pixels to one of MNIST's, before its pen is made wider or narrower
TALL = 20 / 28  # of MNIST's square is the digit's longer side
GOALS = "each row of digits >= 97 % right and <= 2 % refused; no digits >= 90 % refused"
TEST_SEED = 1  # training drew its doodles with seed 0
NOTHING = {  # kind of doodle and how many
    "letters (33 Latin ones no digit looks like)": ("letter", 3300),
    "scribbles, lines, shapes (16 kinds)": ("scribble", 3200),
    "signs never trained on (Greek, Hangul, # ?)": ("other", 3200),
    "look-alikes (O I S Z b g q l y z): not counted": ("look-alike", 1000),
}

# name: longer side of the digit (of the sheet), where it lies (0 left or top, 1 right or bottom; None: anywhere),
# slant (dx per dy), turn (degrees), pen (of its width: +0.5 is half as wide again)
LAYOUTS = {
    "as in MNIST": (0.6, 0.5, 0.0, 0, 0.0),
    "off-centre: anywhere on the sheet": (0.4, None, 0.0, 0, 0.0),
    "off-centre: top left corner": (0.4, 0.0, 0.0, 0, 0.0),
    "small: a seventh of the sheet": (0.14, None, 0.0, 0, 0.0),
    "large: from edge to edge": (0.98, 0.5, 0.0, 0, 0.0),
    "slanted to the right by 20 degrees": (0.6, 0.5, 0.36, 0, 0.0),
    "slanted to the left by 20 degrees": (0.6, 0.5, -0.36, 0, 0.0),
    "turned by 15 degrees": (0.6, 0.5, 0.0, 15, 0.0),
    "turned by -15 degrees": (0.6, 0.5, 0.0, -15, 0.0),
    "thick: the pen 1.6 times as wide": (0.6, 0.5, 0.0, 0, 0.6),
    "thin: the pen 0.6 times as wide": (0.6, 0.5, 0.0, 0, -0.4),
}


def pens(fine: np.ndarray) -> np.ndarray:
    """Width of each digit's stroke in pixels: twice its area over its outline. fine: (N, s, s) in 0..1 -> (N,)."""
    down, across = np.diff(fine, axis=1)[:, :, :-1], np.diff(fine, axis=2)[:, :-1]
    return 2 * fine.sum((1, 2)) / np.maximum(np.hypot(down, across).sum((1, 2)), 1e-6)


def spread(fine: np.ndarray, radii: np.ndarray, thinner: bool) -> np.ndarray:
    """Move the edge of the ink outwards (or inwards) by `radii` (N,) pixels: steps of a cross and a square in turn."""
    pick = np.minimum if thinner else np.maximum
    for step in range(int(np.ceil(radii.max()))):
        padded = np.pad(fine, ((0, 0), (1, 1), (1, 1)))
        shifts = [(0, 1), (1, 0), (1, 2), (2, 1), *([(0, 0), (0, 2), (2, 0), (2, 2)] if step % 2 else [])]
        moved = fine
        for i, j in shifts:
            moved = pick(moved, padded[:, i : i + FINE, j : j + FINE])
        share = np.clip(radii - step, 0, 1).astype(np.float32)[:, None, None]
        fine = fine + share * (moved - fine)
    return fine


def sheets(pictures: np.ndarray, layout: tuple, seed: int) -> np.ndarray:
    """MNIST digits (N, 28, 28) as they would lie on a learner's sheet: (N, 336, 336) float32."""
    size, place, slant, turn, pen = layout
    random = np.random.default_rng(seed)
    many = len(pictures)
    fine = laid(pictures, np.eye(2) * 28 / FINE, np.zeros((many, 2)), FINE)
    if pen:
        fine = spread(fine, np.abs(pen) * pens(fine) / 2, pen < 0)
    angle = np.radians(turn)
    forward = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ [[1, -slant], [0, 1]]
    lengths = longer_sides(fine, forward)
    matrices = np.linalg.inv(forward)[None] * (lengths / (size * SHEET))[:, None, None]
    where = np.full((many, 2), 0.5 if place is None else place)
    if place is None:
        where = random.random((many, 2))
    room = (1 - size) * SHEET  # the digit's box may lie so far from the left and the top
    middles = (where - 0.5) * room
    levels = np.rint(fine * 255).astype(np.uint8)
    centres = ink_middles(fine, forward)
    shifts = (centres @ np.linalg.inv(forward).T) - np.einsum("nij,nj->ni", matrices, middles)
    return laid(levels, matrices, shifts, SHEET)


def laid(pictures, matrices, shifts, size):
    """Each picture read at matrix (j, i) + shift, from middle to middle: the lab's own warp, without waves."""
    many = len(pictures)
    matrices = np.ascontiguousarray(np.broadcast_to(matrices, (many, 2, 2)), np.float32)
    out = np.empty((many, size, size), np.float32)
    still = np.zeros((many, 2, 1, 4, size), np.float32)
    warp(pictures, np.arange(many), matrices, shifts.astype(np.float32), still, out)
    return out


def corners(fine, forward):
    """Box of the ink after the map, about the middle of the picture: (N, 2) low and (N, 2) high, (x, y)."""
    low, high = np.empty((len(fine), 2)), np.empty((len(fine), 2))
    at = np.arange(FINE) - (FINE - 1) / 2
    for n, ink in enumerate(fine > 0.25):
        i, j = np.nonzero(ink)
        moved = forward @ np.stack((at[j], at[i]))
        low[n], high[n] = moved.min(1), moved.max(1)
    return low, high


def longer_sides(fine, forward):
    low, high = corners(fine, forward)
    return (high - low).max(1) + 1


def ink_middles(fine, forward):
    low, high = corners(fine, forward)
    return (low + high) / 2


def chances(model, inputs: np.ndarray) -> np.ndarray:
    """Probabilities (N, 10) for inputs (N, 1, 32, 32)."""
    with nbgrad.no_grad():
        slices = (nbgrad.from_numpy(inputs[k : k + 500]) for k in range(0, len(inputs), 500))
        return np.concatenate([softmax(model(each), 1).numpy().copy() for each in slices])


def prepared(pictures: np.ndarray, layout: tuple, seed: int = 0) -> np.ndarray:
    """The network's input for digits drawn like this: (N, 1, 32, 32)."""
    inputs = []
    for start in range(0, len(pictures), 250):
        grounds = sheets(pictures[start : start + 250], layout, seed + start)
        inputs += [preprocess(Drawing(0, ground=ground)).network_input[0] for ground in grounds]
    return np.ascontiguousarray(inputs)


def measure(data: str, many: int, weights: Path) -> dict[str, dict[str, float]]:
    """Rows by name: accuracy and the share refused of digits drawn one way, or the share refused of no digits."""
    model, rule = load_model(weights), rule_of(weights)
    digits = MNIST(data, train=False)
    pictures, labels = digits.pictures[:many], digits.labels[:many]
    rows = {"MNIST's own pictures": judged(model, rule, network_input(pictures), labels)}
    for name, layout in LAYOUTS.items():
        rows[name] = judged(model, rule, prepared(pictures, layout), labels)
    for title, (kind, size) in NOTHING.items():
        doodles = Doodles(kind, train=False, size=size, seed=TEST_SEED)
        rows[title] = {"refused": float(refused(model, rule, network_input(doodles.pictures)).mean())}
    rows["an empty sheet"] = {"refused": float(preprocess(Drawing(0)) is None)}
    return rows


def load_model(weights: Path) -> LeNet:
    model = LeNet()
    arrays, _metadata = load_safetensors(weights)
    model.load_state_dict({name: nbgrad.from_numpy(array) for name, array in arrays.items() if "/" not in name})
    return model


def judged(model, rule, inputs: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    guesses = chances(model, inputs)
    right = guesses.argmax(1) == labels
    verdicts = np.array([verdict(each, rule) for each in guesses])
    named = verdicts == DIGIT
    return {
        "accuracy": float(right.mean()),
        "digits refused": float((verdicts == NO_DIGIT).mean()),
        "unsure": float((verdicts == UNSURE).mean()),
        "right where named": float(right[named].mean()),
    }


def refused(model, rule, inputs: np.ndarray) -> np.ndarray:
    return np.array([verdict(each, rule) == NO_DIGIT for each in chances(model, inputs)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, metavar="DIR")
    parser.add_argument("--digits", type=int, default=10_000, help="of MNIST's test digits (default: all)")
    parser.add_argument("--weights", type=Path, default=TRAINED_WEIGHTS, metavar="FILE")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = measure(arguments.data, arguments.digits, arguments.weights)
    if arguments.json:
        print(json.dumps(rows, indent=2))
        return
    print(f"goals: {GOALS}\n")
    print(f"{'digits drawn by others':48} accuracy  refused   unsure  right where named")
    for name, row in rows.items():
        if "accuracy" in row:
            columns = (row[key] for key in ("accuracy", "digits refused", "unsure", "right where named"))
            print(f"{name:48}", "  ".join(f"{value:7.2%}" for value in columns))
    print(f"\n{'no digit':48}  refused")
    for name, row in rows.items():
        if "accuracy" not in row:
            print(f"{name:48} {row['refused']:8.2%}")


if __name__ == "__main__":
    main()
