"""exp, log, tanh and their kin in float32, for a register of numbers or for one; float64 is exact.

Each is a few steps without a branch, with polynomials fitted to the smallest largest relative error (E. Remez's
exchange). A kernel that calls them is declared `exact`, so that their steps are not reordered. The slow, obvious twins
are those of `nbgrad.kernels.formulas`.
Source of the reductions: W. Cody and W. Waite, «Software Manual for the Elementary Functions», 1980.
"""

import numpy as np
from numba import types
from numba.extending import overload, register_jitable

from nbgrad.kernels import formulas
from nbgrad.kernels.cpu.simd import (
    FUSED,
    TO_INTEGER,
    TO_POWER,
    Tile,
    at_least,
    at_most,
    exponent_and_rest,
    magnitude,
    multiply_add,
    power_of_two,
    quotient,
    times_power_of_two,
    where_less,
    with_sign_of,
)

_f = np.float32
_ZERO, _HALF, _ONE, _TWO = _f(0), _f(0.5), _f(1), _f(2)
_LOG2_E, _LN2, _LN2_HIGH, _LN2_LOW = _f(1.44269504), _f(0.693147181), _f(0.693359375), _f(-2.12194440e-4)
_TO_INTEGER, _TO_POWER, _INFINITY = _f(TO_INTEGER), _f(TO_POWER), _f(np.inf)
_SMALLEST, _LARGEST = _f(-104), _f(89)  # beyond them e^x is 0 and inf
_SMALLEST_POWER, _LARGEST_POWER = _f(-151), _f(129)
_ALL_BUT_ONE, _NOTHING = _f(-30), _f(1e-8)  # below the first e^x - 1 is -1, near 0 it is x
_ERFC_END, _GELU_END, _TANH_END = _f(10.6), _f(15), _f(9.05)  # beyond them erfc x is 0, gelu 0 or x, tanh 1
_MOST_BITS, _FAR, _NO_POWER = _f(126), _f(1e4), _f(105)
_SPLITTER = _f(4097)  # 2**12 + 1: the upper half of a number's digits

_E4, _E3, _E2, _E1, _E0 = map(_f, (1.3814650e-3, 8.3687027e-3, 4.1668386e-2, 1.6666521e-1, 4.9999993e-1))
_H4, _H3, _H2, _H1, _H0 = _f(32) * _E4, _f(16) * _E3, _f(8) * _E2, _f(4) * _E1, _TWO * _E0
_L7, _L6, _L5, _L4 = map(_f, (-4.50747169e-2, 1.04630121e-1, -1.31611907e-1, 1.44783957e-1))
_L3, _L2, _L1, _L0 = map(_f, (-1.66473125e-1, 1.99908612e-1, -2.50000958e-1, 3.33334491e-1))
_P6, _P5, _P4, _P3 = map(_f, (7.8538619e-5, -8.0101936e-4, 5.1883277e-3, -2.6853812e-2))
_P2, _P1, _P0 = map(_f, (1.1283585e-1, -3.7612626e-1, 1.1283792))
# e^(a²) erfc a and e^(a²/2) erfc(a/√2) / 2 over quotients of polynomials in a, constants first
_ERFC_OVER = tuple(map(_f, (1.3517071, 1.66566372, 0.980237603, 0.305708259, 0.0434672646)))
_ERFC_UNDER = tuple(map(_f, (1.3517071, 3.19090247, 3.22906733, 1.77531505, 0.541893721, 0.0770426244)))
_PHI_OVER = tuple(map(_f, (0.550662577, 0.481556267, 0.200950354, 0.044463478, 0.00449079322)))
_PHI_UNDER = tuple(map(_f, (1.10132515, 1.84184337, 1.32081151, 0.51479286, 0.111460909, 0.0112566072)))


@register_jitable
def _power_beyond(r):
    """(e^r - 1 - r) / r², |r| <= ln 2 / 2."""
    p = multiply_add(_E4, r, _E3)
    p = multiply_add(p, r, _E2)
    p = multiply_add(p, r, _E1)
    return multiply_add(p, r, _E0)


@register_jitable
def _power(r):
    """e^r, |r| <= ln 2 / 2."""
    return multiply_add(multiply_add(_power_beyond(r), r, _ONE), r, _ONE)


@register_jitable
def _power_less_one(r):
    """e^r - 1, |r| <= ln 2 / 2."""
    return multiply_add(_power_beyond(r) * r, r, r)


@register_jitable
def reduced(x):
    """(r, shifted): x = n ln 2 + r, |r| <= ln 2 / 2, shifted = n + TO_INTEGER; for |x| < 1e6."""
    shifted = multiply_add(x, _LOG2_E, _TO_INTEGER)
    n = shifted - _TO_INTEGER
    return multiply_add(n, -_LN2_LOW, multiply_add(n, -_LN2_HIGH, x)), shifted


@register_jitable
def exponents(top):
    """(shift, whole, lowest) for `power_over(at_least(x - shift, lowest), whole)` of numbers x <= top: e^x / 2^whole.

    Only numbers that are far from 0 are shifted, since a difference is rounded and a power of two is not.
    """
    shift = where_less(magnitude(top), _FAR, _ZERO, top)
    rest = top - shift
    whole = multiply_add(rest, _LOG2_E, _TO_INTEGER) - _TO_INTEGER
    return shift, whole, rest - _NO_POWER


@register_jitable
def power_over(x, whole):
    """e^x / 2^whole, float32; 0 where x is 105 below whole ln 2."""
    r, shifted = reduced(x)
    return times_power_of_two(_power(r), shifted - whole)


@register_jitable
def _exp32(x):
    """e^x = 2^n e^r."""
    r, shifted = reduced(at_most(at_least(x, _SMALLEST), _LARGEST))
    return times_power_of_two(_power(r), shifted)


@register_jitable
def _exp2_32(x):
    """2^x = 2^n e^(r ln 2), |r| <= 1/2."""
    y = at_most(at_least(x, _SMALLEST_POWER), _LARGEST_POWER)
    shifted = y + _TO_INTEGER
    return times_power_of_two(_power((y - (shifted - _TO_INTEGER)) * _LN2), shifted)


@register_jitable
def _expm1_32(x):
    """e^x - 1 = 2^n ((e^r - 1) + (1 - 2^-n))."""
    r, shifted = reduced(at_most(at_least(x, _ALL_BUT_ONE), _LARGEST))
    share = power_of_two(at_least(_TO_INTEGER - shifted, -_MOST_BITS) + _TO_POWER)
    result = times_power_of_two(_power_less_one(r) + (_ONE - share), shifted)
    return where_less(magnitude(x), _NOTHING, x, result)  # -0 stays


@register_jitable
def _log32(x):
    """ln x = e ln 2 + ln (1 + r), x = 2^e (1 + r)."""
    exponent, r = exponent_and_rest(x)
    p = multiply_add(_L7, r, _L6)
    p = multiply_add(p, r, _L5)
    p = multiply_add(p, r, _L4)
    p = multiply_add(p, r, _L3)
    p = multiply_add(p, r, _L2)
    p = multiply_add(p, r, _L1)
    p = multiply_add(p, r, _L0)
    return multiply_add(exponent, _LN2, multiply_add(multiply_add(p, r, -_HALF), r * r, r))


@register_jitable
def _log1p_32(x):
    """ln (1 + x) = ln u + (x - (u - 1)) / u, u = 1 + x rounded."""
    u = _ONE + x
    logarithm = _log32(u)
    result = logarithm + quotient(x - (u - _ONE), u)
    result = where_less(magnitude(logarithm), _INFINITY, result, logarithm)  # inf and NaN stay
    return where_less(magnitude(x), _NOTHING, x, result)  # -0 stays


@register_jitable
def _sigmoid32(x):
    """1 / (1 + e^-x), from e^-|x| so that nothing overflows."""
    r, shifted = reduced(at_least(with_sign_of(x, -_ONE), _SMALLEST))
    power = times_power_of_two(_power(r), shifted)
    share = quotient(_ONE, _ONE + power)
    return where_less(x, _ZERO, power * share, share)


@register_jitable
def _tanh32(x):
    """p / (p + 1), p = (e^2|x| - 1) / 2, with the sign of x."""
    size = at_most(magnitude(x), _TANH_END)
    shifted = multiply_add(size, _TWO * _LOG2_E, _TO_POWER)
    power = power_of_two(shifted)
    r = multiply_add(shifted - _TO_POWER, -_HALF * _LN2, size)
    p = multiply_add(_H4, r, _H3)  # (e^2r - 1) / 2 = r + r² p
    p = multiply_add(p, r, _H2)
    p = multiply_add(p, r, _H1)
    p = multiply_add(p, r, _H0)
    p = multiply_add(multiply_add(p * r, r, r), power, multiply_add(power, _HALF, -_HALF))
    return with_sign_of(quotient(p, p + _ONE), x)


@register_jitable
def _tail(x, square, over, under):
    """The quotient of two polynomials, pairs of coefficients at a time: few steps are few roundings."""
    n = multiply_add(over[4], square, multiply_add(over[3], x, over[2]))
    n = multiply_add(n, square, multiply_add(over[1], x, over[0]))
    d = multiply_add(multiply_add(under[5], x, under[4]), square, multiply_add(under[3], x, under[2]))
    return quotient(n, multiply_add(d, square, multiply_add(under[1], x, under[0])))


@register_jitable
def _lost(x, square):
    """x² - square, exactly: what rounding took. Source: T. J. Dekker, 1971, where products and sums are not fused."""
    if FUSED:
        return multiply_add(x, x, _ZERO - square)
    split = x * _SPLITTER
    high = split - (split - x)
    low = x - high
    return ((high * high - square) + _TWO * high * low) + low * low


@register_jitable
def _damped(factor, x, square, rate):
    """factor e^-(rate x²), with what the square has lost by rounding; rate x² <= 113."""
    r, shifted = reduced(square * -rate)
    p = _power_less_one(multiply_add(_lost(x, square), -rate, r))
    return times_power_of_two(multiply_add(factor, p, factor), shifted)


@register_jitable
def _erfc32(x):
    """1 - erf x."""
    size = at_most(magnitude(x), _ERFC_END)
    square = size * size
    tail = _damped(_tail(size, square, _ERFC_OVER, _ERFC_UNDER), size, square, _ONE)
    return where_less(x, _ZERO, _TWO - tail, tail)


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
    size = magnitude(x)
    return where_less(size, _ONE, near, with_sign_of(_ONE - _erfc32(size), x))


@register_jitable
def _gelu32(x):
    """x Φ(x), Φ(x) = erfc(-x / √2) / 2, whose tail keeps its digits."""
    y = at_most(at_least(x, -_GELU_END), _GELU_END)
    size, square = magnitude(y), y * y
    tail = _damped(y * _tail(size, square, _PHI_OVER, _PHI_UNDER), size, square, _HALF)
    return where_less(_ZERO, x, x - tail, multiply_add(x, _ZERO, tail))  # -inf gives NaN, as in PyTorch


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


def _in_steps(function, float32):
    """Inside kernels: these steps for float32, the exact formula for every other type."""
    formula = register_jitable(getattr(formulas, function.__name__))
    overload(function)(lambda x: float32 if x == types.float32 or isinstance(x, Tile) else formula)


for _function, _float32 in (
    (exp, _exp32), (exp2, _exp2_32), (expm1, _expm1_32), (log, _log32), (log1p, _log1p_32),
    (sigmoid, _sigmoid32), (tanh, _tanh32), (erf, _erf32), (erfc, _erfc32), (gelu, _gelu32),
):  # fmt: skip
    _in_steps(_function, _float32)
