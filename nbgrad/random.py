"""Random numbers on numpy arrays, drawn from PyTorch's CPU stream: the same seed gives the same numbers as there.

The stream is the Mersenne Twister MT19937 with its first, 32-bit seeding. Sources: M. Matsumoto, T. Nishimura,
«Mersenne Twister», 1998; G. Box, M. Muller, «A note on the generation of random normal deviates», 1958.
"""

import math
import secrets
import struct
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from nbgrad import kernels

DEFAULT_SEED = 67280421310721  # of a Generator nobody seeded, as in PyTorch
STATE = struct.Struct("<2496sqQ?d")  # key, position, seed, is a normal number cached, which


class Generator:
    """A stream of random numbers, `torch.Generator`; `manual_seed` starts it anew and returns it.

    device: "cpu". Raises RuntimeError for another device.

    >>> generator = Generator().manual_seed(0)
    >>> uniform(generator, (2,), np.float32, 0, 1)
    array([0.4962566, 0.7682218], dtype=float32)
    """

    def __init__(self, device: object = "cpu") -> None:
        if str(device) != "cpu":
            raise RuntimeError(f"Generators live on the CPU, not on {device}")
        self.device = device
        self._lock = threading.RLock()
        self._bits = np.random.MT19937()
        self.manual_seed(DEFAULT_SEED)

    def __repr__(self) -> str:
        return f"<torch._C.Generator object at {id(self):#x}>"

    def manual_seed(self, seed: int) -> "Generator":
        """Start the stream that belongs to `seed`, -2**63 .. 2**64 - 1 (a negative one counts from 2**64)."""
        if not isinstance(seed, int | np.integer):
            raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}")
        if not -(2**63) <= seed < 2**64:
            raise ValueError("Overflow when unpacking long long")
        with self._lock:
            self._seed = int(seed) % 2**64
            self._spare_normal: float | None = None
            self._start(_seeded_key(self._seed), 624)
        return self

    def seed(self) -> int:
        """Start a stream nobody can foresee, and return its seed."""
        self.manual_seed(secrets.randbits(64))
        return self._seed

    def initial_seed(self) -> int:
        """The seed the stream was started with."""
        return self._seed

    def get_state(self) -> np.ndarray:
        """Where the stream stands, as (n,) uint8 for `set_state`."""
        with self._lock:
            state = self._bits.state["state"]
            spare = self._spare_normal
            packed = STATE.pack(
                state["key"].astype("<u4").tobytes(), state["pos"], self._seed, spare is not None, spare or 0.0
            )
        return np.frombuffer(packed, np.uint8).copy()

    def set_state(self, new_state: np.ndarray) -> "Generator":
        """Go on from where `get_state` was called; raises RuntimeError where it is not such a state."""
        packed = np.asarray(new_state, np.uint8).tobytes()
        if len(packed) != STATE.size:
            raise RuntimeError(f"RNG state is wrong size: expected {STATE.size} bytes, got {len(packed)}")
        key, position, seed, cached, spare = STATE.unpack(packed)
        if not 0 <= position <= 624:
            raise RuntimeError("Invalid RNG state")
        with self._lock:
            self._seed = seed
            self._spare_normal = spare if cached else None
            self._start(np.frombuffer(key, "<u4").astype(np.uint32), position)
        return self

    def words(self, count: int) -> np.ndarray:
        """The next `count` words of 32 bits, as (count,) uint64."""
        with self._lock:
            return self._bits.random_raw(count)

    def word64(self) -> int:
        """The next 64 bits: two words, the first on top."""
        top, bottom = self.words(2).tolist()
        return top << 32 | bottom

    def next_normal(self) -> float:
        """One normal number in double precision; Box-Muller makes two, the second waits for the next call."""
        with self._lock:
            if self._spare_normal is not None:
                number, self._spare_normal = self._spare_normal, None
                return number
            angle, share = uniform(self, (2,), np.float64, 0, 1).tolist()
            radius = math.sqrt(-2 * math.log1p(-share))
            self._spare_normal = radius * math.sin(2 * math.pi * angle)
            return radius * math.cos(2 * math.pi * angle)

    def _start(self, key: np.ndarray, position: int) -> None:
        self._bits.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": position}}


def _seeded_key(seed: int) -> np.ndarray:
    """Knuth's linear recurrence fills the twister's 624 words from the seed's lower 32 bits."""
    word = seed & 0xFFFFFFFF
    key = [word]
    for i in range(1, 624):
        word = (1812433253 * (word ^ word >> 30) + i) & 0xFFFFFFFF
        key.append(word)
    return np.array(key, np.uint32)


default_generator = Generator()
default_generator.seed()


def manual_seed(seed: int) -> Generator:
    """Start the stream of `default_generator` that belongs to `seed`, and return the generator.

    >>> manual_seed(7) is default_generator, initial_seed()
    (True, 7)
    """
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Start `default_generator` somewhere nobody can foresee, and return that seed."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed `default_generator` was started with."""
    return default_generator.initial_seed()


def uniform(generator: Generator, shape: Sequence[int], dtype: Any, low: float, high: float) -> np.ndarray:
    """Uniform numbers in [low, high): float32 takes 24 bits of a word, float64 53 bits of two."""
    if not low <= high:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}")
    out = np.empty(shape, dtype)
    flat, kind = out.reshape(-1), out.dtype.type
    if out.dtype == np.float32:
        kernels.cpu.random.uniform_float32(generator.words(flat.size), kind(low), kind(high) - kind(low), flat)
    else:
        kernels.cpu.random.uniform_float64(generator.words(2 * flat.size), float(low), float(high) - float(low), flat)
    return out


def normal(
    generator: Generator, shape: Sequence[int], dtype: Any, mean: float, std: float, in_blocks: bool = True
) -> np.ndarray:
    """Normal numbers. Sixteen or more are made in blocks; where 16 does not divide them, the last is drawn anew."""
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    out = np.empty(shape, dtype)
    flat, kind = out.reshape(-1), out.dtype.type
    if flat.size < 16 or not in_blocks:
        for i in range(flat.size):
            flat[i] = kernels.cpu.exact.fma_float64(generator.next_normal(), float(std), float(mean))
        return out
    loops = kernels.cpu.random
    blocks = loops.normal_blocks_float32 if out.dtype == np.float32 else loops.normal_blocks_float64
    flat[:] = uniform(generator, flat.shape, dtype, 0, 1)
    blocks(0, kind(mean), kind(std), flat)
    if flat.size % 16:
        flat[-16:] = uniform(generator, (16,), dtype, 0, 1)
        blocks(flat.size - 16, kind(mean), kind(std), flat)
    return out


def randint(generator: Generator, shape: Sequence[int], low: int, high: int) -> np.ndarray:
    """Integers low .. high - 1 as int64: a word mod (high - low), two words where the range has 2**28 or more.

    Raises RuntimeError where high <= low.
    """
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    span = high - low
    count = math.prod(shape)
    if span < 2**28:
        words = generator.words(count)
    else:
        pairs = generator.words(2 * count)
        words = pairs[0::2] << np.uint64(32) | pairs[1::2]
    return ((words % np.uint64(span)).astype(np.int64) + low).reshape(shape)


def randperm(generator: Generator, n: int) -> np.ndarray:
    """The numbers 0 .. n - 1 in random order, (n,) int64; raises RuntimeError for a negative n.

    >>> randperm(Generator().manual_seed(0), 5)
    array([4, 0, 1, 3, 2])
    """
    if n < 0:
        raise RuntimeError(f"n must be non-negative, got {n}")
    out = np.empty(n, np.int64)
    kernels.cpu.random.permute(generator.words(max(n - 1, 0)), out)
    return out


def bernoulli(generator: Generator, shape: Sequence[int], p: float) -> np.ndarray:
    """True with probability p, (shape) bool; raises RuntimeError where p is not within 0..1."""
    if not 0 <= p <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
    return uniform(generator, shape, np.float64, 0, 1) < p
