"""A tensor of the backward pass as a small picture that fits the card; a click on a cell says which element it is."""

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen

from gui.theme import theme
from gui.views.inspector import gradient_power, superscript
from gui.views.number_grid import NUMBER_CELL, NumberGrid, peaks
from gui.views.subject import WIDEST, rectangle

HIGHEST = 124  # px at 100 %
MOST_TILES = 96

Place = tuple[int, ...]


class StepPicture(NumberGrid):
    """Shows `values`; of a batch one picture. The chosen element is framed."""

    chosen_element = Signal(object)  # its place in the tensor

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.values = np.zeros(0, np.float32)
        self.sample: int | None = None
        self._exact = True  # each cell is one number
        self._fitted: tuple[tuple, int] = ((), 1)
        self.power = 0  # numbers are written times ten to this
        self.cell_picked.connect(self._choose)

    def show_tensor(self, values: np.ndarray, limit: float, batched: bool, place: Place | None = None) -> None:
        """values: any shape; batched: its first axis counts pictures. place: the element to frame."""
        self.values = values
        self.sample = (place[0] if place else 0) if batched and values.ndim >= 2 else None
        part = values if self.sample is None else values[self.sample]
        maps, self._exact = tiles(part)
        self.power = gradient_power(limit)
        self.show_numbers(maps, limit, 10.0**self.power)
        self.cursor_cell = self._cell_of(place) if place is not None and self._exact else None
        self.setFixedHeight(self._height())
        self.update()

    @property
    def times(self) -> str:
        """What the written numbers were multiplied by, "" for nothing."""
        return f"× 10{superscript(self.power)}" if self.written and self.power else ""

    # ---- from cells to elements and back

    def _cell_of(self, place: Place) -> tuple[int, int, int] | None:
        inner = place if self.sample is None else place[1:]
        shape = self.values.shape if self.sample is None else self.values.shape[1:]
        flat = int(np.ravel_multi_index(inner, shape)) if inner else 0
        if flat >= self.maps.size:
            return None
        return tuple(int(i) for i in np.unravel_index(flat, self.maps.shape))  # pyright: ignore[reportReturnType]

    def _choose(self, hit: tuple[int, int, int]) -> None:
        if not self._exact:
            return
        shape = self.values.shape if self.sample is None else self.values.shape[1:]
        flat = int(np.ravel_multi_index(hit, self.maps.shape))
        inner = tuple(int(i) for i in np.unravel_index(flat, shape)) if shape else ()
        self.chosen_element.emit(inner if self.sample is None else (self.sample, *inner))

    # ---- geometry: as large as the width and HIGHEST allow

    def _fitting(self, across: int) -> float:
        count, rows, columns = self.maps.shape
        lines, gap = -(-count // across), theme.px(6)
        wide = (self.width() - 4 - (across - 1) * gap) / (across * max(columns, 1))
        if count == 1 and wide >= theme.px(NUMBER_CELL):
            return wide
        return min(wide, (theme.px(HIGHEST) - (lines - 1) * gap) / (lines * max(rows, 1)))

    def _across(self) -> int:
        key = (self.maps.shape, self.width(), theme.zoom)
        if key != self._fitted[0]:  # asked for each tile that is painted
            self._fitted = key, max(range(1, max(len(self.maps), 1) + 1), key=self._fitting)
        return self._fitted[1]

    def _cell(self) -> float:
        size = min(max(self._fitting(self._across()), 0.2), theme.px(60))
        return float(int(size)) if size >= 2 else size

    def _paint_cursor(self, painter: QPainter) -> None:
        if self.cursor_cell is None:
            return
        tile, row, column = self.cursor_cell
        rect, cell, height = self._tile(tile), self._cell(), self._cell_height()
        frame = QRectF(rect.x() + column * cell, rect.y() + row * height, cell, height)
        painter.setPen(QPen(theme.color("text"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(frame.adjusted(-1.5, -1.5, 1.5, 1.5) if cell < 12 else frame.adjusted(0, 0, -2, -2))


def tiles(part: np.ndarray) -> tuple[np.ndarray, bool]:
    """A tensor as (tiles, rows, columns), and whether each cell is one number of it, all in their order.

    >>> tiles(np.zeros((6, 1, 5, 5)))[0].shape, tiles(np.zeros(10))[0].shape, tiles(np.zeros(()))[0].shape
    ((6, 5, 5), (1, 2, 5), (1, 1, 1))
    """
    if part.ndim < 2:
        return rectangle(part.reshape(-1))[None], True
    if part.ndim == 2:
        shown, block = peaks(part, WIDEST)
        return shown[None], block == 1
    return part.reshape(-1, *part.shape[-2:])[:MOST_TILES], True
