"""The commands of the walk through the backward pass, in the form of the lab's command table."""

# pyright: reportArgumentType=false

from PySide6.QtCore import QT_TRANSLATE_NOOP

from gui.bridge.commands import Command

_WALK = "&Backward"

WALK_COMMANDS = (
    Command(
        "walk_start", _WALK,
        QT_TRANSLATE_NOOP("commands", "Walk backward"), "J",
        QT_TRANSLATE_NOOP("commands", "From the loss back to every weight, node by node, with all the numbers"),
        "start_walk", owner="window",
    ),
    Command(
        "walk_parameter", _WALK,
        QT_TRANSLATE_NOOP("commands", "Watch its gradient"), "Y",
        QT_TRANSLATE_NOOP("commands", "Walk from the loss to where the selected parameter's gradient is made"),
        "watch_parameter", owner="window",
    ),
    Command(
        "walk_forward", _WALK,
        QT_TRANSLATE_NOOP("commands", "Next node"), "Ctrl+Right",
        QT_TRANSLATE_NOOP("commands", "Let the next node of the backward pass work"),
        "forward", owner="walk",
    ),
    Command(
        "walk_back", _WALK,
        QT_TRANSLATE_NOOP("commands", "Node back"), "Ctrl+Left",
        QT_TRANSLATE_NOOP("commands", "Undo what the last node did"),
        "back", owner="walk",
    ),
    Command(
        "walk_play", _WALK,
        QT_TRANSLATE_NOOP("commands", "Walk slowly / stop"), "F5",
        QT_TRANSLATE_NOOP("commands", "Node after node, until the end or a breakpoint"),
        "play", owner="walk",
    ),
    Command(
        "walk_to", _WALK,
        QT_TRANSLATE_NOOP("commands", "Run to the selected node"), "F8",
        QT_TRANSLATE_NOOP("commands", "On to the selected node or the next breakpoint"),
        "run_to", owner="walk",
    ),
    Command(
        "walk_end", _WALK,
        QT_TRANSLATE_NOOP("commands", "Run to the end"), "Ctrl+End",
        QT_TRANSLATE_NOOP("commands", "The whole backward pass, until every gradient is there"),
        "finish", owner="walk",
    ),
    Command(
        "walk_rewind", _WALK,
        QT_TRANSLATE_NOOP("commands", "Rewind"), "Ctrl+Home",
        QT_TRANSLATE_NOOP("commands", "Back to the loss, before the backward pass"),
        "rewind", owner="walk",
    ),
    Command(
        "walk_faster", _WALK,
        QT_TRANSLATE_NOOP("commands", "Walk faster"), "Ctrl+Up",
        QT_TRANSLATE_NOOP("commands", "More nodes per second"),
        "faster", owner="walk",
    ),
    Command(
        "walk_slower", _WALK,
        QT_TRANSLATE_NOOP("commands", "Walk slower"), "Ctrl+Down",
        QT_TRANSLATE_NOOP("commands", "Fewer nodes per second"),
        "slower", owner="walk",
    ),
    Command(
        "walk_breakpoint", _WALK,
        QT_TRANSLATE_NOOP("commands", "Breakpoint"), "F7",
        QT_TRANSLATE_NOOP("commands", "Stop at the selected node, or no longer"),
        "toggle_breakpoint", owner="walk",
    ),
    Command(
        "walk_zero", _WALK,
        QT_TRANSLATE_NOOP("commands", "With / without zero_grad()"), "Z",
        QT_TRANSLATE_NOOP("commands", "Begin with empty gradients, or add to those of the last training step"),
        "toggle_zero", owner="walk",
    ),
    Command(
        "walk_leave", _WALK,
        QT_TRANSLATE_NOOP("commands", "Leave the walk"), "U",
        QT_TRANSLATE_NOOP("commands", "Show the graph of the last training step again"),
        "leave", owner="walk",
    ),
    Command(
        "graph_search", _WALK,
        QT_TRANSLATE_NOOP("commands", "Find a node"), "Ctrl+F",
        QT_TRANSLATE_NOOP("commands", "Type a part of a node's or a parameter's name; Enter goes to the next one"),
        "search_graph", owner="window",
    ),
    Command(
        "graph_fold", _WALK,
        QT_TRANSLATE_NOOP("commands", "Fold / open the module"), "H",
        QT_TRANSLATE_NOOP("commands", "Fold the module around the selected node into a box, or open the selected box"),
        "toggle_fold", owner="window",
    ),
    Command(
        "graph_fold_all", _WALK,
        QT_TRANSLATE_NOOP("commands", "Fold all / open all"), "Shift+H",
        QT_TRANSLATE_NOOP("commands", "Fold every module of the graph, or open all of them"),
        "fold_all", owner="window",
    ),
    Command(
        "graph_export", _WALK,
        QT_TRANSLATE_NOOP("commands", "Export the graph…"), "Ctrl+Shift+E",
        QT_TRANSLATE_NOOP("commands", "Write the backward graph as SVG, PNG or DOT"),
        "choose_graph_export", owner="files",
    ),
)  # fmt: skip
