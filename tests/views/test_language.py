"""The window in Korean."""

import pytest
from PySide6.QtCore import QLocale

from gui.theme.language import install_language, remove_language
from tests.views.test_window import texts_cut_off


@pytest.fixture
def korean(qapp):
    remove_language()
    install_language(QLocale("ko_KR"))
    yield
    remove_language()


def test_the_window_speaks_korean_and_nothing_is_cut_off(korean, open_window, store):
    window = open_window(store)
    assert window.transport.run.text() == "실행"
    assert window.network.modes.buttons["gradients"].text() == "기울기"
    assert texts_cut_off(window) == []
