"""The commands that concern the window alone, in the form of the lab's command table."""

# pyright: reportArgumentType=false

from PySide6.QtCore import QT_TRANSLATE_NOOP

from gui.bridge.commands import Command

_TRAIN = "&Train"
_VIEW = "&View"
_HELP = "&Help"

WINDOW_COMMANDS = (
    Command(
        "settings", _TRAIN,
        QT_TRANSLATE_NOOP("commands", "Training settings"), "E",
        QT_TRANSLATE_NOOP("commands", "Optimizer, learning rate, batch size; they may change while it runs"),
        "edit_settings", owner="window",
    ),
    Command(
        "graph", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Enlarge the backward graph"), "G",
        QT_TRANSLATE_NOOP("commands", "Give the backward graph the middle of the window, and back"),
        "toggle_graph", owner="window",
    ),
    Command(
        "focus", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Only the centre"), "F9",
        QT_TRANSLATE_NOOP("commands", "Hide the panels around the centre, and show them again"),
        "toggle_panels", owner="window",
    ),
    Command(
        "fit", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Fit network and graph"), "0",
        QT_TRANSLATE_NOOP("commands", "Show all of the network and of the backward graph"),
        "fit_all", owner="window",
    ),
    Command(
        "blocks", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Network as blocks"), "B",
        QT_TRANSLATE_NOOP("commands", "One block for each layer, and back to every cell"),
        "toggle_blocks", owner="network",
    ),
    Command(
        "microscope", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Microscope"), "M",
        QT_TRANSLATE_NOOP("commands", "Show the arithmetic of the cell under the pointer, or of the strongest one"),
        "look", owner="network",
    ),
    Command(
        "source", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Drawing / batch"), "D",
        QT_TRANSLATE_NOOP("commands", "Show the layers for your drawing, or for the last training batch"),
        "toggle_source",
    ),
    Command(
        "numbers", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Numbers of the selection"), "I",
        QT_TRANSLATE_NOOP("commands", "Inspector: values, gradients, histograms, diagnosis"),
        "show_page", owner="inspector", arguments=("numbers",),
    ),
    Command(
        "kernel", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Kernel of the selection"), "K",
        QT_TRANSLATE_NOOP("commands", "Inspector: the code that computes it, and how long it takes here"),
        "show_page", owner="inspector", arguments=("kernel",),
    ),
    Command(
        "edit", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Edit weights"), "Ctrl+E",
        QT_TRANSLATE_NOOP("commands", "Inspector: set, scale or zero weights and see what it does"),
        "show_page", owner="inspector", arguments=("edit",),
    ),
    Command(
        "check", _TRAIN,
        QT_TRANSLATE_NOOP("commands", "Check the gradient"), "C",
        QT_TRANSLATE_NOOP("commands", "Backward's answer against finite differences, for the selected parameter"),
        "check_gradient", owner="inspector",
    ),
    Command(
        "curves", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Learning curves"), "Ctrl+1",
        QT_TRANSLATE_NOOP("commands", "Loss and accuracy by step"),
        "show_learning", owner="window", arguments=("curves",),
    ),
    Command(
        "mistakes", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Test result"), "Ctrl+2",
        QT_TRANSLATE_NOOP("commands", "Confusion matrix and surest mistakes"),
        "show_learning", owner="window", arguments=("test",),
    ),
    Command(
        "health", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Layer health"), "Ctrl+3",
        QT_TRANSLATE_NOOP("commands", "Size of gradients and updates, layer by layer"),
        "show_learning", owner="window", arguments=("health",),
    ),
    Command(
        "next_panel", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Next panel"), "F6",
        QT_TRANSLATE_NOOP("commands", "Move the keyboard to the next panel"),
        "next_panel", owner="window",
    ),
    Command(
        "motion", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Reduce motion"), "Ctrl+M",
        QT_TRANSLATE_NOOP("commands", "Nothing eases or fades: every change is at once"),
        "toggle_motion", owner="window",
    ),
    Command(
        "layout", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Default layout"), "Ctrl+L",
        QT_TRANSLATE_NOOP("commands", "Put every panel back where it belongs"),
        "reset_layout", owner="window",
    ),
    Command(
        "menu", _HELP,
        QT_TRANSLATE_NOOP("commands", "Menu"), "F10",
        QT_TRANSLATE_NOOP("commands", "Open the menu of all commands"),
        "open_menu", owner="window",
    ),
    Command(
        "palette", _HELP,
        QT_TRANSLATE_NOOP("commands", "Find a command"), "Ctrl+K",
        QT_TRANSLATE_NOOP("commands", "Type a few letters of what you want to do"),
        "open_palette", owner="window",
    ),
)  # fmt: skip
