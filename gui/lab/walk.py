"""Walking the backward pass of a real loss: the engine's stepper, and plain records of what it did."""

import copy
from typing import Any

import numpy as np

import nbgrad
from gui.lab import chain
from gui.lab.graph_view import GraphViews
from gui.lab.steps import Arrival, ChainView, Filling, Numbers, Part, Saved, Sent, StepView, TermLine, WalkView
from gui.lab.summary import summarize
from nbgrad.autograd.graph import Contribution, Step, Stepper, terms, to_dot, trace
from nbgrad.nn import functional as F

MOST_LINES = 40


class Walk:
    """The backward pass of one loss, with a copy of the network, so that training is not disturbed.

    pictures: (N, 1, 32, 32). target: the digit of the drawing, or the labels of the batch. zeroed: start with every
    `.grad` None, as after `zero_grad()`; otherwise with what the last training step left there.
    """

    def __init__(self, model: Any, pictures: Any, target: Any, *, zeroed: bool = True, objective: str = "loss") -> None:
        self.model = copy.deepcopy(model)
        for mine, theirs in zip(self.model.parameters(), model.parameters(), strict=True):
            mine.grad = None if zeroed or theirs.grad is None else theirs.grad.detach().clone()
        drawing = isinstance(target, int)
        with nbgrad.enable_grad():
            logits = self.model(pictures)
            self.loss = chain.objective(logits, target, objective) if drawing else F.cross_entropy(logits, target)
        self._of, self._digit = ("drawing", target) if drawing else ("batch", None)
        self.zeroed = zeroed
        graph = trace(self.loss)
        self._ids = {node.node: place for place, node in enumerate(graph.nodes)}
        self.graph = GraphViews().view(graph, self.model)
        self._stepper = Stepper(self.loss)
        self._views: list[StepView] = []
        self._chain: ChainView | None = None

    # ---- moving

    def forward(self) -> None:
        self._stepper.forward()
        self._look_at_newest()

    def back(self) -> None:
        self._stepper.back()
        self._look_at_newest()

    def rewind(self) -> None:
        self._stepper.rewind()
        self._look_at_newest()

    def run(self, stops: frozenset[int] = frozenset()) -> None:
        """On to the next of these nodes, or to the end."""
        self._stepper.run(lambda step: self._ids[step.node] in stops)
        self._look_at_newest()

    def choose(self, step: int, number: int | None = None, place: tuple[int, ...] | None = None) -> None:
        """Show the chain rule for an element of what a step sent; None: where it is largest."""
        self._chain = None
        if step >= self._stepper.position:
            return
        made = self._stepper.steps[step]
        if number is None:
            wanted = [i for i, sent in enumerate(made.sent) if sent is not None]
            onwards = [i for i in wanted if made.node.sources[i].name() != "AccumulateGrad"]  # before a bias
            number = next(iter(onwards or wanted), None)
        if number is not None:
            self._chain = _chain(made, number, place)

    def _look_at_newest(self) -> None:
        for step in self._stepper.steps[len(self._views) :]:
            self._views.append(self._view(step))
        self._chain = None
        if self._stepper.position:
            self.choose(self._stepper.position - 1)

    # ---- showing

    def view(self) -> WalkView:
        steps = tuple(self._views[: self._stepper.position])
        return WalkView(
            graph=self.graph,
            of=self._of,
            digit=self._digit,
            loss=self.loss.item(),
            zeroed=self.zeroed,
            steps=steps,
            finished=len(steps) == len(self.graph.nodes),
            chain=self._chain,
        )

    def dot(self) -> str:
        """The graph in the DOT language, parameters by their names."""
        return to_dot(self.loss, dict(self.model.named_parameters()))

    def _view(self, step: Step) -> StepView:
        node = self._ids[step.node]
        filling = None
        if step.variable is not None:
            before = None if step.before is None else _numbers(step.before)
            name = self.graph.nodes[node].parameter or ""
            filling = Filling(name, before, _numbers(step.arrived[0]), _numbers(step.after))
        return StepView(
            number=step.number,
            node=node,
            name=step.name,
            arrived=tuple(self._arrival(*pair) for pair in zip(step.arrived, step.contributions, strict=True)),
            saved=tuple(_saved(name, value) for name, value in step.saved.items()),
            sent=tuple(self._sent(step, number) for number in range(len(step.sent))),
            filling=filling,
        )

    def _arrival(self, gradient: Any, contributions: tuple[Contribution, ...]) -> Arrival:
        parts = tuple(self._part(contribution) for contribution in contributions)
        if len(parts) == 1 and gradient is not None:
            return Arrival(parts[0].gradient, parts)
        return Arrival(None if gradient is None else _numbers(gradient), parts)

    def _part(self, contribution: Contribution) -> Part:
        if contribution.step is None:
            return Part(None, "", _numbers(contribution.gradient))
        sender = self._views[contribution.step]
        sent = sender.sent[contribution.number].gradient  # copied once
        assert sent is not None
        return Part(sender.node, sender.name, sent)

    def _sent(self, step: Step, number: int) -> Sent:
        target, gradient = step.node.sources[number], step.sent[number]
        if target is None:
            return Sent(number, None, "", None)
        return Sent(number, self._ids[target], target.name(), None if gradient is None else _numbers(gradient))


def _numbers(array: Any) -> Numbers:
    values = np.array(array)
    values.flags.writeable = False
    return Numbers(values, summarize(values))


def _saved(name: str, value: Any) -> Saved:
    if isinstance(value, np.ndarray):
        return Saved(name, _numbers(value))
    return Saved(name, None, str(value))


def _chain(step: Step, number: int, place: tuple[int, ...] | None) -> ChainView:
    sent = step.sent[number]
    if place is None:
        place = tuple(int(i) for i in np.unravel_index(int(np.abs(sent).argmax()), sent.shape))
    found = terms(step, number, place)
    products = np.array([term.product for term in found])
    order = np.argsort(-np.nan_to_num(np.abs(products), nan=np.inf), kind="stable")[:MOST_LINES]
    lines = tuple(TermLine(found[i].output, found[i].place, found[i].gradient, found[i].local) for i in order)
    total, scale = float(products.sum()), float(np.abs(products).sum())
    return ChainView(step.number, number, place, lines, len(found), total, scale, float(sent[place]))
