"""The window's side of a session's walk: it needs no engine, and importing it takes no time."""

from dataclasses import replace

from gui.lab.console.records import WalkPart
from gui.lab.steps import StepView, WalkView


class Mirror:
    """Parts of walks put together again."""

    def __init__(self) -> None:
        self._walk = 0
        self._view: WalkView | None = None
        self._steps: list[StepView] = []

    def view(self, part: WalkPart) -> WalkView | None:
        """The walk as it stands; None where parts are missing."""
        if part.view.graph is not None:
            self._walk, self._view, self._steps = part.walk, part.view, []
        if self._view is None or part.walk != self._walk or part.first != len(self._steps):
            return None
        self._steps.extend(part.new)
        return replace(part.view, graph=self._view.graph, steps=tuple(self._steps[: part.count]))
