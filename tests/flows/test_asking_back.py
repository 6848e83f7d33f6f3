"""What is not sure is asked back, short and to be picked: which of these, is that right, erase it all, when to call."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from flows.conversation import Conversation
from flows.effects import Forget, HandOff, OptOut, Release
from flows.facts import Json
from flows.files.reader import read_flow
from flows.messages import Address
from flows.stages import Stage
from flows.text import segments
from flows.wording import say_reading
from tests.flows.talk import LIBRARY, SCREENED, Talk, booked

WAITING = {str(talk.step): talk for n in range(1, len(SCREENED) + 1) for talk in [Talk().says(*SCREENED[:n])]}
ZIP = WAITING["zip"]
#: A flow that asks for a day to come, a time, an address and a word that may be left out.
VISIT = """
id = "training"
languages = ["en", "es"]
remember = true

[step.day]
ask.en = '''Which day suits you?'''
ask.es = '''¿Qué fecha le queda bien?'''
answer = "date"
within = "future"
save_as = "day"
next = "at"

[step.at]
ask.en = '''What time?'''
ask.es = '''¿A qué hora?'''
answer = "time"
save_as = "at"
next = "note"

[step.note]
ask.en = '''Anything else?'''
ask.es = '''¿Algo más?'''
answer = "choice"
save_as = "note"
optional = true
called.en = ["note"]
called.es = ["nota"]
next = "mail"
[[step.note.choice]]
id = "van"
label.en = "I have a van"
label.es = "Tengo camioneta"
[[step.note.choice]]
id = "cook"
label.en = "I cook"
label.es = "Cocino"

[step.mail]
ask.en = '''Which e-mail?'''
ask.es = '''¿Qué correo?'''
answer = "email"
save_as = "mail"
next = "bye"

[step.bye]
say.en = '''See you {day}.'''
say.es = '''Nos vemos el {day}.'''
end = "done"
"""


FLOW = read_flow(VISIT, file="training.toml", sets=LIBRARY.sets)
WITH_VISIT = replace(LIBRARY, flows={**LIBRARY.flows, "training": FLOW}).with_revisions([FLOW])
#: At the question for a day; today is Monday, November 23, 2026.
VISITING = replace(booked().at(Stage.READY), library=WITH_VISIT).says("TRAINING")


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


# --- passing a question over ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["SKIP", "skip this", "omitir", "saltar esta pregunta", "can I skip this question"])
def test_optional_question_is_passed_over(word: str) -> None:
    asked = Talk().says(*SCREENED[:5], "1", "UIC", "1")
    assert asked.step == "class_times"

    skipped = asked.says(word)
    assert skipped.step == "role"
    assert skipped.conversation.stack[0].answers["class_times"] is None
    assert "class_times" not in skipped.answers


def test_skipped_answer_is_not_asked_again_by_a_correction_but_can_be_given() -> None:
    done = Talk().says(*SCREENED[:5], "1", "UIC", "1", "SKIP", "1", "weekends")
    assert done.says("no", "zip", "60615").step == "summary"

    given = done.says("CHANGE classes", "mornings")
    assert given.answers["class_times"] == "mornings"
    assert given.step == "summary"


@pytest.mark.parametrize("step", WAITING)
def test_other_questions_are_needed_and_it_is_no_miss(step: str) -> None:
    asked = WAITING[step].says("SKIP")

    assert "We need this one" in asked.text
    assert asked.step == step
    assert asked.frame.misses == 0


def test_skipped_choice_is_passed_over_on_the_way_of_a_correction() -> None:
    talk = VISITING.says("November 27", "3 pm", "SKIP")
    assert talk.step == "mail"

    changed = talk.says("CHANGE at", "5 pm")
    assert changed.step == "mail"
    assert (changed.answers["at"], changed.frame.answers["note"]) == ("17:00", None)


# --- thanks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["thanks", "ok", "Thank you so much!", "gracias", "ok gracias"])
@pytest.mark.parametrize("step", ["language", "zip", "birth_date", "role", "availability"])
def test_thanks_in_the_middle_are_no_miss(step: str, text: str) -> None:
    talk = WAITING[step].says(text)

    assert talk.step == step
    assert talk.frame.misses == 0


def test_thanks_are_no_college() -> None:
    assert Talk().says(*SCREENED[:5], "1", "thank you").step == "college"


# --- a call -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["CALL ME", "can you call me please", "llámenme", "can someone call me back"])
@pytest.mark.parametrize("step", WAITING)
def test_call_is_promised_to_the_number_they_write_from(step: str, text: str) -> None:
    talk = WAITING[step].says(text)

    assert [one.reason for one in talk.all(HandOff)] == ["call_me"]
    assert "+13125550142" in talk.text
    assert talk.answers["call_number"] == "+13125550142"
    assert talk.step == step


def test_time_to_call_is_kept_in_their_words_and_the_question_waits() -> None:
    talk = ZIP.says("CALL ME", "weekdays after 4")

    assert talk.answers["call_when"] == "weekdays after 4"
    assert "Back to:" in talk.text
    assert talk.says("60614").step == "birth_date"


def test_whoever_answers_the_question_instead_is_understood() -> None:
    talk = ZIP.says("CALL ME", "60614")

    assert talk.step == "birth_date"
    assert "call_when" not in talk.answers


def test_time_in_the_wish_itself_is_not_asked_for() -> None:
    talk = ZIP.says("can you call me tomorrow after 5")

    assert talk.answers["call_when"] == "tomorrow after 5"


def test_number_is_asked_for_where_the_channel_has_none() -> None:
    slack = Address(channel="slack", account="T1", user="U1")
    talk = replace(Talk(), sender=slack).says("HI", "1", "1", "CALL ME")
    assert "Which phone number" in talk.text

    told = talk.says("312-253-0142")
    assert told.answers["call_number"] == "+13122530142"
    assert told.says("anytime").step == "zip"


# --- erasing ----------------------------------------------------------------------------------------------------------

EVERYWHERE = {**WAITING, "nobody": Talk(), "settled": booked("s1", "s2")}


@pytest.mark.parametrize("text", ["DELETE MY DATA", "BORRAR MIS DATOS", "please erase all my information"])
@pytest.mark.parametrize("place", EVERYWHERE)
def test_nothing_is_erased_before_it_is_confirmed(place: str, text: str) -> None:
    asked = EVERYWHERE[place].says(text)

    assert not asked.all(Forget)
    assert [choice.id for choice in asked.choices] == ["erase", "keep"]


@pytest.mark.parametrize("word", ["1", "DELETE", "borrar", "Erase it all"])
@pytest.mark.parametrize("place", EVERYWHERE)
def test_confirmed_erasing_is_done_with_a_last_word(place: str, word: str) -> None:
    talk = EVERYWHERE[place].says("DELETE MY DATA")
    erased = talk.says(word)

    assert [one.reason for one in erased.all(Forget)] == ["asked"]
    assert len(erased.all(Release)) == len(talk.bookings)
    assert erased.text
    assert erased.step is None


@pytest.mark.parametrize("word", ["2", "no", "hm", "yes", "60614"])
@pytest.mark.parametrize("place", WAITING)
def test_anything_else_keeps_everything_and_asks_on(place: str, word: str) -> None:
    kept = WAITING[place].says("DELETE MY DATA", word)

    assert not kept.all(Forget)
    assert kept.step == place
    assert kept.frame.answers == WAITING[place].frame.answers


def test_leaving_while_asked_about_erasing_leaves() -> None:
    assert ZIP.says("DELETE MY DATA", "STOP").all(OptOut)


def test_who_cannot_be_asked_back_is_brought_to_a_human() -> None:
    talk = ZIP.says("STOP").says("delete my data")

    assert talk.text == ""
    assert [one.reason for one in talk.all(HandOff)] == ["delete_data"]


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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("can you please call me instead I am not good with this texting", "When is a good time?"),
        ("me pueden llamar, no soy buena para esto", "When is a good time?"),
        ("call me tomorrow after 5", "when to call: tomorrow after 5."),
        ("me pueden llamar el lunes por la tarde", "when to call: el lunes por la tarde."),
    ],
)
def test_the_time_of_a_call_is_what_tells_one_and_nothing_else(text: str, told: str) -> None:
    assert told in Talk().says(*SCREENED[:4], text).text


def test_the_way_on_from_a_question_that_may_be_skipped_is_to_skip_it() -> None:
    stuck = VISITING.says("November 27", "at 4 pm", *["qwrtzp"] * 4)

    assert stuck.step == "note"
    assert "reply SKIP" in stuck.text
    assert stuck.says("SKIP").step == "mail"


# --- choices in words of one's own ------------------------------------------------------------------------------------


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
