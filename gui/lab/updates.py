"""The optimizer's step as records: what each parameter, its gradient and its buffers were, and what became of them."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from gui.lab.device import host
from gui.lab.step_records import largest, numbers
from gui.lab.steps import Buffer, Line, UpdateView, WeightView

SHOWN = ("lr", "momentum", "dampening", "weight_decay", "nesterov", "betas", "eps", "amsgrad")  # of the settings
DIGITS = float(np.finfo(np.float32).eps)


class Twin:
    """A copy of an optimizer, memory included, that works on copies of its parameters.

    leaves: for each parameter of the optimizer the leaf whose gradient counts, where that is another tensor. rate: the
    learning rate of the coming step, where it is another one.
    """

    def __init__(self, optimizer: Any, leaves: Mapping[Any, Any] | None = None, rate: float | None = None) -> None:
        self._pairs: list[tuple[Any, Any]] = []  # leaf, and the copy that is updated
        groups = []
        for group in optimizer.param_groups:
            given = [(leaves or {}).get(each, each) for each in group["params"]]
            pairs = [(leaf, leaf.detach().clone().requires_grad_()) for leaf in given]
            groups.append({"params": [copied for _, copied in pairs]})
            self._pairs += pairs
        self._optimizer = type(optimizer)(groups)
        self._optimizer.load_state_dict(optimizer.state_dict())
        for group in self._optimizer.param_groups if rate is not None else ():
            group["lr"] = rate

    @property
    def leaves(self) -> list[Any]:
        return [leaf for leaf, _ in self._pairs]

    def step(self, named: Mapping[int, tuple[int, str]]) -> "Updates":
        """Step with the gradients that the leaves have now, and say what became of each of them.

        named: node and name of a leaf, by its id; the others are left out.
        """
        optimizer, changed = self._optimizer, []
        for leaf, copied in self._pairs:
            if id(leaf) in named and leaf.grad is not None:
                copied.grad = leaf.grad.detach().clone()
                changed.append((named[id(leaf)], copied, _memory(optimizer, copied)))
        optimizer.step()
        return Updates(optimizer, changed)


class Updates:
    """What a step did to each parameter; a record is made when it is first looked at, big networks having many."""

    def __init__(self, optimizer: Any, changed: list[tuple[tuple[int, str], Any, tuple[np.ndarray, dict]]]) -> None:
        self._optimizer, self._changed = optimizer, changed
        self._groups = {parameter: group for group in optimizer.param_groups for parameter in group["params"]}
        self._made: dict[int, UpdateView] = {}

    def first(self, count: int) -> tuple[UpdateView, ...]:
        return tuple(self[number] for number in range(count))

    def __getitem__(self, number: int) -> UpdateView:
        if number not in self._made:
            self._made[number] = self._make(number)
        return self._made[number]

    def _make(self, number: int) -> UpdateView:
        (node, name), parameter, (old, held) = self._changed[number]
        new, holds = _memory(self._optimizer, parameter)
        buffers = tuple(
            Buffer(key, numbers(held[key]) if key in held else None, numbers(value)) for key, value in holds.items()
        )
        return UpdateView(
            number=number,
            node=node,
            name=name,
            optimizer=type(self._optimizer).__name__,
            settings=settings_of(self._groups[parameter]),
            before=numbers(old),
            gradient=numbers(parameter.grad),
            buffers=buffers,
            after=numbers(new),
            step=numbers(new - old),
        )


def _memory(optimizer: Any, parameter: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Copies of a parameter and of what the optimizer remembers about it."""
    state = optimizer.state.get(parameter, {})
    return host(parameter).copy(), {key: host(value).copy() for key, value in state.items()}


def settings_of(group: Mapping[str, Any]) -> tuple[tuple[str, float | bool], ...]:
    found: list[tuple[str, float | bool]] = []
    for key in SHOWN:
        value = group.get(key)
        if isinstance(value, tuple):
            found += [(f"{key}[{place}]", float(each)) for place, each in enumerate(value)]
        elif value is not None:
            found.append((key, value if isinstance(value, bool) else float(value)))
    return tuple(found)


# ---- for one weight


def weight_of(view: UpdateView, place: tuple[int, ...] | None) -> WeightView | None:
    """The update written out for a weight, the one that moves most where no place is given; None for other optimizers.

    The lines are computed anew, in float64, from what was there before the step.
    """
    at = largest(view.step.values) if place is None else place
    settings = dict(view.settings)
    if view.optimizer not in ("SGD", "Adam", "AdamW") or settings.get("amsgrad"):
        return None
    held = {buffer.name: (_at(buffer.before, at), _at(buffer.after, at)) for buffer in view.buffers}
    w, g = float(view.before.values[at]), float(view.gradient.values[at])
    lines = (_sgd if view.optimizer == "SGD" else _adam)(w, g, held, settings, view.optimizer == "AdamW")
    scale = abs(w) + 8 * sum(abs(line.value) for line in lines if line.name == "Δw")
    return WeightView(view.number, at, tuple(lines), float(view.after.values[at]), 2 * DIGITS * scale)


def _at(held: Any, place: tuple[int, ...]) -> float | None:
    """A number that an optimizer holds for a weight, or for all of them."""
    return None if held is None else float(held.values[place] if held.values.ndim else held.values)


Held = Mapping[str, tuple[float | None, float | None]]


def _sgd(w: float, g: float, held: Held, settings: Mapping[str, float | bool], _decoupled: bool) -> list[Line]:
    """d = g + λw;  b = μb + (1 - τ)d;  Δw = -lr b, or -lr (d + μb) with Nesterov's momentum."""
    lines, d, way = [], g, "g"
    lr, decay, keep = float(settings["lr"]), float(settings["weight_decay"]), float(settings["momentum"])
    if decay:
        d, way = g + decay * w, "d"
        lines.append(Line("d", "g + λ·w", "{} + {} × {}", (g, decay, w), d))
    if keep:
        old, add = held["momentum_buffer"][0], 1 - float(settings["dampening"])
        if old is None:
            b = d
            lines.append(Line("b", way, "{}", (d,), b))
        elif add == 1:
            b = keep * old + d
            lines.append(Line("b", f"μ·b + {way}", "{} × {} + {}", (keep, old, d), b))
        else:
            b = keep * old + add * d
            lines.append(Line("b", f"μ·b + (1 − τ)·{way}", "{} × {} + {} × {}", (keep, old, add, d), b))
        if settings["nesterov"]:
            ahead = d + keep * b
            lines.append(Line("s", f"{way} + μ·b", "{} + {} × {}", (d, keep, b), ahead))
            d, way = ahead, "s"
        else:
            d, way = b, "b"
    step = -lr * d
    lines.append(Line("Δw", f"−lr·{way}", "−{} × {}", (lr, d), step))
    return [*lines, Line("w", "w + Δw", "{} + {}", (w, step), w + step)]


def _adam(w: float, g: float, held: Held, settings: Mapping[str, float | bool], decoupled: bool) -> list[Line]:
    """m = β₁m + (1 - β₁)d;  v = β₂v + (1 - β₂)d²;  Δw = -lr m̂ / (√v̂ + ε)."""
    lines, d, way = [], g, "g"
    lr, decay, tiny = float(settings["lr"]), float(settings["weight_decay"]), float(settings["eps"])
    one, two = float(settings["betas[0]"]), float(settings["betas[1]"])
    if decay and not decoupled:
        d, way = g + decay * w, "d"
        lines.append(Line("d", "g + λ·w", "{} + {} × {}", (g, decay, w), d))
    old_m, old_v, t = held["exp_avg"][0] or 0.0, held["exp_avg_sq"][0] or 0.0, int(held["step"][1] or 0)
    m, v = one * old_m + (1 - one) * d, two * old_v + (1 - two) * d * d
    lines.append(Line("m", f"β₁·m + (1 − β₁)·{way}", "{} × {} + {} × {}", (one, old_m, 1 - one, d), m))
    lines.append(Line("v", f"β₂·v + (1 − β₂)·{way}²", "{} × {} + {} × {}²", (two, old_v, 1 - two, d), v))
    mean, spread = m / (1 - one**t), v / (1 - two**t)
    lines.append(Line("m̂", "m / (1 − β₁ᵗ)", f"{{}} / (1 − {{}}^{t})", (m, one), mean))
    lines.append(Line("v̂", "v / (1 − β₂ᵗ)", f"{{}} / (1 − {{}}^{t})", (v, two), spread))
    step = -lr * mean / (math.sqrt(spread) + tiny)
    shrunk = lr * decay * w if decoupled else 0.0
    formula, pattern = "−lr·m̂ / (√v̂ + ε)", "−{} × {} / (√{} + {})"
    if shrunk:
        step -= shrunk
        formula, pattern = f"{formula} − lr·λ·w", f"{pattern} − {{}} × {{}} × {{}}"
    figures = (lr, mean, spread, tiny, *((lr, decay, w) if shrunk else ()))
    lines.append(Line("Δw", formula, pattern, figures, step))
    return [*lines, Line("w", "w + Δw", "{} + {}", (w, step), w + step)]
