"""How long something takes, in minutes."""

from __future__ import annotations

import pytest

from flows.answers import Match
from tests.flows.answers.asking import outcome, told


@pytest.mark.parametrize(
    ("reply", "minutes"),
    [
        ("an hour and a half", 90),
        ("one and a half hours", 90),
        ("1.5 hours", 90),
        ("1 1/2 hours", 90),
        ("1h30", 90),
        ("1:30 hours", 90),
        ("90 min", 90),
        ("about 90 minutes", 90),
        ("2 hrs 15 min", 135),
        ("2 hours and 15 minutes please", 135),
        ("half an hour", 30),
        ("three quarters of an hour", 45),
        ("a couple of hours", 120),
        ("3 hours a week", 180),
        ("two days", 2880),
        ("all day", 1440),
        ("2 horas", 120),
        ("hora y media", 90),
        ("una hora y media", 90),
        ("dos horas y cuarto", 135),
        ("media hora", 30),
        ("tres cuartos de hora", 45),
        ("unos 20 minutos", 20),
        ("1 h 15", 75),
        ("1 hr 15", 75),
        ("2 hours and 15", 135),
        ("1 hora y 5", 65),
        ("2hrs30", 150),
        ("2\u00bd hours", 150),
        ("1\u00bd", 90),
        ("3 and a half", 210),
        ("3 1/2", 210),
        ("2 y media", 150),
        ("2.25", 135),
    ],
)
def test_a_duration_is_read(reply: str, minutes: int) -> None:
    assert told(outcome("duration", reply)) == minutes


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        ("2-3 hours", (120, 180)),
        ("two or three hours", (120, 180)),
        ("not long", "-not_understood"),
        ("at 3 pm", "-not_understood"),
        ("2 and thanks", "-not_understood"),
        ("", "-empty"),
    ],
)
def test_what_is_no_single_duration_is_told(reply: str, result: object) -> None:
    assert told(outcome("duration", reply)) == result


def test_the_limits_of_the_question_hold_for_minutes() -> None:
    assert told(outcome("duration", "10 minutes", minimum=30)) == "-too_small"
    assert told(outcome("duration", "5 hours", maximum=240)) == "-too_large"


@pytest.mark.parametrize(("reply", "minutes", "other"), [("2", 120, 2), ("45", 45, 2700)])
def test_the_unit_of_a_bare_number_is_a_guess(reply: str, minutes: int, other: int) -> None:
    result = outcome("duration", reply)

    assert isinstance(result, Match)
    assert result.value == minutes
    assert result.confidence < 0.8
    assert [option.value for option in result.alternatives] == [other]
    assert told(outcome("duration", reply, asked=False)) == "-not_understood"
