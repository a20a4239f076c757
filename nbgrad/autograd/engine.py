"""The backward pass: gradients walk the graph from the roots to the leaves, each node once, without recursion."""

import heapq
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from nbgrad.autograd.modes import mode
from nbgrad.autograd.node import AccumulateGrad, Edge, Node, gradient_edge
from nbgrad.autograd.record import BACKENDS, wrap
from nbgrad.autograd.value import Value
from nbgrad.device import is_exclusive


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
        for node, _ in stack.pop().next_functions:
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
        for following, _ in node.next_functions:
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
    """Send `gradients` into `roots` and on to the leaves.

    Arrays flow where `create_graph` is off, recorded tensors where it is on. captured: instead of adding to the
    leaves' `.grad`, fill in the gradient that reaches each of these edges.
    """
    arrivals = count_arrivals([node for node, _ in roots if node is not None])
    wanted = None if captured is None else leading_to({node for node, _ in captured if node}, arrivals)
    buffers: dict[Node, dict[int, Any]] = {}
    for (node, number), gradient in zip(roots, gradients, strict=True):
        if node is not None:
            _add_to(buffers.setdefault(node, {}), number, gradient)
    ready = [(-node.sequence, node) for node in buffers if arrivals[node] == 0]
    heapq.heapify(ready)
    node = heapq.heappop(ready)[1] if ready else None
    outer, mode.enabled = mode.enabled, create_graph
    try:
        while node is not None:
            arrived = buffers.pop(node, None)
            results: Any = ()
            if arrived is not None:
                if captured is not None or node.pre_hooks is not None:
                    _show(node, arrived, captured)
                if type(node) is AccumulateGrad:
                    if wanted is None:
                        _fill_leaf(node.variable, arrived)
                elif wanted is None or node in wanted:
                    if node.output_count == 1:
                        results = node.backward(arrived.pop(0))
                    else:
                        results = node.backward(*[arrived.pop(i, None) for i in range(node.output_count)])
                    if type(results) is not tuple:
                        results = (results,)
                    if not retain_graph:
                        node.release()
                    if mode.anomaly:
                        _look_for_nan(node, results)
            upcoming = None  # the one node that waits next, without a turn in the queue
            for i, (following, number) in enumerate(node.next_functions):
                if following is not None:
                    gradient = results[i] if results else None
                    if gradient is not None and (wanted is None or following in wanted):
                        shape, dtype = node.inputs[i]
                        array = gradient.array if create_graph else gradient
                        if array.shape != shape or array.dtype is not dtype:
                            gradient = _fit(gradient, shape, dtype)
                        del array
                        buffer = buffers.get(following)
                        if buffer is None:
                            buffers[following] = {number: gradient}
                        else:
                            held = buffer.get(number)
                            buffer[number] = gradient if held is None else Sums.add(held, gradient)
                            del held
                    del gradient
                    left = arrivals[following] = arrivals[following] - 1
                    if left == 0:
                        if upcoming is None and not ready:
                            upcoming = following
                        else:
                            heapq.heappush(ready, (-following.sequence, following))
            del results
            if upcoming is None:
                node = heapq.heappop(ready)[1] if ready else None
            elif ready:
                node = heapq.heappushpop(ready, (-upcoming.sequence, upcoming))[1]
            else:
                node = upcoming
    finally:
        mode.enabled = outer


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


def _add_to(buffer: dict[int, Any], number: int, gradient: Any) -> None:
    held = buffer.get(number)
    buffer[number] = gradient if held is None else Sums.add(held, gradient)


def _fit(gradient: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """The gradient in the input's own shape and dtype: what broadcasting repeated is summed."""
    array = gradient.array if isinstance(gradient, Value) else gradient
    if array.shape != shape:
        gradient = Sums.sum_to(gradient, shape)
    return gradient if array.dtype == dtype else Sums.cast(gradient, dtype)


def _show(node: Node, arrived: dict[int, Any], captured: dict[Edge, Any] | None) -> None:
    """Let hooks see, and replace, the gradients that have arrived; keep those that were asked for."""
    for number, hook in node.pre_hooks or ():
        _call_hook(hook, number, arrived)
    if captured is not None:
        if type(node) is AccumulateGrad and node.variable.hooks is not None:
            for hook in node.variable.hooks.before:
                _call_hook(hook, 0, arrived)
        for number, gradient in arrived.items():
            if (node, number) in captured:
                captured[node, number] = gradient


def _call_hook(hook: Callable[[Any], Any], number: int, arrived: dict[int, Any]) -> None:
    if number in arrived:
        gradient = arrived[number]
        replaced = hook(gradient if isinstance(gradient, Value) else wrap(gradient))
        if replaced is not None:
            arrived[number] = replaced if isinstance(gradient, Value) else replaced.array


def _fill_leaf(variable: Value, arrived: dict[int, Any]) -> None:
    hooks = variable.hooks
    if hooks is None:
        _accumulate(variable, arrived.pop(0))
        return
    for hook in hooks.before:
        _call_hook(hook, 0, arrived)
    _accumulate(variable, arrived.pop(0))
    for hook in hooks.after:
        hook(variable)


def _accumulate(variable: Value, gradient: Any) -> None:
    """variable.grad += gradient; the first one is kept as it is where nobody else holds its memory."""
    if isinstance(gradient, Value):  # a recorded gradient: the sum is recorded too
        variable.grad = gradient if variable.grad is None else Sums.add(variable.grad, gradient)
    elif variable.grad is None:
        alone = sys.getrefcount(gradient) <= 3 and is_exclusive(gradient) and gradient.flags.c_contiguous
        variable.grad = wrap(gradient if alone else BACKENDS[type(gradient)].contiguous(gradient))
    else:
        held = variable.grad
        held.array = BACKENDS[type(gradient)].add(held.array, gradient)
        held.version[0] += 1


def backward(tensors: Sequence[Value], gradients: Sequence[Any], retain_graph: bool | None, create_graph: bool) -> None:
    """Compute the gradients of leaf tensors and add them to their `.grad`."""
    roots, starts = _roots(tensors, gradients, create_graph)
    run(roots, starts, create_graph if retain_graph is None else retain_graph, create_graph)


def _roots(tensors: Sequence[Value], gradients: Sequence[Any], create_graph: bool) -> tuple[list[Edge], list[Any]]:
    roots, starts = [], []
    for i, (tensor, gradient) in enumerate(zip(tensors, gradients, strict=True)):
        if not tensor._requires_grad:
            raise RuntimeError(f"element {i} of tensors does not require grad and does not have a grad_fn")
        array = tensor.array
        if gradient is None:
            if array.size != 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
            gradient = wrap(BACKENDS[type(array)].fill(array.copy(), 1))
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
    roots, starts = _roots(outputs, gradients, create_graph)
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
