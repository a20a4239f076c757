"""Where the network computes: a button that names the device, and the choice between CPU and GPU below it."""

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QAction, QActionGroup

from gui.bridge.commands import BY_ID
from gui.bridge.spoken import spoken
from gui.bridge.store import Store
from gui.lab.experiment import Experiment
from gui.theme import theme
from gui.views.menus import MenuButton

LONGEST = 640  # px of a line of the menu; a driver's own words may be longer


class DeviceButton(MenuButton):
    """Without a GPU that choice stays, with the reason beside it."""

    def __init__(self, store: Store) -> None:
        super().__init__(tip=self.tr("Where the network computes"), name=self.tr("Device"))
        self.store = store
        self.popup.setToolTipsVisible(True)
        self.cpu = self._choice("cpu", self.tr("CPU: every kernel compiled by Numba"))
        self.gpu = self._choice("gpu", "")
        group = QActionGroup(self)
        group.addAction(self.cpu)
        group.addAction(self.gpu)
        store.experiment_changed.connect(self._show_device)
        store.gpu_changed.connect(self._show_gpu)
        theme.changed.connect(self._show_gpu)
        self._show_device(store.experiment)
        self._show_gpu()

    def _choice(self, id: str, text: str) -> QAction:
        action = QAction(text, self.popup)
        action.setCheckable(True)
        action.setToolTip(BY_ID[id].hint)
        action.triggered.connect(lambda: self.store.compute_on(*BY_ID[id].arguments))
        self.popup.addAction(action)
        return action

    def open(self) -> None:
        """Its right edge below the button's, which stands near the edge of the window."""
        super().open()
        self.popup.move(self.mapToGlobal(QPoint(self.width() - self.popup.width(), self.height() + 4)))

    @Slot(object)
    def _show_device(self, experiment: Experiment) -> None:
        there = experiment.device == "cuda"
        (self.gpu if there else self.cpu).setChecked(True)
        name = self.tr("GPU") if there else self.tr("CPU")
        self.setText(f"{name} ▾")
        self.setAccessibleDescription(name)

    @Slot()
    def _show_gpu(self, *_) -> None:
        known = self.store.gpu
        about = self.tr("looking for one…")
        if known is not None:
            about = spoken(known.reason) or known.name
        self.gpu.setEnabled(known is not None and not known.reason)
        words = self.tr("GPU: {0}").format(about)
        shown = self.popup.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, theme.px(LONGEST))
        self.gpu.setText(shown)
        self.gpu.setToolTip(BY_ID["gpu"].hint if self.gpu.isEnabled() else words)


if __name__ == "__main__":
    from gui.views.preview import show

    show(DeviceButton, 120, 48)
