"""What is not understood is asked for in other words, then with examples, then a human is told; nobody is stuck."""

from __future__ import annotations

from itertools import pairwise

import pytest

from flows.effects import HandOff, Say
from flows.stages import Stage
from tests.flows.talk import SCREENED, Talk, booked

#: A talk at each question that can be answered wrongly, by language and step; free text is always understood.
PLACES = {
    f"{language} {talk.step}": talk
    for language, greeting in (("en", "HI"), ("es", "HOLA"))
    for n in range(1, len(SCREENED) + 1)
    for talk in [
        Talk().says(greeting, *SCREENED[1:2][: n - 1], *[str("12"[language == "es"])][: max(0, n - 2)], *SCREENED[3:n])
    ]
}


@pytest.mark.parametrize("place", PLACES)
def test_ladder_rephrases_gives_examples_and_calls_a_human(place: str) -> None:
    talk = PLACES[place]
    said = [talk.text]
    handed: list[HandOff] = []
    for _ in range(3):
        talk = talk.says("qwrtzp")
        said.append(talk.text)
        handed += talk.all(HandOff)

    assert len(set(said)) == 4
    assert [one.reason for one in handed] == ["not_understood"]
    assert "Chicago Reads" in said[-1]


@pytest.mark.parametrize(
    ("greeting", "no", "invited", "human"),
    [("HI", "no thanks", "text HI", "PERSON"), ("HOLA", "ahora no", "mande HOLA", "PERSONA")],
)
def test_who_does_not_agree_is_not_turned_away(greeting: str, no: str, invited: str, human: str) -> None:
    puzzled = Talk().says(greeting, *["qwrtzp"] * 3)
    assert (puzzled.step, [one.reason for one in puzzled.all(HandOff)]) == ("consent", ["not_understood"])

    declined = puzzled.says(no)

    assert declined.step is None
    assert invited in declined.text
    assert declined.says(greeting).step == "consent"
    assert [one.reason for one in declined.says(human).all(HandOff)] == ["asked_for_a_person"]


@pytest.mark.parametrize("place", PLACES)
def test_same_message_is_never_sent_twice_in_a_row(place: str) -> None:
    talk = PLACES[place]
    said = [talk.text]
    for _ in range(8):
        talk = talk.says("qwrtzp")
        said.append(talk.text)

    assert all(one != two for one, two in pairwise(filter(None, said)))


@pytest.mark.parametrize("place", PLACES)
def test_bot_leaves_it_to_the_human_after_four_replies_it_did_not_understand(place: str) -> None:
    talk = PLACES[place]
    for _ in range(6):
        talk = talk.says("qwrtzp")

    assert talk.text == ""
    assert "silent" in [one["what"] for one in talk.turn.trace]


@pytest.mark.parametrize("text", ["", "HELP", "STATUS", "qwrtzp", "BACK", "PERSON"])
def test_same_text_twice_is_not_answered_in_the_same_words(text: str) -> None:
    one = PLACES["en zip"].says(text)

    assert one.says(text).text != one.text


@pytest.mark.parametrize("place", PLACES)
def test_choices_stay_in_sight_on_every_rung(place: str) -> None:
    talk = PLACES[place]

    for _ in range(4):
        again = talk.says("qwrtzp")
        assert again.choices == talk.choices
        talk = again


def test_human_is_told_once_and_the_flow_goes_on() -> None:
    talk = PLACES["en zip"].says("?", "??", "???", "????", "?????")

    assert talk.all(HandOff) == []
    assert talk.says("60614").step == "birth_date"


def test_understood_answer_begins_the_ladder_anew() -> None:
    talk = PLACES["en zip"].says("x", "x", "60614", "x", "x")

    assert talk.all(HandOff) == []
    assert talk.frame.misses == 2


@pytest.mark.parametrize(
    ("place", "text", "why"),
    [
        ("en zip", "00000", "do not know that ZIP"),
        ("en zip", "60614 or 60615", "Which one"),
        ("en birth_date", "5/14", "add the year"),
        ("en birth_date", "2/30/1956", "not in the calendar"),
        ("en birth_date", "5/14/2040", "still to come"),
        ("en birth_date", "1956", "the day too"),
        ("en birth_date", "5/14/1656", "year cannot be right"),
        ("en audience", "1 or 2", "more than one choice"),
        ("en summary", "yes no", "yes or a no"),
        ("es birth_date", "14/5/2040", "no ha llegado"),
    ],
)
def test_person_is_told_what_is_wrong(place: str, text: str, why: str) -> None:
    talk = PLACES[place].says(text)

    assert why in talk.text
    assert talk.step == PLACES[place].step


def test_same_fault_twice_gives_examples() -> None:
    talk = PLACES["en birth_date"].says("5/14/2040", "5/14/2040")

    assert "May 14 1956" in talk.text


@pytest.mark.parametrize("text", ["yes no", "no. yes", "not yes", "yes and no", "I can't say yes yet"])
def test_unclear_consent_is_no_consent(text: str) -> None:
    assert PLACES["en consent"].says(text).person.stage is Stage.ENQUIRED


def test_second_rung_tells_how_to_answer_where_the_step_does_not() -> None:
    assert "number of your choice" in Talk().says("HI", "1", "x", "x").text


def test_each_turn_says_one_message_at_most() -> None:
    talk = booked("s1", "s2", "s3", "s7").says("STATUS")

    assert len(talk.all(Say)) == 1


@pytest.mark.parametrize("text", ["monday after 3 can you call me?", "monday", "hoy", "yesterday"])
def test_a_day_of_this_year_is_no_date_of_birth(text: str) -> None:
    talk = Talk().says(*SCREENED[:4], text)

    assert talk.step == "birth_date"
    assert "birth_date" not in talk.person.answers


@pytest.mark.parametrize("place", PLACES)
def test_bot_tells_once_how_to_go_on_and_speaks_again_when_it_understands(place: str) -> None:
    talk = PLACES[place].says(*["qwrtzp"] * 4)
    assert "BACK or CHANGE" in talk.text or "VOLVER o CAMBIAR" in talk.text

    silent = talk.says("qwrtzp", "qwrtzp")
    assert silent.text == ""
    for understood in ("HELP", "STATUS", "is it paid?", "BACK", "ESPAÑOL"):
        assert silent.says(understood).text


def test_whoever_is_stuck_can_go_back_and_change_an_answer() -> None:
    stuck = PLACES["en audience"].says(*["qwrtzp"] * 6)

    assert stuck.says("BACK").step == "birth_date"
    assert stuck.says("CHANGE zip").step == "zip"
    assert stuck.says("1").step != "audience"


def test_a_question_is_repeated_once_more_and_a_sentence_as_we_said() -> None:
    begun, done = PLACES["en zip"], booked("s2")

    assert begun.says("START").text.startswith("Once more:")
    assert done.says("STATUS", "STATUS").text.startswith("As we said:")
