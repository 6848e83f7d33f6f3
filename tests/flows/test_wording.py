"""Stored values are said in a person's words, in plain letters and in their own time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from flows import wording
from flows.facts import Json
from flows.text import fold
from tests.flows.talk import SHIFTS

#: Tuesday, 24 November 2026, 3 PM in Chicago.
SLOT = SHIFTS[0]


def windows(days: str, *hours: tuple[str, str]) -> list[dict[str, Json]]:
    return [{"day": day, "from": start, "to": end} for day in days.split() for start, end in hours]


@pytest.mark.parametrize(
    ("zone", "language", "said"),
    [
        (None, "en", "Tue Nov 24, 3 PM"),
        ("America/Chicago", "en", "Tue Nov 24, 3 PM"),
        ("America/New_York", "en", "Tue Nov 24, 4 PM EST (3 PM local)"),
        ("America/Phoenix", "en", "Tue Nov 24, 2 PM MST (3 PM local)"),
        ("America/Indiana/Knox", "en", "Tue Nov 24, 3 PM"),
        ("Pacific/Guam", "en", "Wed Nov 25, 7 AM ChST (3 PM local)"),
        (None, "es", "MA 24 nov, 3 PM"),
        ("America/Los_Angeles", "es", "MA 24 nov, 1 PM PST (3 PM local)"),
    ],
)
def test_slot_is_said_in_the_time_of_the_person(zone: str | None, language: str, said: str) -> None:
    assert wording.say_when(SLOT.starts_at, zone=zone, language=language) == said


def test_slot_names_its_place() -> None:
    assert wording.say_slot(SLOT, zone=None, language="en") == "Tue Nov 24, 3 PM, Lincoln School, 615 W Kemper Pl"
    assert wording.say_offer(SLOT, zone=None, language="en") == "Tue Nov 24, 3 PM, Lincoln School"


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_time_of_the_year_is_said_in_plain_letters(language: str) -> None:
    for day in range(366):
        starts_local = datetime(2026, 1, 1, day % 24, 5 * (day % 12)) + timedelta(days=day)  # noqa: DTZ001  # a wall clock
        said = wording.say_slot(replace(SLOT, starts_local=starts_local), zone=None, language=language)
        born = wording.say_date(starts_local.date(), language)

        assert fold(said + born) == said + born
        assert not set("áíóú\u202f\u00a0") & set(said + born)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("00:00", "12 AM"),
        ("00:30", "12:30 AM"),
        ("09:05", "9:05 AM"),
        ("12:00", "12 PM"),
        ("13:00", "1 PM"),
        ("23:59", "11:59 PM"),
    ],
)
def test_time_is_said_by_the_half_day(at: str, said: str) -> None:
    assert wording.say_time(time.fromisoformat(at)) == said


@pytest.mark.parametrize(
    ("given", "english", "spanish"),
    [
        (windows("mon", ("16:00", "20:00")), "Mon 4 PM-8 PM", "LU 4 PM-8 PM"),
        (windows("sat sun", ("08:00", "12:30")), "Sat, Sun 8 AM-12:30 PM", "SA, DO 8 AM-12:30 PM"),
        (windows("fri mon tue wed thu", ("12:00", "17:00")), "Mon-Fri 12 PM-5 PM", "LU-VI 12 PM-5 PM"),
        (windows("mon tue wed fri", ("12:00", "17:00")), "Mon-Wed, Fri 12 PM-5 PM", "LU-MI, VI 12 PM-5 PM"),
        (windows("mon", ("08:00", "09:00"), ("16:00", "17:00")), "Mon 8 AM-9 AM, 4 PM-5 PM", "LU 8 AM-9 AM, 4 PM-5 PM"),
        (
            windows("mon wed", ("16:00", "18:00")) + windows("sat", ("09:00", "12:00")),
            "Mon, Wed 4 PM-6 PM; Sat 9 AM-12 PM",
            "LU, MI 4 PM-6 PM; SA 9 AM-12 PM",
        ),
    ],
)
def test_days_with_the_same_hours_are_said_together(given: list[dict[str, Json]], english: str, spanish: str) -> None:
    assert wording.say_availability(given, "en") == english
    assert wording.say_availability(given, "es") == spanish


@pytest.mark.parametrize(
    ("type_name", "value", "english", "spanish"),
    [
        ("text", None, "-", "-"),
        ("text", "Acme", "Acme", "Acme"),
        ("number", 2027, "2027", "2027"),
        ("choice", "tutor", "Tutor!", "Tutor!"),
        ("choice", "gone", "gone", "gone"),
        ("yes_no", True, "yes", "sí"),
        ("yes_no", False, "no", "no"),
        ("date", "1956-05-14", "May 14, 1956", "14 de mayo de 1956"),
        ("availability", windows("tue", ("15:00", "18:00")), "Tue 3 PM-6 PM", "MA 3 PM-6 PM"),
        ("name", {"first": "Ana María", "last": "López"}, "Ana María López", "Ana María López"),
        ("name", {"first": "Ana", "last": ""}, "Ana", "Ana"),
    ],
)
def test_answer_is_said_back(type_name: str, value: Json, english: str, spanish: str) -> None:
    labels = {"tutor": "Tutor!"}

    assert wording.say_value(type_name, value, language="en", labels=labels) == english
    assert wording.say_value(type_name, value, language="es", labels=labels) == spanish


def test_sentences_are_joined_and_empty_ones_left_out() -> None:
    assert wording.join(["One.", "", "Two."]) == "One.\nTwo."


def test_date_of_birth_is_said_with_its_year() -> None:
    assert wording.say_date(date(2008, 2, 29), "en") == "Feb 29, 2008"
