"""What a sentence asks besides answering is done at every step: leave, be heard, correct, reach a human."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.effects import Alert, HandOff, OptOut, Release, Say
from tests.flows.talk import SCREENED, Talk, booked

WAITING = {str(talk.step): talk for n in range(1, len(SCREENED) + 1) for talk in [Talk().says(*SCREENED[:n])]}
AUDIENCE = WAITING["audience"]
SUPPORT = WAITING["support"]


@pytest.mark.parametrize("text", ["pls take me off this list", "ya no me manden mensajes", "quit texting me!!"])
@pytest.mark.parametrize("step", WAITING)
def test_any_wording_of_leaving_is_obeyed_at_any_step(step: str, text: str) -> None:
    left = WAITING[step].says(text)

    assert len(left.all(OptOut)) == 1
    assert len(left.all(Say)) == 1
    assert left.says("hello?").text == ""


@pytest.mark.parametrize("text", ["I'll stop by at 4", "the bus stop is near", "no puedo parar de sonreir"])
@pytest.mark.parametrize("step", WAITING)
def test_look_alike_of_leaving_is_none(step: str, text: str) -> None:
    assert not WAITING[step].says(text).all(OptOut)


@pytest.mark.parametrize("step", WAITING)
def test_telling_of_harm_is_answered_and_alerts_staff_at_any_step(step: str) -> None:
    told = WAITING[step].says("my dad hits me")

    assert [alert.kind for alert in told.all(Alert)] == ["harm"]
    assert "911" in told.text
    assert told.step == step


def test_telling_of_harm_is_heard_while_a_coordinator_holds_the_conversation() -> None:
    held = replace(AUDIENCE, person=replace(AUDIENCE.person, held=True)).says("me pega mi papa")

    assert held.all(Alert)


def test_telling_of_harm_while_leaving_does_both() -> None:
    left = AUDIENCE.says("stop texting me, my dad hits me")

    assert left.all(Alert)
    assert left.all(OptOut)


def test_unclear_wish_to_leave_is_asked_about_and_a_human_is_told() -> None:
    asked = AUDIENCE.says("go away")

    assert not asked.all(OptOut)
    assert "STOP" in asked.text
    assert [one.reason for one in asked.all(HandOff)] == ["unclear_opt_out"]


def test_human_is_fetched_by_a_sentence() -> None:
    asked = AUDIENCE.says("can I talk to a real person please")

    assert [one.reason for one in asked.all(HandOff)] == ["asked_for_a_person"]
    assert asked.step == "audience"


@pytest.mark.parametrize("text", ["oops, I put the wrong zip, it's 60608", "me equivoque de zip es 60608"])
def test_correction_with_its_answer_is_taken_and_nothing_else_is_asked_again(text: str) -> None:
    corrected = SUPPORT.says(text)

    assert corrected.person.answers["zip"] == "60608"
    assert corrected.step == "support"
    assert "60608" in corrected.text


def test_correction_without_an_answer_asks_for_it() -> None:
    corrected = SUPPORT.says("me equivoque de fecha de nacimiento")

    assert corrected.step == "birth_date"
    assert corrected.says("5/14/1957").step == "support"


def test_correction_of_what_was_never_asked_is_no_correction() -> None:
    assert WAITING["zip"].says("I put the wrong role").step == "zip"


def test_wish_to_change_what_we_do_not_know_reaches_a_human() -> None:
    settled = booked("s2").says("I want to change my role")

    assert [one.reason for one in settled.all(HandOff)] == ["change:role"]


def test_only_place_is_given_back_by_a_sentence() -> None:
    freed = booked("s2").says("cancel my Wednesday shift")

    assert [one.booking for one in freed.all(Release)] == ["b-s2"]
    assert not freed.all(OptOut)


def test_place_on_the_day_named_is_given_back() -> None:
    freed = booked("s2", "s3").says("I can't make it on Thursday")

    assert [one.booking for one in freed.all(Release)] == ["b-s3"]


def test_place_that_may_be_either_is_asked_about() -> None:
    asked = booked("s2", "s3").says("I have to cancel my shift")

    assert not asked.all(Release)
    assert [one.label[:3] for one in asked.all(Say)[0].choices] == ["Wed", "Thu"]


@pytest.mark.parametrize("text", ["english please", "can we do English", "en español por favor"])
def test_language_may_be_answered_in_a_sentence(text: str) -> None:
    assert WAITING["language"].says(text).step == "zip"


def test_language_is_switched_by_a_sentence_and_answers_stay() -> None:
    switched = AUDIENCE.says("podemos hablar en español por favor")

    assert switched.step == "audience"
    assert switched.conversation.language == "es"
    assert switched.person.answers["zip"] == "60614"
