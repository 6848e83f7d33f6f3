"""What people say in their own words at a question: thanks, their name, a choice almost as it stands."""

from __future__ import annotations

import pytest

from tests.flows.open_questions import WAITING
from tests.flows.talk import SCREENED, Talk

# --- thanks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["thanks", "ok", "Thank you so much!", "gracias", "ok gracias"])
@pytest.mark.parametrize("step", ["language", "zip", "birth_date", "role", "availability"])
def test_thanks_in_the_middle_are_no_miss(step: str, text: str) -> None:
    talk = WAITING[step].says(text)

    assert talk.step == step
    assert talk.frame.misses == 0


def test_thanks_are_no_college() -> None:
    assert Talk().says(*SCREENED[:5], "1", "thank you").step == "college"


@pytest.mark.parametrize(
    ("text", "time"), [("pagado", "vto"), ("pagadas", "vto"), ("tiempo pagado", "vto"), ("mi tiempo libre", "own")]
)
def test_time_that_is_paid_is_understood_in_spanish_however_it_ends(text: str, time: str) -> None:
    talk = Talk().says("HI", "1", "1", "60614", "5/14/1986", "employee", "Acme", "ESPAÑOL")

    assert talk.says(text).answers["time_off"] == time


# --- a name -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "given", "family", "full"),
    [
        ("Call me Betty, Elizabeth Jones", "Betty", "Jones", "Elizabeth Jones"),
        ("Elizabeth Jones but everyone calls me Liz", "Liz", "Jones", "Elizabeth Jones"),
        ("Me llamo Roberto Diaz, me dicen Beto", "Beto", "Diaz", "Roberto Diaz"),
        ("Elizabeth Jones", "Elizabeth", "Jones", None),
    ],
)
def test_person_is_called_as_they_wish(text: str, given: str, family: str, full: str | None) -> None:
    talk = WAITING["offer"].says("1", text)

    assert f"Booked, {given}" in talk.text
    assert (talk.answers["given_name"], talk.answers["family_name"]) == (given, family)
    assert talk.answers.get("full_name") == full


# --- choices ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["Older then 55", "older than 55", "i am older then 55"])
def test_a_choice_spelled_almost_as_it_stands_is_taken_at_once(text: str) -> None:
    assert WAITING["audience"].says(text).step == "programme"


@pytest.mark.parametrize(
    "text",
    [
        "I dont know what those programs are, I just want to help",
        "ni idea que son, solo quiero ayudar",
        "I don't know those programs",
        "no conozco esos programas",
    ],
)
def test_whoever_knows_none_of_the_programs_and_wants_to_help_is_understood(text: str) -> None:
    talk = WAITING["programme"].says(text)

    assert talk.answers["programme"] == "none"
    assert talk.step == "support"


@pytest.mark.parametrize("text", ["what are those?", "¿qué significa eso?"])
def test_whoever_asks_what_a_question_means_is_told(text: str) -> None:
    assert "RSVP has free hours" in WAITING["programme"].says(text).text


def test_help_is_still_help_at_a_choice() -> None:
    assert "helps schools" in WAITING["programme"].says("I need help, I don't understand").text


MINOR = Talk().says(*SCREENED[:4], "5/14/2011")


@pytest.mark.parametrize("text", ["mom is maria perez", "mama se llama Maria Perez", "Maria Perez"])
def test_name_of_a_guardian_stands_without_the_relation(text: str) -> None:
    assert MINOR.says(text).answers["guardian_name"] == {"first": "Maria", "last": "Perez"}


@pytest.mark.parametrize("text", ["hs senior", "high school student"])
def test_how_somebody_comes_to_us_is_no_name(text: str) -> None:
    assert MINOR.says(text).step == "guardian_name"
