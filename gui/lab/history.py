"""How the histograms of every parameter went over the run: a few rows, thinned as the run grows."""

from collections.abc import Sequence

import numpy as np

from gui.lab.snapshot import History, ParameterView, Summary

MOST_ROWS = 32


class Histories:
    """Rows of histograms by parameter. When there are 32, every other one goes and the distance doubles."""

    def __init__(self) -> None:
        self._steps: list[int] = []
        self._rows: list[list[tuple[Summary, Summary | None]]] = []
        self._distance = 1
        self._made: tuple[History, ...] = ()

    def add(self, step: int, views: Sequence[ParameterView]) -> None:
        if self._steps and step < self._steps[-1] + self._distance:
            return
        self._steps.append(step)
        self._rows.append([(view.value_summary, view.gradient_summary) for view in views])
        if len(self._steps) == MOST_ROWS:
            self._steps, self._rows = self._steps[::2], self._rows[::2]
            self._distance *= 2
        self._made = tuple(self._history(place) for place in range(len(views)))

    def of(self, place: int) -> History | None:
        """The history of the parameter at this place of the views."""
        return self._made[place] if place < len(self._made) else None

    def _history(self, place: int) -> History:
        values = [row[place][0] for row in self._rows]
        known = [(step, row[place][1]) for step, row in zip(self._steps, self._rows, strict=True)]
        gradients = [(step, summary) for step, summary in known if summary is not None]
        return History(
            _rows(self._steps, values), _rows([step for step, _ in gradients], [each for _, each in gradients])
        )


def _rows(steps: Sequence[int], summaries: Sequence[Summary]) -> tuple[tuple[int, np.ndarray, float], ...]:
    pairs = zip(steps, summaries, strict=True)
    return tuple((step, summary.counts, float(summary.edges[-1])) for step, summary in pairs)
