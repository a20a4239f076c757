"""A small random stream for loops that draw as they go: one per picture, so that order and batch size do not matter.

Source: G. Steele, D. Lea, C. Flood, «Fast splittable pseudorandom number generators», 2014 (SplitMix64).
"""

import numpy as np
from numba.extending import register_jitable


@register_jitable
def start(state, seed, number):
    """state (1,) uint64 = the beginning of stream `number` of `seed`."""
    state[0] = seed * np.uint64(0xD1342543DE82EF95) + np.uint64(number)
    uniform(state)
    state[0] *= np.uint64(0x2545F4914F6CDD1D)


@register_jitable
def uniform(state):
    """The next number in 0..1."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.float64((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * 2.0**-53


@register_jitable
def normal(state):
    """Nearly normal, mean 0, deviation 1, never beyond 3.5: a hand has no outliers."""
    return (uniform(state) + uniform(state) + uniform(state) + uniform(state) - 2) * 1.7320508
