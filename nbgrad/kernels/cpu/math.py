"""exp, log, tanh and their kin in float32, written so that loops over them become vector code; float64 is exact.

Each takes one number inside a kernel: steps without a branch, polynomials fitted to the smallest largest relative error
(E. Remez's exchange). A kernel that calls them begins with `full_width()` and is declared `exact`, so that their steps
are not reordered; those of softmax are not, since their sums must be: a subnormal power may lose its last digits there.
The slow, obvious twins are those of `nbgrad.kernels.formulas`.
Source of the reductions: W. Cody and W. Waite, «Software Manual for the Elementary Functions», 1980.
"""

import numpy as np
from numba import types
from numba.extending import overload, register_jitable

from nbgrad.kernels import formulas
from nbgrad.kernels.cpu.simd import FLOAT_LANES, MANY_REGISTERS, as_bits, from_bits, maximum, minimum, multiply_add

_f = np.float32
_HALF, _ONE, _TWO = _f(0.5), _f(1), _f(2)
_LOG2_E, _LN2_HIGH, _LN2_LOW = _f(1.44269504), _f(0.693359375), _f(-2.12194440e-4)
_TO_INTEGER = _f(12582912 + 254)  # 1.5 * 2**23: adding it rounds, and leaves the integer + 254 in the lowest bits
_TO_INTEGER_BITS = np.int32(_TO_INTEGER.view(np.int32))
_SMALLEST, _LARGEST = _f(-104), _f(89)  # beyond them e^x is 0 and inf
_SMALLEST_POWER, _LARGEST_POWER, _LN2 = _f(-151), _f(129), _f(0.693147181)
_ALL_BUT_ONE, _NOTHING = _f(-30), _f(1e-8)  # below the first e^x - 1 is -1, near 0 it is x
_ROOT_HALF_BITS, _MANTISSA = np.int32(0x3F3504F3), np.int32(0x7FFFFF)
_TINY, _TWO_23 = _f(1.1754944e-38), _f(8388608)
_FUSED = FLOAT_LANES > 4 or MANY_REGISTERS  # AVX2, AVX-512 and NEON round a product and a sum once
_UPPER_HALF = np.int32(-4096)  # the upper half of a number's digits
_INFINITY = _f(np.inf)
_ROOT_HALF = _f(0.70710678)

_E4, _E3, _E2, _E1, _E0 = map(_f, (1.3814650e-3, 8.3687027e-3, 4.1668386e-2, 1.6666521e-1, 4.9999993e-1))
_L7, _L6, _L5, _L4 = map(_f, (-7.6447141e-2, 1.2761918e-1, -1.3156003e-1, 1.4201369e-1))
_L3, _L2, _L1, _L0 = map(_f, (-1.6623804e-1, 2.0001267e-1, -2.5000807e-1, 3.3333331e-1))
_T4, _T3, _T2, _T1, _T0 = map(_f, (-5.9106265e-3, 2.0809814e-2, -5.3788135e-2, 1.3331978e-1, -3.3333300e-1))
_P6, _P5, _P4, _P3 = map(_f, (7.8538619e-5, -8.0101936e-4, 5.1883277e-3, -2.6853812e-2))
_P2, _P1, _P0 = map(_f, (1.1283585e-1, -3.7612626e-1, 1.1283792))
_C8, _C7, _C6, _C5, _C4 = map(_f, (-3.9577027e-4, -8.2520298e-4, 2.1384586e-3, 6.4857714e-3, -1.4547319e-2))
_C3, _C2, _C1, _C0 = map(_f, (-3.9654998e-2, 2.0371080e-1, -3.6974240e-1, 2.7697840e-1))


@register_jitable
def _power_less_one(r):
    """e^r - 1, |r| <= ln 2 / 2."""
    p = multiply_add(_E4, r, _E3)
    p = multiply_add(p, r, _E2)
    p = multiply_add(p, r, _E1)
    p = multiply_add(p, r, _E0)
    return multiply_add(p * r, r, r)


@register_jitable
def _scaled(p, shifted):
    """2^n (1 + p), n + _TO_INTEGER = shifted; 2^n in two factors, so that it may be subnormal."""
    bits = as_bits(shifted)  # the lowest are n + 254, and those above them fall off the left end
    half = bits >> 1
    power = from_bits(half << 23)
    return multiply_add(p, power, power) * from_bits((bits - half) << 23)


@register_jitable
def _whole(shifted):
    """n, n + _TO_INTEGER = shifted; a difference that is not fused with what it is taken of would be reordered away."""
    return shifted - _TO_INTEGER if _FUSED else _f(as_bits(shifted) - _TO_INTEGER_BITS)


@register_jitable
def _exp32(x):
    """e^x = 2^n e^r, |r| <= ln 2 / 2."""
    y = _SMALLEST if x < _SMALLEST else x  # NaN stays
    y = _LARGEST if y > _LARGEST else y
    shifted = multiply_add(y, _LOG2_E, _TO_INTEGER)
    n = _whole(shifted)
    r = multiply_add(n, -_LN2_LOW, multiply_add(n, -_LN2_HIGH, y))
    return _scaled(_power_less_one(r), shifted)


@register_jitable
def _exp2_32(x):
    """2^x = 2^n e^(r ln 2), |r| <= 1/2."""
    y = _SMALLEST_POWER if x < _SMALLEST_POWER else x
    y = _LARGEST_POWER if y > _LARGEST_POWER else y
    shifted = y + _TO_INTEGER
    return _scaled(_power_less_one((y - _whole(shifted)) * _LN2), shifted)


@register_jitable
def _expm1_32(x):
    """e^x - 1 = 2^n (e^r - 1) + (2^n - 1), as a product of two factors where 2^n itself is too large."""
    y = _ALL_BUT_ONE if x < _ALL_BUT_ONE else x
    y = _LARGEST if y > _LARGEST else y
    shifted = multiply_add(y, _LOG2_E, _TO_INTEGER)
    n = _whole(shifted)
    p = _power_less_one(multiply_add(n, -_LN2_LOW, multiply_add(n, -_LN2_HIGH, y)))
    bits = as_bits(shifted)
    half = bits >> 1
    power, factor, share = from_bits(half << 23), bits - half, from_bits((254 - (bits - half)) << 23)
    result = multiply_add(p, power, power - share) * from_bits(factor << 23)
    return x if abs(x) < _NOTHING else result  # -0 stays


@register_jitable
def _log32(x):
    """ln x = e ln 2 + ln (1 + r), x = 2^e (1 + r), √½ <= 1 + r < √2."""
    small = x < _TINY  # subnormal
    y = x * _TWO_23 if small else x
    bits = np.int32(as_bits(y) - _ROOT_HALF_BITS)
    exponent = _f(np.int32(bits >> 23)) - (_f(23) if small else _f(0))
    r = from_bits((bits & _MANTISSA) + _ROOT_HALF_BITS) - _ONE
    square = r * r
    p = multiply_add(_L7, r, _L6)
    p = multiply_add(p, r, _L5)
    p = multiply_add(p, r, _L4)
    p = multiply_add(p, r, _L3)
    p = multiply_add(p, r, _L2)
    p = multiply_add(p, r, _L1)
    p = multiply_add(p, r, _L0)
    p = multiply_add(p * r, square, multiply_add(exponent, _LN2_LOW, -_HALF * square)) + r
    result = multiply_add(exponent, _LN2_HIGH, p)
    result = result if x < _INFINITY else x  # inf and NaN
    result = result if x > _f(0) or x != x else -_INFINITY
    return result if x >= _f(0) or x != x else _f(np.nan)


@register_jitable
def _log1p_32(x):
    """ln (1 + x) = ln u + (x - (u - 1)) / u, u = 1 + x rounded."""
    u = _ONE + x
    logarithm = _log32(u)
    result = logarithm + (x - (u - _ONE)) / u if abs(logarithm) < _INFINITY else logarithm  # inf and NaN stay
    return x if abs(x) < _NOTHING else result  # -0 stays


@register_jitable
def _sigmoid32(x):
    """1 / (1 + e^-x), from e^-|x| so that nothing overflows."""
    power = _exp32(-abs(x))
    share = _ONE / (_ONE + power)
    return power * share if x < _f(0) else share


@register_jitable
def _tanh32(x):
    """A polynomial near 0, else 1 - 2 / (e^2|x| + 1) with the sign of x."""
    size, square = abs(x), x * x
    p = multiply_add(_T4, square, _T3)
    p = multiply_add(p, square, _T2)
    p = multiply_add(p, square, _T1)
    p = multiply_add(p, square, _T0)
    near = x if size < _f(1e-4) else multiply_add(p * square, x, x)  # -0 stays
    far = _ONE - _TWO / (_exp32(size + size) + _ONE)
    far = far if x > _f(0) else -far
    return near if size < _f(0.6) else far


@register_jitable
def _scaled_erfc(size):
    """e^(a²) erfc a for a >= 0: (1 + (1 + u) Q(u)) / (1 + 2a), u = (a - 2) / (a + 2)."""
    u = (size - _TWO) / (size + _TWO)
    q = multiply_add(_C8, u, _C7)
    q = multiply_add(q, u, _C6)
    q = multiply_add(q, u, _C5)
    q = multiply_add(q, u, _C4)
    q = multiply_add(q, u, _C3)
    q = multiply_add(q, u, _C2)
    q = multiply_add(q, u, _C1)
    q = multiply_add(q, u, _C0)
    return multiply_add(_ONE + u, q, _ONE) / multiply_add(size, _TWO, _ONE)


@register_jitable
def _lost(x, square):
    """x² - square, exactly: what rounding took. Source: T. J. Dekker, 1971, where products and sums are not fused."""
    if _FUSED:
        return multiply_add(x, x, -square)
    high = from_bits(as_bits(x) & _UPPER_HALF)
    low = x - high
    return ((high * high - square) + _TWO * high * low) + low * low


@register_jitable
def _gauss(size, factor):
    """e^-(factor size²), with what the square loses by rounding."""
    square = size * size
    lost = _lost(size, square)
    power = _exp32(-factor * square)
    return power - power * (factor * lost)


@register_jitable
def _erfc32(x):
    """1 - erf x."""
    size = abs(x)
    size = size if size < _f(11) or x != x else _f(11)  # beyond it: 0 and 2
    tail = _scaled_erfc(size) * _gauss(size, _ONE)
    return _TWO - tail if x < _f(0) else tail


@register_jitable
def _erf32(x):
    """A polynomial near 0, else 1 - erfc |x| with the sign of x."""
    square = x * x
    p = multiply_add(_P6, square, _P5)
    p = multiply_add(p, square, _P4)
    p = multiply_add(p, square, _P3)
    p = multiply_add(p, square, _P2)
    p = multiply_add(p, square, _P1)
    near = x * multiply_add(p, square, _P0)
    far = _ONE - _erfc32(abs(x))
    far = far if x > _f(0) else -far
    return near if abs(x) < _ONE else far


@register_jitable
def _gelu32(x):
    """x Φ(x), Φ(x) = erfc(-x / √2) / 2, whose tail keeps its digits."""
    size = abs(x)
    size = size if size < _f(15) or x != x else _f(15)
    shrunk = _HALF * _scaled_erfc(size * _ROOT_HALF)
    power = _gauss(size, _HALF)
    return (
        x * multiply_add(-shrunk, power, _ONE) if x >= _f(0) else (x * shrunk) * power
    )  # -inf gives NaN, as in PyTorch


def exp(x):
    """e^x."""
    return formulas.exp(x)


def log(x):
    """ln x."""
    return formulas.log(x)


def exp2(x):
    """2^x."""
    return formulas.exp2(x)


def expm1(x):
    """e^x - 1."""
    return formulas.expm1(x)


def log1p(x):
    """ln (1 + x)."""
    return formulas.log1p(x)


def sigmoid(x):
    """1 / (1 + e^-x)."""
    return formulas.sigmoid(x)


def tanh(x):
    """(e^x - e^-x) / (e^x + e^-x)."""
    return formulas.tanh(x)


def erf(x):
    """2/√π ∫₀ˣ e^-t² dt."""
    return formulas.erf(x)


def erfc(x):
    """1 - erf x."""
    return formulas.erfc(x)


def gelu(x):
    """x Φ(x), Φ the normal distribution."""
    return formulas.gelu(x)


def larger(a, b):
    """The larger of two numbers; NaN if either is."""
    return formulas.maximum(a, b)


def smaller(a, b):
    """The smaller of two numbers; NaN if either is."""
    return formulas.minimum(a, b)


@overload(larger)
def _larger(a, b):
    return (lambda a, b: maximum(a, b)) if isinstance(a, types.Float) else formulas.maximum


@overload(smaller)
def _smaller(a, b):
    return (lambda a, b: minimum(a, b)) if isinstance(a, types.Float) else formulas.minimum


def _in_vectors(function, float32):
    """Inside kernels: this way for float32, the exact formula for every other type."""
    formula = register_jitable(getattr(formulas, function.__name__))
    overload(function)(lambda x: float32 if x == types.float32 else formula)


for _function, _float32 in (
    (exp, _exp32), (exp2, _exp2_32), (expm1, _expm1_32), (log, _log32), (log1p, _log1p_32),
    (sigmoid, _sigmoid32), (tanh, _tanh32), (erf, _erf32), (erfc, _erfc32), (gelu, _gelu32),
):  # fmt: skip
    _in_vectors(_function, _float32)
