"""The nodes of the backward graph: what an operation leaves behind so that a gradient can find its way back."""

import itertools
import sys
import traceback
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from nbgrad.autograd.modes import anomaly, mode
from nbgrad.autograd.value import Value, is_stale
from nbgrad.dtypes import FROM_NUMPY

Edge = tuple["Node | None", int]
NO_EDGE: Edge = (None, 0)
next_sequence_number = itertools.count().__next__

FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
    "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
    "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
    "saved tensors after calling backward."
)


class Pending:
    """A gradient whose last step waits for the next node, which may take its own in the same pass over memory.

    make(gate): the gradient itself, or, with the result of a relu, what flows on through that relu. gate: that result,
    once the gradient has come to the relu. parts: what `make` works on, for a node that can do without the whole.
    """

    __slots__ = ("dtype", "gate", "make", "parts", "shape")

    def __init__(
        self, make: Callable[[Any], Any], parts: tuple, shape: tuple[int, ...], dtype: Any, gate: Any = None
    ) -> None:
        self.make = make
        self.parts = parts
        self.shape = shape
        self.dtype = dtype
        self.gate = gate

    def through(self, gate: Any) -> "Pending":
        """What flows on through the relu with this result."""
        return Pending(self.make, self.parts, self.shape, self.dtype, gate)

    def finish(self) -> Any:
        """The gradient."""
        return self.make(self.gate)


class Node:
    """One recorded operation; every op has a subclass whose name is PyTorch's (`AddBackward0`).

    For each input: sources, the node its gradient goes to (None where none is needed); source_outputs, which output of
    that node it is; shapes and dtypes (None for what is no tensor). options: the op's arguments that are no tensors.
    saved_versions: those of the saved values, None where all were 0. made_at: the traceback of the forward
    call, where anomalies are looked for.
    """

    __slots__ = (
        "__weakref__", "dtypes", "made_at", "options", "output_count", "pre_hooks", "saved_values", "saved_versions",
        "sequence", "shapes", "source_outputs", "sources",
    )  # fmt: skip

    backward: Callable[..., Any]  # set on each op's subclass
    saved_names: tuple[str, ...] = ()  # PyTorch's names of the saved values
    saves_output: int = -1  # place of the result among the saved values
    takes_pending: bool = False  # whether its formula takes a `Pending` gradient

    def __init__(
        self, sources: tuple["Node | None", ...], source_outputs: tuple[int, ...], shapes: tuple, dtypes: tuple,
        options: tuple,
    ) -> None:  # fmt: skip
        self.sources = sources
        self.source_outputs = source_outputs
        self.shapes = shapes
        self.dtypes = dtypes
        self.options = options
        self.saved_values: tuple | None = ()
        self.saved_versions: list[int] | None = None
        self.pre_hooks: list[tuple[int, Callable[[Any], Any]]] | None = None
        self.output_count = 1
        self.made_at = "".join(traceback.format_stack()[:-2]) if anomaly.looked_for else None
        self.sequence = next_sequence_number()

    @property
    def next_functions(self) -> tuple[Edge, ...]:
        """For each input (node, output number) its gradient goes to, (None, 0) where none is needed."""
        return tuple(zip(self.sources, self.source_outputs, strict=True))

    def __lt__(self, other: "Node") -> bool:
        """Nodes of one age (all leaves) wait in the order they became ready."""
        return False

    def __repr__(self) -> str:
        return f"<{self.name()} object at {id(self):#x}>"

    def name(self) -> str:
        """The op's name in the graph, as PyTorch spells it."""
        return type(self).__name__

    def needs(self, number: int) -> bool:
        """Whether anyone waits for the gradient of this input."""
        return self.sources[number] is not None

    def shape(self, number: int = 0) -> tuple[int, ...]:
        """Shape of an input."""
        return self.shapes[number]

    def save(self, values: Sequence[Any]) -> None:
        """Keep values for the backward pass, with their versions."""
        self.saved_values = tuple(values)
        for value in values:
            if isinstance(value, Value) and value.version[0]:
                self.saved_versions = [v.version[0] if isinstance(v, Value) else 0 for v in values]
                break

    @property
    def saved(self) -> tuple:
        """What was kept: tensors while gradients are recorded too, plain arrays otherwise."""
        values = self.saved_values
        if values is None:
            raise RuntimeError(FREED)
        versions, arrays = self.saved_versions, []
        for value in values:
            if isinstance(value, Value):
                if value.version[0] != (versions[len(arrays)] if versions is not None else 0):
                    raise RuntimeError(self._complaint(value, len(arrays)))
                value = value.array
            arrays.append(value)
        if not mode.enabled:
            return tuple(arrays)
        if self.saves_output < 0:
            return values
        return tuple([self._as_output(v) if i == self.saves_output else v for i, v in enumerate(values)])

    @property
    def kept(self) -> dict[str, Any]:
        """What was kept, by PyTorch's names."""
        return dict(zip(self.saved_names, self.shown_saved(), strict=False))

    def shown_saved(self) -> tuple:
        """What was kept, as PyTorch keeps it."""
        return self.saved

    def _complaint(self, value: Value, place: int) -> str:
        """PyTorch's sentence about a saved value that was changed."""
        version = 0 if self.saved_versions is None else self.saved_versions[place]
        return _modified(value, version, self if place == self.saves_output else value.node)

    def _as_output(self, kept: Value) -> Value:
        """The result again, tied to this node; keeping the result itself would make a circle that is never freed."""
        output = type(kept)(kept.array, True)
        output.node, output.output_nr, output.version = self, kept.output_nr, kept.version
        return output

    def release(self) -> None:
        """Drop what was kept; a second backward pass through this node then raises RuntimeError."""
        self.saved_values = None


_TYPES = {
    "float32": "torch.FloatTensor", "float64": "torch.DoubleTensor", "int64": "torch.LongTensor",
    "int32": "torch.IntTensor", "int16": "torch.ShortTensor", "int8": "torch.CharTensor", "uint8": "torch.ByteTensor",
    "bool": "CPUBoolType",
}  # fmt: skip


def _modified(value: Value, version: int, maker: Node | None) -> str:
    array = value.array
    kind = _TYPES[FROM_NUMPY[array.dtype].name]
    origin = ""
    if maker is not None and array.dtype.kind == "f":  # whole numbers have no place in the graph
        origin = f", which is output {value.output_nr} of {maker.name().partition('Backward')[0]},"
    return (
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[{kind} {list(array.shape)}]{origin} is at version {value.version[0]}; expected version "
        f"{version} instead. Hint: enable anomaly detection to find the operation that failed to compute its "
        "gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False)."
    )


class AccumulateGrad(Node):
    """The end of a path: adds the gradient that arrives to `.grad` of a leaf tensor."""

    __slots__ = ("variable",)

    # the same for all of them, since each leaf gets a new one in every forward pass
    sources = source_outputs = shapes = dtypes = options = saved_values = ()
    saved_versions = made_at = None
    output_count = 1
    sequence = sys.maxsize  # as soon as it can

    def __init__(self, variable: Value) -> None:
        self.variable = variable
        self.pre_hooks = None


class ViewAgain:
    """How a view whose storage was changed gets its new node; `nbgrad.ops.inplace` says it."""

    look: Callable[[Value], None]


def gradient_edge(value: Value) -> Edge:
    """Where the gradient of a value that requires one is to be sent."""
    if value.view_of is not None and is_stale(value):
        ViewAgain.look(value)
    if value.node is not None:
        return value.node, value.output_nr
    node = value.accumulate() if value.accumulate is not None else None
    if node is None:
        node = AccumulateGrad(value)
        value.accumulate = weakref.ref(node)
    return node, 0
