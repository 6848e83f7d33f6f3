"""What is full can be waited for; a kept seat is taken or passed on by a letter; what does not fit is explained."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from flows.effects import Book, BookSet, Confirm, HandOff, JoinLine, LeaveLine, MoveStage
from flows.facts import History, Json, Person, SeatOffer, Slot, SlotKind
from flows.stages import Stage
from tests.flows.talk import MONDAY, SHIFTS, Talk, booked, slot

FULL = slot("f4", 4, 15, seats_left=0)
TRAINED = Talk(person=Person(stage=Stage.READY, language="en", zone="America/Chicago", answers={"zip": "60614"}))


def offered(one: Slot = FULL, talk: Talk = TRAINED, *, after: timedelta = timedelta()) -> Talk:
    """Keep a seat for somebody."""
    talk = replace(talk, slots=(*talk.slots, one))
    return replace(talk, offers=(*talk.offers, SeatOffer(ref=f"w-{one.ref}", slot=one, offered_at=MONDAY + after)))


def test_full_place_is_shown_behind_the_free_ones_as_a_wait_list() -> None:
    talk = replace(TRAINED, slots=(FULL, *SHIFTS[:2])).says("SHIFTS")

    assert [choice.id for choice in talk.choices] == ["s1", "s2", "line:f4", "none"]
    assert talk.choices[2].label == "Wait list: Fri Nov 27, 3 PM, Lincoln School"


def test_choosing_it_joins_the_line_and_ends_the_offer() -> None:
    talk = replace(TRAINED, slots=(FULL,)).says("SHIFTS", "1")

    assert talk.text == ("You are on the wait list: Fri Nov 27, 3 PM, Lincoln School. If a seat gets free, we ask you.")
    assert talk.all(JoinLine) == [JoinLine(slot="f4")]
    assert (talk.all(Book), talk.all(MoveStage), talk.step) == ([], [], None)


def test_free_places_leave_no_room_for_full_ones() -> None:
    talk = replace(TRAINED, slots=(FULL, *SHIFTS)).says("SHIFTS")

    assert [choice.id for choice in talk.choices] == ["s1", "s2", "s3", "s7", "none"]


def test_who_looks_for_another_time_is_not_shown_full_ones() -> None:
    talk = replace(booked("s1"), slots=(FULL, *SHIFTS[:2])).says("R")

    assert [choice.id for choice in talk.choices] == ["s2", "none"]


@pytest.mark.parametrize("word", ["C", "c", "yes", "I'll be there", "I take it", "I'll take it!", "Lo tomo"])
def test_kept_seat_is_taken_by_a_letter(word: str) -> None:
    talk = offered().says(word)

    assert talk.all(Book) == [Book(slot="f4")]
    assert talk.person.stage is Stage.PLACED
    assert talk.text.startswith("It is yours: Fri Nov 27, 3 PM, Lincoln School, 615 W Kemper Pl.")


@pytest.mark.parametrize("word", ["N", "no", "I can't come"])
def test_kept_seat_is_passed_on_by_a_letter(word: str) -> None:
    talk = offered().says(word)

    assert talk.all(LeaveLine) == [LeaveLine(slot="f4")]
    assert talk.all(Book) == []
    assert talk.text.startswith("All right, the seat goes to the next person.")


def test_buttons_do_the_same_and_a_late_one_is_told() -> None:
    assert offered().taps("seat.w-f4", "C").all(Book) == [Book(slot="f4")]
    assert offered().taps("seat.w-f4", "N").all(LeaveLine) == [LeaveLine(slot="f4")]
    assert TRAINED.taps("seat.w-f4", "C").text == "Sorry, that seat is no longer free."


def test_letter_answers_what_was_asked_last() -> None:
    asked = booked("s1").reminded("b-s1")
    asked = replace(asked, bookings=tuple(replace(one, changed_at=MONDAY) for one in asked.bookings))

    assert offered(talk=asked, after=timedelta(hours=1)).says("C").all(Book) == [Book(slot="f4")]
    assert offered(talk=asked, after=timedelta(hours=-1)).says("C").all(Confirm) == [Confirm(booking="b-s1")]


def test_seat_that_went_meanwhile_is_passed_on() -> None:
    talk = replace(offered(), seats_gone=frozenset({"f4"})).says("C")

    assert (talk.all(Book), talk.all(LeaveLine)) == ([], [LeaveLine(slot="f4")])
    assert talk.text == "Sorry, that seat is no longer free."


def test_kept_seat_at_the_time_of_another_place_is_passed_on_with_the_reason() -> None:
    same_time = replace(SHIFTS[0], ref="f1", seats_left=0)

    talk = offered(same_time, booked("s1")).says("C")

    assert talk.all(LeaveLine) == [LeaveLine(slot="f1")]
    assert "at the time of a place that you have" in talk.text


def test_who_may_not_serve_any_more_takes_no_seat() -> None:
    talk = offered().at(Stage.PAUSED).says("C")

    assert (talk.all(Book), talk.all(LeaveLine)) == ([], [LeaveLine(slot="f4")])


# --- why nothing fits -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"role": "mentor"}, "for other kinds of help"),
        ({"latitude": 43.07, "longitude": -89.4}, "too far from your ZIP code"),
        ({"needs_courses": ("mandated_reporter",)}, "Keeping children safe"),
        ({"language": "vi"}, "one more language"),
    ],
)
def test_who_is_offered_nothing_hears_why(change: dict[str, object], said: str) -> None:
    slots = tuple(replace(one, **change) for one in SHIFTS)  # type: ignore[arg-type]

    talk = replace(TRAINED, slots=slots).says("SHIFTS")

    assert said in talk.text
    assert "No open shift fits you today." in talk.text
    assert talk.all(HandOff) == [HandOff(reason="no_shift_fits")]


def test_course_counts_on_the_day_of_the_shift_or_not() -> None:
    needs = (replace(SHIFTS[4], needs_courses=("mandated_reporter",)),)  # on 1 December
    day = needs[0].starts_local.date()

    fresh = replace(TRAINED, slots=needs, history=History(courses={"mandated_reporter": date(2024, 12, day.day)}))
    stale = replace(fresh, history=History(courses={"mandated_reporter": date(2024, 11, 30)}))

    assert fresh.says("SHIFTS").choices[0].id == needs[0].ref
    assert "Keeping children safe" in stale.says("SHIFTS").text


def test_place_served_last_is_offered_first() -> None:
    slots = tuple(replace(one, site=number % 2) for number, one in enumerate(SHIFTS[:4]))

    talk = replace(TRAINED, slots=slots, history=History(last_site=1)).says("SHIFTS")

    assert [choice.id for choice in talk.choices] == ["s2", "s7", "s1", "s3", "none"]


def test_long_way_between_two_places_is_warned_of() -> None:
    here = replace(booked("s1").bookings[0], slot=replace(SHIFTS[0], latitude=41.92, longitude=-87.65))
    there = replace(slot("s9", 1, 16), latitude=42.05, longitude=-87.69)

    talk = replace(TRAINED, bookings=(here,), slots=(there,)).says("SHIFTS")

    assert talk.text.startswith("Please look at the time: it is a long way between Tue Nov 24, 4 PM, Lincoln School")
    assert [choice.id for choice in talk.choices] == ["s9", "none"]


def test_link_to_an_online_meeting_is_told_only_to_who_is_booked() -> None:
    online = replace(slot("t1", 2, 17, kind=SlotKind.TRAINING), place="online: https://meet.example.org/x1y2")

    talk = replace(TRAINED, slots=(online,), person=replace(TRAINED.person, answers={"given_name": "Ana"}))
    shown = talk.says("TRAINING")

    assert shown.choices[0].label == "Wed Nov 25, 5 PM, online"
    assert "https://meet.example.org/x1y2" in shown.says("1").text


# --- sets -------------------------------------------------------------------------------------------------------------

TUTOR = replace(TRAINED, person=replace(TRAINED.person, answers={"zip": "60614", "role": "tutor"}))
#: Monday to Friday for two weeks, one series.
DAILY = tuple(
    replace(slot(f"d{day}", day, 15), role="tutor", series=7)
    for day in range(7, 21)
    if (day % 7) < 5  # from a Monday on
)


def free_on(*days: str) -> Talk:
    windows: list[Json] = [{"day": day, "from": "09:00", "to": "18:00"} for day in days]
    answers = {**TUTOR.person.answers, "availability": windows}
    return replace(TUTOR, person=replace(TUTOR.person, answers=answers), slots=DAILY)


def test_tutor_is_shown_a_series_as_one_set() -> None:
    talk = replace(TUTOR, slots=(*DAILY, SHIFTS[0])).says("SHIFTS")

    assert [choice.id for choice in talk.choices] == ["set:01234:d7", "s1", "none"]
    assert talk.choices[0].label == "Mon-Fri: Mon Nov 30, 3 PM, Lincoln School"
    (whole,) = talk.says("1").all(BookSet)
    assert (whole.slot, whole.days) == ("d7", (0, 1, 2, 3, 4))


def test_set_holds_the_days_that_fit_the_person() -> None:
    talk = free_on("mon", "wed", "fri").says("SHIFTS")

    assert [choice.id for choice in talk.choices] == ["set:024:d7", "none"]


def test_days_too_few_for_a_set_are_offered_by_themselves() -> None:
    talk = free_on("mon", "wed").says("SHIFTS")

    assert [choice.id for choice in talk.choices] == ["d7", "d9", "d14", "d16", "none"]


def test_tutor_hears_once_that_fewer_sessions_fit_than_children_need_and_a_human_looks() -> None:
    talk = free_on("mon", "wed").says("SHIFTS")

    assert talk.text == (
        "A tutor meets the same children 3 times a week; fewer fit you now, so a person from our team looks for more."
        "\nWhich shift will you take?"
    )
    assert talk.all(HandOff) == [HandOff(reason="dosage")]
    assert {"what": "refused", "reason": "dosage", "sessions_a_week": 3} in talk.turn.trace
    again = talk.says("none").says("SHIFTS")
    assert again.text == "Which shift will you take?"
    assert again.all(HandOff) == []


@pytest.mark.parametrize("role", ["tutor", "mentor"])
def test_nothing_is_said_of_it_where_enough_fit_or_the_role_asks_for_no_number(role: str) -> None:
    mentor = replace(free_on("mon", "wed"), person=replace(TUTOR.person, answers={"zip": "60614", "role": role}))
    slots = tuple(replace(one, role=role) for one in DAILY)

    assert "3 times" not in replace(mentor, slots=slots).says("SHIFTS").text


def test_status_tells_what_somebody_waits_for() -> None:
    other = slot("f6", 6, 15, seats_left=0)

    talk = replace(TRAINED, lines=(FULL, other)).says("STATUS")

    assert "You are on the wait list: Fri Nov 27, 3 PM, Lincoln School. We write when a seat is free." in talk.text
    assert "Sun Nov 29, 3 PM" in talk.text


def test_short_meetings_and_other_roles_make_no_set() -> None:
    short = tuple(replace(one, minutes=29) for one in DAILY)

    assert replace(TUTOR, slots=short).says("SHIFTS").choices[0].id == "d7"
    mentor = replace(TUTOR.person, answers={"zip": "60614", "role": "mentor"})
    mentors = tuple(replace(one, role="mentor") for one in DAILY)
    assert replace(TUTOR, person=mentor, slots=mentors).says("SHIFTS").choices[0].id == "d7"


def test_set_whose_first_day_went_meanwhile_is_offered_anew() -> None:
    shown = replace(TUTOR, slots=DAILY).says("SHIFTS")

    talk = replace(shown, seats_gone=frozenset({"d7"})).says("1")

    assert talk.text.startswith("Sorry, the last seat was just taken.")
    assert talk.choices[0].id == "set:01234:d8"
