"""A tensor as coloured cells, each with its number where it fits; filters as tiles; long matrices by their peaks."""

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip

from gui.theme import signs, theme
from gui.views.widgets import Canvas, number

NUMBER_CELL = 38  # px at 100 % from which a number fits
TALLEST = 280
STEPS = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}


class NumberGrid(Canvas):
    """Shows (rows, columns) numbers, or (tiles, rows, columns). A click on a tile or a cell says which; arrows walk."""

    tile_picked = Signal(int)
    cell_picked = Signal(object)  # (tile, row, column)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.maps = np.zeros((0, 0, 0), np.float32)
        self.limit = 0.0
        self.factor = 1.0
        self.chosen: int | None = None
        self.cursor_cell: tuple[int, int, int] | None = None
        self._signature: tuple = ()

    def show_numbers(self, maps: np.ndarray, limit: float, factor: float = 1.0, chosen: int | None = None) -> None:
        """factor: what the numbers are multiplied by before they are written."""
        self.maps = maps if maps.ndim == 3 else maps[None]
        self.limit, self.factor, self.chosen = limit, factor, chosen
        if self.maps.shape != self._signature:
            self._signature = self.maps.shape
            self.cursor_cell = None
            self.updateGeometry()
            self.setFixedHeight(self._height())
        self.update()

    # ---- geometry: cells with numbers, or small cells in tiles

    def _across(self) -> int:
        """Tiles side by side."""
        count, _, columns = self.maps.shape
        if count <= 1:
            return 1
        best = max(1, int((self.width() + theme.px(6)) // (columns * theme.px(7) + theme.px(6))))
        return min(count, best)

    def _cell(self) -> float:
        count, rows, columns = self.maps.shape
        if columns == 0:
            return 1.0
        across = self._across()
        room = (self.width() - (across - 1) * theme.px(6)) / (across * columns)
        if count == 1 and room < theme.px(NUMBER_CELL):
            room = min(room, max(theme.px(TALLEST) / rows, 1.0))
        return float(int(room)) if room >= 1 else room

    def _cell_height(self) -> float:
        cell = self._cell()
        return min(cell, float(theme.px(26))) if self.written else cell

    @property
    def written(self) -> bool:
        """Whether each cell carries its number."""
        return self.maps.shape[0] == 1 and self._cell() >= theme.px(NUMBER_CELL)

    def _height(self) -> int:
        count, rows, _ = self.maps.shape
        if not rows:
            return theme.px(24)
        lines = -(-count // self._across())
        return round(lines * rows * self._cell_height() + (lines - 1) * theme.px(6)) + 4

    def sizeHint(self) -> QSize:
        return QSize(theme.px(240), self._height())

    def resizeEvent(self, event) -> None:
        self.setFixedHeight(self._height())

    def _tile(self, index: int) -> QRectF:
        _, rows, columns = self.maps.shape
        line, column = divmod(index, self._across())
        width, height = columns * self._cell(), rows * self._cell_height()
        return QRectF(column * (width + theme.px(6)) + 2, line * (height + theme.px(6)) + 2, width, height)

    def _hit(self, point) -> tuple[int, int, int] | None:
        for index in range(self.maps.shape[0]):
            rect = self._tile(index)
            if rect.contains(point):
                row = int((point.y() - rect.y()) / self._cell_height())
                column = int((point.x() - rect.x()) / self._cell())
                return index, min(row, self.maps.shape[1] - 1), min(column, self.maps.shape[2] - 1)
        return None

    # ---- mouse

    def mouseMoveEvent(self, event) -> None:
        hit = self._hit(event.position())
        if hit is None:
            return QToolTip.hideText()
        return QToolTip.showText(event.globalPosition().toPoint(), self._told(hit), self)

    def _told(self, hit: tuple[int, int, int]) -> str:
        value = number(float(self.maps[hit]), 5)
        limit = number(self.limit)
        return self.tr("[{0}] = {1}\nlimits −{2} … +{2}").format(", ".join(map(str, hit)), value, limit)

    def mousePressEvent(self, event) -> None:
        hit = self._hit(event.position())
        if hit is not None:
            self.cursor_cell = hit
            self._pick(hit)

    def _pick(self, hit: tuple[int, int, int]) -> None:
        if self.maps.shape[0] > 1:
            self.tile_picked.emit(hit[0])
        self.cell_picked.emit(hit)
        self.update()

    def keyPressEvent(self, event) -> None:
        step = STEPS.get(Qt.Key(event.key()))
        if self.maps.size and step is not None:
            tile, row, column = self.cursor_cell or (self.chosen or 0, 0, 0)
            _, rows, columns = self.maps.shape
            flat = tile * columns + column + step[1]  # sideways from tile to tile
            tile, column = divmod(min(max(flat, 0), len(self.maps) * columns - 1), columns)
            self.cursor_cell = tile, min(max(row + step[0], 0), rows - 1), column
            self.setAccessibleDescription(self._told(self.cursor_cell))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.cursor_cell is not None:
            self._pick(self.cursor_cell)
        else:
            super().keyPressEvent(event)

    # ---- painting

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        if self.maps.size == 0:
            return
        if self.written:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_numbers(painter)
            self._paint_cursor(painter)
            return
        count, rows, columns = self.maps.shape
        image = signs.image(signs.shades(self.maps.reshape(count * rows, columns), self.limit, theme.colors))
        smooth = self._cell() < 1
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        for index in range(count):
            painter.drawImage(self._tile(index), image, QRectF(0, index * rows, columns, rows))
        if self.chosen is not None and self.chosen < count:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRect(self._tile(self.chosen).adjusted(-1, -1, 1, 1))
        self._paint_cursor(painter)

    def _paint_cursor(self, painter: QPainter) -> None:
        """The cell the keyboard is at, or the last that was clicked."""
        if self.cursor_cell is None or not (self.ringed or self.written):
            return
        tile, row, column = self.cursor_cell
        rect, cell, height = self._tile(tile), self._cell(), self._cell_height()
        painter.setPen(QPen(theme.color("text"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(rect.x() + column * cell, rect.y() + row * height, cell - 2, height - 2))

    def _paint_numbers(self, painter: QPainter) -> None:
        cell, height = self._cell(), self._cell_height()
        shades = signs.shades(self.maps[0], self.limit, theme.colors)
        painter.setFont(theme.font(11.5, mono=True))
        for (row, column), value in np.ndenumerate(self.maps[0]):
            spot = QRectF(column * cell + 2, row * height + 2, cell - 2, height - 2)
            color = signs.QColor.fromRgb(int(shades[row, column]))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(spot, 3, 3)
            painter.setPen(signs.text_on(color, theme.colors))
            painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, fixed(float(value) * self.factor))


def fixed(value: float) -> str:
    """A number in at most five signs, always with its sign, so that columns line up."""
    if value != value:
        return "NaN"
    digits = 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0
    text = f"{value:+.{digits}f}" if abs(value) < 99_999 else f"{value:+.0e}"
    return " 0.00" if text in ("-0.00", "+0.00") else text.replace("-", "−")


def peaks(matrix: np.ndarray, width: int) -> tuple[np.ndarray, int]:
    """A matrix no wider than `width`: of each p x p block the number of largest magnitude; and p.

    >>> peaks(np.array([[1, -3, 0, 2], [2, 0, 0, -1]]), 2)
    (array([[-3,  2]]), 2)
    """
    block = -(-matrix.shape[1] // width)
    if block <= 1:
        return matrix, 1
    rows, columns = -(-matrix.shape[0] // block), -(-matrix.shape[1] // block)
    padded = np.zeros((rows * block, columns * block), matrix.dtype)
    padded[: matrix.shape[0], : matrix.shape[1]] = matrix
    blocks = padded.reshape(rows, block, columns, block).transpose(0, 2, 1, 3).reshape(rows, columns, block * block)
    place = np.abs(blocks).argmax(-1)[..., None]
    return np.take_along_axis(blocks, place, -1)[..., 0], block
