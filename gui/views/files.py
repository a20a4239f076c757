"""Files chosen in a dialog or dropped on the window: what is opened, saved, imported and exported."""

from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from gui.bridge.store import Store
from gui.views.graph_canvas import GraphCanvas
from gui.views.graph_export import save_picture
from gui.views.learning import LearningPanel


class Files(QObject):
    """Asks for a path, above the window, and hands it on; a dialog that is left changes nothing."""

    def __init__(self, window: QWidget, store: Store, learning: LearningPanel, graph: GraphCanvas) -> None:
        super().__init__(window)
        self._window, self._store, self._learning, self._graph = window, store, learning, graph

    def _ask_open(self, title: str, kinds: str) -> Path | None:
        path, _ = QFileDialog.getOpenFileName(self._window, title, "", kinds)
        return Path(path) if path else None

    def _ask_save(self, title: str, name: str, kinds: str) -> Path | None:
        path, _ = QFileDialog.getSaveFileName(self._window, title, name, kinds)
        return Path(path) if path else None

    # ---- runs, weights, data

    @Slot()
    def choose_open(self) -> None:
        kinds = f"{self.tr('Checkpoints and weights')} (*.safetensors *.pth *.pt)"
        if path := self._ask_open(self.tr("Open a checkpoint"), kinds):
            self._store.open(path)

    @Slot()
    def choose_save(self) -> None:
        name = f"{self._store.experiment.model.lower()}.safetensors"
        kinds = f"{self.tr('Checkpoints')} (*.safetensors)"
        if path := self._ask_save(self.tr("Save a checkpoint"), name, kinds):
            self._store.save(path)

    @Slot()
    def choose_data(self) -> None:
        path = QFileDialog.getExistingDirectory(self._window, self.tr("Folder with the four MNIST files"))
        if path:
            self._store.configure(data=path)

    # ---- own drawings

    @Slot()
    def choose_export(self) -> None:
        kinds = self.tr("Drawings (*.safetensors)")
        if path := self._ask_save(self.tr("Export my drawings"), "my-drawings.safetensors", kinds):
            self._store.export_drawings(path)

    @Slot()
    def choose_import(self) -> None:
        if path := self._ask_open(self.tr("Import drawings"), self.tr("Drawings (*.safetensors)")):
            self._store.import_drawings(path)

    # ---- lessons

    @Slot()
    def choose_lesson(self) -> None:
        if path := self._ask_open(self.tr("Open a lesson"), f"{self.tr('Lessons')} (*.json)"):
            self.open_file(path)

    def open_file(self, path: Path) -> None:
        """A lesson, or else weights or a checkpoint."""
        if path.suffix.lower() == ".json":
            self._learning.show_panel("lessons")
            self._store.lessons.open_file(path)
        else:
            self._store.open(path)

    # ---- the graph

    @Slot()
    def choose_graph_export(self) -> None:
        kinds = self.tr("Pictures and text (*.svg *.png *.dot)")
        if path := self._ask_save(self.tr("Export the graph"), "backward.svg", kinds):
            self.export_graph(path)

    def export_graph(self, path: Path) -> None:
        if path.suffix == ".dot":
            self._store.walking.save_dot(path)
        elif self._graph.graph is None:
            self._store.failed.emit(self.tr("There is no graph to export yet: take a step, or walk the backward pass."))
        elif save_picture(self._graph, path):
            self._store.told.emit(self.tr("Saved to {0}.").format(path))
        else:
            self._store.failed.emit(self.tr("{0} cannot be written: choose another place or name.").format(path))
