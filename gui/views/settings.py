"""The editor of the experiment: optimizer, learning rate, momentum, batch size and seed, changed while it runs."""

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtWidgets import QCheckBox, QFormLayout, QFrame, QLineEdit, QWidget

from gui.bridge.store import Store
from gui.lab.experiment import OPTIMIZERS, Experiment
from gui.theme import theme
from gui.views.widgets import Button, Segments, add, column, label, paint_card, row, section, set_role

WHOLE = ("batch_size", "seed")


def read_number(field: str, text: str) -> object:
    """What was written as a number where it is one; else the text itself, so that the refusal can quote it."""
    try:
        return int(text) if field in WHOLE else float(text)
    except ValueError:
        return text


class SettingsEditor(QFrame):
    """A card below the optimizer chip. Enter or leaving a field applies it, or refuses it in one sentence."""

    def __init__(self, store: Store, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.store = store
        self.setAccessibleName(self.tr("Training settings"))
        names = {
            "lr": self.tr("Learning rate"),
            "momentum": self.tr("Momentum"),
            "weight_decay": self.tr("Weight decay"),
            "batch_size": self.tr("Batch size"),
            "seed": self.tr("Seed"),
        }
        self.optimizer = Segments([(name, name, "") for name in OPTIMIZERS], self.tr("Optimizer"))
        self.optimizer.chosen.connect(self._choose_optimizer)
        self.nesterov = QCheckBox(self.tr("Nesterov momentum"))
        self.nesterov.setAccessibleName(self.tr("Nesterov momentum"))
        self.nesterov.clicked.connect(self._set_nesterov)
        self.fields = {field: self._make_field(field, name) for field, name in names.items()}
        self.message = label("", "caption", self.tr("Message"), wrap=True)
        self.done = Button(self.tr("Done"), role="primary")
        self.done.clicked.connect(self.hide)
        layout = column(self, (16, 12, 16, 16), 12)
        form = QFormLayout()
        form.setSpacing(8)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        for field, name in names.items():
            form.addRow(label(name), self.fields[field])
        buttons = row()
        add(buttons, None, self.done)
        add(layout, section(self.tr("Training settings")), self.optimizer, form, self.nesterov, self.message, buttons)
        store.experiment_changed.connect(self.show_experiment)
        store.failed.connect(self._on_failed)
        self.show_experiment(store.experiment)

    def _make_field(self, field: str, name: str) -> QLineEdit:
        edit = QLineEdit()
        edit.setProperty("role", "number")
        edit.setAccessibleName(name)
        edit.setProperty("field", field)
        edit.editingFinished.connect(self._on_edited)
        return edit

    def paintEvent(self, event) -> None:
        paint_card(self)

    def open_below(self, anchor: QWidget) -> None:
        self.say("", "caption")
        self.show_experiment(self.store.experiment)
        self.setFixedWidth(theme.px(300))
        self.adjustSize()
        place = anchor.mapToGlobal(QPoint(anchor.width() - self.width(), anchor.height() + 4))
        self.move(place)
        self.show()
        self.fields["lr"].setFocus(Qt.FocusReason.PopupFocusReason)
        self.fields["lr"].selectAll()

    @Slot(object)
    def show_experiment(self, experiment: Experiment) -> None:
        self.optimizer.choose(experiment.optimizer)
        for field, edit in self.fields.items():
            value = getattr(experiment, field)
            edit.setText(f"{value:g}" if isinstance(value, float) else str(value))
        self.nesterov.setChecked(experiment.nesterov)
        sgd = experiment.optimizer == "SGD"
        self.fields["momentum"].setEnabled(sgd)
        self.nesterov.setEnabled(sgd)

    @Slot()
    def _on_edited(self) -> None:
        edit = self.sender()
        if isinstance(edit, QLineEdit):
            self.apply(edit.property("field"), edit.text().strip())

    def apply(self, field: str, text: str) -> None:
        """Use a setting if it can be, else say why not and show the old one again."""
        value = read_number(field, text.replace(",", "."))
        if value != getattr(self.store.experiment, field):
            self.say("", "caption")
            self.store.configure(**{field: value})

    @Slot(str)
    def _choose_optimizer(self, name: str) -> None:
        self.say("", "caption")
        self.store.configure(optimizer=name)

    @Slot(bool)
    def _set_nesterov(self, checked: bool) -> None:
        self.say("", "caption")
        self.store.configure(nesterov=checked)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        if self.isVisible():
            self.say(sentence, "alert")

    def say(self, text: str, role: str) -> None:
        set_role(self.message, role)
        self.message.setText(text)
        self.message.setVisible(bool(text))
        self.adjustSize()
