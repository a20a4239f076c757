"""Between pictures and what the network reads: the one normalisation that data, drawings and weights share."""

import numpy as np

from nbgrad.kernels.cpu import image

# Mean and standard deviation of the pixels of MNIST's training pictures, as fractions of full ink.
MEAN = 0.1307
STD = 0.3081
INPUT = 32


def network_input(pictures: np.ndarray, indices: np.ndarray | None = None) -> np.ndarray:
    """Chosen pictures, padded to 32 x 32 and normalised: `(v / 255 - 0.1307) / 0.3081`, in one pass.

    pictures: (N, 28, 28) uint8; indices: (B,) integers, all of them if None -> (B, 1, 32, 32) float32.
    Raises IndexError where an index is outside 0..N-1.

    >>> network_input(np.zeros((3, 28, 28), np.uint8), [0, 2]).shape
    (2, 1, 32, 32)
    """
    pictures = np.ascontiguousarray(pictures, np.uint8)
    chosen = np.arange(len(pictures)) if indices is None else np.asarray(indices)
    chosen = np.ascontiguousarray(chosen, np.int64)
    if len(chosen) and not 0 <= chosen.min() <= chosen.max() < len(pictures):
        raise IndexError(f"picture indices must be in 0..{len(pictures) - 1}, got {chosen.min()}..{chosen.max()}")
    batch = np.empty((len(chosen), 1, INPUT, INPUT), np.float32)
    image.gather_padded(pictures, chosen, np.float32(MEAN), np.float32(STD), batch)
    return batch
