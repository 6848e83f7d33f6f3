"""Who asks for something else in the middle gets it, and then the question that waits is asked again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.conversation import Conversation, Frame
from flows.effects import Book, Release
from flows.stages import Stage
from tests.flows.talk import LIBRARY, SCREENED, SHIFTS, TRAININGS, Talk, booked

#: Somebody trained who looks at training dates.
LOOKING = booked().at(Stage.READY).says("TRAINING")


def flows(talk: Talk) -> list[str]:
    return [frame.flow for frame in talk.conversation.stack]


def test_other_offer_opens_beside_the_one_that_waits() -> None:
    talk = LOOKING.says("SHIFTS")

    assert flows(talk) == ["training", "shifts"]
    assert [frame.digression for frame in talk.conversation.stack] == [False, True]
    assert "Which shift" in talk.text


@pytest.mark.parametrize(("reply", "said"), [("1", "It is yours"), ("none", "All right")])
def test_when_it_ends_the_question_that_waits_is_asked_again(reply: str, said: str) -> None:
    talk = LOOKING.says("SHIFTS", reply)

    assert flows(talk) == ["training"]
    assert talk.text.index(said) < talk.text.index("Back to:") < talk.text.index("Which training")
    assert [choice.id for choice in talk.choices] == [slot.ref for slot in TRAININGS] + ["none"]


def test_answers_of_a_digression_stay_in_it() -> None:
    before = LOOKING.frame.answers
    talk = LOOKING.says("SHIFTS", "2")

    assert [book.slot for book in talk.all(Book)] == [SHIFTS[1].ref]
    assert talk.frame.answers == before == {}
    assert [book.slot for book in talk.says("1", "Ana Torres").all(Book)] == [TRAININGS[0].ref]


def test_back_at_its_first_question_leaves_it() -> None:
    talk = LOOKING.says("SHIFTS", "BACK")

    assert flows(talk) == ["training"]
    assert talk.text.startswith("Back to:\nWhich training")


def test_back_within_it_stays_in_it() -> None:
    talk = booked().at(Stage.READY).says("SHIFTS", "TRAINING", "1")
    assert talk.step == "name"

    assert flows(talk.says("BACK")) == ["shifts", "training"]
    assert flows(talk.says("BACK", "BACK")) == ["shifts"]


def test_nothing_open_comes_back_as_well() -> None:
    talk = replace(LOOKING, slots=TRAININGS).says("SHIFTS")

    assert flows(talk) == ["training"]
    assert talk.text.index("No open shift") < talk.text.index("Back to:") < talk.text.index("Which training")


def test_other_time_for_a_place_is_found_in_the_middle_of_signing_up() -> None:
    asked = replace(booked("s1").at(Stage.ENQUIRED), person=replace(booked().person, stage=Stage.ENQUIRED))
    waiting = asked.says("HI", "1").reminded("b-s1")
    moved = waiting.says("R")
    assert flows(moved) == ["screening", "shifts"]

    done = moved.says("2")

    assert [release.booking for release in done.all(Release)] == ["b-s1"]
    assert done.step == waiting.step
    assert done.text.endswith("Please pick your language.")


def test_no_flow_waits_for_itself() -> None:
    talk = LOOKING
    for word in ("SHIFTS", "TRAINING", "SHIFTS", "SHIFTS", "TRAINING") * 3:
        talk = talk.says(word)
        assert len(set(flows(talk))) == len(flows(talk)) <= 2


def test_flow_that_another_waits_for_begins_anew_in_its_place() -> None:
    talk = Talk().says(*SCREENED, "1")
    assert talk.step == "name"

    again = talk.says("TRAINING")

    assert flows(again) == ["screening", "training"]
    assert (again.step, again.frame.digression) == ("offer", False)
    assert again.says("1", "Ana Torres").conversation.stack == ()


def test_where_too_much_waits_the_question_is_finished_first() -> None:
    deep = [Frame(flow="screening", revision=LIBRARY.flows["screening"].revision, step="zip")] * 5
    crowded = replace(LOOKING, conversation=replace(LOOKING.conversation, stack=tuple(deep)))

    talk = crowded.says("SHIFTS")

    assert len(talk.conversation.stack) == 5
    assert talk.text.startswith("First let us finish this:")


def test_correction_of_what_waits_leaves_the_digression() -> None:
    talk = booked().at(Stage.READY).says("TRAINING", "1", "SHIFTS", "BACK")

    assert talk.step == "name"
    assert "first and last name" in talk.text


def test_talk_of_before_digressions_is_read() -> None:
    stored = LOOKING.conversation.encode().replace('"digression":false,', "").replace('"inputs":{},', "")
    assert "digression" not in stored

    assert Conversation.decode(stored) == LOOKING.conversation


_WORDS = ("SHIFTS", "TRAINING", "BACK", "1", "2", "none", "R", "C", "STATUS", "what is it", "Ana Torres")


@settings(max_examples=60, deadline=None)
@given(words=st.lists(st.sampled_from(_WORDS), max_size=9), stage=st.sampled_from([Stage.ENQUIRED, Stage.READY]))
def test_whatever_is_asked_for_nothing_waits_for_itself_and_the_bottom_is_kept(words: list[str], stage: Stage) -> None:
    talk = booked("s1").at(stage).says("HI" if stage is Stage.ENQUIRED else "TRAINING")
    for word in words:
        before, talk = talk, talk.says(word)
        stack = talk.conversation.stack
        assert len({frame.flow for frame in stack}) == len(stack) <= 5
        assert not stack or not stack[0].digression
        if len(before.conversation.stack) == 1 and len(stack) == 2 and stack[1].digression:
            assert stack[0] == before.frame, "what waits is left as it was"
