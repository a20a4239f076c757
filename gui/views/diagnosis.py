"""Plain words for how a parameter is learning."""

import math

from PySide6.QtCore import QCoreApplication

from gui.lab.snapshot import ParameterView

translate = QCoreApplication.translate

STILL, LARGE, JUMPING = 1e-6, 0.05, 0.3  # norm(update) / norm(value)


def diagnose(view: ParameterView) -> tuple[str, str]:
    """(role, sentence): role "healthy", "alert" or "caption" where there is nothing to judge yet.

    The ratio of update to weight says whether a step is a nudge or a jump; about a thousandth is usual.
    """
    if not math.isfinite(view.value_summary.norm):
        return "alert", translate("diagnosis", "not a number any more: reset, and lower the learning rate")
    if view.gradient_summary is None or view.update_ratio is None:
        return "caption", translate("diagnosis", "not computed yet")
    if not math.isfinite(view.gradient_summary.norm):
        return "alert", translate("diagnosis", "the gradient is not a number: lower the learning rate")
    if view.gradient_summary.norm == 0:
        return "alert", translate("diagnosis", "no gradient arrives: nothing is learnt here")
    if view.update_ratio < STILL:
        return "alert", translate("diagnosis", "hardly moves: the learning rate may be too small")
    if view.update_ratio > JUMPING:
        return "alert", translate("diagnosis", "jumping: lower the learning rate")
    if view.update_ratio > LARGE:
        return "caption", translate("diagnosis", "large steps: learning, but restless")
    return "healthy", translate("diagnosis", "healthy: learning, not jumping")
