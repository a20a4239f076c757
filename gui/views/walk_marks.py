"""How a walk shows on the graph: which node works, which have, what flowed along each edge, where to stop."""

from dataclasses import dataclass, field

from gui.lab.steps import WalkView
from gui.views.widgets import number


@dataclass(frozen=True)
class Marks:
    """sent: what has flowed along an edge (source, target): the size |∇| of a gradient, in the forward pass that of
    the numbers themselves. faded: out of date.
    """

    current: int | None = None
    done: frozenset[int] = frozenset()
    sent: dict[tuple[int, int], float] = field(default_factory=dict)
    breakpoints: frozenset[int] = frozenset()
    faded: bool = False


def edge_text(size: float) -> str:
    """Two digits in as little room as an edge has.

    >>> edge_text(0.00021), edge_text(0.25), edge_text(0.0), edge_text(187.3)
    ('2.1e-4', '0.25', '0', '187')
    """
    if 100 <= size < 10_000:
        return f"{size:.0f}"
    if 0 < size < 1e-3:
        mantissa, exponent = f"{size:.1e}".split("e")
        return f"{mantissa}e{int(exponent)}"
    return number(size, 2)


def marks_of(view: WalkView | None, breakpoints: frozenset[int]) -> Marks | None:
    """None without a walk: the graph is a still picture then."""
    if view is None:
        return None
    forwards = view.phase == "forward"
    current = view.current.node if view.current is not None and not view.over else None
    if view.phase == "backward" and view.finished:
        current = None
    done = frozenset(made.node for made in (view.forward if forwards else view.steps))
    return Marks(current, done, _values(view) if forwards else _gradients(view), breakpoints, bool(view.over))


def _gradients(view: WalkView) -> dict[tuple[int, int], float]:
    return {
        (step.node, each.target): each.gradient.summary.norm
        for step in view.steps
        for each in step.sent
        if each.gradient is not None and each.target is not None
    }


def _values(view: WalkView) -> dict[tuple[int, int], float]:
    """Along the edge by which the gradient will come back."""
    return {
        (made.node, each.source): each.numbers.summary.norm
        for made in view.forward
        for each in made.operands
        if each.numbers is not None and each.source is not None
    }
