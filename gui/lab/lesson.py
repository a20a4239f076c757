"""Lessons: files that explain, ask for a prediction, run a snippet, and hold the prediction against what came out.

A lesson stores no answers. `answer` and the `value` of a reply are expressions; the session that ran the step's code
computes them. docs/lessons.md describes the file for those who write one.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gui.lab.experiment import Experiment, ExperimentError
from gui.lab.home import user_folder
from gui.lab.wording import Wording, translate

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "lessons"
FORMAT = "nbgrad lesson 1"
MOST_BYTES = 2**20
TOLERANCE = 0.005  # of a number's size, and at least of 1

Words = Mapping[str, str]  # language code -> text; English is always there


class LessonError(ValueError):
    """One sentence that says what is wrong with a lesson file."""


@dataclass(frozen=True)
class Reply:
    """What to say to one wrong prediction. value: an expression for it."""

    value: str
    text: Words


@dataclass(frozen=True)
class Question:
    """choices: texts to choose from, the prediction being the place of one; none where a number is asked for.

    answer: an expression. tolerance: how far a number may be off, as a share of the answer (of 1 where it is smaller).
    """

    text: Words
    answer: str
    choices: tuple[Words, ...] = ()
    tolerance: float = TOLERANCE
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True)
class Step:
    """One thing to understand. settings: of the experiment, tried when the step is reached. after: said at its end."""

    text: Words
    code: str = ""
    question: Question | None = None
    after: Words = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Lesson:
    key: str
    title: Words
    about: Words
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Judgement:
    """right: whether the prediction held. expected: what the engine computed. reply: for a foreseen mistake."""

    right: bool
    expected: float
    reply: Words


def said(words: Words, language: str) -> str:
    """The text in a language, else in English.

    >>> said({"en": "slope", "ko": "기울기"}, "ko"), said({"en": "slope"}, "ko"), said({}, "en")
    ('기울기', 'slope', '')
    """
    return words.get(language) or words.get("en", "")


# ---- running and judging


def source_of(step: Step) -> str:
    """What the session runs: the step's code, and last the list of the answer and of every reply's value."""
    if step.question is None:
        return step.code
    values = [step.question.answer, *[reply.value for reply in step.question.replies]]
    return f"{step.code}\n[{', '.join(f'float({value})' for value in values)}]"


def values_in(text: str) -> list[float]:
    """The numbers of the list that a session printed; raises ValueError."""
    return [float(number) for number in text.strip().strip("[]").split(",")]


def judge(question: Question, prediction: float, values: list[float]) -> Judgement:
    """Hold a prediction against what the session computed. values: as the list of `source_of` gives them.

    >>> asked = Question({"en": "?"}, "6", replies=(Reply("9", {"en": "That is y."}),))
    >>> judge(asked, 6.0, [6.0, 9.0]).right, judge(asked, 9.0, [6.0, 9.0]).reply
    (True, {'en': 'That is y.'})
    """
    expected, *foreseen = values
    if _near(prediction, expected, question):
        return Judgement(True, expected, {})
    for reply, value in zip(question.replies, foreseen, strict=True):
        if _near(prediction, value, question):
            return Judgement(False, expected, reply.text)
    return Judgement(False, expected, {})


def _near(a: float, b: float, question: Question) -> bool:
    if question.choices or not (math.isfinite(a) and math.isfinite(b)):
        return a == b
    return abs(a - b) <= question.tolerance * max(abs(b), 1.0)


# ---- files


def shipped() -> tuple[Lesson, ...]:
    """The lessons that come with the lab, in their order."""
    return tuple(read(path) for path in sorted(FOLDER.glob("*.json")))


def read(path: Path) -> Lesson:
    """The lesson in a file; raises LessonError."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LessonError(translate("lab", "{0} is no lesson: it is larger than a megabyte.").format(path.name))
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        unread = translate("lab", "{0} cannot be read: {1}.").format(path.name, error.strerror or error)
        raise LessonError(unread) from None
    except (ValueError, RecursionError) as error:
        no_json = translate("lab", "{0} is no lesson: it is no JSON ({1}).").format(path.name, error)
        raise LessonError(no_json) from None
    try:
        return _lesson(path.stem, content)
    except _Wrong as wrong:
        where = translate("lab", "{0} is no lesson: {1}.").format(path.name, wrong.args[0])
        raise LessonError(where) from None


class _Wrong(Exception):
    """What is wrong, as a Wording without the file's name."""


def _lesson(key: str, content: Any) -> Lesson:
    found = _fields(content, "lesson", {"format", "title", "about", "steps"}, {"format", "title", "steps"})
    if found["format"] != FORMAT:
        raise _Wrong(translate("lab", "its format is «{0}», not «{1}»").format(found["format"], FORMAT))
    steps = found["steps"]
    if not isinstance(steps, list) or not steps:
        raise _Wrong(translate("lab", "it has no steps"))
    made = tuple(_step(step, f"step {place}") for place, step in enumerate(steps, 1))
    return Lesson(key, _words(found["title"], "title"), _words(found.get("about", {"en": ""}), "about"), made)


def _step(content: Any, where: str) -> Step:
    found = _fields(content, where, {"text", "code", "question", "after", "settings"}, {"text"})
    code = found.get("code", [])
    if not isinstance(code, list) or not all(isinstance(line, str) for line in code):
        raise _Wrong(translate("lab", "the code of {0} is no list of lines").format(where))
    question = _question(found["question"], f"{where}, question") if "question" in found else None
    settings = found.get("settings", {})
    try:
        if settings:
            Experiment(**settings)
    except ExperimentError as error:
        raise _Wrong(translate("lab", "{0}: {1}").format(where, str(error).rstrip("."))) from None
    except TypeError:
        raise _Wrong(translate("lab", "{0} has settings nbgrad does not know").format(where)) from None
    after = _words(found["after"], where) if "after" in found else {}
    return Step(_words(found["text"], where), "\n".join(code), question, after, settings)


def _question(content: Any, where: str) -> Question:
    found = _fields(content, where, {"text", "answer", "choices", "tolerance", "replies"}, {"text", "answer"})
    choices, replies = found.get("choices", []), found.get("replies", [])
    if not isinstance(choices, list) or len(choices) == 1 or not isinstance(replies, list):
        raise _Wrong(translate("lab", "{0}: choices and replies are lists, and one choice alone is none").format(where))
    tolerance = found.get("tolerance", TOLERANCE)
    if isinstance(tolerance, bool) or not isinstance(tolerance, int | float) or not 0 <= tolerance < 1:
        raise _Wrong(translate("lab", "{0}: the tolerance is a number from 0, below 1").format(where))
    answers = []
    for place, reply in enumerate(replies, 1):
        parts = _fields(reply, f"{where}, reply {place}", {"value", "text"}, {"value", "text"})
        answers.append(Reply(_expression(parts["value"], where), _words(parts["text"], where)))
    return Question(
        _words(found["text"], where), _expression(found["answer"], where),
        tuple(_words(choice, where) for choice in choices), float(tolerance), tuple(answers),
    )  # fmt: skip


def _expression(text: Any, where: str) -> str:
    try:
        compile(text, "lesson", "eval")
    except (SyntaxError, TypeError, ValueError):
        raise _Wrong(translate("lab", "{0}: «{1}» is no expression").format(where, text)) from None
    return text


def _words(content: Any, where: str) -> Words:
    good = isinstance(content, dict) and all(isinstance(text, str) for text in content.values()) and "en" in content
    if not good:
        raise _Wrong(translate("lab", "{0}: a text is written as {1}").format(where, '{"en": "…"}'))
    return content


def _fields(content: Any, where: str, known: set[str], needed: set[str]) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise _Wrong(translate("lab", "{0} is no JSON object").format(where))
    if strange := sorted(set(content) - known):
        raise _Wrong(translate("lab", "{0} has a field nbgrad does not know: {1}").format(where, strange[0]))
    if missing := sorted(needed - set(content)):
        raise _Wrong(translate("lab", "{0} lacks the field {1}").format(where, missing[0]))
    return content


# ---- how far the learner is


class Progress:
    """How many steps of each lesson are done, kept in one file of the learner's; a damaged file counts as none."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or user_folder() / "lessons.json"

    def load(self) -> dict[str, int]:
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {key: done for key, done in found.items() if type(done) is int and done >= 0}

    def save(self, key: str, done: int) -> None:
        """Raises OSError where the folder cannot be written."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps({**self.load(), key: done}, indent=2), encoding="utf-8")
        part.replace(self.path)


def unsaved(error: OSError) -> Wording:
    return translate("lab", "Your progress cannot be kept: {0}.").format(error.strerror or error)
