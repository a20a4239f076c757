from itertools import pairwise

from gui.lab.history import MOST_ROWS, Histories


def test_rows_are_thinned_and_begin_at_the_start(fresh):
    trainer = fresh()
    views = trainer.snapshot().parameters
    histories = Histories()
    for step in range(200):
        histories.add(step, views)
    steps = [step for step, _, _ in histories.of(0).values]
    assert steps[0] == 0 and steps[-1] >= 190 and len(steps) < MOST_ROWS
    assert len({after - before for before, after in pairwise(steps)}) == 1
    assert histories.of(0).gradients == ()


def test_a_run_keeps_its_histograms_and_a_reset_forgets_them(fresh):
    trainer = fresh()
    for _ in range(3):
        trainer.step()
        trainer.snapshot()
    history = trainer.snapshot().parameters[0].history
    assert [step for step, _, _ in history.values] == [1, 2, 3]
    assert [step for step, _, _ in history.gradients] == [1, 2, 3]
    _, counts, limit = history.values[-1]
    assert counts.sum() == 150 and limit > 0
    trainer.reset(trainer.experiment)
    assert [step for step, _, _ in trainer.snapshot().parameters[0].history.values] == [0]
