"""What the card beside the graph says about a step, in words and numbers."""

import numpy as np
from PySide6.QtCore import QCoreApplication

from gui.bridge.walking import Walking
from gui.lab.steps import Arrival, ChainView, ForwardView, Numbers, StepView, UpdateView, WalkView, WeightView
from gui.views.widgets import number, shape_text

translate = QCoreApplication.translate

MOST_TERMS = 6
SURE = 1e-3  # a loss below it leaves nothing to learn
LONGEST_TITLE = 14  # characters of what a snippet calls its tensor


def short(name: str) -> str:
    """MulBackward0 as Mul."""
    return name.removesuffix("Backward0").removesuffix("Backward1")


def loss_text(view: WalkView) -> str:
    loss = "…" if view.loss is None or view.phase == "forward" else number(view.loss)
    if view.of == "snippet":
        title = view.title if len(view.title) <= LONGEST_TITLE else view.title[: LONGEST_TITLE - 1] + "…"
        return title if view.loss is None else f"{title} = {number(view.loss)}"
    if view.of == "batch":
        return translate("step", "loss of the last batch: {0}").format(loss)
    return translate("step", "loss of your drawing as {0}: {1}").format(view.digit, loss)


def begin_text(view: WalkView) -> str:
    """Whose pass it is, and what it begins with where that is not the 1 of a scalar."""
    if view.begins == "ones":
        return translate("step", "{0} is no scalar: the pass begins with a gradient of ones.").format(view.title)
    if view.begins == "given":
        return translate("step", "The pass begins with the gradient that {0}.backward() was given.").format(view.title)
    return loss_text(view)


def state(walking: Walking) -> tuple[str, str]:
    """(role, sentence) about the walk as a whole."""
    view = walking.view
    if view is None:
        return "caption", ""
    if view.over == "target":
        return "caption", translate("step", "Another loss is asked for: this walk is over. Next node begins a new one.")
    if view.over == "drawing":
        return "caption", translate("step", "The drawing has changed: this walk is over. Next node begins a new one.")
    if view.over == "snippet":
        return "caption", translate("step", "The session has ended: this walk is over. Run the snippet again.")
    if view.over:
        return "caption", translate("step", "The network has changed: this walk is over. Next node begins a new one.")
    if view.ended and view.parameters:
        return "healthy", translate("step", "The step is complete: every weight has moved.")
    if view.finished and not view.updates:
        if view.of == "snippet":
            return "healthy", translate("step", "The pass is complete: every leaf has its gradient.")
        done = translate("step", "The pass is complete: every parameter has its gradient.")
        return "healthy", f"{done} {translate('step', 'Next node goes on to the update.')}" if view.parameters else done
    return "caption", ""


def waiting(view: WalkView, selected: bool) -> str:
    """What to press, where there is nothing to show."""
    if view.phase == "forward" and not view.forward:
        return translate("step", "Nothing is computed yet. Next node (Ctrl+Right) lets the first operation run.")
    if view.phase == "forward":
        return translate("step", "Not computed yet: Run to the selected node (F8) lets the forward pass come here.")
    if selected:
        return translate("step", "Not computed yet: Run to the selected node (F8) brings the gradient here.")
    return translate("step", "Not computed yet: press Next node (Ctrl+Right).")


def place_in_walk(view: WalkView, made: object) -> str:
    """Which step of how many, in the phase that it belongs to."""
    if isinstance(made, ForwardView):
        return translate("step", "FORWARD {0} OF {1}").format(made.number + 1, view.operations)
    if isinstance(made, UpdateView):
        return translate("step", "UPDATE {0} OF {1}").format(made.number + 1, view.parameters)
    if isinstance(made, StepView):
        return translate("step", "BACKWARD {0} OF {1}").format(made.number + 1, len(view.graph.nodes))
    if view.phase == "forward":
        return translate("step", "{0} OF {1} OPERATIONS DONE").format(len(view.forward), view.operations)
    return translate("step", "{0} OF {1} STEPS DONE").format(len(view.steps), len(view.graph.nodes))


def sure(view: WalkView) -> str:
    """Why gradients are tiny, where they are; "" where they are not."""
    if view.phase != "loss" or view.of != "drawing" or view.loss is None or view.loss >= SURE:
        return ""
    return translate(
        "step",
        "The network is sure already, so every gradient will be tiny. Click another digit under Prediction: its loss "
        "is large, and so are its gradients.",
    )


def times(factor: str) -> str:
    return translate("step", "in the cells: {0}").format(factor)


def figures(numbers: Numbers) -> str:
    """Shape, size and range of a tensor in a line."""
    summary = numbers.summary
    if numbers.values.size == 1:
        return f"{shape_text(numbers.shape)} · {signed(float(numbers.values.reshape(-1)[0]))}"
    span = f"{number(summary.minimum, 2)} … {number(summary.maximum, 2)}"
    return f"{shape_text(numbers.shape)} · |∇| {number(summary.norm)} · {span}"


def value_figures(numbers: Numbers) -> str:
    """Shape and range of a tensor that is no gradient."""
    if numbers.values.size == 1:
        return f"{shape_text(numbers.shape)} · {number(float(numbers.values.reshape(-1)[0]))}"
    return saved_figures(numbers)


def shapes(made: ForwardView) -> str:
    """6×28×28 → 6×14×14: what flows through, without the parameters."""
    flowing = next((operand.numbers for operand in made.operands if operand.numbers is not None), None)
    result = next((output for output in made.outputs if output is not None), None)
    return f"{shape_text(flowing.shape if flowing else None)} → {shape_text(result.shape if result else None)}"


def saved_figures(numbers: Numbers) -> str:
    summary = numbers.summary
    return f"{shape_text(numbers.shape)} · {number(summary.minimum, 2)} … {number(summary.maximum, 2)}"


def signed(value: float, digits: int = 3) -> str:
    text = number(value, digits)
    return text if value <= 0 or value != value else f"+{text}"


def place_text(place: tuple[int, ...]) -> str:
    return "[" + ", ".join(map(str, place)) + "]"


def meeting(arrival: Arrival) -> str:
    """«old + new = sum» at the element where the sum is largest; "" where one gradient came alone."""
    if arrival.gradient is None or len(arrival.parts) < 2:
        return ""
    total = arrival.gradient.values
    place = tuple(int(i) for i in np.unravel_index(int(np.abs(total).argmax()), total.shape))
    parts = " ".join(
        f"{signed(float(part.gradient.values[place]))}"
        if not i
        else f"+ ({signed(float(part.gradient.values[place]))})"
        for i, part in enumerate(arrival.parts)
    )
    return f"{place_text(place)}  {parts} = {signed(float(total[place]))}"


def adding(before: Numbers | None, added: Numbers, after: Numbers) -> str:
    """What happened to `.grad` at the element where most was added."""
    values = added.values
    place = tuple(int(i) for i in np.unravel_index(int(np.abs(values).argmax()), values.shape))
    old = "None" if before is None else signed(float(before.values[place]))
    return f"{place_text(place)}  {old} + ({signed(float(values[place]))}) = {signed(float(after.values[place]))}"


def zero_grad_text(before: Numbers | None) -> str:
    if before is None:
        return translate(
            "step",
            "It was empty, so the gradient is kept as it came. zero_grad() empties it again; without it the next "
            "backward pass adds to these numbers.",
        )
    return translate(
        "step",
        "It still held the last training step's gradient, and the new one was added. With zero_grad() before the pass "
        "it would hold the new gradient alone (Z).",
    )


def chain_lines(chain: ChainView) -> list[tuple[str, str]]:
    """(arithmetic, where) for the largest terms."""
    return [
        (
            f"{signed(line.gradient)} × {signed(line.local)} = {signed(line.product)}",
            f"out{line.output if line.output else ''}{place_text(line.place)}",
        )
        for line in chain.lines[:MOST_TERMS]
    ]


def chain_total(chain: ChainView) -> str:
    if not chain.count:
        return translate("step", "No output depends on it here: the gradient is 0.")
    left = chain.count - min(chain.count, MOST_TERMS)
    more = translate("step", "… and {0} more").format(left) + "   " if left else ""
    return f"{more}Σ = {signed(chain.total, 5)}"


def chain_check(chain: ChainView) -> tuple[str, str]:
    engine = signed(chain.engine, 5)
    if chain.agrees:
        return "healthy", translate("step", "backward computed {0}: the same number").format(engine)
    return "alert", translate("step", "backward computed {0}: not the same number").format(engine)


def rule(step: StepView) -> str:
    """The local derivative of the best-known nodes, in words."""
    rules = {
        "Relu": translate("step", "relu: 1 where the result is above 0, else 0"),
        "MaxPool2DWithIndices": translate("step", "pool: 1 for the largest of each window, 0 for the others"),
        "Convolution": translate("step", "input: the kernel's weights; weight: the patches under it; bias: 1"),
        "Addmm": translate("step", "x: the weights; weight: x; bias: 1"),
        "View": translate("step", "1: only the shape changes"),
        "T": translate("step", "1: rows become columns"),
        "Add": translate("step", "1 for both"),
        "Mul": translate("step", "each factor's is the other factor"),
        "LogSoftmax": translate("step", "1 for itself, minus each digit's probability"),
        "NllLoss": translate("step", "−1/N for the true digit, else 0"),
    }
    return rules.get(short(step.name), "")


def operation(made: ForwardView) -> str:
    """What the best-known operations do, in words."""
    does = {
        "Relu": translate("step", "what is below 0 becomes 0"),
        "MaxPool2DWithIndices": translate("step", "the largest of each window, and where it stood"),
        "Convolution": translate("step", "each filter slides over the input: products, summed, plus its bias"),
        "Addmm": translate("step", "x · Wᵀ + b: each output is a weighted sum of all inputs"),
        "View": translate("step", "the same numbers in another shape"),
        "T": translate("step", "rows become columns"),
        "LogSoftmax": translate("step", "the logarithm of each digit's probability"),
        "NllLoss": translate("step", "minus the logarithm at the true digit, averaged over the batch"),
    }
    return does.get(short(made.name), "")


# ---- the update


def settings(made: UpdateView) -> str:
    """lr 0.02 · momentum 0.9: what is not 0."""
    words = []
    for name, value in made.settings:
        if isinstance(value, bool):
            words += [name] if value else []
        elif value:
            words.append(f"{name} {value:g}")
    return " · ".join(words)


def weight_before(made: UpdateView, weight: WeightView) -> str:
    """The numbers that the arithmetic starts from."""
    words = [f"w {signed(float(made.before.values[weight.place]), 4)}"]
    words.append(f"g {signed(float(made.gradient.values[weight.place]), 4)}")
    names = {"momentum_buffer": "b", "exp_avg": "m", "exp_avg_sq": "v"}
    for buffer in made.buffers:
        if buffer.name in names:
            held = "None" if buffer.before is None else signed(float(buffer.before.values[weight.place]), 4)
            words.append(f"{names[buffer.name]} {held}")
    return " · ".join(words)


def update_lines(weight: WeightView) -> list[tuple[str, str]]:
    """(formula, arithmetic) of each line."""
    rows = []
    for line in weight.lines:
        figures = [_figure(value, first=not i) for i, value in enumerate(line.figures)]
        total = signed(line.value, 5 if line.name == "w" else 4)
        rows.append((f"{line.name} = {line.formula}", f"{line.pattern.format(*figures)} = {total}"))
    return rows


def _figure(value: float, first: bool) -> str:
    text = number(value, 4)
    return text if value >= 0 or first else f"({text})"


def update_check(weight: WeightView) -> tuple[str, str]:
    engine = signed(weight.engine, 5)
    if weight.agrees:
        return "healthy", translate("step", "the optimizer wrote {0}: the same number").format(engine)
    return "alert", translate("step", "the optimizer wrote {0}: not the same number").format(engine)
