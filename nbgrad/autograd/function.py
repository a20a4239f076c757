"""Function: an operation of one's own, with a forward and a backward written by hand."""

from typing import Any

from nbgrad.autograd.modes import mode, no_grad
from nbgrad.autograd.node import NO_EDGE, Node, gradient_edge
from nbgrad.autograd.record import BACKENDS, wrap
from nbgrad.autograd.value import Value, mark_changed, shared_version


class Context(Node):
    """What `forward` leaves for `backward`: `ctx.save_for_backward(...)`, and any attribute one likes.

    needs_input_grad: for each argument of forward, whether anyone waits for its gradient.
    """

    # no __slots__: a learner's own attributes go into the instance's dict

    function: type["Function"]

    def __init__(self, edges: tuple, shapes: tuple, dtypes: tuple) -> None:
        super().__init__(tuple(edge[0] for edge in edges), tuple(edge[1] for edge in edges), shapes, dtypes, ())
        self.needs_input_grad = tuple(edge is not NO_EDGE for edge in edges)
        self.materialize_grads = True
        self.constant: tuple = ()
        self.changed: tuple = ()
        self.outputs: tuple = ()

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors for the backward pass, guarded by their versions."""
        self.save(tensors)

    @property
    def saved_tensors(self) -> tuple:
        """What `save_for_backward` kept; raises RuntimeError once it was freed."""
        self.saved  # noqa: B018 - raises where it was freed or changed
        return self.saved_values or ()

    def mark_non_differentiable(self, *tensors: Any) -> None:
        """These outputs need no gradient."""
        self.constant = tensors

    def mark_dirty(self, *tensors: Any) -> None:
        """These inputs were changed in place and are returned."""
        self.changed = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Whether `backward` gets zeros (or None) for outputs that nobody used."""
        self.materialize_grads = value

    def backward(self, *gradients: Any) -> tuple:
        """Call the learner's backward with tensors, whatever flows through the engine."""
        tensors = [self._given(number, gradient) for number, gradient in enumerate(gradients)]
        results = self.function.backward(self, *tensors)
        results = results if isinstance(results, tuple) else (results,)
        if len(results) != len(self.sources):
            raise RuntimeError(
                f"function {self.name()} returned an incorrect number of gradients (expected "
                f"{len(self.sources)}, got {len(results)})"
            )
        if mode.enabled:
            return results
        return tuple(r.array if isinstance(r, Value) else r for r in results)

    def _given(self, number: int, gradient: Any) -> Any:
        if gradient is None:
            if not self.materialize_grads:
                return None
            array = self.outputs[number]
            return wrap(BACKENDS[type(array)].fill(array.copy(), 0))
        return gradient if isinstance(gradient, Value) else wrap(gradient)


class Function:
    """Subclass it with static `forward(ctx, ...)` and `backward(ctx, grad, ...)`, and call `apply`.

    >>> import nbgrad as torch
    >>> class Double(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         return x * 2
    ...     @staticmethod
    ...     def backward(ctx, grad):
    ...         return grad * 2
    >>> x = torch.ones(2, requires_grad=True)
    >>> Double.apply(x)
    tensor([2., 2.], grad_fn=<DoubleBackward>)
    """

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    setup_context: Any = None  # static (ctx, inputs, output), where forward takes no ctx

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Run forward unrecorded and tie its outputs to this function's node."""
        recording = mode.enabled and any(isinstance(a, Value) and a._requires_grad for a in args)
        context = _context_class(cls)(
            tuple(gradient_edge(a) if isinstance(a, Value) and a._requires_grad else NO_EDGE for a in args),
            tuple(a.array.shape if isinstance(a, Value) else None for a in args),
            tuple(a.array.dtype if isinstance(a, Value) else None for a in args),
        )
        with no_grad():
            if cls.setup_context is None:
                result = cls.forward(context, *args)
            else:
                result = cls.forward(*args)
                cls.setup_context(context, args, result)
        outputs = result if isinstance(result, tuple) else (result,)
        tied = tuple(_tied(output, i, context, args) if recording else output for i, output in enumerate(outputs))
        context.output_count = len(outputs)
        context.outputs = tuple(output.array if isinstance(output, Value) else None for output in outputs)
        return tied if isinstance(result, tuple) else tied[0]


def _context_class(function: type[Function]) -> type[Context]:
    return type(f"{function.__name__}Backward", (Context,), {"function": function})


def _tied(output: Any, number: int, context: Context, args: tuple) -> Any:
    if not isinstance(output, Value) or output.array.dtype.kind != "f" or any(output is c for c in context.constant):
        return output
    if any(output is changed for changed in context.changed):
        tensor = output
        mark_changed(tensor)
    elif any(output is a for a in args):  # an input returned as it is: a tensor of its own over the same numbers
        tensor = wrap(output.array)
        tensor.version = shared_version(output)
    else:
        tensor = output
    tensor.node, tensor.output_nr, tensor._requires_grad = context, number, True
    return tensor
