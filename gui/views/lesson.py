"""Lessons: the list of them, or the step that is open, with its prediction, its code and what came of it."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QLabel, QLineEdit, QPlainTextEdit, QRadioButton, QStackedWidget, QWidget

from gui.bridge.lesson_commands import LESSON_COMMANDS
from gui.bridge.store import Store
from gui.lab.lesson import Lesson, said
from gui.theme import theme
from gui.views.code_view import CodeView
from gui.views.console_output import ConsoleOutput
from gui.views.widgets import Button, add, column, label, number, row, scroll, section, set_role

CODE_SHARE, TEXT_SHARE = 4, 5


def number_in(text: str) -> float | None:
    """A number as one writes it, a fraction too; None for anything else.

    >>> number_in(" 0,25 "), number_in("1/4"), number_in("−2"), number_in("1/0"), number_in("a")
    (0.25, 0.25, -2.0, None, None)
    """
    over, _, under = text.strip().replace(",", ".").replace("−", "-").partition("/")
    try:
        return float(over) / float(under or 1)
    except (ValueError, ZeroDivisionError):
        return None


class LessonPanel(QWidget):
    """One page lists the lessons, the other shows the open one."""

    file_wanted = Signal()

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store, self.lessons = store, store.lessons
        self.setAccessibleName(self.tr("Lessons"))
        self.language = self.tr("en", "the code of this language in lesson files")
        self.pages = QStackedWidget()
        self.list, self.open = LessonList(store, self.language), OpenLesson(store, self.language)
        self.list.file.clicked.connect(self.file_wanted)
        self.pages.addWidget(self.list)
        self.pages.addWidget(self.open)
        column(self).addWidget(self.pages)
        self.lessons.changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        self.pages.setCurrentIndex(0 if self.lessons.lesson is None else 1)

    @Slot()
    def go_on(self) -> None:
        """Check, run or go to the next step: whatever comes next."""
        if self.lessons.lesson is not None:
            self.open.go_on()

    @Slot()
    def back(self) -> None:
        self.lessons.back()

    @Slot()
    def leave(self) -> None:
        if self.lessons.lesson is not None:
            self.lessons.leave()


class LessonList(QWidget):
    """A button for each lesson, with how far the learner is."""

    def __init__(self, store: Store, language: str) -> None:
        super().__init__()
        self.lessons, self.language = store.lessons, language
        self.setAccessibleName(self.tr("List of lessons"))
        self.buttons: list[Button] = []
        self._words: list[tuple[Lesson, QLabel]] = []
        inner = QWidget()
        inner.setAccessibleName(self.tr("List of lessons"))
        layout = column(inner, (16, 4, 16, 8), 6)
        add(layout, label(self.tr("Predict first, then let the engine compute."), "caption"))
        for lesson in self.lessons.all():
            title = said(lesson.title, language)
            button = Button(title, role="", tip=said(lesson.about, language), name=title)
            button.clicked.connect(lambda _checked=False, lesson=lesson: self.lessons.open(lesson))
            state = label("", "caption", wrap=True)
            line = row(spacing=12)
            line.addWidget(button)
            line.addWidget(state, 1)
            layout.addLayout(line)
            self.buttons.append(button)
            self._words.append((lesson, state))
        self.file = Button(self.tr("Open a lesson file…"), role="quiet")
        add(layout, self.file, None)
        column(self).addWidget(scroll(inner, self.tr("List of lessons")))
        self.lessons.changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        for lesson, state in self._words:
            done, many, about = self.lessons.done(lesson), len(lesson.steps), said(lesson.about, self.language)
            if done == many:
                about = self.tr("done · {0}").format(about)
            elif done:
                about = self.tr("{0} of {1} · {2}").format(done, many, about)
            state.setText(about)


class OpenLesson(QWidget):
    """Left what to think about, right the code and what it printed."""

    def __init__(self, store: Store, language: str) -> None:
        super().__init__()
        self.lessons, self.language = store.lessons, language
        self.setAccessibleName(self.tr("Lesson"))
        hints = {command.method: command for command in LESSON_COMMANDS}
        self.heading = label("", "name")
        self.count = label("", "caption", self.tr("Step"))
        self.back = Button("", "previous", "quiet", hints["back"].hint, hints["back"].title)
        self.retry = Button("", "reset", "quiet", self.tr("This step once more"), self.tr("This step once more"))
        self.leave = Button("", "clear", "quiet", hints["leave"].hint, hints["leave"].title)
        self.text, self.question = label("", "", wrap=True), label("", "name", wrap=True)
        self.field = QLineEdit()
        self.field.setAccessibleName(self.tr("Your prediction"))
        self.field.setPlaceholderText(self.tr("your prediction, a number"))
        self.field.setMaximumWidth(theme.px(220))
        self.field.returnPressed.connect(self.go_on)
        self.choices = QWidget()
        self.choices.setAccessibleName(self.tr("Your prediction"))
        self._choice_rows, self.group = column(self.choices, spacing=4), QButtonGroup(self)
        self.verdict, self.after = label("", "healthy", wrap=True), label("", "", wrap=True)
        self.button = Button("", role="primary", tip=hints["go_on"].hint)
        self.code, self.output = CodeView(self.tr("Code of this step")), ConsoleOutput()
        self.code.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)  # it stands in a narrow column
        self.back.clicked.connect(self.lessons.back)
        self.retry.clicked.connect(self.lessons.retry)
        self.leave.clicked.connect(self.lessons.leave)
        self.button.clicked.connect(self.go_on)
        self._lay_out()
        self._shown = 0
        self.lessons.changed.connect(self.refresh)

    def _lay_out(self) -> None:
        head = row(spacing=8)
        add(head, self.heading, self.count, None, self.back, self.retry, self.leave)
        inner = QWidget()
        inner.setAccessibleName(self.tr("Lesson"))
        words = column(inner, (0, 0, 8, 0), 8)
        add(words, self.text, self.question, self.field, self.choices, self.verdict, self.after, None)
        side = column(spacing=4)
        self.printed = section(self.tr("Printed"))
        side.addWidget(self.code, 3)
        side.addWidget(self.printed)
        side.addWidget(self.output, 2)
        body = row(spacing=12)
        talk = column(spacing=8)  # the button stays in sight, however long the words
        talk.addWidget(scroll(inner, self.tr("Lesson")), 1)
        talk.addWidget(self.button)
        body.addLayout(talk, TEXT_SHARE)
        body.addLayout(side, CODE_SHARE)
        layout = column(self, (16, 4, 16, 8), 6)
        add(layout, head)
        layout.addLayout(body, 1)

    # ---- what the learner does

    def prediction(self) -> float | None:
        """None where there is none yet, or where it is no number."""
        if self.lessons.step.question is None:
            return None
        if self.lessons.step.question.choices:
            place = self.group.checkedId()
            return float(place) if place >= 0 else None
        return number_in(self.field.text())

    @Slot()
    def go_on(self) -> None:
        if self.lessons.phase == "done":
            self.lessons.next()
        elif self.lessons.phase == "asked":
            prediction, asked = self.prediction(), self.lessons.step.question
            if asked is not None and prediction is None:
                self._ask_for_one(bool(asked.choices))
            else:
                self.lessons.check(prediction)

    def _ask_for_one(self, choices: bool) -> None:
        words = self.tr("Choose one first.") if choices else self.tr("Write a number first, for example 0.5.")
        self._say(words, "alert")
        (self.choices if choices else self.field).setFocus()

    # ---- what is shown

    @Slot()
    def refresh(self) -> None:
        lesson = self.lessons.lesson
        if lesson is None:
            return
        if self.lessons.visits != self._shown:
            self._shown = self.lessons.visits
            self._show_step(lesson)
        self._show_state()

    def _show_step(self, lesson: Lesson) -> None:
        step, language = self.lessons.step, self.language
        self.heading.setText(said(lesson.title, language))
        self.count.setText(self.tr("step {0} of {1}").format(self.lessons.place + 1, len(lesson.steps)))
        self.text.setText(said(step.text, language))
        asked = step.question
        self.question.setText(said(asked.text, language) if asked else "")
        self.question.setVisible(asked is not None)
        self.field.clear()
        self.field.setVisible(asked is not None and not asked.choices)
        for button in self.group.buttons():
            self.group.removeButton(button)
            self._choice_rows.removeWidget(button)
            button.deleteLater()
        for place, choice in enumerate(asked.choices if asked else ()):
            button = QRadioButton(said(choice, language))
            button.setAccessibleName(said(choice, language))
            self.group.addButton(button, place)
            self._choice_rows.addWidget(button)
        self.choices.setVisible(bool(asked and asked.choices))
        self.code.show_code(step.code)
        self.code.setVisible(bool(step.code))

    def _show_state(self) -> None:
        phase, step = self.lessons.phase, self.lessons.step
        with QSignalBlocker(self.output):
            self.output.clear_all()
            self.output.add("out", self.lessons.output)
        for part in (self.printed, self.output):
            part.setVisible(bool(self.lessons.output))
        asked = phase == "asked"
        for part in (self.field, self.choices):
            part.setEnabled(asked)
        self.back.setEnabled(phase != "running" and self.lessons.place > 0)
        self.retry.setEnabled(phase == "done" and bool(step.code))
        last = self.lessons.lesson is not None and self.lessons.place + 1 == len(self.lessons.lesson.steps)
        if phase == "done":
            self.button.setText(self.tr("Finish") if last else self.tr("Next"))
        else:
            self.button.setText(self.tr("Check") if step.question else self.tr("Run it"))
        self.button.setEnabled(phase != "running")
        self.after.setText(said(step.after, self.language) if phase == "done" else "")
        self.after.setVisible(bool(self.after.text()))
        self._show_judgement()

    def _show_judgement(self) -> None:
        judgement, asked = self.lessons.judgement, self.lessons.step.question
        if self.lessons.phase == "running":
            self._say(self.tr("computing …"), "caption")
        elif judgement is None or asked is None:
            self._say("", "caption")
        else:
            expected = number(judgement.expected)
            if asked.choices:
                place = int(judgement.expected)
                known = 0 <= place < len(asked.choices)
                expected = said(asked.choices[place], self.language) if known else expected
            if judgement.right:
                self._say(self.tr("Right: {0}.").format(expected), "healthy")
            else:
                why = said(judgement.reply, self.language)
                self._say(self.tr("The engine says: {0}. {1}").format(expected, why).strip(), "alert")

    def _say(self, text: str, role: str) -> None:
        set_role(self.verdict, role)
        self.verdict.setText(text)
        self.verdict.setAccessibleName(text)
        self.verdict.setVisible(bool(text))

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.go_on()
        else:
            super().keyPressEvent(event)


if __name__ == "__main__":
    from gui.views.preview import show

    show(LessonPanel, 900, 380)
