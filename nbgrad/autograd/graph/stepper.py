"""The backward pass of a real loss, node by node: forwards, back again, and every number on the way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbgrad.autograd import engine
from nbgrad.autograd.modes import mode
from nbgrad.autograd.node import AccumulateGrad, Node
from nbgrad.autograd.record import wrap
from nbgrad.autograd.value import Value
from nbgrad.placement import beside, placed


@dataclass(frozen=True)
class Contribution:
    """One gradient that flowed into a node: from input `number` of step `step` (None: where the pass began)."""

    step: int | None
    number: int
    gradient: Any


@dataclass(frozen=True, eq=False)
class Step:
    """What one node did.

    number: its place in the walk. node: the node itself; name: as PyTorch spells it. arrived: for each of its outputs
    the gradient of the loss, the sum of its contributions (None where none came). contributions: for each output, what
    was summed, in the order it came. saved: what the node had kept, by PyTorch's names. sent: for each input the
    gradient it passes on, in the input's own shape (None where none is needed). variable: the leaf that was filled, its
    `.grad` before and after, for an AccumulateGrad. All gradients are arrays.
    """

    number: int
    node: Node
    name: str
    arrived: tuple[Any, ...]
    contributions: tuple[tuple[Contribution, ...], ...]
    saved: dict[str, Any]
    sent: tuple[Any, ...]
    variable: Value | None = None
    before: Any = None
    after: Any = None


@dataclass(frozen=True)
class Term:
    """One product of the chain rule: the gradient of an output's element, times its local derivative."""

    output: int
    place: tuple[int, ...]
    gradient: float
    local: float

    @property
    def product(self) -> float:
        return self.gradient * self.local


class Stepper:
    """Walks the backward pass of `tensor` node by node; its gradients are those of `tensor.backward()`, bit by bit.

    Stepping fills the leaves' `.grad`, stepping back takes it out again; the graph is kept. gradient: as `backward`
    takes it. Raises RuntimeError where `backward` would.

    >>> import nbgrad as torch
    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> stepper = Stepper((x * x).sum())
    >>> step = stepper.forward()
    >>> step.name, step.sent
    ('SumBackward0', (array([1., 1.], dtype=float32),))
    >>> [stepper.forward().name for _ in range(2)], x.grad
    (['MulBackward0', 'AccumulateGrad'], tensor([2., 4.]))
    >>> stepper.back().name, x.grad
    ('AccumulateGrad', None)
    """

    def __init__(self, tensor: Value, gradient: Value | None = None) -> None:
        roots, starts = engine.roots_of((tensor,), (gradient,), False)
        self._walk = engine.walk(roots, starts, retain_graph=True, create_graph=False, watched=True)
        self._flowing: dict[tuple[Node, int], list[Contribution]] = {}
        for (node, number), start in zip(roots, starts, strict=True):
            if node is not None:
                self._flowing.setdefault((node, number), []).append(Contribution(None, 0, start))
        self._unfilled = {
            node for node in engine.count_arrivals(n for n, _ in roots if n) if isinstance(node, AccumulateGrad)
        }
        self._grads: dict[int, tuple[Value | None, Value]] = {}  # of a leaf's step: the tensors `.grad` was and became
        self.steps: list[Step] = []
        self.position = 0

    def forward(self) -> Step | None:
        """Let the next node work, or again after going back; None at the end."""
        if self.position == len(self.steps):
            made = self._make()
            if made is None:
                return None
            self.steps.append(made)
        else:
            self._set_grad(self.steps[self.position], after=True)
        self.position += 1
        return self.steps[self.position - 1]

    def back(self) -> Step | None:
        """Undo the last step and give it; None at the beginning."""
        if self.position == 0:
            return None
        self.position -= 1
        self._set_grad(self.steps[self.position], after=False)
        return self.steps[self.position]

    def run(self, until: Callable[[Step], bool] | None = None) -> Step | None:
        """Step until the condition holds for a step, or to the end; gives the last step made, None for none."""
        last = None
        while (step := self.forward()) is not None:
            last = step
            if until is not None and until(step):
                break
        return last

    def rewind(self) -> None:
        """Back to the beginning: every `.grad` is what it was."""
        while self.back() is not None:
            pass

    def _make(self) -> Step | None:
        grads = {leaf: (leaf.variable._grad, _array(leaf.variable._grad)) for leaf in self._unfilled}
        outer, mode.enabled = mode.enabled, False
        try:
            visited = next(self._walk, None)
            if visited is None:
                return None
            node, arrived, results = visited
            number = len(self.steps)
            gradients = (arrived,) if node.output_count == 1 else tuple(arrived)
            came = tuple(tuple(self._flowing.pop((node, i), ())) for i in range(node.output_count))
            if isinstance(node, AccumulateGrad):
                self._unfilled.discard(node)
                tensor, before = grads[node]
                self._grads[number] = tensor, node.variable._grad
                after = _array(node.variable._grad)
                return Step(number, node, node.name(), gradients, came, {}, (), node.variable, before, after)
            saved = node.kept
            return Step(number, node, node.name(), gradients, came, saved, self._send(node, number, results))
        finally:
            mode.enabled = outer

    def _send(self, node: Node, number: int, results: tuple) -> tuple[Any, ...]:
        sent: list[Any] = [None] * len(node.sources)
        for i, (source, gradient) in enumerate(zip(node.sources, results, strict=False)):
            if source is not None and gradient is not None:
                sent[i] = engine.fit(gradient, node.shapes[i], node.dtypes[i])
                contribution = Contribution(number, i, sent[i])
                self._flowing.setdefault((source, node.source_outputs[i]), []).append(contribution)
        return tuple(sent)

    def _set_grad(self, step: Step, after: bool) -> None:
        if step.variable is not None:
            tensor = self._grads[step.number][after]
            if tensor is not None:
                tensor.array = step.after if after else step.before
            step.variable._grad = tensor


def _array(tensor: Value | None) -> Any:
    return None if tensor is None else tensor.array


def terms(step: Step, number: int, place: tuple[int, ...]) -> tuple[Term, ...]:
    """The products whose sum is `step.sent[number][place]`: grad_in = Σ grad_out · ∂out/∂in, over all elements of out.

    The local derivatives come from the node's own backward, differentiated once more: it is linear in the gradients
    that arrive. Terms whose local derivative is 0 are left out.

    >>> import nbgrad as torch
    >>> x = torch.tensor([3.0, 2.0], requires_grad=True)
    >>> stepper = Stepper((x * x).sum())
    >>> step = stepper.run(lambda step: step.name == "MulBackward0")
    >>> terms(step, 0, (1,))
    (Term(output=0, place=(1,), gradient=1.0, local=2.0),)
    """
    outputs = [None if g is None else wrap(g) for g in step.arrived]
    given = [output for output in outputs if output is not None]
    chosen = np.zeros(step.node.shapes[number], step.node.dtypes[number])
    chosen[place] = 1
    chosen = beside(chosen, step.sent[number])
    outer, mode.enabled = mode.enabled, True
    try:
        for output in given:
            output._requires_grad = True
        results = step.node.backward(*outputs)
        result = (results if isinstance(results, tuple) else (results,))[number]
        result = engine.fit(result, step.node.shapes[number], step.node.dtypes[number])
        if not result._requires_grad:
            return ()
        locals_ = engine.grad([result], given, [wrap(chosen)], None, False, True)
    finally:
        mode.enabled = outer
    found = []
    for output, local in zip(given, locals_, strict=True):
        if local is not None:
            which = next(i for i, other in enumerate(outputs) if other is output)
            flowing, rate = placed(output.array, "cpu"), placed(local.array, "cpu")
            places = map(tuple, np.argwhere(rate).tolist())
            found += [Term(which, at, float(flowing[at]), float(rate[at])) for at in places]
    return tuple(found)
