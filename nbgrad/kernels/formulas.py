"""Scalar formulas: one number in, one number out, written once for every device."""

import math

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
    return (x > 0) - (x < 0)


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
