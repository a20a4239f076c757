"""The backward graph as a picture in a file: all of it, as large as it is read best."""

from pathlib import Path

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from gui.theme import theme
from gui.views.graph_board import MARGIN
from gui.views.graph_canvas import GraphCanvas

MOST_PIXELS = 16_000  # of a side of a PNG
SHARP = 2


def save_picture(canvas: GraphCanvas, path: Path) -> bool:
    """Write the graph of a canvas that has one, with a walk's marks, as SVG or PNG by the name; False: not written."""
    assert canvas.whole is not None
    whole = GraphCanvas()
    whole.marks, whole.selection = canvas.marks, canvas.selection
    whole.closed, whole.groups = canvas.closed, canvas.groups
    whole.show_graph(canvas.whole)
    bounds, scale = whole.bounds(), theme.zoom
    whole.zoom, whole.offset = 1.0, QPointF(MARGIN, MARGIN) - bounds.topLeft() * scale
    whole.resize(round(bounds.width() * scale) + 2 * MARGIN, round(bounds.height() * scale) + 2 * MARGIN)
    width, height = (round(side * scale) + 2 * MARGIN for side in (bounds.width(), bounds.height()))
    if path.suffix == ".svg":
        generator = QSvgGenerator()
        generator.setFileName(str(path))
        generator.setViewBox(QRect(0, 0, width, height))
        generator.setTitle("nbgrad")
        painter = QPainter()
        if not painter.begin(generator):
            return False
        _paint(whole, painter, width, height)
        return True
    sharp = min(SHARP, MOST_PIXELS / max(width, height))
    image = QImage(round(width * sharp), round(height * sharp), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(sharp, sharp)
    _paint(whole, painter, width, height)
    return image.save(str(path))


def _paint(canvas: GraphCanvas, painter: QPainter, width: int, height: int) -> None:
    painter.fillRect(0, 0, width, height, theme.color("panel"))
    canvas.paint(painter)
    painter.end()
