"""Names, as people introduce themselves."""

from __future__ import annotations

import pytest

from flows.answers import Match
from flows.answers.name import read_wished_name
from tests.flows.answers.asking import outcome, told


@pytest.mark.parametrize(
    ("reply", "first", "last"),
    [
        ("Nora Quinn", "Nora", "Quinn"),
        ("nora quinn", "Nora", "Quinn"),
        ("NORA QUINN", "Nora", "Quinn"),
        ("nora", "Nora", ""),
        ("I'm Nora", "Nora", ""),
        ("I\u2019m Nora", "Nora", ""),
        ("my name is nora quinn", "Nora", "Quinn"),
        ("Hi, this is Nora Quinn!", "Nora", "Quinn"),
        ("call me Norrie", "Norrie", ""),
        ("Nora Quinn but call me Norrie", "Nora", "Quinn"),
        ("Nora here", "Nora", ""),
        ("Quinn, Nora", "Nora", "Quinn"),
        ("Nora Quinn, thanks", "Nora", "Quinn"),
        ("Nora. I am 30", "Nora", ""),
        ("Mrs. Nora Quinn", "Nora", "Quinn"),
        ("nora mcdonald", "Nora", "McDonald"),
        ("Nora McDonald", "Nora", "McDonald"),
        ("DeAndre o'neil-quinn", "DeAndre", "O'Neil-Quinn"),
        ("nora jane quinn", "Nora Jane", "Quinn"),
        ("Nora J. Quinn", "Nora J.", "Quinn"),
        ("ludwig van dyke", "Ludwig", "van Dyke"),
        ("Sam Quinn Jr", "Sam", "Quinn Jr"),
        ("Ürsula Ñandú", "Ürsula", "Ñandú"),
        ("李 伟", "李", "伟"),
        ("Ella Quinn", "Ella", "Quinn"),
        ("ella quinn", "Ella", "Quinn"),
        ("I'm Ella", "Ella", ""),
        ("Don Smith", "Don", "Smith"),
        ("mr don smith", "Don", "Smith"),
        ("Linda Le", "Linda", "Le"),
        ("linda le", "Linda", "Le"),
        ("Kim Do", "Kim", "Do"),
        ("Tu Nguyen", "Tu", "Nguyen"),
        ("Su Chen", "Su", "Chen"),
        ("Ashley Good", "Ashley", "Good"),
    ],
)
def test_a_name_is_read(reply: str, first: str, last: str) -> None:
    assert told(outcome("name", reply)) == {"first": first, "last": last}


@pytest.mark.parametrize(
    ("reply", "first", "last"),
    [
        ("me llamo rosa elena díaz vega", "Rosa Elena", "Díaz Vega"),
        ("Soy Rosa", "Rosa", ""),
        ("mi nombre es josé luis ortega", "José Luis", "Ortega"),
        ("Rosa Díaz Vega", "Rosa", "Díaz Vega"),
        ("ROSA DE LA CRUZ", "Rosa", "de la Cruz"),
        ("maría del carmen vega", "María del Carmen", "Vega"),
        ("Hola, soy Juan Pablo de la Vega, mucho gusto", "Juan Pablo", "de la Vega"),
        ("Don José Vega", "José", "Vega"),
        ("Ella Vega", "Ella", "Vega"),
    ],
)
def test_a_spanish_name_is_read(reply: str, first: str, last: str) -> None:
    assert told(outcome("name", reply, language="es")) == {"first": first, "last": last}


@pytest.mark.parametrize(
    "reply",
    [
        "why?",
        "who is this",
        "yes",
        "no",
        "idk",
        "none of your business",
        "I'm not sure",
        "I am interested in volunteering",
        "STOP",
        "12345",
        "nora@example.org",
        "¿por qué?",
        "no quiero decir",
        "x",
        "http://example.org",
        "de la",
        "one two three four five six seven",
        "I'm Fine",
        "Good",
        "I do",
        "my good friend",
    ],
)
def test_what_is_no_name_is_refused(reply: str) -> None:
    assert told(outcome("name", reply)) == "-not_a_name"


@pytest.mark.parametrize("reply", ["ella", "ella sabe", "Mi Mama", "Su Madre"])
def test_a_relative_is_no_name_in_spanish(reply: str) -> None:
    assert told(outcome("name", reply, language="es")) == "-not_a_name"


def test_the_span_is_the_name_alone() -> None:
    reply = "Hello! My name is Nora Quinn."

    result = outcome("name", reply)

    assert isinstance(result, Match)
    assert reply[slice(*result.span)].rstrip(".") == "Nora Quinn"


@pytest.mark.parametrize(
    ("reply", "called"),
    [
        ("Robert Diaz but call me Bobby", "Bobby"),
        ('Robert "Bobby" Diaz', "Bobby"),
        ("Roberto (Beto) Díaz", "Beto"),
        ("me dicen beto", "Beto"),
        ("I go by Sam", "Sam"),
        ("my name is Ana López", None),
        ("call me at 5", None),
        ("call me maybe", None),
    ],
)
def test_how_a_person_wishes_to_be_called_is_found(reply: str, called: str | None) -> None:
    assert read_wished_name(reply) == called
