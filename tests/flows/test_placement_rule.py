"""A place is offered only to whom nothing speaks against."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from flows.facts import Booking, BookingStatus, Json, Slot, SlotKind
from flows.rules.placement import Candidate, fitting, refusal
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
