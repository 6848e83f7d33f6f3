"""Weekly hours, as people offer them."""

from __future__ import annotations

import pytest

from flows.answers import Match
from tests.flows.answers.asking import outcome, told

ALL, WORK = "mon tue wed thu fri sat sun", "mon tue wed thu fri"


def _week(*lines: str) -> list[dict[str, str]]:
    """Write ``mon tue 16-20`` as rows, Monday first."""
    rows = []
    for line in lines:
        *days, hours = line.split()
        start, _, end = hours.partition("-")
        rows += [{"day": day, "from": _clock(start), "to": _clock(end)} for day in days]
    return sorted(rows, key=lambda row: (ALL.split().index(row["day"]), row["from"]))


def _clock(hours: str) -> str:
    hour, _, minute = hours.partition(":")
    return f"{int(hour):02}:{minute or '00'}"


@pytest.mark.parametrize(
    ("reply", "week"),
    [
        ("weekdays after 4 except Wed", ["mon tue thu fri 16-21"]),
        ("Mon-Thu 3-6pm", ["mon tue wed thu 15-18"]),
        ("any day", [f"{ALL} 8-21"]),
        ("anytime", [f"{ALL} 8-21"]),
        ("I'm flexible", [f"{ALL} 8-21"]),
        ("weekends", ["sat sun 8-21"]),
        ("Tuesdays and thursdays after school", ["tue thu 15-18"]),
        ("Mondays 9-11 and Fridays 1-3", ["mon 9-11", "fri 13-15"]),
        ("mornings on mon and wed, evenings on friday", ["mon wed 8-12", "fri 17-21"]),
        ("weekday mornings and all day Sunday", [f"{WORK} 8-12", "sun 8-21"]),
        ("MWF afternoons", ["mon wed fri 12-17"]),
        ("T/Th after 3:30", ["tue thu 15:30-21"]),
        ("M-F 8-3", [f"{WORK} 8-15"]),
        ("Monday through Friday, 9 to 5", [f"{WORK} 9-17"]),
        ("Tues 10am to noon", ["tue 10-12"]),
        ("Wednesdays from 2 until 5", ["wed 14-17"]),
        ("Saturday before noon", ["sat 8-12"]),
        ("thurs until 3", ["thu 8-15"]),
        ("Mondays at 4", ["mon 16-17"]),
        ("after 5pm", [f"{ALL} 17-21"]),
        ("every day but Tuesday", ["mon wed thu fri sat sun 8-21"]),
        ("not Mondays", ["tue wed thu fri sat sun 8-21"]),
        ("I can't do Fridays", ["mon tue wed thu sat sun 8-21"]),
        ("weekdays except Friday mornings", ["mon tue wed thu 8-21", "fri 12-21"]),
        ("I have class until 3 on Mondays", ["mon 15-21"]),
        ("Mon 3-5, 4-6", ["mon 15-18"]),
        ("wendsday evenings", ["wed 17-21"]),
        ("Sat", ["sat 8-21"]),
        ("sat & sun 10-2", ["sat sun 10-14"]),
        ("I work Monday to Friday so weekends", ["sat sun 8-21"]),
    ],
)
def test_weekly_hours_are_read(reply: str, week: list[str]) -> None:
    assert told(outcome("availability", reply)) == _week(*week)


@pytest.mark.parametrize(
    ("reply", "week"),
    [
        ("lunes y miércoles por la tarde", ["mon wed 12-17"]),
        ("cualquier día menos los viernes", ["mon tue wed thu sat sun 8-21"]),
        ("de lunes a viernes de 3 a 6", [f"{WORK} 15-18"]),
        ("sábados por la mañana", ["sat 8-12"]),
        ("entre semana después de las 4", [f"{WORK} 16-21"]),
        ("los fines de semana", ["sat sun 8-21"]),
        ("martes y jueves después de clases", ["tue thu 15-18"]),
        ("no puedo los lunes", ["tue wed thu fri sat sun 8-21"]),
        ("domingos de 10 a 2", ["sun 10-14"]),
        ("por las noches", [f"{ALL} 17-21"]),
        ("lunes a jueves a partir de las 4 pm", ["mon tue wed thu 16-21"]),
        ("todos los días hasta el mediodía", [f"{ALL} 8-12"]),
    ],
)
def test_weekly_hours_are_read_in_spanish(reply: str, week: list[str]) -> None:
    assert told(outcome("availability", reply, language="es")) == _week(*week)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("what do you mean?", "not_understood"),
        ("5", "not_understood"),
        ("never", "no_days_left"),
        ("weekends except Saturday and Sunday", "no_days_left"),
        ("", "empty"),
    ],
)
def test_what_leaves_no_hours_is_told(reply: str, reason: str) -> None:
    assert told(outcome("availability", reply)) == f"-{reason}"


@pytest.mark.parametrize("reply", ["evenings", "Mondays at 4", "not Mondays"])
def test_what_we_filled_in_is_a_guess(reply: str) -> None:
    result = outcome("availability", reply)

    assert isinstance(result, Match)
    assert result.confidence < 0.8
