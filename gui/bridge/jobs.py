"""Long work in pieces: between two of them the worker serves strokes.

A job is a generator. It yields how many seconds it can be left alone: 0 to be called again at once.
"""

import threading
from collections.abc import Callable, Generator
from typing import Any, TypeVar

from gui.bridge.answers import Answers
from gui.bridge.store import Progress
from gui.lab import warmup
from gui.lab.wording import translate

Result = TypeVar("Result")
Job = Generator[float, None, Result]

PATIENCE = 0.02
COMPILING = translate("lab", "Compiling kernels (first start only)")


def compile_kernels(names: list[str], answers: Answers, when_predicting: Callable[[], None]) -> Job[None]:
    """Compile in child processes; `when_predicting` is called as soon as a prediction has all it needs."""
    waiting = True
    with warmup.WarmUp(names) as children:
        while not children.finished:
            if waiting and children.can_predict:
                waiting = False
                when_predicting()
            result = children.poll(0.0)
            if result is None:
                yield PATIENCE
                continue
            answers.progressed.emit(Progress(COMPILING, children.done, children.total))
            if result.error:
                answers.failed.emit(result.error)
            yield 0.0


def elsewhere(work: Callable[[], Result], title: str, answers: Answers) -> Job[Result]:
    """Do one long call in a thread of its own, and give its result; what it raises is raised here.

    title: of its progress, "" for a call that nobody waits for.
    """
    done: dict[str, Any] = {}

    def act() -> None:
        try:
            done["result"] = work()
        except BaseException as error:
            done["error"] = error

    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    if title:
        answers.progressed.emit(Progress(title, 0, 1))
    while thread.is_alive():
        yield PATIENCE
    if title:
        answers.progressed.emit(Progress(title, 1, 1))
    if "error" in done:
        raise done["error"]
    return done["result"]
