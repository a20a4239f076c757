"""A backward graph copied with everything it kept, so that it can be walked after the original is freed or changed."""

import copy
from typing import Any

from nbgrad.autograd.engine import count_arrivals
from nbgrad.autograd.modes import mode
from nbgrad.autograd.node import AccumulateGrad, Node, gradient_edge
from nbgrad.autograd.record import wrap
from nbgrad.autograd.value import UNCHANGED, Value


class GraphCopy:
    """The graph behind a tensor that requires a gradient, as it is now; its own leaves fill with gradients.

    nodes: the copy of each node. leaves: for each leaf of the original its copy, which shares its numbers and starts
    with a copy of its `.grad`. Raises RuntimeError where `tensor.backward()` would: a graph that was freed, a saved
    tensor that was changed in place.

    >>> import nbgrad as torch
    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> loss = (x * x).sum()
    >>> kept = GraphCopy(loss)
    >>> loss.backward()
    >>> kept.root(loss).backward()
    >>> x.grad, kept.leaves[x].grad
    (tensor([2., 4.]), tensor([2., 4.]))
    """

    def __init__(self, tensor: Value) -> None:
        node, _ = gradient_edge(tensor)
        assert node is not None
        self.nodes: dict[Node, Node] = {}
        self.leaves: dict[Value, Value] = {}
        originals = list(count_arrivals([node]))
        outer, mode.enabled = mode.enabled, False
        try:
            for each in originals:
                each.saved  # noqa: B018 - raises where it was freed or changed
                self.nodes[each] = self._copy(each)
        finally:
            mode.enabled = outer
        self._grads = {leaf: leaf._grad for leaf in self.leaves.values()}
        for copied in self.nodes.values():
            if copied.sources:
                copied.sources = tuple(None if source is None else self.nodes[source] for source in copied.sources)

    @staticmethod
    def size_of(tensor: Value) -> int:
        """Bytes of all numbers that the graph behind a tensor keeps."""
        node, _ = gradient_edge(tensor)
        return sum(_size(value) for each in count_arrivals([node] if node else []) for value in each.saved_values or ())

    def restart(self, zeroed: bool) -> None:
        """Give every leaf the `.grad` it had when the graph was copied, or None."""
        for leaf, gradient in self._grads.items():
            leaf._grad = None if zeroed or gradient is None else wrap(gradient.array.copy())

    def holds(self, tensor: Value) -> bool:
        """Whether the tensor's place in the graph is part of this copy."""
        return tensor._requires_grad and gradient_edge(tensor)[0] in self.nodes

    def root(self, tensor: Value) -> Value:
        """A tensor like this one at its place in the copy; its backward pass walks the copy."""
        node, number = gradient_edge(tensor)
        assert node is not None
        if isinstance(node, AccumulateGrad):
            return self.leaves[node.variable]
        result = wrap(tensor.array)
        result._requires_grad = True
        result.node, result.output_nr = self.nodes[node], number
        return result

    def _copy(self, node: Node) -> Node:
        if isinstance(node, AccumulateGrad):
            leaf = self.leaves[node.variable] = _leaf(node.variable)
            copied: Node = AccumulateGrad(leaf)
            copied.pre_hooks = node.pre_hooks
            leaf.accumulate = lambda: copied  # type: ignore[assignment] - the copy lives as long as its leaf
            return copied
        copied = copy.copy(node)
        copied.saved_values = tuple(_kept(value) for value in node.saved_values or ())
        copied.saved_versions = None
        return copied


def _leaf(variable: Value) -> Value:
    """A leaf with the same numbers and hooks, and a copy of the gradient."""
    leaf = wrap(variable.array)
    leaf._requires_grad = True
    leaf.hooks = variable.hooks
    if variable._grad is not None:
        leaf._grad = wrap(variable._grad.array.copy())
    return leaf


def _kept(value: Any) -> Any:
    if not isinstance(value, Value):
        return value
    result = wrap(value.array.copy())
    result.output_nr, result.version = value.output_nr, UNCHANGED
    return result


def _size(value: Any) -> int:
    return value.array.nbytes if isinstance(value, Value) else 0
