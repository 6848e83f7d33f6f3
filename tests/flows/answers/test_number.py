"""Numbers and ages, in digits and words."""

from __future__ import annotations

import pytest

from tests.flows.answers.asking import outcome, told


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("5", 5),
        ("five", 5),
        ("about 5", 5),
        ("5 hours a week", 5),
        ("twenty-one", 21),
        ("thirty two", 32),
        ("a hundred", 100),
        ("one hundred and five", 105),
        ("two thousand and six", 2006),
        ("1,250", 1250),
        ("5 thousand", 5000),
        ("none", 0),
        ("a couple", 2),
        ("a dozen", 12),
        ("veintiuno", 21),
        ("treinta y dos", 32),
        ("mil doscientos", 1200),
        ("dieciséis", 16),
        ("diez y seis", 16),
        ("ningún", 0),
        ("5 mil", 5000),
        ("3 hundred and one", 301),
        ("fifteen hundred", 1500),
        ("three dozen", 36),
        ("2 docenas", 24),
        ("a pair", 2),
        ("cero dos", 2),
        ("diesiseis", 16),
    ],
)
def test_a_number_is_read(reply: str, value: int) -> None:
    assert told(outcome("number", reply)) == value


def test_once_is_eleven_in_spanish_only() -> None:
    assert told(outcome("number", "once", language="es")) == 11
    assert told(outcome("number", "once a week")) == 1


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        ("2 or 3", (2, 3)),
        ("2.5", "-not_whole"),
        ("-4", "-too_small"),
        ("many", "-not_understood"),
        ("the third", "-not_understood"),
        ("this one", "-not_understood"),
        ("which one is closer?", "-not_understood"),
        ("", "-empty"),
    ],
)
def test_what_is_no_single_number_is_told(reply: str, result: object) -> None:
    assert told(outcome("number", reply)) == result


@pytest.mark.parametrize(("reply", "result"), [("3", "-too_small"), ("30", "-too_large"), ("10", 10), ("3 or 10", 10)])
def test_the_limits_of_the_question_hold(reply: str, result: object) -> None:
    assert told(outcome("number", reply, minimum=5, maximum=20)) == result


@pytest.mark.parametrize(
    ("reply", "year"),
    [("27", 2027), ("class of '27", 2027), ("in 27", 2027), ("2027", 2027), ("19", "-too_small"), ("99", "-too_small")],
)
def test_two_digits_are_a_year_where_only_years_are_asked_for(reply: str, year: object) -> None:
    assert told(outcome("number", reply, minimum=2020, maximum=2040)) == year


@pytest.mark.parametrize(
    ("reply", "age"),
    [
        ("17", 17),
        ("I'm 17", 17),
        ("im 17 and have 2 dogs", 17),
        ("I am 17 years old, turning 18 in May", 17),
        ("seventeen", 17),
        ("17yo", 17),
        ("tengo 17 años", 17),
        ("diecisiete", 17),
        ("cumplí 17", 17),
        ("5/2/2009", 17),
        ("born May 2, 2009", 17),
    ],
)
def test_an_age_is_read(reply: str, age: int) -> None:
    assert told(outcome("age", reply)) == age


@pytest.mark.parametrize(
    ("reply", "result"),
    [("200", "-too_large"), ("old enough", "-not_understood"), ("", "-empty"), ("16 or 17", (16, 17))],
)
def test_what_is_no_age_is_told(reply: str, result: object) -> None:
    assert told(outcome("age", reply)) == result
