"""A question that may be left open is passed over by SKIP; the others are needed, and asking to skip one is no miss."""

from __future__ import annotations

import pytest

from tests.flows.open_questions import VISITING, WAITING
from tests.flows.talk import SCREENED, Talk


@pytest.mark.parametrize("word", ["SKIP", "skip this", "omitir", "saltar esta pregunta", "can I skip this question"])
def test_optional_question_is_passed_over(word: str) -> None:
    asked = Talk().says(*SCREENED[:5], "1", "UIC", "1")
    assert asked.step == "class_times"

    skipped = asked.says(word)
    assert skipped.step == "role"
    assert skipped.conversation.stack[0].answers["class_times"] is None
    assert "class_times" not in skipped.answers


def test_skipped_answer_is_not_asked_again_by_a_correction_but_can_be_given() -> None:
    done = Talk().says(*SCREENED[:5], "1", "UIC", "1", "SKIP", "1", "weekends")
    assert done.says("no", "zip", "60615").step == "summary"

    given = done.says("CHANGE classes", "mornings")
    assert given.answers["class_times"] == "mornings"
    assert given.step == "summary"


@pytest.mark.parametrize("step", WAITING)
def test_other_questions_are_needed_and_it_is_no_miss(step: str) -> None:
    asked = WAITING[step].says("SKIP")

    assert "We need this one" in asked.text
    assert asked.step == step
    assert asked.frame.misses == 0


def test_skipped_choice_is_passed_over_on_the_way_of_a_correction() -> None:
    talk = VISITING.says("November 27", "3 pm", "SKIP")
    assert talk.step == "mail"

    changed = talk.says("CHANGE at", "5 pm")
    assert changed.step == "mail"
    assert (changed.answers["at"], changed.frame.answers["note"]) == ("17:00", None)


def test_the_way_on_from_a_question_that_may_be_skipped_is_to_skip_it() -> None:
    stuck = VISITING.says("November 27", "at 4 pm", *["qwrtzp"] * 4)

    assert stuck.step == "note"
    assert "reply SKIP" in stuck.text
    assert stuck.says("SKIP").step == "mail"
