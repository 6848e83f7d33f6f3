"""Somebody who was asked to take a shift over takes or declines it by a letter, and never answers the wrong question."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from flows.effects import AnswerSwap, Book, Confirm, DeclineCover, HandOff, Release
from flows.facts import CoverAsk, Person, SeatOffer, Slot, SwapAsk
from flows.stages import Stage
from tests.flows.talk import MONDAY, SHIFTS, Talk, booked, slot

COVER = slot("c4", 4, 15, seats_left=1)
TRAINED = Talk(person=Person(stage=Stage.READY, language="en", zone="America/Chicago", answers={"zip": "60614"}))


def asked(talk: Talk = TRAINED, one: Slot = COVER, *, after: timedelta = timedelta(), filled: bool = False) -> Talk:
    """Ask somebody to cover a shift."""
    ask = CoverAsk(ref=f"k-{one.ref}", slot=one, asked_at=MONDAY + after, filled=filled)
    asks = sorted((*talk.asks, ask), key=lambda one: one.asked_at, reverse=True)
    return replace(talk, slots=(*talk.slots, one), asks=tuple(asks))


def reminded(*, after: timedelta = timedelta()) -> Talk:
    """Have a shift that a reminder has asked about."""
    talk = booked("s1").reminded("b-s1")
    return replace(talk, bookings=tuple(replace(one, changed_at=MONDAY + after) for one in talk.bookings))


@pytest.mark.parametrize("word", ["C", "c", "yes", "Sure, I can come", "sí", "I take it", "count me in"])
def test_shift_is_taken_over_by_a_letter_or_in_plain_words(word: str) -> None:
    talk = asked().says(word)

    assert talk.all(Book) == [Book(slot="c4", cover="k-c4")]
    assert talk.person.stage is Stage.PLACED
    assert talk.text.startswith("Thank you! You have it: Fri Nov 27, 3 PM, Lincoln School")


@pytest.mark.parametrize("word", ["N", "no", "no puedo ir", "sorry, I can't", "I cannot come"])
def test_it_is_declined_likewise(word: str) -> None:
    talk = asked().says(word)

    assert talk.all(DeclineCover) == [DeclineCover(cover="k-c4")]
    assert (talk.all(Book), talk.all(Release)) == ([], [])
    assert talk.text == "All right, thank you for telling us."


def test_buttons_do_the_same_and_a_late_one_is_thanked() -> None:
    assert asked().taps("cover.k-c4", "C").all(Book) == [Book(slot="c4", cover="k-c4")]
    assert asked().taps("cover.k-c4", "N").all(DeclineCover) == [DeclineCover(cover="k-c4")]
    assert TRAINED.taps("cover.k-c4", "C").text == "Thank you, somebody else has it now."


def test_who_says_yes_after_somebody_else_is_thanked() -> None:
    gone = replace(asked(), seats_gone=frozenset({"c4"})).says("C")
    filled = asked(filled=True).says("C")

    for talk in (gone, filled):
        assert talk.text == "Thank you, somebody else has it now."
        assert talk.all(DeclineCover) == [DeclineCover(cover="k-c4", too_late=True)]
        assert talk.all(Book) == []


def test_letter_answers_what_was_asked_last() -> None:
    hour = timedelta(hours=1)

    assert asked(reminded(), after=hour).says("C").all(Book) == [Book(slot="c4", cover="k-c4")]
    assert asked(reminded(), after=-hour).says("C").all(Confirm) == [Confirm(booking="b-s1")]
    kept = replace(TRAINED, offers=(SeatOffer(ref="w", slot=SHIFTS[0], offered_at=MONDAY + hour),))
    assert asked(kept).says("C").all(Book) == [Book(slot="s1")]


@pytest.mark.parametrize("minutes", [-10, 0, 10])
def test_two_questions_that_came_together_are_told_apart(minutes: int) -> None:
    talk = asked(reminded(), after=timedelta(minutes=minutes)).says("C")

    assert (talk.all(Book), talk.all(Confirm)) == ([], [])
    assert [choice.label for choice in talk.choices] == [
        "Fri Nov 27, 3 PM, Lincoln School",
        "Tue Nov 24, 3 PM, Lincoln School",
    ]
    assert talk.says("1").all(Book) == [Book(slot="c4", cover="k-c4")]
    assert talk.says("2").all(Confirm) == [Confirm(booking="b-s1")]
    assert talk.says("the second").all(Book) == []


def test_no_to_two_that_came_together_gives_nothing_back_unasked() -> None:
    talk = asked(reminded()).says("N")

    assert (talk.all(Release), talk.all(DeclineCover)) == ([], [])
    assert talk.says("1").all(DeclineCover) == [DeclineCover(cover="k-c4")]
    assert talk.says("2").all(Release) == [Release(booking="b-s1", cause="said N")]


def test_two_calls_that_came_together_are_told_apart() -> None:
    other = slot("c5", 5, 15, seats_left=1)

    talk = asked(asked(), other, after=timedelta(minutes=1)).says("C")

    assert len(talk.choices) == 2
    assert talk.says("2").all(Book) == [Book(slot="c4", cover="k-c4")]


def test_shift_at_the_time_of_another_place_is_declined_with_the_reason() -> None:
    talk = asked(booked("s1"), replace(SHIFTS[0], ref="c1")).says("C")

    assert talk.all(DeclineCover) == [DeclineCover(cover="k-c1")]
    assert "at the time of a place that you have" in talk.text


def test_who_may_not_serve_any_more_takes_nothing_over() -> None:
    talk = asked().at(Stage.PAUSED).says("C")

    assert (talk.all(Book), talk.all(DeclineCover)) == ([], [DeclineCover(cover="k-c4")])


def test_leaving_and_asking_for_a_person_outrank_the_question() -> None:
    assert asked().says("STOP").all(DeclineCover) == []
    assert asked().says("PERSON").all(HandOff) == [HandOff(reason="asked_for_a_person")]


def test_colleagues_place_is_taken_or_declined_and_they_hear_it_in_their_language() -> None:
    ask = SwapAsk(ref="w1", slot=COVER, asked_at=MONDAY, language="es", zone="America/Chicago")
    talk = replace(TRAINED, slots=(*TRAINED.slots, COVER), asks=(ask,))

    (taken,) = talk.says("C").all(AnswerSwap)
    (declined,) = talk.taps("swap.w1", "N").all(AnswerSwap)

    assert (taken.swap, taken.slot, taken.taken) == ("w1", "c4", True)
    assert taken.notice.startswith("Chicago Reads: listo. La persona que dijo toma VI 27 nov, 3 PM, Lincoln School.")
    assert declined.taken is False
    assert "no puede tomar" in declined.notice
    assert talk.says("C").person.stage is Stage.PLACED
