"""Tensors print as PyTorch prints them, byte for byte; without torch installed, stored texts are compared."""

import json
from pathlib import Path

import numpy as np
import pytest

import nbgrad
from nbgrad import printing

DTYPES = ["float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"]
SHAPES = [(), (1,), (5,), (37,), (3, 4), (2, 30), (2, 3, 4), (1, 1), (2, 1, 2, 3), (0,), (0, 3), (2, 0, 1), (1001,)]
SUMMARISED = [(5, 400), (400, 5), (40, 50), (7, 13, 17), (2, 2000), (2000, 2), (1, 1, 1500), (8, 8, 8, 8)]
STORED = Path(__file__).parent / "printing.json"  # written by `python -m tests.printing_store`


@pytest.fixture(autouse=True)
def usual_options():
    with printing.printoptions():
        yield


def values(shape, dtype, kind, seed):
    """Numbers of one flavour: how wide they spread decides the style PyTorch chooses."""
    draw = np.random.default_rng(seed)
    plain = draw.standard_normal(shape)
    if dtype == "bool":
        return np.asarray(plain > 0)
    if not dtype.startswith("float"):
        limits = np.iinfo(dtype)
        numbers = draw.integers(limits.min, limits.max, shape, dtype, endpoint=True)
        return np.asarray(numbers >> np.array(seed % 4 * limits.bits // 4, dtype), dtype)
    numbers = np.array(
        {
            "small": plain,
            "whole": np.round(plain * 40),
            "wide": plain * 10.0 ** draw.integers(-6, 7, shape),
            "tiny": plain * 1e-30,
            "large": np.round(plain * 1e9),
            "zeros": np.where(plain > 0.8, plain, -0.0),
            "odd": np.choose(draw.integers(0, 5, shape), [plain, np.nan, np.inf, -np.inf, -0.0]),
            "odd whole": np.choose(draw.integers(0, 5, shape), [np.round(plain * 9), np.nan, np.inf, -np.inf, -0.0]),
            "thousand": plain * 900,
            "near": 1000 + np.round(plain) / 1e4,
            "special": np.choose(draw.integers(0, 3, shape), [np.nan, np.inf, -0.0]),
        }[kind]
    )
    return numbers.astype(dtype)


KINDS = ["small", "whole", "wide", "tiny", "large", "zeros", "odd", "odd whole", "thousand", "near", "special"]


def cases():
    """(shape, dtype, flavour, seed), each of them a tensor to print."""
    for i, shape in enumerate(SHAPES + SUMMARISED):
        for dtype in DTYPES:
            for j, kind in enumerate(KINDS if dtype.startswith("float") else KINDS[:4]):
                yield shape, dtype, kind, 31 * i + j


def shown(module, shape, dtype, kind, seed):
    return repr(module.from_numpy(values(shape, dtype, kind, seed)))


@pytest.mark.parametrize("shape", SHAPES + SUMMARISED, ids=str)
def test_equals_torch(shape, torch):
    for case in cases():
        if case[0] == shape:
            assert shown(nbgrad, *case) == shown(torch, *case), case


OPTIONS = [
    {"precision": 2},
    {"precision": 0},
    {"precision": 7, "linewidth": 40},
    {"sci_mode": True},
    {"sci_mode": False},
    {"threshold": 5},
    {"threshold": 5, "edgeitems": 1},
    {"threshold": 5, "edgeitems": 0},
    {"linewidth": 10},
    {"linewidth": 200, "edgeitems": 6},
    {"profile": "short"},
    {"profile": "full"},
    {"profile": "default", "precision": 3},
    {"profile": "full", "threshold": 20},
    {"profile": "unheard of"},
]


@pytest.mark.parametrize("chosen", OPTIONS, ids=str)
def test_options_equal_torch(chosen, torch):
    before = torch._tensor_str.get_printoptions()
    try:
        torch.set_printoptions(**chosen)
        nbgrad.set_printoptions(**chosen)
        assert printing.get_printoptions() == torch._tensor_str.get_printoptions()
        for shape in [(), (3,), (50,), (3, 4), (9, 20), (3, 4, 5), (0, 2), (1200,)]:
            for dtype in ("float32", "int64", "uint8"):
                for seed, kind in enumerate(KINDS if dtype == "float32" else KINDS[:1]):
                    assert shown(nbgrad, shape, dtype, kind, seed) == shown(torch, shape, dtype, kind, seed)
    finally:
        torch.set_printoptions(**before)


@pytest.mark.parametrize("extent", range(1, 30))
def test_notes_move_to_a_line_of_their_own_as_torchs_do(extent, torch):
    for module_dtype in ("float32", "float64"):
        texts = []
        for module in (nbgrad, torch):
            x = module.full((extent,), 0.5, dtype=getattr(module, module_dtype)).requires_grad_()
            square = module.full((extent, 3), -2.0, dtype=getattr(module, module_dtype), requires_grad=True)
            texts.append([repr(x), repr(x * 2), repr(x.sum()), repr(square), repr(square * 2), repr([x, x * 2])])
        assert texts[0] == texts[1]


def test_formats_equal_torch(torch):
    for number in (3, 2.5, True, float("nan"), 1e-7):
        ours, theirs = nbgrad.tensor(number), torch.tensor(number)
        for spec in ("", ".3f", "10.2e", ">8"):
            assert _formatted(ours, spec) == _formatted(theirs, spec)
        assert f"{ours}|{ours!s}|{ours!r}" == f"{theirs}|{theirs!s}|{theirs!r}"
    assert f"{nbgrad.ones(2)}" == f"{torch.ones(2)}"
    assert _formatted(nbgrad.ones(2), ".3f") == _formatted(torch.ones(2), ".3f")
    assert str({"a": nbgrad.ones(2, 2), "b": [nbgrad.zeros(())]}) == str(
        {"a": torch.ones(2, 2), "b": [torch.zeros(())]}
    )


def _formatted(tensor, spec):
    try:
        return format(tensor, spec)
    except (TypeError, ValueError) as error:
        return type(error).__name__, str(error)


def test_a_default_of_float64_needs_no_note(torch):
    try:
        for module in (nbgrad, torch):
            module.set_default_dtype(module.float64)
        for kind in ("float32", "float64", "int64"):
            for shape in ((2,), (0,), (0, 2)):
                made = [repr(module.zeros(shape, dtype=getattr(module, kind))) for module in (nbgrad, torch)]
                assert made[0] == made[1]
    finally:
        for module in (nbgrad, torch):
            module.set_default_dtype(module.float32)


def test_a_parameter_says_so():
    assert repr(nbgrad.nn.Parameter(nbgrad.ones(2))) == (
        "Parameter containing:\ntensor([1., 1.], requires_grad=True)"
    )  # fmt: skip


def test_texts_known_by_heart():
    for case in json.loads(STORED.read_text("utf-8")):
        assert shown(nbgrad, tuple(case["shape"]), case["dtype"], case["kind"], case["seed"]) == case["text"], case


def test_options_within_a_block():
    with printing.printoptions(precision=1):
        assert repr(nbgrad.tensor([0.25])) == "tensor([0.2])"
    assert repr(nbgrad.tensor([0.25])) == "tensor([0.2500])"
