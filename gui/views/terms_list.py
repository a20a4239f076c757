"""Every term of a sum, largest first, and of a patch its factors as pictures: painted, so that 784 cost nothing."""

import numpy as np
from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QToolTip

from gui.lab.findings import TermsView
from gui.theme import signs, theme
from gui.views.terms_text import idle, signed, term_lines
from gui.views.widgets import Canvas

ROW, PATCH = 38, 52  # px at 100 %: a term, a picture of a patch
MOST_PATCHES = 16
WHOLE = ("input", "other", "loss", "logit")  # told by the card's summary alone


class TermsList(Canvas):
    """Pictures (patch × kernel = products, map by map), then the terms."""

    hovered_term = Signal(int)  # -1: none

    def __init__(self) -> None:
        super().__init__()
        self.view: TermsView | None = None
        self.order = np.zeros(0, np.int64)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Terms, largest first"))

    def show_terms(self, view: TermsView | None) -> None:
        self.view = view
        weight = np.zeros(0)
        if view is not None and view.kind not in WHOLE:
            pooled = view.kind == "max_pool" and view.spot.side == "values"
            weight = view.right_values if pooled else np.abs(view.products)
        self.order = np.argsort(-np.nan_to_num(weight, nan=np.inf), kind="stable")
        self.setFixedHeight(self._height())
        self.update()

    # ---- geometry

    @property
    def patches(self) -> int:
        """How many maps are shown as pictures."""
        view = self.view
        if view is None or not view.left or len(view.patch) != 3 or view.patch[1] * view.patch[2] < 2:
            return 0
        return view.patch[0] if view.patch[0] <= MOST_PATCHES else 0

    def _pictures(self) -> float:
        return (self.patches * theme.px(PATCH + 8) + theme.px(28)) if self.patches else 0.0

    def _height(self) -> int:
        return round(self._pictures() + (len(self.order) * theme.px(ROW) + theme.px(24) if len(self.order) else 0)) + 2

    def sizeHint(self) -> QSize:
        return QSize(theme.px(320), self._height())

    def _term_at(self, y: float) -> int:
        line = int((y - self._pictures() - theme.px(24)) // theme.px(ROW))
        return int(self.order[line]) if 0 <= line < len(self.order) else -1

    # ---- mouse

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hovered_term.emit(self._term_at(event.position().y()))
        if event.position().y() < self._pictures():
            text = self.tr("Left the factor from below, then the weights, then their products; blue − orange +")
            QToolTip.showText(event.globalPosition().toPoint() + QPoint(0, 12), text, self)

    def leaveEvent(self, event) -> None:
        self.hovered_term.emit(-1)

    # ---- painting

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        if self.view is None:
            return
        seen = QRectF(event.rect())
        if self.patches:
            self._paint_pictures(painter, self.view, seen)
        if len(self.order):
            self._paint_terms(painter, self.view, seen)

    def _heading(self, painter: QPainter, y: float, text: str) -> None:
        painter.setFont(theme.font(11, 600))
        painter.setPen(theme.color("secondary"))
        painter.drawText(QRectF(0, y, self.width(), theme.px(18)), Qt.AlignmentFlag.AlignLeft, text)

    def _paint_pictures(self, painter: QPainter, view: TermsView, seen: QRectF) -> None:
        maps, rows, columns = view.patch
        shape = (maps, rows * columns)
        left = np.broadcast_to(view.left_values, view.products.shape)
        factors = [values.reshape(shape) for values in (view.right_values, left, view.products)]
        limits = [signs.limit_of(values) for values in factors]
        gradient = view.spot.side == "gradients"
        words = (
            self.tr("{0} × weights = products") if view.spot.parameter is None else self.tr("∂{0} × patch = products")
        )
        name = f"∂{view.right}" if gradient and view.spot.parameter is None else view.right
        self._heading(painter, 0, words.format(name))
        size, gap, top = theme.px(PATCH), theme.px(20), theme.px(24)
        for channel in range(maps):
            y = top + channel * theme.px(PATCH + 8)
            if not QRectF(0, y, self.width(), size).intersects(seen):
                continue
            for number, (values, limit) in enumerate(zip(factors, limits, strict=True)):
                spot = QRectF(number * (size + gap), y, size, size)
                patch = signs.shades(values[channel].reshape(rows, columns), limit, theme.colors)
                painter.drawImage(spot, signs.image(patch))
                painter.setPen(theme.color("line"))
                painter.drawRect(spot)
                painter.setPen(theme.color("secondary"))
                painter.setFont(theme.font(12))
                between = QRectF(spot.right(), y, gap, size)
                painter.drawText(between, Qt.AlignmentFlag.AlignCenter, "×=Σ"[number])
            painter.setFont(theme.font(12, mono=True))
            painter.setPen(theme.color("text"))
            room = QRectF(3 * (size + gap), y, self.width() - 3 * (size + gap), size)
            total = signed(float(factors[2][channel].sum()))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, total)

    def _paint_terms(self, painter: QPainter, view: TermsView, seen: QRectF) -> None:
        top, pitch = self._pictures(), theme.px(ROW)
        words = self.tr("ALL {0} TERMS, LARGEST FIRST") if len(self.order) > 1 else self.tr("THE ONLY TERM")
        if view.kind == "max_pool" and view.spot.side == "values":
            words = self.tr("THE {0} NUMBERS OF THE WINDOW, LARGEST FIRST")
        self._heading(painter, top, words.format(len(self.order)))
        top += theme.px(24)
        limit = signs.limit_of(view.products)
        first = max(0, int((seen.top() - top) // pitch))
        last = min(len(self.order), int((seen.bottom() - top) // pitch) + 1)
        for line in range(first, last):
            self._paint_term(
                painter, view, int(self.order[line]), QRectF(0, top + line * pitch, self.width(), pitch), limit
            )

    def _paint_term(self, painter: QPainter, view: TermsView, term: int, line: QRectF, limit: float) -> None:
        product, counts = float(view.products[term]), view.counts is None or bool(view.counts[term])
        first, second = term_lines(view, term)
        painter.fillRect(QRectF(0, line.bottom() - 1, line.width(), 1), theme.color("line"))
        if limit > 0 and np.isfinite(product):
            share = max(abs(product) / limit * theme.px(72), 1.0 if product else 0.0)
            bar = QRectF(line.right() - share, line.bottom() - theme.px(5), share, theme.px(3))
            painter.fillRect(bar, theme.color("accent" if product > 0 else "negative"))
        upper, lower = line.adjusted(0, theme.px(4), 0, 0), line.adjusted(0, theme.px(19), 0, 0)
        mono, small = theme.font(12, mono=True), theme.font(11)
        painter.setFont(mono)
        painter.setPen(theme.color("text" if counts else "secondary"))
        painter.drawText(upper, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, first)
        result = signed(product) if counts else "0"
        painter.drawText(upper, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, f"= {result}")
        painter.setFont(small)
        painter.setPen(theme.color("secondary"))
        room = line.width() - theme.px(76)
        reason = second if counts else f"{idle(view)} · {second}"
        shown = QFontMetricsF(small).elidedText(reason, Qt.TextElideMode.ElideRight, room)
        painter.drawText(lower, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, shown)
