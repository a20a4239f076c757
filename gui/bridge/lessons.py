"""The lesson that is open: where the learner is in it, what its step printed, and whether the prediction held."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from gui.bridge.console import Console
from gui.lab.console.records import Outcome, Piece
from gui.lab.lesson import (
    Judgement,
    Lesson,
    LessonError,
    Progress,
    Step,
    judge,
    read,
    shipped,
    source_of,
    unsaved,
    values_in,
)
from gui.lab.wording import translate


class Lessons(QObject):
    """Belongs to the store. phase of a step: "asked" (to be predicted or run), "running", "done".

    Its snippets run in a session of their own, so that the learner's console stays as it is. Going back, or opening a
    lesson in the middle, runs what comes before once more in a fresh session.
    """

    changed = Signal()

    def __init__(
        self, console: Console, failed: Callable[[str], None], experiment: Callable[[Mapping[str, Any], bool], None],
        parent: QObject,
    ) -> None:  # fmt: skip
        """failed: where one sentence goes. experiment: tries settings in the lab; with
        True it keeps the run that was there."""
        super().__init__(parent)
        self.console = console
        self._failed, self._experiment = failed, experiment
        self._progress = Progress()
        self.lesson: Lesson | None = None
        self.place = 0
        self.visits = 0  # how often a step was begun: a new one asks anew
        self.phase = "asked"
        self.output = ""
        self.judgement: Judgement | None = None
        self._prediction: float | None = None
        self._values: list[float] = []
        self._catching_up = self._tried = False
        console.written.connect(self._on_written)
        console.finished.connect(self._on_finished)
        console.ended.connect(self._on_ended)

    @property
    def step(self) -> Step:
        assert self.lesson is not None
        return self.lesson.steps[self.place]

    def all(self) -> tuple[Lesson, ...]:
        return shipped()

    def done(self, lesson: Lesson) -> int:
        """How many of its steps the learner has finished."""
        return min(self._progress.load().get(lesson.key, 0), len(lesson.steps))

    # ---- what views ask for

    def open(self, lesson: Lesson) -> None:
        """Go on where the learner stopped, or begin again after the end."""
        done = self.done(lesson)
        self.lesson, self._tried = lesson, False
        self._go_to(done if done < len(lesson.steps) else 0)

    def open_file(self, path: Path) -> None:
        try:
            self.open(read(path))
        except LessonError as error:
            self._failed(error.args[0])

    @Slot()
    def leave(self) -> None:
        """Back to the list; the place is kept."""
        self.lesson = None
        self.console.close()
        self.changed.emit()

    @Slot()
    def next(self) -> None:
        if self.lesson is None or self.phase != "done":
            return
        if self.place + 1 < len(self.lesson.steps):
            self.place += 1
            self._begin()
        else:
            self.leave()

    @Slot()
    def back(self) -> None:
        """The step before, to be predicted again."""
        if self.lesson is not None and self.phase != "running" and self.place > 0:
            self._go_to(self.place - 1)

    @Slot()
    def retry(self) -> None:
        """This step once more, as if it had not been run."""
        if self.lesson is not None and self.phase != "running":
            self._go_to(self.place)

    def check(self, prediction: float | None) -> None:
        """Run the step's code; a prediction is held against what it gives."""
        if self.lesson is None or self.phase != "asked":
            return
        self._prediction, self._values, self.output = prediction, [], ""
        self.phase = "running"
        self.changed.emit()
        self.console.run(source_of(self.step))

    # ---- going from step to step

    def _go_to(self, place: int) -> None:
        assert self.lesson is not None
        self.place = place
        before = "\n".join(step.code for step in self.lesson.steps[:place] if step.code)
        self.console.reset()
        if before:
            self.phase, self._catching_up = "running", True
            self.judgement, self.output = None, ""
            self.changed.emit()
            self.console.run(before)
        else:
            self._begin()

    def _begin(self) -> None:
        self.phase, self.judgement, self.output, self._prediction = "asked", None, "", None
        self.visits += 1
        if self.step.settings:
            self._experiment(self.step.settings, not self._tried)
            self._tried = True
        if not self.step.code and self.step.question is None:
            self._finish()
            return
        self.changed.emit()

    def _finish(self) -> None:
        assert self.lesson is not None
        self.phase = "done"
        if self.place + 1 > self.done(self.lesson) or self.done(self.lesson) == len(self.lesson.steps):
            try:
                self._progress.save(self.lesson.key, self.place + 1)
            except OSError as error:
                self._failed(unsaved(error))
        self.changed.emit()

    # ---- what the session says

    @Slot(object)
    def _on_written(self, piece: Piece) -> None:
        if self.lesson is None or self._catching_up:
            return
        if piece.kind == "value" and self.step.question is not None:
            try:
                self._values = values_in(piece.text)
            except ValueError:
                self._values = []
        else:
            self.output += piece.text

    @Slot(object)
    def _on_finished(self, outcome: Outcome) -> None:
        if self.lesson is None or self.phase != "running":
            return
        if self._catching_up:
            self._catching_up = False
            self._begin()
            return
        question = self.step.question
        if outcome.fault is not None or (question is not None and not self._values):
            why = outcome.fault.sentence if outcome.fault else translate("lab", "it gave no number to compare with")
            sentence = translate("lab", "The code of this step did not run: {0}.").format(why)
            self._failed(sentence)
            self.phase = "asked"
            self.changed.emit()
            return
        if question is not None and self._prediction is not None:
            self.judgement = judge(question, self._prediction, self._values)
        self._finish()

    @Slot(str)
    def _on_ended(self, _sentence: str) -> None:
        if self.lesson is not None and self.phase == "running":
            self._catching_up, self.phase = False, "asked"
            self.changed.emit()
