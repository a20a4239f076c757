"""The stops at settings, the command palette and the window's size."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.theme import theme
from gui.tour.guide import SIZES, Guide


def settings_and_size(guide: Guide) -> None:
    guide.key("E")
    editor = guide.window.transport.editor
    guide.wait("the settings", editor.isVisible)
    field = editor.fields["lr"]
    field.selectAll()
    QTest.keyClicks(field, "abc")
    QTest.keyClick(field, Qt.Key.Key_Return)
    guide.wait("a refusal", lambda: "abc" in editor.message.text())
    guide.picture("refused")
    editor.hide()
    guide.wait("news of a GPU", lambda: guide.store.gpu is not None)
    guide.click(guide.window.transport.device, guide.window.transport.device.rect().center())
    guide.wait("the devices", guide.window.transport.device.popup.isVisible)
    guide.picture("device")
    guide.window.transport.device.popup.hide()
    guide.key("K", Qt.KeyboardModifier.ControlModifier)
    guide.wait("the command palette", guide.window.palette_dialog.isVisible)
    guide.picture("commands")
    guide.window.palette_dialog.hide()
    before = guide.store.drawing.number
    guide.key("N")
    guide.wait("a sample", lambda: guide.store.drawing.number > before and guide.classified())
    guide.picture("sample", everywhere=True)
    theme.set_zoom(1.5)
    guide.resize(*SIZES[1])
    guide.picture("classroom")
    theme.set_zoom(1.0)
