"""Who was given no code, or does not know theirs, is asked for the name; it is never taken for a name."""

from __future__ import annotations

import pytest

from flows.effects import HandOff
from tests.flows.talk import Talk

TO_EMPLOYER = ("HI", "1", "1", "60614", "5/14/1980", "employee")
TO_EMPLOYER_ES = ("HOLA", "1", "2", "60614", "14/5/1980", "empleado")


@pytest.mark.parametrize(
    "reply",
    [
        "idk my code",
        "I don't have a code",
        "i dont have one, no code",
        "no code",
        "what code?",
        "I'm not sure",
        "Sorry, I lost my code",
    ],
)
def test_no_code_is_no_name(reply: str) -> None:
    talk = Talk().says(*TO_EMPLOYER, reply)

    assert "No code is needed" in talk.text
    assert "Who is your employer?" in talk.text
    assert "paid volunteer time off" in talk.says("Acme Bakeries").text


@pytest.mark.parametrize("reply", ["no tengo clave", "no me dieron ninguna clave", "no sé", "ninguna", "¿qué clave?"])
def test_no_code_is_no_name_in_spanish(reply: str) -> None:
    assert "No hace falta una clave" in Talk().says(*TO_EMPLOYER_ES, reply).text


def test_whoever_says_so_twice_goes_on() -> None:
    assert "paid volunteer time off" in Talk().says(*TO_EMPLOYER, "no code", "no code").text


@pytest.mark.parametrize("name", ["No Code Labs", "Code for America", "Not Sure Productions LLC"])
def test_names_with_such_words_stay_names(name: str) -> None:
    assert "paid volunteer time off" in Talk().says(*TO_EMPLOYER, name).text


def test_staff_are_told_of_a_college_whose_aid_office_nobody_asks() -> None:
    talk = Talk().says("HI", "1", "1", "60614", "5/14/2004", "work-study", "Nowhere State")

    assert talk.all(HandOff) == [HandOff(reason="unknown_college")]
    assert "work-study award" in talk.text
