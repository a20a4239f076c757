"""Every operator we promise, against PyTorch's own samples; known_gaps.txt names exactly those that fail."""

import importlib.util

import pytest

from tests.conformance.check import check
from tests.conformance.opinfo import first_reason, known_gaps, names


def test_gaps_are_names():
    assert set(known_gaps()) <= set(names())


@pytest.mark.skipif(importlib.util.find_spec("expecttest") is None, reason="PyTorch's samples need expecttest")
@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_op(name, torch):
    outcome = check(name)
    assert outcome.passes == (name not in known_gaps()), first_reason(outcome) or "passes: take it off known_gaps.txt"
