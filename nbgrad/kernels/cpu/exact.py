"""Functions that round as PyTorch's do, step by step: normal numbers of one seed shall be the same numbers.

Only for kernels declared `exact`. Logarithm, sine and cosine follow S. Moshier's Cephes library (single precision).
"""

import math

import numpy as np
from numba.extending import register_jitable


@register_jitable
def fma_float32(a, b, c):
    """a * b + c, rounded once: the product of two float32 is exact in float64."""
    return np.float32(np.float64(a) * np.float64(b) + np.float64(c))


@register_jitable
def fma_float64(a, b, c):
    """a * b + c, rounded once: what product and sum lose is computed exactly and added at the end.

    Source: T. J. Dekker, «A floating-point technique for extending the available precision», 1971.
    """
    product = a * b
    a_high, b_high = _upper_half(a), _upper_half(b)
    a_low, b_low = a - a_high, b - b_high
    lost = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    total = product + c
    part = total - product
    return total + (lost + ((product - (total - part)) + (c - part)))


@register_jitable
def _upper_half(x):
    shifted = 134217729.0 * x  # 2**27 + 1
    return shifted - (shifted - x)


@register_jitable
def log(x):
    """ln x of a positive float32: x = 2**e (1 + r) with r in √½ - 1 .. √2 - 1, then a polynomial in r."""
    mantissa, exponent = math.frexp(x)
    r = np.float32(mantissa)
    if r < np.float32(0.707106781186547524):
        exponent -= 1
        r = r + r
    r = r - np.float32(1)
    e, square = np.float32(exponent), r * r
    y = np.float32(7.0376836292e-2)
    y = fma_float32(y, r, np.float32(-1.1514610310e-1))
    y = fma_float32(y, r, np.float32(1.1676998740e-1))
    y = fma_float32(y, r, np.float32(-1.2420140846e-1))
    y = fma_float32(y, r, np.float32(1.4249322787e-1))
    y = fma_float32(y, r, np.float32(-1.6668057665e-1))
    y = fma_float32(y, r, np.float32(2.0000714765e-1))
    y = fma_float32(y, r, np.float32(-2.4999993993e-1))
    y = fma_float32(y, r, np.float32(3.3333331174e-1))
    y = fma_float32(y * r, square, e * np.float32(-2.12194440e-4))
    y = fma_float32(-square, np.float32(0.5), y)
    return fma_float32(e, np.float32(0.693359375), r + y)


@register_jitable
def sine_cosine(x):
    """(sin x, cos x) of a float32 of 0 or more: x minus a multiple of π/4, then a polynomial for the octant."""
    octant = (np.int32(x * np.float32(1.27323954473516)) + 1) & ~1
    y = np.float32(octant)
    x = fma_float32(-y, np.float32(0.78515625), x)
    x = fma_float32(-y, np.float32(2.4187564849853515625e-4), x)
    x = fma_float32(-y, np.float32(3.77489497744594108e-8), x)
    square = x * x
    cosine = fma_float32(np.float32(2.443315711809948e-5), square, np.float32(-1.388731625493765e-3))
    cosine = fma_float32(cosine, square, np.float32(4.166664568298827e-2)) * square
    cosine = fma_float32(cosine, square, -square * np.float32(0.5)) + np.float32(1)
    sine = fma_float32(np.float32(-1.9515295891e-4), square, np.float32(8.3321608736e-3))
    sine = fma_float32(sine, square, np.float32(-1.6666654611e-1)) * square
    sine = fma_float32(sine, x, x)
    if octant & 2:
        sine, cosine = cosine, sine
    return (-sine if octant & 4 else sine), (-cosine if (octant + 2) & 4 else cosine)
