"""The choice between CPU and GPU in the window, over made-up records."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.bridge import requests
from gui.lab.findings import GpuView, SourceView, Timing
from gui.views.device import DeviceButton
from gui.views.kernel_page import KernelPage, TimingBars

REASON = 'numba-cuda is not installed; `pip install "nbgrad[cuda]"` brings it'


@pytest.fixture
def button(qtbot, store):
    button = DeviceButton(store)
    qtbot.addWidget(button)
    button.show()
    return button


def test_without_a_gpu_the_choice_is_there_and_says_why(button, store):
    assert not button.gpu.isEnabled() and "looking" in button.gpu.text()
    store.take_gpu(GpuView("", REASON))
    assert button.gpu.text() == f"GPU: {REASON}" and not button.gpu.isEnabled() and button.gpu.isVisible()
    assert button.text() == "CPU ▾" and button.cpu.isChecked() and button.cpu.isEnabled()
    assert button.accessibleName() == "Device" and button.accessibleDescription() == "CPU"


def test_words_of_a_driver_that_are_long_are_cut_and_the_tip_has_them_all(button, store):
    store.take_gpu(GpuView("", "no CUDA driver answers " + "(error) " * 40))
    assert "…" in button.gpu.text() and button.gpu.toolTip().count("(error)") == 40


def test_the_keyboard_chooses_the_gpu(qtbot, button, store, asked):
    store.take_gpu(GpuView("A card", ""))
    assert button.gpu.text() == "GPU: A card" and button.gpu.isEnabled()
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Down)
    qtbot.waitUntil(button.popup.isVisible)
    QTest.keyClick(button.popup, Qt.Key.Key_Up)  # from below
    QTest.keyClick(button.popup, Qt.Key.Key_Return)
    assert [type(request) for request in asked] == [requests.Configure]
    assert asked[0].experiment == store.experiment and store.experiment.device == "cuda"
    assert button.text() == "GPU ▾" and button.gpu.isChecked() and not button.cpu.isChecked()


def test_the_commands_follow_and_refuse(qtbot, open_window, store, asked):
    window = open_window(store)
    actions, failures = window.actions_by_id, []
    store.failed.connect(failures.append)
    store.take_gpu(GpuView("", REASON))
    assert actions["cpu"].isChecked()
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window, Qt.Key.Key_G, keys)
    assert failures == [f"The GPU cannot be used: {REASON}."]
    assert actions["cpu"].isChecked() and not actions["gpu"].isChecked()
    store.take_gpu(GpuView("A card", ""))
    QTest.keyClick(window, Qt.Key.Key_G, keys)
    assert actions["gpu"].isChecked() and window.transport.device.text() == "GPU ▾"
    QTest.keyClick(window, Qt.Key.Key_C, keys)
    assert actions["cpu"].isChecked() and store.experiment.device == "cpu" and len(failures) == 1


def test_the_code_that_runs_there_comes_first(qtbot, store):
    page = KernelPage(store)
    qtbot.addWidget(page)
    page.show()
    store.take_source(SourceView("conv", "Convolution", "F.conv2d(x)", "slow", "fast", "a.py", "cuda"))
    assert page.code.toPlainText() == "slow"
    store.configure(device="cuda")
    assert page.code.toPlainText() == "cuda" and page.parts.buttons["cuda"].isChecked()
    qtbot.mouseClick(page.parts.buttons["fast"], Qt.MouseButton.LeftButton)
    store.configure(lr=0.5)
    assert page.code.toPlainText() == "fast"  # what was chosen stays until the device changes
    store.configure(device="cpu")
    assert page.code.toPlainText() == "slow"


def test_the_gpu_s_time_is_the_one_others_are_held_against(qtbot):
    bars = TimingBars()
    qtbot.addWidget(bars)
    timings = Timing("fast kernel", 6e-5, 9, 0.0), Timing("numpy", 3e-5, 9, 0.0), Timing("GPU kernel", 2e-5, 9, 0.0)
    bars.show_timings(timings)
    assert bars.accessibleDescription() == "fast kernel: 60 µs, NumPy: 30 µs, GPU kernel: 20 µs"
    assert bars.chosen == "GPU kernel"
    bars.grab()
    bars.show_timings(timings[:2])
    assert bars.chosen == "fast kernel"
