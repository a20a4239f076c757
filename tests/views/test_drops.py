"""Files dropped on the window."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from gui.bridge import requests

COPY, LEFT, NONE = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def drop(window, *urls, text=""):
    """Whether the window took it on entering and on dropping."""
    data = QMimeData()
    data.setUrls([QUrl(url) for url in urls])
    if text:
        data.setText(text)
    entering = QDragEnterEvent(QPoint(300, 300), COPY, data, LEFT, NONE)
    dropping = QDropEvent(QPointF(300, 300), COPY, data, LEFT, NONE)
    for event in (entering, dropping):
        QApplication.sendEvent(window, event)
    return entering.isAccepted(), dropping.isAccepted()


def test_a_dropped_file_is_opened(window, asked, tmp_path):
    path = tmp_path / "weights of mine.pth"
    assert drop(window, QUrl.fromLocalFile(str(path))) == (True, True)
    assert asked == [requests.Open(path)]


@pytest.mark.parametrize("urls", [(), ("file:///a.pth", "file:///b.pth"), ("https://example.org/a.pth",)])
def test_anything_else_is_not_taken(window, asked, urls):
    assert drop(window, *urls, text="hello") == (False, False)
    assert asked == []


def test_the_menu_offers_pytorchs_files_too(window, asked, monkeypatch):
    offered = []

    def choose(_parent, _title, _folder, files):
        offered.append(files)
        return "net.pth", ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", choose)
    window.files.choose_open()
    assert offered == ["Checkpoints and weights (*.safetensors *.pth *.pt)"]
    assert asked == [requests.Open(Path("net.pth"))]
