"""The optimizer's step on the card: for a chosen weight in numbers, for the whole parameter in pictures."""

from PySide6.QtCore import QCoreApplication

from gui.bridge.walking import Walking
from gui.lab.steps import Numbers, UpdateView, WeightView
from gui.views import step_text
from gui.views.step_parts import Parts

translate = QCoreApplication.translate


def show_update(parts: Parts, walking: Walking, made: UpdateView, weight: WeightView | None) -> None:
    parts.line(step_text.settings(made), "caption")
    if weight is not None:
        _show_weight(parts, made, weight)
    place = weight.place if weight is not None else None
    for title, numbers in _tensors(made):
        parts.head(title)
        if numbers is None:
            parts.line(translate("step", "None: nothing there yet"), "caption")
            continue
        parts.line(step_text.value_figures(numbers))
        if numbers.values.size == 1 and made.after.values.size != 1:
            continue  # a count of steps
        picture = parts.picture(title, numbers, False, place)
        picture.setToolTip(translate("step", "Click a cell to see the step of that weight"))
        picture.chosen_element.connect(lambda where: walking.choose_weight(made.number, where))


def _show_weight(parts: Parts, made: UpdateView, weight: WeightView) -> None:
    parts.head(translate("step", "The step, for one weight"))
    parts.line(f"{made.name}{step_text.place_text(weight.place)}")
    parts.line(step_text.weight_before(made, weight), "caption")
    for formula, arithmetic in step_text.update_lines(weight):
        parts.line(formula, "tiny")
        parts.line(arithmetic)
    role, sentence = step_text.update_check(weight)
    parts.line(sentence, role)


def _tensors(made: UpdateView) -> list[tuple[str, Numbers | None]]:
    rows: list[tuple[str, Numbers | None]] = [(translate("step", "Gradient"), made.gradient)]
    for buffer in made.buffers:
        rows.append((translate("step", "{0} before").format(buffer.name), buffer.before))
        rows.append((translate("step", "{0} after").format(buffer.name), buffer.after))
    rows.append((translate("step", "The step: Δw"), made.step))
    rows.append((translate("step", "Weight before"), made.before))
    rows.append((translate("step", "Weight after"), made.after))
    return rows
