"""What a reply takes back of what was said before; today is Wednesday, 10 March 2027."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from flows.answers import Ambiguous, AnswerChoice, AnswerContext, Within
from flows.answers.corrections import Change, Known, read_correction
from flows.facts import Json
from tests.flows.answers.asking import TODAY

ROLES = (
    AnswerChoice(id="tutor", label="Tutor"),
    AnswerChoice(id="mentor", label="Mentor"),
    AnswerChoice(id="coach", label="Success coach"),
)
KNOWN = {
    "people": Known(type="number", value=2, words=("people", "person", "kids", "personas")),
    "day": Known(type="date", value="2027-03-19", within=Within.FUTURE),
    "at": Known(type="time", value="16:00"),
    "zip": Known(type="zip", value="60614"),
    "email": Known(type="email", value="ana@example.org"),
    "phone": Known(type="phone", value="+13125550142"),
    "name": Known(type="name", value={"first": "Ana", "last": "Lopez"}),
    "role": Known(type="choice", value="tutor", choices=ROLES),
}


def changed(reply: str, known: Mapping[str, Known] = KNOWN, *, language: str = "en") -> dict[str, Json]:
    """Return what a reply changes; ``"?"`` for what was called wrong without a new value."""
    result = read_correction(reply, AnswerContext(language=language, today=TODAY), known)
    assert not isinstance(result, Ambiguous)
    return {change.field: change.value if change.told else "?" for change in result}


@pytest.mark.parametrize(
    ("reply", "changes"),
    [
        ("no, make it 3pm", {"at": "15:00"}),
        ("actually Tuesday", {"day": "2027-03-16"}),
        ("I put the wrong zip, it's 60608", {"zip": "60608"}),
        ("not 2 people, 4", {"people": 4}),
        ("there will be four of us kids... I mean 4 kids", {"people": 4}),
        ("change it from 2 to 4 people", {"people": 4}),
        ("change the date to April 2nd", {"day": "2027-04-02"}),
        ("not Friday, Saturday at 5", {"day": "2027-03-13", "at": "17:00"}),
        ("at 5 not 4", {"at": "17:00"}),
        ("just me", {"people": 1}),
        ("my email is ana.lopez@example.com", {"email": "ana.lopez@example.com"}),
        ("it's spelled Anna Lopes", {"name": {"first": "Anna", "last": "Lopes"}}),
        ("make me a mentor instead", {"role": "mentor"}),
        ("I'd rather do success", {"role": "coach"}),
        ("my phone is 312 555 0199", {"phone": "+13125550199"}),
        ("4 people on the 20th at 5:30pm", {"people": 4, "day": "2027-03-20", "at": "17:30"}),
    ],
)
def test_the_change_and_nothing_else_is_found(reply: str, changes: dict[str, Json]) -> None:
    assert changed(reply) == changes


@pytest.mark.parametrize(
    ("reply", "changes"),
    [
        ("no, mejor a las 3 de la tarde", {"at": "15:00"}),
        ("el viernes no, el jueves", {"day": "2027-03-11"}),
        ("mi código postal está mal, es 60608", {"zip": "60608"}),
        ("no 2 personas, 4", {"people": 4}),
        ("cambia la fecha al 2 de abril", {"day": "2027-04-02"}),
        ("solo yo", {"people": 1}),
        ("mejor mentor", {"role": "mentor"}),
        ("el correo está mal", {"email": "?"}),
    ],
)
def test_the_change_is_found_in_spanish(reply: str, changes: dict[str, Json]) -> None:
    assert changed(reply, language="es") == changes


@pytest.mark.parametrize(
    "reply",
    [
        "yes",
        "looks good, thanks",
        "is it paid?",
        "Friday at 4 is right",
        "yes, for 2 people",
        "I have one more question",
        "",
    ],
)
def test_what_changes_nothing_is_left_alone(reply: str) -> None:
    assert changed(reply) == {}


@pytest.mark.parametrize(
    ("reply", "field"),
    [("I put the wrong zip", "zip"), ("my email is wrong", "email"), ("there's a typo in my name", "name")],
)
def test_what_is_only_called_wrong_is_to_be_asked_again(reply: str, field: str) -> None:
    result = read_correction(reply, AnswerContext(language="en", today=TODAY), KNOWN)

    assert result == (Change(field=field, told=False),)


def test_the_thing_counted_tells_two_numbers_apart() -> None:
    known = {
        "rooms": Known(type="number", value=1, words=("rooms", "room")),
        "days": Known(type="number", value=3, words=("days", "day")),
    }

    assert changed("2 rooms for 5 days", known) == {"rooms": 2, "days": 5}


def test_a_bare_number_that_fits_two_answers_asks() -> None:
    known = {
        "rooms": Known(type="number", value=1, words=("rooms", "room")),
        "days": Known(type="number", value=3, words=("days", "day")),
    }
    result = read_correction("no, 5", AnswerContext(language="en", today=TODAY), known)

    assert isinstance(result, Ambiguous)
    assert [option.value for option in result.options] == [
        {"field": "rooms", "value": 5},
        {"field": "days", "value": 5},
    ]


def test_a_bare_number_is_an_hour_when_no_number_is_known() -> None:
    assert changed("no, make it 5", {"at": KNOWN["at"]}) == {"at": "17:00"}
    assert changed("for 5", {"at": KNOWN["at"]}) == {}
