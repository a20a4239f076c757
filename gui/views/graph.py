"""The backward graph panel: the real grad_fn nodes of the current loss, and the walk through them."""

from dataclasses import replace

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.bridge.store import Selection, Store
from gui.bridge.walk_commands import WALK_COMMANDS
from gui.lab.snapshot import GraphNode, Snapshot, block_of
from gui.theme import theme
from gui.views.graph_canvas import GraphCanvas
from gui.views.graph_search import NodeSearch
from gui.views.graph_shapes import short_name
from gui.views.step_card import StepCard
from gui.views.step_text import loss_text
from gui.views.walk_marks import marks_of
from gui.views.walk_transport import WalkTransport
from gui.views.widgets import Button, EmptyState, add, column, hairline, label, row, section

CARD, LARGE_CARD = 252, 340  # px at 100 %
WALK = {command.id: command for command in WALK_COMMANDS}


class GraphPanel(QWidget):
    """Heading with the buttons of the walk, canvas, the card of a step, and what to do while there is no graph."""

    def __init__(self, store: Store, large: bool = False) -> None:
        super().__init__()
        self.store, self.walking, self.large = store, store.walking, large
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Backward pass"))
        self.heading = section(self.tr("Backward pass"))
        self.note = label("", "tiny", self.tr("Selected node"))
        self.fit = Button("", "fit", "quiet", self.tr("Fit the graph (Home)"), self.tr("Fit the graph"))
        word = self.tr("Back to the network (G)") if large else self.tr("Enlarge the graph (G)")
        self.enlarge = Button("", "shrink" if large else "enlarge", "quiet", word, word)
        self.canvas = GraphCanvas(wrapping=large)
        self.canvas.setAccessibleName(self.tr("Backward graph"))
        self.canvas.setAccessibleDescription(self.tr("Arrows walk from node to node; plus and minus zoom, Home fits"))
        start = WALK["walk_start"]
        self.nothing = self.tr(
            "No gradient yet. Watch one being made, from the loss back to every weight, node by node."
        )
        self.empty = EmptyState(self.nothing, start.title)
        self.start = Button(start.title, "run", "", start.hint)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.canvas)
        head = row(None, (16, 8, 12, 0), 8)
        self.transport = WalkTransport(store.walking)
        self.search = NodeSearch(self.canvas)
        add(head, self.heading, self.note, self.search, None, self.start, self.transport, self.fit, self.enlarge)
        layout = column(self, spacing=0)
        add(layout, head)
        self.card, self.line = StepCard(store), hairline(vertical=True)
        body = row(None, (0, 4, 0, 0), 0)
        body.addWidget(self.pages, 1)
        add(body, self.line, self.card)
        layout.addLayout(body, 1)
        self.fit.clicked.connect(self.canvas.fit)
        self.canvas.picked.connect(self._pick)
        store.snapshot_changed.connect(self._on_snapshot)
        store.selection_changed.connect(self._on_selection)
        self.search.opened.connect(self.note.setHidden)
        self.canvas.entered.connect(self.walking.run_to)
        self.walking.changed.connect(self._on_walk)
        self.walking.breakpoints_changed.connect(self._on_walk)
        self.walking.arrived.connect(self._on_arrival)
        theme.changed.connect(self._on_theme)
        self._on_theme()
        self._on_snapshot(store.snapshot)
        self._on_selection(store.selection)
        self._on_walk()

    def await_sample(self, coming: bool) -> None:
        """Say that a walk waits for something to walk on."""
        fetching = self.tr("A sample digit is fetched first; the walk begins at its loss.")
        self.empty.text.setText(fetching if coming else self.nothing)
        self.empty.button.setVisible(not coming)
        self.start.setEnabled(not coming)

    @Slot()
    def _on_theme(self) -> None:
        self.card.setFixedWidth(theme.px(LARGE_CARD if self.large else CARD))
        self.canvas.fit()
        self.canvas.select(self.store.selection)

    @Slot()
    def _on_walk(self, *_) -> None:
        """The graph of the walk while there is one, else that of the last training step."""
        view = self.walking.view
        for part in (self.card, self.line, self.transport):
            part.setVisible(view is not None)
        self.start.setVisible(view is None)
        self.canvas.show_marks(marks_of(view, self.walking.breakpoints))
        self._on_snapshot(self.store.snapshot)
        self._say()

    @Slot(object)
    def _on_arrival(self, node: int | None) -> None:
        """The window looks at the node that has just worked."""
        if node is None:
            self.store.select(replace(self.store.selection, node=None))
        elif node in self.canvas.all:
            self._pick(self.canvas.all[node])

    @Slot(object)
    def _on_snapshot(self, snapshot: Snapshot | None) -> None:
        walk = self.walking.view
        graph = walk.graph if walk else snapshot.graph if snapshot else None
        if graph is self.canvas.whole and graph is not None:
            return
        self.pages.setCurrentWidget(self.canvas if graph else self.empty)
        if graph is not None:
            self.canvas.show_graph(graph)
        self._say()

    @Slot(object)
    def _on_selection(self, selection: Selection) -> None:
        self.canvas.select(selection)
        self._say()

    def _say(self) -> None:
        node, graph = self.canvas.selected_node(), self.canvas.whole
        if self.walking.view is not None:
            self.note.setText(loss_text(self.walking.view))
        elif graph is None or self.pages.currentWidget() is self.empty:
            self.note.setText("")
        elif node is None or node.members:
            self.note.setText(self.tr("{0} nodes").format(len(graph.nodes)))
        else:
            place = list(self.canvas.all).index(node.id) + 1
            self.note.setText(self.tr("{0} · node {1} of {2}").format(short_name(node), place, len(graph.nodes)))

    @Slot(object)
    def _pick(self, node: GraphNode) -> None:
        if node.members:
            self.store.select(Selection(block_of(f"{node.name}."), None, None, None))
            return
        if self.walking.view is not None and self.walking.view.of == "snippet":  # its names are not the network's
            self.store.select(Selection(None, None, node.id, None))
            return
        module = block_of(node.parameter or f"{node.module or ''}.") or None
        parameter = node.parameter
        if parameter is None and node.module is not None and self.store.snapshot:
            names = [view.name for view in self.store.snapshot.parameters]
            parameter = f"{node.module}.weight" if f"{node.module}.weight" in names else None
        self.store.select(Selection(module, parameter, node.id, None))


if __name__ == "__main__":
    from gui.views.preview import show

    show(GraphPanel, 800, 220)
