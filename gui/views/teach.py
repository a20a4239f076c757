"""«Teach this as …»: the drawing joins the learner's own set, to train on and to take along."""

from PySide6.QtCore import QCoreApplication, Slot
from PySide6.QtGui import QAction

from gui.bridge.commands import BY_ID
from gui.bridge.store import Store
from gui.views.menus import MenuButton

NO_DIGIT = -1


translate = QCoreApplication.translate


class TeachButton(MenuButton):
    """Ten digits and «no digit», typed or clicked; below, what can be done with the learner's own set."""

    def __init__(self, store: Store, window_commands: dict[str, QAction] | None = None) -> None:
        teach = BY_ID["teach"]
        super().__init__("", "keep", "", teach.hint, teach.title)
        self.store = store
        for digit in range(10):
            self._add(f"&{digit}", lambda digit=digit: store.teach(digit))
        self._add(translate("teach", "No digit"), lambda: store.teach(NO_DIGIT))
        self.popup.addSeparator()
        self.train = self._add(BY_ID["train_mine"].title, store.train_mine)
        self.back = self._add(BY_ID["take_back"].title, store.take_back)
        store.mine_changed.connect(self._on_mine)
        store.experiment_changed.connect(self._on_experiment)
        self._on_mine(store.mine)

    def _add(self, text: str, act) -> QAction:
        action = QAction(text, self.popup)
        action.triggered.connect(lambda _checked=False: act())
        self.popup.addAction(action)
        return action

    def add_window_actions(self, actions: list[QAction]) -> None:
        """Export and import ask for a file, which is the window's affair."""
        self.popup.addActions(actions)

    @Slot(object)
    def _on_mine(self, counts: tuple[int, ...]) -> None:
        many = sum(counts)
        self.setText(translate("teach", "Teach · {0}").format(many) if many else translate("teach", "Teach"))
        told = ", ".join(f"{digit}: {count}" for digit, count in enumerate(counts[:10]) if count)
        kept = (
            translate("teach", "Your drawings: {0}").format(told or "–")
            if many
            else translate("teach", "No drawings of yours yet")
        )
        self.setToolTip(f"{BY_ID['teach'].hint}\n{kept}")
        self.back.setEnabled(bool(many))
        self._on_experiment(self.store.experiment)

    @Slot(object)
    def _on_experiment(self, experiment) -> None:
        self.train.setEnabled(bool(sum(self.store.mine)))
        self.train.setText(translate("teach", "Train without mine") if experiment.mine else BY_ID["train_mine"].title)
