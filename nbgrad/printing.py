"""Tensors as text, laid out as PyTorch prints them."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from nbgrad.strided import DeviceArray


@dataclass
class PrintOptions:
    """precision: digits after the point; threshold: numbers above which the middle is left out; edgeitems: how many
    stay at each end; linewidth: characters a line; sci_mode: powers of ten always, never, or (None) where they help."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


PROFILES = {
    "default": PrintOptions(),
    "short": PrintOptions(precision=2, edgeitems=2),
    "full": PrintOptions(threshold=math.inf),
}
options = PrintOptions()


def set_printoptions(
    precision: int | None = None, threshold: float | None = None, edgeitems: int | None = None,
    linewidth: int | None = None, profile: str | None = None, sci_mode: bool | None = None,
) -> None:  # fmt: skip
    """Change how tensors print; what is None stays as it is (sci_mode None: decided for each tensor).

    profile: "default", "short" or "full", to start from.
    """
    wanted = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    start = PROFILES.get(profile or "", options)
    for name, value in wanted.items():
        setattr(options, name, getattr(start, name) if value is None else value)
    options.sci_mode = sci_mode


def get_printoptions() -> dict[str, Any]:
    """How tensors print now, as arguments for `set_printoptions`."""
    return asdict(options)


@contextmanager
def printoptions(**kwargs: Any) -> Iterator[None]:
    """Print as `set_printoptions(**kwargs)` says, within a `with` block."""
    before = get_printoptions()
    set_printoptions(**kwargs)
    try:
        yield
    finally:
        set_printoptions(**before)


class _Format:
    """One width and one style for all numbers of a tensor; zeros, NaN and infinities have no say in either."""

    def __init__(self, numbers: np.ndarray) -> None:
        self.floating = numbers.dtype.kind == "f"
        self.whole, self.scientific, self.width = True, False, 1
        values = numbers.ravel()
        if self.floating:
            values = values[np.isfinite(values) & (values != 0)].astype(np.float64)
            self._choose_style(values)
        self.width = max((len(self.text(value)) for value in values.tolist()), default=1)

    def _choose_style(self, values: np.ndarray) -> None:
        if values.size == 0:
            return
        sizes = np.abs(values)
        largest, smallest = float(sizes.max()), float(sizes.min())
        self.whole = bool((values == np.ceil(values)).all())
        self.scientific = largest / smallest > 1000.0 or largest > 1.0e8 or smallest < 1.0e-4
        if options.sci_mode is not None:
            self.scientific = options.sci_mode

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
    edge, values = options.edgeitems, array.tolist()
    if summarize and not edge:
        words = ["..."]
    elif summarize and len(values) > 2 * edge:
        words = [style.padded(v) for v in values[:edge]] + [" ..."] + [style.padded(v) for v in values[-edge:]]
    else:
        words = [style.padded(v) for v in values]
    per_line = max(1, (options.linewidth - indent) // (style.width + 2))
    lines = [", ".join(words[i : i + per_line]) for i in range(0, len(words), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def _layout(array: np.ndarray, indent: int, style: _Format, summarize: bool) -> str:
    if array.ndim == 0:
        return style.padded(array.item())
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
    """`tensor([...], dtype=..., grad_fn=<...>)`. default_dtypes: those that need no `dtype=`, the floating one first;
    the numbers of an empty tensor do not show their kind, so it needs none only for that one."""
    array, prefix = tensor.array, f"{name}("
    if type(array) is DeviceArray:
        array = array.get()
    notes = []
    if array.size == 0:
        body, obvious = "[]", default_dtypes[:1]
        if array.ndim != 1:
            notes.append(f"size={tuple(array.shape)}")
    else:
        summarize, obvious = array.size > options.threshold, default_dtypes
        body = _layout(array, len(prefix), _Format(_shown(array) if summarize else array), summarize)
        if not options.edgeitems:
            notes.append(f"size={tuple(array.shape)}")
    if tensor.device.type != "cpu":
        notes.insert(0, f"device='{tensor.device}'")
    if tensor.dtype not in obvious:
        notes.append(f"dtype={tensor.dtype}")
    if tensor.grad_fn is not None:
        notes.append(f"grad_fn=<{tensor.grad_fn.name()}>")
    elif tensor.requires_grad:
        notes.append("requires_grad=True")
    return _with_notes(prefix + body, notes, len(prefix))


def _with_notes(text: str, notes: list[str], indent: int) -> str:
    last_line = len(text) - text.rfind("\n") + 1  # PyTorch counts two more characters than there are
    for note in notes:
        if last_line + len(note) + 2 > options.linewidth:
            text, last_line = f"{text},\n{' ' * indent}{note}", indent + len(note)
        else:
            text, last_line = f"{text}, {note}", last_line + len(note) + 2
    return text + ")"
