"""Every action of the lab, once: its name, key, tip and what it calls. Buttons, menus and tooltips are built from here.

Building a button:

    action = QAction(command.title, window)
    action.setShortcut(command.shortcut)
    action.setToolTip(command.hint)
    action.triggered.connect(call(command, store=store, canvas=canvas, window=window))
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject

if TYPE_CHECKING:  # PySide says it gives an object

    def QT_TRANSLATE_NOOP(context: str, text: str) -> str: ...
else:
    from PySide6.QtCore import QT_TRANSLATE_NOOP

CONTEXT = "commands"


@dataclass(frozen=True)
class Command:
    """One action. owner: whose `method` does it, "store", "canvas", "network", "inspector", "walk", "console",
    "lessons", "files" or "window".

    text, tip: English source, translated by `title` and `hint`. shortcut: as QKeySequence reads it. choice: name of the
    group of which exactly one is checked ("mode"), "" for a plain action.
    """

    id: str
    menu: str
    text: str
    shortcut: str
    tip: str
    method: str
    owner: str = "store"
    arguments: tuple[str, ...] = ()
    choice: str = ""

    @property
    def title(self) -> str:
        return QCoreApplication.translate(CONTEXT, self.text)

    @property
    def hint(self) -> str:
        """The tooltip: what it does, and its key."""
        tip = QCoreApplication.translate(CONTEXT, self.tip)
        return f"{tip} ({self.shortcut})" if self.shortcut else tip

    @property
    def menu_title(self) -> str:
        return QCoreApplication.translate(CONTEXT, self.menu)


def call(command: Command, **owners: QObject) -> Callable[[], None]:
    """What a click on the command does: `owner.method(*arguments)`.

    A click also says whether the button is checked; that argument is dropped.
    """
    method = getattr(owners[command.owner], command.method)
    return lambda *_checked: method(*command.arguments)


_FILE = QT_TRANSLATE_NOOP("commands", "&File")
_TRAIN = QT_TRANSLATE_NOOP("commands", "&Train")
_DRAW = QT_TRANSLATE_NOOP("commands", "&Draw")
_VIEW = QT_TRANSLATE_NOOP("commands", "&View")
_WALK = QT_TRANSLATE_NOOP("commands", "&Backward")
_CONSOLE = QT_TRANSLATE_NOOP("commands", "&Console")
_LESSONS = QT_TRANSLATE_NOOP("commands", "&Lessons")
_HELP = QT_TRANSLATE_NOOP("commands", "&Help")
MENUS = (_FILE, _TRAIN, _DRAW, _VIEW, _WALK, _CONSOLE, _LESSONS, _HELP)

COMMANDS = (
    Command(
        "open", _FILE,
        QT_TRANSLATE_NOOP("commands", "Open…"), "Ctrl+O",
        QT_TRANSLATE_NOOP("commands", "Load a checkpoint or weights, PyTorch's too; or drop the file on the window"),
        "choose_open", owner="files",
    ),
    Command(
        "save", _FILE,
        QT_TRANSLATE_NOOP("commands", "Save…"), "Ctrl+S",
        QT_TRANSLATE_NOOP("commands", "Write weights, optimizer and settings to a checkpoint"),
        "choose_save", owner="files",
    ),
    Command(
        "earlier", _FILE,
        QT_TRANSLATE_NOOP("commands", "Bring back the earlier run"), "Ctrl+Shift+T",
        QT_TRANSLATE_NOOP(
            "commands", "Swap with the run that a reset, another network, a file or closing the lab has ended"
        ),
        "open_earlier",
    ),
    Command(
        "data", _FILE,
        QT_TRANSLATE_NOOP("commands", "Choose MNIST folder…"), "Ctrl+D",
        QT_TRANSLATE_NOOP("commands", "Train on the four MNIST files of a folder"),
        "choose_data", owner="files",
    ),
    Command(
        "quit", _FILE,
        QT_TRANSLATE_NOOP("commands", "Quit"), "Ctrl+Q",
        QT_TRANSLATE_NOOP("commands", "Close the lab"),
        "close", owner="window",
    ),
    Command(
        "run", _TRAIN,
        QT_TRANSLATE_NOOP("commands", "Run / pause"), "Space",
        QT_TRANSLATE_NOOP("commands", "Train until paused; pausing loses nothing"),
        "toggle_run",
    ),
    Command(
        "step", _TRAIN,
        QT_TRANSLATE_NOOP("commands", "Step one batch"), "S",
        QT_TRANSLATE_NOOP("commands", "Forward, loss, backward and update of one batch"),
        "step",
    ),
    Command(
        "reset", _TRAIN,
        QT_TRANSLATE_NOOP("commands", "Reset"), "R",
        QT_TRANSLATE_NOOP("commands", "Back to step 0 with the same seed: the same run again"),
        "reset",
    ),
    Command(
        "fresh", _TRAIN,
        QT_TRANSLATE_NOOP("commands", "Fresh network"), "F",
        QT_TRANSLATE_NOOP("commands", "Start from random weights, drawn from the seed"),
        "start_fresh",
    ),
    Command(
        "trained", _TRAIN,
        QT_TRANSLATE_NOOP("commands", "Trained weights"), "W",
        QT_TRANSLATE_NOOP("commands", "Start from the trained weights that ship with nbgrad"),
        "load_trained",
    ),
    Command(
        "lenet", _TRAIN,
        QT_TRANSLATE_NOOP("commands", "LeNet"), "Ctrl+Alt+1",
        QT_TRANSLATE_NOOP("commands", "A fresh LeNet: two convolutions, three linear layers"),
        "choose_network", arguments=("LeNet",),
    ),
    Command(
        "mlp", _TRAIN,
        QT_TRANSLATE_NOOP("commands", "MLP"), "Ctrl+Alt+2",
        QT_TRANSLATE_NOOP("commands", "A fresh network of two linear layers, 784 → 128 → 10"),
        "choose_network", arguments=("MLP",),
    ),
    Command(
        "resnet", _TRAIN,
        QT_TRANSLATE_NOOP("commands", "ResNet-18"), "Ctrl+Alt+3",
        QT_TRANSLATE_NOOP("commands", "A fresh ResNet-18 with ten classes: 11 million weights, so it trains slowly"),
        "choose_network", arguments=("ResNet-18",),
    ),
    Command(
        "cpu", _TRAIN,
        QT_TRANSLATE_NOOP("commands", "Compute on the CPU"), "Ctrl+Shift+C",
        QT_TRANSLATE_NOOP("commands", "Go on with the same weights on the processor"),
        "compute_on", arguments=("cpu",), choice="device",
    ),
    Command(
        "gpu", _TRAIN,
        QT_TRANSLATE_NOOP("commands", "Compute on the GPU"), "Ctrl+Shift+G",
        QT_TRANSLATE_NOOP("commands", "Go on with the same weights on an NVIDIA graphics card"),
        "compute_on", arguments=("cuda",), choice="device",
    ),
    Command(
        "test", _TRAIN,
        QT_TRANSLATE_NOOP("commands", "Test"), "T",
        QT_TRANSLATE_NOOP("commands", "Classify the test set: accuracy, confusion matrix, worst mistakes"),
        "test",
    ),
    Command(
        "sample", _DRAW,
        QT_TRANSLATE_NOOP("commands", "Sample"), "N",
        QT_TRANSLATE_NOOP("commands", "Show a random picture of the test set"),
        "give_sample",
    ),
    Command(
        "undo", _DRAW,
        QT_TRANSLATE_NOOP("commands", "Undo"), "Ctrl+Z",
        QT_TRANSLATE_NOOP("commands", "Take back the last stroke, clearing, sample or picture"),
        "undo", owner="canvas",
    ),
    Command(
        "redo", _DRAW,
        QT_TRANSLATE_NOOP("commands", "Redo"), "Ctrl+Y",
        QT_TRANSLATE_NOOP("commands", "Do again what undo took back"),
        "redo", owner="canvas",
    ),
    Command(
        "eraser", _DRAW,
        QT_TRANSLATE_NOOP("commands", "Eraser"), "X",
        QT_TRANSLATE_NOOP("commands", "Rub out instead of drawing; the right mouse button always does"),
        "toggle_eraser", owner="canvas",
    ),
    Command(
        "paste", _DRAW,
        QT_TRANSLATE_NOOP("commands", "Paste picture"), "Ctrl+V",
        QT_TRANSLATE_NOOP("commands", "Use a copied picture, a photo of a digit too"),
        "paste", owner="canvas",
    ),
    Command(
        "picture", _DRAW,
        QT_TRANSLATE_NOOP("commands", "Open picture…"), "Ctrl+I",
        QT_TRANSLATE_NOOP("commands", "Use a picture file, a photo of a digit too"),
        "choose_picture", owner="canvas",
    ),
    Command(
        "clear", _DRAW,
        QT_TRANSLATE_NOOP("commands", "Clear"), "Del",
        QT_TRANSLATE_NOOP("commands", "Empty the canvas"),
        "clear", owner="canvas",
    ),
    Command(
        "all_stages", _DRAW,
        QT_TRANSLATE_NOOP("commands", "All stages"), "P",
        QT_TRANSLATE_NOOP("commands", "Take in every step of preprocessing that was left out"),
        "all_stages",
    ),
    Command(
        "teach", _DRAW,
        QT_TRANSLATE_NOOP("commands", "Teach this as…"), "A",
        QT_TRANSLATE_NOOP("commands", "Keep the drawing and say what it is: then type the digit"),
        "open_teach", owner="window",
    ),
    Command(
        "take_back", _DRAW,
        QT_TRANSLATE_NOOP("commands", "Take the last one back"), "Ctrl+Shift+Z",
        QT_TRANSLATE_NOOP("commands", "Leave the last drawing out of your own set again"),
        "take_back",
    ),
    Command(
        "train_mine", _DRAW,
        QT_TRANSLATE_NOOP("commands", "Train with mine"), "O",
        QT_TRANSLATE_NOOP("commands", "Train with your own drawings among the data, or without them again"),
        "train_mine",
    ),
    Command(
        "export_mine", _DRAW,
        QT_TRANSLATE_NOOP("commands", "Export my drawings…"), "Ctrl+Shift+S",
        QT_TRANSLATE_NOOP("commands", "Write your own set to a file, to take along or give away"),
        "choose_export", owner="files",
    ),
    Command(
        "import_mine", _DRAW,
        QT_TRANSLATE_NOOP("commands", "Import drawings…"), "Ctrl+Shift+O",
        QT_TRANSLATE_NOOP("commands", "Add the drawings of a file to your own set"),
        "choose_import", owner="files",
    ),
    Command(
        "why_none", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Drawing alone"), "Alt+0",
        QT_TRANSLATE_NOOP("commands", "Show the drawing without what speaks for its digit"),
        "explain_by", arguments=("",), choice="why",
    ),
    Command(
        "why_gradient", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Input gradient"), "Alt+1",
        QT_TRANSLATE_NOOP("commands", "Which pixels speak for the digit: the slope of its logit"),
        "explain_by", arguments=("gradient",), choice="why",
    ),
    Command(
        "why_product", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Gradient × input"), "Alt+2",
        QT_TRANSLATE_NOOP("commands", "Which pixels speak for the digit: slope times ink"),
        "explain_by", arguments=("gradient x input",), choice="why",
    ),
    Command(
        "why_occlusion", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Occlusion"), "Alt+3",
        QT_TRANSLATE_NOOP("commands", "Which pixels speak for the digit: blank them and look"),
        "explain_by", arguments=("occlusion",), choice="why",
    ),
    Command(
        "why_cam", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Grad-CAM"), "Alt+4",
        QT_TRANSLATE_NOOP("commands", "Which pixels speak for the digit: the maps of the last convolution"),
        "explain_by", arguments=("grad-cam",), choice="why",
    ),
    Command(
        "values", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Values"), "1",
        QT_TRANSLATE_NOOP("commands", "Colour the network by its values"),
        "set_mode", arguments=("values",), choice="mode",
    ),
    Command(
        "gradients", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Gradients"), "2",
        QT_TRANSLATE_NOOP("commands", "Colour the network by the gradients of the loss"),
        "set_mode", arguments=("gradients",), choice="mode",
    ),
    Command(
        "update", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Update"), "3",
        QT_TRANSLATE_NOOP("commands", "Colour the parameters by what the last step changed"),
        "set_mode", arguments=("update",), choice="mode",
    ),
    Command(
        "objective", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Gradients of loss / of logit"), "L",
        QT_TRANSLATE_NOOP("commands", "Take gradients of the loss, or of the chosen digit's logit"),
        "toggle_objective",
    ),
    Command(
        "undo_edit", _TRAIN,
        QT_TRANSLATE_NOOP("commands", "Undo weight edit"), "Ctrl+Backspace",
        QT_TRANSLATE_NOOP("commands", "Take back the last change made to weights by hand"),
        "undo_edit",
    ),
    Command(
        "theme", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Light / dark"), "Ctrl+T",
        QT_TRANSLATE_NOOP("commands", "Switch between the light and the dark theme"),
        "toggle_theme", owner="window",
    ),
    Command(
        "zoom_in", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Zoom in"), "Ctrl++",
        QT_TRANSLATE_NOOP("commands", "Larger text and controls, for a classroom"),
        "zoom_in", owner="window",
    ),
    Command(
        "zoom_out", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Zoom out"), "Ctrl+-",
        QT_TRANSLATE_NOOP("commands", "Smaller text and controls"),
        "zoom_out", owner="window",
    ),
    Command(
        "zoom_reset", _VIEW,
        QT_TRANSLATE_NOOP("commands", "Normal size"), "Ctrl+0",
        QT_TRANSLATE_NOOP("commands", "Text and controls at 100 %"),
        "zoom_reset", owner="window",
    ),
    Command(
        "about", _HELP,
        QT_TRANSLATE_NOOP("commands", "About nbgrad"), "F1",
        QT_TRANSLATE_NOOP("commands", "Versions, licence and the keys of the lab"),
        "show_about", owner="window",
    ),
)  # fmt: skip

BY_ID = {command.id: command for command in COMMANDS}
