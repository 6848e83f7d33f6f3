"""Replies to reminders, by letter, word and button, in both languages, whether or not a question waits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.effects import Book, Confirm, Release
from flows.facts import SlotKind
from flows.stages import Stage
from tests.flows.talk import TRAININGS, Talk, booked

REMINDED = booked("s2", "s7").reminded("b-s2")
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
    "text", ["yes, but can I come at 4?", "maybe", "yes no", "who is this?", "no, I have a dentist", "at what time?"]
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
