"""The backward passes of a snippet, kept as they went, so that they can be walked once their graphs are freed."""

import ast
import sys
import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from nbgrad.autograd import engine
from nbgrad.autograd.graph import GraphCopy
from nbgrad.autograd.record import wrap

MOST = 3  # passes kept
MOST_BYTES = 32 * 2**20  # of what a graph keeps; a larger one is walked before its `backward()`, or not at all


@dataclass(frozen=True, eq=False)
class Pass:
    """One call of `backward`. title: what it was called on, as the snippet spells it; gradient: what it was given."""

    title: str
    tensor: weakref.ref
    copy: GraphCopy
    root: Any
    gradient: Any | None


class Passes:
    """Keeps the last few; `watched` while a snippet runs."""

    def __init__(self) -> None:
        self._kept: deque[Pass] = deque(maxlen=MOST)
        self.newest: Pass | None = None  # of the snippet at hand

    def __iter__(self) -> Iterator[Pass]:
        """The newest first."""
        return reversed(self._kept)

    def of(self, tensor: Any) -> Pass | None:
        return next((each for each in self if each.tensor() is tensor), None)

    def holding(self, tensor: Any) -> Pass | None:
        """The newest whose graph the tensor is part of."""
        return next((each for each in self if each.copy.holds(tensor)), None)

    def named(self, title: str) -> Pass | None:
        return next((each for each in self if each.title == title), None)

    @contextmanager
    def watched(self, file: str, tree: ast.AST) -> Iterator[None]:
        """Every backward pass is copied before it goes; that leaves it as it is."""
        self.newest = None
        real = engine.backward

        def backward(tensors: Sequence[Any], gradients: Sequence[Any], retain_graph: Any, create_graph: Any) -> None:
            if len(tensors) == 1:
                self._keep(tensors[0], gradients[0], file, tree)
            real(tensors, gradients, retain_graph, create_graph)

        engine.backward = backward
        try:
            yield
        finally:
            engine.backward = real

    def _keep(self, tensor: Any, gradient: Any, file: str, tree: ast.AST) -> None:
        if not tensor._requires_grad or GraphCopy.size_of(tensor) > MOST_BYTES:
            return
        try:
            copied = GraphCopy(tensor)
        except RuntimeError:  # the pass itself will say so
            return
        given = None if gradient is None else wrap(gradient.array.copy())
        self.newest = Pass(_title(file, tree), weakref.ref(tensor), copied, copied.root(tensor), given)
        self._kept.append(self.newest)


def _title(file: str, tree: ast.AST) -> str:
    """What `.backward()` is called on in the line of the snippet that runs now."""
    frame = sys._getframe()
    while frame is not None and frame.f_code.co_filename != file:
        frame = frame.f_back
    if frame is None:
        return "backward()"
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr == "backward" and node.lineno <= frame.f_lineno <= (node.end_lineno or node.lineno):
            return ast.unparse(node.func.value)
    return "backward()"
