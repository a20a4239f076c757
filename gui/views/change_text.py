"""The microscope's words for an update: pure text, no painting."""

from PySide6.QtCore import QCoreApplication

from gui.lab.findings import ChangeView
from gui.views.terms_text import DIGITS, signed
from gui.views.widgets import number

translate = QCoreApplication.translate


def head(view: ChangeView) -> tuple[str, str, str]:
    """Heading, what changed in one line, and one sentence on how."""
    name = f"{view.spot.parameter}[{', '.join(map(str, view.spot.index))}]"
    change = signed(view.engine - view.before)
    story = translate("terms", "The gradient that the last batch left at this weight, and what {0} made of it.")
    return (
        translate("terms", "Why this weight changed like this"),
        f"Δ {name}\n= {change}",
        story.format(view.optimizer),
    )


def lines(view: ChangeView) -> list[tuple[str, str]]:
    """(what, number): the weight and its gradient, each line of the optimizer's arithmetic, the engine's weight."""
    rows = [
        (translate("terms", "w, before the step"), signed(view.before)),
        (translate("terms", "g, its gradient"), signed(view.gradient)),
    ]
    for line in view.lines:
        figures = [number(figure, DIGITS) for figure in line.figures]
        rows.append((f"{line.name} = {line.formula}\n= {line.pattern.format(*figures)}", signed(line.value)))
    rows.append((translate("terms", "the engine's weight"), number(view.engine, 6)))
    return rows


def verdict(view: ChangeView) -> tuple[str, str]:
    """(role, sentence): does the arithmetic give the weight that the engine wrote?"""
    size = number(view.difference, 2)
    if not view.agrees:
        words = translate("terms", "the arithmetic does not give the engine's weight: they differ by {0}")
        return "alert", words.format(size)
    return "healthy", translate("terms", "equal within float32 rounding: they differ by {0}").format(size)
