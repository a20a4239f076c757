"""An operation of the forward pass on the card: what it took, what it made of it, what it kept for the way back."""

from PySide6.QtCore import QCoreApplication

from gui.bridge.walking import Walking
from gui.lab.steps import ForwardView, Operand
from gui.views import step_text
from gui.views.graph_shapes import short_name
from gui.views.step_parts import Parts

translate = QCoreApplication.translate


def show_operation(parts: Parts, walking: Walking, made: ForwardView) -> None:
    parts.line(step_text.shapes(made))
    if text := step_text.operation(made):
        parts.line(text, "caption")
    if made.number == 0:
        text = translate("step", "The forward pass runs through the graph from its far end up to the loss.")
        parts.line(text, "caption")
    for operand in made.operands:
        _show_operand(parts, walking, operand)
    for output in made.outputs:
        if output is None:
            continue
        parts.head(translate("step", "Result"))
        parts.line(step_text.value_figures(output))
        parts.picture(translate("step", "Result"), output, made.name != "TBackward0")
    if made.kept:
        parts.head(translate("step", "Kept for the way back"))
        parts.line(", ".join(made.kept), "mono")


def _show_operand(parts: Parts, walking: Walking, operand: Operand) -> None:
    parts.head(translate("step", "Input"))
    name, batched = translate("step", "{0}: needs no gradient").format(operand.name), True
    if operand.source is not None and walking.view is not None:
        node = walking.view.graph.nodes[operand.source]
        batched = node.parameter is None and node.name != "TBackward0"
        name = node.parameter or translate("step", "from {0}").format(short_name(node))
    parts.line(name, "caption")
    if operand.numbers is not None:
        parts.line(step_text.value_figures(operand.numbers))
        parts.picture(name, operand.numbers, batched)
