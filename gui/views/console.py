"""The console: a snippet, what it wrote, its variables, and which of its tensors to walk."""

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QSizePolicy, QSplitter, QStackedWidget, QWidget

from gui.bridge.console_commands import CONSOLE_COMMANDS
from gui.bridge.spoken import spoken
from gui.bridge.store import Store
from gui.lab.console.records import Fault, Outcome, Piece
from gui.lab.console.snippets import load
from gui.theme import theme
from gui.views.console_editor import SnippetEditor
from gui.views.console_output import ConsoleOutput
from gui.views.console_variables import VariableTable
from gui.views.menus import MenuButton
from gui.views.widgets import Button, Segments, add, column, label, row, shape_text

ROOM_FOR_COLUMNS = 900  # px at 100 %
MOST_ECHO = 56  # characters of a snippet that the output repeats
SLOW = 300  # ms after which it is said that a snippet runs


class ConsolePanel(QWidget):
    """The session starts when the panel is first seen."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store, self.console = store, store.console
        self.fault: Fault | None = None
        self.setAccessibleName(self.tr("Console"))
        self._make_parts()
        self._lay_out()
        self.slow = QTimer(self)
        self.slow.setSingleShot(True)
        self.slow.setInterval(SLOW)
        self.slow.timeout.connect(self._say)
        self.console.state_changed.connect(self._on_state)
        self.console.begun.connect(self._on_begun)
        self.console.written.connect(self._on_written)
        self.console.finished.connect(self._on_finished)
        self.console.ended.connect(self._on_ended)
        self.console.looked.connect(self._on_looked)
        store.walking.changed.connect(self._on_walk)
        theme.changed.connect(self._turn)
        self._on_state()
        self._on_looked()

    # ---- building

    def _make_parts(self) -> None:
        commands = {command.id: command for command in CONSOLE_COMMANDS}

        def button(key: str, icon: str, role: str, text: str = "") -> Button:
            command = commands[key]
            made = Button(text, icon, role, command.hint, command.title)
            made.clicked.connect(lambda *_: getattr(self, command.method)())
            return made

        self.run_button = button("console_run", "run", "primary", self.tr("Run"))
        self.stop_button = button("console_stop", "stop", "", self.tr("Stop"))
        self.walk_button = button("console_walk", "step", "", self.tr("Walk"))
        self.reset_button = button("console_reset", "reset", "quiet")
        self.clear_button = button("console_clear", "clear", "quiet")
        tip = commands["console_snippets"]
        self.snippets = MenuButton(self.tr("Snippets"), "down", "", tip.hint, tip.title)
        self.snippets.set_choices(
            (spoken(each.title), "", lambda each=each: self.show_snippet(each.text)) for each in load()
        )
        self.roots = QComboBox()
        self.roots.setAccessibleName(self.tr("Which tensor to walk"))
        self.roots.setToolTip(self.tr("Tensors with a backward pass"))
        self.roots.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.roots.setMaximumWidth(theme.px(150))
        self.state = label("", "tiny", self.tr("State of the session"))
        self.state.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.editor = SnippetEditor()
        self.editor.setPlaceholderText(self.tr("Python here, torch is nbgrad. Ctrl+Return runs it."))
        self.output, self.table = ConsoleOutput(), VariableTable()
        choices = [
            ("output", self.tr("Output"), self.tr("What the snippets wrote")),
            ("variables", self.tr("Variables"), self.tr("What the session remembers")),
        ]
        self.tabs = Segments(choices, self.tr("Output or variables"), role="tab")
        self.tabs.chosen.connect(self.show_page)
        self.table.chosen_variable.connect(self._walk_named)
        self.trace = Button(self.tr("Traceback"), role="quiet", tip=self.tr("Show how Python came to the error"))
        self.copy = Button("", "copy", "quiet", self.tr("Copy the error with its traceback"), self.tr("Copy the error"))
        self.trace.clicked.connect(self.show_traceback)
        self.copy.clicked.connect(self.copy_error)
        self.rights = label(
            self.tr("Snippets run on this computer with your rights, like any Python console."),
            "tiny",
            self.tr("What snippets may do"),
        )
        self.rights.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def _lay_out(self) -> None:
        head = row(spacing=6)
        add(head, self.run_button, self.stop_button, self.snippets, None, self.roots, self.walk_button)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.output)
        self.pages.addWidget(self.table)
        side = QWidget()
        side.setAccessibleName(self.tr("Output or variables"))
        tabs = row(spacing=4)
        add(tabs, self.tabs)
        tabs.addWidget(self.state, 1)
        add(tabs, self.trace, self.copy, self.clear_button, self.reset_button)
        below = column(side, spacing=4)
        add(below, tabs)
        below.addWidget(self.pages, 1)
        self.splitter = QSplitter()
        self.splitter.setAccessibleName(self.tr("Snippet and output"))
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.editor)
        self.splitter.addWidget(side)
        self.editor.setMinimumSize(120, 60)
        side.setMinimumSize(120, 60)
        layout = column(self, (16, 4, 16, 8), 6)
        add(layout, head)
        layout.addWidget(self.splitter, 1)
        add(layout, self.rights)
        self.show_page("output")
        self._show_fault(None)
        self._turn()

    @Slot()
    def _turn(self) -> None:
        """Side by side where there is room, else one above the other."""
        wide = self.width() >= theme.px(ROOM_FOR_COLUMNS)
        self.splitter.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)
        self.splitter.setHandleWidth(theme.px(12 if wide else 6))
        self.roots.setMaximumWidth(theme.px(150))

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._turn()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self.console.start)  # once it can be seen
        if not event.spontaneous():
            self.editor.setFocus()

    # ---- commands

    @Slot()
    def run(self) -> None:
        if self.isVisible():
            self.console.run(self.editor.toPlainText())

    @Slot()
    def stop(self) -> None:
        self.console.stop()

    @Slot()
    def reset(self) -> None:
        if self.isVisible():
            self._say_between(self.tr("A new session: the variables are gone."))
            self._show_fault(None)
            self.console.reset()

    @Slot()
    def clear(self) -> None:
        if self.isVisible():
            self.output.clear_all()

    @Slot()
    def walk(self) -> None:
        """Open the graph of the chosen tensor."""
        if self.roots.currentIndex() >= 0 and self.isVisible():
            self.console.walk(self.roots.currentData())

    def _walk_named(self, name: str) -> None:
        place = self.roots.findData(name)
        if place >= 0:
            self.roots.setCurrentIndex(place)
            self.walk()
        else:
            self.store.failed.emit(self.tr("{0} has no backward pass to walk.").format(name))

    @Slot()
    def older(self) -> None:
        self._show_input(self.console.inputs.older(self.editor.toPlainText()))

    @Slot()
    def newer(self) -> None:
        self._show_input(self.console.inputs.newer())

    def _show_input(self, text: str | None) -> None:
        if text is not None and self.isVisible():
            self.editor.show_text(text)

    @Slot()
    def open_snippets(self) -> None:
        if self.isVisible():
            self.snippets.open()

    def show_snippet(self, text: str) -> None:
        self.editor.show_text(text)
        self.editor.setFocus()

    @Slot(str)
    def show_page(self, key: str) -> None:
        self.tabs.choose(key)
        self.pages.setCurrentIndex(("output", "variables").index(key))

    @Slot()
    def show_traceback(self) -> None:
        if self.fault is not None:
            self.show_page("output")
            self.output.new_line()
            self.output.add("note", self.fault.traceback)

    @Slot()
    def copy_error(self) -> None:
        if self.fault is not None:
            QGuiApplication.clipboard().setText(f"{self.fault.kind}: {self.fault.sentence}\n\n{self.fault.traceback}")

    # ---- what the console says

    @Slot()
    def _on_state(self, *_: str) -> None:
        running = self.console.state in ("running", "stopping")
        self.run_button.setEnabled(not running)
        self.run_button.set_look("" if running else "primary")  # the primary button is what one wants next
        self.stop_button.set_look("primary" if self.console.state == "running" else "")
        self.stop_button.setEnabled(self.console.state == "running")
        self.slow.stop()
        if running and self.console.state == "running":
            self.slow.start()
        else:
            self._say()

    @Slot()
    def _say(self) -> None:
        words = {
            "off": self.tr("no session"),
            "starting": self.tr("the session is starting …"),
            "ready": "",
            "running": self.tr("running … Ctrl+. stops it"),
            "stopping": self.tr("stopping …"),
        }
        self.state.setText(words[self.console.state])
        self.editor.setAccessibleDescription(words[self.console.state])

    @Slot(str)
    def _on_begun(self, source: str) -> None:
        self._show_fault(None)
        self.output.new_line()
        lines = [line for line in source.splitlines() if line.strip()]
        telling = [line for line in lines if not line.startswith(("import ", "from ", "#"))] or lines
        more = " …" if len(lines) > 1 or len(telling[0]) > MOST_ECHO else ""
        self.output.add("input", f"› {telling[0][:MOST_ECHO]}{more}\n")

    @Slot(object)
    def _on_written(self, piece: Piece) -> None:
        if piece.kind == "note":
            self._say_between(piece.text)
        else:
            self.output.add(piece.kind, piece.text)

    def _say_between(self, sentence: str) -> None:
        self.output.new_line()
        self.output.add("note", f"{sentence}\n")

    @Slot(object)
    def _on_finished(self, outcome: Outcome) -> None:
        if outcome.stopped:
            self._say_between(self.tr("Stopped."))
        if outcome.fault is not None:
            self._show_fault(outcome.fault)

    def _show_fault(self, fault: Fault | None) -> None:
        self.fault = fault
        for part in (self.trace, self.copy):
            part.setVisible(fault is not None)
        if fault is None:
            self.editor.mark(None, "")
            return
        self.output.new_line()
        where = self.tr("line {0} · ").format(fault.line) if fault.line else ""
        self.output.add("fault", f"{where}{fault.kind}: {fault.sentence}\n")
        self.show_page("output")
        self.editor.mark(fault.line, fault.sentence)

    @Slot(str)
    def _on_ended(self, sentence: str) -> None:
        self._say_between(sentence)

    @Slot()
    def _on_looked(self) -> None:
        self.table.show_variables(self.console.variables)
        self.roots.clear()
        for root in self.console.roots:
            shape = f" · {shape_text(root.shape)}" if root.shape else ""
            self.roots.addItem(f"{root.name}{shape}", root.name)
        self.roots.setCurrentIndex(self.roots.count() - 1)
        for part in (self.roots, self.walk_button):
            part.setEnabled(bool(self.console.roots))

    @Slot(object)
    def _on_walk(self, view) -> None:
        """The box names what is walked; Walk is the next thing to do while nothing is."""
        if view is not None and view.of == "snippet" and (place := self.roots.findData(view.title)) >= 0:
            self.roots.setCurrentIndex(place)


if __name__ == "__main__":
    from gui.views.preview import show

    show(ConsolePanel, 900, 380)
