"""Subject and grades are asked where shifts are shown first, if what fits hangs on them; and they count at once."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.facts import Json, Slot
from flows.files.reader import read_flow
from flows.files.shape import FlowError
from flows.rules.grades import read_grades
from flows.rules.placement import ANY, candidate_of, refusal
from flows.stages import Stage
from tests.flows.talk import LIBRARY, MONDAY, Talk, booked, slot

READING, MATH, OPEN = (
    replace(slot("a", 2, 9), subject="Reading", grades="K-2"),
    replace(slot("b", 3, 15), subject="math", grades="6-8"),
    slot("c", 4, 15),
)


def tutor(*slots: Slot, **answers: Json) -> Talk:
    talk = booked().at(Stage.READY)
    known = {"zip": "60614", "role": "tutor", **answers}
    return replace(talk, person=replace(talk.person, answers=known), slots=slots or (READING, MATH, OPEN))


def refs(talk: Talk) -> list[str]:
    return [choice.id for choice in talk.choices if choice.id in {"a", "b", "c"}]


def test_subject_and_grades_are_asked_before_the_first_shifts_and_count_at_once() -> None:
    asked = tutor().says("SHIFTS")
    assert asked.text == "Which subject do you like to help with?"

    shown = asked.says("reading")

    assert shown.text == "Which grades do you like to help?"  # the reading hour is for some grades
    assert refs(shown.says("Kindergarten to grade 2")) == ["a", "c"]
    assert refs(asked.says("math").says("any")) == ["b", "c"]


def test_nobody_is_asked_what_does_not_matter() -> None:
    assert refs(tutor(OPEN).says("SHIFTS")) == ["c"]
    assert refs(tutor(OPEN, replace(MATH, role="mentor")).says("SHIFTS")) == ["c"]  # another role's subject
    only_grades = tutor(replace(OPEN, grades="3-5")).says("SHIFTS")
    assert only_grades.step == "grades"


@pytest.mark.parametrize("words", [("SKIP", "SKIP"), ("any", "any"), ("anything", "SKIP")])
def test_no_preference_shows_everything_and_is_not_asked_again(words: tuple[str, str]) -> None:
    shown = tutor().says("SHIFTS", *words)

    assert refs(shown) == ["a", "b", "c"]
    assert refs(shown.says("none", "SHIFTS")) == ["a", "b", "c"]


def test_in_spanish() -> None:
    asked = tutor().says("ESPAÑOL", "TURNOS")

    assert asked.text == "¿En qué materia prefiere ayudar?"
    assert refs(asked.says("mate", "OMITIR")) == ["b", "c"]


def test_back_asks_once_more() -> None:
    talk = tutor().says("SHIFTS", "math", "6 to 8")

    assert refs(talk) == ["b", "c"]
    assert talk.says("BACK").step == "grades"
    assert refs(talk.says("BACK", "BACK", "reading", "any")) == ["a", "c"]


def test_another_time_for_a_place_is_looked_for_without_questions() -> None:
    talk = replace(tutor(), bookings=booked("s1").bookings)

    assert talk.says("R").step == "offer"


@pytest.mark.parametrize(
    ("answers", "says", "word"),
    [
        ({"subject": "science"}, "another subject than the one you like", "CHANGE SUBJECT"),
        ({"subject": "math", "grades": "9_12"}, "other grades than those you like", "CHANGE GRADES"),
    ],
)
def test_refusal_explains_itself_and_says_how_to_change_it(answers: dict[str, Json], says: str, word: str) -> None:
    refused = tutor(MATH, **answers).says("SHIFTS")

    assert says in refused.text
    assert word in refused.text
    changed = refused.says(word, "any")
    assert refs(changed.says("SHIFTS", "any")) == ["b"]


def test_every_choice_of_grades_can_be_read_and_they_share_none() -> None:
    step = LIBRARY.flows["shifts"].steps["grades"]
    assert step.ask
    bands = [read_grades(option.id) for option in step.ask.options if option.id != ANY]

    assert all(bands)
    assert not any(set(one or ()) & set(other or ()) for one, other in permutations(bands, 2))
    assert set().union(*(band or () for band in bands)) == set(range(13))


@given(
    subject=st.sampled_from([None, "reading", "math", "history"]),
    grades=st.sampled_from(["", "K-2", "3-5", "6-8", "9"]),
)
def test_no_preference_keeps_nobody_out(subject: str | None, grades: str) -> None:
    one = replace(slot("a", 2, 9), subject=subject, grades=grades)
    profile: dict[str, Json] = {"role": "tutor", "subject": ANY, "grades": ANY}
    candidate = candidate_of(profile, (), minor=False, language="en", trained={}, last_site=None)

    assert refusal(one, candidate, now=MONDAY) is None


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            '{ subject = "subject",',
            '{ subject = "grades",',
            r"first.subject: step.grades saves 'grades'; name the step",
        ),
        ('{ subject = "subject",', '{ subject = "subjekt",', r"first.subject: found 'subjekt'; did you mean 'subject'"),
        ('{ subject = "subject",', '{ topic = "subject",', r"first.topic"),
        ('offer = "shift"\nlimit = 4\n', "", r"step.offer.first: goes with offer, which this step has not"),
    ],
)
def test_file_that_asks_first_what_no_step_asks_is_refused(old: str, new: str, fault: str) -> None:
    source = LIBRARY.flows["shifts"].source
    assert old in source

    with pytest.raises(FlowError, match=fault):
        read_flow(source.replace(old, new), file="shifts.toml", sets=LIBRARY.sets)
