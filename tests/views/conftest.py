"""A window over made-up records: no engine, no settings of the user's."""

import pytest
from PySide6.QtCore import QSettings

from gui.main_window import MainWindow
from gui.theme import theme
from gui.views import preview


@pytest.fixture
def settings(tmp_path):
    settings = QSettings(str(tmp_path / "lab.ini"), QSettings.Format.IniFormat)
    settings.setValue("theme", "dark")
    settings.setValue("reduced_motion", "true")
    return settings


@pytest.fixture(autouse=True)
def _theme(qapp):
    theme.start("dark", 1.0)
    yield
    theme.start("dark", 1.0)


@pytest.fixture
def asked():
    """What was asked of the worker."""
    return []


@pytest.fixture
def store(qapp, asked):
    store = preview.full_store()
    store.requested.connect(asked.append)
    return store


@pytest.fixture
def empty(qapp, asked):
    store = preview.empty_store()
    store.requested.connect(asked.append)
    return store


@pytest.fixture
def open_window(qtbot, settings):
    """open_window(store): a window of the smallest promised size."""

    def show(store, width=1280, height=800):
        window = MainWindow(store, settings)
        qtbot.addWidget(window)
        window.resize(width, height)
        window.show()
        qtbot.waitExposed(window)
        qtbot.wait(30)
        return window

    return show


@pytest.fixture
def window(open_window, store):
    return open_window(store)
