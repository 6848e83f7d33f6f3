"""Places on paid time that an employer has still to approve: kept, and never told of as if they were certain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.effects import Book, Confirm
from flows.facts import CoverAsk, Person, SeatOffer
from flows.stages import Stage
from tests.flows.talk import MONDAY, SHIFTS, TRAININGS, Talk, booked

ON_PAID_TIME = Person(
    stage=Stage.READY,
    language="en",
    zone="America/Chicago",
    answers={"zip": "60614", "audience": "employee", "time_off": "vto", "employer": "Acme Bakeries"},
)
PAID = Talk(person=ON_PAID_TIME, approves_shifts=True)
OWN_TIME = replace(PAID, person=replace(ON_PAID_TIME, answers={**ON_PAID_TIME.answers, "time_off": "own"}))


def kept() -> Talk:
    """Begin with a place that the employer has not approved."""
    return replace(PAID, bookings=tuple(replace(one, held_for="Acme Bakeries") for one in booked("s1").bookings))


def taking(way: str, talk: Talk) -> Talk:
    """Take the same shift, or training, in one of the ways there are."""
    match way:
        case "chosen":
            return replace(talk, slots=SHIFTS[:1]).says("SHIFTS", "1")
        case "kept seat":
            return replace(talk, offers=(SeatOffer(ref="w", slot=SHIFTS[0], offered_at=MONDAY),)).says("C")
        case _:
            return replace(talk, asks=(CoverAsk(ref="c", slot=SHIFTS[0], asked_at=MONDAY),)).says("C")


@pytest.mark.parametrize("way", ["chosen", "kept seat", "cover"])
def test_shift_that_an_employer_approves_is_kept_and_not_given(way: str) -> None:
    waits, certain = taking(way, PAID), taking(way, OWN_TIME)

    assert [effect.slot for effect in waits.all(Book)] == [effect.slot for effect in certain.all(Book)] == ["s1"]
    assert "once your employer says yes" in waits.text
    assert not any(said in waits.text for said in ("It is yours:", "You have"))
    assert "employer" not in certain.text


def test_training_needs_no_employer() -> None:
    talk = replace(PAID, offers=(SeatOffer(ref="w", slot=TRAININGS[0], offered_at=MONDAY),)).says("C")

    assert talk.text.startswith("It is yours: Wed Nov 25")


def test_status_says_that_the_employer_has_not_answered_and_so_does_a_promise_to_come() -> None:
    asked, promised = kept().says("STATUS"), kept().reminded("b-s1").says("C")

    assert asked.text.startswith("Kept for you: Tue Nov 24, 3 PM")
    assert "Acme Bakeries has not said yes yet" in asked.text
    assert promised.all(Confirm) == [Confirm(booking="b-s1")]
    assert "Acme Bakeries has not said yes yet" in promised.text
    assert "See you" not in promised.text


def test_who_changes_to_paid_time_is_told_that_the_employer_is_asked() -> None:
    talk = replace(OWN_TIME, bookings=booked("s1").bookings, person=replace(OWN_TIME.person, stage=Stage.PLACED))
    paid, own = (
        talk.says("CHANGE KIND OF TIME", "1"),
        replace(talk, approves_shifts=False).says("CHANGE KIND OF TIME", "1"),
    )

    assert "Your employer has to say yes to each shift" in paid.text
    assert "Your employer" not in own.text
