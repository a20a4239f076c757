"""Walking a training step of a real loss: forward operation by operation, backward node by node, then the update."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import nbgrad
from gui.lab import chain
from gui.lab.graph_view import draw, pools_of
from gui.lab.networks import see
from gui.lab.step_records import Recorder, chain_of
from gui.lab.steps import ChainView, ForwardView, StepView, WalkView, WeightView
from gui.lab.updates import Twin, Updates, weight_of
from nbgrad.autograd.graph import Recording, Stepper, to_dot, trace
from nbgrad.nn import functional as F

PHASES = ("forward", "loss", "backward", "update")


class TensorWalk:
    """The training step of any tensor that requires a gradient; it begins at the loss.

    Its leaves are filled: walk a copy to leave them alone. names: what to call the leaves. gradient:
    d(something)/d(tensor), needed where it is no scalar. recording: of the forward pass, which can be walked then.
    optimizer: whose step follows the backward pass; without one the walk ends there. pools: see draw. of, digit,
    title, begins: see WalkView.
    """

    def __init__(
        self, tensor: Any, names: Mapping[str, Any], gradient: Any = None, *, of: str = "snippet",
        digit: int | None = None, title: str = "", begins: str = "", zeroed: bool = True,
        recording: Recording | None = None, optimizer: Twin | None = None, pools: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.loss, self.names, self.zeroed = tensor, names, zeroed
        self._of, self._digit, self._title, self._begins = of, digit, title, begins
        self._optimizer = optimizer
        graph = trace(tensor)
        self._ids = {node.node: place for place, node in enumerate(graph.nodes)}
        self.graph = draw(graph, {id(leaf): name for name, leaf in names.items()}, pools)
        leaves = {node.id: node.parameter for node in self.graph.nodes if node.parameter}
        self._leaves = {
            id(node.variable): (place, leaves[place]) for place, node in enumerate(graph.nodes) if place in leaves
        }
        self._recorder = Recorder(self._ids, leaves)
        self._stepper = Stepper(tensor, gradient)
        self._operations = () if recording is None else recording.operations(tensor)
        self._forward: list[ForwardView] = []  # made when they are first looked at
        self._updates: Updates | None = None
        self._chain: ChainView | None = None
        self._weight: WeightView | None = None
        stepping = set() if optimizer is None else {id(leaf) for leaf in optimizer.leaves}
        self._lengths = {
            "forward": len(self._operations),
            "loss": 1,
            "backward": len(graph.nodes),
            "update": len(self._leaves.keys() & stepping),
        }
        self._first = 0 if self._operations else self._end("loss")
        self._at = self._end("loss")  # moments that lie behind

    # ---- where it stands

    def _start(self, phase: str) -> int:
        """Moments before the first of a phase."""
        return sum(self._lengths[each] for each in PHASES[: PHASES.index(phase)])

    def _end(self, phase: str) -> int:
        return self._start(phase) + self._lengths[phase]

    @property
    def phase(self) -> str:
        """That of the last moment made; before all of them «forward»."""
        return next(phase for phase in PHASES if self._at <= self._end(phase))

    def _made(self, phase: str) -> int:
        return min(max(self._at - self._start(phase), 0), self._lengths[phase])

    # ---- moving

    def move(self, move: str, stops: frozenset[int] = frozenset()) -> None:
        """ "forward", "back", "rewind", or "run" to the next of the nodes `stops`."""
        self.run(stops) if move == "run" else getattr(self, move)()

    def forward(self) -> None:
        self._go(self._at + 1)

    def back(self) -> None:
        self._go(self._at - 1)

    def rewind(self) -> None:
        """To the beginning of this phase, or of the one before where it stands there already."""
        begins = (self._first, self._end("loss"), self._start("update"))
        self._go(max((place for place in begins if place < self._at), default=self._first))

    def run(self, stops: frozenset[int] = frozenset()) -> None:
        """On to the next of these nodes, or to the end of this phase; where it stands there, of the next one."""
        ends = [self._end("loss"), self._end("backward"), self._end("update")]
        end = next((place for place in ends if place > self._at), ends[-1])
        while self._at < end:
            self._move(self._at + 1)
            if stops and self._node() in stops:
                break
        self._look_at_newest()

    def go_to(self, phase: str) -> None:
        """To the first moment of a phase."""
        self._go(self._start(phase) + 1)

    def run_to_parameter(self, name: str) -> None:
        """From the loss to the node that fills this parameter's `.grad`, to the end where there is none."""
        self._move(self._end("loss"))
        self.run(frozenset(node for node, called in self._leaves.values() if called == name))

    def _go(self, place: int) -> None:
        self._move(min(max(place, self._first), self._end("update")))
        self._look_at_newest()

    def _move(self, place: int) -> None:
        """Let the engine follow: its nodes work, or what they did is undone."""
        self._at = place
        while self._stepper.position < self._made("backward"):
            step = self._stepper.forward()
            assert step is not None
            if step.number == len(self._recorder.steps):
                self._recorder.step(step)
        while self._stepper.position > self._made("backward"):
            self._stepper.back()
        if self._made("update") and self._updates is None and self._optimizer is not None:
            self._updates = self._optimizer.step(self._leaves)

    def _node(self) -> int | None:
        """The node of the last moment."""
        count = self._made(self.phase)
        if self.phase == "forward":
            return self._ids[self._operations[count - 1].node] if count else None
        if self.phase == "backward":
            return self._recorder.steps[count - 1].node
        return self._updates[count - 1].node if self.phase == "update" and self._updates is not None else None

    # ---- the arithmetic of one element

    def choose(self, step: int, number: int | None = None, place: tuple[int, ...] | None = None) -> None:
        """Show the chain rule for an element of what a step sent; None: where it is largest."""
        self._chain = None
        if step >= self._made("backward"):
            return
        made = self._stepper.steps[step]
        if number is None:
            wanted = [i for i, sent in enumerate(made.sent) if sent is not None]
            onwards = [i for i in wanted if made.node.sources[i].name() != "AccumulateGrad"]  # before a bias
            number = next(iter(onwards or wanted), None)
        if number is not None:
            self._chain = chain_of(made, number, place)

    def choose_weight(self, update: int, place: tuple[int, ...] | None = None) -> None:
        """Write an update out for a weight; None: for the one that moves most."""
        made = self._updates is not None and update < self._made("update")
        self._weight = weight_of(self._updates[update], place) if made and self._updates is not None else None

    def _look_at_newest(self) -> None:
        self._chain = self._weight = None
        if self.phase == "update":
            self.choose_weight(self._made("update") - 1)
        elif self._made("backward"):
            self.choose(self._made("backward") - 1)

    # ---- showing

    @property
    def made(self) -> tuple[StepView, ...]:
        """Every step of the backward pass made so far, those that were taken back too."""
        return tuple(self._recorder.steps)

    def view(self) -> WalkView:
        operations = self._made("forward")
        self._forward += map(self._recorder.operation, self._operations[len(self._forward) : operations])
        return WalkView(
            graph=self.graph,
            of=self._of,
            digit=self._digit,
            loss=self.loss.item() if self.loss.numel() == 1 else None,
            zeroed=self.zeroed,
            phase=self.phase,
            forward=tuple(self._forward[:operations]),
            steps=tuple(self._recorder.steps[: self._made("backward")]),
            updates=() if self._updates is None else self._updates.first(self._made("update")),
            operations=self._lengths["forward"],
            parameters=self._lengths["update"],
            chain=self._chain,
            weight=self._weight,
            title=self._title,
            begins=self._begins,
        )

    def dot(self) -> str:
        """The graph in the DOT language, leaves by their names."""
        return to_dot(self.loss, self.names)


class Walk(TensorWalk):
    """The step of a copy of the network on one loss, so that training is not disturbed.

    pictures: (N, 1, 32, 32). target: the digit of the drawing, or the labels of the batch. zeroed: start with every
    `.grad` None, as after `zero_grad()`; otherwise with what the last training step left there. optimizer: that of the
    network, of which a copy takes the step, at the learning rate `rate` where it is given.
    """

    def __init__(
        self, model: Any, pictures: Any, target: Any, *, zeroed: bool = True, objective: str = "loss",
        optimizer: Any = None, rate: float | None = None,
    ) -> None:  # fmt: skip
        self.model = copy.deepcopy(model)
        theirs, mine = list(model.parameters()), list(self.model.parameters())
        for copied, original in zip(mine, theirs, strict=True):
            copied.grad = None if zeroed or original.grad is None else original.grad.detach().clone()
        drawing = isinstance(target, int)
        self.model.train(not drawing)  # batch normalisation goes by the batch, or by what it has seen
        seen = see(self.model, pictures)
        with nbgrad.enable_grad(), Recording() as recording:
            logits = self.model(seen)
            loss = chain.objective(logits, target, objective) if drawing else F.cross_entropy(logits, target)
        twin = None if optimizer is None else Twin(optimizer, dict(zip(theirs, mine, strict=True)), rate)
        super().__init__(
            loss, dict(self.model.named_parameters()), of="drawing" if drawing else "batch",
            digit=target if drawing else None, zeroed=zeroed, recording=recording, optimizer=twin,
            pools=pools_of(self.model),
        )  # fmt: skip
