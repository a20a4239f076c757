"""Lesson files, and the lessons that ship: every foreseen answer gets its reply, in PyTorch's numbers."""

import copy
import json
import math

import pytest

import nbgrad
from gui.lab import lesson
from gui.lab.lesson import Lesson, LessonError, Progress, Question, judge, read, said, shipped, source_of, values_in

LESSONS = shipped()


def play(torch, steps):
    """Run the steps' code as the session does; for each step the numbers of its question, or None."""
    space, numbers = {"torch": torch}, []
    for step in steps:
        source = source_of(step)
        body, _, last = source.rpartition("\n") if step.question else (source, "", "")
        exec(compile(body, "lesson", "exec"), space)
        numbers.append(eval(last, space) if step.question else None)
    return numbers


def test_five_lessons_ship_in_both_languages():
    assert [each.key[0] for each in LESSONS] == list("12345")
    for each in LESSONS:
        assert 5 <= len(each.steps) <= 8
        texts = [each.title, each.about]
        for step in each.steps:
            asked = step.question
            texts += [step.text] + ([step.after] if step.after else [])
            texts += [asked.text, *asked.choices, *(reply.text for reply in asked.replies)] if asked else []
        assert all(set(words) == {"en", "ko"} and all(words.values()) for words in texts)


@pytest.mark.parametrize("each", LESSONS, ids=lambda each: each.key)
def test_right_answers_are_right_and_foreseen_mistakes_get_their_reply(each, capsys):
    for step, values in zip(each.steps, play(nbgrad, each.steps), strict=True):
        asked = step.question
        if asked is None:
            assert step.settings
            continue
        expected, *foreseen = values
        assert judge(asked, expected, values).right
        assert all(math.isfinite(value) for value in values)
        for reply, value in zip(asked.replies, foreseen, strict=True):
            judgement = judge(asked, value, values)
            assert not judgement.right and judgement.reply is reply.text and judgement.expected == expected
        if asked.choices:
            assert expected in range(len(asked.choices))
            assert len(asked.replies) == len(asked.choices) - 1
        else:
            other = judge(asked, expected + 1000.5, values)
            assert not other.right and other.reply == {}


@pytest.mark.pytorch
@pytest.mark.parametrize("each", LESSONS, ids=lambda each: each.key)
def test_the_numbers_are_pytorchs_too(each, torch, capsys):
    steps = [step for step in each.steps if step.question and "nbgrad" not in step.code]
    assert len(steps) >= 4
    for mine, other in zip(play(nbgrad, steps), play(torch, steps), strict=True):
        assert mine == pytest.approx(other, rel=1e-3)


def test_an_answer_within_its_tolerance():
    asked = Question({"en": "?"}, "10", tolerance=0.05)
    assert judge(asked, 9.6, [10.0]).right and not judge(asked, 9.4, [10.0]).right
    small = Question({"en": "?"}, "0.001")
    assert judge(small, 0.0, [0.001]).right  # of numbers below 1 the tolerance is absolute
    assert not judge(asked, math.nan, [10.0]).right and judge(asked, math.inf, [math.inf]).right


def test_numbers_of_a_printed_list():
    assert values_in("[6.0, 1e-05, inf]\n") == [6.0, 1e-05, math.inf]
    with pytest.raises(ValueError):
        values_in("tensor(3.)")


GOOD = {
    "format": lesson.FORMAT,
    "title": {"en": "A"},
    "steps": [{"text": {"en": "b"}, "code": ["x = 1"], "question": {"text": {"en": "?"}, "answer": "x"}}],
}


def broken(change):
    content = copy.deepcopy(GOOD)
    change(content)
    return json.dumps(content)


BAD = [
    ("", "no JSON"),
    ("[" * 100_000, "no JSON"),
    ("[]", "is no JSON object"),
    (broken(lambda c: c.update(format="x")), "format is «x»"),
    (broken(lambda c: c.pop("title")), "lacks the field title"),
    (broken(lambda c: c.update(steps=[])), "no steps"),
    (broken(lambda c: c.update(sound=1)), "does not know: sound"),
    (broken(lambda c: c["steps"][0].update(text="b")), "step 1: a text is written as"),
    (broken(lambda c: c["steps"][0].update(code="x")), "code of step 1 is no list of lines"),
    (broken(lambda c: c["steps"][0].update(settings={"lr": -1})), "step 1: The learning rate is a number above 0"),
    (broken(lambda c: c["steps"][0].update(settings={"speed": 1})), "settings nbgrad does not know"),
    (broken(lambda c: c["steps"][0].update(settings=[1])), "settings nbgrad does not know"),
    (broken(lambda c: c["steps"][0]["question"].update(answer="x =")), "«x =» is no expression"),
    (broken(lambda c: c["steps"][0]["question"].update(answer=3)), "«3» is no expression"),
    (broken(lambda c: c["steps"][0]["question"].update(choices=[{"en": "one"}])), "one choice alone"),
    (broken(lambda c: c["steps"][0]["question"].update(tolerance=True)), "tolerance is a number"),
    (broken(lambda c: c["steps"][0]["question"].update(replies=[{"value": "1"}])), "reply 1 lacks the field text"),
]


@pytest.mark.parametrize(("text", "words"), BAD, ids=[words for _, words in BAD])
def test_a_bad_file_is_refused_in_one_sentence(tmp_path, text, words):
    path = tmp_path / "mine.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LessonError) as refused:
        read(path)
    sentence = str(refused.value)
    assert sentence.startswith("mine.json") and words in sentence and "\n" not in sentence


def test_a_good_file_a_missing_one_and_a_huge_one(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(GOOD), encoding="utf-8")
    found = read(path)
    assert isinstance(found, Lesson) and found.key == "mine" and said(found.title, "ko") == "A"
    with pytest.raises(LessonError, match="cannot be read"):
        read(tmp_path / "none.json")
    path.write_bytes(b" " * (lesson.MOST_BYTES + 1))
    with pytest.raises(LessonError, match="larger than a megabyte"):
        read(path)


def test_progress_is_kept_and_a_damaged_file_counts_as_none(tmp_path):
    progress = Progress(tmp_path / "home" / "lessons.json")
    assert progress.load() == {}
    progress.save("a", 2)
    progress.save("b", 1)
    assert Progress(progress.path).load() == {"a": 2, "b": 1}
    for damaged in ("{", "[1]", '{"a": "x", "b": -1, "c": true}'):
        progress.path.write_text(damaged, encoding="utf-8")
        assert progress.load() == {}
