"""A node of the backward pass on the card: what came in, what it had kept, its local derivative, what it passed on."""

from PySide6.QtCore import QCoreApplication

from gui.bridge.walking import Walking
from gui.lab.steps import Arrival, ChainView, Filling, Numbers, Sent, StepView
from gui.views import step_text
from gui.views.graph_shapes import short_name
from gui.views.step_parts import Parts

translate = QCoreApplication.translate

PARAMETER = ("AccumulateGrad", "TBackward0")  # what flows in here has a parameter's shape, no batch


def show_step(parts: Parts, walking: Walking, step: StepView, chain: ChainView | None) -> None:
    if step.filling is not None:
        _show_filling(parts, step.filling, step.arrived[0])
        return
    for arrival in step.arrived:
        if arrival.gradient is not None:
            _show_arrival(parts, arrival, arrival.gradient, step.name not in PARAMETER)
    if chain is not None:
        _show_chain(parts, walking, step, chain)
    for sent in step.sent:
        if sent.gradient is not None:
            _show_sent(parts, walking, step, sent, chain)
    _show_saved(parts, step)


def _show_arrival(parts: Parts, arrival: Arrival, gradient: Numbers, batched: bool) -> None:
    parts.head(translate("step", "Incoming gradient"))
    if len(arrival.parts) == 1:
        source = arrival.parts[0]
        came = translate("step", "∂loss/∂loss = 1")
        if source.name:
            came = translate("step", "from {0}").format(step_text.short(source.name))
        parts.line(came, "caption")
    parts.line(step_text.figures(gradient))
    parts.picture(translate("step", "Incoming gradient"), gradient, batched)
    _show_meeting(parts, arrival, batched)


def _show_meeting(parts: Parts, arrival: Arrival, batched: bool) -> None:
    if len(arrival.parts) < 2:
        return
    parts.line(translate("step", "Branches meet here, so their gradients add up: old + new = sum"), "caption")
    parts.line(step_text.meeting(arrival))
    for part in arrival.parts:
        words = translate("step", "from {0}").format(step_text.short(part.name))
        parts.line(f"{words} · |∇| {step_text.number(part.gradient.summary.norm)}", "caption")
        parts.picture(words, part.gradient, batched)


def _show_saved(parts: Parts, step: StepView) -> None:
    kept = [(saved.name, saved.numbers) for saved in step.saved if saved.numbers is not None]
    if kept:
        parts.head(translate("step", "Saved by the forward pass"))
    for name, numbers in kept:
        parts.line(f"{name} · {step_text.saved_figures(numbers)}", "caption")
        parts.picture(name, numbers, name not in ("weight", "mat2"))


def _show_chain(parts: Parts, walking: Walking, step: StepView, chain: ChainView) -> None:
    parts.head(translate("step", "Chain rule, for one element"))
    if text := step_text.rule(step):
        parts.line(translate("step", "local derivative ∂out/∂in · {0}").format(text), "caption")
    target = _target(walking, step.sent[chain.number])
    parts.line(f"∂{target}{step_text.place_text(chain.place)} = Σ ∂out × ∂out/∂in")
    for arithmetic, where in step_text.chain_lines(chain):
        parts.line(arithmetic)
        parts.line(where, "tiny")
    parts.line(step_text.chain_total(chain))
    role, sentence = step_text.chain_check(chain)
    parts.line(sentence, role)


def _target(walking: Walking, sent: Sent) -> str:
    nodes = walking.view.graph.nodes if walking.view is not None else ()
    if sent.target is None:
        return sent.name
    node = nodes[sent.target]
    return node.parameter or short_name(node)


def _show_sent(parts: Parts, walking: Walking, step: StepView, sent: Sent, chain: ChainView | None) -> None:
    assert sent.gradient is not None
    parts.head(translate("step", "Outgoing gradient"))
    parts.line(translate("step", "to {0}").format(_target(walking, sent)), "caption")
    parts.line(step_text.figures(sent.gradient))
    place = chain.place if chain is not None and chain.number == sent.number else None
    batched = sent.name not in PARAMETER and step.name not in PARAMETER
    name = translate("step", "Outgoing gradient to {0}").format(_target(walking, sent))
    picture = parts.picture(name, sent.gradient, batched, place)
    picture.setToolTip(translate("step", "Click a cell to see its chain rule"))
    picture.chosen_element.connect(lambda where: walking.choose(step.number, sent.number, where))


def _show_filling(parts: Parts, filling: Filling, arrival: Arrival) -> None:
    parts.head(translate("step", ".grad before"))
    if filling.before is None:
        parts.line(translate("step", "None: nothing there yet"), "caption")
    else:
        parts.line(step_text.figures(filling.before))
        parts.picture(translate("step", ".grad before"), filling.before, False)
    parts.head(translate("step", "What is added"))
    parts.line(step_text.figures(filling.added))
    parts.picture(translate("step", "What is added"), filling.added, False)
    _show_meeting(parts, arrival, False)
    parts.head(translate("step", ".grad after"))
    if filling.before is not None:
        parts.line(translate("step", "old + new = sum"), "caption")
    parts.line(step_text.adding(filling.before, filling.added, filling.after))
    if filling.before is not None:
        parts.picture(translate("step", ".grad after"), filling.after, False)
    parts.line(step_text.zero_grad_text(filling.before), "caption")
