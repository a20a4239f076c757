"""How a walk shows on the graph: which node works, which have, what flowed along each edge, where to stop."""

from dataclasses import dataclass, field

from gui.lab.steps import WalkView
from gui.views.widgets import number


@dataclass(frozen=True)
class Marks:
    """sent: the size |∇| of the gradient on an edge (source, target), once it has flowed. faded: out of date."""

    current: int | None = None
    done: frozenset[int] = frozenset()
    sent: dict[tuple[int, int], float] = field(default_factory=dict)
    breakpoints: frozenset[int] = frozenset()
    faded: bool = False


def edge_text(size: float) -> str:
    """Two digits in as little room as an edge has.

    >>> edge_text(0.00021), edge_text(0.25), edge_text(0.0)
    ('2.1e-4', '0.25', '0')
    """
    if 0 < size < 1e-3:
        mantissa, exponent = f"{size:.1e}".split("e")
        return f"{mantissa}e{int(exponent)}"
    return number(size, 2)


def marks_of(view: WalkView | None, breakpoints: frozenset[int]) -> Marks | None:
    """None without a walk: the graph is a still picture then."""
    if view is None:
        return None
    sent = {
        (step.node, each.target): each.gradient.summary.norm
        for step in view.steps
        for each in step.sent
        if each.gradient is not None and each.target is not None
    }
    current = view.current.node if view.current is not None and not view.finished and not view.over else None
    return Marks(current, frozenset(step.node for step in view.steps), sent, breakpoints, bool(view.over))
