"""Days that have a name; today is Wednesday, 10 March 2027."""

from __future__ import annotations

from datetime import date

import pytest

from flows.answers import Match, Within
from flows.answers.feasts import (
    after_passover,
    after_rosh_hashanah,
    easter,
    hanukkah,
    lunar_new_year,
    moon,
    muslim,
    nth,
)
from tests.flows.answers.asking import outcome, told


@pytest.mark.parametrize(
    ("reply", "day"),
    [
        ("Thanksgiving", "2027-11-25"),
        ("the day after Thanksgiving", "2027-11-26"),
        ("black friday", "2027-11-26"),
        ("Labor Day", "2027-09-06"),
        ("memorial day please", "2027-05-31"),
        ("MLK day", "2028-01-17"),
        ("next Martin Luther King's Day", "2028-01-17"),
        ("veteran's day", "2027-11-11"),
        ("Mother's Day", "2027-05-09"),
        ("new year's eve", "2027-12-31"),
        ("New Years", "2028-01-01"),
        ("Christmas Eve", "2027-12-24"),
        ("xmas", "2027-12-25"),
        ("halloween works", "2027-10-31"),
        ("election day", "2027-11-02"),
        ("Easter", "2027-03-28"),
        ("good friday", "2027-03-26"),
        ("Easter Monday 2028", "2028-04-17"),
        ("orthodox easter", "2027-05-02"),
        ("thanksgiving of next year", "2028-11-23"),
        ("Juneteenth 2028", "2028-06-19"),
        ("Passover", "2027-04-22"),
        ("yom kippur", "2027-10-11"),
        ("Rosh Hashanah", "2027-10-02"),
        ("Diwali", "2027-10-29"),
        ("Holi", "2027-03-22"),
        ("Lunar New Year", "2028-01-26"),
        ("Eid al-Adha", "2027-05-16"),
    ],
)
def test_a_holiday_is_a_day(reply: str, day: str) -> None:
    assert told(outcome("date", reply, within=Within.FUTURE)) == day


@pytest.mark.parametrize(
    ("reply", "day"),
    [
        ("Navidad", "2027-12-25"),
        ("el día después de Navidad", "2027-12-26"),
        ("Nochebuena", "2027-12-24"),
        ("Año Nuevo", "2028-01-01"),
        ("el día de las madres", "2027-05-09"),
        ("viernes santo", "2027-03-26"),
        ("Día de los Muertos", "2027-11-02"),
        ("el día de acción de gracias", "2027-11-25"),
        ("los Reyes Magos", "2028-01-06"),
        ("cinco de mayo", "2027-05-05"),
    ],
)
def test_a_holiday_is_a_day_in_spanish(reply: str, day: str) -> None:
    assert told(outcome("date", reply, within=Within.FUTURE, language="es")) == day


@pytest.mark.parametrize(
    "reply",
    [
        "Christmas break",
        "the halloween party",
        "my mother is sick",
        "father of two",
        "we won the election",
        "labor of love",
    ],
)
def test_a_name_within_other_words_is_no_day(reply: str) -> None:
    assert told(outcome("date", reply, within=Within.FUTURE)) == "-not_understood"


def test_a_weekend_of_a_holiday_asks_which_day() -> None:
    assert told(outcome("date", "memorial day weekend", within=Within.FUTURE)) == ("2027-05-29", "2027-05-30")


def test_a_feast_that_begins_in_the_evening_offers_the_evening_before() -> None:
    result = outcome("date", "Yom Kippur", within=Within.FUTURE)

    assert isinstance(result, Match)
    assert [option.value for option in result.alternatives] == ["2027-10-10"]


def test_a_birth_on_a_holiday_needs_its_year() -> None:
    assert told(outcome("date", "Christmas", within=Within.PAST)) == "-year_missing"
    assert told(outcome("date", "Christmas 1956", within=Within.PAST)) == "1956-12-25"


@pytest.mark.parametrize(
    ("falls", "days"),
    [
        pytest.param(easter(), [date(2000, 4, 23), date(2024, 3, 31), date(2038, 4, 25)], id="Easter"),
        pytest.param(easter(orthodox=True), [date(2024, 5, 5), date(2025, 4, 20)], id="Orthodox Easter"),
        pytest.param(after_rosh_hashanah(0), [date(2024, 10, 3), date(2025, 9, 23)], id="Rosh Hashanah"),
        pytest.param(after_passover(0), [date(2024, 4, 23), date(2025, 4, 13)], id="Passover"),
        pytest.param(hanukkah, [date(2023, 12, 8), date(2024, 12, 26)], id="Hanukkah"),
        pytest.param(muslim(10, 1), [date(2024, 4, 10), date(2025, 3, 30)], id="Eid al-Fitr"),
        pytest.param(moon(10, 16, 30, 12.5), [date(2023, 11, 12), date(2025, 10, 20)], id="Diwali"),
        pytest.param(lunar_new_year, [date(2024, 2, 10), date(2025, 1, 29)], id="Lunar New Year"),
        pytest.param(nth(4, 3, 11), [date(2024, 11, 28), date(2025, 11, 27)], id="Thanksgiving"),
    ],
)
def test_a_feast_falls_where_the_calendars_print_it(falls: object, days: list[date]) -> None:
    assert callable(falls)
    assert [falls(day.year) for day in days] == [(day,) for day in days]
