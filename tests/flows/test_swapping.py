"""A place is handed to a colleague whom its owner names by phone, if the same rules that place anybody allow it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flows.effects import AskSwap, OfferCode
from flows.events import Colleague
from flows.facts import Booking, BookingStatus, History, Person
from flows.rules.links import LinkPurpose
from flows.rules.requirements import Held, Status
from flows.stages import Stage
from tests.flows.talk import SHIFTS, Talk, booked, slot

OMAR = Colleague(
    ref="omar",
    person=Person(stage=Stage.READY, language="es", zone="America/Chicago", answers={"zip": "60614"}, consented=True),
    bookings=(),
    history=History(),
    can_be_told=True,
)
PHONE = "+13125550143"


def holding(*refs: str, colleague: Colleague | None = OMAR) -> Talk:
    """Hold places, beside a colleague."""
    talk = booked(*refs)
    answers = {**talk.person.answers, "given_name": "Ana"}
    return replace(
        talk,
        person=replace(talk.person, answers=answers),
        colleagues={PHONE: colleague} if colleague else {},
    )


@pytest.mark.parametrize(
    "text", ["SWAP 312-555-0143", "swap +1 (312) 555 0143", "Swap with Omar 3125550143", "CAMBIO 312 555 0143"]
)
def test_colleague_is_asked_in_their_language_until_three_hours_before(text: str) -> None:
    talk = holding("s1").says(text)

    (ask,) = talk.all(AskSwap)
    assert (ask.booking, ask.colleague) == ("b-s1", "omar")
    assert ask.text.startswith("Chicago Reads: Ana pregunta si usted puede tomar MA 24 nov, 3 PM, Lincoln School")
    assert [choice.id for choice in ask.choices] == ["C", "N"]
    assert ask.until == datetime(2026, 11, 24, 16, 0, tzinfo=UTC)  # in a day; the shift is at 21:00
    assert talk.text.startswith("We have asked them about Tue Nov 24, 3 PM")
    assert talk.bookings == holding("s1").bookings  # it stays theirs until somebody says yes


def test_three_hours_before_is_the_end() -> None:
    talk = holding("s1")
    late = replace(talk, now=SHIFTS[0].starts_at.astimezone(UTC) - timedelta(hours=4))

    (ask,) = late.says("SWAP 312-555-0143").all(AskSwap)
    assert ask.until == late.now + timedelta(hours=1)
    too_late = replace(talk, now=late.now + timedelta(hours=1)).says("SWAP 312-555-0143")
    assert too_late.all(AskSwap) == []
    assert too_late.text.startswith("You have no shift that somebody could still take over.")


@pytest.mark.parametrize(
    "colleague",
    [
        None,
        replace(OMAR, can_be_told=False),
        replace(OMAR, person=replace(OMAR.person, stage=Stage.SCREENING)),
        replace(OMAR, person=replace(OMAR.person, answers={"zip": "90001", "role": "mentor"})),
        replace(OMAR, bookings=(Booking(ref="o", slot=replace(SHIFTS[0], ref="x"), status=BookingStatus.BOOKED),)),
    ],
    ids=["nobody", "opted out", "not trained", "another role", "elsewhere"],
)
def test_who_may_not_is_not_asked_and_nothing_is_told_of_them(colleague: Colleague | None) -> None:
    one = replace(SHIFTS[0], role="tutor")
    talk = holding("s1", colleague=colleague)
    talk = replace(talk, bookings=(replace(talk.bookings[0], slot=one),))

    talk = talk.says("SWAP 312-555-0143")

    assert talk.all(AskSwap) == []
    assert talk.text == (
        "We cannot ask this number to take over Tue Nov 24, 3 PM, Lincoln School, 615 W Kemper Pl."
        " It is still yours. If you cannot come, please tell us."
    )


def test_minor_takes_nothing_over_that_is_unsupervised() -> None:
    consent = Held(kind="guardian_consent", status=Status.MET)
    person = replace(OMAR.person, answers={"birth_date": "2009-11-25"}, requirements=(consent,))
    talk = holding("s1", colleague=replace(OMAR, person=person))
    without = holding("s1", colleague=replace(OMAR, person=replace(person, requirements=())))
    alone = replace(talk, bookings=(replace(talk.bookings[0], slot=replace(SHIFTS[0], supervised=False)),))

    assert len(talk.says("SWAP 312-555-0143").all(AskSwap)) == 1
    assert alone.says("SWAP 312-555-0143").all(AskSwap) == []
    assert without.says("SWAP 312-555-0143").all(AskSwap) == []


def test_of_several_places_the_person_picks_one() -> None:
    talk = holding("s1", "s2").says("SWAP 312-555-0143")

    assert len(talk.choices) == 2
    assert talk.all(AskSwap) == []
    assert [ask.booking for ask in talk.says("2").all(AskSwap)] == ["b-s2"]


def test_word_alone_is_explained_and_a_sentence_is_no_swap() -> None:
    assert holding("s1").says("swap").text.startswith("Who can come for you? Text SWAP and their phone number")
    assert "take over" not in holding("s1").says("swap of clothes").text
    assert booked().says("SWAP 312-555-0143").text.startswith("You have no shift")


def test_a_training_cannot_be_handed_over() -> None:
    talk = replace(booked("t2"), colleagues={PHONE: OMAR}).says("SWAP 312-555-0143")

    assert talk.all(AskSwap) == []


def test_unnamed_person_is_a_colleague() -> None:
    (ask,) = replace(booked("s1"), colleagues={PHONE: OMAR}).says("SWAP 312-555-0143").all(AskSwap)

    assert ask.text.startswith("Chicago Reads: alguien del equipo pregunta")


def test_question_of_a_flow_is_asked_again() -> None:
    talk = replace(holding("s1"), slots=(slot("s5", 5, 10), *SHIFTS[1:])).says("SHIFTS", "SWAP 312-555-0143")

    assert len(talk.all(AskSwap)) == 1
    assert talk.text.startswith("We have asked them")
    assert talk.choices


# --- by a code --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["SWAP CODE", "swap code", "CAMBIO CLAVE", "cambio código"])
def test_code_is_given_to_who_would_take_a_shift_over_whatever_waits(text: str) -> None:
    for talk in (booked(), Talk().says("HI", "1", "1")):
        given = talk.says(text)

        assert given.all(OfferCode) == [OfferCode(purpose=LinkPurpose.SWAP)]
        assert "{code}" in given.text  # the store puts it there: the engine never knows it


@pytest.mark.parametrize("typed", ["SWAP 123456", "swap 123 456", "CAMBIO 123-456."])
def test_colleague_is_named_by_a_code(typed: str) -> None:
    talk = replace(holding("s1"), colleagues={"123456": OMAR}).says(typed)

    (asked,) = talk.all(AskSwap)
    assert (asked.colleague, asked.code) == ("omar", "123456")
    assert talk.text.startswith("We have asked them about Tue Nov 24")


def test_with_two_shifts_the_code_is_kept_until_one_is_picked() -> None:
    talk = replace(holding("s1", "s2"), colleagues={"123456": OMAR}).says("SWAP 123 456")
    assert talk.all(AskSwap) == []

    (asked,) = talk.says("2").all(AskSwap)
    assert (asked.booking, asked.code) == ("b-s2", "123456")


def test_wrong_codes_are_told_and_soon_not_listened_to() -> None:
    talk = replace(holding("s1"), colleagues={"123456": OMAR})
    for _ in range(5):
        talk = talk.says("SWAP 654321")
        assert "That code does not work" in talk.text

    guessed = talk.says("SWAP 123456")
    assert guessed.all(AskSwap) == []
    assert guessed.text.startswith("Too many codes were wrong")
    later = guessed.later(timedelta(minutes=11)).says("SWAP 123456")
    assert len(later.all(AskSwap)) == 1


def test_colleague_whom_a_rule_keeps_off_is_not_asked_by_code_either() -> None:
    untold = replace(OMAR, can_be_told=False)
    talk = replace(holding("s1"), colleagues={"123456": untold}).says("SWAP 123456")

    assert talk.all(AskSwap) == []
    assert talk.text.startswith("We cannot ask")
