"""Birth dates and coming days; today is Wednesday, 10 March 2027."""

from __future__ import annotations

import pytest

from flows.answers import Match, Within
from tests.flows.answers.asking import outcome, told

PAST, FUTURE = Within.PAST, Within.FUTURE


@pytest.mark.parametrize(
    "reply",
    [
        "9/21/1948",
        "09/21/1948",
        "9-21-1948",
        "9.21.1948",
        "9 21 1948",
        "9/21/48",
        "21/9/1948",
        "1948-09-21",
        "1948/9/21",
        "09211948",
        "9211948",
        "092148",
        "Sept 21 1948",
        "September 21st, 1948",
        "sep. 21, 1948",
        "21 September 1948",
        "21-Sep-48",
        "21sep1948",
        "the 21st of September, 1948",
        "September 21, '48",
        "september twenty first nineteen forty eight",
        "I was born on 9/21/1948 in Ohio",
        "septmber 21 1948",
        "My birthday is Sep 21, 1948. Thanks!",
    ],
)
def test_a_birth_date_is_read_in_the_american_order(reply: str) -> None:
    assert told(outcome("date", reply, within=PAST)) == "1948-09-21"


@pytest.mark.parametrize(
    "reply",
    [
        "7/4/1961",
        "7-4-61",
        "7 de abril de 1961",
        "7 de abril del 61",
        "7 abril 1961",
        "abril 7, 1961",
        "siete de abril de mil novecientos sesenta y uno",
        "07041961",
        "nací el 7 de abril de 1961",
        "1961-04-07",
    ],
)
def test_a_birth_date_is_read_in_the_spanish_order(reply: str) -> None:
    assert told(outcome("date", reply, within=PAST, language="es")) == "1961-04-07"


def test_spanish_offers_the_american_order_as_well() -> None:
    result = outcome("date", "7/4/1961", within=PAST, language="es")

    assert isinstance(result, Match)
    assert [option.value for option in result.alternatives] == ["1961-07-04"]
    assert result.confidence < 1


def test_an_order_that_cannot_be_gives_way() -> None:
    assert told(outcome("date", "9/21/1948", within=PAST, language="es")) == "1948-09-21"


def test_without_an_order_of_its_own_a_language_asks() -> None:
    assert told(outcome("date", "7/4/1961", within=PAST, language="fr")) == ("1961-07-04", "1961-04-07")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("2/30/1990", "impossible_date"),
        ("Feb 30 1990", "impossible_date"),
        ("2/29/1999", "impossible_date"),
        ("31 de abril de 1980", "impossible_date"),
        ("13/13/1990", "impossible_date"),
        ("9/21/1856", "impossible_year"),
        ("1856", "impossible_year"),
        ("9/21/2031", "in_future"),
        ("tomorrow", "in_future"),
        ("9/21", "year_missing"),
        ("September 21", "year_missing"),
        ("el 21 de septiembre", "year_missing"),
        ("1948", "day_missing"),
        ("September 1948", "day_missing"),
        ("I am 78", "not_understood"),
        ("no", "not_understood"),
        ("", "empty"),
    ],
)
def test_an_impossible_birth_date_says_why(reply: str, reason: str) -> None:
    assert told(outcome("date", reply, within=PAST)) == f"-{reason}"


def test_the_leap_day_is_a_birthday() -> None:
    assert told(outcome("date", "2/29/2004", within=PAST)) == "2004-02-29"


def test_two_digits_may_be_a_small_child_or_a_very_old_person() -> None:
    assert told(outcome("date", "1/5/25", within=PAST)) == ("1925-01-05", "2025-01-05")


@pytest.mark.parametrize(
    ("reply", "day"),
    [
        ("today", "2027-03-10"),
        ("tomorrow", "2027-03-11"),
        ("tmrw works", "2027-03-11"),
        ("tommorow", "2027-03-11"),
        ("day after tomorrow", "2027-03-12"),
        ("Friday", "2027-03-12"),
        ("this friday", "2027-03-12"),
        ("next friday", "2027-03-19"),
        ("maybe friday next week?", "2027-03-19"),
        ("monday", "2027-03-15"),
        ("wensday", "2027-03-17"),
        ("fri the 12th", "2027-03-12"),
        ("Thursday the 18th", "2027-03-18"),
        ("the 15th", "2027-03-15"),
        ("the 9th", "2027-04-09"),
        ("the twenty-second", "2027-03-22"),
        ("15", "2027-03-15"),
        ("the 5th of next month", "2027-04-05"),
        ("March 31", "2027-03-31"),
        ("apr 2", "2027-04-02"),
        ("Jan 4", "2028-01-04"),
        ("4/2", "2027-04-02"),
        ("4/2/27", "2027-04-02"),
        ("2/29", "2028-02-29"),
        ("in two weeks", "2027-03-24"),
        ("in 3 days", "2027-03-13"),
        ("in a month", "2027-04-10"),
        ("a week from friday", "2027-03-19"),
        ("Tuesday, March 16 at 4pm", "2027-03-16"),
        ("can I come on the 20th instead?", "2027-03-20"),
        ("not Monday, Tuesday", "2027-03-16"),
    ],
)
def test_a_coming_day_is_found(reply: str, day: str) -> None:
    assert told(outcome("date", reply, within=FUTURE)) == day


@pytest.mark.parametrize(
    ("reply", "day"),
    [
        ("mañana", "2027-03-11"),
        ("manana por la mañana", "2027-03-11"),
        ("pasado mañana", "2027-03-12"),
        ("el viernes", "2027-03-12"),
        ("el viernes que viene", "2027-03-12"),
        ("el próximo lunes", "2027-03-15"),
        ("el sábado por la tarde", "2027-03-13"),
        ("el 15", "2027-03-15"),
        ("el día quince", "2027-03-15"),
        ("2 de abril", "2027-04-02"),
        ("2/4", "2027-04-02"),
        ("primero de mayo", "2027-05-01"),
        ("en dos semanas", "2027-03-24"),
        ("dentro de tres días", "2027-03-13"),
        ("hoy mismo", "2027-03-10"),
    ],
)
def test_a_coming_day_is_found_in_spanish(reply: str, day: str) -> None:
    assert told(outcome("date", reply, within=FUTURE, language="es")) == day


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        ("yesterday", "-in_past"),
        ("3/9/2027", "-in_past"),
        ("3/9/2050", "-impossible_year"),
        ("next week", "-day_missing"),
        ("in April", "-day_missing"),
        ("la próxima semana", "-day_missing"),
        ("any day", "-not_understood"),
        ("por la mañana", "-not_understood"),
        ("I have 2 kids", "-not_understood"),
        ("on second thought", "-not_understood"),
        ("the weekend", ("2027-03-13", "2027-03-14")),
        ("May 5 or June 6", ("2027-05-05", "2027-06-06")),
        ("May 5 June 6", ("2027-05-05", "2027-06-06")),
        ("2/3 of us", "-not_understood"),
        ("end of the month", "-day_missing"),
        ("monday or tuesday", ("2027-03-15", "2027-03-16")),
        ("Tuesday March 17", ("2027-03-16", "2027-03-17")),
        ("friday the 18th", ("2027-03-18", "2027-03-12")),
        ("4/31", "-impossible_date"),
        ("the 45th", "-impossible_date"),
    ],
)
def test_what_is_no_single_coming_day_is_told(reply: str, result: object) -> None:
    assert told(outcome("date", reply, within=FUTURE)) == result


def test_a_plain_past_date_needs_no_side() -> None:
    assert told(outcome("date", "two weeks ago")) == "2027-02-24"
    assert told(outcome("date", "10/31/74")) == "1974-10-31"


def test_the_same_weekday_as_today_is_a_guess() -> None:
    result = outcome("date", "Wednesday", within=FUTURE)

    assert isinstance(result, Match)
    assert result.value == "2027-03-17"
    assert [option.value for option in result.alternatives] == ["2027-03-10"]


def test_what_else_was_said_is_kept() -> None:
    result = outcome("date", "Friday at 4 please", within=FUTURE)

    assert isinstance(result, Match)
    assert result.rest == "at 4"
