"""Plain words for how a parameter is learning, and the rule behind them."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from gui.lab.snapshot import ParameterView

translate = QCoreApplication.translate

STILL, LARGE, JUMPING = 1e-6, 0.05, 0.3  # norm(update) / norm(value)
FADED, GROWN = 1e-3, 1e3  # size of one gradient number, measured by the last layer's
MANY_DEAD = 0.5


def diagnose(view: ParameterView, views: Sequence[ParameterView] = ()) -> tuple[str, str, str]:
    """(role, sentence, rule): role "healthy", "alert" or "caption" where there is nothing to judge yet.

    The ratio of update to weight says whether a step is a nudge or a jump; about a thousandth is usual. views: all
    parameters, to compare gradients with the last layer's.
    """
    if not math.isfinite(view.value_summary.norm):
        rule = translate("diagnosis", "rule: every weight is a number")
        return "alert", translate("diagnosis", "not a number any more: reset, and lower the learning rate"), rule
    if view.gradient_summary is None or view.update_ratio is None:
        return "caption", translate("diagnosis", "not computed yet"), ""
    if not math.isfinite(view.gradient_summary.norm):
        rule = translate("diagnosis", "rule: every gradient is a number")
        return "alert", translate("diagnosis", "the gradient is not a number: lower the learning rate"), rule
    if view.gradient_summary.norm == 0:
        rule = translate("diagnosis", "rule: |gradient| is above 0")
        return "alert", translate("diagnosis", "no gradient arrives: nothing is learnt here"), rule
    share = dead_share(view, views)
    if share is not None and share > MANY_DEAD:
        rule = translate("diagnosis", "rule: fewer than half of the units were silent for the whole batch")
        return "alert", translate("diagnosis", "dead: most units never fire, so they cannot learn"), rule
    return _by_sizes(view, views)


def _by_sizes(view: ParameterView, views: Sequence[ParameterView]) -> tuple[str, str, str]:
    assert view.update_ratio is not None
    relative = relative_gradient(view, views)
    if view.update_ratio > JUMPING:
        rule = translate("diagnosis", "rule: update / weight is below {0}").format(JUMPING)
        return "alert", translate("diagnosis", "jumping: lower the learning rate"), rule
    if relative is not None and relative < FADED:
        rule = translate("diagnosis", "rule: one gradient number is above 1/1000 of the last layer's")
        return "alert", translate("diagnosis", "vanishing: hardly any gradient comes back this far"), rule
    if relative is not None and relative > GROWN:
        rule = translate("diagnosis", "rule: one gradient number is below 1000 times the last layer's")
        return "alert", translate("diagnosis", "exploding: the gradient grows on its way back"), rule
    if view.update_ratio < STILL:
        rule = translate("diagnosis", "rule: update / weight is above 1e−6")
        return "alert", translate("diagnosis", "hardly moves: the learning rate may be too small"), rule
    rule = translate("diagnosis", "rule: update / weight is from 1e−6 to {0}").format(LARGE)
    if view.update_ratio > LARGE:
        return "caption", translate("diagnosis", "large steps: learning, but restless"), rule
    return "healthy", translate("diagnosis", "healthy: learning, not jumping"), rule


def _size(view: ParameterView) -> float | None:
    """Root mean square of one number of the gradient."""
    if view.gradient_summary is None or not math.isfinite(view.gradient_summary.norm):
        return None
    return view.gradient_summary.norm / math.sqrt(max(math.prod(view.shape), 1))


def relative_gradient(view: ParameterView, views: Sequence[ParameterView]) -> float | None:
    """How large one number of the gradient is, in units of the last layer's; None where that is not known."""
    kind = view.name.rpartition(".")[2]
    last = next((each for each in reversed(views) if each.name.endswith(f".{kind}")), None)
    own, other = _size(view), None if last is None else _size(last)
    return own / other if own is not None and other else None


def dead_share(view: ParameterView, views: Sequence[ParameterView]) -> float | None:
    """Share of the module's units that got no gradient at all from the last batch: their bias's is exactly 0.

    A unit behind a relu that was closed for every picture and place of the batch gets none. None without a bias.
    """
    module = view.name.rpartition(".")[0]
    bias = next((each for each in views if each.name == f"{module}.bias"), None)
    if bias is None or bias.gradient is None or not bias.gradient.size:
        return None
    return float((bias.gradient == 0).mean())
