"""Between pictures and what the network reads: the one normalisation that data, drawings and weights share."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nbgrad import random
from nbgrad.creation import from_numpy
from nbgrad.kernels.cpu import warp
from nbgrad.kernels.cpu.image import gather_padded
from nbgrad.tensor import Tensor

# Mean and standard deviation of the pixels of MNIST's training pictures, as fractions of full ink.
MEAN = 0.1307
STD = 0.3081
INPUT = 32
WAVES, WAVE_PACE = 3, 4.5  # the elastic distortion: so many waves, of so many radians over a picture
PEN_LIMITS = (-0.6, 1.0)  # thinner than this, a stroke of one pixel fades


def network_input(pictures: np.ndarray, indices: np.ndarray | None = None) -> np.ndarray:
    """Chosen pictures, padded to 32 x 32 and normalised: `(v / 255 - 0.1307) / 0.3081`, in one pass.

    pictures: (N, 28, 28) uint8; indices: (B,) integers, all of them if None -> (B, 1, 32, 32) float32.
    Raises IndexError where an index is outside 0..N-1.

    >>> network_input(np.zeros((3, 28, 28), np.uint8), [0, 2]).shape
    (2, 1, 32, 32)
    """
    pictures, chosen = _checked(pictures, np.arange(len(pictures)) if indices is None else indices)
    batch = np.empty((len(chosen), 1, INPUT, INPUT), np.float32)
    gather_padded(pictures, chosen, np.float32(MEAN), np.float32(STD), batch)
    return batch


def normalize(grey: np.ndarray) -> np.ndarray:
    """Grey values in 0..1 as the network reads them: `(v - 0.1307) / 0.3081`, float32.

    >>> normalize(np.zeros(1)).round(4).tolist()
    [-0.42419999837875366]
    """
    return ((grey - MEAN) / STD).astype(np.float32)


def _checked(pictures: np.ndarray, indices: Any) -> tuple[np.ndarray, np.ndarray]:
    """One layout, so that one compilation serves all, and no index outside."""
    pictures = np.require(pictures, np.uint8, ["C", "W"])
    chosen = np.require(indices, np.int64, ["C", "W"])
    if len(chosen) and not 0 <= chosen.min() <= chosen.max() < len(pictures):
        raise IndexError(f"picture indices must be in 0..{len(pictures) - 1}, got {chosen.min()}..{chosen.max()}")
    return pictures, chosen


class NetworkInput:
    """`network_input` as a transform of a data set: a picture -> (1, 32, 32) float32, a batch in one pass.

    >>> NetworkInput()(np.zeros((28, 28), np.uint8)).shape
    torch.Size([1, 32, 32])
    """

    def batch(self, pictures: np.ndarray, indices: np.ndarray) -> np.ndarray:
        """pictures (N, 28, 28) uint8, indices (B,) -> (B, 1, 32, 32) float32."""
        return network_input(pictures, indices)

    def __call__(self, picture: np.ndarray) -> Tensor:
        return from_numpy(self.batch(picture[None], np.zeros(1, np.int64))[0])


class Augment(NetworkInput):
    """`network_input` of pictures distorted anew each time, as other hands and pens would have written them.

    rotation (degrees), scale (log), shear, shift, elastic (pixels), thickness (pixels) are standard deviations.
    generator: source of the distortions, the default one if None.

    >>> Augment()(np.zeros((28, 28), np.uint8)).shape
    torch.Size([1, 32, 32])
    """

    def __init__(
        self,
        rotation: float = 6.0,
        scale: float = 0.07,
        shear: float = 0.12,
        shift: float = 0.7,
        elastic: float = 0.7,
        thickness: float = 0.25,
        generator: random.Generator | None = None,
    ) -> None:
        spread = (math.radians(rotation), scale, shear, shift, elastic, thickness)
        if not all(deviation >= 0 for deviation in spread):
            raise ValueError("the deviations of Augment must not be negative")
        self.rotation, self.scale, self.shear, self.shift, self.elastic, self.thickness = spread
        self.generator = generator

    def batch(self, pictures: np.ndarray, indices: np.ndarray) -> np.ndarray:
        pictures, chosen = _checked(pictures, indices)
        matrices, shifts, waves, pens = self._draw(self.generator or random.default_generator, len(chosen))
        moved = np.empty((len(chosen), INPUT, INPUT), np.float32)
        batch = np.empty((len(chosen), 1, INPUT, INPUT), np.float32)
        warp.warp(pictures, chosen, matrices, shifts, waves, moved)
        warp.thicken(moved, pens, np.float32(MEAN), np.float32(STD), batch)
        return batch

    def _draw(self, generator: random.Generator, count: int) -> tuple[np.ndarray, ...]:
        """A distortion for each picture: matrices (B, 2, 2), shifts (B, 2), waves (B, 2, WAVES, 4, s), pens (B,)."""
        numbers = random.normal(generator, (count, 7), np.float32, 0, 1)
        angle, slant = numbers[:, 0] * self.rotation, numbers[:, 1] * self.shear
        wide, high = np.exp(numbers[:, 2] * self.scale), np.exp(numbers[:, 3] * self.scale)
        cosine, sine = np.cos(angle), np.sin(angle)
        rows = [wide * cosine, wide * (slant * cosine - sine), high * sine, high * (slant * sine + cosine)]
        matrices = np.stack(rows, 1).reshape(count, 2, 2)
        shifts = numbers[:, 4:6] * np.float32(self.shift)
        pens = np.clip(numbers[:, 6] * np.float32(self.thickness), *PEN_LIMITS)
        return matrices, shifts, self._draw_waves(generator, count), pens

    def _draw_waves(self, generator: random.Generator, count: int) -> np.ndarray:
        across, down, height = random.normal(generator, (3, count, 2, WAVES, 1), np.float32, 0, 1)
        phase = random.uniform(generator, (count, 2, WAVES, 1), np.float32, 0, 2 * math.pi)
        way = np.linspace(0, WAVE_PACE, INPUT, dtype=np.float32)
        across, down, height = across * way, down * way + phase, height * np.float32(self.elastic)
        return np.stack([np.sin(across), np.cos(across), height * np.sin(down), height * np.cos(down)], 3)


class Compose:
    """One transform after another.

    >>> Compose([ToTensor(), Normalize(0.5, 0.5)])(np.full((1, 2), 255, np.uint8))
    tensor([[[1., 1.]]])
    """

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = transforms

    def __call__(self, picture: Any) -> Any:
        for transform in self.transforms:
            picture = transform(picture)
        return picture


class ToTensor:
    """A picture (h, w) uint8 -> (1, h, w) float32 in 0..1.

    >>> ToTensor()(np.full((1, 2), 51, np.uint8))
    tensor([[[0.2000, 0.2000]]])
    """

    def __call__(self, picture: np.ndarray) -> Tensor:
        return from_numpy(np.asarray(picture, np.uint8)[None].astype(np.float32) / np.float32(255))


class Normalize:
    """(v - mean) / std."""

    def __init__(self, mean: float, std: float) -> None:
        if std == 0:
            raise ValueError("std evaluated to zero, leading to division by zero.")
        self.mean = mean
        self.std = std

    def __call__(self, picture: Tensor) -> Tensor:
        return (picture - self.mean) / self.std
