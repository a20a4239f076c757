"""The top of the lab: which network, reset, step, run, the phase, the settings, device and theme."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from gui.bridge.commands import BY_ID
from gui.bridge.store import Store
from gui.lab.experiment import Experiment
from gui.lab.snapshot import Snapshot
from gui.theme import theme
from gui.views.device import DeviceButton
from gui.views.menus import MenuButton
from gui.views.phases import PhaseChip
from gui.views.settings import SettingsEditor
from gui.views.timeline import TimelineStrip
from gui.views.widgets import Button, add, column, row


class Transport(QWidget):
    """One row of controls above the timeline. Gives up its least needed words first where the window is narrow."""

    theme_toggled = Signal()

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.setProperty("role", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Transport"))
        self.menu = MenuButton("", "menu", "icon", self.tr("All commands (F10)"), self.tr("Menu"))
        self.logo = QLabel()
        self.logo.setProperty("role", "logo")
        self.logo.setAccessibleName("nbgrad lab")
        self.model = MenuButton("", "", "", self.tr("Which network, and which weights it has"), self.tr("Network"))
        self.reset = self._button("reset", self.tr("Reset"), "reset", store.reset)
        self.step = self._button("step", self.tr("Step"), "step", store.step)
        self.run = self._button("run", self.tr("Run"), "run", store.toggle_run, "primary")
        self.phase = PhaseChip()
        self.settings = Button("", tip=self.tr("Optimizer, learning rate, batch size: change them while it runs (E)"))
        self.settings.setAccessibleName(self.tr("Training settings"))
        self.device = DeviceButton(store)
        self.theme = Button("", "sun", "icon", BY_ID["theme"].hint, BY_ID["theme"].title)
        self.theme.clicked.connect(self.theme_toggled)
        self.settings.clicked.connect(self.open_settings)
        self.editor = SettingsEditor(store, self)
        self._fill_menus()
        self._lay_out()
        self._parameters = 0
        store.snapshot_changed.connect(self._on_snapshot)
        store.experiment_changed.connect(self._on_experiment)
        store.walking.changed.connect(self._show_phase)
        theme.changed.connect(self._dress)
        self._on_snapshot(store.snapshot)
        self._on_experiment(store.experiment)
        self._dress()

    def _button(self, id: str, text: str, icon: str, act: Callable[[], object], role: str = "") -> Button:
        button = Button(text, icon, role, BY_ID[id].hint, BY_ID[id].title)
        button.clicked.connect(act)
        return button

    def _fill_menus(self) -> None:
        trained, fresh = BY_ID["trained"], BY_ID["fresh"]
        self.model.set_choices(
            [
                (trained.title, trained.hint, self.store.load_trained),
                (fresh.title, fresh.hint, self.store.start_fresh),
                ("", "", lambda: None),
                *(
                    (BY_ID[id].title, BY_ID[id].hint, partial(self.store.choose_network, *BY_ID[id].arguments))
                    for id in ("lenet", "mlp", "resnet")
                ),
            ]
        )

    def _lay_out(self) -> None:
        controls = self.controls = row(None, (12, 8, 12, 8), 8)
        add(controls, self.menu, self.logo)
        controls.addSpacing(4)
        add(controls, self.model, None, self.reset, self.step, self.run)
        controls.addSpacing(8)
        add(controls, self.phase, None, self.settings, self.device, self.theme)
        self.timeline = TimelineStrip(self.store)
        layout = column(self, spacing=0)
        add(layout, controls, self.timeline)

    @Slot()
    def open_settings(self) -> None:
        self.editor.open_below(self.settings)

    def fill_menu(self, menus: list[QMenu]) -> None:
        for menu in menus:
            self.menu.popup.addMenu(menu)

    # ---- what is shown

    def _widest_run(self) -> int:
        """Room for both words, so that nothing moves when one becomes the other."""
        now = self.run.text()
        widths = []
        for text in (self.tr("Run"), self.tr("Pause")):
            self.run.setText(text)
            widths.append(self.run.sizeHint().width())
        self.run.setText(now)
        return max(widths)

    @Slot()
    def _dress(self) -> None:
        self.run.setMinimumWidth(0)
        self.run.setMinimumWidth(self._widest_run())
        colors = theme.colors
        self.logo.setTextFormat(Qt.TextFormat.RichText)
        self.logo.setText(f'nb<span style="color:{colors.accent}">grad</span> lab')
        self.theme.set_icon("sun" if theme.dark else "moon")
        self._fit()

    @Slot(object)
    def _on_snapshot(self, snapshot: Snapshot | None) -> None:
        running = snapshot is not None and snapshot.running
        self._show_phase()
        text = self.tr("Pause") if running else self.tr("Run")
        if self.run.text() != text:
            self.run.setText(text)
            self.run.set_icon("pause" if running else "run")
        count = sum(view.value.size for view in snapshot.parameters) if snapshot else 0
        if count != self._parameters:
            self._parameters = count
            self._fit()

    @Slot()
    def _show_phase(self, *_) -> None:
        """That of the walk while there is one, else that of training."""
        walking, snapshot = self.store.walking, self.store.snapshot
        training = snapshot.phase if snapshot else "idle"
        self.phase.set_phase(walking.view.phase if walking.in_force and walking.view else training)

    @Slot(object)
    def _on_experiment(self, experiment: Experiment) -> None:
        self._fit()

    def resizeEvent(self, event) -> None:
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(560), super().minimumSizeHint().height())

    def _fit(self) -> None:
        """Say as much as the width allows; the tooltips say the rest."""
        experiment = self.store.experiment
        for spare in range(4):
            self.logo.setVisible(spare < 2)
            self.phase.setVisible(spare < 3)
            self.device.setVisible(spare < 3)
            count = f" · {self._parameters:,} " + self.tr("parameters") if self._parameters and spare < 1 else ""
            self.model.setText(f"{experiment.model}{count} ▾")
            batch = " · " + self.tr("batch {0}").format(experiment.batch_size) if spare < 3 else ""
            self.settings.setText(f"{experiment.optimizer} · lr {experiment.lr:g}{batch} ▾")
            self.controls.invalidate()
            if self.controls.minimumSize().width() <= self.width():
                break


if __name__ == "__main__":
    from gui.views.preview import show

    show(Transport, 1280, 84)
