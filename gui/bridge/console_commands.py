"""The commands of the console, in the form of the lab's command table."""

# pyright: reportArgumentType=false

from PySide6.QtCore import QT_TRANSLATE_NOOP

from gui.bridge.commands import Command

_CONSOLE = "&Console"

CONSOLE_COMMANDS = (
    Command(
        "console", _CONSOLE,
        QT_TRANSLATE_NOOP("commands", "Console"), "Ctrl+4",
        QT_TRANSLATE_NOOP("commands", "Write Python with the engine as torch, and walk what it made"),
        "show_learning", owner="window", arguments=("console",),
    ),
    Command(
        "console_run", _CONSOLE,
        QT_TRANSLATE_NOOP("commands", "Run the snippet"), "Ctrl+Return",
        QT_TRANSLATE_NOOP("commands", "Run what stands in the console; its variables stay"),
        "run", owner="console",
    ),
    Command(
        "console_stop", _CONSOLE,
        QT_TRANSLATE_NOOP("commands", "Stop the snippet"), "Ctrl+.",
        QT_TRANSLATE_NOOP("commands", "Interrupt it; what does not listen within a second loses its variables"),
        "stop", owner="console",
    ),
    Command(
        "console_walk", _CONSOLE,
        QT_TRANSLATE_NOOP("commands", "Walk the chosen tensor"), "Ctrl+Shift+Return",
        QT_TRANSLATE_NOOP("commands", "Open its backward graph, to be stepped through node by node"),
        "walk", owner="console",
    ),
    Command(
        "console_snippets", _CONSOLE,
        QT_TRANSLATE_NOOP("commands", "Snippets to begin with"), "Ctrl+Shift+X",
        QT_TRANSLATE_NOOP("commands", "Put an example into the editor; Ctrl+Z brings back what stood there"),
        "open_snippets", owner="console",
    ),
    Command(
        "console_older", _CONSOLE,
        QT_TRANSLATE_NOOP("commands", "Earlier snippet"), "Alt+Up",
        QT_TRANSLATE_NOOP("commands", "Bring back the snippet that was run before"),
        "older", owner="console",
    ),
    Command(
        "console_newer", _CONSOLE,
        QT_TRANSLATE_NOOP("commands", "Later snippet"), "Alt+Down",
        QT_TRANSLATE_NOOP("commands", "On to the snippet that was run after it"),
        "newer", owner="console",
    ),
    Command(
        "console_clear", _CONSOLE,
        QT_TRANSLATE_NOOP("commands", "Clear the output"), "Ctrl+Shift+L",
        QT_TRANSLATE_NOOP("commands", "Empty the output; variables stay"),
        "clear", owner="console",
    ),
    Command(
        "console_reset", _CONSOLE,
        QT_TRANSLATE_NOOP("commands", "New session"), "Ctrl+Shift+N",
        QT_TRANSLATE_NOOP("commands", "Forget all variables of the console and begin anew"),
        "reset", owner="console",
    ),
)  # fmt: skip
