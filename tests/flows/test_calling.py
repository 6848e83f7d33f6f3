"""Whoever wants to talk by voice is called: at the number they write from, at a time in their own words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.effects import HandOff
from flows.messages import Address
from tests.flows.open_questions import WAITING, ZIP
from tests.flows.talk import SCREENED, Talk


@pytest.mark.parametrize("text", ["CALL ME", "can you call me please", "llámenme", "can someone call me back"])
@pytest.mark.parametrize("step", WAITING)
def test_call_is_promised_to_the_number_they_write_from(step: str, text: str) -> None:
    talk = WAITING[step].says(text)

    assert [one.reason for one in talk.all(HandOff)] == ["call_me"]
    assert "+13125550142" in talk.text
    assert talk.answers["call_number"] == "+13125550142"
    assert talk.step == step


def test_time_to_call_is_kept_in_their_words_and_the_question_waits() -> None:
    talk = ZIP.says("CALL ME", "weekdays after 4")

    assert talk.answers["call_when"] == "weekdays after 4"
    assert "Back to:" in talk.text
    assert talk.says("60614").step == "birth_date"


def test_whoever_answers_the_question_instead_is_understood() -> None:
    talk = ZIP.says("CALL ME", "60614")

    assert talk.step == "birth_date"
    assert "call_when" not in talk.answers


def test_time_in_the_wish_itself_is_not_asked_for() -> None:
    talk = ZIP.says("can you call me tomorrow after 5")

    assert talk.answers["call_when"] == "tomorrow after 5"


def test_number_is_asked_for_where_the_channel_has_none() -> None:
    slack = Address(channel="slack", account="T1", user="U1")
    talk = replace(Talk(), sender=slack).says("HI", "1", "1", "CALL ME")
    assert "Which phone number" in talk.text

    told = talk.says("312-253-0142")
    assert told.answers["call_number"] == "+13122530142"
    assert told.says("anytime").step == "zip"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("can you please call me instead I am not good with this texting", "When is a good time?"),
        ("me pueden llamar, no soy buena para esto", "When is a good time?"),
        ("call me tomorrow after 5", "when to call: tomorrow after 5."),
        ("me pueden llamar el lunes por la tarde", "when to call: el lunes por la tarde."),
    ],
)
def test_the_time_of_a_call_is_what_tells_one_and_nothing_else(text: str, told: str) -> None:
    assert told in Talk().says(*SCREENED[:4], text).text
