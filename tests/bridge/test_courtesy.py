import pytest
from PySide6.QtWidgets import QWidget

from gui.bridge.courtesy import Courtesy
from gui.bridge.mailbox import Mailbox
from gui.bridge.store import Store
from gui.lab.experiment import Experiment


@pytest.mark.parametrize("change", ["snapshot_changed", "probe_changed"])
def test_training_goes_on_once_the_window_has_painted(qtbot, change):
    said = []

    class Panel(QWidget):
        def paintEvent(self, _event):
            said.append("painted")

    store, mailbox, panel = Store(Experiment()), Mailbox(), Panel()
    qtbot.addWidget(panel)
    with qtbot.waitExposed(panel):
        panel.show()
    courtesy = Courtesy(mailbox, store)
    mailbox.say_window_busy = said.append
    said.clear()
    getattr(store, change).connect(lambda _view: panel.update())
    getattr(store, change).emit(None)
    qtbot.waitUntil(lambda: len(said) == 2)
    assert said == ["painted", False] and courtesy.parent() is None
