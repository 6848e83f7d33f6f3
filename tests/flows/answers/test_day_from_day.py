"""Days counted within a month, told from other days, or given as a range; today is Wednesday, 10 March 2027."""

from __future__ import annotations

import pytest

from flows.answers import Within
from tests.flows.answers.asking import outcome, told


@pytest.mark.parametrize(
    ("reply", "day"),
    [
        ("first Monday of April", "2027-04-05"),
        ("the last friday in october", "2027-10-29"),
        ("second saturday next month", "2027-04-10"),
        ("third Tuesday of September 2028", "2028-09-19"),
        ("the last day of the month", "2027-03-31"),
        ("third to last day of May", "2027-05-29"),
        ("2 weeks before Christmas", "2027-12-11"),
        ("three days after April 2nd", "2027-04-05"),
        ("a week from Friday", "2027-03-19"),
        ("a week from tomorrow", "2027-03-18"),
        ("the monday after easter", "2027-03-29"),
        ("the Friday before Labor Day", "2027-09-03"),
        ("Monday two weeks from now", "2027-03-22"),
        ("two Sundays from now", "2027-03-21"),
        ("in a fortnight", "2027-03-24"),
        ("next month on the 12th", "2027-04-12"),
        ("the 12th next month", "2027-04-12"),
        ("the 4th I'm busy, the 18th", "2027-03-18"),
        ("Monday, I mean Tuesday", "2027-03-16"),
    ],
)
def test_a_day_is_counted_from_another(reply: str, day: str) -> None:
    assert told(outcome("date", reply, within=Within.FUTURE)) == day


@pytest.mark.parametrize(
    ("reply", "day"),
    [
        ("el primer lunes de abril", "2027-04-05"),
        ("el último viernes de octubre", "2027-10-29"),
        ("dos semanas antes de Navidad", "2027-12-11"),
        ("de hoy en ocho", "2027-03-17"),
        ("tres días después del lunes", "2027-03-18"),
        ("el 12 del próximo mes", "2027-04-12"),
        ("el martes de la próxima semana", "2027-03-16"),
    ],
)
def test_a_day_is_counted_from_another_in_spanish(reply: str, day: str) -> None:
    assert told(outcome("date", reply, within=Within.FUTURE, language="es")) == day


@pytest.mark.parametrize(
    ("reply", "language", "days"),
    [
        ("from the 13th to the 15th", "en", ("2027-03-13", "2027-03-15")),
        ("April 2-4", "en", ("2027-04-02", "2027-04-04")),
        ("2nd to 4th of April", "en", ("2027-04-02", "2027-04-04")),
        ("4/2 - 4/4", "en", ("2027-04-02", "2027-04-04")),
        ("del 13 al 15 de abril", "es", ("2027-04-13", "2027-04-15")),
        ("the weekend after next", "en", ("2027-03-27", "2027-03-28")),
    ],
)
def test_a_range_asks_which_of_its_days(reply: str, language: str, days: tuple[str, str]) -> None:
    assert told(outcome("date", reply, within=Within.FUTURE, language=language)) == days


@pytest.mark.parametrize("reply", ["for 2 days from the 20th", "3 nights from March 20", "4 days from the 20th"])
def test_a_stay_begins_on_its_first_day(reply: str) -> None:
    assert told(outcome("date", reply, within=Within.FUTURE)) == "2027-03-20"


@pytest.mark.parametrize(
    "reply", ["the week before Easter", "end of March", "this summer", "fines de abril", "the week of the 20th"]
)
def test_a_stretch_of_days_lacks_its_day_or_names_one(reply: str) -> None:
    assert told(outcome("date", reply, within=Within.FUTURE)) in ("-day_missing", "2027-03-20")


def test_a_weekday_chooses_the_year_when_any_year_will_do() -> None:
    assert told(outcome("date", "Sunday, March 7")) == "2027-03-07"
    assert told(outcome("date", "Sunday, March 7", within=Within.FUTURE)) == ("2027-03-14", "2028-03-07")


def test_the_weekday_belongs_to_the_date() -> None:
    result = outcome("date", "how about Friday the 2nd of April?", within=Within.FUTURE)

    assert getattr(result, "rest", None) == ""
