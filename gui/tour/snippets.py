"""The stops at the console and the lessons."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from gui.tour.guide import START_LIMIT, Guide


def write_snippets(guide: Guide) -> None:
    """The console: a snippet whose graph is walked, its variables, an error at its line, a loop without end."""
    ctrl, console, walk = Qt.KeyboardModifier.ControlModifier, guide.store.console, guide.store.walking
    guide.key("4", ctrl)
    panel = guide.window.learning.console
    guide.picture("console-starts")
    guide.wait("the session", lambda: console.state == "ready", START_LIMIT)
    panel.snippets.popup.actions()[1].trigger()
    QTest.keyClick(panel.editor, Qt.Key.Key_Return, ctrl)
    guide.wait("the graph of Q", lambda: walk.view is not None and walk.view.title == "Q")
    guide.window.graph.canvas.setFocus()
    for count in range(1, 4):
        guide.key(Qt.Key.Key_Right, ctrl)
        guide.wait("the next node", lambda count=count: walk.view is not None and len(walk.view.steps) == count)
    guide.picture("console-walk", everywhere=True)
    panel.show_page("variables")
    guide.picture("console-variables")
    panel.editor.show_text("x = torch.ones(2, 3)\nfor turn in range(3):\n    print(turn)\nx @ torch.ones(2, 3)")
    QTest.keyClick(panel.editor, Qt.Key.Key_Return, ctrl)
    guide.wait("the error", lambda: panel.fault is not None)
    guide.picture("console-error", everywhere=True)
    panel.editor.show_text("while True:\n    print('again')")
    QTest.keyClick(panel.editor, Qt.Key.Key_Return, ctrl)
    QTest.qWait(500)
    guide.picture("console-endless")
    QTest.keyClick(panel.editor, Qt.Key.Key_Period, ctrl)
    guide.wait("the stop", lambda: console.state == "ready")
    guide.picture("console-stopped")
    walk.leave()
    console.close()
    guide.key("1", ctrl)


def take_lessons(guide: Guide) -> None:
    """The list of lessons; a prediction that does not hold; one among choices; the learner's place."""
    lessons, panel = guide.store.lessons, guide.window.learning.lessons
    guide.key("5", Qt.KeyboardModifier.ControlModifier)
    guide.picture("lessons")
    guide.click(panel.list.buttons[0], QPoint(8, 8))
    guide.wait("a lesson", lambda: lessons.phase == "asked" and panel.open.isVisible(), START_LIMIT)
    QTest.keyClicks(panel.open.field, "9")
    QTest.keyClick(panel.open.field, Qt.Key.Key_Return)
    guide.wait("what the engine says", lambda: lessons.phase == "done", START_LIMIT)
    guide.wait("its graph", lambda: guide.store.walking.view is not None)
    guide.picture("lesson-number", everywhere=True)
    lessons.open(lessons.all()[2])
    for place in range(2):
        guide.wait("a question", lambda: lessons.phase == "asked" and panel.open.isVisible(), START_LIMIT)
        if place == 0:
            QTest.keyClicks(panel.open.field, "0.25")
        else:
            guide.click(panel.open.group.button(0), QPoint(8, 8))
        guide.click(panel.open.button, QPoint(8, 8))
        guide.wait("what the engine says", lambda: lessons.phase == "done", START_LIMIT)
        if place == 0:
            guide.click(panel.open.button, QPoint(8, 8))
    guide.picture("lesson-choice", everywhere=True)
    guide.store.walking.leave()
    guide.click(panel.open.leave, QPoint(8, 8))
    guide.key("1", Qt.KeyboardModifier.ControlModifier)
