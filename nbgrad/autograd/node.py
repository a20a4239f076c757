"""The nodes of the backward graph: what an operation leaves behind so that a gradient can find its way back."""

import itertools
import sys
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from nbgrad.autograd.modes import mode
from nbgrad.autograd.value import Value, is_stale
from nbgrad.dtypes import FROM_NUMPY

Edge = tuple["Node | None", int]
NO_EDGE: Edge = (None, 0)
_next_sequence_number = itertools.count().__next__

FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
    "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
    "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
    "saved tensors after calling backward."
)


class Node:
    """One recorded operation; every op has a subclass whose name is PyTorch's (`AddBackward0`).

    next_functions: for each input (node, output number) its gradient goes to, (None, 0) where none is needed.
    inputs: for each input its (shape, dtype). options: the op's arguments that are no tensors.
    """

    __slots__ = (
        "__weakref__", "inputs", "made_at", "next_functions", "options", "output_count", "pre_hooks", "saved_values",
        "saved_versions", "sequence",
    )  # fmt: skip

    backward: Callable[..., Any]  # set on each op's subclass
    saved_names: tuple[str, ...] = ()  # PyTorch's names of the saved values
    saves_output: int = -1  # place of the result among the saved values

    def __init__(self, next_functions: tuple[Edge, ...], inputs: tuple, options: tuple) -> None:
        self.next_functions = next_functions
        self.inputs = inputs
        self.options = options
        self.saved_values: tuple | None = ()
        self.saved_versions: Sequence[int] = ()
        self.pre_hooks: list[tuple[int, Callable[[Any], Any]]] | None = None
        self.output_count = 1
        self.made_at: str | None = None  # the traceback of the forward call, while anomalies are looked for
        self.sequence = _next_sequence_number()

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
        return self.next_functions[number][0] is not None

    def shape(self, number: int = 0) -> tuple[int, ...]:
        """Shape of an input."""
        return self.inputs[number][0]

    def __getattr__(self, name: str) -> Any:
        """`_saved_self`, `_saved_result`, ...: what was kept, by PyTorch's name."""
        if name.startswith("_saved_") and name[7:] in self.saved_names:
            return self.saved[self.saved_names.index(name[7:])]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def save(self, values: Sequence[Any]) -> None:
        """Keep values for the backward pass, with their versions."""
        versions = []
        for value in values:
            versions.append(value.version[0] if isinstance(value, Value) else 0)  # noqa: PERF401 - a frame less
        self.saved_values, self.saved_versions = tuple(values), versions

    @property
    def saved(self) -> tuple:
        """What was kept: tensors while gradients are recorded too, plain arrays otherwise."""
        values = self.saved_values
        if values is None:
            raise RuntimeError(FREED)
        arrays = []
        for value, version in zip(values, self.saved_versions):  # noqa: B905 - of one length, and called often
            if isinstance(value, Value):
                if value.version[0] != version:
                    result = self.saves_output >= 0 and value is values[self.saves_output]
                    maker = self if result else value.node
                    raise RuntimeError(_modified(value, version, maker))
                value = value.array
            arrays.append(value)
        if not mode.enabled:
            return tuple(arrays)
        if self.saves_output < 0:
            return values
        return tuple([self._as_output(v) if i == self.saves_output else v for i, v in enumerate(values)])

    def _as_output(self, kept: Value) -> Value:
        """The result again, tied to this node; keeping the result itself would make a circle that is never freed."""
        output = type(kept)(kept.array, True)
        output.node, output.output_nr, output.version = self, kept.output_nr, kept.version
        return output

    def release(self) -> None:
        """Drop what was kept; a second backward pass through this node then raises RuntimeError."""
        if self.saved_values:
            self.saved_values = None


def _modified(value: Value, version: int, maker: Node | None) -> str:
    array = value.array
    kind = {"float32": "Float", "float64": "Double", "int64": "Long", "int32": "Int", "bool": "Bool"}.get(
        FROM_NUMPY[array.dtype].name, FROM_NUMPY[array.dtype].name.capitalize()
    )
    origin = f", which is output {value.output_nr} of {maker.name().partition('Backward')[0]}," if maker else ""
    return (
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[torch.{kind}Tensor {list(array.shape)}]{origin} is at version {value.version[0]}; expected version "
        f"{version} instead. Hint: enable anomaly detection to find the operation that failed to compute its "
        "gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False)."
    )


class AccumulateGrad(Node):
    """The end of a path: adds the gradient that arrives to `.grad` of a leaf tensor."""

    __slots__ = ("variable",)

    def __init__(self, variable: Value) -> None:
        super().__init__((), (), ())
        self.variable = variable
        self.sequence = sys.maxsize  # as soon as it can


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
