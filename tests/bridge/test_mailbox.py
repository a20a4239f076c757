import threading
import time
from pathlib import Path

from gui.bridge.mailbox import Mailbox
from gui.bridge.requests import GiveSample, Pause, Publish, Run, Save, ShowDrawing, StepBatch
from gui.lab.drawing import Drawing


def drain(mailbox, **limits):
    taken = []
    while (request := mailbox.take(**limits)) is not None:
        taken.append(request)
    return taken


def filled(*requests):
    mailbox = Mailbox()
    for request in requests:
        mailbox.put(request)
    return mailbox


def test_a_stroke_comes_before_training_and_equals_keep_their_order():
    show = ShowDrawing(Drawing(1))
    assert drain(filled(Run(), StepBatch(), show, Pause())) == [show, Run(), StepBatch(), Pause()]


def test_only_the_newest_drawing_counts():
    drawings = [ShowDrawing(Drawing(number)) for number in range(5)]
    assert drain(filled(*drawings, GiveSample(3))) == [drawings[-1], GiveSample(3)]


def test_only_the_newest_publish_counts_but_every_step_and_save_does():
    mailbox = filled(Publish(), StepBatch(), StepBatch(), Save(Path("a")), Publish())
    assert drain(mailbox) == [StepBatch(), StepBatch(), Save(Path("a")), Publish()]


def test_work_that_may_not_be_disturbed_takes_urgent_requests_alone():
    mailbox = filled(Run(), ShowDrawing(Drawing(1)))
    assert drain(mailbox, least_urgent=0) == [ShowDrawing(Drawing(1))]
    assert drain(mailbox) == [Run()]


def test_waiting_ends_with_a_request_or_with_close():
    mailbox = Mailbox()
    threading.Timer(0.02, mailbox.put, [Run()]).start()
    assert mailbox.take(wait=5.0) == Run()
    threading.Timer(0.02, mailbox.close).start()
    assert mailbox.take(wait=None) is None
    assert mailbox.closed


def test_a_training_step_waits_for_the_window_but_not_for_long():
    mailbox = Mailbox()
    mailbox.say_window_busy(True)
    start = time.perf_counter()
    assert mailbox.take(wait=0.05, while_window_busy=True) is None
    assert 0.04 < time.perf_counter() - start < 1
    threading.Timer(0.02, mailbox.say_window_busy, [False]).start()
    assert mailbox.take(wait=5.0, while_window_busy=True) is None
    start = time.perf_counter()
    assert mailbox.take(wait=5.0, while_window_busy=True) is None
    assert time.perf_counter() - start < 1


def test_a_busy_window_can_still_ask():
    mailbox = Mailbox()
    mailbox.say_window_busy(True)
    threading.Timer(0.02, mailbox.put, [Run()]).start()
    assert mailbox.take(wait=5.0, while_window_busy=True) == Run()
