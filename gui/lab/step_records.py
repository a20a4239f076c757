"""From what the engine did to the records that the lab shows of it; every number is a copy of the engine's own."""

from collections.abc import Mapping
from typing import Any

import numpy as np

import nbgrad
from gui.lab.device import host, is_array
from gui.lab.steps import (
    Arrival,
    ChainView,
    Filling,
    ForwardView,
    Numbers,
    Operand,
    Part,
    Saved,
    Sent,
    StepView,
    TermLine,
)
from gui.lab.summary import summarize
from nbgrad.autograd.graph import Contribution, Operation, Step, terms

MOST_LINES = 40
RESULTS = ("result", "result1", "result2", "indices")  # what a node may keep of its own outputs


def numbers(array: Any) -> Numbers:
    values = np.array(host(array))
    values.flags.writeable = False
    return Numbers(values, summarize(values))


class Recorder:
    """Makes the records of one graph. ids: of its nodes; names: of the leaves among them, by id."""

    def __init__(self, ids: Mapping[Any, int], names: Mapping[int, str]) -> None:
        self._ids, self._names = ids, names
        self.steps: list[StepView] = []

    # ---- forwards

    def operation(self, made: Operation) -> ForwardView:
        operands = [self._operand(made, edge) for edge in range(len(made.inputs)) if made.inputs[edge] is not None]
        return ForwardView(
            number=made.number,
            node=self._ids[made.node],
            name=made.name,
            operands=(*self._constants(made), *operands),
            outputs=tuple(None if output is None else numbers(output) for output in made.outputs),
            kept=tuple(name for name, value in _saved_of(made.node).items() if value is not None),
        )

    def _operand(self, made: Operation, edge: int) -> Operand:
        source = made.node.sources[edge]
        assert source is not None
        place = self._ids[source]
        return Operand(place, self._names.get(place) or source.name(), numbers(made.inputs[edge]))

    def _constants(self, made: Operation) -> list[Operand]:
        """What needs no gradient, as far as the node has kept it: the picture, the labels."""
        given = [array for array in (*made.inputs, *made.outputs) if array is not None]
        return [
            Operand(None, name, numbers(value))
            for name, value in _saved_of(made.node).items()
            if is_array(value) and name not in RESULTS and not any(_same(value, array) for array in given)
        ]

    # ---- backwards

    def step(self, step: Step) -> StepView:
        node = self._ids[step.node]
        filling = None
        if step.variable is not None:
            before = None if step.before is None else numbers(step.before)
            filling = Filling(self._names.get(node, ""), before, numbers(step.arrived[0]), numbers(step.after))
        made = StepView(
            number=step.number,
            node=node,
            name=step.name,
            arrived=tuple(self._arrival(*pair) for pair in zip(step.arrived, step.contributions, strict=True)),
            saved=tuple(_saved(name, value) for name, value in step.saved.items()),
            sent=tuple(self._sent(step, number) for number in range(len(step.sent))),
            filling=filling,
        )
        self.steps.append(made)
        return made

    def _arrival(self, gradient: Any, contributions: tuple[Contribution, ...]) -> Arrival:
        parts = tuple(self._part(contribution) for contribution in contributions)
        if len(parts) == 1 and gradient is not None:
            return Arrival(parts[0].gradient, parts)
        return Arrival(None if gradient is None else numbers(gradient), parts)

    def _part(self, contribution: Contribution) -> Part:
        if contribution.step is None:
            return Part(None, "", numbers(contribution.gradient))
        sender = self.steps[contribution.step]
        sent = sender.sent[contribution.number].gradient  # copied once
        assert sent is not None
        return Part(sender.node, sender.name, sent)

    def _sent(self, step: Step, number: int) -> Sent:
        target, gradient = step.node.sources[number], step.sent[number]
        if target is None:
            return Sent(number, None, "", None)
        return Sent(number, self._ids[target], target.name(), None if gradient is None else numbers(gradient))


def _saved_of(node: Any) -> dict[str, Any]:
    """What a node keeps, as arrays, by PyTorch's names."""
    with nbgrad.no_grad():
        return node.kept


def _same(these: Any, those: Any) -> bool:
    """The same numbers, if perhaps as a view of another shape."""
    alike = these.size == those.size and these.dtype == those.dtype
    return alike and np.array_equal(host(these).ravel(), host(those).ravel())


def _saved(name: str, value: Any) -> Saved:
    if is_array(value):
        return Saved(name, numbers(value))
    return Saved(name, None, str(value))


def chain_of(step: Step, number: int, place: tuple[int, ...] | None) -> ChainView:
    """The chain rule for an element of what a step sent to its input `number`; None: where it is largest."""
    sent = host(step.sent[number])
    if place is None:
        place = largest(sent)
    found = terms(step, number, place)
    products = np.array([term.product for term in found])
    order = np.argsort(-np.nan_to_num(np.abs(products), nan=np.inf), kind="stable")[:MOST_LINES]
    lines = tuple(TermLine(found[i].output, found[i].place, found[i].gradient, found[i].local) for i in order)
    total, scale = float(products.sum()), float(np.abs(products).sum())
    return ChainView(step.number, number, place, lines, len(found), total, scale, float(sent[place]))


def largest(array: np.ndarray) -> tuple[int, ...]:
    """Where the magnitude is largest."""
    return tuple(int(i) for i in np.unravel_index(int(np.abs(array).argmax()), array.shape))
