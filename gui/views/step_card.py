"""The card beside the graph: what a node did in the forward pass, in the backward pass, in the update."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from gui.bridge.store import Store
from gui.bridge.walk_commands import WALK_COMMANDS
from gui.lab.snapshot import GraphNode
from gui.lab.steps import ForwardView, Moment, StepView, UpdateView, WalkView
from gui.theme import theme
from gui.views import step_text
from gui.views.graph_shapes import short_name
from gui.views.step_backward import show_step
from gui.views.step_forward import show_operation
from gui.views.step_parts import Parts
from gui.views.step_picture import StepPicture
from gui.views.step_update import show_update
from gui.views.walk_phases import WalkPhases
from gui.views.widgets import add, column, label, row, scroll, set_role

WALK = {command.id: command for command in WALK_COMMANDS}


class StepCard(QWidget):
    """About the selected node where the walk has passed it, else «not computed yet»."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.walking = store.walking
        self.setAccessibleName(self.tr("What the node does"))
        self.number = label("", "section", self.tr("Place in the walk"))
        self.name = label("", "name", self.tr("Node"), wrap=True)
        self.detail = label("", "caption", self.tr("Node, as PyTorch spells it"), wrap=True)
        self.state = label("", "caption", self.tr("State of the walk"), wrap=True)
        body = column(spacing=4)
        content = QWidget()
        content.setAccessibleName(self.tr("What the node does"))
        layout = column(content, (14, 10, 10, 14), 4)
        add(layout, self.number, self.name, self.detail, self.state)
        layout.addLayout(body)
        layout.addStretch(1)
        self.area = scroll(content, self.tr("What the node does"))
        self.parts = Parts(self.area, body)
        self.phases = WalkPhases(self.walking)
        path = row(None, (8, 8, 4, 4), 0)
        path.addWidget(self.phases)
        outer = column(self, spacing=0)
        add(outer, path, self.area)
        self._shown: tuple = ()
        self.walking.changed.connect(self._refresh)
        store.selection_changed.connect(self._refresh)
        theme.changed.connect(self._repaint)
        self._refresh()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._refresh()

    @Slot()
    def _repaint(self) -> None:
        self._shown = ()
        self._refresh()

    @property
    def pictures(self) -> list[StepPicture]:
        return self.parts.pictures

    # ---- which step

    def subject(self) -> tuple[GraphNode | None, Moment | None]:
        """The selected node; without one, or where it is unknown to the walk, the one that worked last."""
        view = self.walking.view
        if view is None:
            return None, None
        nodes = {node.id: node for node in view.graph.nodes}
        selected = nodes.get(self.walking.selected) if self.walking.selected is not None else None
        if selected is None:
            return (nodes[view.current.node], view.current) if view.current else (None, None)
        return selected, self.walking.moment_of(selected.id)

    @Slot()
    def _refresh(self, *_) -> None:
        view = self.walking.view
        if view is None or not self.isVisible():
            return
        node, made = self.subject()
        chain = view.chain if isinstance(made, StepView) and view.chain and view.chain.step == made.number else None
        weight = view.weight if isinstance(made, UpdateView) and view.weight else None
        weight = weight if weight and isinstance(made, UpdateView) and weight.update == made.number else None
        shown = (node, made, chain, weight, view.phase, view.over, view.ended, len(view.steps), view.zeroed, view.loss)
        if shown == self._shown:
            return
        same = self._shown[:2] == shown[:2]
        self._shown = shown
        self._say_head(view, node, made)
        self.parts.clear()
        if isinstance(made, ForwardView):
            show_operation(self.parts, self.walking, made)
        elif isinstance(made, UpdateView):
            show_update(self.parts, self.walking, made, weight)
        elif made is not None:
            show_step(self.parts, self.walking, made, chain)
        else:
            self._offer(view, node)
        if not same:
            self.area.verticalScrollBar().setValue(0)
        self.setAccessibleDescription(self._spoken(made))

    def _say_head(self, view: WalkView, node: GraphNode | None, made: Moment | None) -> None:
        self.number.setText(step_text.place_in_walk(view, made))
        self.name.setText(short_name(node) if node is not None else view.title or self.tr("The loss"))
        detail = made.optimizer if isinstance(made, UpdateView) else node.name if node is not None else ""
        self.detail.setText(detail or step_text.begin_text(view))
        role, sentence = step_text.state(self.walking)
        if made is None:
            waiting = step_text.waiting(view, node is not None)
            role, sentence = (role, f"{sentence} {waiting}") if view.over else ("caption", waiting)
        set_role(self.state, role)
        self.state.setText(sentence)
        self.state.setVisible(bool(sentence))

    def _offer(self, view: WalkView, node: GraphNode | None) -> None:
        """Where there is nothing yet, the buttons that change it."""
        if view.over or node is None:
            self.parts.button(WALK["walk_forward"], "next", self.walking.forward, "primary")
        if not view.over and node is not None:
            self.parts.button(WALK["walk_to"], "target", self.walking.run_to, "primary")
        deepest = max((each for each in view.graph.nodes if each.parameter), key=lambda each: each.layer, default=None)
        if deepest is not None and deepest.parameter and node is None and view.phase == "loss" and not view.over:
            name = deepest.parameter
            text = self.tr("Run to {0}").format(name)
            self.parts.button(WALK["walk_parameter"], "end", lambda: self.walking.run_to_parameter(name), "", text)
            self.parts.line(self.tr("Or click any node, then Run to the selected node (F8)."), "caption")
        if text := step_text.sure(view):
            self.parts.line(text, "caption")

    def _spoken(self, made: Moment | None) -> str:
        """The node and the lines of the card, for a screen reader."""
        return self.state.text() if made is None else ", ".join([made.name, *self.parts.lines])
