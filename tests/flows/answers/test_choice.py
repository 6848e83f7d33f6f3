"""Picks from a list, by number, name, place or nearly so."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flows.answers import AnswerChoice, Match
from flows.answers.words import phrase_key
from flows.intents import Waiting, read_intent
from flows.library import shipped
from tests.flows.answers.asking import outcome, told

ROLES = (
    AnswerChoice(id="reading", label="Reading tutor", synonyms=("lectura", "books")),
    AnswerChoice(id="math", label="Math tutor", synonyms=("mathematics", "matemáticas")),
    AnswerChoice(id="lunch", label="Lunch buddy", synonyms=("almuerzo",)),
    AnswerChoice(id="garden", label="Garden helper"),
)


@pytest.mark.parametrize(
    ("reply", "choice"),
    [
        ("2", "math"),
        ("2.", "math"),
        ("2)", "math"),
        ("#2", "math"),
        ("2️⃣", "math"),
        ("\uff12", "math"),
        ("two", "math"),
        ("Two please", "math"),
        ("option 2", "math"),
        ("number two", "math"),
        ("I'll take 3", "lunch"),
        ("ok 4", "garden"),
        ("b", "math"),
        ("B)", "math"),
        ("the second one", "math"),
        ("first", "reading"),
        ("the last one please", "garden"),
        ("3rd", "lunch"),
        ("math", "math"),
        ("MATH TUTOR", "math"),
        ("Mathematics!", "math"),
        ("garden", "garden"),
        ("gard", "garden"),
        ("I would like to be a lunch buddy", "lunch"),
        ("not math, reading", "reading"),
        ("readng tutor", "reading"),
        ("gardn", "garden"),
    ],
)
def test_english_picks_are_understood(reply: str, choice: str) -> None:
    assert told(outcome("choice", reply, choices=ROLES)) == choice


PROGRAMS = (
    AnswerChoice(id="rsvp", label="RSVP", synonyms=("ya no trabajo",)),
    AnswerChoice(id="none", label="Neither", synonyms=("i don't know",)),
)


@pytest.mark.parametrize("reply", ["i dont know", "I don't know", "i don\u2019t know"])
def test_an_apostrophe_may_be_left_out(reply: str) -> None:
    assert told(outcome("choice", reply, choices=PROGRAMS)) == "none"


def test_ya_alone_tells_no_choice_from_another() -> None:
    assert told(outcome("choice", "ya", choices=PROGRAMS)) == "-not_understood"


@pytest.mark.parametrize(
    ("reply", "choice"),
    [
        ("dos", "math"),
        ("la 2", "math"),
        ("la segunda", "math"),
        ("el primero", "reading"),
        ("opción tres", "lunch"),
        ("número 4", "garden"),
        ("la última", "garden"),
        ("el cuarto", "garden"),
        ("matematicas", "math"),
        ("MATEMÁTICAS, por favor", "math"),
        ("quiero la lectura", "reading"),
        ("2da", "math"),
        ("3a", "lunch"),
    ],
)
def test_spanish_picks_are_understood(reply: str, choice: str) -> None:
    assert told(outcome("choice", reply, choices=ROLES, language="es")) == choice


@pytest.mark.parametrize(
    ("reply", "options"),
    [
        ("2 or 3", ("math", "lunch")),
        ("room", "-not_understood"),
        ("reading or math", ("reading", "math")),
        ("1, 2 and 4", ("reading", "math", "garden")),
    ],
)
def test_two_picks_are_asked_again(reply: str, options: object) -> None:
    assert told(outcome("choice", reply, choices=ROLES)) == options


@pytest.mark.parametrize(
    "reply",
    [
        "I have 2 kids",
        "why 2?",
        "0",
        "5",
        "99",
        "no thanks",
        "none of them",
        "ok",
        "zzz",
        "I need 3 weeks to decide",
    ],
)
def test_a_digit_or_word_in_passing_picks_nothing(reply: str) -> None:
    assert told(outcome("choice", reply, choices=ROLES)) == "-not_understood"


def test_a_misspelling_is_a_guess() -> None:
    result = outcome("choice", "gardn helpr", choices=ROLES)

    assert isinstance(result, Match)
    assert result.value == "garden"
    assert result.confidence < 0.8


def test_a_misspelling_between_two_choices_is_refused() -> None:
    choices = (AnswerChoice(id="a", label="Room 101A"), AnswerChoice(id="b", label="Room 101B"))

    assert told(outcome("choice", "room 101c", choices=choices)) == "-not_understood"


AUDIENCES = tuple(
    AnswerChoice(
        id=one.id, label=one.label["es"], synonyms=tuple(word for words in one.also.values() for word in words)
    )
    for one in shipped().sets.choices["audiences"]
)
#: Names of one long word, each with the only choice that has it.
LONG_NAMES = {
    name: one.id for one in AUDIENCES for name in map(phrase_key, one.synonyms) if len(name) > 6 and " " not in name
}


@given(
    name=st.sampled_from(sorted(LONG_NAMES)),
    place=st.integers(1, 5),
    slip=st.sampled_from(["left out", "twice", "swapped"]),
)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_one_wrong_letter_of_a_long_name_in_a_sentence_is_taken_for_the_name_but_asked_about(
    name: str, place: int, slip: str
) -> None:
    before, letter, after = name[:place], name[place], name[place + 1 :]
    written = {
        "left out": before + after,
        "twice": before + letter * 2 + after,
        "swapped": before[:-1] + letter + before[-1] + after if place > 1 else before + letter * 2 + after,
    }[slip]
    assume(written != name)

    read = outcome("choice", f"{written}, y vivo en Pilsen", choices=AUDIENCES, language="es")

    assert told(read) == LONG_NAMES[name]
    assert isinstance(read, Match)
    assert read.confidence < 0.8


@pytest.mark.parametrize(
    ("reply", "choice"),
    [
        ("jubilda, tengo 70", "older_adult"),
        ("no, soy jubilada", "older_adult"),
        ("no soy jubilada, tengo 30", "-not_understood"),
        ("no soy jubilda, tengo 30", "-not_understood"),
        ("the weather was worked out yesterday", "-not_understood"),
    ],
)
def test_what_a_sentence_says_of_oneself_is_told_from_what_it_denies(reply: str, choice: str) -> None:
    assert told(outcome("choice", reply, choices=AUDIENCES, language="es")) == choice


def test_a_longer_name_hides_the_shorter_one_within() -> None:
    choices = (AnswerChoice(id="coach", label="Coach"), AnswerChoice(id="success", label="Success coach"))

    assert told(outcome("choice", "I'd like success coach please", choices=choices)) == "success"


def test_a_button_picks_its_choice() -> None:
    assert told(outcome("choice", "", choices=ROLES, tap="garden")) == "garden"


def test_a_button_of_another_question_is_no_pick() -> None:
    assert told(outcome("choice", "", choices=ROLES, tap="old")) == "-empty"


def test_without_choices_nothing_is_picked() -> None:
    assert told(outcome("choice", "1")) == "-not_understood"


@pytest.mark.parametrize(
    ("reply", "waiting", "outranked"),
    [
        ("coordinadora", ("Hub coordinator", "Coach"), False),
        ("staff", ("Parent", "School staff"), False),
        ("coordinator", ("Parent", "Student"), True),
        ("stop", ("Bus stop", "Library"), True),
    ],
)
def test_words_of_a_choice_on_offer_are_no_wish(reply: str, waiting: tuple[str, ...], outranked: bool) -> None:
    intent = read_intent(reply, waiting=Waiting(type="choice", choices=waiting))

    assert (intent is not None) is outranked
