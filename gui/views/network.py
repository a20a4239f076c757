"""The centre of the lab: the whole network in values, gradients or updates, and the backward graph as a second page."""

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.bridge.commands import BY_ID
from gui.bridge.store import Selection, Store
from gui.lab.findings import Spot, TermsView
from gui.lab.snapshot import LayerView, ProbeView, block_of
from gui.theme import theme
from gui.views.legend import Legend
from gui.views.menus import MenuButton
from gui.views.network_canvas import NetworkCanvas
from gui.views.network_hover import cell_of, cells_rect, index_of
from gui.views.network_keys import strongest_cell
from gui.views.network_tiles import MODES, changed_parameter, strongest_change
from gui.views.terms_card import TermsCard
from gui.views.widgets import Button, EmptyState, Segments, add, column, row

CARD, MOST_CARD = 300, 420  # px at 100 %
LEAST_NETWORK = 360  # px at 100 % that a network needs beside the card
SILENT = 1e-4  # a loss below this leaves hardly any gradient to see


def overlap(spot: QRectF, x: float, width: float) -> float:
    """How much of the spot's width a card at x would hide."""
    return max(0.0, min(spot.right(), x + width) - max(spot.left(), x))


class NetworkPanel(QWidget):
    """Mode toggle, legend and canvas."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.setProperty("role", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Network"))
        self.modes = Segments([(m, BY_ID[m].title, BY_ID[m].hint) for m in MODES], self.tr("What the colours show"))
        self.modes.chosen.connect(store.set_mode)
        self.what = MenuButton("", role="quiet", tip=self.tr("Whose layers, and gradients of what (D, L)"))
        self.what.setAccessibleName(self.tr("Whose layers, and gradients of what"))
        self.what.popup.aboutToShow.connect(self._offer_sources)
        self.fit = Button("", "fit", "quiet", self.tr("Fit the whole network (Home)"), self.tr("Fit"))
        self.canvas = NetworkCanvas()
        self.canvas.setAccessibleName(self.tr("Network canvas"))
        self.canvas.setAccessibleDescription(
            self.tr(
                "Arrows choose a layer and a map, with Shift a cell; Enter shows its arithmetic, plus and minus zoom"
            )
        )
        self.card = TermsCard(store, self)
        self.card.closed.connect(self.canvas.setFocus)
        self.canvas.looked.connect(self._look)
        self.canvas.weight_looked.connect(self._look_at_weight)
        self.canvas.left.connect(self.card.close_card)
        self.card.list.hovered_term.connect(self._mark_term)
        store.spot_changed.connect(self._on_spot)
        self.card.changed.connect(self._place_card)
        store.objective_changed.connect(self._refresh)
        store.source_of_layers_changed.connect(self._refresh)
        self.fit.clicked.connect(self.canvas.fit)
        self.empty = EmptyState(
            self.tr("Draw a digit, or pick a sample"), self.tr("Pick a sample"), lambda *_: store.give_sample()
        )
        self.empty.button.set_look("primary")
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.canvas)
        bar = row(None, (20, 12, 16, 4), 12)
        self.legend = Legend()
        add(bar, self.modes, self.what, None, self.legend, self.fit)
        layout = column(self, spacing=0)
        add(layout, bar)
        layout.addWidget(self.pages, 1)
        self.canvas.picked.connect(self._pick)
        store.probe_changed.connect(self._refresh)
        store.mode_changed.connect(self._refresh)
        store.snapshot_changed.connect(self._on_snapshot)
        store.selection_changed.connect(self._on_selection)
        theme.changed.connect(self._refresh)
        self._updates_of: object = None
        self._refresh()

    @Slot(object)
    def _on_snapshot(self, snapshot) -> None:
        if self.store.mode == "update" and snapshot.parameters is not self._updates_of:
            self._refresh()

    @Slot()
    def _refresh(self, *_) -> None:
        probe, mode = self.store.probe, self.store.mode
        self.modes.choose(mode)
        self.what.setText(f"{self._what()} ▾" if mode != "update" else self._what())
        self.what.setEnabled(mode != "update")
        self._share_bar()
        self.pages.setCurrentWidget(self.canvas if probe else self.empty)
        if probe is None or not self.isVisible():
            return
        snapshot = self.store.snapshot
        self._updates_of = snapshot.parameters if snapshot else None
        parameters = {view.name: view for view in snapshot.parameters} if snapshot else {}
        self.canvas.show_layers(self._layers(probe), mode, parameters, probe.of)
        self._on_selection(self.store.selection)

    def _layers(self, probe: ProbeView) -> tuple[LayerView, ...]:
        return probe.batch if self._of_batch() else probe.layers

    def _of_batch(self) -> bool:
        """Whether a batch is asked for, and there has been one."""
        return self.store.source_of_layers == "batch" and self.store.probe is not None and bool(self.store.probe.batch)

    def _offer_sources(self) -> None:
        store = self.store
        choices = [
            (self.tr("For your drawing"), "", lambda: store.set_source("drawing")),
            (self.tr("For the last training batch"), "", lambda: store.set_source("batch")),
        ]
        if store.mode == "gradients" and store.source_of_layers == "drawing":
            choices += [
                ("", "", lambda: None),
                (self.tr("Gradients of the loss"), "", lambda: store.set_objective("loss")),
                (self.tr("Gradients of one logit"), "", lambda: store.set_objective("logit")),
            ]
        self.what.set_choices(choices)

    def _what(self) -> str:
        if self.store.mode != "update" and self.store.source_of_layers == "batch":
            if not self._of_batch():
                return self.tr("no batch yet, so for your drawing: press Step")
            if self.store.mode == "values":
                return self.tr("mean over the last batch")
            return self.tr("of the last batch's loss")
        if self.store.mode == "values":
            return self.tr("of every layer, for your drawing")
        if self.store.mode == "update":
            return self.tr("of the weights, by the last step")
        target = self.store.probe.target if self.store.probe else "?"
        if self.store.of == "logit":
            return self.tr("of the logit of {0}").format(target)
        if self.store.probe and self.store.probe.loss < SILENT:
            return self.tr("of the loss for a {0}: nearly 0, it is sure. Choose another digit").format(target)
        return self.tr("of the loss, if it were a {0}").format(target)

    def resizeEvent(self, event) -> None:
        self._share_bar()
        self._place_card()

    def _share_bar(self) -> None:
        """The words give way before the legend does."""
        fixed = sum(widget.sizeHint().width() for widget in (self.modes, self.fit, self.legend)) + theme.px(84)
        self.legend.setVisible(self.width() >= fixed)
        self.what.setVisible(self.width() >= fixed + self.what.sizeHint().width())

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._refresh()

    @Slot(object)
    def _on_selection(self, selection: Selection) -> None:
        module = selection.module or block_of(selection.parameter or "") or None
        self.canvas.highlight(module, selection.channel)

    # ---- the microscope

    @Slot(int, object)
    def _look(self, layer: int, index: tuple[int, ...]) -> None:
        if self._of_batch():
            self.store.told.emit(self.tr("The microscope looks at one picture: press D for your drawing."))
        elif self.store.mode != "update":
            self.store.look_at(Spot(self.store.mode, layer, None, index))

    @Slot(str, object)
    def _look_at_weight(self, parameter: str, index: tuple[int, ...]) -> None:
        self.store.look_at(Spot("update", None, parameter, index))

    @Slot()
    def toggle_blocks(self) -> None:
        """One block for each layer, and back to every cell."""
        self.canvas.show_blocks(not self.canvas.blocks)

    @Slot()
    def look(self) -> None:
        """Put the cell under the pointer, or the strongest one of what is selected, under the microscope."""
        if self.store.probe is None or not self.canvas.layers:
            return None
        if self.store.mode == "update":
            return self._look_at_strongest_change()
        if self.canvas.blocks:
            self.canvas.show_blocks(False)
        cell = self.canvas.hovered or strongest_cell(self.canvas)
        self.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return self._look(cell[0], index_of(self.canvas, cell))

    def _look_at_strongest_change(self) -> None:
        """The weight that the last step changed most, of the selected parameter or layer, or of the last layer."""
        views, wanted = self.canvas.parameters, self.store.selection.parameter
        if wanted not in views:
            layer = self.canvas.current_layer()
            wanted = changed_parameter(self.canvas.layers[-1 if layer is None else layer], views)
        view = views.get(wanted)
        if view is not None and view.update is not None:
            self._look_at_weight(view.name, strongest_change(view))

    @Slot(int)
    def _mark_term(self, term: int) -> None:
        """Frame the cell that a term of the card was made with."""
        view, spot = self.store.terms, self.store.spot
        if not isinstance(view, TermsView) or spot is None or spot.layer is None or not 0 <= term < len(view.right_at):
            return self.canvas.mark(None)
        other = spot.layer + (1 if spot.side == "gradients" else -1)
        return self.canvas.mark(cell_of(self.canvas, other, tuple(view.right_at[term].tolist())))

    @Slot(object)
    def _on_spot(self, spot: Spot | None) -> None:
        if spot is None or spot.layer is None:
            self.canvas.pin(None)
        else:
            self.canvas.pin(spot.layer, spot.index)

    @Slot()
    def _place_card(self, *_) -> None:
        """Right of values, left of gradients; a network shown whole moves aside, of another the cell stays seen."""
        margin, top = theme.px(12), self.canvas.mapTo(self, QPoint(0, 0)).y()
        width = min(max(theme.px(CARD), round(self.width() * 0.3)), theme.px(MOST_CARD), self.width() - 2 * margin)
        left, right = margin, self.width() - width - margin
        x = left if self.store.mode == "gradients" else right
        canvas, cell = self.canvas, self.canvas.pinned_cell()
        whole = canvas.zoom == 1.0 and not (canvas.wide or canvas.blocks) and self.card.isVisible()
        aside = float(width + margin) if whole and self.width() - width > theme.px(LEAST_NETWORK) else 0.0
        canvas.reserve(*((aside, 0.0) if x == left else (0.0, aside)))
        if cell is not None and not aside:
            place = canvas.placed[cell[0]]
            spot = cells_rect(place, cell[1], QRectF(cell[3], cell[2], 1, 1))
            if canvas.zoom == 1.0:
                spot = place.map_rect(cell[1])
            spot.translate(canvas.origin())
            x = min((x, left + right - x), key=lambda side: overlap(spot, side, width))
        top += theme.px(44)
        room = self.height() - top - margin
        self.card.setGeometry(x, top, width, min(room, self.card.heightForWidth(width)))
        place = self.card.geometry().translated(-self.canvas.mapTo(self, QPoint(0, 0)))
        self.canvas.cover(place if self.card.isVisible() else QRect())

    @Slot(int, int)
    def _pick(self, layer: int, channel: int) -> None:
        module = self.canvas.layers[layer].module
        names = {view.name for view in self.store.snapshot.parameters} if self.store.snapshot else set()
        weight = f"{module}.weight"
        parameter = weight if weight in names else None
        self.store.select(Selection(module or None, parameter, None, channel if channel >= 0 else None))


if __name__ == "__main__":
    from gui.views.preview import show

    show(NetworkPanel, 1000, 600)
