"""What a console session is asked and what it answers, as plain records. No engine, no Qt."""

from dataclasses import dataclass
from pathlib import Path

from gui.lab.steps import StepView, WalkView


@dataclass(frozen=True)
class Piece:
    """Text a snippet wrote. kind: "out", "err", "warning", "value" (the last expression's repr), or "note" (ours)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Fault:
    """An error of a snippet: its type and sentence, the line (from 1) it came from, None where that is elsewhere.

    traceback: as Python prints it, without the frames of the lab.
    """

    kind: str
    sentence: str
    line: int | None
    traceback: str


@dataclass(frozen=True)
class VariableView:
    """One variable. kind: "tensor", "module" or "other"; type: the name of its class; text: of what is no tensor.

    shape, dtype: of a tensor. values: its first numbers in C order; size: how many there are. requires_grad, leaf: as
    in PyTorch. gradient: the first numbers of `.grad`, None where not computed yet. grad_fn: the node's name, "" for a
    leaf. parameters: how many numbers a module learns.
    """

    name: str
    kind: str
    type: str
    text: str = ""
    shape: tuple[int, ...] = ()
    dtype: str = ""
    values: tuple[float, ...] = ()
    size: int = 0
    requires_grad: bool = False
    leaf: bool = True
    gradient: tuple[float, ...] | None = None
    grad_fn: str = ""
    parameters: int = 0


@dataclass(frozen=True)
class Root:
    """A tensor whose backward pass can be walked. shape: () for a scalar; past: `backward()` has been called on it."""

    name: str
    shape: tuple[int, ...]
    past: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of a snippet. roots: what can be walked now; newest: name of the one it made last, "" for none."""

    number: int
    seconds: float
    fault: Fault | None
    stopped: bool
    variables: tuple[VariableView, ...]
    roots: tuple[Root, ...]
    newest: str


# ---- what a session in a child process is asked


@dataclass(frozen=True)
class RunSnippet:
    source: str


@dataclass(frozen=True)
class Interrupt:
    """Raise KeyboardInterrupt in what runs now; nothing happens between two snippets."""


@dataclass(frozen=True)
class MoveWalk:
    """As `gui.bridge.requests.WalkOn`, for the tensor `name`; begun anew where another was walked, or with `anew`.

    phase, parameter: go there instead, as GoTo and WalkToParameter.
    """

    name: str
    move: str
    stops: frozenset[int] = frozenset()
    zeroed: bool = True
    anew: bool = False
    phase: str = ""
    parameter: str = ""


@dataclass(frozen=True)
class ChooseInWalk:
    step: int
    number: int | None
    place: tuple[int, ...] | None


@dataclass(frozen=True)
class LeaveWalk:
    pass


@dataclass(frozen=True)
class SaveDot:
    path: Path


# ---- what it answers besides pieces and outcomes


@dataclass(frozen=True)
class Ready:
    """The session can be used. seconds: how long it took to start."""

    seconds: float


@dataclass(frozen=True, eq=False)
class WalkPart:
    """A walk as it stands: `view` without steps, and without a graph after the first part of a walk.

    walk: its number. new: the steps that were not sent before, from place `first` on; count: how many are made now.
    """

    walk: int
    view: WalkView
    first: int
    new: tuple[StepView, ...]
    count: int


@dataclass(frozen=True)
class NoWalk:
    """There is none, or none any more. sentence: why a wanted one cannot be, "" where none was wanted."""

    sentence: str = ""


@dataclass(frozen=True)
class Saved:
    """A file was written; or was not, and why."""

    path: str
    error: str = ""


@dataclass(frozen=True)
class Ended:
    """The child process is gone. killed: by us; code: its exit code; sentence: what was wrong with its last words."""

    killed: bool
    code: int | None
    sentence: str = ""
