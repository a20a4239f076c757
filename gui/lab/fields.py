"""Which cells of one layer meet which cells of the next: rectangles of whole cells, from the geometry alone."""

from dataclasses import dataclass

LOCAL = ("conv", "max_pool")  # kinds of layer whose cells look through a window


@dataclass(frozen=True)
class Window:
    """How a layer looks at the one below it.

    kind: "conv", "max_pool", "linear", "block" for several layers in one, "other", or "input" for the first.
    """

    kind: str
    kernel: tuple[int, int] = (1, 1)
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Field:
    """Cells rows[0] <= y < rows[1], columns[0] <= x < columns[1] of maps maps[0] <= c < maps[1]."""

    maps: tuple[int, int]
    rows: tuple[int, int]
    columns: tuple[int, int]


Shape = tuple[int, ...]


def cell(shape: Shape, index: tuple[int, ...]) -> Field:
    """One cell; a vector's shape (n,) counts its units as maps of a single cell.

    >>> cell((10,), (3,))
    Field(maps=(3, 4), rows=(0, 1), columns=(0, 1))
    """
    channel, row, column = index if len(shape) == 3 else (index[0], 0, 0)
    return Field((channel, channel + 1), (row, row + 1), (column, column + 1))


def whole(shape: Shape) -> Field:
    channels, rows, columns = shape if len(shape) == 3 else (shape[0], 1, 1)
    return Field((0, channels), (0, rows), (0, columns))


def below(window: Window, field: Field, shape: Shape) -> Field | None:
    """What `field` of a layer was computed from in the layer below, of this shape; None where it is not known.

    >>> below(Window("conv", (5, 5)), Field((4, 5), (3, 4), (7, 8)), (6, 14, 14))
    Field(maps=(0, 6), rows=(3, 8), columns=(7, 12))
    """
    everything = whole(shape)
    if window.kind not in LOCAL:
        return everything if window.kind == "linear" else None
    sides = [
        (max(first * stride - padding, 0), min((last - 1) * stride - padding + kernel, size))
        for (first, last), kernel, stride, padding, size in zip(
            (field.rows, field.columns), window.kernel, window.stride, window.padding, shape[1:], strict=True
        )
    ]
    maps = field.maps if window.kind == "max_pool" else everything.maps
    return Field(maps, *(_ordered(side) for side in sides))


def above(window: Window, field: Field, shape: Shape) -> Field | None:
    """Which cells of the next layer, of this shape, `field` flows into; the window is the next layer's.

    >>> above(Window("conv", (5, 5)), Field((2, 3), (6, 7), (0, 1)), (16, 10, 10))
    Field(maps=(0, 16), rows=(2, 7), columns=(0, 1))
    """
    everything = whole(shape)
    if window.kind not in LOCAL:
        return everything if window.kind == "linear" else None
    sides = [
        (max(-(-(first + padding - kernel + 1) // stride), 0), min((last - 1 + padding) // stride + 1, size))
        for (first, last), kernel, stride, padding, size in zip(
            (field.rows, field.columns), window.kernel, window.stride, window.padding, shape[1:], strict=True
        )
    ]
    maps = field.maps if window.kind == "max_pool" else everything.maps
    return Field(maps, *(_ordered(side) for side in sides))


def _ordered(side: tuple[int, int]) -> tuple[int, int]:
    """A side of no cells where the last lies before the first."""
    return side[0], max(side)
