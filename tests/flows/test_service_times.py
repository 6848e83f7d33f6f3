"""When a school district lets its students serve."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.facts import History
from flows.rules.placement import Candidate, refusal
from flows.rules.service_times import Window, allows, as_week, read_times
from tests.flows.talk import MONDAY, SHIFTS, TRAININGS, booked

AFTERNOONS = read_times("mon-fri 15:00-21:00, sat 8:00-18:00") or ()


@pytest.mark.parametrize("words", ["outside of class", "mon 25:00-26:00", "fri-mon 8:00-9:00", "mon 9:00-8:00", "mon"])
def test_words_are_no_times(words: str) -> None:
    assert read_times(words) is None


def test_times_are_read_by_day() -> None:
    assert len(AFTERNOONS) == 6
    assert AFTERNOONS[-1] == Window(day=5, begins=480, ends=1080)
    assert as_week(AFTERNOONS[-1:]) == [{"day": "sat", "from": "08:00", "to": "18:00"}]
    assert read_times("") == ()


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1)), st.integers(1, 1440))  # noqa: DTZ001
def test_a_shift_is_allowed_only_as_a_whole(at: datetime, minutes: int) -> None:
    begins = at.hour * 60 + at.minute
    inside = (at.weekday() < 5 and begins >= 900 and begins + minutes <= 1260) or (
        at.weekday() == 5 and begins >= 480 and begins + minutes <= 1080
    )

    assert allows(AFTERNOONS, at, minutes) is inside
    assert allows((), at, minutes)


def test_shifts_at_other_times_are_refused_and_trainings_are_not() -> None:
    candidate = Candidate(role=None, zip=None, minor=False, availability=(), bookings=(), service_times=AFTERNOONS)
    early = replace(SHIFTS[2], starts_local=SHIFTS[2].starts_local.replace(hour=10))

    assert refusal(early, candidate, now=MONDAY) == "school_hours"
    assert refusal(SHIFTS[2], candidate, now=MONDAY) is None
    assert refusal(replace(TRAININGS[0], minutes=600), candidate, now=MONDAY) is None


@pytest.mark.parametrize(("word", "said"), [("SHIFTS", "Mon-Fri 6 PM-9 PM"), ("TURNOS", "LU-VI 6 PM-9 PM")])
def test_whoever_is_offered_nothing_hears_when_their_district_lets_them(word: str, said: str) -> None:
    talk = replace(booked(), history=History(service_times=read_times("mon-fri 18:00-21:00") or ()))
    talk = talk.says("ESPAÑOL") if word == "TURNOS" else talk

    assert said in talk.says(word).text
