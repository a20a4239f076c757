"""The centre of the lab: the whole network in values, gradients or updates, and the backward graph as a second page."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.bridge.commands import BY_ID
from gui.bridge.store import Selection, Store
from gui.theme import theme
from gui.views.legend import Legend
from gui.views.network_canvas import NetworkCanvas
from gui.views.network_tiles import MODES
from gui.views.widgets import Button, EmptyState, Segments, add, column, label, row


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
        self.what = label("", "caption", self.tr("What the colours show"))
        self.fit = Button("", "fit", "quiet", self.tr("Fit the whole network (Home)"), self.tr("Fit"))
        self.canvas = NetworkCanvas()
        self.canvas.setAccessibleName(self.tr("Network canvas"))
        self.canvas.setAccessibleDescription(
            self.tr("Left and right choose a layer, up and down a map; plus and minus zoom, Home fits")
        )
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
        self.what.setText(self._what())
        self._share_bar()
        self.pages.setCurrentWidget(self.canvas if probe else self.empty)
        if probe is None or not self.isVisible():
            return
        snapshot = self.store.snapshot
        self._updates_of = snapshot.parameters if snapshot else None
        parameters = {view.name: view for view in snapshot.parameters} if snapshot else {}
        self.canvas.show_layers(probe.layers, mode, parameters)
        self._on_selection(self.store.selection)

    def _what(self) -> str:
        if self.store.mode == "values":
            return self.tr("of every layer, for your drawing")
        if self.store.mode == "update":
            return self.tr("of the weights, by the last step")
        target = self.store.probe.target if self.store.probe else "?"
        return self.tr("of the loss, if it were a {0}").format(target)

    def resizeEvent(self, event) -> None:
        self._share_bar()

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
        module = selection.module or (selection.parameter or "").split(".")[0] or None
        self.canvas.highlight(module, selection.channel)

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
