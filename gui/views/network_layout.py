"""Where every map of every layer lies on the network canvas, in whole pixels per cell. Pure geometry, no painting."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

MAPS_PER_COLUMN = 8
MOST_WIDE = 800  # px that all layers may take with a pixel for each cell; a wider network is a plane one walks over
VECTOR_COLUMNS = 4
LONG = 256  # from here on a vector is about twice as high as wide
SINGLE_COLUMN = 12  # a vector this short stands as one column, its indices beside it


@dataclass(frozen=True)
class Grid:
    """How a layer is cut into maps and cells: maps stand in `columns` x `rows`, each of `height` x `width` cells."""

    shape: tuple[int, ...]
    columns: int
    rows: int
    height: int
    width: int

    @property
    def vector(self) -> bool:
        return len(self.shape) == 1

    @property
    def maps(self) -> int:
        return 1 if self.vector else self.shape[0]


def grid_of(shape: tuple[int, ...]) -> Grid:
    """
    >>> grid_of((16, 10, 10))
    Grid(shape=(16, 10, 10), columns=2, rows=8, height=10, width=10)
    >>> grid_of((84,))
    Grid(shape=(84,), columns=1, rows=1, height=21, width=4)
    >>> grid_of((512, 2, 2))
    Grid(shape=(512, 2, 2), columns=23, rows=23, height=2, width=2)
    """
    if len(shape) == 1:
        width = 1 if shape[0] <= SINGLE_COLUMN else VECTOR_COLUMNS
        width = width if shape[0] <= LONG else math.ceil(math.sqrt(shape[0]) / 2)
        return Grid(shape, 1, 1, -(-shape[0] // width), width)
    columns = -(-shape[0] // max(MAPS_PER_COLUMN, math.ceil(math.sqrt(shape[0]))))
    return Grid(shape, columns, -(-shape[0] // columns), *shape[1:])


@dataclass(frozen=True)
class Placed:
    """One layer with its place: `cell` pixels per number, maps a pitch apart, everything from (x, y) on."""

    grid: Grid
    x: float
    y: float
    cell: float
    pitch_x: float
    pitch_y: float
    slot: float  # width of the column, its caption included

    def map_rect(self, channel: int) -> QRectF:
        line, column = divmod(channel, self.grid.columns)
        width, height = self.grid.width * self.cell, self.grid.height * self.cell
        return QRectF(self.x + column * self.pitch_x, self.y + line * self.pitch_y, width, height)

    @property
    def rect(self) -> QRectF:
        return self.map_rect(0).united(self.map_rect(self.grid.columns * self.grid.rows - 1))

    def hit(self, point: QPointF) -> tuple[int, int, int] | None:
        """(map, row, column) of the cell at a point."""
        if not self.rect.contains(point):
            return None
        column, line = int((point.x() - self.x) // self.pitch_x), int((point.y() - self.y) // self.pitch_y)
        channel = line * self.grid.columns + column
        rect = self.map_rect(channel)
        if channel >= self.grid.maps or not rect.contains(point):
            return None
        cell_row, cell_column = int((point.y() - rect.y()) // self.cell), int((point.x() - rect.x()) // self.cell)
        if self.grid.vector and cell_row * self.grid.width + cell_column >= self.grid.shape[0]:
            return None
        return channel, min(cell_row, self.grid.height - 1), min(cell_column, self.grid.width - 1)


def fitting_cells(grids: Sequence[Grid], width: float, height: float, gap: float) -> list[float]:
    """Pixels per cell for each layer so that all columns fit `height`, shrinking the widest until they fit `width`."""
    cells: list[float] = []
    side = height * 0.24
    for grid in grids:
        room = (height - (grid.rows - 1) * gap / 2) / (grid.rows * grid.height)
        for_vector = height * (0.056 if grid.width == 1 else 0.027)
        cells.append(whole(min(room, for_vector if grid.vector else side / grid.height)))
        side = side if grid.vector else min(side, cells[-1] * grid.height)  # deeper maps are never larger
    while sum(map_width(grid, cell, gap) for grid, cell in zip(grids, cells, strict=True)) > width:
        widest = max(range(len(grids)), key=lambda i: map_width(grids[i], cells[i], gap) if cells[i] > 1 else 0)
        if cells[widest] == 1:
            break
        cells[widest] = whole(cells[widest] - 0.1)
    return cells


def is_wide(shapes: Sequence[tuple[int, ...]]) -> bool:
    """Whether the layers are too many or too large to stand side by side, every cell seen.

    >>> is_wide([(1, 32, 32), (6, 28, 28), (16, 10, 10), (84,), (10,)]), is_wide(12 * [(64, 16, 16)])
    (False, True)
    """
    return sum(map_width(grid_of(shape), 1.0, 8.0) for shape in shapes) > MOST_WIDE


def whole(size: float) -> float:
    """The next smaller good size of a cell: whole pixels, halves where a whole one would shrink the picture much.

    >>> whole(7.9), whole(1.96), whole(0.3)
    (7.0, 1.5, 1.0)
    """
    return max(1.0, float(int(size)) if size >= 3 else int(2 * size) / 2)


def map_width(grid: Grid, cell: float, gap: float) -> float:
    return grid.columns * grid.width * cell + (grid.columns - 1) * gap


def arrange(
    shapes: Sequence[tuple[int, ...]], captions: Sequence[float], width: float, height: float, scale: float, zoom: float
) -> list[Placed]:
    """All layers from left to right, from (0, 0). captions: widths of the texts above; zoom 1 fits width x height.

    A wide network fits the height alone.
    """
    grids = [grid_of(shape) for shape in shapes]
    gap = 8 * scale
    least_between = 12 * scale
    if is_wide(shapes):
        width, least_between = math.inf, 48 * scale
    free = width - least_between * (len(grids) - 1)
    cells = fitting_cells(grids, free, height, gap)
    while True:
        slots = [max(map_width(g, c, gap), caption) for g, c, caption in zip(grids, cells, captions, strict=True)]
        widest = max(range(len(grids)), key=lambda i: slots[i] if cells[i] > 1 and slots[i] > captions[i] else 0)
        if sum(slots) <= free or cells[widest] == 1 or slots[widest] <= captions[widest]:
            break
        cells[widest] = whole(cells[widest] - 0.1)
    between = max(least_between, (width - sum(slots)) / max(1, len(grids) - 1))
    between = min(between, 96 * scale)
    x = 0.0 if math.isinf(width) else max(0.0, (width - sum(slots) - between * (len(grids) - 1)) / 2) * zoom
    placed = []
    for grid, cell, slot in zip(grids, cells, slots, strict=True):
        zoomed = cell if zoom == 1 else max(1.0, round(cell * zoom))
        pitch_y = height * zoom / grid.rows if grid.rows > 1 else grid.height * zoomed
        pitch_x = grid.width * zoomed + gap * zoom
        y = (height * zoom - (grid.rows - 1) * pitch_y - grid.height * zoomed) / 2
        wide = max(map_width(grid, zoomed, gap * zoom), slot * zoom)
        placed.append(Placed(grid, round(x), round(y), zoomed, pitch_x, pitch_y, wide))
        x += wide + between * zoom
    return placed
