"""One op against PyTorch: every sample's value, gradient and second gradient, and every wrong input's error."""

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import nbgrad
from tests.conformance import calls
from tests.conformance.compare import array_difference, difference, flat, is_tensor
from tests.conformance.convert import Conversion, Unsupported

TOLERANCE = 1e-5
SECOND_TOLERANCE = 1e-7  # in float64
SMALL = 30  # numbers a sample may hold to be crossed with finite differences
CROSSED = 4  # samples of one OpInfo crossed with finite differences
UNDEFINED = ("empty", "new_empty", "empty_like")  # whatever the memory held
SEED = 42  # the one PyTorch's own samples of random ops set


@dataclass
class Tally:
    """How many passed of how many, and what was wrong with the others."""

    passed: int = 0
    total: int = 0
    failures: list[str] = field(default_factory=list)

    def note(self, label: str, found: str | None) -> None:
        self.total += 1
        if found is None:
            self.passed += 1
        else:
            self.failures.append(f"{label}: {found}")

    def __str__(self) -> str:
        return f"{self.passed}/{self.total}" if self.total else "–"


@dataclass
class Outcome:
    """What one name's OpInfos gave."""

    name: str
    values: Tally = field(default_factory=Tally)
    gradients: Tally = field(default_factory=Tally)
    seconds: Tally = field(default_factory=Tally)
    errors: Tally = field(default_factory=Tally)

    @property
    def passes(self) -> bool:
        return all(tally.passed == tally.total for tally in self.tallies().values())

    def tallies(self) -> dict[str, Tally]:
        return {"value": self.values, "gradient": self.gradients, "second": self.seconds, "error": self.errors}


def database() -> tuple[Any, list[Any]]:
    """PyTorch and the OpInfos it carries in its own wheel (they need the package `expecttest`)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from torch.testing._internal.common_methods_invocations import op_db
    return torch, op_db


def check(name: str) -> Outcome:
    """Every OpInfo of this name against nbgrad."""
    torch, op_db = database()
    outcome = Outcome(name)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for opinfo in op_db:
            if opinfo.name == name:
                _Check(torch, opinfo, outcome).run()
    return outcome


class _Check:
    def __init__(self, torch: Any, opinfo: Any, outcome: Outcome) -> None:
        self.torch, self.opinfo, self.outcome = torch, opinfo, outcome
        self.reference = calls.reference(torch, opinfo)
        self.variant = f"{opinfo.variant_test_name} " if opinfo.variant_test_name else ""

    def run(self) -> None:
        torch, opinfo, outcome = self.torch, self.opinfo, self.outcome
        if torch.float32 not in opinfo.dtypes:  # another device's, or for complex numbers alone
            return
        for label, sample in self._samples(torch.float32, False):
            outcome.values.note(label, _caught(self._value, sample))
        if opinfo.supports_autograd:
            for label, sample in self._samples(torch.float32, True):
                outcome.gradients.note(label, _caught(self._gradient, sample))
        if opinfo.supports_autograd and opinfo.supports_gradgrad and torch.float64 in opinfo.dtypes:
            crossed = 0
            for label, sample in self._samples(torch.float64, True):
                small = crossed < CROSSED and _is_small(sample)
                crossed += small
                outcome.seconds.note(label, _caught(self._second_gradient, sample, small))
        if opinfo.error_inputs_func is not None:
            for number, wrong in enumerate(opinfo.error_inputs("cpu")):
                outcome.errors.note(f"{self.variant}{number}", self._error(wrong))

    def _samples(self, dtype: Any, requires_grad: bool) -> Iterator[tuple[str, Any]]:
        self.torch.manual_seed(0)  # the samples' own numbers
        for number, sample in enumerate(self.opinfo.sample_inputs("cpu", dtype, requires_grad=requires_grad)):
            yield f"{self.variant}{number} {_text(sample)}", sample

    def _ours(self, call: Callable[..., Any], converted: tuple) -> Any:
        nbgrad.manual_seed(SEED)
        input, args, kwargs = converted
        return call(input, *args, **kwargs)

    def _theirs(self, call: Callable[..., Any], sample: Any) -> Any:
        self.torch.manual_seed(SEED)
        return call(sample.input, *sample.args, **sample.kwargs)

    def _value(self, sample: Any) -> str | None:
        for prefix, call, reference in self._twins(sample):
            converted = Conversion(self.torch)((sample.input, sample.args, sample.kwargs))
            theirs = _attempt(self._theirs, reference, sample)
            try:
                ours = self._ours(call, converted)
            except Exception as error:
                if type(error) is type(theirs):  # an in-place result that does not fit
                    continue
                return f"{prefix}{type(error).__name__}: {error}"
            if isinstance(theirs, Exception):
                return f"{prefix}no error; PyTorch: {type(theirs).__name__}: {theirs}"
            found = difference(ours, theirs, TOLERANCE, self.opinfo.name in UNDEFINED)
            if found:
                return f"{prefix}{found}"
        return None

    def _twins(self, sample: Any) -> Iterator[tuple[str, Any, Any]]:
        """(prefix, our call, PyTorch's): function, method and in-place twin."""
        yield "", calls.function(self.torch, self.opinfo), self.reference
        method = calls.method(self.opinfo)
        if method is not None:
            yield "method: ", method, self.reference
        in_place = calls.in_place(self.opinfo)
        if in_place is not None and not sample.broadcasts_input and is_tensor(sample.input):
            in_place_reference = self.opinfo.inplace_variant
            yield "in place: ", in_place, lambda x, *args, **kw: in_place_reference(x.clone(), *args, **kw)

    def _recorded(self, sample: Any) -> tuple[list[tuple[Any, Any]], list[Any], list[Any]]:
        """(leaves, our differentiable results, PyTorch's)"""
        conversion = Conversion(self.torch)
        converted = conversion((sample.input, sample.args, sample.kwargs))
        theirs = flat(self._theirs(self.reference, sample))
        ours = flat(self._ours(calls.function(self.torch, self.opinfo), converted))
        required = [[is_tensor(each) and each.requires_grad for each in results] for results in (ours, theirs)]
        if required[0] != required[1]:
            raise AssertionError(f"requires_grad {required[0]} instead of {required[1]}")
        return (
            conversion.leaves,
            [each for each, needed in zip(ours, required[0], strict=True) if needed],
            [each for each, needed in zip(theirs, required[1], strict=True) if needed],
        )

    def _gradient(self, sample: Any) -> str | None:
        leaves, ours, theirs = self._recorded(sample)
        if not leaves or not theirs:
            return None
        mine, other, _ = _derivatives(self.torch, leaves, ours, theirs, False)
        return _gradient_difference(mine, other, TOLERANCE)

    def _second_gradient(self, sample: Any, small: bool) -> str | None:
        leaves, ours, theirs = self._recorded(sample)
        if not leaves or not theirs:
            return None
        mine, other, starts = _derivatives(self.torch, leaves, ours, theirs, True)
        found = _gradient_difference(mine, other, SECOND_TOLERANCE)
        if found:
            return f"first: {found}"
        pairs = [(a, b) for a, b in zip(mine, other, strict=True) if b is not None and b.requires_grad]
        if pairs:
            if not all(a is not None and a.requires_grad for a, _ in pairs):
                return "the first gradient is not recorded"
            mine, other, _ = _derivatives(self.torch, [*leaves, *starts], *map(list, zip(*pairs, strict=True)), False)
            found = _gradient_difference(mine, other, SECOND_TOLERANCE)
        if not found and small and all(g is None or np.isfinite(g.detach().numpy()).all() for g in mine):
            self._finite_differences(sample)
        return found

    def _finite_differences(self, sample: Any) -> None:
        """Raises GradcheckError where our second gradients differ from finite differences of the first."""
        conversion = Conversion(self.torch)
        converted = conversion((sample.input, sample.args, sample.kwargs))
        call = calls.function(self.torch, self.opinfo)

        def differentiable(*_leaves: Any) -> tuple:
            return tuple(each for each in flat(self._ours(call, converted)) if is_tensor(each) and each.requires_grad)

        if any(each.dtype is not nbgrad.float64 for each in differentiable()):
            return  # too coarse for finite differences
        nbgrad.autograd.gradgradcheck(differentiable, [ours for _, ours in conversion.leaves])

    def _error(self, wrong: Any) -> str | None:
        sample = wrong.sample_input
        theirs = _attempt(self._theirs, self.reference, sample)
        try:
            converted = Conversion(self.torch)((sample.input, sample.args, sample.kwargs))
            ours = _attempt(self._ours, calls.function(self.torch, self.opinfo), converted)
        except (Unsupported, AttributeError, ValueError) as reason:  # numpy has at most 64 axes
            ours = reason
        want = f"{type(theirs).__name__}: {theirs}"
        if not isinstance(theirs, Exception) and not isinstance(ours, Exception):
            return difference(ours, theirs, TOLERANCE)
        if not isinstance(ours, Exception):
            return f"no error; PyTorch: {want}"
        if type(ours) is type(theirs) and (str(ours) == str(theirs) or re.search(wrong.error_regex, str(ours))):
            return None
        return f"{type(ours).__name__}: {ours}; PyTorch: {want}"


def _attempt(call: Callable[..., Any], *args: Any) -> Any:
    """The result, or the error."""
    try:
        return call(*args)
    except Exception as error:
        return error


def _caught(call: Callable[..., str | None], *args: Any) -> str | None:
    found = _attempt(call, *args)
    return f"{type(found).__name__}: {found}" if isinstance(found, Exception) else found


def _derivatives(
    torch: Any, leaves: list[tuple[Any, Any]], ours: list[Any], theirs: list[Any], recorded: bool
) -> tuple[Any, Any, list[tuple[Any, Any]]]:
    """(our gradients, PyTorch's, the pairs of cotangents they started from), the cotangents random and equal."""
    rng = np.random.default_rng(0)
    starts = []
    for each in theirs:
        start = rng.standard_normal(tuple(each.shape)).astype(each.detach().numpy().dtype)
        pair = torch.from_numpy(start.copy()), nbgrad.from_numpy(np.asarray(start))
        starts.append(tuple(each.requires_grad_(recorded) for each in pair))
    other = torch.autograd.grad(
        theirs, [a for a, _ in leaves], [a for a, _ in starts], create_graph=recorded, allow_unused=True,
        retain_graph=True,
    )  # fmt: skip
    mine = nbgrad.autograd.grad(
        ours, [b for _, b in leaves], [b for _, b in starts], create_graph=recorded, allow_unused=True,
        retain_graph=True,
    )  # fmt: skip
    return mine, other, starts


def _gradient_difference(mine: Any, other: Any, tolerance: float) -> str | None:
    """None and zeros are the same gradient."""
    for number, (a, b) in enumerate(zip(mine, other, strict=True)):
        known = a if a is not None else b
        if known is None:
            continue
        shape = tuple(known.shape)
        left, right = (np.zeros(shape) if g is None else g.detach().numpy(force=True) for g in (a, b))
        if left.shape != right.shape:
            return f"gradient {number} has shape {left.shape} instead of {right.shape}"
        if a is not None and b is not None and left.dtype != right.dtype:
            return f"gradient {number} is {left.dtype} instead of {right.dtype}"
        found = array_difference(left, right, tolerance)
        if found:
            return f"gradient {number}: {found}"
    return None


def _is_small(sample: Any) -> bool:
    tensors = [each for each in flat([sample.input, sample.args, list(sample.kwargs.values())]) if is_tensor(each)]
    sizes = [each.numel() for each in tensors]
    return min(sizes, default=0) > 0 and sum(sizes) <= SMALL


def _text(sample: Any) -> str:
    return ", ".join(
        [_short(each) for each in (sample.input, *sample.args)] + [f"{k}={_short(v)}" for k, v in sample.kwargs.items()]
    )


def _short(value: Any) -> str:
    if is_tensor(value):
        kind = str(value.dtype).removeprefix("torch.")
        return f"{kind}{list(value.shape)}" + ("" if value.is_contiguous() else f" strides {list(value.stride())}")
    if isinstance(value, tuple | list):
        return "(" + ", ".join(_short(each) for each in value) + ")"
    return repr(value)
