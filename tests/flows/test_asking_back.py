"""What is not sure is asked back, short and to be picked: which of these, is that right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from flows.conversation import Conversation
from flows.effects import Forget, HandOff
from flows.facts import Json
from flows.text import segments
from flows.wording import say_reading
from tests.flows.open_questions import EVERYWHERE, VISITING, WAITING, ZIP
from tests.flows.talk import SCREENED, Talk

# --- which of these ---------------------------------------------------------------------------------------------------


def test_several_readings_are_offered_and_picked_by_number() -> None:
    asked = VISITING.says("Friday or Saturday")

    assert asked.sms == "Which one do you mean?\n1 Friday, November 27\n2 Saturday, November 28"
    assert asked.says("2").answers["day"] == "2026-11-28"


@pytest.mark.parametrize("pick", ["1", "the first", "Friday, November 27", "friday"])
def test_reading_is_picked_by_number_or_label(pick: str) -> None:
    assert VISITING.says("Friday or Saturday", pick).answers["day"] == "2026-11-27"


def test_reading_is_picked_by_a_tap() -> None:
    asked = VISITING.says("Friday or Saturday")

    assert asked.taps(f"asked.{asked.conversation.turn}", "2").answers["day"] == "2026-11-28"


def test_another_full_answer_is_taken_instead() -> None:
    assert VISITING.says("Friday or Saturday", "December 3").answers["day"] == "2026-12-03"


def test_readings_are_offered_in_the_persons_language() -> None:
    asked = VISITING.says("ESPAÑOL", "viernes o sábado")

    assert [choice.label for choice in asked.choices] == ["viernes 27 de noviembre", "sábado 28 de noviembre"]


def test_named_choices_keep_their_numbers() -> None:
    asked = WAITING["audience"].says("2 or 3")

    assert asked.sms.endswith("2 Employee of a company\n3 55 or older")
    assert asked.says("3").answers["audience"] == "older_adult"
    assert asked.taps("audience", "employee").step == "employer"


def test_asking_back_is_a_miss_and_ends_with_a_human() -> None:
    asked = ZIP.says("60614 or 60615")
    assert asked.frame.misses == 1

    talk = asked.says("60614 or 60615", "60614 or 60615")
    assert [one.reason for one in talk.all(HandOff)] == ["not_understood"]


# --- is that right ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("yes", ["yes", "1", "yep", "that's right", "sí", "Friday, December 4"])
def test_guess_counts_once_it_is_confirmed(yes: str) -> None:
    asked = VISITING.says("next Friday")
    assert asked.text == "Friday, December 4. Is that right?"
    assert "day" not in asked.answers

    assert asked.says(yes).answers["day"] == "2026-12-04"


@pytest.mark.parametrize("no", ["no", "2", "nope", "not right"])
def test_guess_refused_is_asked_again_without_a_miss(no: str) -> None:
    again = VISITING.says("next Friday", no)

    assert again.step == "day"
    assert "Which day" in again.text
    assert again.frame.misses == 0
    assert again.says("November 27").answers["day"] == "2026-11-27"


@pytest.mark.parametrize("other", ["no, November 28", "November 28", "no, the 28th"])
def test_guess_is_replaced_by_another_answer(other: str) -> None:
    assert VISITING.says("next Friday", other).answers["day"] == "2026-11-28"


def test_guess_is_confirmed_by_a_tap() -> None:
    asked = VISITING.says("next Friday")

    assert asked.taps(f"asked.{asked.conversation.turn}", "yes").answers["day"] == "2026-12-04"


@pytest.mark.parametrize("aside", ["HELP", "is it paid?", "STATUS", "thanks", "blue bananas"])
def test_guess_is_said_back_once_more_after_something_else(aside: str) -> None:
    again = VISITING.says("next Friday", aside)

    assert again.text.endswith("And this, is it right? Friday, December 4")
    assert "Which day" not in again.text
    assert again.frame.misses == 0
    assert again.says("yes").answers["day"] == "2026-12-04"
    assert "day" not in again.says("no").answers
    assert again.says("November 27").answers["day"] == "2026-11-27"


def test_guess_is_said_back_twice_and_then_void() -> None:
    talk = VISITING.says("next Friday", "HELP", "HELP")

    assert "Which day" in talk.text
    assert "day" not in talk.says("1").answers


def test_guess_is_void_once_another_question_waits() -> None:
    asked = VISITING.says("Friday or Saturday")
    elsewhere = asked.conversation.with_frame(replace(asked.frame, step="note"))

    assert replace(asked, conversation=elsewhere).says("2").answers["note"] == "cook"


def test_guess_is_void_after_a_nudge() -> None:
    asked = WAITING["audience"].says("jubilda")
    assert asked.step == "audience"
    nudged = replace(asked, conversation=replace(asked.conversation, turn=asked.conversation.turn + 1))

    assert nudged.says("1").answers["audience"] == "work_study"


def test_misspelt_choice_is_said_back_by_its_label() -> None:
    asked = VISITING.says("November 27", "3 pm", "I hav a van")

    assert asked.text == "I have a van. Is that right?"
    assert asked.says("yes").answers["note"] == "van"


@pytest.mark.parametrize(
    ("kind", "value", "language", "said"),
    [
        ("date", "2026-11-27", "en", "Friday, November 27"),
        ("date", "1956-05-14", "en", "May 14, 1956"),
        ("date", "2026-11-27", "es", "viernes 27 de noviembre"),
        ("time", "15:30", "en", "3:30 PM"),
        ("zip", "60614", "es", "60614"),
        ("name", {"first": "Ana", "last": ""}, "en", "Ana"),
    ],
)
def test_reading_is_said_so_that_a_person_can_judge_it(kind: str, value: Json, language: str, said: str) -> None:
    assert say_reading(kind, value, language=language, today=date(2026, 11, 23)) == said


# --- the state --------------------------------------------------------------------------------------------------------


def test_state_of_before_side_questions_is_still_read() -> None:
    state = ZIP.conversation.encode().replace(',"side":null', "").replace('"alone":false,', "")

    assert Conversation.decode(state) == ZIP.conversation


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("text", ["CHANGE", "DELETE MY DATA", "CALL ME", "SKIP"])
def test_no_question_of_our_own_needs_a_third_segment(text: str, language: str) -> None:
    for talk in EVERYWHERE.values():
        asked = talk.says("ESPAÑOL", text) if language == "es" else talk.says(text)

        assert segments(asked.sms).parts <= 2, asked.sms


# --- a year alone, and a word beside ----------------------------------------------------------------------------------


@pytest.mark.parametrize("year", ["1956", "no, 1956", "I meant 1956", "es 1956"])
def test_year_alone_mends_the_birth_date_that_was_said_back(year: str) -> None:
    asked = Talk().says(*SCREENED[:4], "5/14/16")

    mended = asked.says(year)

    assert mended.answers["birth_date"] == "1956-05-14"


def test_year_in_which_there_is_no_such_day_mends_nothing() -> None:
    asked = Talk().says(*SCREENED[:4], "2/29/16")

    assert "birth_date" not in asked.says("1957").answers


@pytest.mark.parametrize("aside", ["ESPAÑOL", "HELP", "ayuda"])
def test_wish_to_be_erased_stays_open_after_a_language_or_help(aside: str) -> None:
    asked = Talk().says(*SCREENED[:4], "DELETE MY DATA")

    again = asked.says(aside)

    assert [choice.id for choice in again.choices] == ["erase", "keep"]
    assert again.says("1").all(Forget)
