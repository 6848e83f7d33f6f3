"""A machine that answers us is not answered for ever."""

from __future__ import annotations

from datetime import timedelta

from flows.effects import HandOff, OptOut, Say
from tests.flows.talk import Talk


def chatter(times: int) -> list[Talk]:
    talks = [Talk().says("HI")]
    for _ in range(times):
        talks.append(talks[-1].says("HELP"))
    return talks


def test_thirty_answers_in_ten_minutes_are_the_last_and_a_human_looks_once() -> None:
    talks = chatter(50)

    assert sum(bool(talk.text) for talk in talks) == 30
    assert [one.reason for talk in talks for one in talk.all(HandOff)] == ["answers_too_often"]


def test_ten_minutes_later_answers_leave_again() -> None:
    silent = chatter(40)[-1]

    assert silent.text == ""
    assert silent.later(timedelta(minutes=10)).says("HELP").text


def test_leaving_is_confirmed_even_then() -> None:
    left = chatter(40)[-1].says("please stop texting me")

    assert left.all(OptOut)
    assert left.all(Say)
