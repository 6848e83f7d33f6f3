"""Replies to reminders, by letter, word and button, in both languages, whether or not a question waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from flows.effects import Alert, Book, Confirm, HandOff, Release
from flows.facts import Booking, BookingStatus, SlotKind
from flows.stages import Stage
from tests.flows.talk import TRAININGS, Talk, booked, slot

REMINDED = booked("s2", "s7").reminded("b-s2")
#: It is Monday, ten in the morning.
TODAY_AND_WEDNESDAY = replace(
    REMINDED,
    bookings=(Booking(ref="b-s0", slot=slot("s0", 0, 15), status=BookingStatus.BOOKED), *REMINDED.bookings[:1]),
)
SPANISH = replace(REMINDED, conversation=replace(REMINDED.conversation, language="es"))
COMING = ["C", "c", "C.", "confirm", "I'll be there!", "yes", "Yes I can come", "yep", "see you there", "👍"]
NOT_COMING = ["N", "n", "can't come", "I can't make it", "no", "No sorry", "nope", "I cannot come"]
OTHER_TIME = ["R", "r", "reschedule", "another time", "change the time"]
COMING_ES = ["C", "confirmo", "sí", "si claro", "ahí estaré", "voy a ir", "nos vemos"]
NOT_COMING_ES = ["N", "no puedo", "No puedo ir", "no", "no voy"]
OTHER_TIME_ES = ["R", "otra hora", "cambiar hora", "otro día", "reprogramar"]


@pytest.mark.parametrize("text", COMING)
def test_coming_is_confirmed(text: str) -> None:
    talk = REMINDED.says(text)

    assert talk.all(Confirm) == [Confirm(booking="b-s2")]
    assert "Wed Nov 25, 3 PM, Lincoln School" in talk.text


@pytest.mark.parametrize("text", COMING_ES)
def test_coming_is_confirmed_in_spanish(text: str) -> None:
    talk = SPANISH.says(text)

    assert talk.all(Confirm) == [Confirm(booking="b-s2")]
    assert "Nos vemos" in talk.text


@pytest.mark.parametrize(
    ("talk", "text"), [(REMINDED, text) for text in NOT_COMING] + [(SPANISH, t) for t in NOT_COMING_ES]
)
def test_not_coming_gives_the_place_back(talk: Talk, text: str) -> None:
    after = talk.says(text)

    assert [release.booking for release in after.all(Release)] == ["b-s2"]
    assert "Lincoln School" in after.text
    assert [booking.ref for booking in after.bookings] == ["b-s7"]


@pytest.mark.parametrize(
    ("talk", "text"), [(REMINDED, text) for text in OTHER_TIME] + [(SPANISH, t) for t in OTHER_TIME_ES]
)
def test_another_time_is_offered_and_replaces_the_place(talk: Talk, text: str) -> None:
    offered = talk.says(text)
    assert offered.all(Release) == []
    assert "s2" not in [choice.id for choice in offered.choices]

    after = offered.says("1")
    assert [release.booking for release in after.all(Release)] == ["b-s2"]
    assert after.all(Book) == [Book(slot="s1")]


def test_person_who_finds_no_other_time_keeps_the_place_and_is_told() -> None:
    talk = REMINDED.says("R", "none")

    assert talk.all(Release) == []
    assert "keep" in talk.text


def test_person_keeps_the_place_when_nothing_else_is_open() -> None:
    talk = replace(REMINDED, slots=REMINDED.slots[:0]).says("R")

    assert [booking.ref for booking in talk.bookings] == ["b-s2", "b-s7"]
    assert "keep" in talk.text


@pytest.mark.parametrize(("choice", "kind"), [("C", Confirm), ("N", Release)])
def test_button_of_a_reminder_means_its_own_booking(choice: str, kind: type[Confirm | Release]) -> None:
    talk = REMINDED.taps("reminder.b-s7", choice)

    assert [effect.booking for effect in talk.all(kind)] == ["b-s7"]


@pytest.mark.parametrize(("step", "choice"), [("reminder.b-gone", "C"), ("reminder.b-s2", "X"), ("reminder.", "C")])
def test_button_of_a_place_given_back_changes_nothing(step: str, choice: str) -> None:
    talk = REMINDED.taps(step, choice)

    assert "older message" in talk.text
    assert talk.bookings == REMINDED.bookings


@pytest.mark.parametrize("text", ["C", "confirm", "I'll be there"])
def test_letter_means_the_next_booking_without_a_reminder(text: str) -> None:
    assert booked("s2", "s7").says(text).all(Confirm) == [Confirm(booking="b-s2")]


@pytest.mark.parametrize("text", ["yes", "no", "ok"])
def test_plain_yes_or_no_without_a_reminder_books_and_releases_nothing(text: str) -> None:
    talk = booked("s2").says(text)

    assert talk.turn.effects == tuple(
        effect for effect in talk.turn.effects if not isinstance(effect, Confirm | Release)
    )
    assert talk.text


@pytest.mark.parametrize(
    "text", ["maybe", "yes no", "who is this?", "at what time?", "stuck in traffic, I can't make it", "asdf qwerty"]
)
def test_unclear_reply_to_a_reminder_changes_nothing(text: str) -> None:
    talk = REMINDED.says(text)

    assert not talk.all(Confirm)
    assert not talk.all(Release)
    assert "Reply C if you come" in talk.text


def test_letter_goes_to_the_reminder_and_a_number_to_the_question() -> None:
    waiting = booked("s2").says("SHIFTS").reminded("b-s2")

    assert waiting.says("N").all(Release)
    assert waiting.says("1").all(Book)


def test_yes_goes_to_the_question_that_waits() -> None:
    talk = booked("s2").says("TRAINING", "1").reminded("b-s2").says("Ana Lopez")

    assert talk.all(Confirm) == []
    assert talk.all(Book) == [Book(slot="t2")]


@pytest.mark.parametrize(
    ("stage", "held", "given_back", "then"),
    [
        (Stage.PLACED, ("s1",), "b-s1", Stage.READY),
        (Stage.PLACED, ("s1", "s2"), "b-s1", Stage.PLACED),
        (Stage.PLACED, ("s1", "t2"), "b-t2", Stage.PLACED),
        (Stage.ACTIVE, ("s1",), "b-s1", Stage.ACTIVE),
        (Stage.TRAINING, ("t2",), "b-t2", Stage.ELIGIBLE),
        (Stage.TRAINING, ("t2", "t5"), "b-t2", Stage.TRAINING),
    ],
)
def test_stage_after_a_place_was_given_back(stage: Stage, held: tuple[str, ...], given_back: str, then: Stage) -> None:
    assert booked(*held).at(stage).taps(f"reminder.{given_back}", "N").person.stage is then


def test_training_given_back_names_the_word_for_another() -> None:
    talk = booked("t2").at(Stage.TRAINING).says("N")

    assert "TRAINING" in talk.text


def test_trainee_moves_to_another_training() -> None:
    talk = replace(booked("t2").at(Stage.TRAINING), slots=TRAININGS).says("R", "1", "Ana Lopez")

    assert talk.person.stage is Stage.TRAINING
    assert [booking.ref for booking in talk.bookings] == ["b-t5"]
    assert talk.bookings[0].slot.kind is SlotKind.TRAINING


def test_seat_that_went_meanwhile_leaves_the_old_place_alone() -> None:
    talk = replace(REMINDED.says("R"), seats_gone=frozenset({"s1"})).says("1")

    assert talk.all(Release) == []
    assert "just taken" in talk.text
    assert talk.says("1").all(Release)


def test_question_after_a_reminder_is_answered_and_the_place_is_told_again() -> None:
    asked = REMINDED.says("is it paid?")

    assert "not paid" in asked.text
    assert "Reply C" in asked.text
    assert not asked.all(Confirm)


@pytest.mark.parametrize(
    "text", ["no puedo ir sorry", "no, I have a dentist", "can't come, my car broke down", "sorry something came up"]
)
def test_free_words_after_a_reminder_give_the_place_back(text: str) -> None:
    assert [release.booking for release in REMINDED.says(text).all(Release)] == ["b-s2"]


@pytest.mark.parametrize("text", ["otra fecha", "quiero otro dia", "yes, but can I come at 4?"])
def test_free_words_after_a_reminder_ask_for_another_time(text: str) -> None:
    talk = REMINDED.says(text)

    assert not talk.all(Confirm)
    assert not talk.all(Release)
    assert talk.step == "offer"


@pytest.mark.parametrize(
    "text", ["yes I will be there but I may be a few minutes late", "running late", "voy a llegar tarde"]
)
def test_who_comes_late_is_thanked_and_staff_are_told(text: str) -> None:
    talk = REMINDED.says(text)

    assert talk.all(Confirm) == [Confirm(booking="b-s2")]
    assert talk.all(Alert) == [Alert(kind="late", booking="b-s2")]
    assert "We pass it on" in talk.text


def test_whoever_is_late_without_a_reminder_is_late_for_what_is_next_today() -> None:
    today = booked("s1", "s7").later(timedelta(days=1, hours=4))

    assert today.says("running late").all(Alert) == [Alert(kind="late", booking="b-s1")]
    assert not booked("s2").says("running late").all(Alert)


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("si ahi estare", Confirm(booking="b-s2")),
        ("no puedo ir sorry", Release(booking="b-s2", cause="said N")),
        ("no puedo ir", Release(booking="b-s2", cause="said N")),
    ],
)
def test_free_words_without_a_reminder_are_about_the_one_place_or_the_one_this_week(
    text: str, effect: Confirm | Release
) -> None:
    assert booked("s2").says(text).all(type(effect)) == [effect]
    assert booked("s2", "s9").says(text).all(type(effect)) == [effect]


def test_another_day_is_asked_for_without_a_reminder() -> None:
    assert booked("s2").says("quiero otro dia").step == "offer"


def test_of_several_places_this_week_the_one_that_is_meant_is_asked_for() -> None:
    asked = booked("s1", "s3").says("no puedo ir sorry")

    assert not asked.all(Release)
    assert [choice.label[:10] for choice in asked.choices] == ["Tue Nov 24", "Thu Nov 26"]
    assert [release.booking for release in asked.says("2").all(Release)] == ["b-s3"]


def test_a_day_tells_which_of_several_places_is_meant() -> None:
    assert [one.booking for one in booked("s1", "s3").says("no puedo ir el jueves").all(Release)] == ["b-s3"]
    assert [one.booking for one in booked("s1", "s3").says("no puedo el jueves").all(Release)] == ["b-s3"]
    assert [one.booking for one in REMINDED.says("I can't come next Monday").all(Release)] == ["b-s7"]


@pytest.mark.parametrize(
    ("text", "freed"),
    [
        ("I can't come today", "b-s0"),
        ("I won't be there today, sorry!", "b-s0"),
        ("I can't come on Monday", "b-s0"),  # it is Monday
        ("No puedo ir el lunes", "b-s0"),
        ("no puedo ir hoy", "b-s0"),
        ("I can't come on Wednesday", "b-s2"),
        ("I can't come", "b-s2"),
    ],
)
def test_the_day_they_cannot_come_is_given_back_whatever_we_asked_about(text: str, freed: str) -> None:
    assert [one.booking for one in TODAY_AND_WEDNESDAY.says(text).all(Release)] == [freed]


@pytest.mark.parametrize(
    "text", ["I can't come on Friday", "no puedo ir el viernes", "I can't come at 3 but I will be there at 4"]
)
def test_a_day_without_a_place_and_a_yes_beside_a_no_give_nothing_back(text: str) -> None:
    after = REMINDED.says(text)

    assert not after.all(Release)
    assert "Wed Nov 25" in after.text


def test_the_day_that_is_wished_for_is_shown_first() -> None:
    talk = booked("s2").says("can I come Thursday instead")

    assert [choice.label[:10] for choice in talk.choices][:2] == ["Thu Nov 26", "Tue Nov 24"]
    assert talk.says("1").all(Release) == [Release(booking="b-s2", cause="took another time")]


@pytest.mark.parametrize("text", ["gracias", "thanks", "muchas gracias!"])
def test_thanks_for_a_reminder_are_answered_once(text: str) -> None:
    thanked = REMINDED.says(text)

    assert "You are welcome" in thanked.text
    assert "misunderstood" not in {note["what"] for note in thanked.turn.trace}
    assert thanked.says("thanks").text == ""
    assert thanked.says("thanks", "yes").all(Confirm)


def test_a_question_beside_a_yes_is_passed_on_unless_it_can_be_answered() -> None:
    talk = REMINDED.says("yes! who do I ask for when I get there?")

    assert talk.all(Confirm) == [Confirm(booking="b-s2")]
    assert talk.all(HandOff) == [HandOff(reason="question")]
    assert not REMINDED.says("where is it?").all(HandOff)


@pytest.mark.parametrize("text", ["I want to help", "I would like to tutor", "hello", "my zip is 60608", "is it paid?"])
def test_what_is_about_no_place_leaves_the_place_alone(text: str) -> None:
    talk = booked("s2").says(text)

    assert not talk.all(Confirm)
    assert not talk.all(Release)


def test_a_place_can_be_given_back_in_the_middle_of_another_question() -> None:
    waiting = booked("s2").says("SHIFTS").reminded("b-s2")

    assert [release.booking for release in waiting.says("sorry I am sick today").all(Release)] == ["b-s2"]
    assert not waiting.says("no").all(Release)


def test_a_letter_after_status_gives_back_none_of_several_unasked() -> None:
    talk = booked("s1", "s2").says("STATUS", "N")

    assert talk.all(Release) == []
    assert [release.booking for release in talk.says("2").all(Release)] == ["b-s2"]


@pytest.mark.parametrize("letter", ["N", "R"])
def test_a_letter_means_the_place_that_was_just_told(letter: str) -> None:
    talk = booked("s1").says("SHIFTS")
    taken = talk.says("1")
    assert taken.bookings[0].ref == "b-s1"
    assert "To change it, reply R" in taken.text

    after = taken.says(letter) if letter == "N" else taken.says("R", "1")

    assert [release.booking for release in after.all(Release)] == [taken.bookings[1].ref]


@pytest.mark.parametrize(("letter", "kind"), [("C", Confirm), ("N", Release)])
def test_a_letter_that_is_no_answer_is_about_the_place(letter: str, kind: type[Confirm | Release]) -> None:
    talk = booked("s1").says("CHANGE ZIP")
    assert "ZIP" in talk.text

    assert len(talk.says(letter).all(kind)) == 1
    assert len(talk.says("R").choices) > 1


def test_a_letter_in_front_of_a_list_gives_nothing_back() -> None:
    assert booked("s1").says("SHIFTS", "N").all(Release) == []
