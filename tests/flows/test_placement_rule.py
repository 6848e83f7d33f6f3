"""A place is offered only to whom nothing speaks against."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from flows.facts import Booking, BookingStatus, Json, Slot, SlotKind
from flows.rules.grades import read_grades
from flows.rules.placement import Candidate, fitting, full_but_fitting, main_refusal, refusal
from flows.rules.training import counts_through
from flows.rules.travel import tight_after
from tests.flows.talk import MONDAY, SHIFTS, slot

ANYBODY = Candidate(role="tutor", zip="60614", minor=False, availability=(), bookings=())
#: Tuesday 3 to 4 in the afternoon, at a school in Chicago.
SHIFT = replace(slot("s", 1, 15), latitude=41.92, longitude=-87.65)


def free(day: str, start: str, end: str) -> list[dict[str, Json]]:
    return [{"day": day, "from": start, "to": end}]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"seats_left": 0}, "full"),
        ({"seats_left": 1}, None),
        ({"starts_local": datetime(2026, 11, 23, 12, 59)}, "too_soon"),  # noqa: DTZ001  # a wall clock
        ({"starts_local": datetime(2026, 11, 23, 13, 0)}, None),  # noqa: DTZ001
        ({"starts_local": datetime(2026, 11, 22, 13, 0)}, "too_soon"),  # noqa: DTZ001
        ({"role": "mentor"}, "other_role"),
        ({"role": "tutor"}, None),
        ({"latitude": 43.07, "longitude": -89.4}, "too_far"),
        ({"latitude": None}, None),
        ({"latitude": 43.07, "longitude": -89.4, "kind": SlotKind.TRAINING}, "too_far"),
        ({"one_to_one": True}, None),
        ({"supervised": False}, None),
    ],
)
def test_slot_is_refused_with_its_reason(change: dict[str, Any], reason: str | None) -> None:
    assert refusal(replace(SHIFT, **change), ANYBODY, now=MONDAY) == reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"role": None}, None),
        ({"minor": True}, None),
        ({"zip": None}, None),
        ({"zip": "09001"}, None),
        ({"zip": "90210"}, "too_far"),
        ({"availability": free("tue", "15:00", "16:00")}, None),
        ({"availability": free("tue", "08:00", "21:00")}, None),
        ({"availability": free("tue", "15:01", "16:00")}, "not_available"),
        ({"availability": free("tue", "15:00", "15:59")}, "not_available"),
        ({"availability": free("wed", "08:00", "21:00")}, "not_available"),
        ({"availability": free("wed", "08:00", "21:00") + free("tue", "14:00", "17:00")}, None),
    ],
)
def test_person_is_refused_with_the_reason(change: dict[str, Any], reason: str | None) -> None:
    assert refusal(SHIFT, replace(ANYBODY, **change), now=MONDAY) == reason


@pytest.mark.parametrize("change", [{"one_to_one": True}, {"supervised": False}])
def test_minor_is_never_alone_with_a_pupil(change: dict[str, Any]) -> None:
    minor = replace(ANYBODY, minor=True)

    assert refusal(replace(SHIFT, **change), minor, now=MONDAY) == "minor_unsupervised"


@pytest.mark.parametrize(
    ("minutes", "reason"), [(-61, None), (-60, None), (-59, "overlap"), (0, "overlap"), (59, "overlap"), (60, None)]
)
def test_two_places_do_not_overlap(minutes: int, reason: str | None) -> None:
    other = replace(SHIFT, ref="other", starts_local=SHIFT.starts_local + timedelta(minutes=minutes))
    booking = Booking(ref="b", slot=other, status=BookingStatus.BOOKED)

    assert refusal(SHIFT, replace(ANYBODY, bookings=(booking,)), now=MONDAY) == reason


def test_overlap_is_seen_across_zones() -> None:
    other = replace(SHIFT, starts_local=SHIFT.starts_local + timedelta(hours=1), zone="America/New_York")
    booking = Booking(ref="b", slot=other, status=BookingStatus.BOOKED)

    assert refusal(SHIFT, replace(ANYBODY, bookings=(booking,)), now=MONDAY) == "overlap"


def test_shift_past_midnight_needs_more_than_one_evening() -> None:
    late = replace(SHIFT, starts_local=SHIFT.starts_local.replace(hour=20), minutes=300)

    assert refusal(late, replace(ANYBODY, availability=free("tue", "08:00", "21:00")), now=MONDAY) == "not_available"


def test_first_that_fit_are_offered_in_their_order() -> None:
    slots: list[Slot] = [SHIFTS[3], replace(SHIFTS[0], seats_left=0), SHIFTS[1], SHIFTS[2]]

    assert [one.ref for one in fitting(slots, ANYBODY, now=MONDAY, limit=2)] == ["s7", "s2"]
    assert fitting(slots, ANYBODY, now=MONDAY, limit=9) == (SHIFTS[3], SHIFTS[1], SHIFTS[2])


NEXT_YEAR = SHIFT.starts_local.date() + timedelta(days=365)


@pytest.mark.parametrize(
    ("slot_has", "person_has", "reason"),
    [
        ({"needs_courses": ("first_training",)}, {}, "needs_course"),
        ({"needs_courses": ("first_training",)}, {"trained": {"first_training": NEXT_YEAR}}, None),
        ({"needs_courses": ("first_training",)}, {"trained": {"first_training": SHIFT.starts_local.date()}}, None),
        (
            {"needs_courses": ("first_training",)},
            {"trained": {"first_training": SHIFT.starts_local.date() - timedelta(days=1)}},
            "needs_course",
        ),
        ({"needs_courses": ("a", "b")}, {"trained": {"a": NEXT_YEAR}}, "needs_course"),
        ({"subject": "math"}, {}, None),
        ({"subject": "math"}, {"subject": "math"}, None),
        ({"subject": "math"}, {"subject": "reading"}, "other_subject"),
        ({"grades": "K-2"}, {"grades": "1-3"}, None),
        ({"grades": "K-2"}, {"grades": "3-5"}, "other_grades"),
        ({"grades": "anything"}, {"grades": "3-5"}, None),
        ({"language": "es"}, {"languages": frozenset({"es"})}, None),
        ({"language": "es"}, {"languages": frozenset()}, "other_language"),
        ({"language": "es"}, {}, None),
        ({"seats_left": 0, "role": "mentor"}, {}, "other_role"),  # what cannot be mended is told first
    ],
)
def test_course_subject_grades_and_language_decide(
    slot_has: dict[str, Any], person_has: dict[str, Any], reason: str | None
) -> None:
    assert refusal(replace(SHIFT, **slot_has), replace(ANYBODY, **person_has), now=MONDAY) == reason


def test_place_they_know_comes_first_then_the_soonest() -> None:
    slots = [replace(one, site=site) for one, site in zip(SHIFTS[1:], (1, 2, 1, 2, 2), strict=True)]

    offered = fitting(slots, replace(ANYBODY, last_site=2), now=MONDAY, limit=4)

    assert [one.ref for one in offered] == ["s3", "s8", "s9", "s2"]


def test_main_reason_is_the_one_that_keeps_them_from_most() -> None:
    far = replace(SHIFT, latitude=43.07, longitude=-89.4)
    mentors = replace(SHIFT, role="mentor")
    full = replace(SHIFT, seats_left=0)

    assert main_refusal([mentors, mentors, full, far, far], ANYBODY, now=MONDAY) == ("too_far", far)
    assert main_refusal([mentors], ANYBODY, now=MONDAY) == ("other_role", mentors)
    assert main_refusal([SHIFT], ANYBODY, now=MONDAY) is None


def test_full_places_can_be_waited_for_when_nothing_else_speaks_against_them() -> None:
    full = replace(SHIFT, seats_left=0)

    waited_for = full_but_fitting([SHIFT, full, replace(full, role="mentor")], ANYBODY, now=MONDAY, limit=5)

    assert waited_for == (full,)


@pytest.mark.parametrize(
    ("minutes_between", "latitude", "tight"),
    [(0, 41.92, False), (0, 42.05, True), (30, 42.05, True), (90, 42.05, False), (-30, 42.05, False), (0, None, False)],
)
def test_way_is_tight_when_it_takes_longer_than_the_time_between(
    minutes_between: int, latitude: float | None, tight: bool
) -> None:
    after = replace(SHIFT, starts_local=SHIFT.starts_local + timedelta(minutes=60 + minutes_between), latitude=latitude)

    for one, other in ((SHIFT, after), (after, SHIFT)):
        booking = Booking(ref="b", slot=other, status=BookingStatus.BOOKED)
        assert (tight_after(one, [booking]) is booking) is tight


@pytest.mark.parametrize(
    ("finished", "months", "through"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 5, 14), None, date.max),
        (date(9998, 5, 14), 36, date.max),
    ],
)
def test_course_counts_for_its_months(finished: date, months: int | None, through: date) -> None:
    assert counts_through(finished, months) == through


@pytest.mark.parametrize(
    ("text", "grades"),
    [("K-2", "0 1 2"), ("PK", "-1"), ("6-8", "6 7 8"), ("9", "9"), ("5-3", ""), ("13", ""), ("any", "")],
)
def test_grades_are_read(text: str, grades: str) -> None:
    assert " ".join(map(str, read_grades(text) or ())) == grades
