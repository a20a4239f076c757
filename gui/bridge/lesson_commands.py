"""The commands of the lessons, in the form of the lab's command table."""

# pyright: reportArgumentType=false

from PySide6.QtCore import QT_TRANSLATE_NOOP

from gui.bridge.commands import Command

_LESSONS = "&Lessons"

LESSON_COMMANDS = (
    Command(
        "lessons", _LESSONS,
        QT_TRANSLATE_NOOP("commands", "Lessons"), "Ctrl+5",
        QT_TRANSLATE_NOOP("commands", "Predict what the engine will compute, and see why"),
        "show_learning", owner="window", arguments=("lessons",),
    ),
    Command(
        "lesson_on", _LESSONS,
        QT_TRANSLATE_NOOP("commands", "Check, or next step"), "Alt+Right",
        QT_TRANSLATE_NOOP("commands", "Hold the prediction against the engine, then go on"),
        "go_on", owner="lessons",
    ),
    Command(
        "lesson_back", _LESSONS,
        QT_TRANSLATE_NOOP("commands", "Step before"), "Alt+Left",
        QT_TRANSLATE_NOOP("commands", "Back to the step before, to predict it again"),
        "back", owner="lessons",
    ),
    Command(
        "lesson_leave", _LESSONS,
        QT_TRANSLATE_NOOP("commands", "Leave the lesson"), "Ctrl+Shift+W",
        QT_TRANSLATE_NOOP("commands", "Back to the list of lessons; your place is kept"),
        "leave", owner="lessons",
    ),
    Command(
        "lesson_file", _LESSONS,
        QT_TRANSLATE_NOOP("commands", "Open a lesson file…"), "Ctrl+Shift+K",
        QT_TRANSLATE_NOOP("commands", "Take a lesson that somebody wrote; or drop its file on the window"),
        "choose_lesson", owner="files",
    ),
)  # fmt: skip
