"""The forward pass of a real loss, operation by operation: what each took, and what it made of it."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nbgrad.autograd import record
from nbgrad.autograd.graph.records import trace
from nbgrad.autograd.node import AccumulateGrad, Node
from nbgrad.autograd.value import Value


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation that the graph remembers.

    number: its place in the forward pass. node: the backward node it left behind; name: as PyTorch spells that. inputs:
    for each of the node's edges the number that came in there, None where no gradient flows. outputs: the results,
    None where it was not seen (a view whose memory was written anew). Arrays of that moment, all of them.
    """

    number: int
    node: Node
    name: str
    inputs: tuple[Any, ...]
    outputs: tuple[Any, ...]


class Recording:
    """While it lasts, keeps a copy of every result that this thread's operations make.

    Nothing is slower outside of it. In-place changes do not reach the copies.

    >>> import nbgrad as torch
    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> with Recording() as recording:
    ...     loss = (x * x).sum()
    >>> [(operation.name, operation.outputs) for operation in recording.operations(loss)]
    [('MulBackward0', (array([1., 4.], dtype=float32),)), ('SumBackward0', (array(5., dtype=float32),))]
    """

    def __init__(self) -> None:
        self._results: dict[tuple[Node, int], Any] = {}
        self._newest: list[Value] = []  # made, but not yet tied to their nodes
        self._thread = 0

    def __enter__(self) -> "Recording":
        self._thread, self._outer = threading.get_ident(), record.wrapper()
        record.register_tensor(self._wrap)
        return self

    def __exit__(self, *exception: object) -> None:
        record.register_tensor(self._outer)
        self._settle()

    def _wrap(self, array: Any) -> Value:
        made = self._outer(array)
        if threading.get_ident() == self._thread:
            if any(value.node is not None for value in self._newest):
                self._settle()
            self._newest.append(made)
        return made

    def _settle(self) -> None:
        """Keep what was made last: the operation is over, and nobody has changed it yet."""
        for value in self._newest:
            if value.node is not None:
                self._results[value.node, value.output_nr] = value.array.copy()
        self._newest.clear()

    def operations(self, tensor: Value) -> tuple[Operation, ...]:
        """Those that lead to `tensor`, in the order in which they ran."""
        nodes = [each.node for each in trace(tensor).nodes if not isinstance(each.node, AccumulateGrad)]
        nodes.sort(key=lambda node: node.sequence)
        return tuple(
            Operation(
                number,
                node,
                node.name(),
                tuple(self._inputs(node)),
                tuple(self._result(node, output) for output in range(node.output_count)),
            )
            for number, node in enumerate(nodes)
        )

    def _inputs(self, node: Node) -> Iterator[Any]:
        for source, output in node.next_functions:
            if isinstance(source, AccumulateGrad):
                yield source.variable.array
            else:
                yield None if source is None else self._result(source, output)

    def _result(self, node: Node, output: int) -> Any:
        """A linear layer leaves a node for the transposed weight, but reads the weight itself."""
        found = self._results.get((node, output))
        if found is None and node.name() == "TBackward0":
            given = next(self._inputs(node))
            return None if given is None else given.T
        return found
