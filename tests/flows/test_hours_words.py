"""HERE at the door, DONE and the hours, and whether they came: heard at any step, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from flows.effects import Alert, CheckIn, ClaimHours, HandOff, MissShift
from flows.facts import BookingStatus, Served
from flows.stages import Stage
from tests.flows.talk import Talk, booked

#: Shift ``s1`` is on Tuesday from 15:00 to 16:00; the talks begin on Monday at 10:00.
_START = timedelta(hours=29)


def at_shift(after: timedelta = timedelta()) -> Talk:
    """Begin with somebody who has a shift, some time after its start."""
    return booked("s1").later(_START + after)


def asked_after(*refs: str) -> Talk:
    """Begin two hours after the end of a shift, with the question whether they came."""
    return replace(booked(*refs), asked_after=frozenset({"b-s1"})).later(_START + timedelta(hours=3))


# --- HERE -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["HERE", "here!", "I'm here", "AQUÍ", "ya llegué", "Estoy aquí", "just got here"])
@pytest.mark.parametrize("minutes", [-60, -1, 0, 59])
def test_who_is_at_the_door_is_noted(word: str, minutes: int) -> None:
    talk = at_shift(timedelta(minutes=minutes)).says(word)

    assert talk.all(CheckIn) == [CheckIn(booking="b-s1")]
    assert "coming" in talk.text


def test_here_more_than_an_hour_early_says_from_when() -> None:
    talk = at_shift(-timedelta(minutes=61)).says("HERE")

    assert not talk.all(CheckIn)
    assert "one hour before" in talk.text


def test_here_without_a_place_says_so() -> None:
    talk = booked().says("HERE")

    assert not talk.all(CheckIn)
    assert "no shift right now" in talk.text
    assert "If yours is over, reply DONE" in talk.text  # who texts at the end what they forgot at the door


def test_here_means_the_shift_that_has_begun_rather_than_the_next() -> None:
    talk = booked("s1", "s2")
    second = replace(talk.bookings[1].slot, starts_local=talk.bookings[0].slot.starts_local + timedelta(hours=1))
    talk = replace(talk, bookings=(talk.bookings[0], replace(talk.bookings[1], slot=second)))

    assert talk.later(_START + timedelta(minutes=30)).says("HERE").all(CheckIn) == [CheckIn(booking="b-s1")]


@pytest.mark.parametrize("word", ["HERE", "done", "LISTO"])
def test_who_signs_up_says_these_words_like_any_other(word: str) -> None:
    talk = Talk().says("HI", "I agree", "English")
    step = talk.step

    talk = talk.says(word)

    assert talk.step == step
    assert not talk.all(CheckIn) + talk.all(ClaimHours)


# --- DONE -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("DONE", 60),
        ("all done", 60),
        ("LISTO", 60),
        ("ya terminé", 60),
        ("done 2 hours", 120),
        ("Done, 1.5 hours", 90),
        ("done: 45 min", 45),
        ("done with 2 hours", 120),
        ("DONE 2", 120),
        ("listo 90 min", 90),
        ("Listo, 2 horas", 120),
        ("listo hora y media", 90),
        ("hecho 1 hora y media", 90),
        ("terminé 1 h 15", 75),
        ("done, thanks so much!", 60),
        ("done for today", 60),
        ("done, the kids were great!", 60),
        ("Done! Great session today", 60),
        ("listo, los niños muy contentos", 60),
        ("done, two hours, the kids were great", 120),
        ("DONE 12:00-1:45", 105),
        ("done from 3 to 4:30", 90),
        ("done 3pm-5pm", 120),
        ("listo de 3:00 a 4:15", 75),
    ],
)
def test_done_claims_the_hours_said_or_planned(text: str, minutes: int) -> None:
    talk = at_shift(timedelta(minutes=60)).says(text)

    assert talk.all(ClaimHours) == [ClaimHours(booking="b-s1", minutes=minutes)]


@pytest.mark.parametrize(
    ("text", "looked_at"),
    [("done 60 min", False), ("done 90 min", False), ("done 91 min", True), ("done 59 min", True), ("done 5 h", True)],
)
def test_hours_that_are_not_as_planned_are_looked_at(text: str, looked_at: bool) -> None:
    talk = at_shift(timedelta(minutes=60)).says(text)

    assert len(talk.all(ClaimHours)) == 1
    assert bool(talk.all(Alert)) is looked_at


@pytest.mark.parametrize(
    "text",
    [
        "done 17 hours",
        "done 0 hours",
        "done 900 hours",
        "DONE -1",
        "done at 5",
        "listo a las 5",
        "done 2-3",
        "DONE 25 hours",
    ],
)
def test_hours_that_cannot_be_are_asked_again(text: str) -> None:
    talk = at_shift(timedelta(minutes=60)).says(text)

    assert not talk.all(ClaimHours)
    assert "How long" in talk.text


@pytest.mark.parametrize(
    "text",
    [
        "hecho",
        "I'm done at 4 on Fridays",
        "done with school in May",
        "done talking to you",
        "done, nobody was there",
        "done, I can't come tomorrow",
        "done! when is the next one",
        "Done. I quit",
        "done. had a great time but I fell and got hurt",
        "done, please call me",
        "listo, quiero otro turno",
    ],
)
def test_other_words_claim_no_hours(text: str) -> None:
    assert not at_shift(timedelta(minutes=60)).says(text).all(ClaimHours)


@pytest.mark.parametrize(
    "text",
    [
        "done, a child told me his dad hits him",
        "Done 2 hours. A boy told me that his father hits him",
        "listo, un niño me dijo que le pegan",
    ],
)
def test_who_tells_of_harm_is_heard_before_their_hours(text: str) -> None:
    talk = at_shift(timedelta(minutes=60)).says(text)

    assert [alert.kind for alert in talk.all(Alert)] == ["harm"]
    assert not talk.all(ClaimHours)


def test_who_leaves_early_has_served_until_now() -> None:
    assert at_shift(timedelta(minutes=33)).says("done").all(ClaimHours)[0].minutes == 30
    assert at_shift(timedelta(minutes=50)).says("done").all(ClaimHours)[0].minutes == 60


def test_done_twice_counts_once_and_with_other_hours_corrects() -> None:
    talk = at_shift(timedelta(minutes=60)).says("done")

    assert not talk.says("done").all(ClaimHours)
    assert "We have that" in talk.says("done").text
    assert talk.says("done 75 min").all(ClaimHours) == [ClaimHours(booking="b-s1", minutes=75)]


def test_done_before_the_start_and_without_any_shift_says_so() -> None:
    assert "not begun" in booked("s1").says("done").text
    assert "no shift of yours" in booked().says("done").text


def test_approved_hours_are_changed_by_a_human() -> None:
    talk = at_shift(timedelta(minutes=60)).says("done")
    talk = replace(talk, served=(replace(talk.served[0], approved=True),)).says("done 2 hours")

    assert not talk.all(ClaimHours)
    assert [one.reason for one in talk.all(HandOff)] == ["hours_after_approval"]


def test_time_that_counts_already_is_not_counted_again() -> None:
    talk = at_shift(timedelta(minutes=60))
    half_past = talk.bookings[0].slot.starts_at + timedelta(minutes=30)
    talk = replace(talk, served=(Served(starts_at=half_past, minutes=60, booking="another"),))

    assert [one.reason for one in talk.says("done").all(HandOff)] == ["hours_overlap"]
    assert not talk.says("done").all(ClaimHours)
    assert talk.says("done 30 min").all(ClaimHours)


def test_who_was_noted_as_missing_and_says_done_reaches_a_human() -> None:
    talk = at_shift(timedelta(minutes=60))
    missing = replace(talk.bookings[0], status=BookingStatus.NO_SHOW)
    talk = replace(talk, bookings=(missing,)).says("done")

    assert [one.reason for one in talk.all(HandOff)] == ["came_after_all"]


def test_question_that_waits_is_asked_again_after_done() -> None:
    talk = at_shift(timedelta(minutes=60)).at(Stage.ACTIVE).says("SHIFTS")
    question = talk.text

    talk = talk.says("done")

    assert talk.all(ClaimHours)
    assert talk.text.endswith(question)


# --- afterwards -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["1", "yes", "Yes I did", "sí", "I came", "sí fui", "yes, 90 minutes"])
def test_who_says_that_they_came_has_hours(text: str) -> None:
    talk = asked_after("s1").says(text)

    assert talk.all(ClaimHours) == [ClaimHours(booking="b-s1", minutes=90 if "90" in text else 60)]


@pytest.mark.parametrize("text", ["2", "no", "I couldn't make it", "no pude ir", "No fui"])
def test_who_says_that_they_could_not_come_is_thanked(text: str) -> None:
    talk = asked_after("s1").says(text)

    assert talk.all(MissShift) == [MissShift(booking="b-s1", cause="said so")]
    assert "Thank you" in talk.text


def test_yes_after_a_later_reminder_answers_the_reminder() -> None:
    talk = asked_after("s1", "s2")
    first, second = (
        replace(one, changed_at=talk.now - timedelta(minutes=late))
        for one, late in zip(talk.bookings, (60, 5), strict=True)
    )
    talk = replace(talk, bookings=(first, second)).reminded("b-s2").says("yes")

    assert not talk.all(ClaimHours)
    assert talk.bookings[1].status is BookingStatus.CONFIRMED


def test_buttons_answer_even_in_the_middle_of_something_else() -> None:
    talk = asked_after("s1").at(Stage.ACTIVE).says("SHIFTS")

    assert talk.taps("after.b-s1", "yes").all(ClaimHours)
    assert talk.taps("after.b-s1", "no").all(MissShift)


def test_words_about_another_day_are_no_answer() -> None:
    talk = asked_after("s1", "s2").says("I can't come tomorrow")

    assert not talk.all(MissShift)
