"""Older adults: the limit of the settings is named, the amount never asked, and only a yes leads to a stipend."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from flows.rules.ledger import Ledger, ledger_for
from tests.flows.talk import HUB, MONDAY, Talk

TO_INCOME = ("HI", "1", "1", "60614", "5/14/1956", "3", "2")


def test_text_names_the_configured_limit_and_its_day() -> None:
    hub = replace(HUB, income_limit=31920, income_limit_from=date(2026, 1, 15))

    said = Talk(hub=hub).says(*TO_INCOME).text
    spanish = Talk(hub=hub).says("HOLA", "1", "2", "60614", "14/5/1956", "3", "2").text

    assert (
        "limit: $31,920 a year for one person (Jan 15, 2026). Is your income below it? Do not send the amount." in said
    )
    assert "tope de ingresos: $31,920 al año por persona (15 de enero de 2026). ¿Gana menos?" in spanish


def test_without_a_configured_limit_the_rule_itself_is_named() -> None:
    assert "limit: 200% of the poverty line." in Talk().says(*TO_INCOME).text


@pytest.mark.parametrize(
    ("reply", "ledger"),
    [("below the limit", Ledger.STIPEND), ("above the limit", Ledger.VOLUNTEER), ("not sure", Ledger.VOLUNTEER)],
)
def test_only_income_within_the_limit_leads_to_the_stipend(reply: str, ledger: Ledger) -> None:
    answers = Talk().says(*TO_INCOME, reply).person.answers

    assert ledger_for("older_adult", answers, None) is ledger


def test_wish_for_large_print_is_remembered() -> None:
    talk = Talk().says(*TO_INCOME, "below", "large print")

    assert talk.person.answers["support"] == "large_print"


def test_sign_up_takes_an_older_adult_at_most_twelve_replies() -> None:
    replies = (*TO_INCOME, "below", "nothing", "tutor", "weekday afternoons", "yes")

    talk = Talk().says(*replies)

    assert len(replies) <= 12
    assert "You are accepted." in talk.text


@pytest.mark.parametrize("reply", ["SKIP", "I dont want to say", "I'd rather not say"])
def test_whoever_does_not_tell_of_the_income_goes_on(reply: str) -> None:
    talk = Talk().says(*TO_INCOME, reply)

    assert talk.step == "support"
    assert talk.answers.get("income_within_limit") is None


@pytest.mark.parametrize(
    ("hello", "born", "told", "again"),
    [
        ("HI", "5/14/1990", "That one is for people of 55 and up", "Which of these are you?"),
        ("HOLA", "14/5/1990", "Ese grupo es desde los 55", "¿Qué le describe mejor?"),
    ],
)
def test_who_is_younger_is_told_that_it_is_for_people_of_55_and_asked_again(
    hello: str, born: str, told: str, again: str
) -> None:
    language = "1" if hello == "HI" else "2"
    talk = Talk().says(hello, "1", language, "60614", born, "55")

    assert talk.step == "audience"
    assert told in talk.text
    assert again in talk.text
    assert talk.says("2").step == "employer"
    assert told in talk.says("3").text


def test_who_is_55_today_may_pick_it() -> None:
    birthday = MONDAY.date().replace(year=MONDAY.year - 55)

    assert Talk().says("HI", "1", "1", "60614", f"{birthday:%m/%d/%Y}", "55").step == "programme"
    younger = birthday + timedelta(days=1)
    assert Talk().says("HI", "1", "1", "60614", f"{younger:%m/%d/%Y}", "55").step == "audience"


def test_who_is_17_is_led_to_another_audience() -> None:
    talk = Talk().says("HI", "1", "1", "60614", "3/2/2009", "Rosa Vega", "rosa@example.org", "Ella Vega", "3")

    assert "for people of 55 and up" in talk.text
    assert talk.says("high school").step == "school"
