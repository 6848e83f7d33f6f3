"""Times of day, with and without a window."""

from __future__ import annotations

import pytest

from flows.answers import Match
from tests.flows.answers.asking import outcome, told


@pytest.mark.parametrize(
    ("reply", "time"),
    [
        ("3pm", "15:00"),
        ("3 PM", "15:00"),
        ("3 p.m.", "15:00"),
        ("3:15pm", "15:15"),
        ("3p", "15:00"),
        ("11am", "11:00"),
        ("12am", "00:00"),
        ("12pm", "12:00"),
        ("noon", "12:00"),
        ("midnight", "00:00"),
        ("1530", "15:30"),
        ("15:30", "15:30"),
        ("08:30", "08:30"),
        ("3:30", "15:30"),
        ("9:45", "09:45"),
        ("half past 11 in the morning", "11:30"),
        ("half past two", "14:30"),
        ("quarter to 9 in the morning", "08:45"),
        ("quarter past 4 pm", "16:15"),
        ("ten past 5 pm", "17:10"),
        ("20 minutes to 6 in the evening", "17:40"),
        ("three thirty", "15:30"),
        ("five thirty in the evening", "17:30"),
        ("evening 7", "19:00"),
        ("7 at night", "19:00"),
        ("12 at night", "00:00"),
        ("at 4", "16:00"),
        ("around 5ish", "17:00"),
        ("6 o'clock", "18:00"),
        ("4 o\u2019clock in the afternoon", "16:00"),
        ("eleven", "11:00"),
        ("Tuesday the 16th at 2", "14:00"),
        ("I can be there at 6:20 pm with my 2 kids", "18:20"),
        ("3\u202fpm", "15:00"),
    ],
)
def test_a_time_is_read(reply: str, time: str) -> None:
    assert told(outcome("time", reply)) == time


@pytest.mark.parametrize(
    ("reply", "time"),
    [
        ("a las 6 de la tarde", "18:00"),
        ("a las seis y media de la tarde", "18:30"),
        ("a las tres y cuarto", "15:15"),
        ("cuarto para las 9 de la mañana", "08:45"),
        ("9 menos cuarto de la mañana", "08:45"),
        ("a la una", "13:00"),
        ("mediodía", "12:00"),
        ("medianoche", "00:00"),
        ("9 de la noche", "21:00"),
        ("5 de la mañana", "05:00"),
        ("12 de la noche", "00:00"),
        ("a las once", "11:00"),
        ("15 horas", "15:00"),
        ("17h30", "17:30"),
        ("3 pm", "15:00"),
    ],
)
def test_a_time_is_read_in_spanish(reply: str, time: str) -> None:
    assert told(outcome("time", reply, language="es")) == time


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        ("25:00", "-impossible_time"),
        ("3:75", "-impossible_time"),
        ("10am or 11am", ("10:00", "11:00")),
        ("4-5pm", ("16:00", "17:00")),
        ("morning", "-not_understood"),
        ("I have 2 kids", "-not_understood"),
        ("in 3 days", "-not_understood"),
        ("whenever", "-not_understood"),
        ("617-555-0123", "-not_understood"),
        ("", "-empty"),
    ],
)
def test_what_is_no_single_time_is_told(reply: str, result: object) -> None:
    assert told(outcome("time", reply)) == result


@pytest.mark.parametrize(
    ("reply", "window", "result"),
    [
        ("3", ("08:00", "20:00"), "15:00"),
        ("7:30", ("08:00", "20:00"), "19:30"),
        ("7:30", ("06:00", "12:00"), "07:30"),
        ("8", ("08:00", "20:00"), ("08:00", "20:00")),
        ("8am", ("09:00", "17:00"), "-outside_hours"),
        ("noon", ("09:00", "17:00"), "12:00"),
    ],
)
def test_the_window_decides_between_morning_and_evening(reply: str, window: tuple[str, str], result: object) -> None:
    assert told(outcome("time", reply, window=window)) == result


def test_an_unmarked_hour_is_a_guess_with_its_other_half() -> None:
    result = outcome("time", "4")

    assert isinstance(result, Match)
    assert result.confidence < 0.8
    assert [option.value for option in result.alternatives] == ["04:00"]
