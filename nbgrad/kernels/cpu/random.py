"""From the 32-bit words of a generator to numbers with a distribution, by PyTorch's rules for the CPU.

`words` are uint64 arrays whose elements hold 32 random bits each, as numpy's `BitGenerator.random_raw` gives them.
"""

import math

import numpy as np

from nbgrad.kernels.cpu import exact
from nbgrad.kernels.registry import kernel


def uniform_float32_twin(words, low, span, out):
    """24 bits of one word each."""
    out[:] = (words & 0xFFFFFF).astype(np.float32) * np.float32(2.0**-24) * span + low


@kernel("void(uint64[::1], float32, float32, float32[::1])", twin=uniform_float32_twin)
def uniform_float32(words, low, span, out):
    """words (n,) -> out (n,), uniform in [low, low + span): (word mod 2**24) / 2**24 * span + low."""
    for i in range(len(out)):
        out[i] = np.float32(words[i] & np.uint64(0xFFFFFF)) * np.float32(2.0**-24) * span + low


def uniform_float64_twin(words, low, span, out):
    """53 bits of two words each, the first on top."""
    out[:] = ((words[0::2] << np.uint64(32) | words[1::2]) & np.uint64(2**53 - 1)) * 2.0**-53 * span + low


@kernel("void(uint64[::1], float64, float64, float64[::1])", twin=uniform_float64_twin)
def uniform_float64(words, low, span, out):
    """words (2 n,) -> out (n,), uniform in [low, low + span): (pair mod 2**53) / 2**53 * span + low."""
    for i in range(len(out)):
        pair = words[2 * i] << np.uint64(32) | words[2 * i + 1]
        out[i] = np.float64(pair & np.uint64(2**53 - 1)) * 2.0**-53 * span + low


def normal_block_twin(start, mean, std, out):
    """Box-Muller on 16 uniform numbers: the first eight give radii, the last eight angles."""
    radius = np.sqrt(-2 * np.log(1 - out[start : start + 8]))
    angle = out.dtype.type(2 * np.pi) * out[start + 8 : start + 16]
    out[start : start + 8] = radius * np.cos(angle) * std + mean
    out[start + 8 : start + 16] = radius * np.sin(angle) * std + mean


@kernel("void(int64, float32, float32, float32[::1])", twin=normal_block_twin, exact=True)
def normal_blocks_float32(start, mean, std, out):
    """Turn uniform numbers out[start:] into normal ones in place, whole blocks of 16 at a time."""
    turn = np.float32(2 * math.pi)
    for block in range(start, len(out) - 15, 16):
        for j in range(block, block + 8):
            radius = np.float32(math.sqrt(np.float32(-2) * exact.log(np.float32(1) - out[j])))
            sine, cosine = exact.sine_cosine(turn * out[j + 8])
            out[j] = exact.fma_float32(radius * cosine, std, mean)
            out[j + 8] = exact.fma_float32(radius * sine, std, mean)


@kernel("void(int64, float64, float64, float64[::1])", twin=normal_block_twin, exact=True)
def normal_blocks_float64(start, mean, std, out):
    """Turn uniform numbers out[start:] into normal ones in place, whole blocks of 16 at a time."""
    for block in range(start, len(out) - 15, 16):
        for j in range(block, block + 8):
            radius = math.sqrt(-2 * math.log(1 - out[j]))
            angle = 2 * math.pi * out[j + 8]
            out[j] = exact.fma_float64(radius * math.cos(angle), std, mean)
            out[j + 8] = exact.fma_float64(radius * math.sin(angle), std, mean)


def permute_twin(words, out):
    """Swap each place with a later one, or itself."""
    out[:] = np.arange(len(out))
    for i, word in enumerate(words.tolist()):
        j = i + word % (len(out) - i)
        out[i], out[j] = out[j], out[i]


@kernel("void(uint64[::1], int64[::1])", twin=permute_twin)
def permute(words, out):
    """words (n - 1,) -> out (n,), a random order of 0..n-1: for each i, swap i with i + word mod (n - i)."""
    for i in range(len(out)):
        out[i] = i
    for i in range(len(out) - 1):
        j = i + np.int64(words[i] % np.uint64(len(out) - i))
        out[i], out[j] = out[j], out[i]
