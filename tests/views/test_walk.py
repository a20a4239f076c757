"""The walk through the backward pass in the window, driven by keys and mouse; the records are of a real walk."""

from dataclasses import is_dataclass, replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

import nbgrad
from gui.bridge import requests
from gui.bridge.store import Selection
from gui.bridge.walk_commands import WALK_COMMANDS
from gui.lab.drawing import Drawing, Stroke
from gui.lab.steps import Numbers
from gui.lab.walk import Walk
from gui.views import preview
from gui.views.step_picture import StepPicture
from gui.views.walk_marks import edge_text
from gui.views.widgets import Button
from nbgrad.vision.models import LeNet
from tests.views.test_window import texts_cut_off

LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier


def trained():
    """LeNet after a step with momentum, and its optimizer."""
    nbgrad.manual_seed(1)
    model = LeNet()
    optimizer = nbgrad.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    nbgrad.nn.functional.cross_entropy(model(nbgrad.randn(2, 1, 32, 32)), nbgrad.tensor([1, 2])).backward()
    optimizer.step()
    return model, optimizer


def answer_walks(store):
    """Answer the store's requests about walks at once, as the worker would."""
    picture = nbgrad.from_numpy(np.random.default_rng(5).normal(size=(1, 1, 32, 32)).astype(np.float32))
    model, optimizer = trained()
    walks = []

    def ready(zeroed):
        begun = bool(walks) and walks[-1].zeroed == zeroed
        if not begun:
            walks.append(Walk(model, picture, 3, zeroed=zeroed, optimizer=optimizer))
        return begun

    def answer(request):
        if isinstance(request, requests.WalkOn):
            if ready(request.zeroed) or request.move != "rewind":
                walks[-1].move(request.move, request.stops)
        elif isinstance(request, requests.WalkToParameter):
            ready(request.zeroed)
            walks[-1].run_to_parameter(request.parameter)
        elif isinstance(request, requests.GoTo):
            ready(request.zeroed)
            walks[-1].go_to(request.phase)
        elif not walks:
            return None
        elif isinstance(request, requests.ChooseElement):
            walks[-1].choose(request.step, request.number, request.place)
        elif isinstance(request, requests.ChooseWeight):
            walks[-1].choose_weight(request.update, request.place)
        elif isinstance(request, requests.LeaveWalk):
            walks.clear()
            return store.walking.take(None)
        else:
            return None
        return store.walking.take(walks[-1].view())

    store.requested.connect(answer)


@pytest.fixture
def worker(store):
    answer_walks(store)


@pytest.fixture
def walk(window, worker, store):
    return store.walking


def words(window):
    """All that the card says, once it is laid out."""
    QTest.qWait(20)
    card = window.graph.card
    return " ".join(w.text() for w in card.findChildren(type(card.name)) if w.isVisible())


def node_named(walk, start):
    return next(node for node in walk.view.graph.nodes if node.name.startswith(start) or node.parameter == start)


def test_without_a_walk_there_is_no_card(window):
    assert not window.graph.card.isVisible() and not window.graph.transport.isVisible()
    assert window.graph.start.isVisible() and window.graph.start.text() == "Walk backward"


def test_before_backward_it_says_not_computed_yet(window, walk, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_Home, CTRL)
    assert walk.view is not None and not walk.view.steps
    assert "Not computed yet" in words(window)
    pool = node_named(walk, "MaxPool")
    window.store.select(Selection(None, None, pool.id, None))
    assert "Not computed yet" in words(window) and window.graph.card.pictures == []
    assert "not computed yet" in window.graph.canvas._explain(pool)


def test_keys_step_forward_and_back(window, walk, qtbot, store):
    for _ in range(3):
        qtbot.keyClick(window, Qt.Key.Key_Right, CTRL)
    assert len(walk.view.steps) == 3 and walk.view.current.name == "AddmmBackward0"
    assert store.selection.node == walk.view.current.node  # the window looks where the walk is
    assert window.graph.canvas.marks.current == walk.view.current.node
    assert len(window.graph.canvas.marks.done) == 3
    qtbot.keyClick(window, Qt.Key.Key_Left, CTRL)
    assert len(walk.view.steps) == 2 and window.graph.canvas.marks.current == walk.view.current.node


def test_buttons_step_play_and_run(window, walk, qtbot):
    buttons = window.graph.transport.buttons
    walk.go_to("loss")
    assert not window.graph.start.isVisible() and not buttons["walk_forward"].visibleRegion().isEmpty()
    qtbot.mouseClick(buttons["walk_forward"], LEFT)
    assert len(walk.view.steps) == 1
    qtbot.mouseClick(buttons["walk_end"], LEFT)
    assert walk.view.finished and "every parameter has its gradient" in words(window)
    qtbot.mouseClick(buttons["walk_rewind"], LEFT)
    assert not walk.view.steps
    for _ in range(4):
        qtbot.keyClick(window, Qt.Key.Key_Up, CTRL)
    assert window.graph.transport.speed.text() == "8/s"
    qtbot.keyClick(window, Qt.Key.Key_F5)
    assert walk.playing
    qtbot.waitUntil(lambda: len(walk.view.steps) >= 3)
    qtbot.keyClick(window, Qt.Key.Key_F5)
    assert not walk.playing


def test_the_card_shows_the_numbers_of_a_step(window, walk, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_Home, CTRL)
    pool = node_named(walk, "MaxPool")
    window.store.select(Selection(None, None, pool.id, None))
    qtbot.keyClick(window, Qt.Key.Key_F8)
    assert walk.view.current.node == pool.id
    qtbot.wait(20)
    said, chain = words(window), walk.view.chain
    assert "from View" in said and "largest of each window" in said and "the same number" in said
    assert str(list(chain.place)) in said
    incoming, outgoing = window.graph.card.pictures[:2]
    assert np.shares_memory(incoming.values, walk.view.current.arrived[0].gradient.values)
    assert np.shares_memory(outgoing.values, walk.view.current.sent[0].gradient.values)


def test_a_click_on_a_cell_shows_its_chain_rule(window, walk, qtbot):
    for _ in range(2):
        qtbot.keyClick(window, Qt.Key.Key_Right, CTRL)
    qtbot.wait(20)
    picture = window.graph.card.pictures[1]
    assert picture.cursor_cell is not None
    spot = picture._tile(0).topLeft().toPoint() + QPoint(
        round(picture._cell() * 2.5), round(picture._cell_height() / 2)
    )
    qtbot.mouseClick(picture, LEFT, pos=spot)
    place = walk.view.chain.place
    assert place == (0, 2) and walk.view.chain.engine == walk.view.current.sent[0].gradient.values[place]
    assert str(list(place)) in words(window)


def test_accumulate_shows_before_added_and_after(window, walk, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_Home, CTRL)
    window.store.select(Selection(None, None, node_named(walk, "conv2.bias").id, None))
    qtbot.keyClick(window, Qt.Key.Key_F8)
    assert "None: nothing there yet" in words(window) and "zero_grad() empties it" in words(window)
    qtbot.keyClick(window, Qt.Key.Key_Z)
    assert not walk.zeroed and not walk.view.steps
    window.store.select(Selection(None, None, node_named(walk, "conv2.bias").id, None))
    qtbot.keyClick(window, Qt.Key.Key_F8)
    qtbot.wait(20)
    filling = walk.view.current.filling
    assert "last training step's gradient" in words(window) and len(window.graph.card.pictures) == 3
    np.testing.assert_array_equal(filling.before.values + filling.added.values, filling.after.values)


def test_where_branches_meet_old_and_new_are_shown(window, walk, store, qtbot):
    class Twice(nbgrad.nn.Module):
        def forward(self, x):
            return x * 2 + nbgrad.sin(x)

    model = nbgrad.nn.Sequential(nbgrad.nn.Linear(4, 3), Twice(), nbgrad.nn.Linear(3, 2))
    real = Walk(model, nbgrad.ones(1, 4), 1)
    real.run()
    met = next(step for step in real.view().steps if any(len(arrival.parts) > 1 for arrival in step.arrived))
    store.walking.take(real.view())
    store.select(Selection(None, None, met.node, None))
    qtbot.wait(20)
    assert "old + new = sum" in words(window) and "from Sin" in words(window) and "from Mul" in words(window)


def test_breakpoints_stop_a_run_and_show(window, walk, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_Home, CTRL)
    pool = node_named(walk, "MaxPool")
    window.store.select(Selection(None, None, pool.id, None))
    qtbot.keyClick(window, Qt.Key.Key_F7)
    assert window.graph.canvas.marks.breakpoints == {pool.id}
    window.store.select(Selection())
    qtbot.keyClick(window, Qt.Key.Key_F8)
    assert walk.view.current.node == pool.id
    qtbot.keyClick(window, Qt.Key.Key_F7)
    assert window.graph.canvas.marks.breakpoints == frozenset()


def test_enter_on_the_graph_runs_to_the_node(window, walk, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_Home, CTRL)
    qtbot.keyClick(window.graph.canvas, Qt.Key.Key_Right)
    qtbot.keyClick(window.graph.canvas, Qt.Key.Key_Right)
    chosen = window.store.selection.node
    qtbot.keyClick(window.graph.canvas, Qt.Key.Key_Return)
    assert walk.view.current.node == chosen


def test_a_walk_out_of_date_says_so_and_one_can_leave_it(window, walk, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_Right, CTRL)
    walk.take(replace(walk.view, over="drawing"))
    assert "The drawing has changed" in words(window)
    qtbot.keyClick(window, Qt.Key.Key_U)
    assert walk.view is None and not window.graph.card.isVisible()
    assert window.graph.canvas.graph is window.store.snapshot.graph


@pytest.mark.parametrize("shape", [(), (1,), (10,), (1, 120), (120, 400), (6, 1, 5, 5), (2, 16, 10, 10)])
@pytest.mark.parametrize("batched", [False, True])
def test_every_shape_has_its_picture(qtbot, shape, batched):
    picture = StepPicture("a tensor")
    qtbot.addWidget(picture)
    picture.setFixedWidth(230)
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    place = tuple(n - 1 for n in shape)
    picture.show_tensor(values, 1.0, batched, place)
    picture.show()
    picture.grab()
    assert 0 < picture.height() < 240
    if picture.cursor_cell is not None:  # every cell leads to the element it shows
        found = []
        picture.chosen_element.connect(found.append)
        picture._choose(picture.cursor_cell)
        assert found == [place] and picture.maps[picture.cursor_cell] == values[place]


def test_edges_carry_the_size_of_what_flowed(window, walk, qtbot):
    for _ in range(2):
        qtbot.keyClick(window, Qt.Key.Key_Right, CTRL)
    sent = window.graph.canvas.marks.sent
    step = walk.view.steps[1]
    assert sent[(step.node, step.sent[0].target)] == step.sent[0].gradient.summary.norm
    assert edge_text(0.00021) == "2.1e-4"


def test_commands_are_reachable_and_named(window):
    for command in WALK_COMMANDS:
        action = window.actions_by_id[command.id]
        assert action.text() and action.shortcut().toString() and "(" in action.toolTip()
    for button in window.graph.transport.buttons.values():
        assert button.accessibleName() and button.toolTip()


def test_nothing_is_cut_off_while_walking(window, walk, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_End, CTRL)
    QTest.qWait(50)
    assert texts_cut_off(window) == []
    window.toggle_graph()
    QTest.qWait(50)
    assert texts_cut_off(window) == []


def test_a_node_is_found_by_a_part_of_its_name(window, walk, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_F, CTRL)
    search = window.graph.search
    assert search.isVisible() and window.focusWidget() is search
    qtbot.keyClicks(search, "maxp")
    first = window.graph.canvas.selected_node()
    assert first.name.startswith("MaxPool")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    second = window.graph.canvas.selected_node()
    assert second.name.startswith("MaxPool") and second != first
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert not search.isVisible() and window.graph.note.isVisible()


def test_the_graph_is_exported(window, walk, store, tmp_path, asked, qtbot):
    news, failures = [], []
    store.told.connect(news.append)
    store.failed.connect(failures.append)
    qtbot.keyClick(window, Qt.Key.Key_End, CTRL)
    for name in ("graph.svg", "graph.png", "graph.dot"):
        window.files.export_graph(tmp_path / name)
    svg = (tmp_path / "graph.svg").read_text(encoding="utf-8")
    assert "<svg" in svg and "Convolution" in svg and "conv1.weight" in svg
    assert (tmp_path / "graph.png").stat().st_size > 10_000
    assert requests.SaveDot(tmp_path / "graph.dot") in asked and len(news) == 2
    for name in ("graph.png", "graph.svg"):
        window.files.export_graph(tmp_path / "no folder" / name)
        assert failures.pop().endswith(f"{name} cannot be written: choose another place or name.")


def test_without_a_graph_there_is_nothing_to_export(open_window, empty, tmp_path):
    failures = []
    empty.failed.connect(failures.append)
    open_window(empty).files.export_graph(tmp_path / "graph.png")
    assert failures == ["There is no graph to export yet: take a step, or walk the backward pass."]
    assert not (tmp_path / "graph.png").exists()


# ---- the whole step


def test_node_back_from_the_loss_goes_into_the_forward_pass(window, walk, qtbot, store):
    qtbot.keyClick(window, Qt.Key.Key_Home, CTRL)
    assert "The loss" in words(window) and window.graph.card.phases.phase == "loss"
    qtbot.keyClick(window, Qt.Key.Key_Left, CTRL)
    said = words(window)
    assert walk.view.phase == "forward" and "FORWARD 17 OF 17" in said and "NllLoss" in said
    assert store.selection.node == walk.view.current.node == window.graph.canvas.marks.current
    result = window.graph.card.pictures[-1]
    assert np.shares_memory(result.values, walk.view.current.outputs[0].values)
    qtbot.keyClick(window, Qt.Key.Key_Right, CTRL)
    assert walk.view.phase == "loss" and "The loss" in words(window) and store.selection.node is None


def test_a_click_on_a_phase_goes_there(window, walk, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_Home, CTRL)
    phases = window.graph.card.phases
    for phase, said in (
        ("forward", "FORWARD 1 OF 17"), ("update", "UPDATE 1 OF 10"), ("backward", "BACKWARD 1 OF 27"),
        ("loss", "The loss"),
    ):  # fmt: skip
        qtbot.mouseClick(phases, LEFT, pos=phases.rooms()[phase].center().toPoint())
        assert walk.view.phase == phase and said in words(window)
    phases.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(phases, Qt.Key.Key_Right)
    qtbot.keyClick(phases, Qt.Key.Key_Right)
    qtbot.keyClick(phases, Qt.Key.Key_Return)
    assert walk.view.phase == "update"


def test_the_forward_card_shows_inputs_and_result(window, walk, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_Home, CTRL)
    walk.go_to("forward")
    said = words(window)
    assert "1×1×32×32 → 1×6×28×28" in said and "conv1.weight" in said and "KEPT FOR THE WAY BACK" in said
    made, pictures = walk.view.current, window.graph.card.pictures
    shown = [operand.numbers.values for operand in made.operands] + [made.outputs[0].values]
    assert all(np.shares_memory(picture.values, values) for picture, values in zip(pictures, shown, strict=True))
    qtbot.keyClick(window, Qt.Key.Key_Right, CTRL)
    assert window.graph.canvas.marks.sent[(walk.view.current.node, made.node)] == made.outputs[0].summary.norm


def test_the_update_card_writes_the_step_out(window, walk, qtbot):
    for _ in range(2):
        qtbot.keyClick(window, Qt.Key.Key_End, CTRL)
    assert walk.view.ended and "every weight has moved" in words(window)
    walk.go_to("update")
    said, made, weight = words(window), walk.view.current, walk.view.weight
    assert "SGD" in said and "lr 0.02 · momentum 0.9" in said and "b = μ·b + g" in said and "the same number" in said
    assert "MOMENTUM_BUFFER BEFORE" in said and str(list(weight.place)) in said
    shown = [made.gradient, made.buffers[0].before, made.buffers[0].after, made.step, made.before, made.after]
    for picture, numbers in zip(window.graph.card.pictures, shown, strict=True):
        assert np.shares_memory(picture.values, numbers.values)
    picture = window.graph.card.pictures[0]
    picture.chosen_element.emit((2, 0, 1, 3))
    assert walk.view.weight.place == (2, 0, 1, 3) and "[2, 0, 1, 3]" in words(window)
    qtbot.waitUntil(lambda: texts_cut_off(window) == [])  # once the card is laid out


def test_selecting_another_parameter_in_the_update_shows_its_step(window, walk, qtbot):
    for _ in range(2):
        qtbot.keyClick(window, Qt.Key.Key_End, CTRL)
    leaf = node_named(walk, "fc1.bias")
    window.store.select(Selection("fc1", "fc1.bias", leaf.id, None))
    assert walk.view.updates[walk.view.weight.update].name == "fc1.bias" and "fc1.bias[" in words(window)


def test_running_to_a_parameter_after_the_pass_runs_to_its_update(window, walk, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_End, CTRL)
    leaf = node_named(walk, "conv2.weight")
    window.store.select(Selection("conv2", "conv2.weight", leaf.id, None))
    qtbot.keyClick(window, Qt.Key.Key_F8)
    assert walk.view.phase == "update" and walk.view.current.name == "conv2.weight"


def numbers_in(record):
    """Every tensor of a record."""
    if isinstance(record, Numbers):
        return [record]
    if isinstance(record, tuple):
        return [found for each in record for found in numbers_in(each)]
    return [found for each in vars(record).values() for found in numbers_in(each)] if is_dataclass(record) else []


def test_every_picture_of_the_whole_step_shows_numbers_of_its_record_and_none_is_left_out(window, walk, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_Home, CTRL)
    walk.go_to("forward")
    seen = set()
    while not walk.view.ended:
        made, card = walk.view.current, window.graph.card
        if made is not None:
            held = [numbers.values for numbers in numbers_in(made)]
            for picture in card.pictures:
                assert any(np.shares_memory(picture.values, values) for values in held)
            for values in held:
                if values.size > 1:  # a single number stands in the text; what is kept as it came is shown once
                    assert any(np.array_equal(picture.values, values) for picture in card.pictures)
            seen.add(type(made).__name__)
        qtbot.keyClick(window, Qt.Key.Key_Right, CTRL)
    assert seen == {"ForwardView", "StepView", "UpdateView"}


# ---- the way in


def test_a_click_starts_the_walk_and_another_runs_to_the_first_weight(window, walk, qtbot, store):
    qtbot.mouseClick(window.graph.start, LEFT)
    qtbot.wait(30)
    panel = window.large_graph
    assert panel.isVisible() and walk.view.phase == "loss" and not panel.start.isVisible()
    assert window.transport.phase.phase == "loss"
    offered = {button.text(): button for button in panel.card.findChildren(Button) if button.isVisible()}
    assert set(offered) >= {"Next node", "Run to conv1.weight"}
    qtbot.mouseClick(offered["Run to conv1.weight"], LEFT)
    assert walk.view.current.filling.parameter == "conv1.weight" and store.selection.parameter == "conv1.weight"


def test_the_inspector_leads_to_where_a_gradient_is_made(window, walk, qtbot, store):
    store.select(Selection("conv2", "conv2.bias", None, None))
    qtbot.wait(30)
    qtbot.mouseClick(window.inspector.watch, LEFT)
    assert walk.view.current.filling.parameter == "conv2.bias" and window.large_graph.isVisible()
    store.select(Selection("fc1", "fc1.weight", None, None))
    qtbot.keyClick(window, Qt.Key.Key_Y)
    assert walk.view.current.filling.parameter == "fc1.weight"


def test_where_nothing_is_drawn_a_sample_is_fetched_first(open_window, empty, asked, qtbot):
    window = open_window(empty)
    answer_walks(empty)
    qtbot.mouseClick(window.graph.empty.button, LEFT)
    assert asked[-1] == requests.GiveSample(None) and empty.walking.view is None
    assert "sample digit is fetched" in window.large_graph.empty.text.text()
    assert not window.large_graph.empty.button.isVisible() and not window.large_graph.start.isEnabled()
    empty.draw(Drawing(0, (Stroke(((0.3, 0.2), (0.7, 0.8)), 0.1),)))
    empty.take_probe(preview.probe())
    assert empty.walking.view.phase == "loss" and window.graph.start.isEnabled()


def test_a_node_ahead_offers_to_run_there(window, walk, qtbot, store):
    walk.go_to("loss")
    store.select(Selection(None, None, node_named(walk, "MaxPool").id, None))
    qtbot.wait(20)
    button = next(b for b in window.graph.card.findChildren(Button) if b.isVisible() and b.text().startswith("Run to"))
    qtbot.mouseClick(button, LEFT)
    assert walk.view.current.name.startswith("MaxPool")


def test_stepping_selects_the_layer_in_the_canvas_and_back(window, walk, qtbot, store):
    qtbot.keyClick(window, Qt.Key.Key_Home, CTRL)
    while not (walk.view.current and walk.view.current.name.startswith("MaxPool")):
        qtbot.keyClick(window, Qt.Key.Key_Right, CTRL)
    assert store.selection.module == "pool2" and "pool2" in window.inspector.name.text()
    store.select(Selection("pool1", None, None, None))  # as a click on the column does
    chosen = window.graph.canvas.selected_node()
    assert chosen.name.startswith("MaxPool") and chosen.module == "pool1"


def test_a_sure_network_is_told_apart_from_a_broken_one(window, walk, qtbot):
    walk.go_to("loss")
    assert "sure already" not in words(window)
    walk.take(replace(walk.view, loss=1e-6))
    assert "sure already" in words(window) and "another digit" in words(window)
    walk.forward()
    walk.take(replace(walk.view, over="target"))
    assert "Another loss is asked for" in words(window)


def test_the_map_gives_way_where_most_is_seen(window, walk, qtbot):
    walk.go_to("loss")
    window.toggle_graph()
    QTest.qWait(30)
    canvas = window.large_graph.canvas
    share = canvas.room().intersected(canvas.bounds())
    seen = share.width() * share.height() / (canvas.bounds().width() * canvas.bounds().height())
    assert canvas.map.isVisible() == (seen < 0.7)
