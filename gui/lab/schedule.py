"""Learning rates over a planned run, as factors of the experiment's own."""

import math

SCHEDULES = ("constant", "one-cycle")
WARM = 0.25


def factor(schedule: str, progress: float) -> float:
    """What to multiply the learning rate by when this share of the run is done (0 to 1).

    one-cycle: straight up to 1 over the first quarter, then down half a cosine to 0 (L. N. Smith, «Super-convergence»).

    >>> [factor("one-cycle", progress) for progress in (0.125, 0.25, 0.625)]
    [0.5, 1.0, 0.5]
    >>> factor("constant", 0.9)
    1.0
    """
    if schedule == "constant":
        return 1.0
    if progress < WARM:
        return progress / WARM
    return (1 + math.cos(math.pi * (min(progress, 1.0) - WARM) / (1 - WARM))) / 2
