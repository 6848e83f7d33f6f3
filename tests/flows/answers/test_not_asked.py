"""What only looks like a date or a time is left alone when the question wanted something else."""

from __future__ import annotations

import pytest

from flows.answers import NoMatch
from tests.flows.answers.asking import outcome, told

LOOK_ALIKES = [
    "25",
    "I have 3 kids",
    "it costs $12.50",
    "call 312-555-0199",
    "at 312-555-0199",
    "version 2.10",
    "I'll be 18 in may",
    "may I ask something?",
    "one may wonder",
    "this is the one",
    "this past one",
    "a month ago's rent",
    "2nd floor",
    "room 204",
    "the second time",
    "5th grade",
    "the sun is out",
    "he sat down",
    "24/7",
    "3/4 of them",
    "1st of all",
    "at 123 Main St",
    "from 2 to 5 kids",
    "two three",
    "three twenty",
    "in second place",
    "class of 2019",
    "9-1-1",
    "100%",
    "10 students",
    "the third option",
    "2 hours",
    "twice",
]


@pytest.mark.parametrize("reply", LOOK_ALIKES)
def test_look_alikes_are_neither_date_nor_time(reply: str) -> None:
    assert isinstance(outcome("date", reply, asked=False), NoMatch)
    assert isinstance(outcome("time", reply, asked=False), NoMatch)


@pytest.mark.parametrize(
    ("type_name", "reply", "value"),
    [
        ("date", "25", "2027-03-25"),
        ("time", "three twenty", "15:20"),
        ("time", "five-thirty", "17:30"),
        ("time", "noonish", "12:00"),
        ("date", "3.15", "2027-03-15"),
    ],
)
def test_an_asked_person_may_be_brief(type_name: str, reply: str, value: str) -> None:
    assert told(outcome(type_name, reply)) == value


@pytest.mark.parametrize(
    "reply", ["the 21st works", "on the 21st", "March 21", "3/21", "see you next Sunday the 21st", "el 21"]
)
def test_a_plain_date_needs_no_question(reply: str) -> None:
    assert told(outcome("date", reply, asked=False)) == "2027-03-21"
