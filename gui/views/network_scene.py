"""What the painters of the network canvas may ask of it."""

from typing import Protocol

from PySide6.QtCore import QPointF, QRect

from gui.lab.snapshot import LayerView, ParameterView
from gui.views.network_layout import Placed
from gui.views.network_tiles import Tiles


class Scene(Protocol):
    """Layers with their pictures and places, what is selected, and how far one has zoomed."""

    layers: tuple[LayerView, ...]
    tiles: list[Tiles]
    weights: dict[str, int]
    changes: dict[str, float]
    parameters: dict[str, ParameterView]
    wide: bool
    placed: list[Placed]
    zoom: float
    module: str | None
    channel: int | None
    mode: str
    of: str

    def rect(self) -> QRect: ...

    def width(self) -> int: ...

    def height(self) -> int: ...

    def origin(self) -> QPointF: ...

    def caption(self, layer: LayerView) -> tuple[str, str]: ...

    def caption_width(self, layer: LayerView) -> float: ...
