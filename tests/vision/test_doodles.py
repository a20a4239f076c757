"""Drawings of no digit: the same for a seed, another hand for the test, the form of MNIST."""

import numpy as np
import pytest

from nbgrad.vision.doodles import KINDS, Doodles
from nbgrad.vision.letters import LATIN, LOOK_ALIKES, OTHERS


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_draws_the_same_and_the_test_is_another_hand(kind):
    first, again = Doodles(kind, size=60), Doodles(kind, size=60)
    np.testing.assert_array_equal(first.pictures, again.pictures)
    test, other = Doodles(kind, train=False, size=60), Doodles(kind, size=60, seed=1)
    same = [(first.pictures == set_.pictures).all((1, 2)).mean() for set_ in (test, other)]
    assert max(same) < 0.1  # a single round dot looks the same in every hand


def test_training_and_test_of_all_seeds_are_apart():
    streams = [Doodles(kind, train, size=33, seed=seed).pictures.tobytes()
               for kind in KINDS for train in (True, False) for seed in (0, 1, 2)]  # fmt: skip
    assert len(set(streams)) == len(streams)


@pytest.mark.parametrize("kind", KINDS)
def test_they_fill_mnists_box(kind):
    doodles = Doodles(kind, size=200)
    assert doodles.pictures.shape == (200, 28, 28) and doodles.pictures.dtype == np.uint8
    for picture in doodles.pictures:
        rows, columns = np.nonzero(picture)
        assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 20
    assert sorted(set(doodles.labels.tolist())) == list(range(len(doodles.names)))


def test_a_smaller_set_begins_the_larger():
    np.testing.assert_array_equal(Doodles("scribble", size=20).pictures, Doodles("scribble", size=50).pictures[:20])


def test_the_alphabets_do_not_overlap():
    names = [*LATIN, *LOOK_ALIKES, *OTHERS]
    assert len(set(names)) == len(names)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="a doodle is one of letter, scribble, look-alike, other, not «cat»"):
        Doodles("cat")
