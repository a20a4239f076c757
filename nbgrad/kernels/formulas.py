"""Scalar formulas: one number in, one number out, written once for every device."""

import math

import numpy as np

# ---- two operands


def add(a, b):
    return a + b


def sub(a, b):
    return a - b


def mul(a, b):
    return a * b


def div(a, b):
    return a / b


def pow(a, b):
    return a**b


def integer_pow(a, b):
    """a to the b by repeated squaring; of negative powers only those of 1 and -1 are integers, others count as 0."""
    if b < 0:
        if a == 1:
            return 1
        if a == -1:
            return 1 if b % 2 == 0 else -1
        return 0
    power, square = 1, a
    while b > 0:
        if b % 2 == 1:
            power *= square
        square *= square
        b //= 2
    return power


def floor_div(a, b):
    """⌊a / b⌋ of floating-point numbers, exact where the division itself would round."""
    if b == 0:
        return a / b
    rest = np.fmod(a, b)
    quotient = (a - rest) / b
    if rest != 0 and (b < 0) != (rest < 0):
        quotient -= 1
    whole = math.floor(quotient)
    return whole + 1 if quotient - whole > 0.5 else whole


def integer_floor_div(a, b):
    return a // b


def trunc_div(a, b):
    """a / b without its fraction."""
    return np.trunc(a / b)


def integer_trunc_div(a, b):
    """a / b without its fraction, of integers."""
    quotient = a // b
    return quotient + 1 if quotient < 0 and quotient * b != a else quotient


def fmod(a, b):
    """What is left of a / b, with the sign of a."""
    return np.fmod(a, b)


def integer_fmod(a, b):
    """What is left of a / b, with the sign of a, of integers."""
    rest = a % b
    return rest - b if rest != 0 and (a < 0) != (b < 0) else rest


def remainder(a, b):
    """What is left of a / b, with the sign of b."""
    return a % b


def hypot(a, b):
    """√(a² + b²), without overflow on the way."""
    return math.hypot(a, b)


def atan2(a, b):
    """The angle of the point (b, a)."""
    return math.atan2(a, b)


def maximum(a, b):
    """The larger; NaN if either is."""
    return a if a > b or a != a else b


def minimum(a, b):
    """The smaller; NaN if either is."""
    return a if a < b or a != a else b


def eq(a, b):
    return a == b


def ne(a, b):
    return a != b


def lt(a, b):
    return a < b


def le(a, b):
    return a <= b


def gt(a, b):
    return a > b


def ge(a, b):
    return a >= b


def bitwise_and(a, b):
    return a & b


def bitwise_or(a, b):
    return a | b


def bitwise_xor(a, b):
    return a ^ b


def threshold_gradient(g, out):
    """The gradient of relu from its result: it passes where the gate is open (out > 0, or NaN)."""
    return 0 if out <= 0 else g


# ---- one operand


def neg(x):
    return -x


def absolute(x):
    return abs(x)


def sign(x):
    """-1, 0 or 1; NaN counts as 0."""
    return int(x > 0) - int(x < 0)


def relu(x):
    return 0 if x < 0 else x


def exp(x):
    return math.exp(x)


def log(x):
    return math.log(x)


def sqrt(x):
    return math.sqrt(x)


def sin(x):
    return math.sin(x)


def cos(x):
    return math.cos(x)


def tanh(x):
    return math.tanh(x)


def sigmoid(x):
    """1 / (1 + e^-x)."""
    return 1 / (1 + math.exp(-x))


def gelu(x):
    """x Φ(x), Φ the normal distribution."""
    return x * (0.5 * math.erfc(-x * 0.7071067811865476))


def exp2(x):
    return 2.0**x


def expm1(x):
    """e^x - 1, exact near 0."""
    return math.expm1(x)


def log2(x):
    return math.log2(x)


def log10(x):
    return math.log10(x)


def log1p(x):
    """ln (1 + x), exact near 0."""
    return math.log1p(x)


def rsqrt(x):
    return 1 / math.sqrt(x)


def tan(x):
    return math.tan(x)


def asin(x):
    return math.asin(x)


def acos(x):
    return math.acos(x)


def atan(x):
    return math.atan(x)


def sinh(x):
    return math.sinh(x)


def cosh(x):
    return math.cosh(x)


def erf(x):
    return math.erf(x)


def erfc(x):
    """1 - erf x, exact where erf x is near 1."""
    return math.erfc(x)


def floor(x):
    return np.floor(x)


def ceil(x):
    return np.ceil(x)


def trunc(x):
    return np.trunc(x)


def rint(x):
    """The nearest integer; halves go to the even one."""
    return np.rint(x)
