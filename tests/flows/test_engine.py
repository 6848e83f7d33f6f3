"""One turn at a time: what people send, in whichever language and shape."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.effects import Book, Forget, HandOff, RecordConsent
from flows.messages import Address, Inbound, InboundKind
from flows.stages import Stage
from tests.flows.talk import LIBRARY, SCREENED, SHIFTS, Talk, booked, slot

AT_ZIP = Talk().says(*SCREENED[:3])
AT_AUDIENCE = Talk().says(*SCREENED[:5])
AT_ROLE = Talk().says(*SCREENED[:8])
AT_TRAINING = Talk().says(*SCREENED)


# --- languages ---


@pytest.mark.parametrize("greeting", ["Hola", "hola!!", "Buenas tardes", "quiero ser voluntaria", "Ayuda por favor"])
def test_spanish_greeting_is_answered_in_spanish(greeting: str) -> None:
    assert "escuelas" in Talk().says(greeting).text


def test_language_of_the_app_is_used_before_the_greeting() -> None:
    inbound = Inbound(provider_id="1", sender=Talk().sender, text="hi", language_hint="es")

    assert "escuelas" in Talk().takes(inbound).text


@pytest.mark.parametrize(("word", "language"), [("ESPAÑOL", "es"), ("espanol", "es"), ("2", "es"), ("English", "en")])
def test_language_word_answers_the_language_question(word: str, language: str) -> None:
    talk = Talk().says("HI", "1", word)

    assert talk.step == "zip"
    assert talk.answers["language"] == language
    assert talk.conversation.language == language


@pytest.mark.parametrize("word", ["ESPAÑOL", "en español", "idioma", "Spanish"])
def test_language_switch_keeps_step_and_answers(word: str) -> None:
    talk = AT_ROLE.says(word)

    assert talk.text.startswith("Seguimos en español.")
    assert talk.step == "role"
    assert talk.frame.answers == AT_ROLE.frame.answers
    assert [choice.label for choice in talk.choices][-1] == "Apoyo a familias"


def test_language_switch_and_back_says_the_question_again() -> None:
    talk = AT_ZIP.says("ESPAÑOL", "ENGLISH")

    assert "ZIP code" in talk.text
    assert talk.answers["language"] == "en"


def test_offered_dates_follow_the_language() -> None:
    talk = AT_TRAINING.says("ESPAÑOL")

    assert "nov" in talk.choices[0].label
    assert "Nov" not in talk.choices[0].label
    assert talk.says("1", "Ana Lopez").all(Book) == [Book(slot="t2")]


# --- shapes of a message ---


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b\u200d", "\x00"])
def test_empty_message_is_told_and_asked_again(text: str) -> None:
    talk = AT_ZIP.says(text)

    assert "empty" in talk.text
    assert talk.step == "zip"


def test_picture_alone_is_told_that_only_text_is_read() -> None:
    talk = AT_ZIP.takes(Inbound(provider_id="1", sender=AT_ZIP.sender, media_count=1))

    assert "only read text" in talk.text
    assert talk.step == "zip"


@pytest.mark.parametrize(
    "text",
    [
        "x" * 65_536,
        "60614 " * 10_000,
        "😀" * 500,
        "\u202e41606",
        "שלום 🙏🏽",
        "a\x00b",
        "\ud800",
        "1" * 4_000,
        "}{{hub}}",
        "%s %d {0}",
    ],
    ids=["long", "repeated", "emoji", "right-to-left", "hebrew", "nul", "surrogate", "digits", "braces", "format"],
)
@pytest.mark.parametrize("before", [AT_ZIP, AT_ROLE, AT_TRAINING], ids=["zip", "role", "training"])
def test_odd_text_is_answered_and_leaves_the_question(before: Talk, text: str) -> None:
    talk = before.says(text)

    assert talk.text
    assert talk.conversation.encode().encode("utf-8")


@pytest.mark.parametrize(
    "text", ["60614", " 60614 ", "60614\u200b", "\u206660614\u2069", "\uff16\uff10\uff16\uff11\uff14", "it's 60614 🙂"]
)
def test_answer_is_read_through_invisible_signs(text: str) -> None:
    assert AT_ZIP.says(text).answers["zip"] == "60614"


def test_tap_answers_the_question_that_offered_it() -> None:
    assert AT_ROLE.taps("role", "tutor").answers["role"] == "tutor"


@pytest.mark.parametrize("step", ["audience", "gone", "reminder.b-s1"])
def test_button_of_an_older_message_changes_nothing(step: str) -> None:
    talk = AT_ROLE.taps(step, "employee")

    assert "older message" in talk.text
    assert talk.frame == AT_ROLE.frame


def test_button_of_a_choice_no_longer_offered_changes_nothing() -> None:
    talk = AT_TRAINING.taps("offer", "gone")

    assert "older message" in talk.text
    assert talk.all(Book) == []


def test_button_that_cannot_be_read_changes_nothing() -> None:
    talk = AT_ROLE.takes(Inbound(provider_id="1", sender=AT_ROLE.sender, kind=InboundKind.TAP))

    assert "older message" in talk.text


def test_old_button_with_nothing_under_way_tells_where_the_person_stands() -> None:
    talk = booked("s1").taps("role", "tutor")

    assert "older message" in talk.text
    assert "Lincoln School" in talk.text


# --- the first conversation ---


def test_consent_is_recorded_with_the_words_shown() -> None:
    talk = Talk().says("HI", "1")

    revision = LIBRARY.flows["screening"].revision
    assert talk.all(RecordConsent) == [RecordConsent(purpose="recruitment", wording=f"screening@{revision}")]
    assert talk.person.stage is Stage.SCREENING


def test_whoever_declines_is_left_alone_and_may_come_back() -> None:
    talk = Talk().says("HI", "no thanks")

    assert talk.all(RecordConsent) == []
    assert talk.person.stage is Stage.ENQUIRED
    assert talk.says("hi").step == "consent"


def test_adult_is_accepted_and_books_training() -> None:
    talk = AT_TRAINING.says("1", "Ana Lopez")

    assert talk.all(Book) == [Book(slot="t2")]
    assert talk.text.startswith("Booked, Ana: Wed Nov 25, 5 PM, Lincoln School")
    assert talk.person.stage is Stage.TRAINING


def test_child_under_thirteen_is_forgotten_and_told_so() -> None:
    talk = Talk().says("HI", "1", "1", "60614", "5/14/2015", "yes")

    assert talk.all(Forget) == [Forget(reason="under_13")]
    assert "13 or older" in talk.text
    assert "erased" in talk.text
    assert talk.step is None
    assert talk.answers == {}


MISTYPED = Talk().says("HI", "1", "1", "60614", "5/14/2016")


def test_birth_year_that_would_erase_somebody_is_said_back_first() -> None:
    assert MISTYPED.text == "You were born May 14, 2016. Is that right?"
    assert MISTYPED.all(Forget) == []
    assert "birth_date" not in MISTYPED.person.answers
    assert MISTYPED.says("5/14/1956").step == "audience"
    assert MISTYPED.says("no").says("5/14/1956").step == "audience"
    assert MISTYPED.says("help", "stop", "start", "hi").all(Forget) == []


@pytest.mark.parametrize("yes", ["yes", "1", "si", "That is right", "May 14 2016"])
def test_child_is_erased_once_the_date_is_confirmed(yes: str) -> None:
    assert MISTYPED.says(yes).all(Forget) == [Forget(reason="under_13")]


@pytest.mark.parametrize("other", ["no", "2", "🙂", "", "español", "back", "what is this", "who are you?", "person"])
def test_nothing_but_a_yes_erases_who_was_asked_about_their_birth_date(other: str) -> None:
    assert MISTYPED.says(other).all(Forget) == []


def test_correction_that_would_erase_somebody_is_said_back_first() -> None:
    talk = Talk().says(*SCREENED[:7]).says("sorry, I was born 5/14/2016, and my zip is 60608")

    assert talk.all(Forget) == []
    assert talk.text.startswith("Changed: ZIP 60608.\nYou were born May 14, 2016. Is that right?")
    assert talk.says("no", "5/14/1957").answers["birth_date"] == "1957-05-14"
    assert talk.says("yes").all(Forget) == [Forget(reason="under_13")]


def test_nothing_of_a_child_stays_in_the_conversation() -> None:
    talk = Talk().says("HI", "1", "1", "60614", "5/14/2015", "yes")

    assert "60614" not in talk.conversation.encode()
    assert "2015" not in talk.conversation.encode()


def test_thirteen_on_their_birthday_is_old_enough() -> None:
    assert Talk().says("HI", "1", "1", "60614", "11/23/2013").step == "guardian_name"
    assert Talk().says("HI", "1", "1", "60614", "11/24/2013", "yes").step is None


@pytest.mark.parametrize(("born", "step"), [("11/23/2008", "audience"), ("11/24/2008", "guardian_name")])
def test_guardian_is_asked_for_until_the_eighteenth_birthday(born: str, step: str) -> None:
    assert Talk().says("HI", "1", "1", "60614", born).step == step


MINOR = Talk().says("HI", "1", "1", "60614", "3/1/2010", "Rosa Diaz")


@pytest.mark.parametrize("number", ["312-253-0142", "(312) 253 0142", "+1 312 253 0142"])
def test_minor_cannot_name_their_own_number(number: str) -> None:
    own = Address(channel="sms", account="+13125550100", user="+13122530142")
    talk = replace(MINOR, sender=own).says(number)

    assert talk.step == "guardian_contact"
    assert "your own number" in talk.text


def test_minor_waits_for_the_guardian() -> None:
    talk = MINOR.says("rosa@example.org", "Mia Diaz", "4", "Lane Tech", "2027", "NO", "1", "Saturday mornings", "1")

    assert talk.person.stage is Stage.WAITING_GUARDIAN
    assert [handed.reason for handed in talk.all(HandOff)] == ["guardian_not_asked"]  # this hub has no mail
    assert "Rosa Diaz" in talk.text


def test_minor_is_offered_only_roles_that_take_minors() -> None:
    talk = MINOR.says("rosa@example.org", "Mia Diaz", "4", "Lane Tech", "2027", "NO")

    assert [choice.id for choice in talk.choices] == ["tutor", "mentor"]


@pytest.mark.parametrize(
    ("role", "audience"), [("wraparound_coordinator", "older_adult"), ("success_coach", "older_adult")]
)
def test_role_that_a_human_decides_goes_to_review(role: str, audience: str) -> None:
    talk = AT_ROLE.taps("role", role).says("weekends", "1")

    assert talk.answers["audience"] == audience
    assert talk.person.stage is Stage.IN_REVIEW
    assert [handed.reason for handed in talk.all(HandOff)] == ["review_application"]


# --- commands in the flow ---


@pytest.mark.parametrize(("word", "flow"), [("SHIFTS", "shifts"), ("turnos", "shifts"), ("TRAINING", "training")])
def test_offer_is_opened_when_the_stage_allows(word: str, flow: str) -> None:
    talk = booked().says(word)

    assert talk.frame.flow == flow
    assert talk.choices


@pytest.mark.parametrize("word", ["SHIFTS", "TRAINING"])
def test_offer_that_comes_too_early_goes_on_with_the_question(word: str) -> None:
    talk = AT_ROLE.says(word)

    assert talk.text.startswith("First let us finish this:")
    assert talk.step == "role"


@pytest.mark.parametrize("stage", [Stage.IN_REVIEW, Stage.WAITING_GUARDIAN, Stage.PAUSED, Stage.NOT_ELIGIBLE])
def test_offer_that_comes_too_early_tells_where_the_person_stands(stage: Stage) -> None:
    talk = Talk().at(stage).says("SHIFTS")

    assert talk.text == LIBRARY.phrases.say(f"status.{stage.value}", "en")


def test_status_lists_bookings_with_what_to_reply() -> None:
    talk = booked("s1", "s2").says("STATUS")

    assert talk.text.count("Lincoln School") == 2
    assert "Reply C" in talk.text


def test_status_goes_on_with_the_question_that_waits() -> None:
    talk = AT_ROLE.says("my status")

    assert talk.text.startswith("You are signing up")
    assert talk.choices == AT_ROLE.choices


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage not in (Stage.ENQUIRED, Stage.SCREENING)])
def test_idle_person_is_told_what_to_text(stage: Stage) -> None:
    talk = Talk().at(stage).says("good morning, any news?")

    assert talk.text
    assert talk.step is None


@pytest.mark.parametrize("text", ["Thank you!", "ok thanks", "gracias", "k", "Great, thank you so much"])
@pytest.mark.parametrize(
    "talk", [Talk().says("HI", "no"), AT_TRAINING.says("1", "Ana Lopez")], ids=["declined", "booked"]
)
def test_thanks_are_not_taken_for_a_new_beginning(talk: Talk, text: str) -> None:
    after = talk.says(text)

    assert after.text.startswith("You are welcome!")
    assert after.step is None
    assert after.all(HandOff) == []


def test_stranger_who_says_ok_is_asked_for_consent() -> None:
    assert Talk().says("ok").step == "consent"


def test_what_somebody_writes_freely_is_read_by_a_coordinator() -> None:
    talk = booked("s1").says("I am running late")

    assert [handed.reason for handed in talk.all(HandOff)] == ["wrote_freely"]
    assert "will read" in talk.text
    assert talk.says("where is the door?").all(HandOff) == []


# --- places ---


def test_seat_gone_while_storing_is_offered_again_without_it() -> None:
    named = AT_TRAINING.says("1")
    talk = replace(named, seats_gone=frozenset({"t2"})).says("Ana Lopez")

    assert talk.text.startswith("Sorry, the last seat was just taken.")
    assert [choice.id for choice in talk.choices] == ["t5", "t9", "line:t2", "none"]
    assert talk.all(Book) == []
    assert talk.says("1").all(Book) == [Book(slot="t5")]


def test_name_given_before_the_seat_went_is_not_asked_again() -> None:
    named = AT_TRAINING.says("1")
    talk = replace(named, seats_gone=frozenset({"t2"})).says("Ana Lopez").says("1")

    assert talk.text.startswith("Booked, Ana")


def test_last_seat_gone_can_be_waited_for() -> None:
    one = replace(booked(), slots=(slot("s1", 1, 15, seats_left=1),)).says("SHIFTS")
    talk = replace(one, seats_gone=frozenset({"s1"})).says("1")

    assert "just taken" in talk.text
    assert [choice.id for choice in talk.choices] == ["line:s1", "none"]


def test_nothing_open_is_told() -> None:
    talk = replace(booked(), slots=()).says("TRAINING")

    assert "No training is open" in talk.text
    assert talk.step is None


def test_none_of_these_is_taken_for_an_answer() -> None:
    talk = booked().says("SHIFTS", "none of these")

    assert talk.text.startswith("All right.")
    assert talk.all(Book) == []


def test_full_and_far_and_taken_shifts_are_not_offered() -> None:
    slots = (
        slot("full", 1, 15, seats_left=0),
        replace(slot("far", 2, 15), latitude=34.0, longitude=-118.2),
        *SHIFTS[2:4],
    )
    talk = replace(booked(), slots=(*slots, SHIFTS[0]), bookings=booked("s1").bookings).says("SHIFTS")

    assert [choice.id for choice in talk.choices] == ["s3", "s7", "none"]


@pytest.mark.parametrize(("stage", "then"), [(Stage.READY, Stage.PLACED), (Stage.ACTIVE, Stage.ACTIVE)])
def test_booking_a_shift_moves_nobody_back(stage: Stage, then: Stage) -> None:
    assert Talk().at(stage).says("SHIFTS", "1").person.stage is then


@pytest.mark.parametrize("stage", [Stage.READY, Stage.PLACED, Stage.ACTIVE])
def test_another_training_moves_nobody_back(stage: Stage) -> None:
    talk = Talk().at(stage).says("TRAINING", "1", "Ana Lopez")

    assert talk.all(Book) == [Book(slot="t2")]
    assert talk.person.stage is stage
