"""Tensors as text, laid out as PyTorch prints them."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass
class PrintOptions:
    """precision: digits after the point; threshold: numbers above which the middle is left out; edgeitems: how many
    stay at each end; linewidth: characters a line."""

    precision: int = 4
    threshold: int = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


options = PrintOptions()


def set_printoptions(
    precision: int | None = None, threshold: int | None = None, edgeitems: int | None = None,
    linewidth: int | None = None, sci_mode: bool | None = None,
) -> None:  # fmt: skip
    """Change how tensors print; what is None stays as it is (sci_mode None: decided for each tensor)."""
    for name, value in (
        ("precision", precision), ("threshold", threshold), ("edgeitems", edgeitems), ("linewidth", linewidth)
    ):  # fmt: skip
        if value is not None:
            setattr(options, name, value)
    options.sci_mode = sci_mode


class _Format:
    """One width and one style for all numbers of a tensor."""

    def __init__(self, numbers: np.ndarray) -> None:
        self.floating = numbers.dtype.kind == "f"
        self.whole, self.scientific, self.width = False, False, 1
        if self.floating:
            self._fit_floats(numbers.astype(np.float64))
        elif numbers.size:
            self.width = max(len(str(value)) for value in numbers.ravel().tolist())

    def _fit_floats(self, numbers: np.ndarray) -> None:
        usual = np.abs(numbers[np.isfinite(numbers) & (numbers != 0)])
        if usual.size == 0:
            self.whole = bool(np.isfinite(numbers).all()) or True
            self.width = max((len(self.text(value)) for value in numbers.ravel().tolist()), default=1)
            return
        largest, smallest = float(usual.max()), float(usual.min())
        finite = numbers[np.isfinite(numbers)]
        self.whole = bool((finite == np.ceil(finite)).all())
        wide = largest / smallest > 1000.0 or largest > 1.0e8
        self.scientific = wide if self.whole else wide or smallest < 1.0e-4
        if options.sci_mode is not None:
            self.scientific = options.sci_mode
        self.width = max(len(self.text(value)) for value in numbers.ravel().tolist())

    def text(self, value: Any) -> str:
        if not self.floating:
            return str(value)
        if self.scientific:
            return f"{value:.{options.precision}e}"
        if self.whole:
            return f"{value:.0f}." if math.isfinite(value) else str(value)
        return f"{value:.{options.precision}f}"

    def padded(self, value: Any) -> str:
        return self.text(value).rjust(self.width)


def _shown(array: np.ndarray) -> np.ndarray:
    """The corners of a large array: what a summary prints."""
    for axis, extent in enumerate(array.shape):
        if extent > 2 * options.edgeitems:
            ends = [*range(options.edgeitems), *range(extent - options.edgeitems, extent)]
            array = array.take(ends, axis)
    return array


def _vector(array: np.ndarray, indent: int, style: _Format, summarize: bool) -> str:
    values = array.tolist()
    if summarize and len(values) > 2 * options.edgeitems:
        edge = options.edgeitems
        words = [style.padded(v) for v in values[:edge]] + [" ..."] + [style.padded(v) for v in values[-edge:]]
    else:
        words = [style.padded(v) for v in values]
    per_line = max(1, (options.linewidth - indent) // (style.width + 2))
    lines = [", ".join(words[i : i + per_line]) for i in range(0, len(words), per_line)] or [""]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def _layout(array: np.ndarray, indent: int, style: _Format, summarize: bool) -> str:
    if array.ndim == 0:
        return style.text(array.item())
    if array.ndim == 1:
        return _vector(array, indent, style, summarize)
    if summarize and len(array) > 2 * options.edgeitems:
        edge = options.edgeitems
        parts = [_layout(array[i], indent + 1, style, summarize) for i in range(edge)] + ["..."]
        parts += [_layout(array[i], indent + 1, style, summarize) for i in range(len(array) - edge, len(array))]
    else:
        parts = [_layout(part, indent + 1, style, summarize) for part in array]
    return "[" + ("," + "\n" * (array.ndim - 1) + " " * (indent + 1)).join(parts) + "]"


def tensor_text(tensor: Any, default_dtypes: tuple, name: str = "tensor") -> str:
    """`tensor([...], dtype=..., grad_fn=<...>)`. default_dtypes: those that need no `dtype=`."""
    array, prefix = tensor.array, f"{name}("
    notes = []
    if array.size == 0:
        body = "[]"
        if array.ndim != 1:
            notes.append(f"size={tuple(array.shape)}")
    else:
        summarize = array.size > options.threshold
        style = _Format(_shown(array) if summarize else array)
        body = _layout(array, len(prefix), style, summarize)
    if tensor.dtype not in default_dtypes:
        notes.append(f"dtype={tensor.dtype}")
    if tensor.grad_fn is not None:
        notes.append(f"grad_fn=<{tensor.grad_fn.name()}>")
    elif tensor.requires_grad:
        notes.append("requires_grad=True")
    return _with_notes(prefix + body, notes, len(prefix))


def _with_notes(text: str, notes: list[str], indent: int) -> str:
    last_line = len(text) - text.rfind("\n") - 1
    for note in notes:
        if last_line + len(note) + 2 > options.linewidth:
            text, last_line = f"{text},\n{' ' * indent}{note}", indent + len(note)
        else:
            text, last_line = f"{text}, {note}", last_line + len(note) + 2
    return text + ")"
