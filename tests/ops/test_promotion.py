"""Element types of pointwise results: every pair of types, as tensors, tensors without axes and Python numbers."""

import itertools
import warnings

import numpy as np
import pytest

import nbgrad

DTYPES = ("bool", "uint8", "int32", "int64", "float32", "float64")
BINARY = (
    "add", "sub", "mul", "div", "floor_divide", "remainder", "fmod", "pow", "maximum", "eq", "lt", "logical_xor",
    "atan2", "clamp_max", "bitwise_and", "bitwise_or",
)  # fmt: skip
UNARY = (
    "neg", "abs", "sign", "sgn", "square", "exp", "log2", "sqrt", "reciprocal", "sigmoid", "relu", "atan", "floor",
    "round", "isnan", "isfinite", "logical_not", "positive", "bitwise_not",
)  # fmt: skip
NUMBERS = (True, 2, 300, -3, 1.5)
VALUES = {"bool": [1, 0, 1], "uint8": [1, 2, 250], "int32": [1, -2, 7], "int64": [3, -1, 9]}


def _outcome(torch, call):
    """(dtype, shape, numbers), or the error's type and sentence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            out = call(torch)
        except Exception as error:
            return type(error).__name__, str(error)
    return str(out.dtype), tuple(out.shape), np.asarray(out.numpy())


def _check(torch, call, label):
    ours, theirs = _outcome(nbgrad, call), _outcome(torch, call)
    assert ours[:-1] == theirs[:-1], (label, ours, theirs)
    if len(theirs) == 2:
        assert ours[1].split("\n")[0] == theirs[1].split("\n")[0], label
    else:
        np.testing.assert_allclose(ours[2], theirs[2], 1e-5, err_msg=label)


def _tensor(t, dtype, scalar=False):
    values = VALUES.get(dtype, [0.5, -2.25, 3.0])
    return t.tensor(values[2] if scalar else values, dtype=getattr(t, dtype))


@pytest.mark.parametrize("name", BINARY)
def test_two_operands(name, torch):
    for a, b in itertools.product(DTYPES, DTYPES):
        for scalars in ((False, False), (False, True), (True, False)):
            _check(
                torch,
                lambda t, a=a, b=b, s=scalars: getattr(t, name)(_tensor(t, a, s[0]), _tensor(t, b, s[1])),
                f"{name} {a} {b} {scalars}",
            )


@pytest.mark.parametrize("name", BINARY)
def test_tensor_and_number(name, torch):
    for a, number in itertools.product(DTYPES, NUMBERS):
        _check(torch, lambda t, a=a, n=number: getattr(t, name)(_tensor(t, a), n), f"{name} {a} {number}")


@pytest.mark.parametrize("name", UNARY)
def test_one_operand(name, torch):
    for a in DTYPES:
        _check(torch, lambda t, a=a: getattr(t, name)(_tensor(t, a)), f"{name} {a}")
