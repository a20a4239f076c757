"""The window in Korean."""

import numpy as np
import pytest
from PySide6.QtCore import QLocale

import nbgrad
from gui.bridge.spoken import spoken
from gui.lab import faults
from gui.lab.faults import NotFinite
from gui.lab.findings import Edit, EditView, Effect, Spot
from gui.lab.snapshot import AttributionView
from gui.lab.terms import examine
from gui.lab.walk import Walk
from gui.theme.fonts import ASSETS
from gui.theme.language import install_language, remove_language
from nbgrad.vision.models import LeNet
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


def test_what_speaks_for_the_digit_is_korean_too(korean, open_window, store, qtbot):
    window = open_window(store)
    store.explain_by("grad-cam")
    store.switch_stage("box")
    values = np.ones((32, 32), np.float32)
    store.take_attribution(AttributionView("grad-cam", "relu(Σₖ αₖ Aₖ)", 7, values, (0, 0, 1), 1, 1, 0.5, 1, 1))
    qtbot.wait(30)
    assert window.you.card.meaning.text() == "마지막 합성곱이 7을(를) 본 곳"
    assert window.you.teach.popup.actions()[10].text() == "숫자 아님"
    assert texts_cut_off(window) == []


def test_the_inspectors_pages_and_the_microscope_fit_in_korean(korean, qtbot, open_window, store):
    nbgrad.manual_seed(1)
    picture = np.random.default_rng(5).normal(size=(1, 1, 32, 32)).astype(np.float32)
    window = open_window(store)
    store.look_at(Spot("values", 3, None, (4, 4, 5)))
    store.take_terms(examine(LeNet(), picture, store.spot, 3))
    qtbot.waitUntil(window.network.card.isVisible)
    assert window.network.card.heading.text() == "이 칸의 값이 이런 까닭"
    effect = Effect(0.0123, 34.5, -0.00123)
    edit = Edit("conv1.weight", (2,), "set", 0.0)
    store.take_edit(EditView(edit, effect, effect, (0.99, 0.97), 500, np.arange(20.0).reshape(2, 10), 3, 1))
    for page in ("kernel", "edit", "numbers"):
        window.inspector.show_page(page)
        qtbot.wait(30)
        assert texts_cut_off(window) == []
        assert window.inspector.area.widget().width() <= window.inspector.area.viewport().width()


def test_every_text_has_its_translation():
    texts = (ASSETS / "translations" / "nbgrad_ko.ts").read_text(encoding="utf-8")
    assert texts.count("<message>") > 400 and "unfinished" not in texts


def test_the_walk_is_korean_too(korean, open_window, store, qtbot):
    nbgrad.manual_seed(1)
    picture = np.random.default_rng(5).normal(size=(1, 1, 32, 32)).astype(np.float32)
    window, walk = open_window(store), Walk(LeNet(), nbgrad.from_numpy(picture), 3)
    walk.run(frozenset({next(node.id for node in walk.graph.nodes if node.name.startswith("MaxPool"))}))
    store.walking.take(walk.view())
    qtbot.wait(30)
    assert window.graph.card.number.text() == "역전파 18 / 27"
    qtbot.waitUntil(lambda: texts_cut_off(window) == [])  # once the card is laid out


def test_what_the_labs_logic_says_is_korean_where_it_is_shown(korean, store, qtbot):
    with qtbot.waitSignal(store.failed) as refused:
        store.configure(batch_size=0)
    assert refused.args == ["배치 크기: 1부터 4096까지의 정수(이)어야 합니다 (지금은 «0»)."]
    with pytest.raises(NotFinite) as met:
        raise faults.explain_gradient("conv1.weight", 3)
    assert str(met.value).startswith("The gradient of conv1.weight is not finite at step 3")
    assert spoken(met.value.args[0]).startswith("3단계에서 conv1.weight의 기울기가")
    assert spoken("a text of the engine's") == "a text of the engine's"
