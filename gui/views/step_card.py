"""The card beside the graph: what came into a node, what it had kept, its local derivative, what it passed on."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.bridge.store import Store
from gui.lab.snapshot import GraphNode
from gui.lab.steps import Arrival, ChainView, Filling, Numbers, Sent, StepView, WalkView
from gui.theme import signs, theme
from gui.views import step_text
from gui.views.graph_shapes import short_name
from gui.views.step_picture import Place, StepPicture
from gui.views.widgets import add, column, label, scroll, section, set_role

PARAMETER = ("AccumulateGrad", "TBackward0")  # what flows in here has a parameter's shape, no batch


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
        self.body = column(spacing=4)
        content = QWidget()
        content.setAccessibleName(self.tr("What the node does"))
        layout = column(content, (14, 10, 10, 14), 4)
        add(layout, self.number, self.name, self.detail, self.state)
        layout.addLayout(self.body)
        layout.addStretch(1)
        self.area = scroll(content, self.tr("What the node does"))
        outer = column(self)
        outer.addWidget(self.area)
        self._shown: tuple = ()
        self.pictures: list[StepPicture] = []
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

    # ---- which step

    def subject(self) -> tuple[GraphNode | None, StepView | None]:
        """The selected node; without one, or where it is unknown to the walk, the one that worked last."""
        view = self.walking.view
        if view is None:
            return None, None
        nodes = {node.id: node for node in view.graph.nodes}
        selected = nodes.get(self.walking.selected) if self.walking.selected is not None else None
        if selected is None:
            return (nodes[view.current.node], view.current) if view.current else (None, None)
        return selected, self.walking.step_of(selected.id)

    @Slot()
    def _refresh(self, *_) -> None:
        view = self.walking.view
        if view is None or not self.isVisible():
            return
        node, step = self.subject()
        chain = view.chain if view.chain is not None and step is not None and view.chain.step == step.number else None
        shown = (node, step, chain, view.over, view.finished, len(view.steps), view.zeroed)
        if shown == self._shown:
            return
        same = self._shown[:2] == shown[:2]
        self._shown = shown
        self._say_head(view, node, step)
        self._clear()
        if step is not None:
            self._fill(step, chain)
        if not same:
            self.area.verticalScrollBar().setValue(0)
        self.setAccessibleDescription(self._spoken(step, chain))

    def _say_head(self, view: WalkView, node: GraphNode | None, step: StepView | None) -> None:
        count = len(view.graph.nodes)
        if step is not None:
            self.number.setText(self.tr("STEP {0} OF {1}").format(step.number + 1, count))
        else:
            self.number.setText(self.tr("{0} OF {1} STEPS DONE").format(len(view.steps), count))
        self.name.setText(short_name(node) if node is not None else self.tr("The loss"))
        self.detail.setText(node.name if node is not None else step_text.loss_text(view))
        role, sentence = step_text.state(self.walking)
        if step is None:
            waiting = self.tr("Not computed yet: press Next node (Ctrl+Right).")
            if node is not None:
                waiting = self.tr("Not computed yet: Run to the selected node (F8) brings the gradient here.")
            role, sentence = (role, f"{sentence} {waiting}") if view.over else ("caption", waiting)
        set_role(self.state, role)
        self.state.setText(sentence)
        self.state.setVisible(bool(sentence))

    def _spoken(self, step: StepView | None, chain: ChainView | None) -> str:
        if step is None:
            return self.state.text()
        arrived = [step_text.figures(each.gradient) for each in step.arrived if each.gradient is not None]
        words = [step.name, self.tr("incoming gradient"), *arrived]
        if chain is not None:
            words += [step_text.place_text(chain.place), step_text.chain_total(chain)]
        return ", ".join(words)

    # ---- its parts

    def _clear(self) -> None:
        _empty(self.body)
        self.pictures = []

    def _head(self, text: str) -> None:
        self.body.addSpacing(theme.px(8))
        self.body.addWidget(section(text))

    def _line(self, text: str, role: str = "mono") -> None:
        self.body.addWidget(label(text, role, wrap=True))

    def _picture(self, name: str, numbers: Numbers, batched: bool, place: Place | None = None) -> StepPicture:
        picture = StepPicture(name)
        picture.setFixedWidth(max(self.area.viewport().width() - theme.px(24), theme.px(150)))
        picture.show_tensor(numbers.values, signs.limit_of(numbers.values), batched, place)
        picture.setAccessibleDescription(step_text.figures(numbers))
        self.body.addWidget(picture)
        if picture.times:
            self._line(self.tr("in the cells: {0}").format(picture.times), "tiny")
        self.pictures.append(picture)
        return picture

    def _fill(self, step: StepView, chain: ChainView | None) -> None:
        if step.filling is not None:
            self._show_filling(step.filling, step.arrived[0])
            return
        for arrival in step.arrived:
            if arrival.gradient is not None:
                self._show_arrival(arrival, arrival.gradient, step.name not in PARAMETER)
        if chain is not None:
            self._show_chain(step, chain)
        for sent in step.sent:
            if sent.gradient is not None:
                self._show_sent(step, sent, chain)
        self._show_saved(step)

    def _show_arrival(self, arrival: Arrival, gradient: Numbers, batched: bool) -> None:
        self._head(self.tr("Incoming gradient"))
        if len(arrival.parts) == 1:
            source = arrival.parts[0]
            came = (
                self.tr("from {0}").format(step_text.short(source.name)) if source.name else self.tr("∂loss/∂loss = 1")
            )
            self._line(came, "caption")
        self._line(step_text.figures(gradient))
        self._picture(self.tr("Incoming gradient"), gradient, batched)
        self._show_meeting(arrival, batched)

    def _show_meeting(self, arrival: Arrival, batched: bool) -> None:
        if len(arrival.parts) < 2:
            return
        self._line(self.tr("Branches meet here, so their gradients add up: old + new = sum"), "caption")
        self._line(step_text.meeting(arrival))
        for part in arrival.parts:
            words = self.tr("from {0}").format(step_text.short(part.name))
            self._line(f"{words} · |∇| {step_text.number(part.gradient.summary.norm)}", "caption")
            self._picture(words, part.gradient, batched)

    def _show_saved(self, step: StepView) -> None:
        kept = [saved for saved in step.saved if saved.numbers is not None]
        if not kept:
            return
        self._head(self.tr("Saved by the forward pass"))
        for saved in kept:
            assert saved.numbers is not None
            self._line(f"{saved.name} · {step_text.saved_figures(saved.numbers)}", "caption")
            self._picture(saved.name, saved.numbers, saved.name not in ("weight", "mat2"))

    def _show_chain(self, step: StepView, chain: ChainView) -> None:
        self._head(self.tr("Chain rule, for one element"))
        if text := step_text.rule(step):
            self._line(self.tr("local derivative ∂out/∂in · {0}").format(text), "caption")
        target = self._target(step.sent[chain.number])
        self._line(f"∂{target}{step_text.place_text(chain.place)} = Σ ∂out × ∂out/∂in")
        for arithmetic, where in step_text.chain_lines(chain):
            self._line(arithmetic)
            self._line(where, "tiny")
        self._line(step_text.chain_total(chain))
        role, sentence = step_text.chain_check(chain)
        self._line(sentence, role)

    def _target(self, sent: Sent) -> str:
        nodes = self.walking.view.graph.nodes if self.walking.view is not None else ()
        if sent.target is None:
            return sent.name
        node = nodes[sent.target]
        return node.parameter or short_name(node)

    def _show_sent(self, step: StepView, sent: Sent, chain: ChainView | None) -> None:
        assert sent.gradient is not None
        self._head(self.tr("Outgoing gradient"))
        self._line(self.tr("to {0}").format(self._target(sent)), "caption")
        self._line(step_text.figures(sent.gradient))
        place = chain.place if chain is not None and chain.number == sent.number else None
        batched = sent.name not in PARAMETER and step.name not in PARAMETER
        picture = self._picture(
            self.tr("Outgoing gradient to {0}").format(self._target(sent)), sent.gradient, batched, place
        )
        picture.setToolTip(self.tr("Click a cell to see its chain rule"))
        picture.chosen_element.connect(lambda where: self.walking.choose(step.number, sent.number, where))

    def _show_filling(self, filling: Filling, arrival: Arrival) -> None:
        self._head(self.tr(".grad before"))
        if filling.before is None:
            self._line(self.tr("None: nothing there yet"), "caption")
        else:
            self._line(step_text.figures(filling.before))
            self._picture(self.tr(".grad before"), filling.before, False)
        self._head(self.tr("What is added"))
        self._line(step_text.figures(filling.added))
        self._picture(self.tr("What is added"), filling.added, False)
        self._show_meeting(arrival, False)
        self._head(self.tr(".grad after"))
        self._line(step_text.adding(filling.before, filling.added, filling.after))
        if filling.before is not None:
            self._picture(self.tr(".grad after"), filling.after, False)
        self._line(step_text.zero_grad_text(filling.before), "caption")


def _empty(layout: QVBoxLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
