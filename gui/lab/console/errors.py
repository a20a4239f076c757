"""From an exception of a snippet to its sentence, its line and its traceback."""

import traceback
from pathlib import Path

from gui.lab.console.records import Fault

LAB = str(Path(__file__).parent)
MOST_FRAMES = 30  # of a traceback: a recursion has a thousand
LONGEST = 2_000  # characters of a sentence
NO_WORDS = {"MemoryError": "there is not enough memory for this"}


def fault_of(error: BaseException, file: str) -> Fault:
    """file: what the snippet is called in tracebacks; the line is the deepest one in it."""
    kind = type(error).__name__
    shown = traceback.TracebackException(type(error), error, error.__traceback__, limit=-MOST_FRAMES)
    _leave_out_the_lab(shown)
    line = None
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename == file:
            line = number
    if isinstance(error, SyntaxError) and error.filename == file:
        line = error.lineno
    return Fault(kind, _sentence(error), line, "".join(shown.format()))


def _leave_out_the_lab(shown: traceback.TracebackException | None) -> None:
    """The frames of this package say nothing about the snippet."""
    while shown is not None:
        shown.stack[:] = [frame for frame in shown.stack if not frame.filename.startswith(LAB)]
        shown = shown.__cause__ or shown.__context__


def _sentence(error: BaseException) -> str:
    try:
        text = error.msg if isinstance(error, SyntaxError) and error.msg else str(error)
    except Exception:  # a learner's own exception class may fail at this too
        text = ""
    return _cut(text or NO_WORDS.get(type(error).__name__, type(error).__name__))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + " …"
