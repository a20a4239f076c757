"""«Why this digit?»: which pixels speak for it, by one of four methods, with its formula and what it cost."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from gui.bridge.commands import BY_ID
from gui.bridge.store import Store
from gui.lab.snapshot import AttributionView
from gui.theme import signs
from gui.views.menus import MenuButton
from gui.views.stages import FixedLines
from gui.views.widgets import column, label, number

COMMANDS = {
    "": "why_none", "gradient": "why_gradient", "gradient x input": "why_product",
    "occlusion": "why_occlusion", "grad-cam": "why_cam",
}  # fmt: skip
MEANINGS = {  # in a line, and in full
    "gradient": (
        QT_TRANSLATE_NOOP("why", "orange: more ink here, more {0}"),
        QT_TRANSLATE_NOOP(
            "why",
            "How fast the logit z of the {0} would rise if a pixel got brighter; blue: it would fall. "
            "It says nothing about pixels whose change would not matter right now.",
        ),
    ),
    "gradient x input": (
        QT_TRANSLATE_NOOP("why", "orange ink speaks for the {0}, blue against"),
        QT_TRANSLATE_NOOP(
            "why",
            "The slope times how far a pixel is from blank paper x₀: an estimate of what its ink adds to the logit of "
            "the {0}. Blank paper adds nothing.",
        ),
    ),
    "occlusion": (
        QT_TRANSLATE_NOOP("why", "orange: blanking this weakens the {0}"),
        QT_TRANSLATE_NOOP(
            "why",
            "How far the logit of the {0} falls when a square of 4×4 pixels is made paper, for squares 2 pixels apart. "
            "No slope, but a run of the network for each square.",
        ),
    ),
    "grad-cam": (
        QT_TRANSLATE_NOOP("why", "where the last convolution saw a {0}"),
        QT_TRANSLATE_NOOP(
            "why",
            "The 16 maps of the last convolution, each weighted by the mean slope of the logit of the {0}; what is "
            "negative is left out. Coarse: 10×10 cells, 2 pixels apart.",
        ),
    ),
}


translate = QCoreApplication.translate


class WhyButton(MenuButton):
    """The menu of methods; its text says which one is shown."""

    def __init__(self, store: Store) -> None:
        super().__init__(
            "", "why", "", BY_ID["why_gradient"].hint, QCoreApplication.translate("why", "Why this digit?")
        )
        self.store = store
        for method, command in COMMANDS.items():
            action = QAction(BY_ID[command].title, self.popup)
            action.setCheckable(True)
            action.setToolTip(BY_ID[command].hint)
            action.setData(method)
            action.triggered.connect(lambda _checked=False, method=method: store.explain_by(method))
            self.popup.addAction(action)
        store.method_changed.connect(self._on_method)
        self._on_method(store.method)

    @Slot(str)
    def _on_method(self, method: str) -> None:
        for action in self.popup.actions():
            action.setChecked(action.data() == method)
        self.setText(BY_ID[COMMANDS[method]].title if method else translate("why", "Why?"))
        self.setAccessibleDescription(self.text())


class WhyCard(QWidget):
    """Formula, cost and meaning of the map on the drawing; hidden while there is none."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.setAccessibleName(translate("why", "Why this digit?"))
        self.formula = label("", "mono", translate("why", "Formula"))
        self.cost = label("", "tiny", translate("why", "Cost"))
        self.meaning = FixedLines(1)
        layout = column(self, spacing=2)
        for part in (self.formula, self.cost, self.meaning):
            layout.addWidget(part)
        store.method_changed.connect(self._on_method)
        store.attribution_changed.connect(self._on_view)
        self._on_method(store.method)

    @Slot(str)
    def _on_method(self, method: str) -> None:
        self.setVisible(bool(method))
        self._on_view(self.store.attribution)

    @Slot(object)
    def _on_view(self, view: AttributionView | None) -> None:
        if view is None:
            self.formula.setText(translate("why", "Nothing to explain yet"))
            self.cost.setText("")
            self.meaning.setText(translate("why", "Draw a digit: the map then lies on it."))
            return
        self.formula.setText(view.formula)
        passes = translate("why", "{0} forward, {1} backward").format(view.forwards, view.backwards)
        self.cost.setText(translate("why", "{0} · {1} ms").format(passes, f"{view.milliseconds:.1f}"))
        short, full = (translate("why", str(text)).format(view.digit) for text in MEANINGS[view.method])
        self.meaning.setText(short)
        scale = translate("why", "Scale: −{0} to +{0}").format(number(signs.limit_of(view.map), 2))
        self.setToolTip(f"{full}\n{scale}")
        self.setAccessibleDescription(f"{full} {scale}")
