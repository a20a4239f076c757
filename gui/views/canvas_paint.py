"""How the drawing canvas looks: ink on paper, the pen of the keyboard, and what speaks for the digit, laid on top."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from gui.lab.drawing import Stroke, smooth
from gui.lab.snapshot import AttributionView
from gui.theme import signs
from gui.theme.tokens import DARK, INK, INK_PAPER

INK_BELOW = 0.45  # how bright the ink stays under an attribution


def paint_stroke(painter: QPainter, sheet: QRectF, stroke: Stroke) -> None:
    """The same curve that preprocessing reads, round at its ends; an eraser's stroke is paper again."""
    points = smooth(np.array(stroke.points, np.float64).reshape(-1, 2)) * sheet.width() + (sheet.x(), sheet.y())
    pen = QPen(QColor(INK_PAPER if stroke.erases else INK), stroke.width * sheet.width())
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    if len(points) == 1:
        painter.drawPoint(QPointF(*points[0]))
    else:
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points.tolist()]))


def attribution_image(view: AttributionView) -> QImage:
    """Orange where a pixel speaks for the digit, blue where against it, clear where it says nothing.

    The paper is black in both themes, so the colours are the dark theme's.
    """
    limit = signs.limit_of(view.map)
    amount = np.zeros(view.map.shape) if limit == 0 else np.clip(np.abs(view.map) / limit, 0, 1) ** signs.POWER
    ends = np.where(view.map[..., None] < 0, signs.rgb(DARK.negative), signs.rgb(DARK.accent))
    alpha = np.rint(235 * amount)
    red, green, blue = np.rint(ends * (alpha / 255)[..., None]).astype(np.uint32).transpose(2, 0, 1)
    pixels = np.ascontiguousarray((alpha.astype(np.uint32) << 24) | (red << 16) | (green << 8) | blue)
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()


def paint_attribution(painter: QPainter, sheet: QRectF, image: QImage, window: tuple[float, float, float]) -> None:
    """Dim the ink, then lay each pixel of the network's input on the part of the sheet it came from."""
    painter.fillRect(sheet, QColor(0, 0, 0, round(255 * (1 - INK_BELOW))))
    left, top, side = (part * sheet.width() for part in window)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF(sheet.x() + left, sheet.y() + top, side, side), image)


def paint_hint(painter: QPainter, sheet: QRectF, text: str) -> None:
    painter.setPen(QColor("#9aa1b0"))  # on the black paper of both themes
    inner = sheet.adjusted(16, 16, -16, -16)
    painter.drawText(inner, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)


def paint_pen(painter: QPainter, sheet: QRectF, place: tuple[float, float], width: float) -> None:
    """Where the keyboard's pen is, and how much it covers."""
    radius = width * sheet.width() / 2
    painter.setPen(QPen(QColor(DARK.accent), 1.5))
    painter.drawEllipse(QPointF(*place) * sheet.width() + sheet.topLeft(), radius, radius)
