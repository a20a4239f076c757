"""The backward pass: gradients walk the graph from the roots to the leaves, each node once, without recursion."""

import heapq
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from sys import getrefcount
from typing import Any

from nbgrad.autograd.modes import anomaly, mode
from nbgrad.autograd.node import Edge, Node, Pending, gradient_edge
from nbgrad.autograd.record import BACKENDS, wrap
from nbgrad.autograd.value import Value, mark_changed
from nbgrad.device import is_exclusive
from nbgrad.strided import DeviceArray


def _own_references() -> int:
    """The references to a gradient that `walk`, `_fill_leaf` and the count make; Pythons differ in it."""

    def fill_leaf(_variable: Any, gradient: Any, _captured: Any) -> int:
        return getrefcount(gradient)

    results = (object(),)
    gradient = results[0]
    _array = gradient
    return fill_leaf(None, gradient, None)


OWN_REFERENCES = _own_references()


class Sums:
    """The ops that join gradients; `nbgrad.ops` fills them in."""

    add: Callable[[Any, Any], Any]
    sum_to: Callable[[Any, tuple[int, ...]], Any]
    cast: Callable[[Any, Any], Any]


def count_arrivals(roots: Iterable[Node]) -> dict[Node, int]:
    """For every node that the roots reach: how many gradients it waits for."""
    arrivals = dict.fromkeys(roots, 0)
    stack = list(arrivals)
    while stack:
        for node in stack.pop().sources:
            if node in arrivals:
                arrivals[node] += 1
            elif node is not None:
                arrivals[node] = 1
                stack.append(node)
    return arrivals


def leading_to(targets: set[Node], roots: Iterable[Node]) -> set[Node]:
    """The nodes on a path from the roots to one of the targets."""
    users: dict[Node, list[Node]] = {}
    for node in count_arrivals(roots):
        for following in node.sources:
            if following is not None:
                users.setdefault(following, []).append(node)
    found, stack = set(targets), list(targets)
    while stack:
        for user in users.get(stack.pop(), ()):
            if user not in found:
                found.add(user)
                stack.append(user)
    return found


def run(
    roots: Sequence[Edge], gradients: Sequence[Any], retain_graph: bool, create_graph: bool,
    captured: dict[Edge, Any] | None = None,
) -> None:  # fmt: skip
    """Send `gradients` into `roots` and on to the leaves, recording only where `create_graph` is on."""
    outer, mode.enabled = mode.enabled, create_graph
    try:
        for _ in walk(roots, gradients, retain_graph, create_graph, captured):
            pass
    finally:
        mode.enabled = outer


def walk(
    roots: Sequence[Edge], gradients: Sequence[Any], retain_graph: bool, create_graph: bool,
    captured: dict[Edge, Any] | None = None, watched: bool = False,
) -> Iterator[tuple[Node, Any, Any]]:  # fmt: skip
    """The backward pass from `roots` to the leaves.

    Arrays flow where `create_graph` is off, recorded tensors where it is on. captured: instead of adding to the
    leaves' `.grad`, fill in the gradient that reaches each of these edges. watched: pause after each node and give it
    with what arrived (a gradient, or a list for several outputs) and the gradients of its inputs (None for a leaf,
    which has just been filled).
    """
    arrivals = count_arrivals([node for node, _ in roots if node is not None])
    wanted = None if captured is None else leading_to({node for node, _ in captured if node}, arrivals)
    buffers: dict[Node, Any] = {}  # what has arrived: the gradient of a node's one output, or a list for several
    for (node, number), gradient in zip(roots, gradients, strict=True):
        if node is not None:
            _arrive(buffers, node, number, gradient)
    ready = [(-node.sequence, node) for node in buffers if arrivals[node] == 0]
    heapq.heapify(ready)
    node = heapq.heappop(ready)[1] if ready else None
    arrived = buffers.pop(node) if node is not None else None
    looked_at = watched or captured is not None or anomaly.looked_for
    while node is not None:
        sources = node.sources
        results: Any = None
        if arrived is not None:
            if captured is not None or node.pre_hooks is not None:
                arrived = _show(node, arrived, captured)
            if not sources:  # a leaf that is a root; others are filled once their last gradient is there
                _fill_leaf(node, arrived, captured)
                if watched:
                    yield node, arrived, None
            elif wanted is None or node in wanted:
                results = node.backward(arrived) if node.output_count == 1 else node.backward(*arrived)
                if type(results) is not tuple:
                    if type(results) is Pending and (looked_at or not _finishes(sources[0], arrivals, buffers)):
                        results = results.finish()
                    results = (results,)
                if not retain_graph and node.saved_values:
                    node.release()
                if looked_at:
                    if anomaly.looked_for:
                        _look_for_nan(node, results)
                    if watched:
                        yield node, arrived, results
                    if wanted is not None:
                        results = [g if source in wanted else None for g, source in zip(results, sources, strict=False)]
        if results is None:
            results = (None,) * len(sources)
        upcoming = arrived = None  # the one node that waits next, without a turn in the queue, and its gradient
        shapes, dtypes = node.shapes, node.dtypes
        for i, following in enumerate(sources):
            if following is None:
                continue
            gradient = results[i]
            if gradient is not None:
                array = gradient.array if create_graph else gradient
                if array.shape != shapes[i] or array.dtype is not dtypes[i]:
                    gradient = array = fit(gradient, shapes[i], dtypes[i])
            if arrivals[following] > 1:
                arrivals[following] -= 1
                _arrive(buffers, following, node.source_outputs[i], gradient)
            elif not following.sources:  # a leaf
                if following in buffers:
                    _arrive(buffers, following, 0, gradient)
                    gradient = buffers.pop(following)
                if gradient is not None:
                    _fill_leaf(following, gradient, captured)
                    if watched:
                        yield following, gradient, None
            else:
                if following.output_count > 1 or following in buffers:
                    _arrive(buffers, following, node.source_outputs[i], gradient)
                    gradient = buffers.pop(following, None)
                if upcoming is None:
                    upcoming, arrived = following, gradient
                else:
                    if following.sequence > upcoming.sequence:
                        following, upcoming, gradient, arrived = upcoming, following, arrived, gradient
                    buffers[following] = gradient
                    heapq.heappush(ready, (-following.sequence, following))
        results = gradient = array = None  # what has flowed on is not kept
        if ready and (upcoming is None or ready[0][0] < -upcoming.sequence):
            if upcoming is None:
                node = heapq.heappop(ready)[1]
            else:
                buffers[upcoming] = arrived
                node = heapq.heapreplace(ready, (-upcoming.sequence, upcoming))[1]
            arrived = buffers.pop(node, None)
        else:
            node = upcoming


def _finishes(node: Node | None, arrivals: dict[Node, int], buffers: dict[Node, Any]) -> bool:
    """Whether a `Pending` gradient may go into this node: its formula takes one, and nobody sees or adds to it."""
    if node is None or not node.takes_pending or node.pre_hooks is not None:
        return False
    return arrivals[node] == 1 and node not in buffers


def _arrive(buffers: dict[Node, Any], node: Node, number: int, gradient: Any) -> None:
    """Add a gradient to those that wait for a node's turn."""
    if gradient is None:
        return
    held = buffers.get(node)
    if node.output_count == 1:
        buffers[node] = gradient if held is None else Sums.add(held, gradient)
    elif held is None:
        buffers[node] = [None] * node.output_count
        buffers[node][number] = gradient
    else:
        held[number] = gradient if held[number] is None else Sums.add(held[number], gradient)


def _look_for_nan(node: Node, results: tuple) -> None:
    for number, gradient in enumerate(results):
        array = gradient.array if isinstance(gradient, Value) else gradient
        if array is None or array.size == 0:
            continue
        total = BACKENDS[type(array)].sum(array, tuple(range(array.ndim)), False)
        if total != total:
            if node.made_at is not None:
                warnings.warn(
                    f"Error detected in {node.name()}. Traceback of forward call that caused the error:\n"
                    f"{node.made_at}",
                    stacklevel=2,
                )
            raise RuntimeError(f"Function '{node.name()}' returned nan values in its {number}th output.")


def fit(gradient: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """The gradient in the input's own shape and dtype: what broadcasting repeated is summed."""
    array = gradient.array if isinstance(gradient, Value) else gradient
    if array.shape != shape:
        gradient = Sums.sum_to(gradient, shape)
    return gradient if array.dtype == dtype else Sums.cast(gradient, dtype)


def _show(node: Node, arrived: Any, captured: dict[Edge, Any] | None) -> Any:
    """Let hooks see, and replace, the gradients that have arrived; keep those that were asked for."""
    gradients = [arrived] if node.output_count == 1 else arrived
    for number, hook in node.pre_hooks or ():
        gradients[number] = _hooked(hook, gradients[number])
    if captured is not None:
        for number, gradient in enumerate(gradients):
            if gradient is not None and (node, number) in captured:
                captured[node, number] = gradient
    return gradients[0] if node.output_count == 1 else gradients


def _hooked(hook: Callable[[Any], Any], gradient: Any) -> Any:
    """The gradient, or what the hook gives in its place."""
    if gradient is None:
        return None
    replaced = hook(gradient if isinstance(gradient, Value) else wrap(gradient))
    if replaced is None:
        return gradient
    return replaced if isinstance(gradient, Value) else replaced.array


def _fill_leaf(leaf: Any, gradient: Any, captured: dict[Edge, Any] | None) -> None:
    """Add the gradient to the leaf's `.grad`, or keep it where it was asked for; hooks before and after.

    The first gradient becomes `.grad` itself where nobody else holds its memory.
    """
    variable, known = leaf.variable, OWN_REFERENCES
    if type(gradient) is DeviceArray and type(variable.array) is not DeviceArray:
        gradient = gradient.get()  # of a number of the host that met tensors of the GPU
    hooks = variable.hooks
    if hooks is not None:
        for hook in hooks.before:
            gradient, known = _hooked(hook, gradient), 0  # which may keep what it saw or gave
    if captured is not None:
        if (leaf, 0) in captured:
            captured[leaf, 0] = gradient
        return
    held = variable._grad
    if isinstance(gradient, Value):  # a recorded gradient: the sum is recorded too
        variable._grad = gradient if held is None else Sums.add(held, gradient)
    elif held is None:
        alone = getrefcount(gradient) <= known and is_exclusive(gradient) and gradient.flags.c_contiguous
        variable._grad = wrap(gradient if alone else BACKENDS[type(gradient)].contiguous(gradient))
    else:
        held.array = BACKENDS[type(gradient)].add(held.array, gradient)
        mark_changed(held)
    if hooks is not None:
        for hook in hooks.after:
            hook(variable)


def backward(tensors: Sequence[Value], gradients: Sequence[Any], retain_graph: bool | None, create_graph: bool) -> None:
    """Compute the gradients of leaf tensors and add them to their `.grad`."""
    roots, starts = roots_of(tensors, gradients, create_graph)
    run(roots, starts, create_graph if retain_graph is None else retain_graph, create_graph)


def roots_of(tensors: Sequence[Value], gradients: Sequence[Any], create_graph: bool) -> tuple[list[Edge], list[Any]]:
    roots, starts = [], []
    for i, (tensor, gradient) in enumerate(zip(tensors, gradients, strict=True)):
        if not tensor._requires_grad:
            raise RuntimeError(f"element {i} of tensors does not require grad and does not have a grad_fn")
        array = tensor.array
        if gradient is None:
            if array.size != 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
            gradient = wrap(BACKENDS[type(array)].full(array.shape, 1, array.dtype))
        if gradient.array.shape != array.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[{i}] has a shape of torch.Size({list(gradient.array.shape)}) and "
                f"output[{i}] has a shape of torch.Size({list(array.shape)})."
            )
        roots.append(gradient_edge(tensor))
        starts.append(gradient if create_graph else gradient.array)
    return roots, starts


def grad(
    outputs: Sequence[Value], inputs: Sequence[Value], gradients: Sequence[Any], retain_graph: bool | None,
    create_graph: bool, allow_unused: bool,
) -> tuple:  # fmt: skip
    """The gradients of `outputs` with respect to `inputs`, as tensors; `.grad` of no tensor changes."""
    for tensor in inputs:
        if not tensor._requires_grad:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
    roots, starts = roots_of(outputs, gradients, create_graph)
    edges = [gradient_edge(tensor) for tensor in inputs]
    captured: dict[Edge, Any] = dict.fromkeys(edges)
    run(roots, starts, create_graph if retain_graph is None else retain_graph, create_graph, captured)
    found = tuple(captured[edge] for edge in edges)
    if not allow_unused and any(gradient is None for gradient in found):
        raise RuntimeError(
            "One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if "
            "this is the desired behavior."
        )
    return tuple(g if g is None or isinstance(g, Value) else wrap(g) for g in found)
