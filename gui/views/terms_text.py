"""The microscope's findings in words and short lines: pure text, no painting."""

import numpy as np
from PySide6.QtCore import QCoreApplication

from gui.bridge.commands import QT_TRANSLATE_NOOP
from gui.lab.findings import TermsView
from gui.views.widgets import number

translate = QCoreApplication.translate

DIGITS = 4
LONG = 30  # signs of the widest line in large type
UNTOLD = QT_TRANSLATE_NOOP("terms", "The arithmetic of this layer is not written out yet.")

# How a number comes about, by what is looked at and the kind of the layer. {0}: the other layer, {1}: how many terms.
STORIES = {
    ("values", "conv"): QT_TRANSLATE_NOOP(
        "terms", "The kernel is laid over a patch of {0}: number times number, all added up, plus the bias."
    ),
    ("values", "linear"): QT_TRANSLATE_NOOP(
        "terms", "Every number of {0} times its own weight, all added up, plus the bias."
    ),
    ("values", "max_pool"): QT_TRANSLATE_NOOP(
        "terms", "The largest of the {1} numbers in its window of {0}; the others are forgotten."
    ),
    ("values", "input"): QT_TRANSLATE_NOOP(
        "terms", "A pixel of what the network gets: preprocessing made it from your drawing."
    ),
    ("gradients", "conv"): QT_TRANSLATE_NOOP(
        "terms", "It took part in {1} cells of {0}: the gradient of each comes back, times the weight between."
    ),
    ("gradients", "linear"): QT_TRANSLATE_NOOP(
        "terms", "It took part in {1} units of {0}: the gradient of each comes back, times the weight between."
    ),
    ("gradients", "max_pool"): QT_TRANSLATE_NOOP(
        "terms", "A pooling window passes its gradient back to its winner alone; the others get nothing."
    ),
    ("gradients", "loss"): QT_TRANSLATE_NOOP(
        "terms", "The way back begins here: the loss pulls a logit by its probability minus its target, 1 or 0."
    ),
    ("gradients", "logit"): QT_TRANSLATE_NOOP(
        "terms", "The way back begins here, with the chosen logit itself: 1 for it and 0 for the others."
    ),
    ("parameter", "weight"): QT_TRANSLATE_NOOP(
        "terms", "Wherever your drawing used this weight: the number it met, times the gradient that came back to {0}."
    ),
    ("parameter", "bias"): QT_TRANSLATE_NOOP(
        "terms", "A bias is added everywhere: its gradient is the sum of all that came back to {0}, for your drawing."
    ),
}  # fmt: skip


def place_text(name: str, at: np.ndarray, module: str = "") -> str:
    """conv2.weight and (4, 0, 1, 2) as «weight[4, 0, 1, 2]» where the module is plain from the cell's name."""
    short = name.removeprefix(f"{module}.") if module else name
    return f"{short}[{', '.join(map(str, at.tolist()))}]"


def signed(value: float, digits: int = DIGITS) -> str:
    """With its sign, so that one sees what is added and what is taken away."""
    return f"+{number(value, digits)}" if value > 0 else number(value or 0.0, digits)


def heading(view: TermsView) -> str:
    if view.spot.parameter is not None:
        return translate("terms", "Why this weight has this gradient")
    if view.spot.side == "gradients":
        return translate("terms", "Why this cell has this gradient")
    return translate("terms", "Why this cell has this value")


def equation(view: TermsView, of: str) -> str:
    """What was asked: «∂loss / ∂conv1[0, 3, 4] = 0.0125»."""
    value = number(view.engine, DIGITS)
    if view.spot.side == "values":
        return f"{view.name} = {value}"
    name = f"∂{of} / ∂{view.name}"
    return f"{name} = {value}" if len(name) + len(value) < LONG else f"{name}\n= {value}"


def story(view: TermsView) -> str:
    """One sentence: how this number comes about."""
    side = "parameter" if view.spot.parameter is not None else view.spot.side
    text = STORIES.get((side, view.kind), UNTOLD)
    return translate("terms", text).format(view.right, len(view.products))


def summary(view: TermsView) -> list[tuple[str, str]]:
    """(what, number) line by line from the terms to the total."""
    if view.kind in ("input", "other", "logit"):
        return _gate(view)
    lines = []
    count = len(view.products)
    if view.kind == "loss":
        lines.append((translate("terms", "probability, from softmax"), signed(float(view.products[0]))))
        lines.append((translate("terms", "minus the target"), signed(float(view.products[1]))))
    elif view.kind != "max_pool":
        words = translate("terms", "sum of {0} products") if view.left else translate("terms", "sum of {0} numbers")
        lines.append((words.format(count), signed(view.sum - (view.bias or 0.0))))
    if view.bias is not None:
        lines.append((translate("terms", "bias"), signed(view.bias)))
    if view.spot.side == "values" and view.relu is not None:
        lines.append((translate("terms", "together"), signed(view.sum)))
        word = (
            translate("terms", "ReLU is open: it stays")
            if view.relu
            else translate("terms", "ReLU is closed: it becomes 0")
        )
        lines.append((word, number(view.total, DIGITS)))
    lines.append((translate("terms", "total of these terms"), number(view.total, 6)))
    lines.append((translate("terms", "the engine's number"), number(view.engine, 6)))
    return lines + _gate(view)


def _gate(view: TermsView) -> list[tuple[str, str]]:
    """In gradients: whether the cell's own relu lets this gradient go on."""
    if view.before is None:
        return []
    sign = ">" if view.relu else "≤"
    reason = f"{number(view.before, 3)} {sign} 0"
    if view.relu:
        return [(translate("terms", "its ReLU is open, {0}: passes on").format(reason), number(view.engine, DIGITS))]
    return [(translate("terms", "its ReLU is closed, {0}: passes on").format(reason), "0")]


def verdict(view: TermsView) -> tuple[str, str]:
    """(role, sentence): do the terms add up to the engine's number?"""
    if view.kind in ("input", "other"):
        return "caption", ""
    difference = abs(view.total - view.engine)
    if not view.agrees:
        return "alert", translate("terms", "the terms do not add up to the engine's number: they differ by {0}").format(
            number(difference, 2)
        )
    if difference == 0:
        return "healthy", translate("terms", "the terms add up to the engine's number exactly")
    return "healthy", translate("terms", "equal within float32 rounding: they differ by {0}").format(
        number(difference, 2)
    )


def idle(view: TermsView) -> str:
    """Why a term does not count."""
    if view.kind == "max_pool":
        return translate("terms", "not the winner")
    return translate("terms", "ReLU closed")


def term_lines(view: TermsView, term: int) -> tuple[str, str]:
    """The product of one term, and where its factors lie."""
    right = place_text(view.right, view.right_at[term]) if len(view.right_at) else ""
    flowed = view.spot.side == "gradients"
    right = f"∂{right}" if flowed and right else right
    if not view.left:
        return number(float(view.right_values[term]), DIGITS), right
    left = place_text(view.left, view.left_at[min(term, len(view.left_at) - 1)])
    product = f"{number(float(view.left_values[min(term, len(view.left_values) - 1)]), DIGITS)} × "
    return product + number(float(view.right_values[term]), DIGITS), f"{left} × {right}"


def spoken(view: TermsView, of: str) -> str:
    """The whole card for a screen reader."""
    lines = [f"{what}: {value}" for what, value in summary(view)]
    return ". ".join([heading(view), equation(view, of), story(view), *lines, verdict(view)[1]])
