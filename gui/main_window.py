"""The window: the panels as docks, the commands as actions, the geometry remembered. What panels show is their own."""

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QMenu, QStackedWidget, QWidget

from gui.bridge.commands import COMMANDS, MENUS, call
from gui.bridge.console_commands import CONSOLE_COMMANDS
from gui.bridge.lesson_commands import LESSON_COMMANDS
from gui.bridge.store import Store
from gui.bridge.walk_commands import WALK_COMMANDS
from gui.lab.experiment import Experiment
from gui.lab.snapshot import ProbeView
from gui.theme import theme
from gui.theme.icons import app_icon
from gui.theme.language import install_language
from gui.views.about import make_about_dialog
from gui.views.drops import FileDrops
from gui.views.files import Files
from gui.views.graph import GraphPanel
from gui.views.inspector import InspectorPanel
from gui.views.learning import LearningPanel
from gui.views.menus import rounded
from gui.views.network import NetworkPanel
from gui.views.palette import CommandPalette
from gui.views.status import NoticeBanner, Toast
from gui.views.transport import Transport
from gui.views.widgets import column, scale_layouts, scroll
from gui.views.window_commands import WINDOW_COMMANDS
from gui.views.you import YouPanel

LAYOUT_VERSION = 1
LEFT, RIGHT, BOTTOM = 232, 240, 208  # the least, px at 100 %
LEFT_SHARE, RIGHT_SHARE, BOTTOM_SHARE = 0.21, 0.235, 0.22  # of the window
LEFT_MOST, RIGHT_MOST = 330, 400  # px at 100 %


class MainWindow(QMainWindow):
    """Left you, right the inspector, below learning and the backward pass, in the middle the network."""

    def __init__(self, store: Store, settings: QSettings | None = None) -> None:
        super().__init__()
        self.store = store
        self.settings = settings or QSettings("nbgrad", "lab")
        self._start_theme()
        self.setWindowTitle(self.tr("nbgrad lab"))
        self.setWindowIcon(app_icon())
        self.setAccessibleName(self.tr("nbgrad lab"))
        self.setMinimumSize(QSize(960, 600))
        self._make_panels()
        self._make_docks()
        self.files = Files(self, store, self.learning, self.graph.canvas)
        self.learning.lessons.file_wanted.connect(self.files.choose_lesson)
        self.drops = FileDrops(self, self.files.open_file)
        self._make_actions()
        theme.changed.connect(self._on_theme)
        self._restore()

    def _start_theme(self) -> None:
        install_language()
        name, zoom = self.settings.value("theme"), self.settings.value("zoom", 1.0)
        theme.start(str(name) if name else None, float(zoom))  # pyright: ignore[reportArgumentType]
        theme.set_reduced_motion(self.settings.value("reduced_motion", "false") == "true")

    # ---- building

    def _make_panels(self) -> None:
        store = self.store
        self.transport = Transport(store)
        self.transport.theme_toggled.connect(self.toggle_theme)
        top = QWidget()
        top.setAccessibleName(self.tr("Transport"))
        layout = column(top, spacing=0)
        self.notice = NoticeBanner(store)
        for part in (self.transport, self.notice):
            layout.addWidget(part)
        self.setMenuWidget(top)
        self.you, self.network = YouPanel(store), NetworkPanel(store)
        self.inspector, self.learning = InspectorPanel(store), LearningPanel(store)
        self.learning.room_changed.connect(self._share_room)
        self.graph, self.large_graph = GraphPanel(store), GraphPanel(store, large=True)
        for panel in (self.graph, self.large_graph):
            panel.enlarge.clicked.connect(self.toggle_graph)
            panel.start.clicked.connect(self.start_walk)
            panel.empty.button.clicked.connect(self.start_walk)
        self.inspector.watch.clicked.connect(self.watch_parameter)
        self._walk_once_drawn = ""
        store.probe_changed.connect(self._on_probe)
        self.centre = QStackedWidget()
        self.centre.setAccessibleName(self.tr("Centre"))
        self.centre.addWidget(self.network)
        self.centre.addWidget(self.large_graph)
        self.setCentralWidget(self.centre)
        self.toast = Toast(store, self)

    def _make_docks(self) -> None:
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks)
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.BottomDockWidgetArea)
        areas = Qt.DockWidgetArea
        you = scroll(self.you, self.tr("You"))
        you.setMinimumHeight(1)
        self.docks = {
            "you": self._dock("you", self.tr("You"), you, areas.LeftDockWidgetArea),
            "inspector": self._dock("inspector", self.tr("Inspector"), self.inspector, areas.RightDockWidgetArea),
            "learning": self._dock("learning", self.tr("Learning"), self.learning, areas.BottomDockWidgetArea),
            "graph": self._dock("graph", self.tr("Backward pass"), self.graph, areas.BottomDockWidgetArea),
        }
        self.splitDockWidget(self.docks["learning"], self.docks["graph"], Qt.Orientation.Horizontal)

    def _dock(self, name: str, title: str, panel: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setAccessibleName(title)
        dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        bare = QWidget()  # each panel carries its own heading
        bare.setAccessibleName(title)
        dock.setTitleBarWidget(bare)
        dock.setWidget(panel)
        self.addDockWidget(area, dock)
        return dock

    def _make_actions(self) -> None:
        self.actions_by_id: dict[str, QAction] = {}
        menus = {title: rounded(QMenu(self)) for title in MENUS}
        owners = {"store": self.store, "canvas": self.you.canvas, "window": self, "files": self.files}
        owners |= {"network": self.network, "inspector": self.inspector, "walk": self.store.walking}
        owners |= {"console": self.learning.panels["console"], "lessons": self.learning.panels["lessons"]}
        groups: dict[str, QActionGroup] = {}
        for command in (*COMMANDS, *WINDOW_COMMANDS, *WALK_COMMANDS, *CONSOLE_COMMANDS, *LESSON_COMMANDS):
            action = QAction(command.title, self)
            action.setShortcut(QKeySequence(command.shortcut))
            action.setToolTip(command.hint)
            action.setStatusTip(command.hint)
            action.triggered.connect(call(command, **owners))
            if command.choice:
                action.setCheckable(True)
                groups.setdefault(command.choice, QActionGroup(self)).addAction(action)
            self.addAction(action)
            self.actions_by_id[command.id] = action
            menus[command.menu].setTitle(command.menu_title)
            menus[command.menu].addAction(action)
        self.store.mode_changed.connect(self._check_mode)
        self._check_mode(self.store.mode)
        self.store.experiment_changed.connect(self._check_device)
        self._check_device(self.store.experiment)
        self.you.teach.add_window_actions([self.actions_by_id["export_mine"], self.actions_by_id["import_mine"]])
        self.palette_dialog = CommandPalette(list(self.actions_by_id.values()), self)
        self.transport.fill_menu(list(menus.values()))

    # ---- layout

    @Slot()
    def reset_layout(self) -> None:
        """The network in the middle, every panel around it."""
        self.centre.setCurrentWidget(self.network)
        for dock in self.docks.values():
            dock.show()
        self._share_room()

    @Slot()
    def _share_room(self) -> None:
        """Every panel at its proper size for this window."""
        left = min(max(round(self.width() * LEFT_SHARE), theme.px(LEFT)), theme.px(LEFT_MOST))
        right = min(max(round(self.width() * RIGHT_SHARE), theme.px(RIGHT)), theme.px(RIGHT_MOST))
        self.docks["you"].setMinimumWidth(theme.px(LEFT))
        self.docks["inspector"].setMinimumWidth(theme.px(RIGHT))
        across = [self.docks["you"], self.docks["inspector"]]
        self.resizeDocks(across, [left, right], Qt.Orientation.Horizontal)
        low = max(theme.px(BOTTOM), round(self.height() * BOTTOM_SHARE))
        self.resizeDocks([self.docks["learning"]], [low], Qt.Orientation.Vertical)
        room = self.width() - left
        share = 0.4 if room < theme.px(1400) else 0.52
        both = [self.docks["learning"], self.docks["graph"]]
        self.resizeDocks(both, [round(room * share), round(room * (1 - share))], Qt.Orientation.Horizontal)

    def _restore(self) -> None:
        self.resize(1440, 900)
        geometry, state = self.settings.value("geometry"), self.settings.value("state")
        self._fresh = not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry))
        if not self._fresh and isinstance(state, QByteArray):
            self.restoreState(state, LAYOUT_VERSION)

    def showEvent(self, event) -> None:
        super().showEvent(event)
        if self._fresh:
            self._fresh = False
            self.reset_layout()
            QTimer.singleShot(0, self._share_room)  # once the docks have their first sizes
        self.setFocus()  # no control looks chosen before one is

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        if self.isVisible() and event.oldSize().isValid():
            QTimer.singleShot(0, self._share_room)

    def closeEvent(self, event) -> None:
        self.settings.setValue("geometry", self.saveGeometry())
        self.settings.setValue("state", self.saveState(LAYOUT_VERSION))
        self.settings.setValue("theme", theme.colors.name)
        self.settings.setValue("zoom", theme.zoom)
        self.settings.setValue("reduced_motion", "true" if theme.reduced_motion else "false")
        super().closeEvent(event)

    @Slot()
    def _on_theme(self) -> None:
        scale_layouts(self)
        if self.isVisible():
            self._share_room()

    # ---- what commands call

    @Slot(str)
    def _check_mode(self, mode: str) -> None:
        self.actions_by_id[mode].setChecked(True)

    @Slot(object)
    def _check_device(self, experiment: Experiment) -> None:
        self.actions_by_id["gpu" if experiment.device == "cuda" else "cpu"].setChecked(True)

    @Slot()
    def toggle_theme(self) -> None:
        theme.toggle()

    @Slot()
    def zoom_in(self) -> None:
        theme.zoom_by(1)

    @Slot()
    def zoom_out(self) -> None:
        theme.zoom_by(-1)

    @Slot()
    def zoom_reset(self) -> None:
        theme.set_zoom(1.0)

    @Slot()
    def toggle_motion(self) -> None:
        theme.set_reduced_motion(not theme.reduced_motion)
        state = self.tr("Motion is reduced.") if theme.reduced_motion else self.tr("Motion is as usual.")
        self.toast.tell(state)

    @Slot()
    def toggle_graph(self) -> None:
        large = self.centre.currentWidget() is not self.large_graph
        self.centre.setCurrentWidget(self.large_graph if large else self.network)
        self.docks["graph"].setVisible(not large)
        (self.large_graph if large else self.network).canvas.setFocus()
        QTimer.singleShot(0, self._share_room)

    @Slot()
    def toggle_panels(self) -> None:
        show = not any(dock.isVisible() for dock in self.docks.values())
        for name, dock in self.docks.items():
            dock.setVisible(show and (name != "graph" or self.centre.currentWidget() is self.network))
        if show:
            self._share_room()

    @Slot()
    def fit_all(self) -> None:
        self.network.canvas.fit()
        self.graph.canvas.fit()
        self.large_graph.canvas.fit()

    def show_learning(self, panel: str) -> None:
        self.learning.show_panel(panel)

    @Slot()
    def edit_settings(self) -> None:
        self.transport.open_settings()

    @Slot()
    def open_menu(self) -> None:
        self.transport.menu.open()

    @Slot()
    def open_palette(self) -> None:
        self.palette_dialog.open_above(self)

    @Slot()
    def show_about(self) -> None:
        make_about_dialog(self).open()

    @Slot()
    def next_panel(self) -> None:
        """Move the focus on: canvas, network, inspector, learning, graph, transport."""
        stops: list[QWidget] = [
            self.you.canvas,
            self.network.canvas,
            self.inspector.parameters,
            self.learning.tabs.buttons["curves"],
            self.graph.canvas,
            self.transport.run,
        ]
        visible: list[QWidget] = [stop for stop in stops if stop.isVisible()]
        now = QApplication.focusWidget()
        index = visible.index(now) if isinstance(now, QWidget) and now in visible else -1
        visible[(index + 1) % len(visible)].setFocus(Qt.FocusReason.TabFocusReason)

    @Slot()
    def start_walk(self) -> None:
        """Stand at the loss, with the large graph; where there is no loss yet, of a sample."""
        self._walk_to("loss")

    @Slot()
    def watch_parameter(self) -> None:
        """Walk to where the gradient of the selected parameter is made, of the first one where none is selected."""
        names = [view.name for view in self.store.snapshot.parameters] if self.store.snapshot else []
        chosen = self.store.selection.parameter
        if names:
            self._walk_to(chosen if chosen in names else names[0])

    def _walk_to(self, goal: str) -> None:
        if self.centre.currentWidget() is not self.large_graph:
            self.toggle_graph()
        snapshot = self.store.snapshot
        if self.store.drawing.empty and (snapshot is None or snapshot.graph is None):
            self._await_sample(goal)
            self.store.give_sample()
            return
        walking = self.store.walking
        walking.go_to("loss") if goal == "loss" else walking.run_to_parameter(goal)

    @Slot(object)
    def _on_probe(self, probe: ProbeView | None) -> None:
        goal = self._walk_once_drawn
        if goal and probe is not None and probe.layers[0].gradient is not None:
            self._await_sample("")
            self._walk_to(goal)

    def _await_sample(self, goal: str) -> None:
        """Walk there once something is drawn; "": no longer."""
        self._walk_once_drawn = goal
        for panel in (self.graph, self.large_graph):
            panel.await_sample(bool(goal))

    @Slot()
    def search_graph(self) -> None:
        self._graph_panel().search.open()

    @Slot()
    def toggle_fold(self) -> None:
        self._graph_panel().canvas.toggle_fold()

    @Slot()
    def fold_all(self) -> None:
        self._graph_panel().canvas.fold_all()

    def _graph_panel(self) -> GraphPanel:
        """The graph that is seen."""
        return self.large_graph if self.large_graph.isVisible() else self.graph

    @Slot()
    def open_teach(self) -> None:
        self.you.teach.open()
